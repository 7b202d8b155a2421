import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreFault } from '../../store/fault.ts';
import type { ResultRow } from '../../store/records.ts';
import type { OrderedRow } from '../../store/run-store.ts';
import { BackedRows, type RowSource } from './backed-rows.ts';
import { type InputOf, KeptRows } from './kept-rows.ts';

const inputOf: InputOf = (task) => ({
  line: task + 1,
  input: `line ${String(task)}`,
  ...(task % 5 === 1 && { lastLine: task + 2 }),
});
const plain = (task: number, { line, lastLine, input, ...more }: Partial<ResultRow> = {}): ResultRow => ({
  ...{ task, line: line ?? inputOf(task).line },
  ...(lastLine !== undefined && { lastLine }),
  ...{
    input: input ?? inputOf(task).input,
    output: { severity: 'error' },
    failure: null,
    agent: 'triager.1',
    attempts: 1,
  },
  ...{ tokens: 9, durationMs: 12, review: null },
  ...more,
});
const ordered = (task: number, more: Partial<ResultRow> = {}): OrderedRow => ({
  order: 3 * task + 2,
  row: plain(task, more),
});
const all = async (rows: Pick<KeptRows, 'eachRow'>): Promise<OrderedRow[]> => {
  const found: OrderedRow[] = [];
  await rows.eachRow((piece) => void found.push(...piece));
  return found;
};
/** As the store gives it: through JSON. */
const stored = (rows: readonly OrderedRow[]): string[] => rows.map((row) => JSON.stringify(row));

const someRow: fc.Arbitrary<Partial<ResultRow>> = fc.record(
  {
    line: fc.nat(),
    lastLine: fc.nat(),
    input: fc.string(),
    output: fc.jsonValue(),
    failure: fc.option(fc.constantFrom('schema-mismatch', 'deadline')),
    agent: fc.string(),
    review: fc.option(fc.record({ agent: fc.string(), output: fc.jsonValue() })),
    written: fc.record({ output: fc.constant('1e400') }),
    note: fc.oneof(fc.string(), fc.record({ code: fc.string() })),
    model: fc.string(),
    edited: fc.constant(true as const),
  },
  { requiredKeys: [] },
);

test('a: rows come back as the store would give them, member by member, packed or not, by task', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someRow, { maxLength: 40 }),
      fc.constantFrom(0, 5, 700),
      fc.integer(),
      async (odd, plainRows, seed) => {
        const rows = [
          ...odd.map((more, k) => ordered(k, more)),
          ...Array.from({ length: plainRows }, (_, k) => ordered(odd.length + k)),
        ];
        const kept = new KeptRows(inputOf);
        // In any order of commits.
        const mixed = rows.toSorted((a, b) => ((a.row.task * 7919 + seed) % 101) - ((b.row.task * 7919 + seed) % 101));
        for (let at = 0; at < mixed.length; at += 97) kept.add(mixed.slice(at, at + 97));
        expect(stored(await all(kept))).toEqual(stored(rows));
        await kept.settled();
        expect(stored(await all(kept))).toEqual(stored(rows));
        const asked = [rows.length + 5, 3, 1, 2].filter((task) => task !== 3 || rows.length > 3);
        expect(stored(await kept.rows(asked))).toEqual(stored(asked.flatMap((task) => rows[task] ?? [])));
      },
    ),
    { numRuns: 15 },
  );
});

test('a: of two rows of a task the first is kept', async () => {
  const kept = new KeptRows(inputOf);
  kept.add([ordered(4), ordered(4, { output: 'later' })]);
  kept.add([ordered(4, { output: 'latest' })]);
  expect(kept.size).toBe(1);
  expect(stored(await all(kept))).toEqual(stored([ordered(4)]));
});

test('a: an ordinary row takes less than 60 bytes, and what is kept has an end', async () => {
  const kept = new KeptRows(inputOf);
  const subject = (task: number) => ({
    severity: ['info', 'error'][task % 2],
    subject: `user${String((task * 7919) % 9973)}`,
  });
  for (let task = 0; task < 12_000; task++)
    kept.add([ordered(task, { output: subject(task), tokens: (task * 31) % 400, durationMs: (task * 7919) % 3001 })]);
  await kept.settled();
  expect(kept.bytes / kept.size).toBeLessThan(60);
  expect(kept.whole).toBe(true);

  const little = new KeptRows(inputOf, 50_000);
  for (let task = 0; task < 12_000; task++) {
    little.add([ordered(task, { output: subject(task) })]);
    if (task % 512 === 0) await little.settled();
  }
  expect(little.whole).toBe(false);
  expect(little.bytes).toBeLessThan(200_000);
  // What came before there was no room is there.
  expect(stored(await little.rows([0, 1]))).toEqual(
    stored([ordered(0, { output: subject(0) }), ordered(1, { output: subject(1) })]),
  );
});

function backed(store: Partial<RowSource>, rows: readonly OrderedRow[], mostBytes?: number): BackedRows {
  const kept = new KeptRows(inputOf, mostBytes);
  kept.add(rows);
  const dead = () => Promise.reject(new StoreFault('unavailable', 'dead'));
  return new BackedRows({ rows: dead, eachRow: dead, ...store }, kept);
}
const every = (rows: BackedRows): Promise<OrderedRow[]> =>
  all({ eachRow: (visit) => rows.eachRow('run', (piece) => void visit(piece)) });

const three = [ordered(0), ordered(1), ordered(2)];

test('a: rows that the store has no more come from memory: all of them, the rest of them, single ones', async () => {
  const given = (
    rows: readonly OrderedRow[],
    then: () => Promise<void> = () => Promise.resolve(),
  ): Partial<RowSource> => ({
    rows: (_, tasks) => Promise.resolve(tasks.flatMap((task) => rows.find(({ row }) => row.task === task) ?? [])),
    eachRow: (_, visit) => {
      visit(rows);
      return then();
    },
  });
  const dies = () => Promise.reject(new StoreFault('unavailable', 'dead'));
  for (const store of [{}, given([]), given(three), given([three[0]!], dies)]) {
    const rows = backed(store, three);
    expect(await every(rows)).toEqual(three);
    expect(await rows.rows('run', [2, 0])).toEqual([three[2], three[0]]);
  }
  // One that was set aside comes behind the others.
  expect((await every(backed(given([three[0]!, three[2]!]), three))).map(({ row }) => row.task)).toEqual([0, 2, 1]);
});

test('a: what neither has is no empty answer, and what a visitor throws is its own', async () => {
  const rows = backed({}, three, 0);
  await expect(every(rows)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(rows.rows('run', [0])).rejects.toMatchObject({ code: 'unavailable' });
  const visited = backed({ eachRow: (_, visit) => Promise.resolve().then(() => visit(three)) }, three);
  await expect(
    visited.eachRow('run', () => {
      throw new RangeError('mine');
    }),
  ).rejects.toThrow(new RangeError('mine'));
});
