import { svelte } from '@sveltejs/vite-plugin-svelte';
import { sidePage } from '../../tools/dev/side-page.ts';
import { root } from '../../tools/dev/workspace.mjs';

export default sidePage(import.meta.url, 'page.html', 'page-bench', [
  svelte({ configFile: `${root}svelte.config.js` }),
]);
