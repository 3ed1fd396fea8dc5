export function add(a: number, b: number) {
  return a + b;
}

export function round(a: number) {
  return a;
}
