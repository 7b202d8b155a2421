/**
 * Whole runs at endpoints, on virtual time, under what befalls endpoints: each task ends in exactly one row. Letters are those of the list of
 * cases that people have reported.
 */
import { expect, test } from 'vitest';
import { LlamaCppServer } from '../../../tools/endpoints/llama-cpp.ts';
import { OllamaServer } from '../../../tools/endpoints/ollama.ts';
import { OpenAiServer } from '../../../tools/endpoints/openai.ts';
import {
  type Asked,
  byRule,
  type ChatServer,
  type ServerOptions,
  type Trouble,
} from '../../../tools/endpoints/server.ts';
import { VllmServer } from '../../../tools/endpoints/vllm.ts';
import { SimulatedTab } from '../../../tools/simulate/tab.ts';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { memoryLock } from '../../kernel/lock.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM } from '../testing/world.ts';

const KEY = 'sk-very-secret';
const URL = 'https://host.example/v1';
const REMOTE = SWARM.replace('seed: 7', 'seed: 7\nmodel: remote')
  .replace('replicas: 6', 'replicas: 40')
  .replace('deadline: 5s', 'deadline: 20s');
const HOURS = 3_600_000;

class World {
  readonly clock = new SimulatedClock();
  readonly disk = new MemoryDisk();
  readonly events: { readonly event: JournalEvent; readonly at: number }[] = [];
  readonly server: ChatServer;
  readonly #lock = memoryLock();
  readonly #random: Random;
  readonly #fault: (line: string, beside: boolean) => ScriptedFault | null;
  tab: SimulatedTab;
  run = '';
  status: RunStatus | null = null;
  #tabs = 0;

  constructor(
    seed: number,
    make: (options: ServerOptions) => ChatServer,
    fault = (_: string): ScriptedFault | null => null,
  ) {
    this.#random = seededRandom(`endpoints/${String(seed)}`);
    this.server = make({ clock: this.clock, key: KEY, model: 'tiny', firstMs: 200, pieceMs: 5 });
    this.#fault = fault;
    this.tab = this.open();
  }

  open(): SimulatedTab {
    const name = `tab-${String(++this.#tabs)}`;
    const tab: SimulatedTab = new SimulatedTab({
      name,
      clock: this.clock,
      disk: this.disk,
      lock: this.#lock,
      random: this.#random.split(name),
      healing: {},
      speed: { prefillMs: 0.4, decodeMs: 6, loadMs: 50 },
      replaceEngine: true,
      onEvent: (event) => this.events.push({ event, at: this.clock.now() }),
      fault: (_, request, beside) => this.#fault(request.messages.at(-1)?.content ?? '', beside),
      network: {
        // What a tab that is gone has sent, and would send, comes to nothing.
        fetch: (url, init) => (this.tab === tab ? this.server.fetch(url, init) : new Promise(() => undefined)),
        origin: null,
        onLine: () => true,
      },
    });
    this.tab = tab;
    return tab;
  }

  /** `watched` false: nobody looks at it while it goes on. */
  async start(swarm: string, count: number, engine: 'webllm' | 'scripted', watched = true): Promise<void> {
    const { runtime } = this.tab;
    const input = { name: 't.log', text: lines(count) };
    void runtime.start({ swarm: { file: 't.yaml', text: swarm }, input, engine }).then((reply) => {
      if (reply.ok) this.run = reply.runId;
    });
    await this.clock.run(() => this.run !== '');
    if (watched) await this.watch();
  }

  async watch(): Promise<void> {
    void this.tab.runtime.watch(this.run, ({ status }) => {
      this.status = status;
    });
    await this.clock.settle();
  }

  async name(key: string | null = KEY): Promise<unknown> {
    let reply: unknown = null;
    void this.tab.runtime.allowRemote(this.run, { url: URL, key, model: 'tiny' }).then((said) => (reply = said));
    await this.clock.run(() => reply !== null);
    return reply;
  }

