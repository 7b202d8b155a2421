import type { ResultRow } from '../store/records.ts';

/** One JSON object a line, in the order given; the last line ends with a line feed. Numbers in outputs are as they were written. */
export function toJsonLines(rows: readonly ResultRow[]): string {
  return rows.map((row) => `${jsonOf(row)}\n`).join('');
}

function jsonOf({ written, ...row }: ResultRow): string {
  if (!written) return JSON.stringify(row);
  const members = Object.entries(row).map(
    ([key, value]) => `${JSON.stringify(key)}:${memberJson(key, value, written)}`,
  );
  return `{${members.join(',')}}`;
}

function memberJson(key: string, value: unknown, written: NonNullable<ResultRow['written']>): string {
  if (key === 'output' && written.output !== undefined) return written.output;
  if (key === 'outputs' && written.outputs) {
    const texts = written.outputs;
    const members = Object.entries(value as Record<string, unknown>).map(
      ([name, output]) => `${JSON.stringify(name)}:${ownText(texts, name) ?? JSON.stringify(output)}`,
    );
    return `{${members.join(',')}}`;
  }
  const review = value as ResultRow['review'];
  if (key !== 'review' || written.review === undefined || review === null) return JSON.stringify(value);
  const { agent, step } = review;
  const named = step === undefined ? '' : `,"step":${JSON.stringify(step)}`;
  return `{"agent":${JSON.stringify(agent)},"output":${written.review}${named}}`;
}

/** A step may be called `constructor`, as every object has one. */
const ownText = (texts: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(texts, name) ? texts[name] : undefined;

const COLUMNS = [
  'line',
  'input',
  'output',
  'failure',
  'agent',
  'attempts',
  'tokens',
  'durationMs',
  'review',
  'note',
  'lastLine',
  'model',
  'edited',
  'read',
  'signs',
  'step',
  'outputs',
  'of',
  'partial',
  'shared',
  'sharedLine',
  'sharedAt',
] as const;

/** First line of `toCsv`. */
export const csvHeader = (): string => record(COLUMNS.map((name) => ({ text: name, plain: true })));

/**
 * RFC 4180 records without a header; output and review are JSON. What a spreadsheet would run as a formula is guarded: it comes from logs and models,
 * i.e. from strangers. Numbers are none, whatever they begin with. docs/command-line.md tells how the text is had back.
 */
export function toCsv(rows: readonly ResultRow[]): string {
  return rows.map((row) => record(COLUMNS.map((column) => cellOf(row, column)))).join('');
}

interface Cell {
  readonly text: string;
  /** Not text of strangers: a number, a truth, or JSON of one. */
  readonly plain: boolean;
  /** JSON, in whose texts strangers speak. */
  readonly json?: boolean;
}

function cellOf(row: ResultRow, column: (typeof COLUMNS)[number]): Cell {
  const value = row[column];
  if (value === null || value === undefined) return { text: '', plain: true };
  const plain = typeof value !== 'string';
  if (column === 'output') return { text: row.written?.output ?? JSON.stringify(value), plain, json: true };
  if (column === 'review' || column === 'outputs')
    return { text: memberJson(column, value, row.written ?? {}), plain, json: true };
  return plain ? { text: JSON.stringify(value), plain, json: true } : { text: value, plain };
}

/** What a spreadsheet takes for the beginning of a formula; the wide and small forms are those of East Asian keyboards. */
const SIGN = String.raw`[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212]`;
/** What it may pass over on the way there: white space, what cannot be seen, quotes. */
const PASSED = String.raw`\s\p{Cc}\p{Cf}\p{DI}"'\u0060\u00B4\u2018-\u201F\uFF02\uFF07`;
const AT_FRONT = new RegExp(`^(?=[${PASSED},;]*${SIGN})`, 'u');
/**
 * Where a country's separator is the semicolon, a cell begins behind each, quotes or not, and a row behind each line end: what opens the field is
 * no first character of a cell there, so that its quotes mean nothing.
 */
const WITHIN = new RegExp(String.raw`([;\r\n])(?=(?:(?![\r\n])[${PASSED}])*${SIGN})`, 'gu');
/** The same within texts of JSON, where line ends are written as escapes. */
const WITHIN_JSON = new RegExp(String.raw`(;(?:\\[bfnrt"]|\\u[\da-fA-F]{4}|[${PASSED}])*)(${SIGN})`, 'gu');

/** A quote in front of what would begin a cell. */
const guarded = (text: string): string => text.replace(WITHIN, "$1'").replace(AT_FRONT, "'");

/** JSON of the same value in which no cell begins with a formula: its sign is written by number. */
const guardedJson = (json: string): string =>
  json.replace(
    WITHIN_JSON,
    (_, before: string, sign: string) => `${before}\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function record(cells: readonly Cell[]): string {
  const fields = cells.map(({ text, plain, json = false }) => {
    const safe = json ? guardedJson(text) : plain ? text : guarded(text);
    return /[",;\t\r\n]|^ | $/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${fields.join(',')}\r\n`;
}

/** With a byte order mark where the text is not ASCII: spreadsheets take it for the encoding of the country otherwise. */
export function csvFile(parts: readonly string[]): readonly string[] {
  return parts.some((part) => /[^\0-\x7F]/.test(part)) ? ['\uFEFF', ...parts] : parts;
}
