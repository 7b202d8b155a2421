import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rung } from '../journal/vocabulary.ts';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import { HealFold } from './heals.ts';
import { TimelineFold } from './timeline.ts';

const at = (body: EventBody, time: number): JournalEvent => ({ ...body, seq: 1, at: time, wall: time });
const turn = (completion: number, ms: number, agent = 0): EventBody => ({
  type: 'turn.ended',
  task: 0,
  agent,
  turn: 't',
  finish: 'stop',
  tokens: { prompt: 1, cached: 0, completion },
  ms,
});
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe('timeline', () => {
  it('keeps every token and every task, however long the run, in a bounded number of buckets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wait: fc.nat(2000), completion: fc.nat(200), ms: fc.nat(3000) }), { maxLength: 300 }),
        (turns) => {
          const fold = new TimelineFold(32, 10);
          let now = 0;
          for (const { wait, completion, ms } of turns) {
            now += wait;
            fold.hear(at(turn(completion, ms), now), 0.5);
            fold.hear(at({ type: 'task.committed', task: 0, agent: 0, attempts: 1 }, now), 0.5);
          }
          const { tokens, tasks, bucketMs, health } = fold.read();
          expect(tokens.length).toBeLessThanOrEqual(32);
          expect(tokens.length * bucketMs).toBeGreaterThan(turns.length > 0 ? now - bucketMs : -1);
          expect(sum(tokens)).toBeCloseTo(sum(turns.map(({ completion }) => completion)), 6);
          expect(sum(tasks)).toBe(turns.length);
          expect(health.median.every((value, k) => (tasks[k] ?? 0) === 0 || value === 0.5)).toBe(true);
        },
      ),
    );
  });

  it('spreads the tokens of a turn over the time that it took', () => {
    const fold = new TimelineFold(8, 100);
    fold.hear(at(turn(30, 300), 350), 1);
    expect(fold.read().tokens).toEqual([5, 10, 10, 5]);
    expect(fold.tokensPerSecond(350, 350)).toBeCloseTo(30 / 0.35, 6);
  });

  it('tells the band of health and the most turns at once', () => {
    const fold = new TimelineFold(8, 1000);
    for (let agent = 0; agent < 10; agent++) {
      fold.hear(at({ type: 'turn.started', task: 0, agent, turn: 't' }, 10), 1);
    }
    for (let agent = 0; agent < 10; agent++) fold.hear(at(turn(1, 1, agent), 20), agent / 10);
    fold.hear(at({ type: 'run.paused' }, 2500), 0);
    const { health, seats } = fold.read();
    expect(health.median).toEqual([0.4, null, null]);
    expect(health.low).toEqual([0, null, null]);
    expect(health.high).toEqual([0.8, null, null]);
    expect(seats).toEqual([10, 0, 0]);
  });

  it('says up to when tokens are complete', () => {
    const fold = new TimelineFold();
    expect(fold.read().settledAt).toBe(Number.POSITIVE_INFINITY);
    fold.hear(at({ type: 'turn.started', task: 0, agent: 3, turn: 't' }, 40), 1);
    fold.hear(at({ type: 'turn.started', task: 0, agent: 4, turn: 'u' }, 60), 1);
    expect(fold.read().settledAt).toBe(40);
    fold.hear(at(turn(1, 30, 3), 70), 1);
    expect(fold.read().settledAt).toBe(60);
  });
});

describe('heals', () => {
  const ordered = (agent: number, name: string, rung: Rung): EventBody => ({
    type: 'heal.ordered',
    agent,
    case: name,
    fault: 'stall',
    action: 'fresh-agent',
    rung,
    delayMs: 0,
    reasons: [],
  });
  const mended = (name: string, ms: number): EventBody => ({
    type: 'heal.mended',
    agent: 0,
    case: name,
    fault: 'stall',
    action: 'fresh-agent',
    rung: 'restart',
    ms,
    steps: 1,
  });

  it('counts the restarts of the fullest shard within the window, and what is open', () => {
    const fold = new HealFold(5, 1000, (agent) => agent - (agent % 64));
    fold.hear(at(ordered(1, 'a', 'restart'), 100));
    fold.hear(at(ordered(2, 'b', 'restart'), 600));
    fold.hear(at(ordered(70, 'c', 'restart'), 700));
    fold.hear(at(ordered(3, 'd', 'light'), 800));
    fold.hear(at(mended('b', 250), 850));
    expect(fold.figures(900)).toEqual({
      p50: 250,
      p95: 250,
      mended: 1,
      open: 3,
      restarts: { used: 2, of: 5, windowMs: 1000 },
    });
    // A past moment is told as it was: nothing was mended yet.
    expect(fold.figures(840)).toMatchObject({ mended: 0, open: 4, p50: null });
    expect(fold.figures(1200).restarts.used).toBe(1);
    fold.hear(at({ type: 'run.ended', results: 1, failed: 0 }, 2000));
    expect(fold.figures(2000).open).toBe(0);
  });
});
