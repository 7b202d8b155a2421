import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { Autoscaler, DEFAULT_SCALE } from './autoscale.ts';
import { Backoff } from './backoff.ts';
import { DEFAULT_SUPERVISION, SHARD_SIZE, SupervisionTree } from './supervision.ts';

const roles = [
  { name: 'triager', first: 0, count: 150 },
  { name: 'reviewer', first: 150, count: 10 },
];
const tree = (extra: Partial<typeof DEFAULT_SUPERVISION> = {}) =>
  new SupervisionTree(roles, { ...DEFAULT_SUPERVISION, intensity: 3, ...extra }, seededRandom('tree'));

describe('supervision tree', () => {
  it('shards roles by 64 rows', () => {
    const t = tree();
    const supervisor = (row: number) => {
      const [first] = t.restart(row, row * 1e6).reasons;
      return first?.code === 'window' ? first.node : null;
    };
    expect([0, 63, 64, 149, 150].map(supervisor)).toEqual([
      'triager/0',
      'triager/0',
      'triager/1',
      'triager/2',
      'reviewer/0',
    ]);
  });

  it('restarts one for one', () => {
    expect(tree().restart(100, 0)).toMatchObject({ level: 'agent', restart: [100] });
  });

  it('gives upward what passes the intensity: shard, role, swarm, a person', () => {
    const t = tree();
    const levels = Array.from({ length: 300 }, () => t.restart(70, 1000));
    const first = (level: string) => levels.findIndex((ruling) => ruling.level === level);
    expect(first('agent')).toBe(0);
    expect(first('shard')).toBe(3);
    expect(levels[3]!.restart).toEqual(Array.from({ length: SHARD_SIZE }, (_, i) => 64 + i));
    expect(first('role')).toBeGreaterThan(first('shard'));
    expect(levels[first('role')]!.restart).toHaveLength(150);
    expect(first('operator')).toBeGreaterThan(first('role'));
    expect(levels[3]!.reasons[0]).toEqual({
      ...{ code: 'window', node: 'triager/1', count: 4, intensity: 3, ms: 60_000 },
    });
  });

  it('forgets what lies outside the window', () => {
    const t = tree();
    for (let i = 0; i < 200; i++) expect(t.restart(1, i * 20_001).level).toBe('agent');
  });

  it('never restarts outside of the role that failed, and always the one that failed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(159), fc.nat(5000)), { maxLength: 100 }), (faults) => {
        const t = tree();
        let now = 0;
        for (const [agent, gap] of faults) {
          now += gap;
          const { restart, level, delayMs } = t.restart(agent, now);
          expect(restart).toContain(agent);
          expect(delayMs).toBeLessThanOrEqual(DEFAULT_SUPERVISION.backoff.capMs);
          if (level === 'swarm') continue;
          for (const row of restart) expect(row < 150).toBe(agent < 150);
        }
      }),
    );
  });
});

describe('backoff', () => {
  it('doubles to its cap and starts again after calm', () => {
    const backoff = new Backoff({ baseMs: 100, capMs: 1000, calmMs: 5000, jitter: 0 }, seededRandom(1));
    expect([0, 100, 300, 700, 1500, 2500].map((now) => backoff.next(now))).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(backoff.next(20_000)).toBe(100);
  });

  it('draws part of the wait', () => {
    const backoff = new Backoff({ baseMs: 100, capMs: 100, calmMs: 1, jitter: 0.5 }, seededRandom(1));
    const waits = Array.from({ length: 50 }, () => backoff.next(0));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
    expect(new Set(waits).size).toBeGreaterThan(40);
  });
});

describe('autoscaler', () => {
  const busy = { load: 0.95, waiting: 9, freeBytes: 100, bytesPerAgent: 10 };
  const look = (scaler: Autoscaler, view: typeof busy, times: number) => {
    for (let i = 0; i < times; i++) scaler.look(view);
    return scaler.residents;
  };

  it('goes up when busy with turns waiting, down when not, one at a time and not on a single look', () => {
    const scaler = new Autoscaler(8);
    expect(look(scaler, busy, 2)).toBe(8);
    expect(look(scaler, busy, 1)).toBe(9);
    expect(look(scaler, { ...busy, load: 0.5 }, 50)).toBe(9);
    expect(look(scaler, { ...busy, load: 0.1 }, 50)).toBe(9);
    expect(look(scaler, { ...busy, load: 0.1, waiting: 0 }, 50)).toBe(DEFAULT_SCALE.min);
  });

  it('does not grow without work, without memory, or past its limits', () => {
    expect(look(new Autoscaler(8), { ...busy, waiting: 0 }, 50)).toBe(8);
    expect(look(new Autoscaler(8), { ...busy, freeBytes: 5 }, 50)).toBe(8);
    expect(look(new Autoscaler(8), busy, 500)).toBe(16);
  });

  it('stays within its limits whatever it sees', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            load: fc.double({ min: 0, max: 1, noNaN: true }),
            waiting: fc.nat(5),
            freeBytes: fc.nat(50),
            bytesPerAgent: fc.constant(10),
          }),
        ),
        (views) => {
          const scaler = new Autoscaler(4, { ...DEFAULT_SCALE, min: 2, max: 6 });
          let before = scaler.residents;
          for (const view of views) {
            const { residents } = scaler.look(view);
            expect(Math.abs(residents - before)).toBeLessThanOrEqual(1);
            expect(residents).toBeGreaterThanOrEqual(2);
            expect(residents).toBeLessThanOrEqual(6);
            before = residents;
          }
        },
      ),
    );
  });
});
