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
  const review = value as ResultRow['review'];
  if (key !== 'review' || written.review === undefined || review === null) return JSON.stringify(value);
  return `{"agent":${JSON.stringify(review.agent)},"output":${written.review}}`;
}

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
] as const;

/** First line of `toCsv`. */
export const csvHeader = (): string => record(COLUMNS.map((name) => ({ text: name, plain: true })));

/**
 * RFC 4180 records without a header; output and review are JSON. Text that a spreadsheet would run as a formula gets a quote in front: it comes
 * from logs and models, i.e. from strangers. Numbers are none, whatever they begin with.
 */
export function toCsv(rows: readonly ResultRow[]): string {
  return rows.map((row) => record(COLUMNS.map((column) => cellOf(row, column)))).join('');
}

interface Cell {
  readonly text: string;
  /** Not text of strangers: a number, a truth, or JSON of one. */
  readonly plain: boolean;
}

function cellOf(row: ResultRow, column: (typeof COLUMNS)[number]): Cell {
  const value = row[column];
  if (value === null || value === undefined) return { text: '', plain: true };
  const plain = typeof value !== 'string';
  if (column === 'output') return { text: row.written?.output ?? JSON.stringify(value), plain };
  if (column === 'review') return { text: memberJson(column, value, row.written ?? {}), plain };
  return { text: plain ? JSON.stringify(value) : value, plain };
}

/** What makes a spreadsheet take a text for a formula; the wide forms are those of East Asian keyboards. */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

function record(cells: readonly Cell[]): string {
  const fields = cells.map(({ text, plain }) => {
    const guarded = !plain && FORMULA.test(text) ? `'${text}` : text;
    return /[",\r\n]|^ | $/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  });
  return `${fields.join(',')}\r\n`;
}

/** With a byte order mark where the text is not ASCII: spreadsheets take it for the encoding of the country otherwise. */
export function csvFile(parts: readonly string[]): readonly string[] {
  return parts.some((part) => /[^\0-\x7F]/.test(part)) ? ['\uFEFF', ...parts] : parts;
}
