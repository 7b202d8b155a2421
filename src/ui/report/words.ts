import { byLanguage } from '../text/by-language.ts';
import { reportEn, reportKo, type ReportWords } from '../text/report.ts';

/** Words of the report in the person's language; reactive. */
export const reportWords = byLanguage<ReportWords>(reportEn, reportKo);
