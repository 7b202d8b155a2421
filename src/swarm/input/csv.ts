/** From a CSV file to the texts of one column: what stands before the table, its header, and records that are not whole. */
import { quote } from '../diagnostic.ts';
import { columnsNamed, keptColumns, type KeptColumn, valueAt } from './csv-fields.ts';
import { nearest } from '../nearest.ts';
import { type CsvForm, type CsvRecord, type CsvStart, eachRecord, MAX_COLUMNS } from './csv-records.ts';
import { guessDelimiter, guessFromStart } from './delimiter.ts';
import type { InputFormat, Reading, RecordSink } from './sink.ts';

/** Names of columns that a message lists. */
const MAX_NAMES = 20;
/** Lines that are looked through for a header that is not where it should be. */
const MAX_TITLE_LINES = 50;

/** Where the table is, and what is read of it. */
interface Table {
  readonly form: CsvForm;
  /** How the delimiter is known: the swarm file or the file itself says it, or it is a guess. */
  readonly by: 'asked' | 'file' | 'guess';
  /** Behind the header, where there is one. */
  readonly start: CsvStart;
  /** Columns of the first record, and index of the one that is read. */
  readonly width: number;
  readonly index: number;
  /** What is kept beside it. */
  readonly kept: readonly KeptColumn[];
  /** Lines that begin with `#` are passed over within the table too: all where its header is such a line, or those without the column that is read. */
  readonly commented: 'all' | 'short' | 'none';
}

/**
 * A record may end early, after the column that is read; one that goes on beyond the first record's columns is wrong: most of them hold a
 * delimiter in a text without quotes, and half a text would be read without a word.
 *
 * @param file its name, which may say what it is
 * @param given lines end in LF or CRLF
 */
export function readCsv(file: string, given: string, format: InputFormat, sink: RecordSink, reading: Reading): void {
  // One kind of line end, so that lines can be counted from offsets.
  const text = given.replaceAll('\r\n', '\n');
  const table = reading === 1 ? tableAsBefore(text, format, sink) : tableOf(file, text, format, sink);
  if (table) readTable(text, table, isNamed(format), sink);
}

const isNamed = ({ column }: InputFormat): boolean => typeof column === 'string';

function readTable(text: string, table: Table, named: boolean, sink: RecordSink): void {
  const { form, by, width, index, commented, kept } = table;
  let [records, agreeing] = [0, 0];
  eachRecord(text, form, table.start, (record) => {
    if (isBlank(record)) return !sink.full;
    const passed = commented === 'all' || (commented === 'short' && record.fields.length <= index);
    if (passed && text[record.start] === '#') {
      sink.tally('comments', record.line);
      return !sink.full;
    }
    records++;
    if (record.fields.length === width) agreeing++;
    readRecord(text, record, { form, width, index, named, kept }, sink);
    return !sink.full;
  });
  if (by !== 'asked')
    sink.note({ code: 'delimiter', delimiter: form.delimiter, by, columns: width, records, agreeing });
}

function readRecord(
  text: string,
  record: CsvRecord,
  { form, width, index, named, kept }: Pick<Table, 'form' | 'width' | 'index' | 'kept'> & { readonly named: boolean },
  sink: RecordSink,
): void {
  const { line, lastLine, fields, fault } = record;
  if (fault?.kind === 'wide') {
    sink.bad(tooWide(record, fault.at));
    return;
  }
  if (fault) {
    const before = text.slice(record.start, fault.at);
    const unclosed = fault.kind === 'unclosed';
    const at = line + before.split('\n').length - 1;
    sink.bad(
      {
        line: at,
        column: before.length - before.lastIndexOf('\n'),
        message: unclosed ? 'this quoted field never closes' : 'this quoted field goes on after its closing quote',
        expected: unclosed ? 'a closing quote' : 'a delimiter or the end of the line after a closing quote',
        hint: 'double a quote to have one within quotes',
      },
      line,
    );
    return;
  }
  const value = fields[index];
  if (value === undefined) {
    sink.bad({
      line,
      column: lastLine > line ? 1 : record.end - record.start + 1,
      message: `the record has ${count(fields.length, 'column')}`,
      expected: `at least ${index + 1}`,
      hint: 'write a delimiter for a field that is empty too',
    });
  } else if (fields.slice(width).some((each) => each.trim() !== '')) {
    sink.bad({
      line,
      column: placeOf(text, record, width),
      message: `the record has ${count(fields.length, 'column')}, the ${named ? 'header' : 'first record'} ${width}`,
      expected: `at most ${width}`,
      hint: `put quotes around text that holds ${nameOf(form.delimiter)}`,
    });
  } else if (kept.length === 0) sink.add({ line, lastLine, text: value });
  else sink.add({ line, lastLine, text: value, values: kept.map((column) => valueAt(fields, column)) });
}

