import { num } from '../base/format.ts';

/** Lines that are named one by one. */
const NAMED = 5;

/** Numbers of lines as they are shown, and how many are not; of lines that are not all known, as many as there are of what they are about. */
export function linesOf({ count, lines }: { readonly count: number; readonly lines: readonly number[] }): {
  readonly list: string;
  readonly more: number;
} {
  const list = lines.slice(0, NAMED).map(num).join(', ');
  return { list, more: lines.length > NAMED ? Math.max(lines.length, count) - NAMED : 0 };
}
