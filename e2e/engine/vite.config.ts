import { sidePage } from '../../tools/dev/side-page.ts';

export default sidePage(import.meta.url, 'harness.html', 'engine-harness');
