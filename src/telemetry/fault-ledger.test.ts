import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody } from '../journal/events.ts';
import type { Diagnosis, TurnFailure } from '../journal/vocabulary.ts';
import type { InjectedFault } from './fault-ledger.ts';
import { FaultLedger } from './fault-ledger.ts';
import { prometheusText } from './prometheus.ts';
import { percentile, wilson } from './statistics.ts';

const fault = (extra: Partial<InjectedFault>): InjectedFault => ({
  id: 1,
  kind: 'stall',
  at: 1000,
  forMs: 0,
  agents: [3],
  tasks: [7],
  seenAs: ['stall'],
  mendedBy: 'agent',
  survivable: true,
  ...extra,
});

/** A ledger and a mouth for events. */
function open() {
  const ledger = new FaultLedger();
  const tell = (now: number, body: EventBody) => {
    ledger.hear({ ...body, seq: 1, at: now, wall: now }, now);
  };
  const turn = (now: number, agent: number, rejected?: TurnFailure) => {
    tell(now, {
      type: 'turn.ended',
      task: 7,
      agent,
      turn: 't',
      finish: rejected === 'deadline' ? 'deadline' : 'stop',
      tokens: { prompt: 1, cached: 0, completion: 5 },
      ms: 1,
      ...(rejected !== undefined && { rejected }),
    });
  };
  const suspect = (now: number, agent: number, what: Diagnosis) => {
    tell(now, { type: 'heal.suspected', agent, fault: what, hard: true, evidence: [] });
  };
  const mended = (now: number, agent: number) => {
    tell(now, {
      type: 'heal.mended',
      agent,
      case: 'c',
      fault: 'stall',
      action: 'retry-turn',
      rung: 'light',
      ms: 1,
      steps: 1,
    });
  };
  return { ledger, tell, turn, suspect, mended };
}

