/** Numbers, bytes and times as people read them. Digits group the same way in both languages, so nothing here depends on the language. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 4882 -> "4,882". */
export function num(value: number): string {
  return grouped.format(value);
}

/** Lines of a file: "12", or "12–17" where there are several. */
export function lineRange(line: number, lastLine = line): string {
  return lastLine > line ? `${num(line)}–${num(lastLine)}` : num(line);
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/**
 * Bytes with a unit, powers of 1024, at most three significant digits: 1536 -> "1.5 KB", 0 -> "0 B".
 * The names are those that operating systems show.
 */
export function bytes(value: number): string {
  let amount = Math.max(0, value);
  let unit = 0;
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${significant(amount, unit === 0)} ${UNITS[unit] ?? 'B'}`;
}

/** Parts of one whole in one unit, that of the largest: whole MB, or GB with one digit. "1.1", "0.4", "3.2 GB" where they stand in a row. */
export function inOneUnit(parts: readonly number[]): { readonly amounts: readonly string[]; readonly unit: string } {
  const gigabytes = Math.max(...parts) >= 999.5 * 1024 ** 2;
  const size = 1024 ** (gigabytes ? 3 : 2);
  return { amounts: parts.map((part) => (part / size).toFixed(gigabytes ? 1 : 0)), unit: gigabytes ? 'GB' : 'MB' };
}

/** MiB as the person set it: 7168 -> "7 GB", 6500 -> "6.35 GB". */
export function mebibytes(value: number): string {
  return bytes(value * 1024 * 1024);
}

function significant(amount: number, whole: boolean): string {
  if (whole || amount >= 100) return grouped.format(Math.round(amount));
  return String(Number(amount.toFixed(amount >= 10 ? 1 : 2)));
}

/** A rate of tokens: whole numbers from 100 up, one digit below. */
export function rate(perSecond: number): string {
  return perSecond >= 100 ? num(Math.round(perSecond)) : String(Number(perSecond.toFixed(1)));
}

/** A clock reading from milliseconds: "0:07", "6:42", "1:02:03". */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A clock reading with milliseconds, for a story: "5:57.163". */
export function clockFine(ms: number): string {
  const whole = Math.round(Math.max(0, ms));
  return `${clock(whole)}.${String(whole % 1000).padStart(3, '0')}`;
}

/** A length of time: "41 ms", "1.74 s", "12 s", "3 min 20 s". */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(2))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** A length of time that nobody knows to the second, ms: "45 s", "7 min", "3 h". */
export function about(ms: number): string {
  if (ms < 100_000) return span(Math.max(1000, ms - (ms % 1000)));
  const minutes = Math.round(ms / 60_000);
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** A share as a whole percent, never rounded up to 100 nor down to 0: "81 %", "<1 %". */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %';
  if (share < 1 && share > 0.99) return '99 %';
  return `${Math.round(share * 100)} %`;
}

/** One line of compact JSON; what cannot be written as JSON as text. */
export function compact(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Parts of a text as people count characters, from 1: "1–2,640, 3,001–4,035". */
export const charactersOf = (parts: readonly (readonly [from: number, to: number])[]): string =>
  parts.map(([from, to]) => `${num(from + 1)}–${num(to)}`).join(', ');
