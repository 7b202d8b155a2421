/** Steps that make tasks: whatever the flow, and whatever breaks, each group and each collection is what the plain way of evaluating it gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import { arbitraryLog } from '../testing/line-tests.ts';
import { arbitraryMadeGraph, type Ended, evaluateMade } from '../testing/made-graphs.ts';
import { runGraph } from '../testing/graph-runs.ts';

/** `GRAPHS=5000 npx vitest run src/runtime/run/made-flow.test.ts` for a long look. */
const GRAPHS = Number(process.env.GRAPHS ?? 120);

/** The outputs of a row by the names of their steps. */
function outputsOf(row: ResultRow, { outputs }: Ended): Record<string, unknown> {
  const names = Object.keys(outputs);
  const [own] = names.filter((name) => !Object.hasOwn(row.outputs ?? {}, name));
  return { ...row.outputs, ...(own !== undefined && { [own]: row.output }) };
}

test('groups and collections are those of a plain evaluation, with faults and reloads', { timeout: 0 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryMadeGraph,
      fc.array(fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,8}){0,3}$/), { minLength: 1, maxLength: 14 }),
      fc.nat(),
      fc.constantFrom(0, 0, 0.05),
      fc.array(fc.integer({ min: 1, max: 6000 }), { maxLength: 3 }),
      arbitraryLog(14),
      async (graph, texts, seed, faults, kills, log) => {
        const items = graph.fields ? log : texts;
        const { rows } = await runGraph(graph.file, items, { seed, faults, kills });
        // A task that failed is in no group: what follows from the others is another evaluation.
        if (rows.some(({ failure }) => failure !== null)) {
          expect(faults).toBeGreaterThan(0);
          return;
        }
        const expected = evaluateMade(graph, items);
        expect(rows).toHaveLength(expected.length);
        for (const of of new Set(expected.map((each) => each.of))) {
          const own = expected.filter((each) => each.of === of);
          const found = rows.filter((row) => (row.of ?? null) === of);
          expect(
            found.map(({ line, input, partial = false }) => ({ line, input, partial })),
            String(of),
          ).toEqual(own.map(({ line, input, partial }) => ({ line, input, partial })));
          for (const [k, row] of found.entries())
            expect(outputsOf(row, own[k] as Ended)).toEqual((own[k] as Ended).outputs);
        }
      },
    ),
    { numRuns: GRAPHS },
  );
});