const tooWide = ({ line, start }: CsvRecord, at: number) => ({
  line,
  column: at - start + 1,
  message: `the record goes on after ${MAX_COLUMNS} columns`,
  expected: `at most ${MAX_COLUMNS}`,
  hint: 'leave out columns that nobody reads, or say input.delimiter',
});

/** Column at which the first field too many begins, where no quotes hide delimiters; else 1. */
function placeOf(text: string, { start, end, offsets }: CsvRecord, width: number): number {
  return text.slice(start, end).includes('"') ? 1 : (offsets[width] ?? start) - start + 1;
}

/** As runs of earlier versions have it: the first record that is not blank is the header, whatever it is, and of equal names the first counts. */
function tableAsBefore(text: string, format: InputFormat, sink: RecordSink): Table | null {
  const { column = 1 } = format;
  const form = { delimiter: guessFromStart(text), padded: false, loose: true } as const;
  const first = firstRecord(text, form, { offset: 0, line: 1 });
  if (!first) return null;
  const index = typeof column === 'string' ? first.fields.indexOf(column) : column - 1;
  if (index < 0 || index >= first.fields.length) return missingColumn(text, first, format, sink);
  const start = typeof column === 'string' ? behind(first) : { offset: 0, line: 1 };
  return { form, by: 'asked', start, width: first.fields.length, index, kept: [], commented: 'none' };
}

function tableOf(file: string, text: string, format: InputFormat, sink: RecordSink): Table | null {
  const { column = 1, header = isNamed(format) } = format;
  const { told, comments, start: behindComments } = preludeOf(text);
  // Where nothing else follows they are what there is.
  const start = behindComments.offset < text.length ? behindComments : (comments[0] ?? behindComments);
  if (told !== null && format.delimiter !== undefined && told !== format.delimiter) {
    sink.note({ code: 'other-delimiter', delimiter: format.delimiter, told });
  }
  const asked = format.delimiter ?? told;
  const by = format.delimiter !== undefined ? 'asked' : told === null ? 'guess' : 'file';
  const indexIn = (fields: readonly string[]): number => columnsOf(column, fields)[0] ?? -1;
  const delimiter = asked ?? guessDelimiter({ file, text, from: start, indexIn });
  const plain = firstRecord(text, { delimiter, padded: false }, start);
  const form = { delimiter, padded: plain !== null && isPadded(text, plain, delimiter) };
  const first = form.padded ? firstRecord(text, form, start) : plain;

  if (typeof column === 'string' && (!first || indexIn(first.fields) < 0)) {
    const found = headerInComments(comments, column, asked);
    if (found) {
      const { names, line, ...table } = found;
      const kept = keptColumns({ fields: names, line }, true, sink);
      if (!kept) return null;
      for (const comment of comments) sink.tally('comments', comment.line);
      return { form: { ...form, delimiter: found.delimiter }, by, start, ...table, kept, commented: 'all' };
    }
  }
  if (!first) return null;
  const index = indexIn(first.fields);
  if (index < 0 && first.fault?.kind === 'wide') {
    sink.refuse(tooWide(first, first.fault.at));
    return null;
  }
  if (index < 0) return missingColumn(text, first, format, sink);
  const found = columnsOf(column, first.fields);
  if (found.length > 1) return ambiguousColumn(first, String(column), found, sink);
  const commented = comments.length > 0 ? 'short' : 'none';
  const kept = keptColumns(first, header, sink);
  if (!kept) return null;
  const table: Table = { form, by, start, width: first.fields.length, index, kept, commented };
  if (form.padded || (typeof column === 'string' && first.fields[index] !== column)) sink.note({ code: 'padded' });
  // Without a header, lines such as `#1234;…` may be records like the others.
  const [comment] = comments;
  if (!header && comment && widthOf(text, form, comment) === table.width)
    return { ...table, start: comment, commented: 'none' };
  for (const { line } of comments) sink.tally('comments', line);
  return header ? { ...table, start: behind(first) } : table;
}

/** Indices of the columns that are meant. */
function columnsOf(column: string | number, fields: readonly string[]): number[] {
  if (typeof column === 'string') return columnsNamed(column, fields);
  return column <= fields.length ? [column - 1] : [];
}

interface Prelude {
  /** Delimiter that the file's first line names, as Excel writes it: `sep=;`. */
  readonly told: string | null;
  /** Lines before the table that begin with `#`. */
  readonly comments: readonly Comment[];
  readonly start: CsvStart;
}
type Comment = CsvStart & { readonly text: string };

