import { settings } from '../base/settings.svelte.ts';
import { reportEn, reportKo, type ReportWords } from '../text/report.ts';

/** Words of the report in the person's language; reactive. */
export const reportWords = (): ReportWords => (settings().language === 'ko' ? reportKo : reportEn);
