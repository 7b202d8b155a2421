import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_STATES, type RunStatus } from '../../runtime/protocol/protocol.ts';
import { LoadRate, Series, controls, countStates, rankOf, seat, sparkline, worstFirst } from './derive.ts';

const index = (name: (typeof AGENT_STATES)[number]): number => AGENT_STATES.indexOf(name);

describe('worstFirst', () => {
  it('puts failed before running before idle', () => {
    const state = Uint8Array.from([index('idle'), index('failed'), index('running'), index('done'), index('failed')]);
    expect([...worstFirst(state)]).toEqual([1, 4, 2, 0, 3]);
  });

  it('is a stable order of every row', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 5, maxLength: 300 }), (state) => {
        const sorted = [...worstFirst(state)];
        const expected = [...state.keys()].sort((a, b) => rankOf(state[a] ?? 0) - rankOf(state[b] ?? 0) || a - b);
        expect(sorted).toEqual(expected);
      }),
    );
  });
});

it('counts states within a role', () => {
  const state = Uint8Array.from([0, 1, 1, 4, 0]);
  expect(countStates(state, 1, 3)).toEqual([0, 2, 0, 0, 1, 0]);
});

describe('seat', () => {
  it('keeps everyone where they sit and fills the gaps', () => {
    const first = seat([], [7, 8, 9], 4);
    expect(first).toEqual([7, 8, 9, null]);
    expect(seat(first, [9, 7, 5], 4)).toEqual([7, 5, 9, null]);
  });

  it('seats each resident exactly once', () => {
    const crowd = fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 16 });
    fc.assert(
      fc.property(crowd, crowd, fc.nat({ max: 16 }), (before, residents, seats) => {
        const seated = seat(before, residents, seats);
        expect(seated.filter((agent) => agent !== null).sort()).toEqual([...residents].sort());
        for (const [k, agent] of before.entries())
          if (residents.includes(agent) && k < seated.length) expect(seated[k]).toBe(agent);
      }),
    );
  });
});

describe('Series', () => {
  it('keeps one value a second, the newest ones', () => {
    const series = new Series(3);
    for (const [at, value] of [
      [0, 1],
      [400, 2],
      [1000, 3],
      [2000, 4],
      [3000, 5],
    ] as const)
      series.note(at, value);
    expect(series.values).toEqual([3, 4, 5]);
    expect(series.note(3000, 5)).toBe(false);
  });

  it('draws from the right, flat when nothing varies', () => {
    expect(sparkline([], 60, 16, 3)).toBe('');
    expect(sparkline([5, 5], 60, 16, 3)).toBe('M30.0 8.0L60.0 8.0');
    expect(sparkline([0, 1, 0], 60, 16, 3)).toBe('M0.0 15.0L30.0 1.0L60.0 15.0');
  });
});

describe('LoadRate', () => {
  it('knows nothing at first, then bytes a second, and starts over with each phase', () => {
    const rate = new LoadRate();
    rate.note(0, 'weights', 0);
    expect(rate.perSecond).toBeNull();
    rate.note(2000, 'weights', 4_000_000);
    expect(rate.perSecond).toBe(2_000_000);
    rate.note(2100, 'compile', 0);
    expect(rate.perSecond).toBeNull();
  });
});

describe('controls', () => {
  const may = (phase: RunStatus['phase'], writer = true) => controls({ phase, writer } as RunStatus);

  it('offers what fits the phase', () => {
    expect(may('running')).toEqual({ pause: true, resume: false, stop: true });
    expect(may('paused')).toEqual({ pause: false, resume: true, stop: true });
    expect(may('waiting')).toEqual({ pause: false, resume: true, stop: true });
    expect(may('failed')).toEqual({ pause: false, resume: true, stop: true });
    expect(may('loading')).toEqual({ pause: false, resume: false, stop: true });
    expect(may('done')).toEqual({ pause: false, resume: false, stop: false });
  });

  it('offers nothing in a tab that only watches', () => {
    for (const phase of ['running', 'paused', 'waiting', 'failed'] as const)
      expect(may(phase, false)).toEqual({ pause: false, resume: false, stop: false });
  });
});
