import type { TimeInText } from '../times.ts';

/** What a line says of itself by a format that it is in. Pure: the same text gives the same. */
export interface ReadLine {
  /** Null where the line names none, or one that no calendar has. */
  readonly time: () => TimeInText | null;
  /** The field of that name; null where nothing stands there. */
  readonly valueOf: (field: string) => unknown;
}

export interface LineFormat {
  /** Null where the line is in another format. @param line without its end; what follows belongs to its message */
  readonly read: (line: string, rest: string) => ReadLine | null;
}

/** Values by name; an empty text is nothing. */
export function named(
  time: () => TimeInText | null,
  values: Readonly<Record<string, string | number | undefined>>,
): ReadLine {
  return {
    time,
    valueOf: (field) => {
      const value = Object.hasOwn(values, field) ? values[field] : undefined;
      return value === undefined || value === '' || value === '-' ? null : value;
    },
  };
}

/** Digits as a number, anything else as it is. */
export const digits = (text: string | undefined): string | number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;

/** A message with the lines behind it, as an item of several lines has them. */
export const withRest = (message: string, rest: string): string => (rest === '' ? message : `${message}\n${rest}`);

/** Words that say how bad something is. */
export const LEVEL =
  '(?:trace|debug|verbose|fine|finer|finest|info|information|notice|warn|warning|error|err|severe|crit|critical|alert|fatal|panic|emerg|emergency)';
