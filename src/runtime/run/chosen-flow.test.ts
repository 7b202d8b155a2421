/** Steps that sort, limit and sample: whatever the flow, and whatever breaks, what they choose is what the plain way of evaluating it gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryChosenGraph, evaluateChosen } from '../testing/chosen-graphs.ts';
import { runGraph } from '../testing/graph-runs.ts';

/** `GRAPHS=5000 npx vitest run src/runtime/run/chosen-flow.test.ts` for a long look. */
const GRAPHS = Number(process.env.GRAPHS ?? 120);

test('what is chosen is that of a plain evaluation, with faults and reloads', { timeout: 0 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryChosenGraph,
      fc.array(fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,8}){0,3}$/), { minLength: 1, maxLength: 14 }),
      fc.nat(),
      fc.constantFrom(0, 0, 0.05),
      fc.array(fc.integer({ min: 1, max: 6000 }), { maxLength: 3 }),
      async (graph, items, seed, faults, kills) => {
        const { rows } = await runGraph(graph.file, items, { seed, faults, kills });
        // What failed is not chosen: what follows from the others is another evaluation.
        if (rows.some(({ failure }) => failure !== null)) {
          expect(faults).toBeGreaterThan(0);
          return;
        }
        const expected = evaluateChosen(graph, items);
        for (const of of new Set([...expected.map((each) => each.of), ...rows.map((row) => row.of ?? null)])) {
          const own = expected.filter((each) => each.of === of);
          const found = rows.filter((row) => (row.of ?? null) === of);
          expect(
            found.map(({ line, input }) => ({ line, input })),
            `${String(of)}\n${graph.file}`,
          ).toEqual(own.map(({ line, input }) => ({ line, input })));
          for (const [k, row] of found.entries()) {
            const outputs = Object.entries(own[k]?.outputs ?? {});
            const [last = '', value] = outputs.at(-1) ?? [];
            expect(row.output, `${last}\n${graph.file}`).toEqual(value);
            for (const [name, output] of outputs.slice(0, -1))
              expect(row.outputs?.[name], `${name}\n${graph.file}`).toEqual(output);
          }
        }
      },
    ),
    { numRuns: GRAPHS },
  );
});
