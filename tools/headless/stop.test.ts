/** How a run is told to end. */
import { describe, expect, test } from 'vitest';
import { EXIT, SIGNALS, Stopped } from './exits.mjs';
import { obeySignals, Stop, within } from './stop.mjs';

describe('u: being told to end', () => {
  function told() {
    const heard = new Map<string, () => void>();
    const exits: number[] = [];
    let now = 0;
    const stop = new Stop();
    obeySignals(stop, {
      on: (signal, hear) => heard.set(signal, hear),
      now: () => now,
      exit: (code) => exits.push(code),
      say: () => undefined,
    });
    return { stop, exits, send: (signal: string, at: number) => ((now = at), heard.get(signal)!()) };
  }

  test.each(Object.entries(SIGNALS))('u: %s stops in order, with %d', async (signal, code) => {
    const { stop, exits, send } = told();
    const work = stop.guard(new Promise(() => undefined));
    send(signal, 0);
    await expect(work).rejects.toMatchObject({ code, why: signal });
    expect(exits).toEqual([]);
  });

  test('u: a second one ends at once; its echo through npm does not', () => {
    const { exits, send } = told();
    send('SIGINT', 0);
    send('SIGINT', 100);
    expect(exits).toEqual([]);
    send('SIGTERM', 2000);
    expect(exits).toEqual([143]);
  });

  test('u: the first reason stays, and what fails later is nobody’s', async () => {
    const stop = new Stop();
    let fail: (error: Error) => void = () => undefined;
    const work = stop.guard(new Promise((_, reject) => (fail = reject)));
    stop.ask(new Stopped(EXIT.stopped, 'timeout', 'the time is up'));
    stop.ask(new Stopped(130, 'SIGINT', 'later'));
    fail(new Error('the page went with it'));
    await expect(work).rejects.toThrow('the time is up');
    expect(stop.reason?.code).toBe(3);
  });
});

test('u: what is left is not waited for without end', async () => {
  expect(await within(new Promise(() => undefined), 1, 'late')).toBe('late');
  expect(await within(Promise.resolve('in time'), 60_000, 'late')).toBe('in time');
});
