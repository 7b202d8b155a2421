import type { EventBody } from '../../journal/events.ts';
import { type RunState, TASK } from '../../journal/run-state.ts';
import type { ResultIndex } from './result-index.ts';

/**
 * Where log and results disagree, because a record of either was set aside: results are the truth. The events returned bring the state in
 * line with them: a row without its event is taken over, an event without its row opens the task again.
 */
export function reconcile(state: RunState, index: ResultIndex): EventBody[] {
  const events: EventBody[] = [];
  for (let task = 0; task < state.tasks.size; task++) {
    const over = (state.tasks.status[task] as number) >= TASK.committed;
    const entry = index.entry(task);
    if (over === (entry !== undefined)) continue;
    const agent = Math.max(0, state.tasks.agent[task] as number);
    if (!entry) events.push({ type: 'task.reopened', task, reason: { code: 'row-unreadable' } });
    else if (entry.failed)
      events.push({ type: 'task.failed', task, agent, failure: 'recorded-earlier', attempts: entry.attempts });
    else events.push({ type: 'task.committed', task, agent, attempts: entry.attempts });
  }
  return events;
}
