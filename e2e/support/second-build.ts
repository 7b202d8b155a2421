/** A second build of the page, as a change of one character would give it. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listPageFiles } from '../../tools/dev/page-files.mjs';

/** Name, hash and ending of a file that never changes under its name. */
const HASHED = /^(.+)-([\w-]{8})(\.\w+)$/;
const TEXT = /\.(?:html|js|css)$/;

/** Another hash for each file with one, wherever it is named; under the names of before there is nothing any more. */
export function secondBuild(site: string): void {
  const assets = path.join(site, 'assets');
  const names = readdirSync(assets).flatMap((name) => {
    const [, stem, hash, ending] = HASHED.exec(name) ?? [];
    return stem && hash && ending ? [[name, `${stem}-${[...hash].reverse().join('')}${ending}`] as const] : [];
  });
  const renamed = (text: string): string => names.reduce((all, [before, after]) => all.replaceAll(before, after), text);
  for (const name of [...readdirSync(assets).map((each) => path.join('assets', each)), 'index.html']) {
    if (!TEXT.test(name)) continue;
    const file = path.join(site, name);
    writeFileSync(file, renamed(readFileSync(file, 'utf8')));
  }
  for (const [before, after] of names) renameSync(path.join(assets, before), path.join(assets, after));
  listPageFiles(site);
}
