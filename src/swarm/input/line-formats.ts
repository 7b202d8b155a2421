/** Formats that lines may be in, by the names that a swarm file gives them. */
import type { LINE_FIELDS } from '../input-names.ts';
import { APACHE } from './line-apache.ts';
import { ISO } from './line-iso.ts';
import { JSON_LINES, LOGFMT } from './line-keyed.ts';
import type { LineFormat, ReadLine } from './line-format.ts';
import { SYSLOG } from './line-syslog.ts';

/** The more particular first: of two that as many lines have, the first is meant. */
export const LINE_FORMATS = {
  json: JSON_LINES,
  apache: APACHE,
  syslog: SYSLOG,
  logfmt: LOGFMT,
  iso: ISO,
} as const satisfies Record<keyof typeof LINE_FIELDS, LineFormat>;
export type LineFormatName = keyof typeof LINE_FORMATS;
export const LINE_FORMAT_NAMES = Object.keys(LINE_FORMATS) as LineFormatName[];

/** Characters of a first line that are looked at. */
const LONGEST = 65_536;

/** What an item's text says by the format; of several lines the first tells. Null where it is in no such format. */
export function readText(format: LineFormatName, text: string): ReadLine | null {
  const end = text.indexOf('\n');
  const line = end < 0 ? text : text.slice(0, end);
  const first = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (first.length > LONGEST && format !== 'json') return null;
  return LINE_FORMATS[format].read(first, end < 0 ? '' : text.slice(end + 1));
}
