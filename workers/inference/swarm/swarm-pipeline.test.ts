/**
 * The pipeline over a toy model: whatever turns come, in whatever order, however they end, each says what it would say alone; no seat, page
 * or sequence is lost. What only a GPU can show is shown in e2e/engine.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TurnOutcome, TurnRequest } from '../../../src/engine/contract.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { logitsAfter, toyModel, VOCABULARY } from '../testing/toy-model.ts';
import { KvPool } from '../kv/kv-pool.ts';
import { SwarmPipeline } from './swarm-pipeline.ts';

interface Setting {
  readonly residents: number;
  readonly pages: number;
  readonly chunk: number;
  readonly rows: number;
  readonly continuation: boolean;
  readonly leftovers?: number;
}

function open({ residents, pages, chunk, rows, continuation, leftovers = 0 }: Setting) {
  const { model, cache } = toyModel({ chunk, rows: residents });
  const pool = new KvPool(model, { sequences: residents + 4 + leftovers, pages, chunk });
  const fatal: string[] = [];
  const pipeline = new SwarmPipeline(model, pool, systemClock(), {
    residents,
    leftovers,
    proven: { continuation, difference: 0, decodeRows: rows },
    memory: { weights: 0, kv: 0, workspace: 0 },
    notes: [],
    warm: null,
    onFatal: (error) => fatal.push(`${error.message} ${error.detail ?? ''}`),
  });
  return { pipeline, pool, cache, fatal, model };
}

const roles = ['', 'Triage.', 'Review what another said about a line, with reasons for each part of it.'];

interface Plan {
  readonly role: number;
  readonly own: string;
  readonly priority: number;
  readonly maxTokens: number;
  readonly heat: number;
  /** Event-loop turns after submission when it is cancelled; null = never. */
  readonly cancelAfter: number | null;
  /** Event-loop turns to wait before the next is submitted. */
  readonly pause: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  role: fc.nat(roles.length - 1),
  own: fc.oneof(
    fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' }),
    // Some are asked again, some begin alike.
    fc.constantFrom(
      'the disk of host 7 is full',
      'the disk of host 9 has failed, and a page and a half more of words',
      'the disk',
    ),
  ),
  priority: fc.nat(2),
  maxTokens: fc.integer({ min: 1, max: 12 }),
  heat: fc.constantFrom(0, 0, 1),
  cancelAfter: fc.option(fc.nat(20), { nil: null, freq: 4 }),
  pause: fc.nat(6),
});

const request = (p: Plan, i: number): TurnRequest => ({
  id: `t${String(i)}`,
  agent: i,
  priority: p.priority,
  prefix: p.role === 0 ? [] : [{ role: 'system', content: roles[p.role] as string }],
  messages: [{ role: 'user', content: p.own }],
  maxTokens: p.maxTokens,
  sampling: { temperature: p.heat, topP: 1, seed: i },
  deadlineMs: 60_000,
});

const ticks = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

const setting: fc.Arbitrary<Setting> = fc.record({
  residents: fc.integer({ min: 1, max: 12 }),
  pages: fc.integer({ min: 13, max: 64 }),
  chunk: fc.integer({ min: 160, max: 200 }),
  rows: fc.integer({ min: 1, max: 12 }),
  continuation: fc.boolean(),
  leftovers: fc.nat(8),
});

