/** Scaling up: a task that the run's own model keeps failing at goes to a bigger one, or to an endpoint that a person has allowed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ModelChoice, TurnRequest } from '../../engine/contract.ts';
import { RemoteEngine } from '../../engine/remote/remote-engine.ts';
import { seededRandom } from '../../kernel/random.ts';
import { ScriptedEngine } from '../../engine/scripted.ts';
import { systemClock } from '../../kernel/clock.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { ResultRow } from '../../store/records.ts';
import { Escalation } from '../../engine/escalation.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const turn: TurnRequest = {
  id: 'a',
  agent: 1,
  priority: 0,
  prefix: [],
  messages: [{ role: 'user', content: 'a line' }],
  maxTokens: 16,
  sampling: { temperature: 0, topP: 1, seed: 7 },
  deadlineMs: 5000,
  retain: true,
};

const choice = (extra: Partial<ModelChoice>): ModelChoice => ({
  id: 'big',
  label: 'Big',
  note: '',
  downloadBytes: 0,
  cached: true,
  weightBytes: 1,
  workspaceBytes: 1,
  kvBytesPerAgent: 1,
  fits: 1,
  reason: '',
  ...extra,
});

function world(models: readonly ModelChoice[] | null) {
  const clock = new SimulatedClock();
  const engines: ScriptedEngine[] = [];
  const asked: { vramMiB: number }[] = [];
  const disposed: number[] = [];
  const escalation = new Escalation({
    clock,
    createEngine: () => {
      const at = engines.length;
      class Watched extends ScriptedEngine {
        override dispose(): Promise<void> {
          disposed.push(at);
          return super.dispose();
        }
      }
      const engine = new Watched({ clock, seed: 1 });
      engines.push(engine);
      return engine;
    },
    createRemote: (endpoint) => new RemoteEngine({ endpoint, clock: systemClock(), random: seededRandom(1) }),
    models: models && ((vramMiB) => (asked.push({ vramMiB }), Promise.resolve(models))),
    budget: { vramMiB: 1000, occupancy: 0.85, resident: 12 },
    own: 'pocket',
    vram: () => ({ limit: 850 * 2 ** 20, now: 425 * 2 ** 20 }),
  });
  return { clock, escalation, engines, asked, disposed };
}

test('steps go in the order of the list, the own model left out, the endpoint last', () => {
  const { escalation } = world(null);
  expect(escalation.next(['pocket', 'a', 'b'], [])).toBe('a');
  expect(escalation.next(['pocket', 'a', 'b'], ['a'])).toBe('b');
  expect(escalation.next(['a'], ['a'])).toBeNull();
  escalation.allow({ url: 'https://host.example/v1/chat/completions', key: 'k', model: 'gpt' });
  expect(escalation.next([], [])).toBe('gpt at host.example');
  expect(escalation.remote).toBe('gpt at host.example');
  escalation.allow(null);
  expect(escalation.next([], [])).toBeNull();
});

test('a bigger model is loaded into what the budget leaves, serves more than one turn, and leaves when nobody asks', async () => {
  const { clock, escalation, engines, asked, disposed } = world([choice({})]);
  const first = escalation.submit('big', turn, () => undefined);
  await clock.advance(10_000);
  expect(await first.done).toMatchObject({ finish: 'stop' });
  expect(asked).toEqual([{ vramMiB: 500 }]);
  const second = escalation.submit('big', { ...turn, id: 'b' }, () => undefined);
  await clock.advance(10_000);
  expect(await second.done).toMatchObject({ finish: 'stop', id: 'b' });
  expect(engines).toHaveLength(1);
  expect(disposed).toEqual([]);
  await clock.advance(70_000);
  expect(disposed).toEqual([0]);
});

test.each([
  ['not in this browser', [choice({ cached: false, downloadBytes: 5e9 })], 'model-unreachable'],
  ['too big', [choice({ fits: 0, reason: '9 GB of weights.' })], 'over-budget'],
  ['unknown', [], 'model-unknown'],
] as const)('a model that is %s ends the turn with a reason, and nothing is loaded', async (_, models, code) => {
  const { clock, escalation, disposed } = world(models);
  const handle = escalation.submit('big', turn, () => undefined);
  await clock.advance(1000);
  expect(await handle.done).toMatchObject({ finish: 'error', error: { code }, text: '' });
  expect(disposed).toEqual([0]);
});

test('a turn can be called back while its model loads, and a model that dies ends it', async () => {
  const { clock, escalation, engines } = world(null);
  const first = escalation.submit('big', turn, () => undefined);
  first.cancel();
  await clock.advance(10_000);
  expect(await first.done).toMatchObject({ finish: 'cancelled' });
  const second = escalation.submit('big', turn, () => undefined);
  await clock.settle();
  engines[0]!.lose();
  await clock.advance(1000);
  expect(await second.done).toMatchObject({ finish: 'error', error: { code: 'device-lost' } });
  const third = escalation.submit('big', turn, () => undefined);
  await clock.advance(10_000);
  expect(await third.done).toMatchObject({ finish: 'stop' });
  expect(engines).toHaveLength(2);
  await escalation.stop();
});

const ESCALATING = SWARM.replace('kind: worker\n', 'kind: worker\n    escalate: [big-model]\n');
const TASKS = 6;

interface Watched {
  readonly id: string;
  readonly status: () => RunStatus | null;
}

async function begin(world: World, tab: Tab, text: string): Promise<Watched> {
  const ids: string[] = [];
  void tab.runtime
    .start({ swarm: { file: 't.yaml', text }, input: { name: 't.log', text: lines(TASKS) }, engine: 'scripted' })
    .then((reply) => reply.ok && ids.push(reply.runId));
  await world.clock.settle();
  let told: RunStatus | null = null;
  await tab.runtime.watch(ids[0]!, ({ status }) => void (told = status));
  return { id: ids[0]!, status: () => told };
}

async function rowsOf(world: World, id: string): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => rows.push(...some.map(({ row }) => row)));
  return rows;
}

/** The item of line 3 fails in agents' own turns; those of a bigger model are taken on an engine of its own, the second. */
const failing = (tab: () => Tab, also: boolean) => (request: TurnRequest) => {
  const third = request.messages.at(-1)?.content.includes('sshd[2]') === true;
  return third && (also || tab().engines.length < 2) ? ({ kind: 'say', text: '{"severity":"loud"}' } as const) : null;
};

