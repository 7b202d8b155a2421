/** Times of items as ISO 8601 texts, and what a person compares them with: a date, or a part of one. */
import { offsetOf, timeIn, type TimeInText } from './times.ts';

/** A time as a text tells it: what the clock showed there, and where that clock stood. */
export interface Moment {
  /** Milliseconds since the epoch of what the clock showed, as if it stood at UTC. */
  readonly wall: number;
  /** Minutes east of UTC; null: nobody says. */
  readonly offset: number | null;
  /** `wall` is in the year 2000. */
  readonly yearless: boolean;
  /** Only a day is named. */
  readonly day: boolean;
}

const MINUTE = 60_000;
const DATE = String.raw`(\d{4})[-/](\d{2})[-/](\d{2})`;
const WHOLE = new RegExp(
  String.raw`^${DATE}(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}:?\d{2})?)?$`,
  'u',
);
/** No field that is a time is longer. */
const LONGEST = 64;

/** A text or number that is a time and nothing else; null where it is none. */
export function momentOf(value: unknown): Moment | null {
  if (typeof value === 'number') return Number.isFinite(value) ? epoch(value) : null;
  if (typeof value !== 'string' || value.length > LONGEST) return null;
  const text = value.trim();
  const found = WHOLE.exec(text);
  if (found) return ofParts(found);
  if (/^\d{10}(?:\.\d{1,9})?$|^\d{13}$/.test(text)) return epoch(Number(text));
  const time = timeIn(text);
  // What stands around it makes it a sentence with a time in it.
  return time && text.length - time.text.length <= MOST_AROUND ? momentIn(time) : null;
}
/** The name of a day, brackets, a zone in letters. */
const MOST_AROUND = 10;

/** What the clock showed. */
export function momentIn({ ms, offset, yearless }: Omit<TimeInText, 'text'>): Moment {
  return { wall: ms + (offset ?? 0) * MINUTE, offset, yearless, day: false };
}

/** Seconds have ten digits from 2001 on, milliseconds thirteen. */
function epoch(value: number): Moment | null {
  const digits = Math.trunc(Math.abs(value)).toString().length;
  if (value < 0 || (digits !== 10 && digits !== 13)) return null;
  const wall = Math.round(digits === 10 ? value * 1000 : value);
  return { wall, offset: 0, yearless: false, day: false };
}

function ofParts([
  ,
  year,
  month,
  day,
  hour,
  minute = '0',
  second = '0',
  part = '0',
  zone,
]: RegExpExecArray): Moment | null {
  const [y, mo, d, h, mi, s] = [year, month, day, hour ?? '0', minute, second].map(Number) as Six;
  const wall = Date.UTC(y, mo - 1, d, h, mi, s) + Math.floor(Number(`0.${part}`) * 1000);
  if (!isOfCalendar(y, mo, d) || h > 23 || mi > 59 || s > 60) return null;
  const offset = zone === undefined ? null : offsetOf(zone.toUpperCase());
  return { wall, offset, yearless: false, day: hour === undefined };
}
type Six = [number, number, number, number, number, number];

const isOfCalendar = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;

/**
 * `2005-06-14T15:16:01`, with parts of a second and the zone where they are known; of a day alone `2005-06-14`.
 * @param utc whatever zone it is of is told in UTC
 */
export function isoOf({ wall, offset, day }: Moment, utc = false): string {
  const shown = utc && offset !== null ? wall - offset * MINUTE : wall;
  const text = new Date(shown).toISOString();
  if (day) return text.slice(0, 10);
  const whole = text.endsWith('.000Z') ? text.slice(0, 19) : text.slice(0, 23);
  return whole + zoneText(offset === null ? null : utc ? 0 : offset);
}

function zoneText(offset: number | null): string {
  if (offset === null) return '';
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Of an ISO text the day, the hour or the minute that it is in; null where it does not say. */
export function partOf(iso: string, part: TimePart): string | null {
  const length = PARTS[part];
  return iso.length >= length ? iso.slice(0, length) : null;
}
/** Characters of an ISO text that tell them. */
const PARTS = { day: 10, hour: 13, minute: 16 } as const;
export type TimePart = keyof typeof PARTS;
export const TIME_PARTS = Object.keys(PARTS) as TimePart[];

/** A date as a person names it, whole or the first part of one. */
export interface TimeBound {
  /** As an ISO text begins that lies within it. */
  readonly prefix: string;
  /** Where a zone is named: the first and the last millisecond, since the epoch. */
  readonly within: readonly [from: number, to: number] | null;
}

const BOUND =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?)?\s?([Zz]|[+-]\d{2}:?\d{2})?)?)?)?$/u;

/** Null where it is no date, or one that no calendar has. */
export function boundOf(given: string | number): TimeBound | null {
  const found = BOUND.exec(String(given).trim());
  if (!found) return null;
  const [, year = '', month, day, hour, minute, second, part, zone] = found;
  const [y, mo, d] = [Number(year), Number(month ?? 1), Number(day ?? 1)];
  if (!isOfCalendar(y, mo, d) || Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59)
    return null;
  const named = [year, month && `-${month}`, day && `-${day}`, hour && `T${hour}`, minute && `:${minute}`];
  const prefix = [...named, second && `:${second}`, part && `.${part}`].filter(Boolean).join('');
  if (zone === undefined) return { prefix, within: null };
  const from =
    Date.UTC(y, mo - 1, d, Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)) +
    Math.floor(Number(`0.${part ?? '0'}`) * 1000) -
    offsetOf(zone.toUpperCase()) * MINUTE;
  const length = part ? 10 ** (3 - part.length) : second ? 1000 : minute ? MINUTE : hour ? 60 * MINUTE : 1440 * MINUTE;
  return { prefix, within: [from, from + length - 1] };
}

/** Below 0 where the time is before the bound, 0 where it is within it. */
export function compareTime(moment: Moment, { prefix, within }: TimeBound): number {
  if (within) {
    const ms = moment.wall - (moment.offset ?? 0) * MINUTE;
    return ms < within[0] ? -1 : ms > within[1] ? 1 : 0;
  }
  const text = new Date(moment.wall).toISOString().slice(0, prefix.length);
  return text < prefix ? -1 : text > prefix ? 1 : 0;
}
