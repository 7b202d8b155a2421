/**
 * An agent's journal as a story along the body line: solid while it works, cut where something went wrong, hollow while it grows back
 * (until the next turn that passes). Pure: events in, steps out; words are put to them by the dictionary.
 */
import type { JournalEvent } from '../../journal/events.ts';

export type Spine = 'solid' | 'cut' | 'hollow';

export interface Step {
  readonly seq: number;
  /** Milliseconds of run time, and since the step before; null for the first. */
  readonly at: number;
  readonly since: number | null;
  readonly spine: Spine;
  readonly event: JournalEvent;
  /** What was committed, or handed to the next step of the flow. */
  readonly output?: unknown;
}

/** Something went wrong with this event. What was called back, by a pause or by the end of the run, did not. */
export function wounds(event: JournalEvent): boolean {
  switch (event.type) {
    case 'turn.ended':
      return event.rejected !== undefined || !['stop', 'cancelled'].includes(event.finish);
    case 'task.failed':
      return event.failure !== 'cancelled';
    case 'engine.lost':
    case 'fault.injected':
    case 'heal.suspected':
    case 'task.reopened':
      return true;
    case 'agent.state':
      return event.to === 'failed' || event.to === 'degraded';
    default:
      return false;
  }
}

/** A turn that proves its agent well. */
export function passes(event: JournalEvent): boolean {
  return event.type === 'turn.ended' && !event.pending && event.finish === 'stop' && event.rejected === undefined;
}

function heals(event: JournalEvent): boolean {
  return event.type === 'task.committed' || event.type === 'heal.mended' || passes(event);
}

/**
 * A turn's start says nothing that its end does not, unless it is the last thing that happened; and the last step of a task says nothing
 * that its commit right after does not.
 */
function redundant(event: JournalEvent, next: JournalEvent | undefined): boolean {
  if (event.type === 'turn.started') return next !== undefined;
  return event.type === 'task.advanced' && next?.type === 'task.committed' && next.task === event.task;
}

function tellsOutput(
  event: JournalEvent,
): event is Extract<JournalEvent, { type: 'task.committed' | 'task.advanced' }> {
  return event.type === 'task.committed' || event.type === 'task.advanced';
}

export function stepsOf(events: readonly JournalEvent[]): Step[] {
  const steps: Step[] = [];
  let hurt = false;
  const outputs = new Map<number, unknown>();
  for (const [k, event] of events.entries()) {
    if (event.type === 'task.advanced') outputs.set(event.task, event.output);
    if (redundant(event, events[k + 1])) continue;
    const cut = wounds(event);
    if (heals(event)) hurt = false;
    const before = steps.at(-1);
    steps.push({
      seq: event.seq,
      at: event.at,
      since: before ? event.at - before.at : null,
      spine: cut ? 'cut' : hurt ? 'hollow' : 'solid',
      event,
      ...(tellsOutput(event) && outputs.has(event.task) && { output: outputs.get(event.task) }),
    });
    if (cut) hurt = true;
  }
  return steps;
}

/** By step: the input of its task, where it is the first to speak of it. */
export function inputsOf<Task extends { readonly task: number }>(
  steps: readonly Step[],
  tasks: readonly Task[],
): readonly (Task | null)[] {
  const unsaid = new Map(tasks.map((task) => [task.task, task]));
  return steps.map(({ event }) => {
    const task = 'task' in event && event.task != null ? unsaid.get(event.task) : undefined;
    if (task) unsaid.delete(task.task);
    return task ?? null;
  });
}
