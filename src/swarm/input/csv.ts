/** The records of a CSV file (RFC 4180, any usual delimiter), and what is wrong with those that are not whole. */
import Papa from 'papaparse';
import { quote } from '../diagnostic.ts';
import { nearest } from '../nearest.ts';

/** Takes what was read. */
export interface RecordSink {
  /** Nothing more is wanted. */
  readonly full: boolean;
  add(line: number, text: string): void;
  fault(line: number, column: number, message: string, expected: string, hint?: string): void;
}

/** Names of columns that a message lists. */
const MAX_NAMES = 20;

/**
 * A record may end early, after the column that is read; one that goes on beyond the first record's columns is refused: most of them hold a
 * delimiter in a text without quotes, and half a text would be read without a word.
 *
 * @param column by name reads the first record as the header; by number, from 1, there is no header
 */
export function readCsv(given: string, column: string | number, sink: RecordSink): void {
  // One kind of line end, so that lines can be counted from offsets.
  const text = given.replaceAll('\r\n', '\n');
  // Guessed from a few records without the blank lines, which must not count as records of one field.
  const { delimiter } = Papa.parse(text.slice(0, 65_536), {
    newline: '\n',
    preview: 20,
    skipEmptyLines: 'greedy',
  }).meta;
  const named = typeof column === 'string';
  let index = named ? -1 : column - 1;
  /** Columns of the first record; 0 before it. */
  let width = 0;
  let line = 1;
  let cursor = 0;

  Papa.parse<string[]>(text, {
    newline: '\n',
    delimiter,
    skipEmptyLines: false,
    step: ({ data, errors, meta }, parser) => {
      const start = cursor;
      const at = line;
      for (
        let newline = text.indexOf('\n', cursor);
        newline >= 0 && newline < meta.cursor;
        newline = text.indexOf('\n', newline + 1)
      ) {
        line++;
      }
      cursor = meta.cursor;
      const record = { line: at, text: text.slice(start, cursor).replace(/\n$/, '') };

      const [error] = errors.filter(({ type }) => type === 'Quotes');
      if (error) {
        // The parser names the place after the opening quote.
        quotesFault(record, (error.index ?? start) - 1 - start, error.code === 'MissingQuotes', sink);
      } else if (data.length === 1 && data[0]?.trim() === '') {
        // A blank line.
      } else if (width === 0 && (named || index >= data.length)) {
        if (named) index = data.indexOf(column);
        width = data.length;
        if (index < 0 || index >= width) {
          columnFault(at, column, data, sink);
          parser.abort();
          return;
        }
      } else {
        width ||= data.length;
        const value = data[index];
        if (value === undefined) {
          sink.fault(
            at,
            endOf(record.text),
            `the record has ${count(data.length, 'column')}`,
            `at least ${index + 1}`,
            'write a delimiter for a field that is empty too',
          );
        } else if (data.slice(width).some((each) => each.trim() !== '')) {
          sink.fault(
            at,
            placeOf(record.text, delimiter, width),
            `the record has ${count(data.length, 'column')}, the ${named ? 'header' : 'first record'} ${width}`,
            `at most ${width}`,
            `put quotes around text that holds ${nameOf(delimiter)}`,
          );
        } else sink.add(at, value);
      }
      if (sink.full) parser.abort();
    },
  });
}

function quotesFault(
  record: { line: number; text: string },
  offset: number,
  unclosed: boolean,
  sink: RecordSink,
): void {
  const before = record.text.slice(0, Math.max(0, offset));
  const newline = before.lastIndexOf('\n');
  sink.fault(
    record.line + before.split('\n').length - 1,
    Math.max(1, before.length - newline),
    unclosed ? 'this quoted field never closes' : 'this quoted field goes on after its closing quote',
    unclosed ? 'a closing quote' : 'a delimiter or the end of the line after a closing quote',
    'double a quote to have one within quotes',
  );
}

function columnFault(line: number, column: string | number, data: readonly string[], sink: RecordSink): void {
  if (typeof column === 'number') {
    sink.fault(
      line,
      1,
      `the first record has ${count(data.length, 'column')}`,
      `at least ${column}, as the swarm file reads column ${column}`,
      'mend input.column there, or give another file',
    );
    return;
  }
  const more = data.length > MAX_NAMES ? ` and ${data.length - MAX_NAMES} more` : '';
  const near = nearest(column, data);
  sink.fault(
    line,
    1,
    `the header has no column ${quote(column)}`,
    `one of ${data.slice(0, MAX_NAMES).map(quote).join(', ')}${more}`,
    near ? `did you mean ${quote(near)}? Mend input.column in the swarm file, or the header` : '',
  );
}

/** Column at which the first field too many begins, where no quotes hide delimiters; else 1. */
function placeOf(record: string, delimiter: string, width: number): number {
  if (record.includes('"')) return 1;
  return record.split(delimiter, width).join(delimiter).length + delimiter.length + 1;
}

/** Column after the record's last character; 1 where it goes over several lines. */
function endOf(record: string): number {
  return record.includes('\n') ? 1 : record.length + 1;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function nameOf(delimiter: string): string {
  return { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a bar' }[delimiter] ?? quote(delimiter);
}
