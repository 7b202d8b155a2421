/**
 * Agents that keep their sequence, leave and come back, over the toy model: whatever is asked of the pipeline in whatever order, each turn
 * says what it says alone, and no seat or sequence is lost.
 */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { openDB } from 'idb';
import { expect, test } from 'vitest';
import type { TurnOutcome, TurnRequest } from '../../../src/engine/contract.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { toyModel, toyTransfer } from '../testing/toy-model.ts';
import { WarmStore } from '../warm/warm-store.ts';
import { WarmTier } from '../warm/warm-tier.ts';
import { KvPool } from '../kv/kv-pool.ts';
import { SwarmPipeline } from './swarm-pipeline.ts';

let stores = 0;
const LEFTOVERS = 4;

async function open(residents: number, pages: number, warm: boolean) {
  const { model, cache } = toyModel({ chunk: 160, rows: residents });
  const pool = new KvPool(model, { sequences: residents + 4 + LEFTOVERS, pages, chunk: 160 });
  const fatal: string[] = [];
  const name = warm ? `parking-${String(stores++)}` : null;
  const store = name === null ? null : await WarmStore.open({ limit: 1e6, name });
  const pipeline = new SwarmPipeline(model, pool, systemClock(), {
    residents,
    leftovers: LEFTOVERS,
    proven: { continuation: true, difference: 0, decodeRows: residents },
    memory: { weights: 0, kv: 0, workspace: 0 },
    notes: [],
    warm: store && new WarmTier(toyTransfer(cache), store, 'f16', 'toy'),
    onFatal: (error) => fatal.push(`${error.message} ${error.detail ?? ''}`),
  });
  return { pipeline, cache, fatal, store: name };
}

const ROLE = 'A role that all agents share.';
let turns = 0;

const request = (agent: number, said: readonly string[], more: Partial<TurnRequest> = {}): TurnRequest => ({
  id: String(turns++),
  agent,
  priority: 1,
  prefix: [{ role: 'system', content: ROLE }],
  messages: said.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
  maxTokens: 6,
  sampling: { temperature: 0, topP: 1, seed: 1 },
  deadlineMs: 60_000,
  ...more,
});

type Step =
  | {
      do: 'turn';
      agent: number;
      say: string;
      retain: boolean;
      fresh: boolean;
      pageIn: 'restore' | 'prefill';
      cancel: boolean;
    }
  | { do: 'pageOut'; agent: number; to: 'warm' | 'cold' }
  | { do: 'forget'; agent: number }
  | { do: 'wait' };

const agent = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      agent,
      say: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }),
      retain: fc.boolean(),
      fresh: fc.boolean(),
      pageIn: fc.constantFrom('restore' as const, 'prefill' as const),
      cancel: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pageOut' as const),
      agent,
      to: fc.constantFrom('warm' as const, 'cold' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), agent }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
);

