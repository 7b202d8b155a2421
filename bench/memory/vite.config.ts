import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The bench's page, laid out as the product is: page at the root, scripts in assets/, models beside them. */
export default defineConfig({
  root: here,
  base: './',
  publicDir: `${repository}public`,
  worker: { format: 'es' },
  build: {
    target: 'esnext',
    outDir: `${repository}node_modules/.cache/memory-bench`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 8000,
    rolldownOptions: { input: `${here}page.html` },
  },
});
