/**
 * The client and the server of the protocol over a real MessageChannel, with an engine behind it whose turns the test ends by hand.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { memoryLifeline } from '../kernel/lock.ts';
import {
  EngineFault,
  type Engine,
  type EngineError,
  type ModelSource,
  type TurnHandle,
  type TurnOutcome,
  type TurnProgress,
  type TurnRequest,
} from './contract.ts';
import { createEngineHost } from './host.ts';
import type { Port, WorkerLike } from './worker-protocol.ts';
import { type InferenceService, serveInference } from './serve.ts';

const budget = { vramMiB: 1024, occupancy: 0.85, resident: 4 };

const turn = (id: string): TurnRequest => ({
  id,
  agent: 1,
  priority: 0,
  prefix: [{ role: 'system', content: 'Say it.' }],
  messages: [{ role: 'user', content: id }],
  maxTokens: 8,
  sampling: { temperature: 0, topP: 1, seed: 1 },
  deadlineMs: 60_000,
});

const outcome = (id: string, text: string): TurnOutcome => ({
  id,
  finish: 'stop',
  text,
  usage: { promptTokens: 3, cachedTokens: 0, restoredTokens: 0, completionTokens: 1 },
  timing: { admittedMs: 0, firstTokenMs: 1, endedMs: 2 },
  meanLogprob: null,
});

/** An engine on the far side whose life the test holds. */
class HeldEngine implements Engine {
  readonly open = new Map<string, { say(text: string): void; end(outcome: TurnOutcome): void }>();
  readonly cancelled: string[] = [];
  disposed = 0;
  lose: (error: EngineError) => void = () => undefined;
  /** Stands in for `load` where a test sets it on the prototype. */
  declare begin: Engine['load'] | null;
  load: Engine['load'] = (source, ...rest) => {
    if (this.begin) return this.begin(source, ...rest);
    return Promise.resolve({
      engine: 'webllm',
      batched: true,
      residents: 4,
      adapter: null,
      model: { id: source.id, library: '', contextTokens: 1024, weightBytes: 1 },
      notes: [],
      loadMs: 1,
    });
  };
  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    let resolve: (outcome: TurnOutcome) => void = () => undefined;
    const done = new Promise<TurnOutcome>((settle) => (resolve = settle));
    this.open.set(request.id, {
      say: (text) => onProgress?.({ id: request.id, text, completionTokens: 1 }),
      end: resolve,
    });
    return { id: request.id, done, cancel: () => this.cancelled.push(request.id) };
  }
  pageOut = (agent: number, to: 'warm' | 'cold') =>
    Promise.resolve({ agent, tier: to, tokens: 3, bytes: to === 'warm' ? 96 : 0, ms: 1 });
  freeWarm = (bytes: number) => Promise.resolve(bytes / 2);
  forgotten: number[] = [];
  forget(agent: number): Promise<void> {
    this.forgotten.push(agent);
    return Promise.resolve();
  }
  readonly preparedFor: string[] = [];
  prepare(source: ModelSource): Promise<number> {
    this.preparedFor.push(source.id);
    return Promise.resolve(5);
  }
  vram = () => Promise.resolve({ now: 1, peak: 2, weights: 1, kv: 0, workspace: 0, budget: 10, limit: 8 });
  counters = () =>
    Promise.resolve({
      turns: 0,
      prefillTokens: 0,
      decodeTokens: 0,
      prefixHits: 0,
      peakResidents: 0,
      busyMs: 0,
      starvedMs: 0,
      pageIns: 0,
      pageOuts: 0,
      restores: 0,
      warmBytes: 0,
    });
  onLost(listener: (error: EngineError) => void): void {
    this.lose = listener;
  }
  dispose(): Promise<void> {
    this.disposed += 1;
    return Promise.resolve();
  }
}

interface FakeWorker extends WorkerLike {
  /** What the browser does when the script throws; `handled`: it goes no further than here. */
  fail(message: string): { readonly handled: boolean };
  terminated: boolean;
}

let far: HeldEngine[];
let workers: FakeWorker[];
let channels: MessageChannel[];

let lifeline: ReturnType<typeof memoryLifeline>;

