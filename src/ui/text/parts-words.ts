import { settings } from '../base/settings.svelte.ts';
import { partsEn, partsKo, type PartsWords } from './parts.ts';

/** Words for texts in parts, in the person's language; reactive. */
export const partsWords = (): PartsWords => (settings().language === 'ko' ? partsKo : partsEn);
