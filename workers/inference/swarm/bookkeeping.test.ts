/**
 * The pipeline's books, over the toy model and a real store of warm pages: whatever is asked of it, in whatever order, every turn ends once
 * with what it says alone, and every sequence and page in the pool has a living owner. The toy cache refuses what TVM's would not survive
 * (a sequence that is gone, one more page than there are), so a slip of the books ends the pipeline and the test.
 */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TurnHandle, TurnOutcome, TurnRequest } from '../../../src/engine/contract.ts';
import { SimulatedClock } from '../../../src/kernel/simulated-clock.ts';
import { toyModel, toyTransfer, VOCABULARY } from '../testing/toy-model.ts';
import { WarmStore } from '../warm/warm-store.ts';
import { WarmTier } from '../warm/warm-tier.ts';
import { Grammars, type Matcher } from './grammar.ts';
import { KvPool, PAGE } from '../kv/kv-pool.ts';
import { SwarmPipeline } from './swarm-pipeline.ts';

interface Setting {
  readonly residents: number;
  readonly pages: number;
  readonly chunk: number;
  readonly rows: number;
  readonly leftovers: number;
  readonly warm: boolean;
}

const PREFIXES = 3;
let stores = 0;

async function open({ residents, pages, chunk, rows, leftovers, warm }: Setting) {
  const { model, cache } = toyModel({ chunk, rows: residents });
  const pool = new KvPool(model, { sequences: residents + leftovers + PREFIXES, pages, chunk });
  const clock = new SimulatedClock();
  const fatal: string[] = [];
  const store = warm ? await WarmStore.open({ limit: 40_000, name: `books-${String(stores++)}` }) : null;
  const pipeline = new SwarmPipeline(model, pool, clock, {
    residents,
    leftovers,
    proven: { continuation: true, difference: 0, decodeRows: rows },
    memory: { weights: 0, kv: 0, workspace: 0 },
    notes: [],
    warm: store && new WarmTier(toyTransfer(cache), store, 'f16', 'toy'),
    onFatal: (error) => fatal.push(`${error.message} ${error.detail ?? ''}`),
  });
  return { pipeline, pool, cache, clock, fatal, model };
}

const ROLES = [
  '',
  'Say what it is.',
  'Review what another said about a line, with reasons for each.',
  'Sum up what others found out.',
];
const AGENTS = 6;

type Step =
  | { do: 'turn'; agent: number; role: number; say: string; goOn: boolean; ask: Partial<TurnRequest>; hot: boolean }
  | { do: 'cancel'; which: number }
  | { do: 'pageOut'; agent: number; to: 'warm' | 'cold' }
  | { do: 'forget'; agent: number }
  | { do: 'freeWarm'; bytes: number }
  | { do: 'steps'; count: number }
  | { do: 'time'; ms: number };

const agent = fc.nat(AGENTS - 1);
const turn = fc.record({
  do: fc.constant('turn' as const),
  agent,
  role: fc.nat(ROLES.length - 1),
  say: fc.oneof(
    fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }),
    // Some are asked again, some begin alike.
    fc.constantFrom(
      'the disk of host 7 is full',
      'the disk of host 9 has failed, and a page and a half more',
      'the disk',
    ),
  ),
  goOn: fc.boolean(),
  ask: fc.record(
    {
      priority: fc.nat(2),
      maxTokens: fc.integer({ min: 1, max: 24 }),
      retain: fc.boolean(),
      pageIn: fc.constantFrom('restore' as const, 'prefill' as const),
      deadlineMs: fc.constantFrom(5, 20, 1e6),
      schema: fc.constantFrom('any', 'any', 'broken'),
    },
    { requiredKeys: ['priority', 'maxTokens', 'deadlineMs'] },
  ),
  hot: fc.boolean(),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: turn },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pageOut' as const),
      agent,
      to: fc.constantFrom('warm' as const, 'cold' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), agent }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('freeWarm' as const), bytes: fc.nat(40_000) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('steps' as const), count: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.nat(30) }) },
);
const setting: fc.Arbitrary<Setting> = fc.record({
  residents: fc.integer({ min: 1, max: 5 }),
  pages: fc.integer({ min: 13, max: 40 }),
  chunk: fc.constantFrom(16, 33, 160),
  rows: fc.integer({ min: 1, max: 5 }),
  leftovers: fc.nat(5),
  warm: fc.boolean(),
});

