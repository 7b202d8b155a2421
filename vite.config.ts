import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';
import { metaPolicy } from './tools/dev/csp.mjs';
import { licenses } from './tools/dev/licenses.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

const { page: licensesOfPage, worker: licensesOfWorkers } = licenses(import.meta.dirname);

/** Puts the policy into the built page only: the development server needs its own inline client. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'planaria:csp',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
}

/**
 * The service worker: everything that a run needs, from the first visit on, but for models. Those stay where WebLLM looks for them, in Cache
 * storage of their own (the pocket model too: the inference worker puts it there), so that nothing is stored twice.
 */
const offline = VitePWA({
  // The page registers it by itself and asks before a new one takes over (src/ui/offline).
  registerType: 'prompt',
  injectRegister: null,
  // public/manifest.webmanifest is the manifest.
  manifest: false,
  workbox: {
    globPatterns: ['**/*.{html,css,js,svg,png,webmanifest,json,yaml,log}'],
    globIgnores: ['models/**'],
    // The engine is one chunk of 6 MB.
    maximumFileSizeToCacheInBytes: 12 * 2 ** 20,
    // Names with a hash of the content need no second revision, and the copy that the page has just loaded will do.
    dontCacheBustURLsMatching: /^assets\/[^/]+-[\w-]{8,}\.\w+$/,
    navigateFallback: 'index.html',
    // Licences and notices are read as they are.
    navigateFallbackDenylist: [/\/models\//, /\/licenses\.txt$/],
    // The tab of the first visit is taken over at once: its next request may be without a network.
    clientsClaim: true,
    inlineWorkboxRuntime: true,
  },
});

export default defineConfig({
  // Every address in the build is relative, so the folder works from any path of any static host.
  base: './',
  plugins: [svelte(), contentSecurityPolicy(), licensesOfPage(), offline],
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
    include: ['{src,workers,tools,bench}/**/*.test.ts'],
    environment: 'node',
    // Generous, because nothing here asserts on time and a busy machine is slow.
    testTimeout: 30_000,
  },
});
