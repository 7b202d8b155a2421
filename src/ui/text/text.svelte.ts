import { settings } from '../settings.svelte.ts';
import { en, type Dictionary } from './en.ts';
import { ko } from './ko.ts';

const dictionaries = { en, ko } as const;

/** The words of the page in the person's language; reactive. */
export function t(): Dictionary {
  return dictionaries[settings().language];
}

/** A date and time as people write them in that language. */
export function when(ms: number): string {
  return new Intl.DateTimeFormat(settings().language, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}