function preludeOf(text: string): Prelude {
  const comments: Comment[] = [];
  let told: string | null = null;
  let line = 1;
  let offset = 0;
  while (offset < text.length) {
    const end = text.indexOf('\n', offset);
    const each = text.slice(offset, end < 0 ? text.length : end);
    const sep = /^"?sep=(.)"?\s*$/i.exec(each)?.[1];
    if (told === null && comments.length === 0 && sep !== undefined) told = sep;
    else if (each.startsWith('#')) comments.push({ offset, line, text: each });
    else if (each.trim() !== '') break;
    offset = end < 0 ? text.length : end + 1;
    line++;
  }
  return { told, comments, start: { offset, line } };
}

/**
 * A header that is a comment, as in logs of web servers (`#Fields: date time cs-uri`) and of Zeek (`#fields<TAB>ts<TAB>uid`), or just begins
 * with the sign (`#id;message`). The last that has the column is meant.
 */
function headerInComments(
  comments: readonly Comment[],
  column: string,
  asked: string | null,
): {
  readonly delimiter: string;
  readonly width: number;
  readonly index: number;
  readonly names: readonly string[];
  readonly line: number;
} | null {
  for (const { text, line } of comments.toReversed()) {
    const names = text.replace(/^#+\s*(?:fields\b:?\s*)?/i, '');
    for (const delimiter of asked === null ? ['\t', ';', '|', ',', ' '] : [asked]) {
      const fields = names.split(delimiter);
      const [index] = columnsOf(column, fields);
      if (index !== undefined) return { delimiter, width: fields.length, index, names: fields, line };
    }
  }
  return null;
}

function firstRecord(text: string, form: CsvForm, from: CsvStart): CsvRecord | null {
  let first: CsvRecord | null = null;
  eachRecord(text, form, from, (record) => {
    if (isBlank(record)) return true;
    first = record;
    return false;
  });
  return first;
}

function widthOf(text: string, form: CsvForm, from: CsvStart): number {
  return firstRecord(text, form, from)?.fields.length ?? 0;
}

const behind = ({ end, lastLine }: CsvRecord): CsvStart => ({ offset: end + 1, line: lastLine + 1 });

const isBlank = ({ fields, fault }: CsvRecord): boolean =>
  fault === null && fields.length === 1 && fields[0]?.trim() === '';

/** A space stands behind each delimiter of the first record: it is there for the eye. */
function isPadded(text: string, { offsets }: CsvRecord, delimiter: string): boolean {
  return delimiter !== ' ' && offsets.length > 1 && offsets.slice(1).every((at) => text[at] === ' ');
}

function ambiguousColumn(
  { line, start, offsets }: CsvRecord,
  column: string,
  found: readonly number[],
  sink: RecordSink,
): null {
  const [first = 0, second = 0] = found;
  sink.refuse({
    line,
    column: (offsets[second] ?? start) - start + 1,
    message: `the header has the column ${quote(column)} ${found.length} times: columns ${numbersOf(found)}`,
    expected: 'each name once',
    hint: `rename one, or give the number in the swarm file: column: ${first + 1}, header: true`,
  });
  return null;
}

function numbersOf(found: readonly number[]): string {
  const shown = found.slice(0, MAX_NAMES).map((each) => each + 1);
  return `${shown.join(' and ')}${found.length > MAX_NAMES ? ` and ${found.length - MAX_NAMES} more` : ''}`;
}

function missingColumn(text: string, first: CsvRecord, { column = 1 }: InputFormat, sink: RecordSink): null {
  const { line, fields } = first;
  if (typeof column === 'number') {
    sink.refuse({
      line,
      column: 1,
      message: `the first record has ${count(fields.length, 'column')}`,
      expected: `at least ${column}, as the swarm file reads column ${column}`,
      hint: 'mend input.column there, say input.delimiter, or give another file',
    });
    return null;
  }
  const names = fields.map((each) => each.trim());
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const near = nearest(column, names);
  const later = lineWith(text, first, column);
  sink.refuse({
    line,
    column: 1,
    message: `the header has no column ${quote(column)}`,
    expected: `one of ${names.slice(0, MAX_NAMES).map(quote).join(', ')}${more}`,
    hint: near
      ? `did you mean ${quote(near)}? Mend input.column in the swarm file, or the header`
      : later > 0
        ? `line ${later} has it: remove the lines before it`
        : '',
  });
  return null;
}

/** The line behind the first that has a field of that name, near the beginning; 0 where none has. */
function lineWith(text: string, first: CsvRecord, column: string): number {
  const { offset, line } = behind(first);
  const lines = text.slice(offset, offset + 65_536).split('\n', MAX_TITLE_LINES);
  const at = lines.findIndex((each) =>
    each.split(/[,;\t|]/).some((field) => field.replaceAll('"', '').trim() === column),
  );
  return at < 0 ? 0 : line + at;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function nameOf(delimiter: string): string {
  return (
    { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a bar', ' ': 'a space' }[delimiter] ?? quote(delimiter)
  );
}
