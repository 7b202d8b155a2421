/**
 * What the start screen needs before a run and its engine: the page's entry and the runtime worker, with all that they import statically. What
 * comes later (screens, the chart, the engine) is imported dynamically and does not count.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const dist = process.env.PLANARIA_DIST ?? path.join(import.meta.dirname, 'dist');
const read = (/** @type {string} */ name) => readFileSync(path.join(dist, name), 'utf8');

/** @param {string[]} names @param {RegExp} pattern @returns {string[]} */
const named = (names, pattern) =>
  names.flatMap((name) =>
    [...read(name).matchAll(pattern)].map(([, found]) => `assets/${path.basename(String(found))}`),
  );

const shell = new Set([
  ...named(['index.html'], /(?:src|href)="(\.\/assets\/[^"]+)"/g),
  ...readdirSync(path.join(dist, 'assets'))
    .filter((name) => name.startsWith('runtime.worker-'))
    .map((name) => `assets/${name}`),
]);
// A set also goes over what is added meanwhile.
for (const name of shell)
  if (name.endsWith('.js'))
    for (const next of named([name], /(?:from|import)\s*["'](\.\/[^"']+\.js)["']/g)) shell.add(next);

export default [
  {
    name: 'shell: all that the start screen needs, before a run and its engine',
    path: [...shell].map((name) => path.join(dist, name)),
    gzip: true,
    limit: '125 kB',
  },
];
