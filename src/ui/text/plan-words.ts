import { byLanguage } from './by-language.ts';
import { planEn, planKo, type PlanWords } from './plan.ts';

/** Words for what a run would do, in the person's language; reactive. */
export const planWords = byLanguage<PlanWords>(planEn, planKo);
