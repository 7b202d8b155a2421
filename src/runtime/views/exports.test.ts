import { expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import type { ResultRow, RunRecord } from '../../store/records.ts';
import { noteEn } from '../../ui/text/say.en.ts';
import { ResultIndex } from '../storage/result-index.ts';
import { StepCounts } from '../storage/step-counts.ts';
import { exportRun, rowTexts } from './exports.ts';
import type { RunView } from './run-view.ts';

const row = (task: number, note?: ResultRow['note']): ResultRow => ({
  ...{ task, line: task + 1, input: 'x', output: null, failure: 'schema-mismatch', agent: 'a.1', attempts: 3 },
  ...{ tokens: 9, durationMs: 1, review: null },
  ...(note !== undefined && { note }),
});

test('exports have remarks on rows in words, whether a code was stored or, by an earlier version, the words', async () => {
  const store = new MemoryStore(new MemoryDisk());
  const record: RunRecord = {
    ...{ id: 'run-1', name: 'x', startedAt: 1, endedAt: 2, tasks: 3, results: 0, failed: 3, agents: 1 },
    ...{ phase: 'done', modelId: 'm', engine: 'scripted' },
  };
  const source = { swarm: { file: 's', text: '' }, input: { name: 'i', text: '' }, settings: {} };
  await store.create(record, source);
  const fence = await store.openWriter('run-1');
  const notes = [{ code: 'no-review', failure: 'json-invalid', attempts: 3 }, 'the token limit came first', undefined];
  const rows = notes.map((note, task) => ({ order: task, row: row(task, note) }));
  await store.commit({ run: 'run-1', fence, events: null, rows, agents: [], record });
  const view = { id: 'run-1' } as RunView;
  const lines = (await (await exportRun(view, store, 'jsonl', noteEn)).text()).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { note?: string }).note)).toEqual([
    'no review: json-invalid after 3 attempts',
    'the token limit came first',
    undefined,
  ]);
  const csv = (await (await exportRun(view, store, 'csv', noteEn)).text()).split('\r\n');
  expect(csv[1]).toMatch(/,no review: json-invalid after 3 attempts,{12}$/);
});

test.each(['jsonl', 'csv'] as const)(
  'u: rows asked for as they come are those of the whole export, each once and in the order of their commits (%s)',
  async (format) => {
    const store = new MemoryStore(new MemoryDisk());
    const tasks = Array.from({ length: 1203 }, (_, k) => (k * 7) % 1203);
    const record: RunRecord = {
      ...{ id: 'run-1', name: 'x', startedAt: 1, endedAt: null, tasks: tasks.length, results: 0, failed: 0, agents: 1 },
      ...{ phase: 'running', modelId: 'm', engine: 'scripted' },
    };
    await store.create(record, { swarm: { file: 's', text: '' }, input: { name: 'i', text: '' }, settings: {} });
    const fence = await store.openWriter('run-1');
    const index = new ResultIndex(
      store,
      'run-1',
      new StepCounts({ steps: [], result: -1, filters: [], makers: [], picks: [], items: 0 }),
    );
    const view = { id: 'run-1', index } as unknown as RunView;
    const got: { task: number; text: string }[] = [];
    let [after, head] = [-1, ''];
    const ask = async (): Promise<void> => {
      for (;;) {
        const piece = await rowTexts(view, store, format, after, noteEn);
        ({ upTo: after, head } = piece);
        got.push(...piece.rows);
        if (piece.rows.length === 0) return;
      }
    };
    for (const [from, upTo] of [
      [0, 1],
      [1, 700],
      [700, 1203],
    ] as const) {
      const rows = tasks.slice(from, upTo).map((task, k) => ({ order: 10 * (from + k), row: row(task) }));
      await store.commit({ run: 'run-1', fence, events: null, rows, agents: [], record });
      index.add(rows);
      await ask();
      await ask();
    }
    expect(got.map(({ task }) => task)).toEqual(tasks);
    const inOrder = got.toSorted((a, b) => a.task - b.task).map(({ text }) => text);
    expect(head + inOrder.join('')).toBe(await (await exportRun(view, store, format, noteEn)).text());
  },
);
