/** Fields of the items of an input: what stands in columns of its file, or what its lines say by a format that they are in. */
import type { Diagnostic } from '../diagnostic.ts';
import { quote, someOf } from '../diagnostic.ts';
import { fieldsKnown, isOfEveryItem, LINE_FIELDS, type NamedField, OF_A_TIME } from '../input-names.ts';
import { holdsLoosely, type LooseTest } from '../loose.ts';
import type { SwarmInput } from '../model.ts';
import { isoOf, momentIn, partOf, type TimePart } from '../moments.ts';
import { nearest } from '../nearest.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { inOrder, type TimeInText } from '../times.ts';
import { type ItemValues, NO_ITEM } from '../where.ts';
import type { ItemTable } from './item-table.ts';
import { LINE_FORMAT_NAMES, type LineFormatName, readText } from './line-formats.ts';
import type { ReadLine } from './line-format.ts';
import type { InputNote } from './notes.ts';

/** Whether a value of a field passes, in place of looking at it: what an incident says of values that it does not show. */
export type Verdicts = (field: string, test: LooseTest, value: unknown) => boolean | undefined;

export interface ItemFields {
  /** @param item its index; of another one nothing is known */
  of(item: number): ItemValues;
}

export interface FoundFields {
  readonly fields: ItemFields;
  readonly notes: readonly InputNote[];
}

interface Given {
  readonly file: string;
  readonly items: ItemTable;
  readonly input: Pick<SwarmInput, 'format' | 'fields'>;
  /** What the flow or the report names. */
  readonly named: readonly NamedField[];
  /** Year of the first time that names none, where anybody says it. */
  readonly year: number | null;
  readonly verdicts?: Verdicts | undefined;
}

/** Nothing is named, and nothing is looked for. */
export const NO_FIELDS: ItemFields = { of: () => NO_ITEM };

/** Fails where a field is named that no item can have. */
export function itemFields(given: Given): Result<FoundFields, readonly Diagnostic[]> {
  const { items, input, named, verdicts } = given;
  if (named.length === 0) return ok({ fields: NO_FIELDS, notes: [] });
  const holds: ItemValues['holds'] = (test, field, value) =>
    verdicts?.(field, test, value) ?? holdsLoosely(test, value);
  const inLines = input.format === 'lines' && items.fields === null;
  const plain = ok({ fields: new FileFields(items, holds), notes: [] });
  if (!inLines) return plain;
  const found = lookedThrough(given);
  // What every item has is there in any format, and in none.
  if (named.every(({ field }) => isOfEveryItem(field)) && !(found.ok && found.value.note.fields.some(isOfEveryItem)))
    return plain;
  if (!found.ok) return found;
  const { reading, note } = found.value;
  return ok({ fields: new LineFields(items, holds, reading), notes: [note] });
}

/** What stands in columns beside the texts. */
class FileFields implements ItemFields {
  readonly #items: ItemTable;
  readonly #holds: ItemValues['holds'];

  constructor(items: ItemTable, holds: ItemValues['holds']) {
    this.#items = items;
    this.#holds = holds;
  }

  of(item: number): ItemValues {
    return { valueOf: (field) => this.#value(item, field), holds: this.#holds };
  }

  #value(item: number, field: string): unknown {
    const column = this.#items.fields?.get(field);
    return column ? column.at(item) : ofEveryItem(this.#items, item, field);
  }
}

function ofEveryItem(items: ItemTable, item: number, field: string): unknown {
  if (!isOfEveryItem(field)) return null;
  const found = items.at(item);
  return (field === 'line' ? found?.line : found?.text) ?? null;
}

/** How the lines of one file are read. */
interface LineReading {
  readonly format: LineFormatName;
  /** The first time that names no year, ms in the year 2000; null: all name one. */
  readonly yearless: number | null;
  readonly year: number;
  /** Times of several zones are told in one. */
  readonly utc: boolean;
}

/** Year of times that name none where nobody says one, as answers have it. */
const NO_YEAR = 2000;

interface LookedAt {
  readonly item: number;
  readonly line: ReadLine | null;
  /** Undefined: nobody asked. */
  iso: string | null | undefined;
}

/** What lines say by the format that they are in; nothing is stored, as the same text says the same. */
class LineFields implements ItemFields {
  readonly #items: ItemTable;
  readonly #holds: ItemValues['holds'];
  readonly #reading: LineReading;
  /** The item that was looked at last: several fields of one are asked for, one after the other. */
  #last: LookedAt | null = null;

