/**
 * Builds the simulation into one file with Vite and runs it: Node 20 does not read TypeScript, and a bundle runs faster than modules that are
 * translated on the way.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outDir = fileURLToPath(new URL('../../node_modules/.cache/simulate', import.meta.url));

await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: 'tools/simulate/main.ts',
    outDir,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
  },
});
await import(new URL('../../node_modules/.cache/simulate/main.mjs', import.meta.url).href);
