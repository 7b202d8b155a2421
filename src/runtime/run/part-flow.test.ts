/** Texts in parts: whatever the flow, and whatever breaks, every part and all that parts come to is what the plain way of evaluating it gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { ResultRow } from '../../store/records.ts';
import { runGraph } from '../testing/graph-runs.ts';
import { arbitraryPartGraph, type EndedPart, evaluateParts, partsModel } from '../testing/part-graphs.ts';

/** `GRAPHS=5000 npx vitest run src/runtime/run/part-flow.test.ts` for a long look. */
const GRAPHS = Number(process.env.GRAPHS ?? 60);

/** A task as it is compared, with its outputs by the names of their steps. */
function seen({
  of = null,
  partial = false,
  line,
  input,
  outputs,
  missing,
}: Omit<EndedPart, 'of'> & { of?: string | null }) {
  return { of, partial, line, input, outputs: JSON.parse(JSON.stringify(outputs)) as unknown, missing };
}

function outputsOf(row: ResultRow, last: string): Record<string, unknown> {
  const own = row.step ?? row.of ?? last;
  return { ...row.outputs, ...(row.output !== null && { [own]: row.output }) };
}

/** Outputs of tasks that are alike come in no order. */
const inOrder = <Each extends { readonly line: number }>(all: readonly Each[]): Each[] =>
  all.toSorted((a, b) => a.line - b.line || (canonicalJson(a) < canonicalJson(b) ? -1 : 1));

test(
  'parts and what they come to are those of a plain evaluation, with faults and reloads',
  { timeout: 0 },
  async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryPartGraph,
        fc.array(fc.array(fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,6}){0,2}$/), { minLength: 1, maxLength: 7 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.nat(),
        fc.constantFrom(0, 0, 0.05),
        fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 3 }),
        fc.constantFrom(undefined, 40),
        async (graph, lines, seed, faults, kills, snapshotEvery) => {
          const items = lines.map((each) => each.join('\n'));
          const { rows } = await runGraph(
            graph.file,
            items.map((text) => JSON.stringify({ text })),
            {
              ...{ seed, faults, kills, says: (request, random) => partsModel(request, random, faults) },
              ...(snapshotEvery !== undefined && { snapshotEvery }),
            },
          );
          if (rows.some(({ failure }) => failure !== null)) {
            expect(faults).toBeGreaterThan(0);
            return;
          }
          compared++;
          const expected = evaluateParts(graph, items);
          for (const of of new Set([...expected.map((each) => each.of), ...rows.map((row) => row.of ?? null)])) {
            const own = expected.filter((each) => each.of === of);
            const found = rows.filter((row) => (row.of ?? null) === of);
            if (of === 'c') {
              // Each output stands in one text, and so does what came of some of them.
              const read = found.flatMap(({ input }) => input.match(/^\d+: \{"level".*\}$/gm) ?? []);
              const some = found.filter(({ partial }) => partial).length;
              expect(read).toHaveLength(Number(own[0]?.input) + some);
              continue;
            }
            if (of === 'g') {
              expect(inOrder(found).map(({ line, output }) => [line, (output as { lines: number[] }).lines])).toEqual(
                inOrder(own).map(({ line, outputs }) => [line, (outputs.g as { lines: number[] }).lines]),
              );
              continue;
            }
            const last = graph.drawn.after ? 'z' : 'm';
            expect(inOrder(found.map((row) => seen({ ...row, outputs: outputsOf(row, last) } as never)))).toEqual(
              inOrder(own.map((each) => seen(each))),
            );
          }
        },
      ),
      { numRuns: GRAPHS, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(GRAPHS / 4);
  },
);
