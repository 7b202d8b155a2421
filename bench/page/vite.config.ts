import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('../../', import.meta.url));

export default defineConfig({
  root: here,
  base: './',
  publicDir: `${repository}public`,
  plugins: [svelte({ configFile: `${repository}svelte.config.js` })],
  worker: { format: 'es' },
  build: {
    target: 'esnext',
    outDir: `${repository}node_modules/.cache/page-bench`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: `${here}page.html` },
  },
});
