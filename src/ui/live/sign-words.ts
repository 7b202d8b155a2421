import { settings } from '../base/settings.svelte.ts';
import { signsEn, signsKo, type SignWords } from '../text/signs.ts';

/** Words for signs of an instruction in the person's language; reactive. */
export const signWords = (): SignWords => (settings().language === 'ko' ? signsKo : signsEn);
