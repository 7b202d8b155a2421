/** From the text of an input file to items, each with the line it came from. */
import Papa from 'papaparse';
import { err, ok, type Result } from '../kernel/result.ts';
import { type Diagnostic, quote, sortDiagnostics } from './diagnostic.ts';
import { MAX_ITEMS, type SwarmInput } from './model.ts';

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
 * Blank lines are passed over but counted, so that line numbers are those of an editor. Line ends are LF or CRLF; a byte order mark is dropped.
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
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  const collector = new Collector(file, limit);
  if (text.length > MAX_INPUT_CHARACTERS) {
    collector.fault(1, 1, 'the input is larger than 50 MiB', 'at most 50 MiB', 'split the file');
  } else if (text.slice(0, 65_536).includes('\0')) {
    collector.fault(1, 1, 'the input is not a text file', 'UTF-8 text', 'unpack archives first');
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
  constructor(column: number, message: string, expected: string) {
    super(message);
    this.column = column;
    this.expected = expected;
  }
}

class Collector {
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

  #cut(line: number, text: string): string {
    if (text.length <= MAX_ITEM_CHARACTERS) return text;
    if (this.#notes.length < MAX_NOTES) {
      this.#notes.push({ line, message: `${text.length} characters, cut to ${MAX_ITEM_CHARACTERS}` });
    }
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
      collector.fault(line, error.column, error.message, error.expected);
    }
  }
}

/** The field of a JSON line as agents read it: texts as they are, other values as JSON. */
function jsonText(line: string, field: string | undefined): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    // V8 tells the offset in most messages; a text that just ends has none.
    const message = error instanceof Error ? error.message : '';
    const offset = /at position (\d+)/.exec(message)?.[1] ?? (message.includes('end of JSON') ? line.length : 0);
    throw new BadRecord(Number(offset) + 1, 'the line is not JSON', 'one JSON value on each line');
  }
  if (field === undefined) return line;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const found: unknown =
    isMap && Object.hasOwn(value as object, field) ? (value as Record<string, unknown>)[field] : undefined;
  if (found === undefined) throw new BadRecord(1, `the line has no field ${quote(field)}`, 'an object with that field');
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** `column` by name reads the first record as the header; by number, from 1, there is no header. */
function readCsv(given: string, column: string | number, collector: Collector): void {
  // One kind of line end, so that lines can be counted from offsets.
  const text = given.replaceAll('\r\n', '\n');
  let index = typeof column === 'number' ? column - 1 : -1;
  let line = 1;
  let cursor = 0;

  Papa.parse<string[]>(text, {
    newline: '\n',
    // Guessed from a few records without the blank lines, which must not count as records of one field.
    delimiter: Papa.parse(text.slice(0, 65_536), { newline: '\n', preview: 20, skipEmptyLines: 'greedy' }).meta
      .delimiter,
    skipEmptyLines: false,
    step: ({ data, errors, meta }, parser) => {
      const at = line;
      for (
        let newline = text.indexOf('\n', cursor);
        newline >= 0 && newline < meta.cursor;
        newline = text.indexOf('\n', newline + 1)
      ) {
        line++;
      }
      cursor = meta.cursor;

      const [error] = errors.filter(({ type }) => type === 'Quotes');
      if (error) {
        const unclosed = error.code === 'MissingQuotes';
        collector.fault(
          at,
          1,
          unclosed
            ? 'a quoted field of this record never closes'
            : 'a quoted field of this record goes on after its closing quote',
          unclosed ? 'a closing quote' : 'a comma or the end of the line after a closing quote',
          'double a quote to have one within quotes',
        );
      } else if (data.length === 1 && data[0]?.trim() === '') {
        // A blank line.
      } else if (index < 0) {
        index = data.indexOf(String(column));
        if (index < 0) {
          collector.fault(
            at,
            1,
            `the header has no column ${quote(String(column))}`,
            `one of ${data.map(quote).join(', ')}`,
          );
        }
      } else {
        const value = data[index];
        if (value === undefined) {
          collector.fault(at, 1, `the record ends at column ${data.length}`, `at least ${index + 1} columns`);
        } else {
          collector.add(at, value);
        }
      }
      if (collector.full || index < 0) parser.abort();
    },
  });
}
