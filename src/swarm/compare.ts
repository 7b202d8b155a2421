/** Which of two values of a field comes first. */
import type { Scalar } from './output-schema.ts';

/** Numbers come before texts, and both before the rest. */
const COMPARED = { number: 0, text: 1, not: 2 } as const;
const kindOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'boolean'
    ? COMPARED.number
    : typeof value === 'string'
      ? COMPARED.text
      : COMPARED.not;

/**
 * Below 0 where `a` comes first. The last of an enum first, then greater numbers, true before false, texts from a to z; with `order`, all of
 * them up or down. What cannot be compared comes last either way.
 * @param values those of an enum, from low to high
 */
export const comparing =
  (values: readonly Scalar[], order?: 'ascending' | 'descending') =>
  (a: unknown, b: unknown): number => {
    const up = order === 'ascending' ? 1 : -1;
    const [x, y] = [values.indexOf(a as Scalar), values.indexOf(b as Scalar)];
    // A value that the enum does not have is none of its order.
    if (x !== y) return x < 0 || y < 0 ? y - x : up * (x - y);
    const [own, other] = [kindOf(a), kindOf(b)];
    if (own !== other) return own - other;
    if (own === COMPARED.number) return up * (Number(a) - Number(b));
    if (own !== COMPARED.text || a === b) return 0;
    return (String(a) < String(b) ? -1 : 1) * (order === 'descending' ? -1 : 1);
  };
