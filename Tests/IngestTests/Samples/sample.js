'use strict';
import fs, { join as j } from 'path';
import * as all from './all.js';
export { thing } from './thing.js';
export * from './more';
const dep = require('dep');
const { one, two: deux } = { one: 1, two: 2 };

/** Limit of all. */
export const LIMIT = 10;
let counter = 0;

/** Adds. */
export function add(a, b) { return a && b ? a + b : helper(a); }

export default class Session extends Base.Inner {
  static shared = new Session();
  #secret = 1;
  handler = () => this.refresh();
  constructor(id) { super(id); this.id = id; }
  async refresh() { for (const x of this.items) { await x.touch().done(); } }
  get size() { return this.#count(); }
  #count() { return 1; }
}

const arrow = async (x) => { const inner = () => x; return inner(); };
const api = { get() { return add(1, 2); }, post: function () {}, put: (x) => x };
exports.named = function () { return arrow(); };
Session.prototype.late = function () {};
module.exports.other = () => 1;

function View() { return <Panel title="x"><Item.Row /><div onClick={() => add(1, 2)} /></Panel>; }
const lazy = () => import('./lazy.js');

describe('add', () => {
  beforeEach(() => { counter = 0; });
  it('adds', () => { expect(add(1, 2)).toBe(3); });
  test.each([[1]])('works %i', (x) => { add(x, x); });
});

test.only(`one`, async function () { add(1, 2); });
suite('group', () => { before(() => add(1, 2)); bench('fast', () => add(3, 4), { time: 1 }); });
test.describe.parallel('pages', () => { test.step('first', () => {}); });
// Variables, of whatever.
context.on('message', () => { add(1, 2); });
suite.add('x', function () {});
test('regex', add);
after.all('x', () => {});