test('whatever is kept, paged out, read back, forgotten or cancelled, each turn says what it says alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 26, max: 60 }),
      fc.boolean(),
      fc.array(step, { minLength: 1, maxLength: 30 }),
      async (residents, pages, warm, steps) => {
        const { pipeline, cache, fatal } = await open(residents, pages, warm);
        const talks = new Map<number, string[]>();
        const busy = new Map<number, Promise<unknown>>();
        const ended: { asked: TurnRequest; outcome: Promise<TurnOutcome> }[] = [];
        const outs: Promise<unknown>[] = [];
        for (const each of steps) {
          if (each.do === 'wait') await Promise.all(busy.values());
          else if (each.do === 'forget') outs.push(pipeline.forget(each.agent));
          else if (each.do === 'pageOut') outs.push(pipeline.pageOut(each.agent, each.to));
          else {
            // One turn an agent at a time, as the runtime has it.
            await busy.get(each.agent);
            const before = each.fresh ? [] : (talks.get(each.agent) ?? []);
            const said = before.join('').length > 60 ? [each.say] : [...before, each.say];
            const asked = request(each.agent, said, { retain: each.retain, pageIn: each.pageIn });
            const handle = pipeline.submit(asked);
            busy.set(
              each.agent,
              handle.done.then(({ text }) => talks.set(each.agent, [...said, text])),
            );
            ended.push({ asked, outcome: handle.done });
            if (each.cancel) handle.cancel();
          }
        }
        const outcomes = await Promise.all(ended.map(({ outcome }) => outcome));
        await Promise.all(outs);
        expect(fatal).toEqual([]);
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome.finish === 'cancelled') continue;
          const alone = await open(1, 60, false);
          const { retain: _, ...asked } = (ended[i] as { asked: TurnRequest }).asked;
          const wanted = await alone.pipeline.submit(asked).done;
          expect({ finish: outcome.finish, text: outcome.text }).toEqual({ finish: wanted.finish, text: wanted.text });
          const { promptTokens, cachedTokens, restoredTokens } = outcome.usage;
          expect(promptTokens).toBe(wanted.usage.promptTokens);
          expect(cachedTokens).toBeLessThan(promptTokens);
          expect(restoredTokens).toBeLessThanOrEqual(cachedTokens);
        }
        expect(pipeline.counters().peakResidents).toBeLessThanOrEqual(residents);
        for (let row = 0; row < 6; row++) await pipeline.pageOut(row, 'cold');
        // Only the shared prefix stays behind, and what ended turns left for others.
        expect(cache.sequences.size).toBeLessThanOrEqual(1 + LEFTOVERS);
      },
    ),
    { numRuns: 80, endOnFailure: true },
  );
});

test('who goes on from where it stopped computes only what is new; who comes back from the warm tier too', async () => {
  const { pipeline } = await open(2, 60, true);
  const first = await pipeline.submit(request(1, ['a line of a log'], { retain: true })).done;
  expect(first).toMatchObject({ retained: true, pageIn: { way: 'prefill' } });
  const longer = ['a line of a log', 'x', 'and the next'];
  const prompt = (outcome: TurnOutcome): number => outcome.usage.promptTokens - outcome.usage.cachedTokens;
  const resident = await pipeline.submit(request(1, longer, { retain: true })).done;
  expect(resident.pageIn).toBeUndefined();
  expect(prompt(resident)).toBeLessThan(20);
  expect(await pipeline.pageOut(1, 'warm')).toMatchObject({ tier: 'warm' });
  const restored = await pipeline.submit(request(1, [...longer, 'y', 'last'], { retain: true })).done;
  expect(restored.pageIn).toMatchObject({ way: 'restore' });
  expect(restored.usage.restoredTokens).toBeGreaterThan(20);
  expect(prompt(restored)).toBeLessThan(20);
  const { pageIns, pageOuts, restores, warmBytes } = pipeline.counters();
  expect({ pageIns, pageOuts, restores }).toEqual({ pageIns: 2, pageOuts: 1, restores: 1 });
  expect(warmBytes).toBeGreaterThan(0);
  expect(await pipeline.freeWarm(1)).toBe(warmBytes);
});

test('a turn that is called back before it ran leaves its agent where it sat', async () => {
  const { pipeline } = await open(2, 60, true);
  await pipeline.submit(request(1, ['a line of a log'], { retain: true })).done;
  const called = pipeline.submit(request(1, ['a line of a log', 'x', 'more'], { retain: true }));
  const other = pipeline.submit(request(2, ['another'], { retain: true }));
  called.cancel();
  other.cancel();
  expect(await called.done).toMatchObject({ finish: 'cancelled', retained: true });
  expect((await other.done).retained).toBeUndefined();
  expect((await pipeline.pageOut(1, 'warm')).tier).toBe('warm');
});

test('a turn that runs while its agent is forgotten is not kept, and nobody goes on from what it leaves', async () => {
  const { pipeline, cache } = await open(2, 60, true);
  const running = pipeline.submit(request(1, ['a line of a log'], { retain: true, maxTokens: 20 }));
  const beside = pipeline.submit(request(2, ['another line of a log'], { maxTokens: 20 }));
  while (cache.passes < 3) await new Promise((resolve) => setImmediate(resolve));
  await pipeline.forget(1);
  expect((await running.done).retained).toBeUndefined();
  await beside.done;
  expect((await pipeline.pageOut(1, 'warm')).tier).toBe('cold');
  const again = await pipeline.submit(request(2, ['another line of a log'])).done;
  expect(again.usage.cachedTokens).toBe(ROLE.length + 1); // the shared prompt alone
});

