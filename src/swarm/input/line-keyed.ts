/** Lines that name their fields themselves: JSON, and `key=value` as logfmt has it. */
import { parsedJson } from '../../kernel/parsed-json.ts';
import { momentOf } from '../moments.ts';
import { timeIn, type TimeInText } from '../times.ts';
import { valueAtPath } from './json-value.ts';
import type { LineFormat, ReadLine } from './line-format.ts';

/** What loggers call the same; the first that is there counts. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  time: ['time', 'timestamp', '@timestamp', 'ts', 'date', 'datetime', 't'],
  level: ['level', 'severity', 'lvl', 'loglevel', 'log.level'],
  message: ['message', 'msg', 'log', 'event'],
};
/** No line is longer that anybody would look into. */
const LONGEST = 262_144;

export const JSON_LINES: LineFormat = {
  read: (line, rest) => {
    const text = rest === '' ? line : `${line}\n${rest}`;
    if (!/^\s*\{/u.test(line) || text.length > LONGEST) return null;
    if (typeof parsedJson(text) !== 'object') return null;
    return keyed((field) => valueAtPath(text, field) ?? null);
  },
};

const PAIR = /(?:^|(?<=\s))([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/gu;

export const LOGFMT: LineFormat = {
  read: (line) => {
    if (!/^\s*[A-Za-z_@][\w.@/-]*=/u.test(line)) return null;
    const pairs = new Map<string, string>();
    let taken = 0;
    for (const [whole, key = '', quoted, bare = ''] of line.matchAll(PAIR)) {
      taken += whole.length + 1;
      pairs.set(key, quoted === undefined ? bare : quoted.replace(/\\(.)/gu, '$1'));
    }
    // A sentence may hold a pair or two.
    if (pairs.size < 2 || taken < line.trim().length / 2) return null;
    return keyed((field) => pairs.get(field) ?? null);
  },
};

function keyed(given: (field: string) => unknown): ReadLine {
  const value = (field: string): unknown => (given(field) === '' ? null : given(field));
  const usual = (field: string): unknown => {
    const own = value(field);
    if (own !== null || !Object.hasOwn(USUAL, field)) return own;
    return (USUAL[field] ?? []).map(value).find((each) => each !== null) ?? null;
  };
  return { time: () => timeOf(usual('time')), valueOf: usual };
}

function timeOf(value: unknown): TimeInText | null {
  const moment = momentOf(value);
  if (!moment) return null;
  const { wall, offset, yearless } = moment;
  return (
    (typeof value === 'string' ? timeIn(value) : null) ?? {
      text: String(value),
      ms: wall - (offset ?? 0) * 60_000,
      yearless,
      offset,
    }
  );
}