test('whoever joins, leaves or is cancelled, each turn says what it says alone', async () => {
  await fc.assert(
    fc.asyncProperty(setting, fc.array(plan, { minLength: 1, maxLength: 24 }), async (where, plans) => {
      const alone: TurnOutcome[] = [];
      for (const [i, p] of plans.entries()) {
        const { pipeline } = open({ ...where, continuation: false });
        alone.push(await pipeline.submit(request(p, i)).done);
      }
      const { pipeline, pool, cache, fatal } = open(where);
      const ended: Promise<TurnOutcome>[] = [];
      for (const [i, p] of plans.entries()) {
        const handle = pipeline.submit(request(p, i));
        ended.push(handle.done);
        if (p.cancelAfter !== null) void ticks(p.cancelAfter).then(() => handle.cancel());
        await ticks(p.pause);
      }
      const together = await Promise.all(ended);
      expect(fatal).toEqual([]);
      for (const [i, outcome] of together.entries()) {
        const wanted = alone[i] as TurnOutcome;
        if (outcome.finish === 'cancelled') expect(wanted.text.startsWith(outcome.text)).toBe(true);
        else expect(outcome).toMatchObject({ finish: wanted.finish, text: wanted.text });
        expect(outcome.usage.completionTokens).toBeLessThanOrEqual(wanted.usage.completionTokens);
      }
      await ticks(4);
      // Only shared prefixes stay behind, and what was left for others.
      const { leftovers = 0 } = where;
      const left = where.residents + 4 + leftovers - pool.freeSequences;
      expect(cache.sequences.size).toBe(left);
      expect(left).toBeLessThanOrEqual(where.continuation ? 2 + leftovers : 0);
      const counters = pipeline.counters();
      expect(counters.peakResidents).toBeLessThanOrEqual(where.residents);
      if (!where.continuation) expect(counters.prefixHits).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a greedy turn is the model itself, step by step', async () => {
  const { pipeline, model } = open({ residents: 3, pages: 40, chunk: 32, rows: 3, continuation: true });
  const { text } = await pipeline.submit(
    request({ role: 2, own: 'a line', priority: 0, maxTokens: 10, heat: 0, cancelAfter: null, pause: 0 }, 1),
  ).done;
  const ids = [
    ...model.tokenizer.encode(`${roles[2] as string}<end>`),
    ...model.tokenizer.encode('<say>a line<end>'),
    ...model.tokenizer.encode('<say>'),
  ];
  const said: number[] = [];
  while (said.length < 10) {
    const logits = logitsAfter([...ids, ...said]);
    const next = logits.indexOf(Math.max(...logits));
    if (next === 1) break;
    said.push(next);
  }
  expect(text).toBe(model.tokenizer.decode(Int32Array.from(said)));
  expect(VOCABULARY).toBeGreaterThan(said.length);
});

test('prompts longer than a chunk are filled in several steps while others go on decoding', async () => {
  const { pipeline } = open({ residents: 2, pages: 40, chunk: 16, rows: 2, continuation: true });
  const ends: string[] = [];
  const base: Plan = { role: 0, own: 'x', priority: 0, maxTokens: 4, heat: 1, cancelAfter: null, pause: 0 };
  const long = pipeline.submit(request({ ...base, own: 'y'.repeat(150) }, 1));
  const short = pipeline.submit(request(base, 2));
  await Promise.all([long.done.then(() => ends.push('long')), short.done.then(() => ends.push('short'))]);
  expect(ends).toEqual(['short', 'long']);
});

test('the role prompt is computed once, and what each turn saved is said', async () => {
  const { pipeline } = open({ residents: 4, pages: 64, chunk: 64, rows: 4, continuation: true });
  const plans = Array.from({ length: 9 }, (_, i): Plan => ({
    role: 2,
    own: `line ${String(i)}`,
    priority: 0,
    maxTokens: 2,
    heat: 0,
    cancelAfter: null,
    pause: 0,
  }));
  const outcomes = await Promise.all(plans.map((p, i) => pipeline.submit(request(p, i)).done));
  const shared = (roles[2] as string).length + 1;
  expect(outcomes.map(({ usage }) => usage.cachedTokens)).toEqual([0, ...Array<number>(8).fill(shared)]);
  const { prefillTokens, prefixHits } = pipeline.counters();
  expect(prefixHits).toBe(8);
  expect(prefillTokens).toBe(outcomes.reduce((sum, { usage }) => sum + usage.promptTokens - usage.cachedTokens, 0));
});

test('lower priority numbers go first, then the oldest', async () => {
  const { pipeline } = open({ residents: 1, pages: 32, chunk: 64, rows: 1, continuation: true });
  const order: string[] = [];
  const base: Plan = { role: 1, own: 'z', priority: 1, maxTokens: 1, heat: 0, cancelAfter: null, pause: 0 };
  const ends = [2, 1, 0, 1, 2, 0].map((priority, i) =>
    pipeline.submit(request({ ...base, priority }, i)).done.then(({ id }) => order.push(id)),
  );
  await Promise.all(ends);
  expect(order).toEqual(['t2', 't5', 't1', 't3', 't0', 't4']);
});

test('what cannot fit is refused with the reason, and those behind it are not held up', async () => {
  const { pipeline } = open({ residents: 2, pages: 6, chunk: 64, rows: 2, continuation: true });
  const base: Plan = { role: 0, own: 'z', priority: 0, maxTokens: 2, heat: 0, cancelAfter: null, pause: 0 };
  const [huge, fine] = await Promise.all([
    pipeline.submit(request({ ...base, own: 'w'.repeat(300) }, 1)).done,
    pipeline.submit(request(base, 2)).done,
  ]);
  expect(huge.error?.code).toBe('prompt-too-long');
  // l: what never ran costs nothing.
  expect(huge.usage).toMatchObject({ promptTokens: 0, completionTokens: 0 });
  expect(fine.error).toBeUndefined();
});

test.each([true, false])(
  'l: a dense text is shortened once, by count, to what fits (continuation %s)',
  async (continuation) => {
    const { pipeline } = open({ residents: 2, pages: 12, chunk: 128, rows: 2, continuation });
    const base: Plan = {
      role: 1,
      own: '가나다라'.repeat(150),
      priority: 0,
      maxTokens: 4,
      heat: 0,
      cancelAfter: null,
      pause: 0,
    };
    const asked = request(base, 1);
    const whole = await pipeline.submit(asked).done;
    expect(whole.error?.code).toBe('prompt-too-long');
    const elastic = { message: 0, from: 0, to: base.own.length, keep: 'head' } as const;
    const { error, usage, read } = await pipeline.submit({ ...asked, id: 'again', elastic }).done;
    expect(error).toBeUndefined();
    expect(read?.[0]?.[0]).toBe(0);
    const most = continuation ? 12 * 16 : 128;
    expect(usage.promptTokens).toBeLessThanOrEqual(most);
    expect(usage.promptTokens).toBeGreaterThan(0.8 * (most - 4));
  },
);

test('stopping ends all turns with their text; a pipeline that failed says so once', async () => {
  const { pipeline } = open({ residents: 2, pages: 40, chunk: 64, rows: 2, continuation: true });
  const base: Plan = { role: 1, own: 'z', priority: 0, maxTokens: 12, heat: 1, cancelAfter: null, pause: 0 };
  const handles = Array.from({ length: 5 }, (_, i) => pipeline.submit(request(base, i)));
  await ticks(3);
  pipeline.stop('error', { code: 'device-lost', message: 'Gone.', remedy: 'Again.' });
  const outcomes = await Promise.all(handles.map(({ done }) => done));
  expect(outcomes.filter(({ finish }) => finish === 'error').every(({ error }) => error?.code === 'device-lost')).toBe(
    true,
  );
  expect((await pipeline.submit(request(base, 9)).done).error?.code).toBe('device-lost');

  const broken = open({ residents: 2, pages: 40, chunk: 64, rows: 2, continuation: true });
  broken.model.gpu.sync = () => Promise.reject(new Error('mapAsync failed'));
  expect((await broken.pipeline.submit(request(base, 1)).done).error?.code).toBe('internal');
  await ticks(2);
  expect(broken.fatal).toHaveLength(1);
});

test('the same again computes one token, and what begins alike only what differs', async () => {
  const { pipeline, fatal } = open({ residents: 2, pages: 64, chunk: 64, rows: 2, continuation: true, leftovers: 4 });
  const base: Plan = { role: 0, own: '', priority: 0, maxTokens: 3, heat: 0, cancelAfter: null, pause: 0 };
  let i = 0;
  const say = (own: string) => pipeline.submit(request({ ...base, own }, (i += 1))).done;
  const [first, other] = await Promise.all([say('Jun 14 15:16:01 the disk is full'), say('a line of another kind')]);
  const again = await say('Jun 14 15:16:01 the disk is full');
  expect(again.text).toBe(first.text);
  expect(again.usage).toMatchObject({
    cachedTokens: first.usage.promptTokens - 1,
    promptTokens: first.usage.promptTokens,
  });
  const alike = await say('Jun 14 15:16:02 a fan has failed');
  expect(alike.usage.cachedTokens).toBe(2 + 'Jun 14 15:16:0'.length);
  const third = await say('a line of another kind');
  expect([third.text, third.usage.cachedTokens]).toEqual([other.text, other.usage.promptTokens - 1]);
  // What an agent left behind is not used once the agent is to be forgotten.
  await pipeline.forget(99);
  const anew = await say('a line of another kind');
  expect([anew.text, anew.usage.cachedTokens]).toEqual([other.text, 0]);
  expect(fatal).toEqual([]);
});

test('a turn ends before the first of its stop strings, whichever that is and however often it came', async () => {
  const { pipeline, model } = open({ residents: 1, pages: 40, chunk: 64, rows: 1, continuation: true });
  const base: Plan = { role: 0, own: 'a line', priority: 0, maxTokens: 12, heat: 0, cancelAfter: null, pause: 0 };
  // Each token is three characters here, of which the outer two are alike.
  const { decode } = model.tokenizer;
  model.tokenizer.decode = (ids) => [...decode(ids)].map((character) => `-${character}-`).join('');
  const whole = await pipeline.submit(request(base, 1)).done;
  expect(whole.text.length).toBeGreaterThan(6);
  const stop = ['', whole.text[4] as string, '-'];
  const { text, finish } = await pipeline.submit({ ...request(base, 2), stop }).done;
  expect({ text, finish }).toEqual({ text: '', finish: 'stop' });
});

test('a turn that cannot fit yet, whatever goes for it, takes nothing from those behind it', async () => {
  const { pipeline, cache } = open({ residents: 3, pages: 16, chunk: 200, rows: 3, continuation: true, leftovers: 4 });
  const base: Plan = { role: 0, own: '', priority: 0, maxTokens: 2, heat: 0, cancelAfter: null, pause: 0 };
  const left = await pipeline.submit(request({ ...base, own: 'a line that is asked again' }, 1)).done;
  const large = pipeline.submit(request({ ...base, own: 'x'.repeat(90), maxTokens: 90 }, 2));
  const { passes } = cache;
  while (cache.passes === passes) await ticks(1);
  const waits = pipeline.submit(request({ ...base, own: 'y'.repeat(90), maxTokens: 90 }, 3));
  await ticks(3);
  waits.cancel();
  const again = await pipeline.submit(request({ ...base, own: 'a line that is asked again' }, 4)).done;
  expect(again.usage.cachedTokens).toBe(left.usage.promptTokens - 1);
  large.cancel();
});
