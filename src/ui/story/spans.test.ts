import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { lastEpisode } from './spans.ts';

const turn = (ok: boolean): EventBody => ({
  type: 'turn.ended',
  task: 3,
  agent: 1,
  turn: 'a',
  finish: 'stop',
  tokens: { prompt: 40, cached: 0, completion: 12 },
  ms: 90,
  ...(!ok && { rejected: 'schema-mismatch' }),
});
const bodies = {
  fault: {
    type: 'fault.injected',
    fault: 1,
    kind: 'stall',
    agents: [1],
    detail: { code: 'agent', agent: 1, lasting: false },
  },
  suspected: { type: 'heal.suspected', agent: 1, fault: 'stall', hard: true, evidence: [] },
  ordered: {
    type: 'heal.ordered',
    agent: 1,
    case: 'c',
    fault: 'stall',
    action: 'retry-turn',
    rung: 'light',
    delayMs: 0,
    reasons: [],
  },
  started: { type: 'turn.started', task: 3, agent: 1, turn: 'a' },
  failed: turn(false),
  passed: turn(true),
  committed: { type: 'task.committed', task: 3, agent: 1, attempts: 1 },
} satisfies Record<string, EventBody>;
type Name = keyof typeof bodies;

const log = (names: readonly (readonly [Name, number])[]): JournalEvent[] =>
  names.map(([name, at], k): JournalEvent => ({ ...bodies[name], seq: k + 1, at, wall: at }));

describe('lastEpisode', () => {
  it('cuts the time from fault to committed result into what it went to', () => {
    const events = log([
      ['started', 0],
      ['fault', 100],
      ['suspected', 300],
      ['failed', 300],
      ['ordered', 310],
      ['started', 500],
      ['passed', 900],
      ['committed', 950],
    ]);
    expect(lastEpisode(events)).toEqual({
      from: 100,
      to: 950,
      spans: [
        { name: 'notice', ms: 200 },
        { name: 'decide', ms: 10 },
        { name: 'wait', ms: 190 },
        { name: 'turn', ms: 400 },
        { name: 'commit', ms: 50 },
      ],
      tokens: 24,
      gpuMs: 180,
      trying: null,
    });
    expect(lastEpisode(events.slice(0, 3))).toMatchObject({ from: 100, to: null, spans: [{ name: 'notice' }] });
    // While it is mended, the step that is tried is told, and the how manieth it is.
    const first = { rung: 'light', by: 'retry-turn', nth: 1 };
    expect(lastEpisode(events.slice(0, 6))).toMatchObject({ to: null, trying: first });
    const again = log([
      ['fault', 0],
      ['ordered', 1],
      ['started', 2],
      ['failed', 3],
      ['ordered', 4],
    ]);
    expect(lastEpisode(again)?.trying).toEqual({ ...first, nth: 2 });
    expect(
      lastEpisode(
        log([
          ['started', 0],
          ['passed', 5],
          ['committed', 6],
        ]),
      ),
    ).toBeNull();
  });

  it('takes nothing that was called back by a person for a fault', () => {
    const stopped: EventBody[] = [
      { ...bodies.started },
      { ...turn(true), finish: 'cancelled' } as EventBody,
      { type: 'task.failed', task: 3, agent: 1, attempts: 1, failure: 'cancelled' } as EventBody,
    ];
    expect(lastEpisode(stopped.map((body, k): JournalEvent => ({ ...body, seq: k + 1, at: k, wall: k })))).toBeNull();
  });

  it('accounts for the whole time once it is committed, whatever happened in between', () => {
    const names = Object.keys(bodies) as Name[];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(50)), { maxLength: 40 }), (steps) => {
        let at = 0;
        const episode = lastEpisode(log(steps.map(([name, wait]) => [name, (at += wait)] as const)));
        if (!episode) return;
        const told = episode.spans.reduce((sum, { ms }) => sum + ms, 0);
        expect(episode.spans.every(({ ms }) => ms >= 0)).toBe(true);
        if (episode.to !== null) expect(told).toBe(episode.to - episode.from);
      }),
    );
  });
});
