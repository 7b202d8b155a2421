import * as Comlink from 'comlink';
import { expect, test } from 'vitest';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { runtimeClient, type WorkerHandle } from './client.ts';
import type { RunFrame, PageApi } from '../protocol/protocol.ts';

/** Workers as message ports; `die` is the worker's error event. */
function setUp(api: (n: number) => Partial<PageApi>) {
  const clock = new SimulatedClock();
  const workers: { die: (message: string) => void; terminated: boolean }[] = [];
  const spawn = (): WorkerHandle => {
    const { port1, port2 } = new MessageChannel();
    Comlink.expose(api(workers.length), port2);
    const events = new EventTarget();
    const worker = {
      die: (message: string) => events.dispatchEvent(Object.assign(new Event('error'), { message })),
      terminated: false,
    };
    workers.push(worker);
    return {
      postMessage: (message, transfer) => {
        port1.postMessage(message, transfer as Transferable[]);
      },
      start: () => {
        port1.start();
      },
      addEventListener: (type, listener) => {
        (type === 'message' ? port1 : events).addEventListener(type, listener as EventListener);
      },
      removeEventListener: (type, listener) => {
        (type === 'message' ? port1 : events).removeEventListener(type, listener as EventListener);
      },
      terminate: () => {
        worker.terminated = true;
        port1.close();
      },
    };
  };
  return { clock, workers, client: runtimeClient(spawn, clock) };
}

const never = (): Promise<never> => new Promise(() => undefined);
const frame = (runId: string, writer: boolean): RunFrame =>
  ({ runId, status: { writer, endedAt: null } }) as unknown as RunFrame;

test('calls go to the worker and its errors come back', async () => {
  const { client } = setUp(() => ({
    open: (id) => Promise.resolve(id === 'a'),
    pause: () => Promise.reject(new Error('There is no run b.')),
  }));
  expect(await client.open('a')).toBe(true);
  await expect(client.pause('b')).rejects.toThrow('There is no run b.');
});

test('a worker that dies takes its calls with it by name, and a fresh one goes on with the watched run', async () => {
  const watched: string[] = [];
  const { client, workers } = setUp((n) => ({
    runs: n === 0 ? never : () => Promise.resolve([]),
    watch: async (id, onFrame) => {
      watched.push(`${String(n)}:${id}`);
      await onFrame(frame(id, true));
    },
  }));
  const frames: string[] = [];
  const reasons: string[] = [];
  client.onRespawn((reason) => reasons.push(reason));
  await client.watch('run-1', (frame) => void frames.push(frame.runId));
  const lost = client.runs();
  workers[0]?.die('out of memory');
  await expect(lost).rejects.toMatchObject({ name: 'RuntimeLost' });
  expect(await client.runs()).toEqual([]);
  await expect.poll(() => frames).toEqual(['run-1', 'run-1']);
  expect([watched, reasons, workers.map((worker) => worker.terminated)]).toEqual([
    ['0:run-1', '1:run-1'],
    ['out of memory'],
    [true, false],
  ]);
});

test('a worker that does not answer is replaced', async () => {
  const { client, workers, clock } = setUp((n) => ({ pause: n === 0 ? never : () => Promise.resolve() }));
  const late = client.pause('a').catch((error: unknown) => (error as Error).message);
  await clock.advance(31_000);
  expect(await late).toMatch(/pause was not answered in 30 s/);
  await client.pause('a');
  expect(workers).toHaveLength(2);
});

test('a fresh worker goes on as the one before: it takes the run over from what is left of that, endpoint and fault plan with it', async () => {
  const asked: string[] = [];
  let free = false;
  let show: ((frame: RunFrame) => void | Promise<void>) | null = null;
  const { client, workers, clock } = setUp((n) => ({
    watch: async (id, onFrame) => {
      show = onFrame;
      // The lock of the one before outlives it.
      await onFrame(frame(id, n === 0));
    },
    resume: async (id) => {
      asked.push(`${String(n)} resume`);
      await show?.(frame(id, free));
    },
    allowRemote: (_, remote) => {
      asked.push(`${String(n)} ${remote?.url ?? 'null'} ${remote?.key ?? ''}`);
      return Promise.resolve({ ok: true, code: 'endpoint-off' });
    },
    playFaults: (_, file, text, from = 0) => {
      asked.push(`${String(n)} ${file} ${text} ${String(from)}`);
      return Promise.resolve([]);
    },
  }));
  await client.watch('a', () => undefined);
  await client.allowRemote('a', { url: 'https://host/v1', key: 'k', model: 'm' });
  await client.playFaults('a', 'plan.yaml', 'faults', 1000);
  await clock.advance(5000);
  asked.length = 0;
  workers[0]?.die('it hung');
  await expect.poll(() => asked).toEqual(['1 resume']);
  free = true;
  await clock.advance(3000);
  await show!(frame('a', false));
  await expect.poll(() => asked).toEqual(['1 resume', '1 resume', '1 https://host/v1 k', '1 plan.yaml faults 9000']);
});

test('a worker that hangs while a run is watched is missed though nobody asks it anything', async () => {
  const { client, workers, clock } = setUp((n) => ({
    watch: (id, onFrame) => Promise.resolve(onFrame(frame(id, true))),
    faults: n === 0 ? never : () => Promise.resolve([]),
  }));
  const reasons: string[] = [];
  client.onRespawn((reason) => reasons.push(reason));
  await client.watch('a', () => undefined);
  await clock.advance(50_000);
  expect(workers).toHaveLength(1);
  await clock.advance(30_000);
  expect(reasons).toEqual(['it gave no sign of life for 60 s']);
  await expect.poll(() => workers.length).toBe(2);
});

test('workers that die one after the other go on more and more slowly', async () => {
  const opened: number[] = [];
  const { client, workers, clock } = setUp((n) => ({
    watch: (id, onFrame) => {
      opened.push(n);
      return Promise.resolve(onFrame(frame(id, true)));
    },
  }));
  await client.watch('a', () => undefined);
  workers[0]?.die('an event that it cannot bear');
  await expect.poll(() => opened).toEqual([0, 1]);
  workers[1]?.die('the same');
  workers[2]?.die('the same');
  await clock.advance(1900);
  expect(opened).toEqual([0, 1]);
  await clock.advance(200);
  await expect.poll(() => opened).toEqual([0, 1, 3]);
});
