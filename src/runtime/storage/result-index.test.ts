import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import type { OrderedRow, RunStore } from '../../store/run-store.ts';
import type { ResultQuery } from '../protocol/protocol.ts';
import { ResultIndex } from './result-index.ts';
import { StepCounts } from './step-counts.ts';

const NO_STEPS = { steps: [], result: -1, filters: [], makers: [], picks: [], items: 0 };

type Query = ResultQuery & { readonly beforeSeq?: number };

const row = fc
  .record({
    line: fc.integer({ min: 1, max: 9 }),
    attempts: fc.integer({ min: 1, max: 3 }),
    tokens: fc.nat(5),
    failure: fc.option(fc.constantFrom('cancelled', 'output-empty'), { nil: null }),
    agree: fc.option(fc.boolean(), { nil: null }),
    signs: fc.subarray(['forget', 'dictate']),
  })
  .map(({ agree, signs, ...rest }) => ({
    ...rest,
    ...(signs.length > 0 && { signs }),
    review: agree === null ? null : { agent: 'r', output: { agree } },
  }));

/** Rows of a run in the order of their commits: tasks in any order, orders rising with gaps. */
const rows: fc.Arbitrary<OrderedRow[]> = fc.uniqueArray(fc.nat(200), { maxLength: 60 }).chain((tasks) =>
  fc.array(row, { minLength: tasks.length, maxLength: tasks.length }).map((all) =>
    tasks.map((task, k) => ({
      order: 3 * k + 1,
      row: { task, input: '', output: null, agent: '', durationMs: 0, ...all[k] } as ResultRow,
    })),
  ),
);

const query: fc.Arbitrary<Query> = fc.record({
  only: fc.constantFrom('all', 'failed', 'retried', 'disputed', 'marked'),
  sort: fc.constantFrom('newest', 'line', 'attempts', 'tokens'),
  offset: fc.nat(20),
  count: fc.integer({ min: 1, max: 30 }),
  beforeSeq: fc.oneof(fc.nat(200), fc.constant(Infinity)),
});

/** What a list is: all that match, sorted anew. */
function pageOf(
  all: readonly OrderedRow[],
  { only, sort = 'newest', offset, count, beforeSeq = Infinity }: Query,
): number[] {
  const matching = all.filter(
    ({ order, row: { failure, attempts, review, signs } }) =>
      order <= beforeSeq &&
      (only === 'failed'
        ? failure !== null
        : only === 'retried'
          ? attempts > 1
          : only === 'marked'
            ? signs !== undefined
            : only !== 'disputed' || (review?.output as { agree: boolean } | undefined)?.agree === false),
  );
  const by = (a: OrderedRow, b: OrderedRow): number => {
    if (sort === 'newest') return b.order - a.order;
    const less = sort === 'line' ? a.row.line - b.row.line : b.row[sort] - a.row[sort];
    return less || a.row.task - b.row.task;
  };
  return matching
    .sort(by)
    .slice(offset, offset + count)
    .map(({ row: { task } }) => task);
}

function storeOf(all: readonly OrderedRow[]): RunStore {
  const find = (task: number): OrderedRow[] => all.filter(({ row: { task: each } }) => each === task);
  const rowsOf = (_: string, tasks: readonly number[]) => Promise.resolve(tasks.flatMap(find));
  return { rows: rowsOf } as Partial<RunStore> as RunStore;
}

test('c: lists are what sorting all rows anew gives, however the rows came and whatever was asked before', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.array(fc.tuple(query, fc.nat(25)), { maxLength: 8 }), async (all, steps) => {
      const index = new ResultIndex(storeOf(all), 'run', new StepCounts(NO_STEPS));
      let added = 0;
      for (const [each, more] of [...steps, [{ offset: 0, count: 99 }, all.length] as const]) {
        index.add(all.slice(added, added + more));
        added = Math.min(all.length, added + more);
        const known = all.slice(0, added);
        const page = await index.query(each);
        expect(page.rows.map(({ task }) => task)).toEqual(pageOf(known, each));
        expect([index.size, index.failed]).toEqual([
          known.length,
          known.filter(({ row: { failure } }) => failure !== null).length,
        ]);
        const after = each.offset;
        expect(index.after(after, 5).map(({ order }) => order)).toEqual(
          known
            .map(({ order }) => order)
            .filter((order) => order > after)
            .slice(0, 5),
        );
        const tasks = known.map(({ row: { task } }) => task).sort((a, b) => a - b);
        expect(index.lastTasks(7)).toEqual(tasks.slice(-7));
      }
    }),
  );
});

test('c: rows that were read in the order of tasks are told in the order of their commits', async () => {
  await fc.assert(
    fc.asyncProperty(rows, query, async (all, each) => {
      const index = new ResultIndex(storeOf(all), 'run', new StepCounts(NO_STEPS));
      index.add(all.toSorted((a, b) => a.row.task - b.row.task));
      expect((await index.query(each)).rows.map(({ task }) => task)).toEqual(pageOf(all, each));
    }),
  );
});

test('an index is restored with its marks; one that an earlier version kept has none', () => {
  const index = new ResultIndex(storeOf([]), 'run', new StepCounts(NO_STEPS));
  const failed = { task: 3, line: 4, attempts: 1, tokens: 2, failure: 'cancelled', review: null, signs: ['forget'] };
  index.add([{ order: 1, row: failed as unknown as ResultRow }]);
  const { value, columns } = index.saved();
  const again = new ResultIndex(storeOf([]), 'run', new StepCounts(NO_STEPS));
  again.restore(value, columns);
  expect([again.signs(), again.failures()]).toEqual([{ forget: 1 }, { cancelled: 1 }]);
  const earlier = new ResultIndex(storeOf([]), 'run', new StepCounts(NO_STEPS));
  earlier.restore({ failed: value.failed, failures: value.failures }, columns);
  expect([earlier.signs(), earlier.failures()]).toEqual([{}, { cancelled: 1 }]);
});
