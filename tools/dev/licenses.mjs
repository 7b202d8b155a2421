/** Vite plugins that write the licences of all that is bundled, in the page and in its workers, beside it: most ask for nothing else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Folder of the package that a module belongs to; null for modules of our own. @param {string} id */
function packageOf(id) {
  return /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))?.[1] ?? null;
}

/** @param {string} folder @returns {string} name, version and licence, and its text where the package has it */
function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

/**
 * @returns {{ page: () => import('vite').Plugin, worker: () => import('vite').Plugin }} `page` writes licenses.txt; workers are bundled before
 *   the page is
 */
export function licenses() {
  /** @type {Set<string>} */
  const folders = new Set();
  /** @param {import('vite').Rolldown.OutputBundle} bundle */
  const collect = (bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      for (const folder of chunk.moduleIds.map(packageOf)) if (folder !== null) folders.add(folder);
    }
  };
  return {
    worker: () => ({
      name: 'planaria:licenses-of-workers',
      apply: 'build',
      generateBundle: (_options, bundle) => collect(bundle),
    }),
    page: () => ({
      name: 'planaria:licenses',
      apply: 'build',
      generateBundle(_options, bundle) {
        collect(bundle);
        const notices = [...folders].filter((folder) => existsSync(path.join(folder, 'package.json'))).map(notice);
        const source = `${notices.sort().join(`\n\n${'-'.repeat(72)}\n\n`)}\n`;
        this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
      },
    }),
  };
}
