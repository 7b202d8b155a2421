import { settings } from '../base/settings.svelte.ts';
import type { Language } from '../base/settings.ts';
import { en, type Dictionary } from './en.ts';

let korean = $state.raw<Dictionary | null>(null);

/** The words of the page in the person's language; reactive. English until another language's words are there. */
export function t(): Dictionary {
  return settings().language === 'ko' && korean ? korean : en;
}

/** Fetches the dictionary of a language, apart from the page: whoever reads one language does not wait for two. */
export async function loadDictionary(language: Language): Promise<void> {
  if (language === 'ko') korean ??= (await import('./ko.ts')).ko;
}

/** A date and time as people write them in that language. */
export function when(ms: number): string {
  return new Intl.DateTimeFormat(settings().language, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}
