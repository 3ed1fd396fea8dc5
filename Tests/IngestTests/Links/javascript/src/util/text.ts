export function trim(text: string): string {
  return text.trim();
}

export function pad(text: string): string;
export function pad(text: string, width: number): string;
export function pad(text: string, width = 2): string {
  return trim(text).padEnd(width);
}

export const LIMIT = 10;

const secret = () => LIMIT;
export { secret as reveal };

export default function render(text: string): string {
  return pad(text, LIMIT);
}

export type Level = 'low' | 'high';
export enum Mode { Fast, Slow }
