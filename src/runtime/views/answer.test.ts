/** The answer of real runs: of rows as the runtime commits them, whatever breaks on the way. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RunState } from '../../journal/run-state.ts';
import type { RunSource } from '../../store/records.ts';
import type { OrderedRow } from '../../store/run-store.ts';
import { setupOf } from '../definition/run-setup.ts';
import type { Answer, RunStatus } from '../protocol/protocol.ts';
import { World } from '../testing/world.ts';
import { answerOf } from './answer.ts';

const FILE = readFileSync(new URL('../../../public/swarms/incident-room.yaml', import.meta.url), 'utf8');
const WHO = ['sshd', 'kernel', 'cron'];
const SAYS = ['login failed for root', 'warning, slow disk', 'panic in block 7', 'all is well'];
const LINES = Array.from(
  { length: 90 },
  (_, k) =>
    `Jun ${String(1 + (k % 9)).padStart(2)} 10:00:${String(k % 60).padStart(2, '0')} host ${WHO[k % 3] ?? ''}[${String(k)}]: ${SAYS[(k * 7) % 4] ?? ''}`,
);

/** The answer while the run goes on and at its end, with the tab killed after so many ms each. */
async function answers(kills: readonly number[]): Promise<{ early: Answer | null; end: Answer; place: unknown }> {
  const world = await World.create(16);
  let tab = world.tab();
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'room.yaml', text: FILE },
      input: { name: 'a.log', text: LINES.join('\n') },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
  await world.clock.advance(300);
  const early = await world.clock.track(tab.runtime.answer(reply.runId));
  for (const ms of kills) {
    await world.clock.advance(ms);
    tab.kill();
    tab = world.tab();
    await world.clock.track(tab.runtime.open(reply.runId));
  }
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  if (!(await world.clock.run(() => status.phase === 'done', 24 * 3_600_000))) throw new Error('the run does not end');
  await world.clock.advance(2000);
  const end = await world.clock.track(tab.runtime.answer(reply.runId));
  const place = await world.clock.track(tab.runtime.place(reply.runId, 1));
  if (!end) throw new Error('there is no answer');
  expect(await world.clock.track(tab.runtime.place(reply.runId, 91))).toBeNull();
  const report = JSON.parse(await (await tab.runtime.export(reply.runId, 'report')).text()) as { answer: Answer };
  expect(report.answer).toEqual(end);
  expect(await (await tab.runtime.export(reply.runId, 'markdown')).text()).toContain('# What happened');
  tab.kill();
  return { early, end, place };
}

const content = ({ run: _run, ...answer }: Answer): object => answer;

test('the same answer comes of a run that goes through and of one whose tab is killed again and again', async () => {
  const { early, end, place } = await answers([]);
  expect(early).toMatchObject({ complete: false, title: 'What happened', items: 90 });
  expect(end).toMatchObject({ complete: true, items: 90, results: 90 });
  expect(end.incidents.length).toBeGreaterThan(1);
  for (const { lines, count, quotes, recounted, key } of end.incidents) {
    expect([lines.length, recounted]).toEqual([count, count]);
    for (const { line, text } of quotes) expect(LINES[line - 1]).toBe(text);
    for (const line of lines) expect(LINES[line - 1]).toContain(String(key['subject']));
  }
  expect(place).toMatchObject({ lines: [1, 2, 3].map((line) => ({ line, text: LINES[line - 1] })), row: { line: 1 } });
  const killed = await answers([40, 900, 2500]);
  expect(content(killed.end)).toEqual(content(end));
});

test('an answer without a row that can be read no more is not called whole', async () => {
  const source = {
    swarm: { file: 'room.yaml', text: FILE },
    input: { name: 'a.log', text: LINES.slice(0, 3).join('\n') },
    settings: { engine: 'scripted', model: { id: 'scripted' }, seed: 1, limit: null, vramMiB: 7168, version: 'test' },
  };
  const plan = setupOf(source as unknown as RunSource);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const output = { severity: 'info', kind: 'other', subject: 'host', action: 'none' };
  const rows = LINES.slice(0, 3).map((input, task): OrderedRow => {
    const row = { task, line: task + 1, input, output, failure: null, agent: 'triager.01', attempts: 1 };
    return { order: task, row: { ...row, tokens: 1, durationMs: 1, review: null } };
  });
  const answerWith = (readable: readonly OrderedRow[]): Promise<Answer | null> =>
    answerOf({
      id: 'run',
      plan: plan.value,
      state: Object.assign(new RunState(3, 28), { ended: true }),
      // As they were when the run was opened.
      index: { size: 3, failures: () => ({}) },
      rows: {
        rows: () => Promise.resolve([]),
        eachRow: (_run: string, visit: (some: readonly OrderedRow[]) => void) => Promise.resolve(visit(readable)),
      },
      status: () => ({ name: 'room', modelId: 'scripted', engine: 'scripted' }),
    } as unknown as Parameters<typeof answerOf>[0]);
  expect(await answerWith(rows)).toMatchObject({ complete: true, results: 3 });
  expect(await answerWith(rows.slice(1))).toMatchObject({ complete: false, results: 2, leftOut: { open: 1 } });
});