describe('fault ledger', () => {
  it('counts a mend by an answer that was in doubt and then borne out (seed 41)', () => {
    const { ledger, suspect, tell, mended } = open();
    ledger.inject(fault({}));
    suspect(1500, 3, 'stall');
    tell(2000, {
      type: 'turn.ended',
      task: 7,
      agent: 3,
      turn: 't',
      finish: 'stop',
      tokens: { prompt: 1, cached: 0, completion: 5 },
      ms: 1,
      pending: true,
    });
    expect(ledger.open).toBe(1);
    mended(2600, 3);
    expect(ledger.entries[0]).toMatchObject({ mendedAt: 2600, rung: 'light', action: 'retry-turn' });
  });

  it('counts a mend only when the struck agent passes a turn, and names the step that cured', () => {
    const { ledger, turn, suspect, mended } = open();
    ledger.inject(fault({}));
    turn(1100, 4);
    suspect(1500, 3, 'stall');
    turn(1600, 3, 'deadline');
    turn(1700, 4);
    expect(ledger.open).toBe(1);
    turn(2500, 3);
    mended(2500, 3);
    expect(ledger.entries[0]).toMatchObject({
      detectedAt: 1500,
      mendedAt: 2500,
      rung: 'light',
      action: 'retry-turn',
      tokensLost: 5,
    });
    expect(ledger.falseAlarms).toBe(0);
  });

  it('does not believe a passing turn of an agent that is not rid of its ill', () => {
    const { ledger, turn, suspect } = open();
    let ill = true;
    ledger.inject(fault({ kind: 'poisoned-output', seenAs: ['disagreement'], cured: () => !ill }));
    suspect(1100, 3, 'disagreement');
    turn(1200, 3);
    expect(ledger.open).toBe(1);
    ill = false;
    turn(1300, 3);
    expect(ledger.open).toBe(0);
  });

  it('takes a closed case for the pass of a turn that waits for another word, once the agent is rid of it', () => {
    const { ledger, mended } = open();
    let ill = true;
    ledger.inject(fault({ kind: 'lying-voter', seenAs: ['disagreement'], cured: () => !ill }));
    ledger.inject(fault({ kind: 'quota', agents: [], mendedBy: 'any' }));
    mended(1200, 3);
    expect(ledger.open).toBe(2);
    ill = false;
    mended(1300, 3);
    expect(ledger.entries.map(({ mendedAt }) => mendedAt)).toEqual([1300, null]);
  });

  it('a lost engine is mended by the turns of a fresh one, not by what the old one still answered', () => {
    const { ledger, tell, turn } = open();
    ledger.inject(fault({ kind: 'device-lost', agents: [3, 4], mendedBy: 'engine', seenAs: ['device-lost'] }));
    turn(1001, 4);
    tell(1005, { type: 'engine.lost', code: 'device-lost', by: 'engine', detail: '', inFlight: 2 });
    tell(2000, { type: 'engine.loaded', engine: 'webllm', model: 'pocket', ms: 900 });
    expect(ledger.open).toBe(1);
    turn(2300, 9);
    expect(ledger.entries[0]).toMatchObject({ detectedAt: 1005, mendedAt: 2300 });
  });

  it('waits for the run to come back, and for a fault that lasts to end', () => {
    const { ledger, turn, tell } = open();
    ledger.inject(fault({ kind: 'power-loss', agents: [], mendedBy: 'run', seenAs: [] }));
    ledger.inject(fault({ kind: 'quota', agents: [], mendedBy: 'any', forMs: 3000, seenAs: ['storage-full'] }));
    turn(1500, 1);
    tell(2000, { type: 'run.resumed', tab: 't', fence: 2 });
    turn(2500, 1);
    expect(ledger.entries.map(({ mendedAt }) => mendedAt)).toEqual([2500, null]);
    turn(4500, 1);
    expect(ledger.entries.map(({ mendedAt }) => mendedAt)).toEqual([2500, 4500]);
  });

  it('calls a suspicion false when nothing had struck', () => {
    const { ledger, suspect } = open();
    suspect(100, 3, 'stall');
    ledger.inject(fault({}));
    suspect(1100, 3, 'stall');
    suspect(1100, 4, 'stall');
    expect(ledger.falseAlarms).toBe(2);
  });

  it('sums up by kind with intervals', () => {
    const { ledger, suspect, mended, turn } = open();
    for (let id = 0; id < 10; id++) ledger.inject(fault({ id, agents: [id], at: 1000 * id }));
    for (let id = 0; id < 9; id++) {
      suspect(1000 * id + 100 + id, id, 'stall');
      turn(1000 * id + 500, id);
      mended(1000 * id + 500, id);
    }
    const [kind] = ledger.byKind();
    expect(kind).toMatchObject({
      kind: 'stall',
      injected: 10,
      survivable: 10,
      detected: 9,
      healed: 9,
      rungs: { light: 9 },
    });
    expect(kind!.detectMs.p50).toBe(104);
    expect(kind!.success!.low).toBeGreaterThan(0.59);
    expect(kind!.success!.high).toBeLessThan(0.99);
  });
});

describe('statistics', () => {
  it('knows percentiles and intervals', () => {
    expect(percentile([], 0.5)).toBeNull();
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([1, 2], 0.95)).toBeCloseTo(1.95);
    expect(wilson(0, 0)).toBeNull();
    expect(wilson(10, 10)!.low).toBeCloseTo(0.7225, 3);
    expect(wilson(10, 10)!.high).toBeCloseTo(1, 12);
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (a, b) => {
        const { low, high, share } = wilson(Math.min(a, b), Math.max(a, b, 1))!;
        expect(low).toBeLessThanOrEqual(share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(share - 1e-12);
      }),
    );
  });
});

describe('Prometheus text', () => {
  it('is in the format, with labels escaped and unknown values left out', () => {
    const text = prometheusText([
      {
        name: 'x_total',
        help: 'An x.',
        type: 'counter',
        samples: [{ labels: { kind: 'a"b\\c\n' }, value: 3 }, { value: Number.NaN }],
      },
      { name: 'nothing', help: 'No samples.', type: 'gauge', samples: [] },
    ]);
    expect(text).toBe(
      '# HELP planaria_x_total An x.\n# TYPE planaria_x_total counter\nplanaria_x_total{kind="a\\"b\\\\c\\n"} 3\n',
    );
  });
});