const steps = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Matchers that nobody has disposed; what a grammar allows is shown elsewhere. */
const matchers = new Set<Matcher>();
beforeEach(() => {
  vi.spyOn(Grammars.prototype, 'matcher').mockImplementation((schema) => {
    let count = 0;
    const matcher: Matcher = {
      mask: () => {
        if (!matchers.has(matcher)) throw new Error('a matcher that is gone is asked');
        if (schema === 'broken' && (count += 1) > 2) return Promise.reject(new Error('the grammar failed'));
        return Promise.resolve(new Int32Array(Math.ceil(VOCABULARY / 32)).fill(-1));
      },
      accept: () => true,
      complete: () => false,
      dispose: () => {
        expect(matchers.delete(matcher)).toBe(true);
      },
    };
    matchers.add(matcher);
    return Promise.resolve(matcher);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

let turns = 0;
const said = new Map<string, TurnOutcome>();

/** What the turn says when it has the GPU to itself. */
async function alone({
  id: _,
  agent: __,
  priority: ___,
  retain: ____,
  pageIn: _____,
  ...asked
}: TurnRequest): Promise<TurnOutcome> {
  const key = JSON.stringify([asked.prefix, asked.messages, asked.maxTokens, asked.sampling, asked.schema]);
  let outcome = said.get(key);
  if (!outcome) {
    const { pipeline } = await open({ residents: 1, pages: 40, chunk: 160, rows: 1, leftovers: 0, warm: false });
    outcome = await pipeline.submit({ ...asked, id: 'alone', agent: 0, priority: 0, deadlineMs: 1e9 }).done;
    said.set(key, outcome);
  }
  return outcome;
}

test('every turn ends once with what it says alone, and nothing in the pool is left without an owner', async () => {
  await fc.assert(
    fc.asyncProperty(setting, fc.array(step, { minLength: 1, maxLength: 40 }), async (where, plan) => {
      const { pipeline, pool, cache, clock, fatal, model } = await open(where);
      const live = new Map<string, TurnHandle>();
      const ended: { asked: TurnRequest; outcome: TurnOutcome }[] = [];
      const talks = new Map<number, { role: number; lines: string[] }>();
      const asides: Promise<unknown>[] = [];
      const check = (): void => {
        expect(fatal).toEqual([]);
        expect(pool.size.sequences - pool.freeSequences).toBe(cache.sequences.size);
      };
      for (const each of plan) {
        if (each.do === 'turn') {
          const before = each.goOn ? talks.get(each.agent) : undefined;
          const long = (before?.lines.join('').length ?? 0) > 70;
          const role = before && !long ? before.role : each.role;
          const lines = before && !long ? [...before.lines, each.say] : [each.say];
          const asked: TurnRequest = {
            priority: 0,
            maxTokens: 1,
            deadlineMs: 1e6,
            ...each.ask,
            id: `t${String(turns++)}`,
            agent: each.agent,
            prefix: role === 0 ? [] : [{ role: 'system', content: ROLES[role] as string }],
            messages: lines.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
            sampling: { temperature: each.hot ? 1 : 0, topP: 1, seed: each.hot ? lines.length : 0 },
          };
          const handle = pipeline.submit(asked);
          live.set(asked.id, handle);
          void handle.done.then((outcome) => {
            expect(live.delete(outcome.id)).toBe(true);
            ended.push({ asked, outcome });
            if (outcome.finish === 'stop' || outcome.finish === 'length')
              talks.set(asked.agent, { role, lines: [...lines, outcome.text] });
          });
        } else if (each.do === 'cancel') [...live.values()][each.which % live.size]?.cancel();
        else if (each.do === 'pageOut') asides.push(pipeline.pageOut(each.agent, each.to));
        else if (each.do === 'forget') asides.push(pipeline.forget(each.agent));
        else if (each.do === 'freeWarm') asides.push(pipeline.freeWarm(each.bytes));
        else if (each.do === 'steps') await steps(each.count);
        else await clock.advance(each.ms);
        check();
      }
      // Long enough for all of them one after the other, a token a step.
      for (let left = 40_000; live.size > 0 && left > 0; left--) await steps(1);
      expect([...live.keys()]).toEqual([]);
      await Promise.all(asides);
      check();
      for (const { asked, outcome } of ended) {
        const wanted = await alone(asked);
        if (outcome.finish === 'cancelled' || outcome.finish === 'deadline')
          expect(wanted.text.startsWith(outcome.text)).toBe(true);
        else expect(outcome).toMatchObject({ finish: wanted.finish, text: wanted.text });
        if (outcome.finish === 'stop' || outcome.finish === 'length')
          expect(asked.retain === true || outcome.retained === undefined).toBe(true);
      }
      expect(ended.length).toBe(plan.filter((each) => each.do === 'turn').length);
      expect(pipeline.counters().peakResidents).toBeLessThanOrEqual(where.residents);

      // Once all agents have left, only shared prompts stay: each once, and with its pages alone.
      for (let row = 0; row < AGENTS; row++) await pipeline.forget(row);
      await steps(4);
      expect(matchers.size).toBe(0);
      const prompts = ROLES.map((role) => [...model.tokenizer.encode(`${role}<end>`)].join());
      const kept = [...cache.sequences.values()].map((ids) => ids.join());
      expect(new Set(kept).size).toBe(kept.length);
      for (const ids of cache.sequences.values())
        expect(
          prompts.some((prompt) => prompt === ids.join() || prompt.startsWith(`${ids.join()},`) || ids.length === 0),
        ).toBe(true);
      expect(cache.pages).toBe(
        [...cache.sequences.values()].reduce((sum, ids) => sum + Math.ceil(ids.length / PAGE), 0),
      );
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
