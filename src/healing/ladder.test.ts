import { describe, expect, it } from 'vitest';
import { DIAGNOSES, RECOVERY_ACTIONS, type RecoveryAction } from '../journal/vocabulary.ts';
import type { Situation } from './ladder.ts';
import { LADDER, Ladder } from './ladder.ts';
import { StepRecord } from './step-record.ts';

const at = (fault: Situation['fault'], extra: Partial<Situation> = {}): Situation => ({
  fault,
  tried: [],
  canEscalate: false,
  hasStandby: true,
  mayRestart: true,
  ...extra,
});

/** Everything that is chosen, one after the other, when nothing helps. */
function whole(situation: Situation, ladder = new Ladder()): RecoveryAction[] {
  const tried: RecoveryAction[] = [];
  for (;;) {
    const choice = ladder.choose({ ...situation, tried });
    if (!choice) return tried;
    tried.push(choice.step.action);
    expect(tried.length).toBeLessThan(40);
  }
}

describe('ladder', () => {
  it('has a step for every action and something to try for every fault, a person last', () => {
    // Only logs of earlier versions tell of these two.
    const former: readonly RecoveryAction[] = ['second-opinion', 'reload-weights'];
    expect(LADDER.map(({ action }) => action)).toEqual(RECOVERY_ACTIONS.filter((action) => !former.includes(action)));
    // And of these diagnoses, which nobody makes any more.
    for (const fault of DIAGNOSES.filter((each) => each !== 'incoherent' && each !== 'bad-weights')) {
      const steps = whole(at(fault));
      expect(steps.length, fault).toBeGreaterThan(1);
      expect(steps.at(-1), fault).toBe('ask-operator');
    }
  });

  it('chooses by the fault, not by the order of rungs', () => {
    const first = (fault: Situation['fault']) => new Ladder().choose(at(fault))!.step.action;
    expect(first('device-lost')).toBe('fresh-worker');
    expect(first('bad-record')).toBe('fresh-agent');
    expect(first('context-full')).toBe('trim-context');
    expect(first('out-of-memory')).toBe('rebuild-pool');
    expect(first('stall')).toBe('retry-turn');
    expect(first('disagreement')).toBe('reset-context');
    expect(first('loop')).toBe('reset-context');
    expect(first('storage-full')).toBe('free-storage');
  });

  it('has no step that would do nothing, nor one that does what another does', () => {
    expect(LADDER.map(({ action }) => action as string)).not.toContain('second-opinion');
    expect(LADDER.map(({ action }) => action as string)).not.toContain('reload-weights');
  });

  it('gives its reasons: why this, and for each other why not', () => {
    const { step, reasons } = new Ladder().choose(at('loop', { hasStandby: false, mayRestart: false }))!;
    expect(reasons[0]).toMatchObject({ code: 'chosen', action: step.action, rung: step.rung, fault: 'loop' });
    expect(reasons).toHaveLength(LADDER.length);
    expect(reasons).toContainEqual({ code: 'no-cure', action: 'fresh-worker', fault: 'loop' });
    expect(reasons).toContainEqual({ code: 'no-standby', action: 'move-task' });
    expect(reasons).toContainEqual({ code: 'too-many-restarts', action: 'fresh-agent' });
    const dearer = { code: 'dearer', action: 'reload-sampler', ms: expect.any(Number) as number };
    expect(reasons).toContainEqual(dearer);
  });

  it('keeps each step to its limit', () => {
    const steps = whole(at('loop', { canEscalate: true }));
    for (const { action, limit } of LADDER)
      expect(steps.filter((step) => step === action).length, action).toBeLessThanOrEqual(limit);
    expect(steps).toContain('escalate-model');
  });

  it('learns: what keeps failing is passed over for what helps', () => {
    const ladder = new Ladder();
    const before = ladder.choose(at('loop'))!.step.action;
    for (let i = 0; i < 20; i++) {
      ladder.learn('loop', before, false);
      ladder.learn('loop', 'reload-sampler', true);
    }
    expect(before).not.toBe('reload-sampler');
    expect(ladder.choose(at('loop'))!.step.action).toBe('reload-sampler');
  });

  it('goes on from what is known already, and leaves that as it is', () => {
    const learned = new StepRecord();
    for (let i = 0; i < 20; i++) learned.learn('loop', 'reload-sampler', true);
    const ladder = new Ladder(LADDER, learned);
    expect(ladder.choose(at('loop'))!.step.action).toBe('reload-sampler');
    ladder.learn('loop', 'reload-sampler', false);
    expect(learned.entries()).toEqual([{ fault: 'loop', action: 'reload-sampler', tries: 20, cures: 20 }]);
  });
});
