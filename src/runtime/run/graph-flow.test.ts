/** Whatever the flow, and whatever breaks: each item comes to what the plain way of evaluating it gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { type Expected, arbitraryGraph, evaluate, type Graph, modelFault } from '../testing/graphs.ts';
import { World } from '../testing/world.ts';

/** `GRAPHS=5000 npx vitest run src/runtime/run/graph-flow.test.ts` for a long look. */
const GRAPHS = Number(process.env.GRAPHS ?? 120);

/** Runs the graph over the items; the tab is killed and opened anew at these moments, ms. */
async function rowsOf(
  graph: Graph,
  items: readonly string[],
  seed: number,
  faults: number,
  kills: readonly number[],
): Promise<ResultRow[]> {
  const world = await World.create(seed);
  const open = () => world.tab({ fault: (request, random) => modelFault(request, random, faults) });
  let tab = open();
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'graph.yaml', text: graph.file },
      input: { name: 'test.log', text: items.join('\n') },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(`${JSON.stringify(reply.diagnostics)}\n${graph.file}`);
  for (const ms of kills) {
    await world.clock.advance(ms);
    tab.kill();
    tab = open();
    expect(await world.clock.track(tab.runtime.open(reply.runId))).toBe(true);
  }
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  expect(await world.clock.run(() => status.phase === 'done', 24 * 3_600_000)).toBe(true);
  await world.clock.advance(2000);
  tab.kill();
  const rows: ResultRow[] = [];
  await world.store.eachRow(reply.runId, (some) => void rows.push(...some.map(({ row }) => row)));
  return rows.toSorted((a, b) => a.task - b.task);
}

/** `sound`: nothing broke on purpose, or a review may be missing. */
function expectRow(row: ResultRow, { step, outputs, reviews }: Expected, last: string, sound: boolean): void {
  const { [step]: result, ...others } = outputs;
  expect(row.output).toEqual(result);
  expect(row.step ?? last).toBe(step);
  const names = new Set(reviews.map(({ name }) => name));
  const given = Object.entries(row.outputs ?? {});
  expect(Object.fromEntries(given.filter(([name]) => !names.has(name)))).toEqual(others);
  for (const { name, of, output, sure } of reviews) {
    const beside = row.outputs?.[name];
    if (beside !== undefined) expect([beside, of === step]).toEqual([output, false]);
    else if (sure && sound) expect(row.review?.output).toEqual(output);
  }
  if (row.review) expect(reviews.map(({ output }) => output)).toContainEqual(row.review.output);
  else expect(reviews.some(({ sure }) => sure && sound)).toBe(false);
}

test(
  'any graph over any items gives what a plain evaluation gives, with faults and reloads',
  { timeout: 0 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryGraph,
        fc.array(fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,8}){0,3}$/), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.constantFrom(0, 0, 0.05, 0.2),
        fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 2 }),
        async (graph, items, seed, faults, kills) => {
          const rows = await rowsOf(graph, items, seed, faults, kills);
          expect(rows.map(({ task }) => task)).toEqual(items.map((_, task) => task));
          for (const row of rows) {
            const expected = evaluate(graph, items[row.task] ?? '');
            if (row.failure === null) expectRow(row, expected, lastOf(graph), faults === 0);
            else expect(faults, row.failure).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: GRAPHS },
    );
  },
);

/** The step whose output is the result of an item that goes through all of them. */
function lastOf(graph: Graph): string {
  const all = { ...graph, tests: new Map() };
  return evaluate(all, 'x').step;
}
