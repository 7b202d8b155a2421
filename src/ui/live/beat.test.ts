import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunStatus } from '../../runtime/protocol/protocol.ts';
import { Beat } from './beat.ts';

const busy = {
  phase: 'running',
  writer: true,
  waits: null,
  remote: null,
  endedAt: null,
  notices: [],
  faults: [],
  healing: { mended: 0, open: 0 },
  results: 0,
} as unknown as RunStatus;

describe('Beat', () => {
  it('shows the first status, then one a quarter second however many come', () => {
    const beat = new Beat();
    const shown = Array.from({ length: 40 }, (_, k) => 50 * k).filter((at) =>
      beat.due({ ...busy, results: at }, 1000 + at),
    );
    expect(shown).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750]);
  });

  it('shows at once what somebody waits for', () => {
    const changes: Partial<RunStatus>[] = [
      { phase: 'paused' },
      { writer: false },
      { waits: { code: 'engine-loading' } },
      { endedAt: 5 },
      { remote: 'small at example.org' },
      { notices: [{}] as unknown as RunStatus['notices'] },
      { faults: [{ seq: 4 }] as unknown as RunStatus['faults'] },
      { healing: { ...busy.healing, mended: 1 } },
      { healing: { ...busy.healing, open: 1 } },
      { replay: { pace: 4 } as unknown as NonNullable<RunStatus['replay']> },
    ];
    for (const change of changes) {
      const beat = new Beat();
      beat.due(busy, 0);
      expect(beat.due({ ...busy }, 1), 'nothing changed').toBe(false);
      expect(beat.due({ ...busy, ...change }, 2), JSON.stringify(change)).toBe(true);
      expect(beat.due({ ...busy, ...change }, 3), 'shown already').toBe(false);
    }
  });

  it('is never further behind than a quarter second and one status', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1 }), (gaps) => {
        const beat = new Beat();
        let at = 0;
        let shownAt = 0;
        beat.due(busy, at);
        for (const gap of gaps) {
          at += gap;
          if (beat.due(busy, at)) shownAt = at;
          expect(at - shownAt).toBeLessThan(250);
        }
      }),
    );
  });
});
