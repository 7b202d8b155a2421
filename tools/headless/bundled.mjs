/** The product's own modules for Node, which reads no TypeScript: bundled with Vite, then imported. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { root } from '../dev/workspace.mjs';

/** @param {string} entry from the repository's root @param {string} name of the bundle @returns {Promise<any>} its exports */
export async function bundled(entry, name) {
  const outDir = path.join(root, 'node_modules/.cache', name);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  });
  return import(pathToFileURL(path.join(outDir, 'main.mjs')).href);
}

/** @returns {Promise<typeof import('./fault-book.ts')>} */
export const faultBook = () => bundled('tools/headless/fault-book.ts', 'headless');
