/** Fields of a JSON record that are kept beside the one that agents read. */
import { isoOf, momentOf, partOf, TIME_PARTS } from '../moments.ts';
import { follow, nearestField } from './field.ts';
import type { Span } from './json-text.ts';
import { valueAtPath, valueIn } from './json-value.ts';
import type { ReadRecord, RecordSink } from './sink.ts';

/** Longer records are not looked through for what was meant. */
const MOST_PARSED = 65_536;

/** Where in its file the record stands, and which of several texts of it are read. */
interface Among {
  /** What leads to the list that it is an item of, as in `items[].`; null: it is of none. */
  readonly list?: string | null;
  /** The field that is read: `events[].message` gives a text for each event, this one is number `k`. */
  readonly field?: string;
  readonly k?: number;
}

/** @param text JSON, in which the span is the record */
export function keptOf(
  text: string,
  span: Span,
  sink: RecordSink,
  among: Among = {},
): Pick<ReadRecord, 'values' | 'near'> {
  if (sink.kept.length === 0) return {};
  return {
    values: sink.kept.map(({ field }) => keptValue(text, span, field, among)),
    near: (field) =>
      span.end - span.start > MOST_PARSED ? null : nearestField(JSON.parse(text.slice(span.start, span.end)), field),
  };
}

function keptValue(text: string, span: Span, named: string, among: Among): unknown {
  const { list } = among;
  const field = list && named.startsWith(list) ? named.slice(list.length) : named;
  const own = besideIt(text, span, field, among);
  if (own !== undefined) return own;
  const value = valueAtPath(text, field, span);
  if (value !== undefined) return value === '' ? null : value;
  const part = TIME_PARTS.find((each) => field.endsWith(`.${each}`));
  if (part === undefined) return undefined;
  const time = valueAtPath(text, field.slice(0, -part.length - 1), span);
  if (time === undefined) return undefined;
  const moment = momentOf(time);
  return moment && partOf(isoOf(moment), part);
}

/** What stands in the same item of the same list: `events[].level` beside `events[].message`. */
function besideIt(text: string, span: Span, field: string, { field: read = '', k = 0 }: Among): unknown {
  const cut = read.lastIndexOf('[]');
  const list = read.slice(0, cut + 2);
  if (cut < 0 || !field.startsWith(list)) return undefined;
  const found = follow(text, span, field)?.[k];
  return found && !found.missing ? valueIn(text, found) : undefined;
}
