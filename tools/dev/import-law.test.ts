import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { expect, test } from 'vitest';

// The project's own configuration over snippets. Rules that need types are off: a snippet belongs to no TypeScript program.
const eslint = new ESLint({
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  overrideConfig: [ts.configs.disableTypeChecked],
});

const law = [
  'planaria/import-law',
  'no-restricted-globals',
  'no-restricted-properties',
  'no-restricted-syntax',
] as const;

/** The rules of the law that `code` breaks when it stands in `filePath`. */
async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  const messages = result!.messages;
  expect(messages.filter((message) => message.fatal)).toEqual([]);
  return messages.map((message) => message.ruleId ?? '').filter((id) => (law as readonly string[]).includes(id));
}

test.each([
  ['src/kernel/x.ts', "import { a } from './a.ts';"],
  ['src/store/x.ts', "import { a } from '../kernel/a.ts';"],
  ['src/swarm/x.ts', "import { a } from '../journal/events.ts';"],
  ['src/healing/x.ts', "export { a } from '../scheduling/a.ts';"],
  ['src/runtime/x.ts', "import { a } from '../chaos/a.ts';"],
  ['src/store/x.ts', "import Dexie from 'dexie';"],
  ['src/ui/x.ts', "import { connect } from '../runtime/client.ts';"],
  ['src/ui/x.ts', "import type { JournalEvent } from '../journal/events.ts';"],
  ['src/ui/X.svelte', '<script lang="ts">import { mount } from \'svelte\';</script>'],
  ['workers/inference/x.ts', "import { CreateMLCEngine } from '@mlc-ai/web-llm';"],
  ['workers/inference/x.ts', "import type { Engine } from '../../src/engine/contract.ts';"],
  ['workers/inference.worker.ts', "import { serve } from './inference/serve.ts';"],
  ['workers/runtime.worker.ts', "import { serve } from '../src/runtime/serve.ts';"],
  ['src/runtime/x.ts', "new Worker(new URL('../../workers/inference.worker.ts', import.meta.url));"],
  // A test may look across the law; what it tests may not.
  ['src/kernel/x.test.ts', "import { a } from '../runtime/a.ts'; setTimeout(a, Date.now());"],
  ['bench/x.ts', "import { a } from '../src/runtime/a.ts'; performance.now();"],
])('%s may: %s', async (file, code) => {
  expect(await broken(file, code)).toEqual([]);
});

test.each([
  ['to its right', 'src/kernel/x.ts', "import { a } from '../store/a.ts';"],
  ['to its right, by type', 'src/engine/x.ts', "import type { A } from '../agents/a.ts';"],
  ['to its right, in a type', 'src/engine/x.ts', "export type A = import('../agents/a.ts').A;"],
  ['to its right, later', 'src/engine/x.ts', "export const a = () => import('../runtime/a.ts');"],
  ['to its right, by re-export', 'src/chaos/x.ts', "export * from '../runtime/a.ts';"],
  ['within its group', 'src/journal/x.ts', "import { a } from '../store/a.ts';"],
  ['within its group', 'src/memory/x.ts', "import { a } from '../scheduling/a.ts';"],
  ['to a folder without a place', 'src/kernel/x.ts', "import { a } from '../utils/a.ts';"],
  ['from a folder without a place', 'src/utils/x.ts', "import { a } from '../kernel/a.ts';"],
  ['out of the product', 'src/kernel/x.ts', "import { a } from '../../tools/dev/serve.mjs';"],
  ['to a worker', 'src/engine/x.ts', "import { a } from '../../workers/inference/a.ts';"],
  ['from page to runtime internals', 'src/ui/x.ts', "import { a } from '../runtime/run.ts';"],
  ['from page to journal values', 'src/ui/x.ts', "import { fold } from '../journal/fold.ts';"],
  ['from page to swarm', 'src/ui/X.svelte', '<script lang="ts">import { a } from \'../swarm/link.ts\';</script>'],
  ['from inference to runtime', 'workers/inference/x.ts', "import { a } from '../../src/runtime/a.ts';"],
  ['from runtime worker to engine', 'workers/runtime.worker.ts', "import { a } from '../src/engine/a.ts';"],
  ['of Svelte below the page', 'src/runtime/x.ts', "import { writable } from 'svelte/store';"],
  ['of the engine outside its worker', 'src/engine/x.ts', "import type { MLCEngine } from '@mlc-ai/web-llm';"],
  ['of Dexie outside the store', 'src/runtime/x.ts', "import Dexie from 'dexie';"],
  ['of Node', 'src/swarm/x.ts', "import { readFileSync } from 'node:fs';"],
  ['of a worker below runtime', 'src/engine/x.ts', "new URL('../../workers/inference.worker.ts', import.meta.url);"],
])('no import %s: %s', async (_, file, code) => {
  expect(await broken(file, code)).toEqual(['planaria/import-law']);
});

test.each([
  ['src/store/x.ts', 'Date.now();', 'no-restricted-properties'],
  ['src/store/x.ts', 'performance.now();', 'no-restricted-properties'],
  ['src/healing/x.ts', 'Math.random();', 'no-restricted-properties'],
  ['src/journal/x.ts', 'crypto.randomUUID();', 'no-restricted-properties'],
  ['workers/inference/x.ts', 'setTimeout(() => {}, 1);', 'no-restricted-globals'],
  ['src/runtime/x.ts', 'globalThis.setInterval(() => {}, 1);', 'no-restricted-properties'],
  ['src/ui/x.ts', 'setTimeout(() => {}, 1);', 'no-restricted-globals'],
  ['src/agents/x.ts', 'export const now = new Date();', 'no-restricted-syntax'],
  ['src/runtime/x.ts', 'document.title;', 'no-restricted-globals'],
  ['src/kernel/x.ts', 'window.name;', 'no-restricted-globals'],
  ['workers/inference/x.ts', 'localStorage.clear();', 'no-restricted-globals'],
])('%s may not: %s', async (file, code, rule) => {
  expect(await broken(file, code)).toEqual([rule]);
});

test.each([
  [
    'src/kernel/clock.ts',
    'export const now = () => performance.now() + Date.now() + setTimeout(() => {}, Math.random());',
  ],
  ['src/ui/x.ts', 'document.title = String(new Date(0));'],
  ['src/runtime/x.ts', 'self.postMessage(navigator.gpu);'],
])('%s may: %s', async (file, code) => {
  expect(await broken(file, code)).toEqual([]);
});
