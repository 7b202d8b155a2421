import { settings } from '../base/settings.svelte.ts';
import { sharedEn, sharedKo, type SharedWords } from './shared.ts';

/** Words for answers that several lines share, in the person's language; reactive. */
export const sharedWords = (): SharedWords => (settings().language === 'ko' ? sharedKo : sharedEn);
