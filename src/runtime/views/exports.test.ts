import { expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import type { ResultRow, RunRecord } from '../../store/records.ts';
import { noteEn } from '../../ui/text/say.en.ts';
import { exportRun } from './exports.ts';
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
  expect(csv[1]).toMatch(/,no review: json-invalid after 3 attempts$/);
});
