import { settings } from '../base/settings.svelte.ts';

/** Words that are there in both languages, in the person's; reactive where it is called. */
export const byLanguage =
  <Words>(en: Words, ko: Words): (() => Words) =>
  () =>
    settings().language === 'ko' ? ko : en;
