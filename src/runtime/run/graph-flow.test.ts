/** Whatever the flow, and whatever breaks: each item comes to what the plain way of evaluating it gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import { runGraph } from '../testing/graph-runs.ts';
import { type Expected, arbitraryGraph, evaluate, type Graph } from '../testing/graphs.ts';

/** `GRAPHS=5000 npx vitest run src/runtime/run/graph-flow.test.ts` for a long look. */
const GRAPHS = Number(process.env.GRAPHS ?? 120);

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
          const { rows } = await runGraph(graph.file, items, { seed, faults, kills });
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
