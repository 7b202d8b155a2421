/** Times that lines of logs begin with, or name among the first things: syslog, ISO 8601 and its like, Apache, epoch. */

export interface TimeInText {
  /** As it stands in the text. */
  readonly text: string;
  /** Since the epoch; without a zone as if it were UTC. */
  readonly ms: number;
  /** The text names no year: `ms` is in the year 2000. */
  readonly yearless: boolean;
  /** Minutes east of UTC that the text names; null: it names no zone. */
  readonly offset: number | null;
}

/** A time stands near the front. */
const LOOKED_AT = 256;
/** By number from 0, in small letters. */
export const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const CLOCK = String.raw`(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?`;

const ISO = new RegExp(
  String.raw`(?<![\d.])(\d{4})([-/])(\d{2})\2(\d{2})[T ]${CLOCK}\s?(Z|[+-]\d{2}:?\d{2}(?!\d))?`,
  'u',
);
const APACHE = new RegExp(String.raw`(?<!\d)(\d{2})/(${MONTH})/(\d{4}):${CLOCK}(?: ([+-]\d{4}))?`, 'iu');
const APACHE_ERROR = new RegExp(String.raw`(?<![A-Za-z])(${MONTH}) +(\d{1,2}) ${CLOCK} (\d{4})(?!\d)`, 'iu');
const SYSLOG = new RegExp(String.raw`(?<![A-Za-z])(${MONTH}) +(\d{1,2}) ${CLOCK}(?!\d)`, 'iu');
const EPOCH = /(?:^[[(]?|\b(?:ts|time|timestamp|epoch)["']?\s*[=:]\s*["']?)(\d{10}(?:\.\d{1,9})?|\d{13})(?![\d.:/-])/iu;

/** The time of a line, by the first of the forms that it has; null where it has none that could be one. */
export function timeIn(line: string): TimeInText | null {
  const text = line.slice(0, LOOKED_AT);
  return isoIn(text) ?? apacheIn(text) ?? apacheErrorIn(text) ?? syslogIn(text) ?? epochIn(text);
}

function isoIn(text: string): TimeInText | null {
  const found = ISO.exec(text);
  if (!found) return null;
  const [whole, year, , month, day, hour, minute, second, part, zone] = found;
  return made(whole, [year, Number(month) - 1, day, hour, minute, second, part], zone);
}

function apacheIn(text: string): TimeInText | null {
  const found = APACHE.exec(text);
  if (!found) return null;
  const [whole, day, month = '', year, hour, minute, second, part, zone] = found;
  return made(whole, [year, MONTHS.indexOf(month.toLowerCase()), day, hour, minute, second, part], zone);
}

function apacheErrorIn(text: string): TimeInText | null {
  const found = APACHE_ERROR.exec(text);
  if (!found) return null;
  const [whole, month = '', day, hour, minute, second, part, year] = found;
  return made(whole, [year, MONTHS.indexOf(month.toLowerCase()), day, hour, minute, second, part]);
}

function syslogIn(text: string): TimeInText | null {
  const found = SYSLOG.exec(text);
  if (!found) return null;
  const [whole, month = '', day, hour, minute, second, part] = found;
  const time = made(whole, [2000, MONTHS.indexOf(month.toLowerCase()), day, hour, minute, second, part]);
  return time && { ...time, yearless: true };
}

function epochIn(text: string): TimeInText | null {
  const [, digits] = EPOCH.exec(text) ?? [];
  if (digits === undefined) return null;
  const ms = digits.length === 13 && !digits.includes('.') ? Number(digits) : Number(digits) * 1000;
  return { text: digits, ms: Math.round(ms), yearless: false, offset: 0 };
}

/** A time of which the parts are known. @param parts year, if one is named, month from 0, day, hour, minute, second, fraction */
export function timeOf([year, ...parts]: readonly Part[]): TimeInText | null {
  const time = made('', [year ?? 2000, ...parts]);
  return time && { ...time, yearless: year === undefined };
}

type Part = string | number | undefined;

/** Null for what no calendar or clock has, such as a 31st of June. */
function made(text: string, parts: readonly Part[], zone?: string): TimeInText | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number);
  const fraction = Number(`0.${String(parts[6] ?? 0)}`);
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  const same = date.getUTCMonth() === month && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 61;
  if (!same) return null;
  const offset = zone === undefined ? null : offsetOf(zone);
  const ms = date.getTime() + Math.round(fraction * 1000) - (offset ?? 0) * 60_000;
  return { text: text.trim(), ms, yearless: false, offset };
}

/** Minutes east of UTC: of `Z` 0. @param zone `Z`, `+02:00` or `-0500` */
export function offsetOf(zone: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

const DAY = 86_400_000;
/** 2000 has the 29th of February, and so has what follows it here. */
const YEAR = 366 * DAY;

/**
 * Times without a year in one order: what comes more than a day before the log's first is of the year after. A log of more than a year cannot be told
 * from that.
 * @param first ms of the first time without a year that the log has; null: there is none
 */
export function inOrder({ ms, yearless }: TimeInText, first: number | null): number {
  return yearless && first !== null && ms < first - DAY ? ms + YEAR : ms;
}

/** The first time without a year among texts in the order of the input. */
export function firstYearless(texts: Iterable<string>): number | null {
  for (const text of texts) {
    const time = timeIn(text);
    if (time?.yearless) return time.ms;
  }
  return null;
}
