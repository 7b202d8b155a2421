import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import fc from 'fast-check';
import ts from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { circles, circlesIn, judge, tables } from './import-law.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

// The project's own configuration over snippets. Rules that need types are off: a snippet belongs to no TypeScript program.
const eslint = new ESLint({
  cwd: root,
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
  ['src/runtime/turns/x.ts', "import { a } from '../tasks/a.ts'; import { b } from './b.ts';"],
  ['src/runtime/x.ts', "import { a } from './host/a.ts';"],
  ['src/runtime/testing/x.ts', "import { a } from '../host/a.ts';"],
  ['src/runtime/replay/testing/x.ts', "import { a } from '../../testing/a.ts';"],
  ['src/store/x.ts', "import Dexie from 'dexie';"],
  ['src/ui/x.ts', "import { connect } from '../runtime/client/client.ts';"],
  ['src/ui/live/x.ts', "import { CALLS } from '../../runtime/protocol/calls.ts';"],
  ['src/ui/run/X.svelte', '<script lang="ts">import Field from \'../field/Field.svelte\';</script>'],
  ['src/ui/x.ts', "import type { JournalEvent } from '../journal/events.ts';"],
  ['src/ui/X.svelte', '<script lang="ts">import { mount } from \'svelte\';</script>'],
  ['workers/inference/x.ts', "import { CreateMLCEngine } from '@mlc-ai/web-llm';"],
  ['workers/inference/x.ts', "import type { Engine } from '../../src/engine/contract.ts';"],
  ['workers/inference/swarm/x.ts', "import { a } from '../warm/a.ts'; import { b } from '../device/b.ts';"],
  ['workers/inference/x.ts', "import { a } from './swarm/a.ts';"],
  ['workers/inference.worker.ts', "import { a } from './inference/device/a.ts';"],
  ['workers/runtime.worker.ts', "import { serve } from '../src/runtime/serve.ts';"],
  ['workers/runtime.worker.ts', "const words = () => import('../src/ui/text/say.en.ts');"],
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
  ['to a room to its right', 'src/runtime/tasks/x.ts', "import { a } from '../turns/a.ts';"],
  ['within a group of rooms', 'src/runtime/engines/x.ts', "import type { A } from '../supervision/a.ts';"],
  ['to the files beside the rooms', 'src/runtime/host/x.ts', "import { serve } from '../serve.ts';"],
  ['to a room without a place', 'src/runtime/host/x.ts', "import { a } from '../utils/a.ts';"],
  ['from a room without a place', 'src/runtime/utils/x.ts', "import { a } from '../protocol/a.ts';"],
  ['of what is for tests', 'src/runtime/host/x.ts', "import { World } from '../testing/world.ts';"],
  ['to a room of the page to its right', 'src/ui/field/x.ts', "import { a } from '../run/a.ts';"],
  ['within a group of rooms of the page', 'src/ui/break/x.ts', "export * from '../field/a.ts';"],
  ['to a room of inference to its right', 'workers/inference/kv/x.ts', "import { a } from '../swarm/a.ts';"],
  ['within a group of rooms of inference', 'workers/inference/kv/x.ts', "import type { A } from '../models/a.ts';"],
  ['from inference to the store', 'workers/inference/warm/x.ts', "import { a } from '../../../src/store/a.ts';"],
  ['from page to runtime internals', 'src/ui/x.ts', "import { a } from '../runtime/run/run.ts';"],
  ['from page to beside the protocol', 'src/ui/x.ts', "import { a } from '../runtime/protocol.ts';"],
  ['from page to journal values', 'src/ui/x.ts', "import { fold } from '../journal/fold.ts';"],
  ['from page to swarm', 'src/ui/X.svelte', '<script lang="ts">import { a } from \'../swarm/link.ts\';</script>'],
  ['from inference to runtime', 'workers/inference/x.ts', "import { a } from '../../src/runtime/a.ts';"],
  ['from runtime worker to the page', 'workers/runtime.worker.ts', "import { a } from '../src/ui/live/a.ts';"],
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

test.each([
  ['src/kernel/x.ts', '../store/a.ts', 'src/kernel may not import src/store, to its right'],
  ['src/journal/x.ts', '../store/a.ts', 'src/journal may not import src/store, of its own group'],
  ['src/kernel/x.ts', '../utils/a.ts', 'src/kernel may not import src/utils, which has no place in the import law'],
  ['src/utils/x.ts', '../kernel/a.ts', 'src/utils has no place in the import law'],
  ['src/runtime/host/x.ts', '../serve.ts', 'src/runtime/host may not import src/runtime/*, to its right'],
  [
    'workers/inference/kv/x.ts',
    '../models/a.ts',
    'workers/inference/kv may not import workers/inference/models, of its own group',
  ],
  ['src/runtime/run/x.ts', '../testing/world.ts', 'src/runtime/testing/world.ts is for tests'],
  ['src/ui/x.ts', '../swarm/a.ts', 'src/ui may import only src/runtime, src/journal, not src/swarm'],
])('%s hears why it may not import %s', (file, specifier, reason) => {
  expect(judge(file, specifier)).toBe(reason);
});

test.each(Object.keys(tables))('every folder of %s has a place, but for those of tests', (folder) => {
  const there = readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map(({ name }) => name);
  expect(tables[folder]!.flat()).toEqual(expect.arrayContaining(there));
});

describe('circles', () => {
  const graphs = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 }).map((arrows) => {
    const graph = new Map<string, Set<string>>();
    for (const [from, to] of arrows) {
      const [a, b] = [`n${String(from)}`, `n${String(to)}`];
      graph.set(a, (graph.get(a) ?? new Set()).add(b));
    }
    return graph;
  });

  test('are ways round, each node once', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        for (const circle of circlesIn(graph)) {
          expect(new Set(circle).size).toBe(circle.length);
          circle.forEach((node, k) => expect(graph.get(node)).toContain(circle[(k + 1) % circle.length]));
        }
      }),
    );
  });

  test('are found where, and only where, the nodes cannot be put in an order', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        // Kahn: what nothing points at goes first.
        const left = new Map([...graph].map(([node, next]) => [node, new Set(next)]));
        for (let gone = 1; gone > 0;) {
          const pointedAt = new Set([...left.values()].flatMap((next) => [...next]));
          const first = [...left.keys()].filter((node) => !pointedAt.has(node));
          for (const node of first) left.delete(node);
          gone = first.length;
        }
        expect(circlesIn(graph).length > 0).toBe(left.size > 0);
      }),
    );
  });

  test('are told once for all that reach each other, the shortest from the first by name', () => {
    const graph = new Map(
      Object.entries({ c: ['a'], a: ['b', 'x'], b: ['c', 'a'], x: ['y'], z: ['z'] }).map(([from, to]) => [
        from,
        new Set(to),
      ]),
    );
    expect(circlesIn(graph)).toEqual([['a', 'b'], ['z']]);
  });

  test('there are none in this repository', () => {
    expect(circles(root)).toEqual({ files: [], folders: [] });
  });
});
