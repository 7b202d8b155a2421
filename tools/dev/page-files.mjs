/** The service worker of a build: which files are the page, by name and sum, and which version they are. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a run needs from the first visit on. Models are kept elsewhere (workers/inference/models). */
const wanted = /\.(?:html|css|js|svg|png|webmanifest|json|yaml|log)$/;
const notWanted = /^(?:models\/|sw\.js$)/;

/** In front of the service worker's own code. */
const LISTING = /^self\.planariaPage=.*;\n/;
const VERSION = /(<meta name="version" content=")[^"]*(")/;

/** @param {string | Buffer} content @returns {string} the first 32 digits of its SHA-256 sum */
const sumOf = (content) => createHash('sha256').update(content).digest('hex').slice(0, 32);

/**
 * Writes the list of a built page's files into its service worker, and their version into its index.html. Done again it changes nothing.
 * @param {string} folder of the build, with sw.js in it
 * @returns {{ id: string, files: Record<string, string> }}
 */
export function listPageFiles(folder) {
  const at = (/** @type {string} */ name) => path.join(folder, name);
  const text = (/** @type {string} */ name) => readFileSync(at(name), 'utf8');
  const unnamed = text('index.html').replace(VERSION, '$1$2');
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => wanted.test(name) && !notWanted.test(name))
    .sort();
  const files = Object.fromEntries(
    names.map((name) => [name, sumOf(name === 'index.html' ? unnamed : readFileSync(at(name)))]),
  );
  const id = sumOf(JSON.stringify(files)).slice(0, 16);
  const index = unnamed.replace(VERSION, `$1${id}$2`);
  writeFileSync(at('index.html'), index);
  files['index.html'] = sumOf(index);
  const listing = { id, files };
  writeFileSync(at('sw.js'), `self.planariaPage=${JSON.stringify(listing)};\n${text('sw.js').replace(LISTING, '')}`);
  return listing;
}

/**
 * The Vite plugin: builds workers/service.worker.ts as sw.js beside the page, which it lists.
 * @param {string} root the repository's
 * @returns {import('vite').Plugin}
 */
export function serviceWorker(root) {
  let folder = '';
  /** Nothing is, where the build fails: its own fault is told then, and not hidden by another. */
  let written = false;
  let target = /** @type {Exclude<import('vite').BuildOptions['target'], undefined>} */ ('esnext');
  return {
    name: 'planaria:service-worker',
    apply: 'build',
    configResolved: (config) => {
      folder = path.resolve(config.root, config.build.outDir);
      target = config.build.target;
    },
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { name: 'version', content: '' }, injectTo: /** @type {const} */ ('head') },
    ],
    writeBundle: () => {
      written = true;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        if (!written) return;
        const { build } = await import('vite');
        await build({
          ...{ root, configFile: false, publicDir: false, logLevel: 'warn' },
          build: {
            ...{ outDir: folder, emptyOutDir: false, target },
            lib: { entry: path.join(root, 'workers/service.worker.ts'), formats: ['iife'], name: 'serviceWorker' },
            rolldownOptions: { output: { entryFileNames: 'sw.js' } },
          },
        });
        listPageFiles(folder);
      },
    },
  };
}
