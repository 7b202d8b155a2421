/** Values of JSON records that are kept beside what agents read. */
import { skipSpace } from '../../kernel/json-fault.ts';
import { follow } from './field.ts';
import type { Span } from './json-text.ts';

/** What a path leads to, as `input.field` has it: of several a list; undefined where it leads nowhere. @param text JSON */
export function valueAtPath(text: string, field: string, span: Span = wholeOf(text)): unknown {
  const found = (follow(text, span, field) ?? []).filter(({ missing }) => !missing);
  if (found.length === 0) return undefined;
  const [first] = found;
  if (first && !field.includes('[]')) return valueIn(text, first);
  return found.map((each) => valueIn(text, each));
}

const wholeOf = (text: string): Span => ({ start: skipSpace(text, 0), end: text.trimEnd().length });

/** A number that no double holds stays a text, as it is written. */
export function valueIn(text: string, { start, end }: Span): unknown {
  const raw = text.slice(start, end);
  const value = JSON.parse(raw) as unknown;
  if (typeof value !== 'number') return value;
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : raw;
}
