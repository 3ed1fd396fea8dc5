import type { Base } from './base';
import { Injectable } from '@angular/core';
export type Key = string | Base['id'];
export interface Store<T> extends Closeable, Other<T> { get(key: Key): T; readonly size: number; }
export enum Color { Red, Green = 'g' }
declare module 'x' { export function ext(a: number): void; }
namespace Inner { export const deep = 1; }
declare function ambient(x: Key): void;

@Injectable()
export abstract class Service<T extends Base> extends Parent<T> implements Store<T> {
  private count: number = 0;
  protected static shared?: Service<any>;
  constructor(private readonly store: Store<T>, public name: string) { super(); }
  @Input() size = 1;
  abstract run(): Promise<void>;
  get(key: Key): T { return this.store.get(key) as T; }
  private handler = (e: Event): void => { this.get(e!.type); };
}

export const make = <T extends Base>(x: T): Service<T> => new Impl<T>(x);
export default function overload(a: string): void;
let typed: Map<Key, Color> = new Map();
export class Http {
  constructor(private http: Client, readonly base = '/', plain: number, override name?: string) {}
  'quoted-name'() {}
  "field" = 1;
}
enum Level { 'very-high' = 1, low, "none" }
interface Quoted { "x-y": string; 'm'(): void }