  until(phase: RunStatus['phase'], hours = 12): Promise<boolean> {
    return this.clock.run(() => this.status?.phase === phase, this.clock.now() + hours * HOURS);
  }

  /** The run is over and all of it is on the disk. */
  async ended(): Promise<boolean> {
    const isEnd = ({ event }: { readonly event: JournalEvent }): boolean => event.type === 'run.ended';
    const ended = await this.clock.run(() => this.events.some(isEnd), this.clock.now() + 12 * HOURS);
    await this.clock.advance(2000);
    return ended;
  }

  async rows(): Promise<ResultRow[]> {
    const rows: ResultRow[] = [];
    await new MemoryStore(this.disk).eachRow(this.run, (some) => rows.push(...some.map(({ row }) => row)));
    return rows;
  }

  /** Each task in one row, and in one end that the log tells. */
  async expectOnce(count: number): Promise<ResultRow[]> {
    const rows = await this.rows();
    expect(rows.map(({ task }) => task).toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    const log = (await new MemoryStore(this.disk).chunks(this.run, 0)).flatMap((chunk) => decodeEvents(chunk));
    const ends = log.filter(({ type }) => type === 'task.committed' || type === 'task.failed');
    expect(ends).toHaveLength(count);
    expect(JSON.stringify(log)).not.toContain(KEY);
    expect(JSON.stringify(log)).not.toContain('/v1');
    return rows;
  }

  of<Type extends JournalEvent['type']>(type: Type): Extract<JournalEvent, { type: Type }>[] {
    return this.events.flatMap(({ event }) =>
      event.type === type ? [event as Extract<JournalEvent, { type: Type }>] : [],
    );
  }
}

/** 429 with and without a time, 503, drops before and after text, errors in the stream, slowness: about one request in four. */
function troubles(random: Random): (asked: Asked) => Trouble | null {
  const all: readonly Trouble[] = [
    {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '2' },
      body: '{"error":{"message":"Rate limit reached"}}',
    },
    { kind: 'status', status: 429, body: '{"error":{"message":"Please try again in 1.5s."}}' },
    {
      kind: 'status',
      status: 503,
      body: '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}',
    },
    { kind: 'status', status: 500, body: '{"error":{"message":"boom"}}' },
    { kind: 'drop', after: null },
    { kind: 'drop', after: 2 },
    { kind: 'error', after: 2 },
    { kind: 'slow', ms: 4000 },
    { kind: 'silent' },
  ];
  return () => (random.chance(0.25) ? random.pick(all) : null);
}

const SERVERS: readonly (readonly [string, (options: ServerOptions) => ChatServer])[] = [
  [
    'OpenAI, with a limit a minute',
    (options) => new OpenAiServer({ ...options, limit: { requests: 300, windowMs: 60_000 } }),
  ],
  ['Ollama, a queue of eight', (options) => new OllamaServer({ ...options, parallel: 4, queue: 8, loadMs: 30_000 })],
  ['llama.cpp, while it loads', (options) => new LlamaCppServer({ ...options, slots: 4, loadedAt: 60_000 })],
  ['vLLM behind Ray Serve', (options) => new VllmServer({ ...options, sequences: 16, queued: 8 })],
];

