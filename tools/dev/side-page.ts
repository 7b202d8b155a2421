import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';
import { root } from './workspace.mjs';

/**
 * Vite's configuration for a page that only tests or benches open, laid out as the product is: page at the root, scripts in assets/, models
 * beside them.
 * @param config `import.meta.url` of the vite.config.ts, which stands beside the page
 * @param page name of its HTML file
 * @param folder where it is built, under node_modules/.cache
 */
export function sidePage(
  config: string,
  page: string,
  folder: string,
  plugins: UserConfig['plugins'] = [],
): UserConfig {
  const here = fileURLToPath(new URL('.', config));
  return {
    root: here,
    base: './',
    publicDir: `${root}public`,
    plugins,
    worker: { format: 'es' },
    build: {
      target: 'esnext',
      outDir: `${root}node_modules/.cache/${folder}`,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The engine is one chunk of 6 MB.
      chunkSizeWarningLimit: 8000,
      rolldownOptions: { input: `${here}${page}` },
    },
  };
}
