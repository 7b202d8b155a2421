import Papa from 'papaparse';
import type { ResultRow } from '../store/records.ts';

/** One JSON object a line, in the order given; the last line ends with a line feed. */
export function toJsonLines(rows: readonly ResultRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
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
] as const;

/** The library's own pattern misses text of more than one line. */
const FORMULA = /^[=+\-@\t\r]/;

/** First line of `toCsv`. */
export const csvHeader = (): string => `${COLUMNS.join(',')}\r\n`;

/**
 * RFC 4180 records without a header; output and review are JSON. Text that a spreadsheet would run as a formula gets a quote in front:
 * it comes from logs and models, i.e. from strangers.
 */
export function toCsv(rows: readonly ResultRow[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) =>
    COLUMNS.map((column) => {
      const value = row[column];
      if (value === null || value === undefined) return '';
      return typeof value === 'object' || column === 'output' ? JSON.stringify(value) : value;
    }),
  );
  return `${Papa.unparse(cells, { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`;
}
