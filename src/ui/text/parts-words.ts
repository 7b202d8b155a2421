import { byLanguage } from './by-language.ts';
import { partsEn, partsKo, type PartsWords } from './parts.ts';

/** Words for texts in parts, in the person's language; reactive. */
export const partsWords = byLanguage<PartsWords>(partsEn, partsKo);