  constructor(items: ItemTable, holds: ItemValues['holds'], reading: LineReading) {
    this.#items = items;
    this.#holds = holds;
    this.#reading = reading;
  }

  of(item: number): ItemValues {
    return { valueOf: (field) => this.#value(item, field), holds: this.#holds };
  }

  #value(item: number, field: string): unknown {
    const { line } = this.#read(item);
    // A line that names its fields itself may have one that is called so.
    const own = line && field !== 'time' ? line.valueOf(field) : null;
    if (own !== null) return own;
    if (isOfEveryItem(field)) return ofEveryItem(this.#items, item, field);
    if (!OF_A_TIME.some((name) => name === field)) return null;
    const iso = this.#iso(item);
    return iso === null || field === 'time' ? iso : partOf(iso, field as TimePart);
  }

  #read(item: number): LookedAt {
    if (this.#last?.item === item) return this.#last;
    const text = this.#items.at(item)?.text;
    const line = text === undefined ? null : readText(this.#reading.format, text);
    return (this.#last = { item, line, iso: undefined });
  }

  #iso(item: number): string | null {
    const last = this.#read(item);
    if (last.iso === undefined) {
      const time = last.line?.time() ?? null;
      last.iso = time && isoText(time, this.#reading);
    }
    return last.iso;
  }
}

function isoText(time: TimeInText, { yearless, year, utc }: LineReading): string {
  const moment = momentIn(time);
  if (!time.yearless) return isoOf(moment, utc);
  const isNext = inOrder(time, yearless) !== time.ms;
  const date = new Date(moment.wall);
  date.setUTCFullYear(year + (isNext ? 1 : 0));
  return isoOf({ ...moment, wall: date.getTime() }, utc);
}

/** Lines that are looked at to find out their format. */
const MOST_GUESSED = 4000;
/** A format that fewer have is none of the file's. */
const LEAST_SHARE = 0.2;

interface Seen {
  readonly reading: LineReading;
  readonly note: Extract<InputNote, { readonly code: 'fields' }>;
}

function lookedThrough(given: Given): Result<Seen, readonly Diagnostic[]> {
  const { items, input, named, year } = given;
  const { fields: asked = 'auto' } = input;
  const best = bestOf(items);
  const format = asked === 'auto' ? (best.share >= LEAST_SHARE ? best.format : null) : asked === 'none' ? null : asked;
  if (format === null) return err([unknownFormat(given, best)]);

  const known = LINE_FIELDS[format];
  const open = new Set<string>(known ?? named.map(({ field }) => field));
  const have: string[] = [];
  const timed = named.some(({ field }) => OF_A_TIME.some((name) => name === field));
  const offsets = new Set<number>();
  let [count, times, yearless] = [0, 0, null as number | null];
  for (let item = 0; item < items.length; item++) {
    const line = readText(format, items.at(item)?.text ?? '');
    if (!line) continue;
    count++;
    // Read where somebody asks for it: it takes longer than all else of a line.
    const time = timed || open.has('time') ? line.time() : null;
    if (time) times++;
    if (time?.yearless) yearless ??= time.ms;
    if (time && time.offset !== null) offsets.add(time.offset);
    for (const field of open) {
      if (field === 'time' ? time === null : line.valueOf(field) === null) continue;
      open.delete(field);
      have.push(field);
    }
  }
  if (count === 0) return err([noSuchLines(given, format, best)]);
  const missing = named.flatMap((each) => missingField(given, format, each, { open, times }));
  if (missing.length > 0) return err(missing);
  const reading = { format, yearless, year: year ?? NO_YEAR, utc: offsets.size > 1 };
  const shown = known ? known.filter((field) => have.includes(field)) : have;
  const note: Seen['note'] = {
    code: 'fields',
    format,
    by: asked === 'auto' ? 'guess' : 'asked',
    fields: shown.slice(0, MOST_SHOWN),
    items: count,
    of: items.length,
    ...(timed && yearless !== null && { year }),
    ...(reading.utc && { utc: true as const }),
  };
  return ok({ reading, note });
}

/** Names of fields in a note. */
const MOST_SHOWN = 16;

interface Best {
  readonly format: LineFormatName;
  /** Of the lines that were looked at. */
  readonly share: number;
}

/** The format that most lines have; of a long file some of them are looked at, all over it. */
function bestOf(items: ItemTable): Best {
  const step = Math.max(1, Math.ceil(items.length / MOST_GUESSED));
  const counts = LINE_FORMAT_NAMES.map((format) => ({ format, count: 0 }));
  let looked = 0;
  for (let item = 0; item < items.length; item += step) {
    const text = items.at(item)?.text ?? '';
    looked++;
    for (const each of counts) if (readText(each.format, text)) each.count++;
  }
  const best = counts.reduce((most, each) => (each.count > most.count ? each : most));
  return { format: best.format, share: looked === 0 ? 0 : best.count / looked };
}

const at = (file: string, message: string, expected: string, hint: string): Diagnostic => ({
  ...{ file, line: 1, column: 1, message, expected, hint },
});

const percent = (share: number): string => `${String(Math.round(share * 100))} % of lines`;

function unknownFormat({ file, named }: Given, { format, share }: Best): Diagnostic {
  const { field, by } = named.find((each) => !isOfEveryItem(each.field)) ?? (named[0] as NamedField);
  return at(
    file,
    `lines are in no format that is known, and ${by} names the field ${quote(field)}`,
    'lines of syslog, iso, apache, json or logfmt',
    share > 0 ? `${percent(share)} are ${format}: to have those read, write fields: ${format} under input` : '',
  );
}

function noSuchLines({ file }: Given, format: LineFormatName, best: Best): Diagnostic {
  const message = `no line is in the format ${format}, which input.fields names`;
  const hint = best.share > 0 ? `${percent(best.share)} are ${best.format}` : '';
  return at(file, message, `lines of ${format}`, hint);
}

/** @param seen fields that no line has, and how many lines have a time */
function missingField(
  { file, input }: Given,
  format: LineFormatName,
  { field, by }: NamedField,
  { open, times }: { readonly open: ReadonlySet<string>; readonly times: number },
): Diagnostic[] {
  const known = fieldsKnown({ format: 'lines', fields: format });
  if (isOfEveryItem(field)) return [];
  const others = known ?? [...OF_A_TIME, 'level', 'message'];
  const isTime = OF_A_TIME.some((name) => name === field);
  if (known && isTime && times === 0) return [at(file, `no line has a time, and ${by} names ${quote(field)}`, '', '')];
  if (known ? known.includes(field) : !open.has(field) || (isTime && times > 0)) return [];
  const near = nearest(field, others);
  const hint = near ? `did you mean ${near}?` : '';
  const mend = (input.fields ?? 'auto') === 'auto' ? 'if they are in another format, name it: fields under input' : '';
  return [
    at(
      file,
      known
        ? `lines are read as ${format}, which has no field ${quote(field)}, and ${by} names it`
        : `no line has a field ${quote(field)}, which ${by} names`,
      known ? `one of ${someOf(others)}` : `a field that lines of ${format} have`,
      hint || mend,
    ),
  ];
}
