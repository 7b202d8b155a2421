/** What the ladder has learned outlives its supervisor and its tab. */
import { afterEach, expect, test, vi } from 'vitest';
import { LADDER, Ladder } from '../../healing/ladder.ts';
import { LearnedSteps, type StepRecord } from '../../healing/step-record.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { DIAGNOSES, type FaultKind } from '../../journal/vocabulary.ts';
import { livedRun } from '../replay/testing/lived-run.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function learnedFrom(events: readonly JournalEvent[]): StepRecord {
  const fold = new LearnedSteps();
  for (const event of events) fold.hear(event);
  return fold.record;
}

const chances = (ladder: Ladder): number[] =>
  DIAGNOSES.flatMap((fault) => LADDER.map((step) => ladder.chance(fault, step)));

/** The ladders that chose or learned something: one a supervisor, one supervisor after the other. */
function watched(): () => Ladder[] {
  const spies = [vi.spyOn(Ladder.prototype, 'choose'), vi.spyOn(Ladder.prototype, 'learn')];
  return () => [...new Set(spies.flatMap(({ mock }) => mock.contexts as Ladder[]))];
}

const TROUBLE: readonly FaultKind[] = ['stall', 'loop', 'poisoned-output', 'worker-kill', 'supervisor-crash'];

test.each([211, 213, 215])(
  'over supervisors that crash and tabs that are reloaded the ladder knows what the log tells, seed %i',
  async (seed) => {
    const ladders = watched();
    const kinds = Array.from({ length: 6 }, () => TROUBLE).flat();
    const { events } = await livedRun(seed, { tasks: 400, kinds, reloads: 1 });
    const told = chances(new Ladder(LADDER, learnedFrom(events)));
    expect(told).not.toEqual(chances(new Ladder()));
    expect(ladders().length).toBeGreaterThan(1);
    // That of the last supervisor; one that began anew would know a part of it.
    expect(ladders().map(chances)).toContainEqual(told);
  },
);
