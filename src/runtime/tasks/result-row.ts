import type { HeldOutput, RunState } from '../../journal/run-state.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import type { ResultRow } from '../../store/records.ts';
import { agentName } from '../../swarm/expand.ts';
import type { RunPlan, StageBrief } from '../definition/run-plan.ts';
import type { RowNote } from '../protocol/row-note.ts';

/**
 * What a stage's agent is given: the item; for a review the item and, below it, the output under review; for a later stage of the chain the
 * output it works on.
 */
export function reviewedText(
  stage: StageBrief,
  held: readonly HeldOutput[] | undefined,
  item: string,
): { readonly item: string; readonly reviewed: string | null } {
  if (stage.on === null) return { item, reviewed: null };
  const output = held?.find((each) => each.stage === stage.on)?.output;
  const text = typeof output === 'string' ? output : JSON.stringify(output ?? null);
  return stage.review ? { item, reviewed: text } : { item: text, reviewed: null };
}

interface Ending {
  readonly failure: TaskFailure | null;
  readonly note: RowNote | null;
  /** Agent that had the task last; for a failure. */
  readonly agent: number;
  readonly attempts: number;
}

/** The one row that a task ends in. */
export function resultRow(plan: RunPlan, state: RunState, task: number, ending: Ending): ResultRow {
  const held = state.held.get(task) ?? [];
  const result = held.find((each) => each.stage === plan.tasks.result);
  const review = held.find((each) => plan.stages[each.stage]?.review === true);
  const agent = result?.agent ?? ending.agent;
  return {
    task,
    line: plan.items[task]?.line ?? 0,
    input: plan.items[task]?.text ?? '',
    output: ending.failure === null ? (result?.output ?? null) : null,
    failure: ending.failure,
    agent: agent >= 0 && !result?.edited ? agentName(plan.layout, agent) : '',
    attempts: ending.attempts,
    tokens: state.tasks.tokens[task] as number,
    durationMs: Math.round(state.tasks.ms[task] as number),
    review:
      review && ending.failure === null ? { agent: agentName(plan.layout, review.agent), output: review.output } : null,
    ...(ending.note === null ? {} : { note: ending.note }),
    ...(result?.model !== undefined && ending.failure === null ? { model: result.model } : {}),
    ...(held.some(({ edited }) => edited) && ending.failure === null ? { edited: true } : {}),
  };
}
