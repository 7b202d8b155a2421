/** How fields of the input are compared: a file holds texts, so one that reads as a number is one, and one that reads as a time is one. */
import { boundOf, compareTime, momentOf } from './moments.ts';
import type { Scalar } from './output-schema.ts';

/** A test of a value, whatever field that is of. */
export type LooseTest =
  | { readonly kind: 'is'; readonly values: readonly Scalar[] }
  | { readonly kind: 'contains'; readonly value: Scalar }
  | { readonly kind: 'gte' | 'lte' | 'gt' | 'lt'; readonly value: number | string };

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A number, or a text that reads as one; null for all else. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return NUMBER.test(text) ? Number(text) : null;
}

/** @param value null where nothing stands in the field */
export function holdsLoosely(test: LooseTest, value: unknown): boolean {
  if (test.kind === 'is') return test.values.some((each) => isSame(value, each));
  if (test.kind === 'contains') return containsLoosely(value, test.value);
  const order = orderOf(value, test.value);
  if (order === null) return false;
  switch (test.kind) {
    case 'gte':
      return order >= 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'lt':
      return order < 0;
  }
}

/** A date stands for all times that are in it. */
function isSame(value: unknown, asked: Scalar): boolean {
  if (value === null || value === undefined) return asked === null || asked === '';
  if (value === asked) return true;
  if (typeof asked === 'number') return numberOf(value) === asked;
  if (typeof asked === 'boolean') return typeof value === 'string' && value.trim().toLowerCase() === String(asked);
  if (asked === null) return false;
  if (typeof value === 'number') return numberOf(asked) === value || isWithin(value, asked);
  if (typeof value === 'boolean') return asked.trim().toLowerCase() === String(value);
  if (typeof value !== 'string') return false;
  if (value.trim() === asked.trim()) return true;
  return isWithin(value, asked);
}

function isWithin(value: string | number, asked: string): boolean {
  const bound = boundOf(asked);
  const moment = bound && momentOf(typeof value === 'string' ? partial(value) : value);
  return bound !== null && moment !== null && compareTime(moment, bound) === 0;
}

/** Regardless of case; a list holds a value. */
function containsLoosely(value: unknown, part: Scalar): boolean {
  if (Array.isArray(value)) return value.some((each) => isSame(each, part));
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  return String(value).toLowerCase().includes(String(part).toLowerCase());
}

/** Below 0 where the value is less; null where the two have no order. */
function orderOf(value: unknown, bound: number | string): number | null {
  if (value === null || value === undefined || typeof value === 'boolean') return null;
  const [a, b] = [numberOf(value), numberOf(bound)];
  const date = boundOf(bound);
  // `2024` is a number where numbers stand, and a year where times do.
  if (date === null || (a !== null && typeof bound === 'number')) return a === null || b === null ? null : a - b;
  const moment = momentOf(typeof value === 'string' ? partial(value) : value);
  if (moment) return compareTime(moment, date);
  return a === null || b === null ? null : a - b;
}

/** `hour` and `minute` of a time are texts that `momentOf` takes for no whole time. */
const partial = (text: string): string => (/^\d{4}-\d{2}-\d{2}T\d{2}$/.test(text) ? `${text}:00` : text);
