import { hidden } from '#secret';
import { tax } from '#f/tax';
import { gone } from '#gone';
export { add } from './money';

export function total(): number {
  hidden();
  gone();
  return tax(1);
}
