import { byLanguage } from '../text/by-language.ts';
import { signsEn, signsKo, type SignWords } from '../text/signs.ts';

/** Words for signs of an instruction in the person's language; reactive. */
export const signWords = byLanguage<SignWords>(signsEn, signsKo);
