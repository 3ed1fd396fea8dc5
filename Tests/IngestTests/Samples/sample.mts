/** Nameless. */
export default async function (a: Key) { return make(a); }
