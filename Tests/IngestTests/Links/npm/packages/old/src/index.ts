export function stale() {}