/** A worker whose two ends are the ports of a channel. */
function spawn(): WorkerLike {
  const channel = new MessageChannel();
  channels.push(channel);
  const service: InferenceService = {
    checkGpu: () => Promise.resolve({ ok: true, adapter: null, problem: null, storageFree: 5 }),
    models: (vramMiB) => (vramMiB < 0 ? Promise.reject(new Error('negative')) : Promise.resolve([])),
    fault: (fault) => {
      for (const engine of far) engine.lose({ code: 'device-lost', message: fault, remedy: '' });
    },
    create: () => {
      const engine = new HeldEngine();
      far.push(engine);
      return engine;
    },
  };
  serveInference(channel.port2 as unknown as Port, service, { name: `worker ${String(workers.length)}`, lifeline });
  channel.port1.start();
  channel.port2.start();
  const errors: ((event: { message: string; preventDefault: () => void }) => void)[] = [];
  const worker: FakeWorker = {
    postMessage: (message) => {
      channel.port1.postMessage(message);
    },
    addEventListener: (type: string, listener: (event: never) => void) => {
      if (type === 'message')
        channel.port1.addEventListener('message', listener as unknown as (event: MessageEvent) => void);
      else errors.push(listener as never);
    },
    terminate: () => {
      worker.terminated = true;
      channel.port1.close();
    },
    fail: (message) => {
      let handled = false;
      for (const listener of errors) listener({ message, preventDefault: () => void (handled = true) });
      return { handled };
    },
    terminated: false,
  };
  workers.push(worker);
  return worker;
}

beforeEach(() => {
  far = [];
  workers = [];
  channels = [];
  lifeline = memoryLifeline();
});
afterEach(() => {
  for (const channel of channels) {
    channel.port1.close();
    channel.port2.close();
  }
});

