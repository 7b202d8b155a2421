import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { metas } from './tools/dev/hosting.mjs';
import { licenses } from './tools/dev/licenses.mjs';
import { serviceWorker } from './tools/dev/page-files.mjs';
import { worlds } from './tools/dev/test-worlds.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

const { page: licensesOfPage, worker: licensesOfWorkers } = licenses();

/** Puts what a page can say of itself into the built page only: the development server needs its own inline client. */
function policies(): Plugin {
  return {
    name: 'planaria:policies',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => metas.map((attrs) => ({ tag: 'meta', attrs, injectTo: 'head-prepend' as const })),
    },
  };
}

export default defineConfig({
  // Every address in the build is relative, so the folder works from any path of any static host.
  base: './',
  plugins: [svelte(), policies(), licensesOfPage(), serviceWorker(import.meta.dirname)],
  define: { __PLANARIA_VERSION__: JSON.stringify(version) },
  worker: {
    format: 'es',
    plugins: () => [licensesOfWorkers()],
    rolldownOptions: {
      output: {
        // Named, so that the size check and a test can tell the engine from the shell.
        chunkFileNames: ({ moduleIds }) =>
          moduleIds.some((id) => id.includes('/@mlc-ai/')) ? 'assets/engine-[hash].js' : 'assets/[name]-[hash].js',
      },
    },
  },
  build: {
    target: 'esnext',
    // Nothing inline: a data: URL or an inlined polyfill would be refused by the policy above.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The engine (WebLLM) is one chunk of 6 MB that only the inference worker loads; size-limit watches the shell.
    chunkSizeWarningLimit: 8000,
  },
  test: {
    environment: 'node',
    // Vitest leaves a core to itself, which is half of two; what it does there is little.
    maxWorkers: '100%',
    // Generous, because nothing here asserts on time and a busy machine is slow.
    testTimeout: 30_000,
    projects: worlds,
  },
});
