/** Columns of a CSV file that are kept beside the one that agents read. */
import { quote, someOf } from '../diagnostic.ts';
import { isOfEveryItem } from '../input-names.ts';
import { isoOf, momentOf, partOf, TIME_PARTS, type TimePart } from '../moments.ts';
import { nearest } from '../nearest.ts';
import type { RecordSink } from './sink.ts';

export interface KeptColumn {
  /** Index; -1: there is none, and the field is one that every item has. */
  readonly index: number;
  /** Of the time in it the day, hour or minute; null: it is kept as it stands. */
  readonly part: TimePart | null;
}

interface First {
  readonly fields: readonly string[];
  readonly line: number;
}

/** Null, and the file is refused, where it has no such column. @param header whether the first record is one */
export function keptColumns(first: First, header: boolean, sink: RecordSink): readonly KeptColumn[] | null {
  const kept: KeptColumn[] = [];
  for (const { field, by } of sink.kept) {
    const found = header ? columnsNamed(field, first.fields) : [];
    const [index = numbered(field, first.fields.length)] = found;
    if (found.length > 1) {
      const numbers = found.map((each) => String(each + 1)).join(' and ');
      sink.refuse({
        line: first.line,
        column: 1,
        message: `the header has the column ${quote(field)} ${found.length} times, and ${by} names it: columns ${numbers}`,
        expected: 'each name once',
        hint: `rename one, or name it by its number: ${(found[0] ?? 0) + 1}`,
      });
      return null;
    }
    const derived = index === null ? derivedFrom(field, first.fields, header) : null;
    if (index === null && !derived && !isOfEveryItem(field)) {
      sink.refuse(missing(first, header, field, by));
      return null;
    }
    kept.push(derived ?? { index: index ?? -1, part: null });
  }
  return kept;
}

/** Indices of the columns of that name, letter by letter or else but for spaces around. */
export function columnsNamed(name: string, fields: readonly string[]): number[] {
  const named = (of: (field: string) => string): number[] =>
    fields.flatMap((field, index) => (of(field) === name ? [index] : []));
  const exact = named((field) => field);
  return exact.length > 0 ? exact : named((field) => field.trim());
}

/** A number counts columns from 1. */
function numbered(field: string, width: number): number | null {
  const number = /^[1-9]\d{0,4}$/.test(field) ? Number(field) : 0;
  return number >= 1 && number <= width ? number - 1 : null;
}

/** `seen.day`: of the time in the column `seen`. */
function derivedFrom(field: string, fields: readonly string[], header: boolean): KeptColumn | null {
  const part = TIME_PARTS.find((each) => field.endsWith(`.${each}`));
  if (part === undefined) return null;
  const base = field.slice(0, -part.length - 1);
  const index = (header ? columnsNamed(base, fields)[0] : undefined) ?? numbered(base, fields.length);
  return index === null ? null : { index, part };
}

function missing({ fields, line }: First, header: boolean, field: string, by: string) {
  const names = fields.map((each) => each.trim());
  const near = header ? nearest(field, names) : null;
  return {
    line,
    column: 1,
    message: `the ${header ? 'header' : 'first record'} has no column ${quote(field)}, which ${by} names`,
    expected: header ? `one of ${someOf(names.map(quote))}` : `a number from 1 to ${fields.length}`,
    hint: near ? `did you mean ${quote(near)}?` : '',
  };
}

/** What stands in the column; null where it is blank; undefined where there is no such column. */
export function valueAt(fields: readonly string[], { index, part }: KeptColumn): string | null | undefined {
  if (index < 0) return undefined;
  const value = fields[index] ?? '';
  if (value.trim() === '') return null;
  if (part === null) return value;
  const moment = momentOf(value);
  return moment && partOf(isoOf(moment), part);
}
