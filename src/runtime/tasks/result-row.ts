import { instructionSigns } from '../../agents/instruction-signs.ts';
import { type HeldOutput, outputOf } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import type { ResultRow, RowReading } from '../../store/records.ts';
import { agentName } from '../../swarm/expand.ts';
import { taskInput, type RunSetup, type RunStep } from '../definition/run-setup.ts';
import type { RowNote } from '../protocol/row-note.ts';

/**
 * What a step's agent is given: the item; for a review the item and, below it, the output under review; for a later step of the chain the
 * output it works on.
 */
export function reviewedText(
  step: RunStep,
  held: readonly HeldOutput[] | undefined,
  item: string,
): { readonly item: string; readonly reviewed: string | null } {
  if (step.on === null) return { item, reviewed: null };
  const given = outputOf(held, step.on);
  const output = given?.output;
  const text = typeof output === 'string' ? output.toWellFormed() : (given?.written ?? JSON.stringify(output ?? null));
  return step.review ? { item, reviewed: text } : { item: text, reviewed: null };
}

interface Ending {
  readonly failure: TaskFailure | null;
  readonly note: RowNote | null;
  /** Agent that had the task last; for a failure. */
  readonly agent: number;
  readonly attempts: number;
}

/** The one row that a task ends in. */
export function resultRow(plan: RunSetup, state: RunState, task: number, ending: Ending): ResultRow {
  const held = state.held.get(task) ?? [];
  const input = taskInput(plan, state, task);
  const result = outputOf(held, plan.tasks.result);
  const review = outputOf(
    held,
    plan.steps.findIndex((step) => step.review),
  );
  const agent = result?.agent ?? ending.agent;
  const signs = instructionSigns(input.text);
  return {
    task,
    line: input.line,
    ...(input.lastLine !== undefined && { lastLine: input.lastLine }),
    input: input.text,
    output: ending.failure === null ? (result?.output ?? null) : null,
    failure: ending.failure,
    agent: agent >= 0 && !result?.edited ? agentName(plan.layout, agent) : '',
    attempts: ending.attempts,
    tokens: state.tasks.tokens[task] as number,
    durationMs: Math.round(state.tasks.ms[task] as number),
    review:
      review && ending.failure === null ? { agent: agentName(plan.layout, review.agent), output: review.output } : null,
    ...(ending.failure === null && writtenOf(result, review)),
    ...readingsOf(plan, state, task, ending.attempts > 0),
    ...(ending.note === null ? {} : { note: ending.note }),
    ...(result?.model !== undefined && ending.failure === null ? { model: result.model } : {}),
    ...(held.some(({ edited }) => edited) && ending.failure === null ? { edited: true } : {}),
    ...(signs.length > 0 && { signs }),
  };
}

/** As they were written, where that is not what JSON would make of them. */
function writtenOf(result: HeldOutput | undefined, review: HeldOutput | undefined): Pick<ResultRow, 'written'> {
  const written = {
    ...(result?.written !== undefined && { output: result.written }),
    ...(review?.written !== undefined && { review: review.written }),
  };
  return Object.keys(written).length > 0 ? { written } : {};
}

/**
 * What turns of the task did not read, in the order of the flow; of an item that was cut before any model saw it, how little its first step was
 * given.
 */
function readingsOf(plan: RunSetup, state: RunState, task: number, tried: boolean): Pick<ResultRow, 'read'> {
  const { text, of: whole = text.length } = taskInput(plan, state, task);
  const reads = state.reads.get(task) ?? [];
  const first = plan.steps.findIndex(({ on }) => on === null);
  const unsaid = tried && whole > text.length && !reads.some(({ step }) => step === first);
  const read = [...reads, ...(unsaid ? [{ step: first, slot: 0, read: null, dropped: 0 }] : [])]
    .toSorted((a, b) => a.step - b.step || a.slot - b.slot)
    .flatMap(({ step, read: parts, dropped }): RowReading[] => {
      const at = plan.steps[step];
      if (!at) return [];
      const { item } = reviewedText(at, state.held.get(task), text);
      const of = at.on !== null && !at.review ? plan.steps[at.on]?.role : undefined;
      return [
        {
          role: at.role,
          ...(of !== undefined && { of }),
          characters: at.on === null || at.review ? whole : item.length,
          read: parts ?? [[0, item.length]],
          ...(dropped > 0 && { forgot: dropped / 2 }),
        },
      ];
    });
  return read.length > 0 ? { read } : {};
}
