/** A README beside each folder: short, and nothing in it that is not there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tables } from './import-law.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MOST_LINES = 15;
const MOST_COLUMNS = 100;

/** Folders of product code, rooms of the import law, and the places around them. */
const folders = [
  ...Object.keys(tables).flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && (entry.name !== 'testing' || folder === 'src/runtime'))
      .map(({ name }) => `${folder}/${name}`),
  ),
  ...['workers', 'workers/inference', 'tools', 'bench', 'e2e'],
].toSorted();

/** Names of the repository's files and folders in backticks: those with an ending, and those with a slash. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([\w./-]+)`/g)]
    .map(([, name]) => name!)
    .filter((name) => !name.startsWith('..') && /\/|\.(?:ts|mjs|svelte|css|md|json)$/.test(name));

test.each(folders)('%s has a README of a few lines that names only what is there', (folder) => {
  const text = readFileSync(path.join(root, folder, 'README.md'), 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(lines[0]).toBe(`# ${path.basename(folder)}`);
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(MOST_COLUMNS);
  expect(text).toMatch(/\bBegin with `/);
  for (const name of namesIn(text))
    expect(existsSync(path.join(root, folder, name)) || existsSync(path.join(root, name)), name).toBe(true);
});
