/** From the text of an input file to items, each with the line it came from. */
import { err, ok, type Result } from '../../kernel/result.ts';
import { type RecordSink, readCsv } from './csv.ts';
import { type Diagnostic, quote, sortDiagnostics } from '../diagnostic.ts';
import { foreignFormat, plainText } from './foreign.ts';
import { jsonFaultAt } from './json-fault.ts';
import { MAX_ITEMS, type SwarmInput } from '../model.ts';
import { nearest } from '../nearest.ts';

/** What one task is about. */
export interface InputItem {
  /** Line of the file on which the item begins, from 1. */
  readonly line: number;
  /** What agents read; never blank. */
  readonly text: string;
}

export interface ReadInput {
  readonly items: readonly InputItem[];
  /** What was changed on the way in, for people; at most 20. */
  readonly notes: readonly { readonly line: number; readonly message: string }[];
}

export const MAX_INPUT_CHARACTERS = 50 * 1024 * 1024;
/** Longer items are cut: no small model has room for them. */
export const MAX_ITEM_CHARACTERS = 16_384;
const MAX_NOTES = 20;
/** A file with this many broken records is not in the format at all. */
const MAX_ERRORS = 50;

export type InputFormat = Pick<SwarmInput, 'format' | 'column' | 'field' | 'limit'>;

/**
 * Blank lines are passed over but counted, so that line numbers are those of an editor. Line ends are LF, CRLF or, in a file without LF, CR; a
 * byte order mark is dropped.
 *
 * @param file name for messages only
 * @param limit at most this many items; default the format's own, then all (at most 1,000,000)
 */
export function readInput(
  file: string,
  given: string,
  format: InputFormat,
  limit = format.limit ?? Infinity,
): Result<ReadInput, readonly Diagnostic[]> {
  const text = plainText(given);
  const collector = new Collector(file, limit);
  const foreign = foreignFormat(text);
  if (text.length > MAX_INPUT_CHARACTERS) {
    collector.fault(1, 1, 'the input is larger than 50 MiB', 'at most 50 MiB', 'split the file');
  } else if (foreign) {
    collector.fault(1, 1, foreign.message, 'UTF-8 text', foreign.hint);
  } else if (format.format === 'csv') {
    readCsv(text, format.column ?? 1, collector);
  } else {
    readLines(text, collector, format.format === 'jsonl' ? (line) => jsonText(line, format.field) : (line) => line);
  }
  return collector.result();
}

/** Where a record is wrong, thrown by the function that turns a line into an item's text. */
class BadRecord extends Error {
  readonly column: number;
  readonly expected: string;
  readonly hint: string;
  constructor(column: number, message: string, expected: string, hint = '') {
    super(message);
    this.column = column;
    this.expected = expected;
    this.hint = hint;
  }
}

class Collector implements RecordSink {
  readonly #file: string;
  readonly #limit: number;
  readonly #items: InputItem[] = [];
  readonly #notes: { line: number; message: string }[] = [];
  readonly #faults: Diagnostic[] = [];

  constructor(file: string, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  get full(): boolean {
    return this.#items.length >= this.#limit || this.#faults.length >= MAX_ERRORS;
  }

  add(line: number, text: string): void {
    if (this.full || text.trim() === '') return;
    if (this.#items.length === MAX_ITEMS) {
      this.fault(
        line,
        1,
        `the input has more than ${MAX_ITEMS} items`,
        `at most ${MAX_ITEMS}`,
        'set a limit, or split the file',
      );
      this.#faults.length = MAX_ERRORS;
      return;
    }
    if (text.includes('\uFFFD')) this.#note(line, 'holds what is not UTF-8, read as \uFFFD');
    this.#items.push({ line, text: this.#cut(line, text) });
  }

  fault(line: number, column: number, message: string, expected: string, hint = ''): void {
    this.#faults.push({ file: this.#file, line, column, message, expected, hint });
  }

  result(): Result<ReadInput, readonly Diagnostic[]> {
    if (this.#faults.length === 0 && this.#items.length === 0) {
      this.fault(1, 1, 'the input has no items', 'at least one line that is not blank');
    }
    if (this.#faults.length > 0) return err(sortDiagnostics(this.#faults.filter(Boolean)));
    return ok({ items: this.#items, notes: this.#notes });
  }

  #note(line: number, message: string): void {
    if (this.#notes.length < MAX_NOTES) this.#notes.push({ line, message });
  }

  #cut(line: number, text: string): string {
    if (text.length <= MAX_ITEM_CHARACTERS) return text;
    this.#note(line, `${text.length} characters, cut to ${MAX_ITEM_CHARACTERS}`);
    // Not through the middle of a surrogate pair.
    const high = text.charCodeAt(MAX_ITEM_CHARACTERS - 1);
    return text.slice(0, high >= 0xd800 && high < 0xdc00 ? MAX_ITEM_CHARACTERS - 1 : MAX_ITEM_CHARACTERS);
  }
}

function readLines(text: string, collector: Collector, textOf: (line: string) => string): void {
  let start = 0;
  for (let line = 1; start <= text.length && !collector.full; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const raw = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    start = end + 1;
    if (raw.trim() === '') continue;
    try {
      collector.add(line, textOf(raw));
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      collector.fault(line, error.column, error.message, error.expected, error.hint);
    }
  }
}

/** The field of a JSON line as agents read it: texts as they are, other values as JSON. */
function jsonText(line: string, field: string | undefined): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    const at = jsonFaultAt(line);
    const cut = at >= line.length;
    throw new BadRecord(
      at + 1,
      cut ? 'the line ends within its JSON value' : 'the line is not JSON from here on',
      'one JSON value on each line',
      cut ? 'write a value that goes over several lines on one' : jsonHint(line, at),
    );
  }
  if (field === undefined) return line;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const found: unknown =
    isMap && Object.hasOwn(value as object, field) ? (value as Record<string, unknown>)[field] : undefined;
  if (found === undefined) {
    const near = isMap ? nearest(field, Object.keys(value as object)) : null;
    throw new BadRecord(
      1,
      `the line has no field ${quote(field)}`,
      'an object with that field',
      near ? `did you mean ${quote(near)}? Mend input.field in the swarm file, or the line` : '',
    );
  }
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** What people write where JSON wants something else. */
function jsonHint(line: string, at: number): string {
  const rest = line.slice(at);
  if (rest.startsWith("'")) return 'texts and keys stand in double quotes';
  if (/^(?:NaN|Infinity|None|True|False|undefined)\b/.test(rest))
    return 'JSON knows true, false, null and finite numbers';
  if (/^[}\]]/.test(rest) && line.slice(0, at).trimEnd().endsWith(','))
    return 'no comma stands before a closing bracket';
  return '';
}
