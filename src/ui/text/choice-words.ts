import { byLanguage } from './by-language.ts';
import { choiceEn, choiceKo, type ChoiceWords } from './choice.ts';

/** Words for steps that choose, in the person's language; reactive. */
export const choiceWords = byLanguage<ChoiceWords>(choiceEn, choiceKo);
