import { describe, expect, it } from 'vitest';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { stepsOf } from './steps.ts';

const tokens = { prompt: 40, cached: 0, completion: 12 };

function journal(bodies: readonly EventBody[]): JournalEvent[] {
  return bodies.map((body, k): JournalEvent => ({ ...body, seq: k + 1, at: k * 100, wall: k * 100 }));
}

describe('stepsOf', () => {
  it('is solid while turns pass', () => {
    const steps = stepsOf(
      journal([
        { type: 'task.assigned', task: 3, agent: 1, stage: 0, attempt: 1 },
        { type: 'turn.started', task: 3, agent: 1, turn: 'a' },
        { type: 'turn.ended', task: 3, agent: 1, turn: 'a', finish: 'stop', tokens, ms: 90 },
        { type: 'task.committed', task: 3, agent: 1, attempts: 1 },
      ]),
    );
    expect(steps.map((step) => [step.event.type, step.spine, step.since])).toEqual([
      ['task.assigned', 'solid', null],
      ['turn.ended', 'solid', 200],
      ['task.committed', 'solid', 100],
    ]);
  });

  it('is cut where an output is rejected, hollow until the next turn passes', () => {
    const steps = stepsOf(
      journal([
        { type: 'task.assigned', task: 3, agent: 1, stage: 0, attempt: 1 },
        {
          type: 'turn.ended',
          task: 3,
          agent: 1,
          turn: 'a',
          finish: 'stop',
          tokens,
          ms: 90,
          rejected: 'schema-mismatch',
        },
        {
          type: 'task.retried',
          task: 3,
          agent: 1,
          reason: { code: 'failed', failure: 'schema-mismatch', detail: { code: 'reported', detail: 'no subject' } },
          delayMs: 250,
        },
        { type: 'task.assigned', task: 3, agent: 1, stage: 0, attempt: 2 },
        { type: 'turn.ended', task: 3, agent: 1, turn: 'b', finish: 'stop', tokens, ms: 90 },
        { type: 'task.committed', task: 3, agent: 1, attempts: 2 },
      ]),
    );
    expect(steps.map((step) => step.spine)).toEqual(['solid', 'cut', 'hollow', 'hollow', 'solid', 'solid']);
  });

  it('is cut by a deadline, a lost GPU and a failure', () => {
    const steps = stepsOf(
      journal([
        { type: 'turn.ended', task: 3, agent: 1, turn: 'a', finish: 'deadline', tokens, ms: 90 },
        { type: 'engine.lost', code: 'device-lost', by: 'engine', detail: 'gone', inFlight: 2 },
        { type: 'task.failed', task: 3, agent: 1, failure: 'schema-mismatch', attempts: 3 },
      ]),
    );
    expect(steps.map((step) => step.spine)).toEqual(['cut', 'cut', 'cut']);
  });

  it('says a commit once, and heals with the mend', () => {
    const steps = stepsOf(
      journal([
        { type: 'heal.suspected', agent: 1, fault: 'loop', hard: true, evidence: [] },
        {
          type: 'heal.ordered',
          agent: 1,
          case: 'c',
          fault: 'loop',
          action: 'retry-turn',
          rung: 'light',
          delayMs: 0,
          reasons: [],
        },
        { type: 'task.advanced', task: 3, agent: 1, stage: 0, next: 1, output: {}, attempts: 1 },
        { type: 'task.committed', task: 3, agent: 1, attempts: 1 },
        {
          type: 'heal.mended',
          agent: 1,
          case: 'c',
          fault: 'loop',
          action: 'retry-turn',
          rung: 'light',
          ms: 900,
          steps: 1,
        },
      ]),
    );
    expect(steps.map((step) => [step.event.type, step.spine])).toEqual([
      ['heal.suspected', 'cut'],
      ['heal.ordered', 'hollow'],
      ['task.committed', 'solid'],
      ['heal.mended', 'solid'],
    ]);
  });

  it('shows a turn that has only started', () => {
    const steps = stepsOf(journal([{ type: 'turn.started', task: 3, agent: 1, turn: 'a' }]));
    expect(steps).toHaveLength(1);
  });
});
