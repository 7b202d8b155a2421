/** A page call is one entry in the table and one answer in the part that it names, in type and at run time. */
import * as Comlink from 'comlink';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { runtimeClient, type RuntimeClient, type WorkerHandle } from '../client/client.ts';
import type { Runtime } from '../host/runtime.ts';
import type { Links } from '../links/links.ts';
import type { WatchedReplay } from '../links/replay-api.ts';
import { answeredBy, answering, type AnswersOf, asking, type Parts } from './call-table.ts';
import { CALLS, type PageApi, type PageCalls } from './calls.ts';
import type { Answers } from './protocol.ts';

const NAMES = Object.keys(CALLS) as (keyof PageCalls)[];

/** Answers that say who was asked what. */
const told = (part: string) =>
  asking(CALLS, (name, [first]) => Promise.resolve(`${part} ${name} ${String(first ?? '')}`.trim()));

const PARTS: Parts<PageCalls> = {
  startScreen: () => told('startScreen'),
  runtime: () => told('runtime'),
  run: (runId) => told(`run ${runId}`),
  storage: () => Promise.resolve(told('storage')),
  links: () => Promise.resolve(told('links')),
};

/** The port of a worker that answers so. */
function workerOf(api: object): WorkerHandle {
  const { port1, port2 } = new MessageChannel();
  Comlink.expose(api, port2);
  return {
    postMessage: (message, transfer) => port1.postMessage(message, transfer ?? []),
    start: () => port1.start(),
    addEventListener: (type, listener) => port1.addEventListener(type, listener),
    removeEventListener: (type, listener) => port1.removeEventListener(type, listener),
    terminate: () => port1.close(),
  };
}

/** A method of the client, whatever its type. */
const method = (client: RuntimeClient, name: keyof PageCalls) =>
  (client as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[name]!;

describe('the table of calls', () => {
  test.each(NAMES)('%s goes from the page to the part that it names', async (name) => {
    const worker = workerOf(answering(CALLS, PARTS));
    const client = runtimeClient(() => worker, new SimulatedClock());
    const given = name === 'watch' ? ['run-1', () => undefined] : ['run-1'];
    const { part } = CALLS[name];
    const expected = `${part === 'run' ? 'run run-1' : part} ${name} ${name === 'unwatch' ? '' : 'run-1'}`.trim();
    expect(await method(client, name)(...given)).toBe(expected);
    worker.terminate();
  });

  test.each(NAMES)('%s is waited for as long as its entry says', async (name) => {
    const clock = new SimulatedClock();
    const silent: WorkerHandle = Object.assign(new EventTarget(), {
      postMessage: () => undefined,
      terminate: () => undefined,
    });
    const client = runtimeClient(() => silent, clock);
    const reasons: string[] = [];
    client.onRespawn((reason) => reasons.push(reason));
    const answer = method(client, name)('run-1', () => undefined).catch(() => undefined);
    const { deadline } = CALLS[name];
    if (deadline === 'unlimited') {
      await clock.advance(10_000_000);
      expect(reasons).toEqual([]);
      return;
    }
    const seconds = deadline === 'quick' ? 30 : 180;
    // A watched run is asked for signs of life, which are missed sooner.
    if (name === 'watch') {
      await clock.advance(1000 * seconds);
      expect(reasons[0]).toBe('it gave no sign of life for 60 s');
      return;
    }
    await clock.advance(1000 * seconds - 1);
    expect(reasons).toEqual([]);
    await clock.advance(1);
    expect(reasons).toEqual([`${name} was not answered in ${String(seconds)} s`]);
    await answer;
  });
});

describe('one call more', () => {
  const MORE = { ...CALLS, weigh: answeredBy('storage')<[folder: string], number>('slow') };
  type More = typeof MORE;

  test('is one entry and one answer, for page and worker alike', async () => {
    const storage: AnswersOf<More, 'storage'> = { ...told('storage'), weigh: ({ length }) => Promise.resolve(length) };
    const worker = workerOf(answering(MORE, { ...PARTS, storage: () => storage }));
    const remote = Comlink.wrap(worker) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    const page = asking(MORE, (name, given) => remote[name]!(...given));
    expect(await page.weigh('pocket')).toBe(6);
    expectTypeOf(page.weigh).toEqualTypeOf<(folder: string) => Promise<number>>();
    worker.terminate();
  });

  test('is a type error without its answer, and so is an answer without its call', () => {
    const storage: Answers<'storage'> = told('storage');
    // @ts-expect-error nobody answers `weigh`
    const parts: Parts<More> = { ...PARTS, storage: () => storage };
    // @ts-expect-error nobody may ask `weigh`
    const more: Answers<'storage'> = { ...storage, weigh: () => Promise.resolve(0) };
    // @ts-expect-error a call about a run begins with its id
    const run: Parts<PageCalls>['run'] = (folder: number) => told(String(folder));
    expect([parts, more, run]).toHaveLength(3);
  });

  test('finds no method that was left behind: what the parts can do besides is for the worker itself', () => {
    expectTypeOf<Exclude<keyof RuntimeClient, keyof PageApi>>().toEqualTypeOf<'onRespawn'>();
    expectTypeOf<Exclude<keyof Links, keyof Answers<'links'>>>().toEqualTypeOf<'replays' | 'unwatch'>();
    expectTypeOf<Exclude<keyof WatchedReplay, keyof Answers<'run'>>>().toEqualTypeOf<'setPace' | 'unwatch'>();
    expectTypeOf<Exclude<keyof Runtime, keyof Answers<'runtime' | 'run'>>>().toEqualTypeOf<
      | 'runs'
      | 'writes'
      | 'woke'
      | 'tellFault'
      | 'setSeats'
      | 'createTask'
      | 'revise'
      | 'unsaved'
      | 'crashSupervisor'
      | 'reopen'
      | 'close'
    >();
  });
});
