import * as Comlink from 'comlink';
import { expect, test } from 'vitest';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { runtimeClient, type WorkerHandle } from './client.ts';
import type { RunFrame, RuntimeApi } from './protocol.ts';

/** Workers as message ports; `die` is the worker's error event. */
function setUp(api: (n: number) => Partial<RuntimeApi>) {
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
      await onFrame({ runId: id } as RunFrame);
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
