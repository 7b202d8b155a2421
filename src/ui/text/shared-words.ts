import { settings } from '../base/settings.svelte.ts';
import { leftOutEn, leftOutKo, type LeftOutWords, sharedEn, sharedKo, type SharedWords } from './shared.ts';

/** Words for answers that several lines share, in the person's language; reactive. */
export const sharedWords = (): SharedWords => (settings().language === 'ko' ? sharedKo : sharedEn);

/** Words for items that no agent is asked about, in the person's language; reactive. */
export const leftOutWords = (): LeftOutWords => (settings().language === 'ko' ? leftOutKo : leftOutEn);
