/**
 * The table of WebLLM's list in docs/models.md is generated here, and held to what the code says:
 *
 *     UPDATE_TABLE=1 npx vitest run workers/inference/models/models-table.test.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { prebuiltAppConfig } from '@mlc-ai/web-llm';
import { expect, test } from 'vitest';
import type { ModelChoice } from '../../../src/engine/contract.ts';
import { pathOf } from './architectures.ts';
import { listModels, POCKET } from './catalogue.ts';

const docs = new URL('../../../docs/models.md', import.meta.url);
const [BEGIN, END] = ['<!-- models table: generated -->', '<!-- end of the models table -->'];
const MIB = 2 ** 20;
const budget = { vramMiB: 8192, occupancy: 0.85 };

/** Both precisions: each GPU is offered one of them. */
function choices(): ModelChoice[] {
  const all = [[], ['shader-f16']].flatMap((features) => [
    ...listModels(prebuiltAppConfig, budget, features, new Set()),
  ]);
  const byId = new Map(all.filter(({ id }) => id !== POCKET).map((choice) => [choice.id, choice]));
  return [...byId.values()].sort((a, b) => a.weightBytes - b.weightBytes || a.id.localeCompare(b.id));
}

function table(): string {
  const mib = (bytes: number): string => String(Math.round(bytes / MIB));
  const rows = choices().map(({ id, weightBytes, workspaceBytes, kvBytesPerAgent, fits }) => {
    const sum = mib(weightBytes + workspaceBytes + kvBytesPerAgent);
    const cells = [id, pathOf(id), mib(weightBytes), mib(workspaceBytes), mib(kvBytesPerAgent), sum, String(fits)];
    return `| ${cells.join(' | ')} |`;
  });
  const head = ['model', 'path', 'weights', 'workspace', 'K/V of one', 'sum, MiB', 'agents at 8 GB'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

test('docs/models.md has the table of all models, as the code has it', () => {
  const text = readFileSync(docs, 'utf8');
  const [before = '', rest = ''] = text.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const whole = `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`;
  if (process.env['UPDATE_TABLE']) writeFileSync(docs, whole);
  const cells = (of: string): string[] =>
    of.split('\n').map((line) => line.replace(/\s+/g, ' ').replace(/-{3,}/g, '---'));
  expect(cells(readFileSync(docs, 'utf8'))).toEqual(cells(whole));
});

test('every model has a path, those that say "alone" before a download run one agent, and all paths are met', () => {
  const all = choices();
  expect(all.length).toBeGreaterThan(100);
  for (const { id, alone } of all) expect(alone === true, id).toBe(['chat', 'alone'].includes(pathOf(id)));
  expect(new Set(all.map(({ id }) => pathOf(id)))).toEqual(new Set(['chat', 'alone', 'windowed', 'batched', 'parked']));
});
