/** From the text of an input file to items, each with the lines it came from. */
import { isJson } from '../../kernel/parsed-json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type Diagnostic, quote, sortDiagnostics } from '../diagnostic.ts';
import { isOfEveryItem, type NamedField } from '../input-names.ts';
import { MAX_INPUT_CHARACTERS, MAX_ITEMS } from '../model.ts';
import { cleanText } from './clean.ts';
import { readCsv } from './csv.ts';
import { type Decoding, replacementsIn } from './decode.ts';
import { foreignFormat, plainText } from '../foreign.ts';
import { type InputItem, ItemTable } from './item-table.ts';
import { Joiner } from './joiner.ts';
import { readJson, readJsonLine } from './json.ts';
import { type InputNote, type PlacesCode, Tally } from './notes.ts';
import type { InputFormat, Reading, ReadRecord, RecordSink, Wrong } from './sink.ts';

export type { InputItem };

/** A record that was passed over. */
export type SkippedRecord = Required<Wrong>;

export interface ReadInput extends ReadNotes {
  readonly items: readonly InputItem[];
}

/** The same without an object an item. */
export interface ReadTable extends ReadNotes {
  readonly items: ItemTable;
}

interface ReadNotes {
  /** What was guessed, changed or left out on the way in; one of each code. */
  readonly notes: readonly InputNote[];
  /** Records that could not be read and were passed over; the first 10,000 of as many as the note `skipped` counts. */
  readonly skipped: readonly SkippedRecord[];
}

export interface ReadOptions {
  /** At most this many items; default the format's own, then all (at most 1,000,000). */
  readonly limit?: number | undefined;
  /** Default: the newest rules. */
  readonly reading?: Reading;
  /** How the text came out of bytes; absent where it was given as text. */
  readonly decoding?: Decoding | undefined;
  /** csv, jsonl, json: fields that are kept beside what agents read; absent: none. */
  readonly fields?: readonly NamedField[];
}

/** Longer items are cut: no small model has room for them. */
export const MAX_ITEM_CHARACTERS = 262_144;
/** The same in runs that were begun before items could be read in parts. */
const MAX_ITEM_CHARACTERS_1 = 16_384;
/** A file with this many broken records is not in the format at all. */
const MAX_ERRORS = 50;
const MAX_SKIPPED = 10_000;
/** So many may be passed over whatever else the file holds; more where as many could be read. */
const MOST_SKIPPED = 20_000;
/** Of what was skipped, as many are told where nothing else could be read. */
const MAX_TOLD = 5;

/**
 * Blank lines are passed over but counted, so that line numbers are those of an editor. Line ends are LF, CRLF or, in a file without LF, CR; a
 * byte order mark is dropped.
 *
 * @param file name, for messages and for what it says of the format
 * @returns everything that is wrong, at most 50, where the file cannot be read or the swarm file lets nothing be passed over
 */
export function readInput(
  file: string,
  given: string,
  format: InputFormat,
  options: ReadOptions = {},
): Result<ReadInput, readonly Diagnostic[]> {
  const read = readTable(file, given, format, options);
  return read.ok ? ok({ ...read.value, items: [...read.value.items] }) : read;
}

/** As `readInput`, into a table: for inputs of any size. */
export function readTable(
  file: string,
  given: string,
  format: InputFormat,
  { limit = format.limit ?? Infinity, reading = 2, decoding, fields = [] }: ReadOptions = {},
): Result<ReadTable, readonly Diagnostic[]> {
  const plain = plainText(given);
  const kept = format.format === 'lines' ? [] : fields;
  const collector = new Collector({
    file,
    limit,
    skips: format.bad === 'skip',
    reading,
    characters: plain.length,
    kept,
  });
  const { encoding, replaced = decoding ? undefined : replacementsIn(plain) } = decoding ?? {};
  const foreign = foreignFormat(plain, { ...(encoding && { encoding }), likely: replaced?.likely });
  if (plain.length > MAX_INPUT_CHARACTERS) {
    collector.refuse(atStart('the input is larger than 50 MiB', 'at most 50 MiB', 'split the file'));
  } else if (foreign) {
    collector.refuse(
      atStart(foreign.message, encoding && encoding !== 'utf-8' ? `text in ${encoding}` : 'UTF-8 text', foreign.hint),
    );
  } else {
    for (const note of decodingNotes(decoding, format)) collector.note(note);
    const named = reading === 1 || format.format !== 'lines' ? null : formatNamed(file);
    if (named) collector.note({ code: 'by-lines', named });
    if (replaced) collector.note({ code: 'replaced', encoding: encoding ?? 'utf-8', ...replaced });
    const text = reading === 1 ? plain : cleanText(plain, (...found) => collector.tally(...found));
    const joiner = format.join === 'traces' ? new Joiner(collector, format.format === 'lines') : null;
    readRecords(file, text, format, joiner ?? collector, reading);
    joiner?.end();
  }
  return collector.result();
}

