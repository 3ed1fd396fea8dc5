/** Nameless. */
export default class extends Base { foo() { add(); } }
