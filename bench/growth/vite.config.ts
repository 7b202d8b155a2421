import { sidePage } from '../../tools/dev/side-page.ts';

export default { ...sidePage(import.meta.url, 'page.html', 'growth-bench'), publicDir: false };