function readRecords(file: string, text: string, format: InputFormat, sink: RecordSink, reading: Reading): void {
  switch (format.format) {
    case 'csv':
      readCsv(file, text, format, sink, reading);
      break;
    case 'json':
      readJson(text, format, sink);
      break;
    case 'jsonl':
      if (isOneJsonValue(text)) {
        sink.refuse(
          atStart(
            'the file is one JSON value over several lines',
            'one JSON value on each line',
            'write format: json under input',
          ),
        );
        break;
      }
      eachLine(text, sink, (line, each) => readJsonLine(line, each, format, sink, reading));
      break;
    case 'lines':
      eachLine(text, sink, (line, each) => sink.add({ line, lastLine: line, text: each }));
  }
}

/** The format that a file's name says; null where it says none. */
function formatNamed(file: string): 'csv' | 'jsonl' | 'json' | null {
  const [, ending] = /\.(csv|tsv|jsonl|ndjson|json)$/i.exec(file) ?? [];
  switch (ending?.toLowerCase()) {
    case 'csv':
    case 'tsv':
      return 'csv';
    case 'jsonl':
    case 'ndjson':
      return 'jsonl';
    case 'json':
      return 'json';
    default:
      return null;
  }
}

/** A list or map that is laid out over lines, none of which is a record by itself: told once instead of line by line. */
function isOneJsonValue(text: string): boolean {
  const start = text.trimStart();
  const first = start.slice(0, (start + '\n').indexOf('\n'));
  return /^[[{]/.test(first) && !isJson(first) && isJson(text);
}

/** Lines that are not blank, without their ends. */
function eachLine(text: string, sink: RecordSink, visit: (line: number, text: string) => void): void {
  let start = 0;
  for (let line = 1; start <= text.length && !sink.full; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const each = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    start = end + 1;
    if (each.trim() !== '') visit(line, each);
  }
}

function decodingNotes(decoding: Decoding | undefined, { encoding: asked }: InputFormat): InputNote[] {
  if (!decoding) return [];
  const { encoding, by } = decoding;
  if (by === 'mark' && asked && asked !== encoding) return [{ code: 'other-encoding', encoding, asked }];
  return encoding !== 'utf-8' && (by === 'mark' || by === 'pattern') ? [{ code: 'encoding', encoding, by }] : [];
}

const atStart = (message: string, expected: string, hint: string): Wrong => ({
  line: 1,
  column: 1,
  message,
  expected,
  hint,
});

interface CollectorOptions {
  readonly file: string;
  readonly limit: number;
  readonly skips: boolean;
  readonly reading: Reading;
  /** Of the whole file. */
  readonly characters: number;
  readonly kept: readonly NamedField[];
}

class Collector implements RecordSink {
  readonly #file: string;
  readonly #limit: number;
  readonly #skips: boolean;
  readonly #reading: Reading;
  readonly #most: number;
  readonly kept: readonly NamedField[];
  /** Of the fields that are kept those that no item has so far, with what the first item has that is spelled almost so. */
  readonly #unseen = new Map<NamedField, string | null>();
  /** Line of the first item. */
  #first = 1;
  readonly #items: ItemTable;
  readonly #notes: InputNote[] = [];
  readonly #tallies = new Map<PlacesCode, Tally>();
  readonly #skipped: SkippedRecord[] = [];
  readonly #faults: Diagnostic[] = [];
  #over = false;

  constructor({ file, limit, skips, reading, characters, kept }: CollectorOptions) {
    this.kept = kept;
    for (const each of kept) this.#unseen.set(each, null);
    this.#items = new ItemTable(characters, kept.length > 0 ? kept.map(({ field }) => field) : null);
    this.#file = file;
    this.#limit = limit;
    this.#skips = skips;
    this.#reading = reading;
    this.#most = reading === 1 ? MAX_ITEM_CHARACTERS_1 : MAX_ITEM_CHARACTERS;
  }

  get full(): boolean {
    return this.#over || this.#items.length >= this.#limit || this.#faults.length >= MAX_ERRORS;
  }

  add({ line, lastLine, text: given, values = [], near }: ReadRecord): void {
    if (this.full) return;
    // Values of JSON may spell out what the file itself does not hold.
    const text = this.#reading === 1 ? given : cleanText(given, (code, at, times) => this.tally(code, at, times), line);
    if (text.trim() === '') {
      this.tally('blank', line);
      return;
    }
    if (this.#items.length === MAX_ITEMS) {
      const message = `the input has more than ${MAX_ITEMS} items`;
      this.refuse({
        line,
        column: 1,
        message,
        expected: `at most ${MAX_ITEMS}`,
        hint: 'set a limit, or split the file',
      });
      return;
    }
    const kept = cut(text, this.#most);
    if (kept.length < text.length) this.tally('cut', line);
    const item = {
      line,
      ...(lastLine > line && { lastLine }),
      text: kept,
      ...(kept.length < text.length && { of: text.length }),
    };
    this.#items.add(item, values);
    const isFirst = this.#items.length === 1;
    if (isFirst) this.#first = line;
    if (this.#unseen.size === 0) return;
    for (const [k, each] of this.kept.entries()) {
      if (values[k] !== undefined) this.#unseen.delete(each);
      else if (isFirst) this.#unseen.set(each, near?.(each.field) ?? null);
    }
  }

  bad({ hint = '', ...wrong }: Wrong, line = wrong.line): void {
    if (this.full) return;
    if (this.#skips) {
      this.tally('skipped', line);
      if (this.#skipped.length < MAX_SKIPPED) this.#skipped.push({ ...wrong, hint });
      const { count } = this.#tallies.get('skipped') ?? { count: 0 };
      if (count > MOST_SKIPPED && count > this.#items.length) this.#giveUp(wrong.line, count);
    } else this.#faults.push({ file: this.#file, ...wrong, hint });
  }

  /** Looking through the rest of a file that is something else costs more than reading a file that is not. */
  #giveUp(line: number, count: number): void {
    const message = `${count} of the first ${count + this.#items.length} records cannot be read`;
    const [first] = this.#skipped;
    const hint = first ? `the first, on line ${first.line}: ${first.message}` : '';
    this.refuse({ line, column: 1, message, expected: 'a file in the format that the swarm file names', hint });
  }

  refuse({ hint = '', ...wrong }: Wrong): void {
    this.#faults.push({ file: this.#file, ...wrong, hint });
    this.#over = true;
  }

  note(note: InputNote): void {
    this.#notes.push(note);
  }

  tally(code: PlacesCode, line: number, times = 1): void {
    const tally = this.#tallies.get(code) ?? new Tally();
    this.#tallies.set(code, tally);
    tally.add(line, times);
  }

  result(): Result<ReadTable, readonly Diagnostic[]> {
    if (this.#faults.length === 0 && this.#items.length === 0) this.#refuseEmpty();
    if (this.#faults.length === 0) this.#refuseUnseen();
    if (this.#faults.length > 0) return err(sortDiagnostics(this.#advised()));
    return ok({ items: this.#items, notes: [...this.#notes, ...this.#counted()], skipped: this.#skipped });
  }

  /** A field that no item has is misspelt, but for those that every item has anyhow. */
  #refuseUnseen(): void {
    for (const [{ field, by }, near] of this.#unseen) {
      if (isOfEveryItem(field)) this.#items.drop(field);
      else
        this.refuse({
          line: this.#first,
          column: 1,
          message: `no record has a field ${quote(field)}, which ${by} names`,
          expected: 'a field that records of the input have',
          hint: near ? `did you mean ${quote(near)}?` : '',
        });
    }
  }

  /** Where most records can be read, the first that cannot says how to go on without such. */
  #advised(): readonly Diagnostic[] {
    const [first, ...rest] = this.#faults;
    if (!first || this.#over || this.#items.length <= this.#faults.length) return this.#faults;
    const skip = 'to pass over records that cannot be read, write bad: skip under input';
    return [{ ...first, hint: first.hint === '' ? skip : `${first.hint}; ${skip}` }, ...rest];
  }

  #refuseEmpty(): void {
    const count = this.#tallies.get('skipped')?.count ?? 0;
    if (count === 0) {
      this.refuse(atStart('the input has no items', 'at least one line that is not blank', ''));
      return;
    }
    this.refuse(
      atStart(`the input has no items: all its ${count} records were skipped`, 'at least one that can be read', ''),
    );
    for (const wrong of this.#skipped.slice(0, MAX_TOLD)) this.refuse(wrong);
  }

  #counted(): InputNote[] {
    return Array.from(this.#tallies, ([code, { count, lines }]): InputNote => {
      const places = { count, lines: lines.toSorted((a, b) => a - b) };
      return code === 'cut' ? { code, most: this.#most, ...places } : ({ code, ...places } as InputNote);
    });
  }
}

/** As much as is kept of an item; never half a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const high = text.charCodeAt(most - 1);
  return text.slice(0, high >= 0xd800 && high < 0xdc00 ? most - 1 : most);
}