test.each(SERVERS)(
  'model: remote at %s: 500 rows under 429, 503, drops, errors, slowness and silence, every task once',
  async (name, make) => {
    const random = seededRandom(name);
    const world = new World(1, (options) => make({ ...options, trouble: troubles(random) }));
    await world.start(REMOTE, 500, 'webllm', false);
    expect(await world.name()).toMatchObject({ ok: true, code: 'endpoint-named', name: 'tiny at host.example' });
    expect(await world.ended()).toBe(true);
    await world.watch();
    const rows = await world.expectOnce(500);
    expect(rows.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(world.status).toMatchObject({ results: 500, failed: 0, engine: 'remote', remote: 'tiny at host.example' });
    // What the endpoint could not help is nobody's fault.
    expect(world.status?.agentsByState.failed).toBe(0);
    expect(world.server.most).toBeLessThanOrEqual(64);
  },
);

test('model: remote: the run waits until a person names the endpoint, in each tab anew; a file cannot', async () => {
  const world = new World(2, (options) => new VllmServer(options));
  await world.start(REMOTE, 30, 'webllm');
  await world.clock.advance(60_000);
  expect(world.status).toMatchObject({ phase: 'failed', problem: { code: 'remote-absent' }, remote: null, results: 0 });
  expect(world.server.asked).toEqual([]);
  await world.name();
  await world.clock.run(() => (world.status?.results ?? 0) > 5);
  const before = world.server.asked.length;
  await world.tab.kill();
  world.open();
  await world.watch();
  await world.clock.advance(60_000);
  expect(world.status).toMatchObject({ problem: { code: 'remote-absent' } });
  expect(world.server.asked).toHaveLength(before);
  await world.name();
  expect(await world.until('done')).toBe(true);
  await world.expectOnce(30);
});

test('model: remote: a wrong key is told at the first turn or before, and the right one goes on', async () => {
  const world = new World(3, (options) => new OpenAiServer(options));
  await world.start(REMOTE, 20, 'webllm');
  await world.name('sk-wrong');
  await world.clock.advance(30_000);
  expect(world.status).toMatchObject({ phase: 'failed', problem: { code: 'remote-key' } });
  expect(JSON.stringify(world.status)).not.toContain('sk-wrong');
  await world.name();
  expect(await world.until('done')).toBe(true);
  await world.expectOnce(20);
});

test('model: remote: an endpoint that goes away for a while is waited for; no task is charged with it', async () => {
  let away = false;
  const world = new World(4, (options) => {
    const server = new VllmServer(options);
    const handle = server.handle.bind(server);
    server.handle = (request, signal) => (away ? Promise.reject(new TypeError('refused')) : handle(request, signal));
    return server;
  });
  await world.start(REMOTE, 200, 'webllm');
  await world.name();
  await world.clock.run(() => (world.status?.results ?? 0) > 50);
  away = true;
  await world.clock.advance(40_000);
  expect(world.of('engine.lost')[0]).toMatchObject({ code: 'remote-unreachable' });
  away = false;
  // After many losses a person is asked, as with any engine.
  await world.clock.run(
    () => world.status?.phase === 'done' || (world.status?.notices.length ?? 0) > 0,
    world.clock.now() + HOURS,
  );
  for (const { id } of world.status?.notices ?? []) void world.tab.runtime.decide(world.run, id, { kind: 'retry' });
  expect(await world.until('done')).toBe(true);
  const rows = await world.expectOnce(200);
  expect(rows.filter(({ failure, attempts }) => failure !== null || attempts > 1)).toEqual([]);
});

test('model: remote: seats follow what the server bears, and the log says why', async () => {
  const world = new World(5, (options) => new VllmServer({ ...options, sequences: 8, queued: 0, firstMs: 1000 }));
  await world.start(REMOTE, 300, 'webllm');
  await world.name();
  expect(await world.until('done')).toBe(true);
  const seats = world.of('seats.changed');
  expect(seats.some(({ because }) => because.code === 'bears-more')).toBe(true);
  expect(seats.some(({ because }) => because.code === 'pushed-back')).toBe(true);
  expect(Math.max(...seats.map(({ to }) => to))).toBeLessThanOrEqual(12);
});

test('o: what an endpoint would not take stands in the log', async () => {
  const world = new World(6, (options) => new OpenAiServer({ ...options, reasons: true }));
  await world.start(REMOTE, 10, 'webllm');
  await world.name();
  expect(await world.until('done')).toBe(true);
  expect(world.of('endpoint.lacks')).toMatchObject([
    { name: 'tiny at host.example', without: 'max_tokens', instead: 'max_completion_tokens' },
    { without: 'temperature', instead: null },
    { without: 'top_p', instead: null },
  ]);
  const rows = await world.expectOnce(10);
  expect(rows.every(({ failure, attempts }) => failure === null && attempts === 1)).toBe(true);
});

test('q: what a filter stops ends by that name, at once', async () => {
  const world = new World(
    7,
    (options) =>
      new OpenAiServer({
        ...options,
        says: (asked) =>
          JSON.stringify(asked.body.messages).includes('sshd[3]')
            ? { text: '', finish: 'content_filter' }
            : byRule(asked),
      }),
  );
  await world.start(REMOTE, 10, 'webllm');
  await world.name();
  expect(await world.until('done')).toBe(true);
  const rows = await world.expectOnce(10);
  expect(rows.filter(({ failure }) => failure !== null)).toMatchObject([{ task: 3, failure: 'filtered' }]);
});

/** From the moment a task was given to the endpoint to the moment its turn left. */
function delays({ events }: World): number[] {
  const given = new Map<number, number>();
  return events.flatMap(({ event, at }) => {
    if (event.type === 'task.escalated') given.set(event.task, at);
    if (event.type !== 'task.assigned' || event.model === undefined) return [];
    return [at - (given.get(event.task) ?? at)];
  });
}

/** Lines that no agent of the run's own bears, in each of the ways in which that shows. */
const WAYS: readonly (readonly [string, ScriptedFault])[] = [
  ['answers that are wrong', { kind: 'say', text: '{"severity":"loud"}' }],
  ['errors', { kind: 'error', error: { code: 'internal', message: 'It failed.', remedy: '' } }],
  ['silence', { kind: 'stall' }],
];

test.each(WAYS.flatMap(([name, fault]) => [1, 2, 3, 6].map((replicas) => [name, replicas, fault] as const)))(
  's: after %s, with %i agents, what goes to the endpoint waits for nobody',
  async (_, replicas, fault) => {
    const bad = (line: string): ScriptedFault | null => (/sshd\[\d*[37]\]/.test(line) ? fault : null);
    const world = new World(8, (options) => new OpenAiServer(options), bad);
    await world.start(SWARM.replace('replicas: 6', `replicas: ${String(replicas)}`), 40, 'scripted');
    await world.name();
    expect(await world.until('done')).toBe(true);
    await world.expectOnce(40);
    const waited = delays(world);
    expect(waited.length).toBeGreaterThan(0);
    // It was 6 s where the last agent to fail was held, and 30 s where it was the last of its role.
    expect(Math.max(...waited)).toBeLessThan(3000);
  },
);

test('s: nor does it wait for the run’s own engine', async () => {
  const world = new World(
    9,
    (options) => new OpenAiServer(options),
    (line) => (line.includes('sshd[2]') ? { kind: 'say', text: '{"severity":"loud"}' } : null),
  );
  await world.start(SWARM, 30, 'scripted');
  await world.name();
  await world.clock.run(() => world.of('task.escalated').length > 0);
  const given = world.clock.now();
  for (let n = 0; n < 3; n++) void world.tab.runtime.breakSomething(world.run, 'worker-kill');
  await world.clock.run(() => world.of('task.assigned').some(({ model }) => model !== undefined));
  expect(world.clock.now() - given).toBeLessThan(200);
  expect(await world.until('done')).toBe(true);
  await world.expectOnce(30);
});

test('s: an endpoint that keeps turns waiting takes nothing of the room of the run’s own engine', async () => {
  const bad = (line: string): ScriptedFault | null =>
    /sshd\[\d?[02468]\]/.test(line) ? { kind: 'say', text: '{"severity":"loud"}' } : null;
  const world = new World(10, (options) => new LlamaCppServer({ ...options, loadedAt: 400_000 }), bad);
  await world.start(SWARM, 40, 'scripted');
  await world.name();
  // All that agents here can do is done while the endpoint still loads.
  await world.clock.run(() => world.status?.results === 20, 300_000);
  expect(world.status?.results).toBe(20);
  expect(await world.until('done')).toBe(true);
  const rows = await world.expectOnce(40);
  expect(rows.filter(({ failure }) => failure !== null)).toEqual([]);
});
