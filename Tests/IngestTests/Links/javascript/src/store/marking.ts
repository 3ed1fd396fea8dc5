export function mark(target: any, name: string) {}
