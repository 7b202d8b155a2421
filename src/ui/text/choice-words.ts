import { settings } from '../base/settings.svelte.ts';
import { choiceEn, choiceKo, type ChoiceWords } from './choice.ts';

/** Words for steps that choose, in the person's language; reactive. */
export const choiceWords = (): ChoiceWords => (settings().language === 'ko' ? choiceKo : choiceEn);
