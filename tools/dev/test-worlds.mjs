/**
 * Which unit tests share a process. Starting one for each file, and loading the same modules in it again, took longer than most files' tests;
 * so files that change nothing which another file sees take turns in as many processes as there are cores.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './workspace.mjs';

/** What a test file says that changes its process for every file after it. */
const CHANGES =
  /fake-indexeddb\/auto|\bvi\.(?:mock|spyOn|stub|useFake)|\bglobalThis\b|\.prototype\b|\bprocess\.(?:on|once|env|exitCode|chdir)\b/;

const tests = ['src', 'workers', 'tools', 'bench'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.posix.join(folder, ...name.split(path.sep))),
);

/** Longer than all others: what has a process of its own is begun first, and nobody waits for these alone at the end. */
const LONG = /^tools\/simulate\//;

const alone = tests.filter((name) => LONG.test(name) || CHANGES.test(readFileSync(path.join(root, name), 'utf8')));
const others = tests.filter((name) => !alone.includes(name));

/** Vitest's projects. */
export const worlds = [
  { extends: /** @type {const} */ (true), test: { name: 'shared', isolate: false, include: others } },
  { extends: /** @type {const} */ (true), test: { name: 'own', include: alone } },
];