const loaded = async () => {
  const engine = createEngineHost(spawn, systemClock(), { lifeline }).create('webllm');
  const report = await engine.load({ id: 'pocket' }, budget, () => undefined);
  return { engine, report, held: far[0]!, worker: workers[0]! };
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('questions are answered, faults arrive as faults, and the worker that answered is the one that loads', async () => {
  const host = createEngineHost(spawn, systemClock());
  expect(await host.checkGpu()).toMatchObject({ ok: true, storageFree: 5 });
  expect(await host.models(100, 0.85)).toEqual([]);
  await expect(host.models(-1, 0.85)).rejects.toMatchObject({ error: { code: 'internal', detail: 'Error: negative' } });
  const engine = host.create('webllm');
  expect(workers).toHaveLength(1);
  await engine.load({ id: 'pocket' }, budget, () => undefined);
  expect(workers).toHaveLength(1);
  // The next question needs a worker of its own: the first belongs to the engine.
  await host.checkGpu();
  expect(workers).toHaveLength(2);
});

test('a worker that ends without a word is missed at once: its turns end, with what they had written', async () => {
  const { engine, held, worker } = await loaded();
  const lost: string[] = [];
  engine.onLost(({ code }) => lost.push(code));
  const handle = engine.submit(turn('a'));
  await until(() => held.open.has('a'));
  held.open.get('a')!.say('hel');
  await engine.counters();
  lifeline.cut('worker 0');
  expect(await handle.done).toMatchObject({ finish: 'error', text: 'hel', error: { code: 'worker-dead' } });
  await until(() => lost.length > 0);
  expect(lost).toEqual(['worker-dead']);
  expect(worker.terminated).toBe(true);
});

test('an error that ends the worker ends nothing above it', async () => {
  const { engine, worker } = await loaded();
  const lost: string[] = [];
  engine.onLost(({ code }) => lost.push(code));
  expect(worker.fail('Uncaught RuntimeError: unreachable')).toEqual({ handled: true });
  await until(() => lost.length > 0);
  expect(lost).toEqual(['worker-dead']);
});

test('the end of an engine that was closed is news to nobody', async () => {
  const { engine } = await loaded();
  const lost: string[] = [];
  engine.onLost(({ code }) => lost.push(code));
  await engine.dispose();
  lifeline.cut('worker 0');
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(lost).toEqual([]);
});

test('a turn streams and ends once', async () => {
  const { engine, report, held } = await loaded();
  expect(report.model.id).toBe('pocket');
  const said: string[] = [];
  const handle = engine.submit(turn('a'), (progress) => said.push(progress.text));
  await until(() => held.open.has('a'));
  held.open.get('a')!.say('he');
  held.open.get('a')!.say('hello');
  held.open.get('a')!.end(outcome('a', 'hello'));
  expect(await handle.done).toEqual(outcome('a', 'hello'));
  expect(said).toEqual(['he', 'hello']);
  handle.cancel();
  expect(await engine.vram()).toMatchObject({ peak: 2 });
  expect(held.cancelled).toEqual([]);
});

test('paging goes to the far side and back; a dead worker is a fault', async () => {
  const { engine, held, worker } = await loaded();
  expect(await engine.pageOut(7, 'warm')).toEqual({ agent: 7, tier: 'warm', tokens: 3, bytes: 96, ms: 1 });
  await engine.forget(7);
  expect(await engine.freeWarm(8)).toBe(4);
  expect(held.forgotten).toEqual([7]);
  worker.fail('gone');
  await expect(engine.pageOut(7, 'cold')).rejects.toMatchObject({ error: { code: 'worker-dead' } });
});

test('cancel reaches the far side', async () => {
  const { engine, held } = await loaded();
  engine.submit(turn('a')).cancel();
  await until(() => held.cancelled.length > 0);
  expect(held.cancelled).toEqual(['a']);
});

test('when the worker fails, turns end with their partial text and only then the engine says that it is lost, once', async () => {
  const { engine, held, worker } = await loaded();
  const order: string[] = [];
  engine.onLost((error) => order.push(`lost ${error.code}`));
  const a = engine.submit(turn('a'));
  const b = engine.submit(turn('b'));
  void a.done.then((ended) => order.push(`a ${ended.finish}`));
  void b.done.then((ended) => order.push(`b ${ended.finish}`));
  await until(() => held.open.has('b'));
  held.open.get('a')!.say('half');
  const vram = engine.vram();
  await vram;
  const pending = engine.counters();
  worker.fail('boom');
  worker.fail('boom again');
  expect((await a.done).text).toBe('half');
  expect((await a.done).error).toMatchObject({
    code: 'worker-dead',
    message: expect.stringContaining('boom') as string,
  });
  await expect(pending).rejects.toBeInstanceOf(EngineFault);
  await until(() => order.length === 3);
  expect(order).toEqual(['a error', 'b error', 'lost worker-dead']);
  expect(worker.terminated).toBe(true);
  // Afterwards: nothing hangs.
  expect((await engine.submit(turn('c')).done).error?.code).toBe('worker-dead');
  await expect(engine.load({ id: 'pocket' }, budget, () => undefined)).rejects.toMatchObject({
    error: { code: 'worker-dead' },
  });
});

test('a device lost on the far side ends the turns as such and throws the worker away', async () => {
  const { engine, held, worker } = await loaded();
  const lost: string[] = [];
  engine.onLost((error) => lost.push(error.code));
  const a = engine.submit(turn('a'));
  await until(() => held.open.has('a'));
  held.lose({ code: 'device-lost', message: 'gone', remedy: 'again' });
  expect((await a.done).error?.code).toBe('device-lost');
  await until(() => lost.length > 0);
  expect(lost).toEqual(['device-lost']);
  expect(worker.terminated).toBe(true);
});

test('faults on purpose befall the worker that an engine took', async () => {
  const host = createEngineHost(spawn, systemClock());
  const engine = host.create('webllm');
  await engine.load({ id: 'pocket' }, budget, () => undefined);
  const lost: string[] = [];
  engine.onLost((error) => lost.push(error.message));
  host.faults.loseDevice();
  await until(() => lost.length > 0);
  expect(lost).toEqual(['lose-device']);
  const next = host.create('webllm');
  await next.load({ id: 'pocket' }, budget, () => undefined);
  host.faults.killWorker();
  expect(workers.at(-1)?.terminated).toBe(true);
});

test('dispose ends turns as cancelled and tells nobody of a loss', async () => {
  const { engine, worker } = await loaded();
  const lost: string[] = [];
  engine.onLost((error) => lost.push(error.code));
  const a = engine.submit(turn('a'));
  await engine.dispose();
  expect((await a.done).finish).toBe('cancelled');
  expect(worker.terminated).toBe(true);
  expect(lost).toEqual([]);
});

test('a load that is no longer wanted is stopped on the far side, and the engine may load again', async () => {
  const engine = createEngineHost(spawn, systemClock()).create('stock');
  let stopped = false;
  const hang: Engine['load'] = (_source, _budget, onProgress, signal) =>
    new Promise((_resolve, reject) => {
      onProgress({ phase: 'weights', bytes: 1, totalBytes: 2, fromCache: false });
      signal?.addEventListener('abort', () => {
        stopped = true;
        reject(signal.reason as Error);
      });
    });
  HeldEngine.prototype.begin = hang;
  const stop = new AbortController();
  const phases: string[] = [];
  const load = engine.load({ id: 'pocket' }, budget, (progress) => phases.push(progress.phase), stop.signal);
  await until(() => phases.length > 0);
  stop.abort(new Error('changed my mind'));
  await expect(load).rejects.toThrow('changed my mind');
  expect(stopped).toBe(true);
  HeldEngine.prototype.begin = null;
  expect((await engine.load({ id: 'pocket' }, budget, () => undefined)).model.id).toBe('pocket');
  expect(far[0]!.disposed).toBe(1);
});

describe('a standby', () => {
  const open = async () => {
    const clock = new SimulatedClock();
    const host = createEngineHost(spawn, clock, { standby: true });
    const first = host.create('webllm');
    await first.load({ id: 'pocket' }, budget, () => undefined);
    await clock.advance(1000);
    await until(() => far.length === 2);
    return { clock, host, first };
  };

  test('loads the same model while an engine works, and is the next engine, also with fewer seats', async () => {
    const { host, first } = await open();
    expect(far[1]!.preparedFor).toEqual(['pocket']);
    // What it holds counts as the engine's own.
    expect(await first.vram()).toMatchObject({ now: 6, peak: 7, workspace: 5 });
    expect(await host.checkGpu()).toMatchObject({ ok: true });
    expect(workers).toHaveLength(2);
    far[0]!.lose({ code: 'device-lost', message: 'gone', remedy: '' });
    const next = host.create('webllm');
    await next.load({ id: 'pocket' }, { ...budget, resident: 2 }, () => undefined);
    expect(far).toHaveLength(2);
    expect(workers).toHaveLength(2);
    expect(await next.vram()).toMatchObject({ now: 1, workspace: 0 });
    const turnOfNext = next.submit(turn('a'));
    await until(() => far[1]!.open.has('a'));
    far[1]!.open.get('a')!.end(outcome('a', 'done'));
    expect((await turnOfNext.done).text).toBe('done');
  });

  test('of another model is dropped', async () => {
    const { host } = await open();
    const next = host.create('webllm');
    await next.load({ id: 'larger' }, budget, () => undefined);
    expect(far).toHaveLength(3);
    expect(far[1]!.disposed).toBe(1);
  });

  test('that died or hangs costs nothing but itself', async () => {
    const { host } = await open();
    (workers[1] as FakeWorker).fail('boom');
    const next = host.create('webllm');
    expect((await next.load({ id: 'pocket' }, budget, () => undefined)).model.id).toBe('pocket');
    expect(workers).toHaveLength(3);
  });

  test('is let go once no engine has needed it for a while', async () => {
    const { clock, first } = await open();
    await first.dispose();
    expect(workers[1]!.terminated).toBe(false);
    await clock.advance(60_000);
    expect(workers[1]!.terminated).toBe(true);
  });

  test('waits where the processor computes the model, until a loss shows that it will be needed', async () => {
    const slow: Engine['load'] = (source) =>
      Promise.resolve({
        engine: 'webllm',
        batched: true,
        residents: 4,
        adapter: { vendor: '', architecture: '', description: '', isFallback: true, features: [], limits: {} },
        model: { id: source.id, library: '', contextTokens: 1024, weightBytes: 1 },
        notes: [],
        loadMs: 3000,
      });
    HeldEngine.prototype.begin = slow;
    const clock = new SimulatedClock();
    const host = createEngineHost(spawn, clock, { standby: true });
    const first = host.create('webllm');
    await first.load({ id: 'pocket' }, budget, () => undefined);
    await clock.advance(11_999);
    expect(workers).toHaveLength(1);
    await clock.advance(1);
    await until(() => far[1]?.preparedFor.length === 1);
    const lost = new Promise((resolve) => first.onLost(resolve));
    far[0]!.lose({ code: 'device-lost', message: 'gone', remedy: '' });
    await lost;
    await host.create('webllm').load({ id: 'pocket' }, budget, () => undefined);
    await clock.advance(1000);
    await until(() => far[2]?.preparedFor.length === 1);
    HeldEngine.prototype.begin = null;
  });
});