test('a task that failed all its attempts succeeds on the bigger model, and its row says so', async () => {
  const world = await World.create(1);
  const tab: Tab = world.tab({ fault: failing(() => tab, false) });
  const run = await begin(world, tab, ESCALATING);
  expect(await world.clock.run(() => run.status()?.phase === 'done')).toBe(true);
  const rows = await rowsOf(world, run.id);
  expect(rows).toHaveLength(TASKS);
  expect(rows[2]).toMatchObject({ failure: null, model: 'big-model', attempts: 4 });
  expect(rows.filter(({ model }) => model !== undefined)).toHaveLength(1);
  const events = (await world.store.chunks(run.id, 0)).flatMap((chunk) => decodeEvents(chunk));
  expect(events.filter(({ type }) => type === 'task.escalated')).toMatchObject([{ task: 2, to: 'big-model' }]);
});

test('where the bigger model fails too, the task ends as the named failure, once', async () => {
  const world = await World.create(2);
  const tab: Tab = world.tab({ fault: failing(() => tab, true) });
  const run = await begin(world, tab, ESCALATING);
  expect(await world.clock.run(() => run.status()?.phase === 'done')).toBe(true);
  const rows = await rowsOf(world, run.id);
  expect(rows).toHaveLength(TASKS);
  expect(rows[2]).toMatchObject({ failure: 'schema-mismatch', attempts: 4 });
});

test('where the bigger model cannot be had, the task ends as what it failed with, not as that', async () => {
  const world = await World.create(4);
  const tab: Tab = world.tab({
    fault: failing(() => tab, false),
    failLoad: () =>
      tab.engines.length < 2 ? null : { code: 'model-unreachable', message: 'It is not here.', remedy: 'None.' },
  });
  const run = await begin(world, tab, ESCALATING);
  expect(await world.clock.run(() => run.status()?.phase === 'done')).toBe(true);
  const rows = await rowsOf(world, run.id);
  expect(rows[2]).toMatchObject({ failure: 'schema-mismatch' });
  const events = (await world.store.chunks(run.id, 0)).flatMap((chunk) => decodeEvents(chunk));
  expect(events.filter(({ type }) => type === 'task.escalated')).toMatchObject([{ task: 2, to: 'big-model' }]);
});

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

test('with an endpoint that a person allows, the task goes there and nothing else does; the key is in no record', async () => {
  const KEY = 'sk-very-secret';
  const seen: string[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      seen.push(body);
      response.writeHead(200, { 'content-type': 'application/json' });
      const content = '{"severity":"error","subject":"sshd"}';
      response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const world = await World.create(3);
  const tab: Tab = world.tab({ fault: failing(() => tab, true) });
  const run = await begin(world, tab, SWARM);
  const allow = (url: string) =>
    world.clock.track(tab.runtime.allowRemote(run.id, { url, key: KEY, model: 'gpt-big' }));
  expect(await allow('http://host.example/v1')).toMatchObject({ ok: false });
  expect(await allow(`http://127.0.0.1:${String(port)}/v1`)).toMatchObject({ ok: true });
  // The endpoint answers in real time, the run lives in virtual time.
  for (let n = 0; n < 400 && run.status()?.phase !== 'done'; n++) {
    await world.clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(run.status()).toMatchObject({ phase: 'done', results: TASKS });
  const rows = await rowsOf(world, run.id);
  expect(rows[2]).toMatchObject({
    failure: null,
    output: { severity: 'error', subject: 'sshd' },
    model: `gpt-big at 127.0.0.1:${String(port)}`,
  });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toContain('sshd[2]');
  for (const table of world.db.tables) expect(JSON.stringify(await table.toArray())).not.toContain(KEY);
  expect(JSON.stringify(run.status())).not.toContain(KEY);
});