test('a turn that is called off in the middle is not kept because another of its agent was', async () => {
  const { pipeline, cache } = await open(2, 60, false);
  const one = pipeline.submit(request(1, ['a line of a log'], { retain: true, maxTokens: 2 }));
  const two = pipeline.submit(request(1, ['quite another one'], { maxTokens: 40 }));
  void one.done.then(() => two.cancel());
  expect([(await one.done).retained, (await two.done).retained]).toEqual([true, undefined]);
  await pipeline.pageOut(1, 'cold');
  expect(cache.sequences.size).toBe(2); // the shared prompt, and what the second left
});

test('when the device is lost while agents are read off it, everybody who waits for that is answered', async () => {
  const unheard: unknown[] = [];
  const note = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', note);
  const { pipeline, cache } = await open(3, 60, true);
  for (const row of [1, 2]) await pipeline.submit(request(row, ['a line of a log'], { retain: true })).done;
  cache.refuse = new Error('mapAsync failed');
  const outs = [1, 2].map((row) => pipeline.pageOut(row, 'warm'));
  await new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => resolve(null))));
  pipeline.stop('error', { code: 'device-lost', message: 'Gone.', remedy: 'Again.' });
  expect((await Promise.all(outs)).map(({ tier }) => tier)).toEqual(['cold', 'cold']);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unheard).toEqual([]);
});

test.each([
  { short: 'pages', residents: 3, pages: 16, maxTokens: 90 },
  { short: 'seats', residents: 2, pages: 60, maxTokens: 4 },
])('agents that keep coming back do not starve a turn for which $short are short', async (where) => {
  const { residents, pages, maxTokens } = where;
  const { pipeline } = await open(residents, pages, false);
  const words = 'w'.repeat(50);
  let over = false;
  let came = 0;
  const talk = async (row: number): Promise<void> => {
    for (let i = 0; i < 100 && !over; i++, came++)
      await pipeline.submit(request(row, [words], { retain: true, maxTokens: 4 + ((row + i) % 3) })).done;
  };
  const talks = [talk(1), talk(2)];
  while (came < 4) await new Promise((resolve) => setImmediate(resolve));
  const before = came;
  const large = await pipeline.submit(request(3, ['v'.repeat(60)], { maxTokens })).done;
  over = true;
  await Promise.all(talks);
  expect(large.error).toBeUndefined();
  expect(came - before).toBeLessThanOrEqual(residents * 16 + 8);
});

test('when the newest pages cannot be trusted and older ones are read, both are said', async () => {
  const { pipeline, store } = await open(2, 60, true);
  const lines = ['a line of a log', 'x', 'and the next'];
  await pipeline.submit(request(1, lines.slice(0, 1), { retain: true })).done;
  await pipeline.pageOut(1, 'warm');
  await pipeline.submit(request(1, lines, { retain: true })).done;
  expect(await pipeline.pageOut(1, 'warm')).toMatchObject({ tier: 'warm' });
  const db = await openDB(store as string);
  const newest = (await db.get('pages', [1, 0])) as { pages: Uint8Array };
  newest.pages[3]! ^= 1;
  await db.put('pages', newest);
  db.close();
  const { pageIn } = await pipeline.submit(request(1, [...lines, 'y', 'last'])).done;
  expect(pageIn).toMatchObject({ way: 'restore', distrusted: expect.stringMatching(/^generation 2/) as string });
});

test('a turn that waits while its agent is forgotten does not go on from what had been read for it', async () => {
  const { pipeline } = await open(1, 60, true);
  await pipeline.submit(request(1, ['a line of a log'], { retain: true })).done;
  expect((await pipeline.pageOut(1, 'warm')).tier).toBe('warm');
  const before = pipeline.submit(request(2, ['another'], { maxTokens: 40 }));
  const waits = pipeline.submit(request(1, ['a line of a log', 'x', 'more']));
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
  const forgotten = pipeline.forget(1);
  before.cancel();
  await forgotten;
  expect((await waits.done).pageIn).toMatchObject({ way: 'prefill' });
});
