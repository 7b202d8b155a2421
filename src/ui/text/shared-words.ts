import { byLanguage } from './by-language.ts';
import { leftOutEn, leftOutKo, type LeftOutWords, sharedEn, sharedKo, type SharedWords } from './shared.ts';

/** Words for answers that several lines share, in the person's language; reactive. */
export const sharedWords = byLanguage<SharedWords>(sharedEn, sharedKo);

/** Words for items that no agent is asked about, in the person's language; reactive. */
export const leftOutWords = byLanguage<LeftOutWords>(leftOutEn, leftOutKo);
