import { type HeldOutput, type MadeTask, outputOf } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import type { ResultRow, RowReading } from '../../store/records.ts';
import { agentName } from '../../swarm/expand.ts';
import { groupsOf } from '../storage/row-outputs.ts';
import { isLeftOut, resultOf, type RunSetup, type RunStep, signsOf, taskInput } from '../definition/run-setup.ts';
import type { RowNote } from '../protocol/row-note.ts';
import { sharedOf } from './shared-rows.ts';

/**
 * What a step's agent is given: the item, or the output that the step works on; below it the output under review, or what the step reads beside.
 * Where the item itself is one of two, it stands first: it may be long, and what stands first may be shortened.
 */
export function readBy(
  { on, beside, review }: Pick<RunStep, 'on' | 'beside' | 'review'>,
  held: readonly HeldOutput[] | undefined,
  item: string,
): { readonly item: string; readonly below: string | null } {
  const textOf = (step: number | null): string => (step === null ? item : outputText(outputOf(held, step)));
  if (on !== null && (review || beside === null)) return { item, below: textOf(on) };
  return { item: textOf(on), below: beside === undefined ? null : textOf(beside) };
}

export function outputText({ output, written }: Pick<HeldOutput, 'output' | 'written'> = { output: null }): string {
  return typeof output === 'string' ? output.toWellFormed() : (written ?? JSON.stringify(output ?? null));
}

/** Whether what its agents are given begins with the item. */
export const readsItem = ({ on, beside, review }: Pick<RunStep, 'on' | 'beside' | 'review'>): boolean =>
  on === null || review || beside === null;

/** The review of the result or, where that has none, the first one there is. */
function reviewOf(
  { steps }: Pick<RunSetup, 'steps'>,
  held: readonly HeldOutput[],
  result: number,
): HeldOutput | undefined {
  const given = steps.flatMap(({ review, on }, index) => {
    const output = review ? outputOf(held, index) : undefined;
    return output ? [{ on, output }] : [];
  });
  return (given.find(({ on }) => on === result) ?? given[0])?.output;
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
  const succeeded = ending.failure === null;
  const made = state.created.get(task);
  // What the task was chosen with is nobody's work on it.
  const ofInput = made?.given ? undefined : outputOf(held, plan.tasks.result);
  const last = succeeded ? resultOf(plan, held) : ofInput;
  const maker = plan.tasks.makers[made?.maker ?? -1];
  const agent = last?.agent ?? ending.agent;
  // A row that failed has neither.
  const result = succeeded ? last : undefined;
  const review = succeeded ? reviewOf(plan, held, last?.step ?? plan.tasks.result) : undefined;
  const signs = signsOf(plan, state, task);
  return {
    task,
    line: input.line,
    ...(input.lastLine !== undefined && { lastLine: input.lastLine }),
    ...(maker && { of: maker.name }),
    ...(made?.partial && { partial: true }),
    input: input.text,
    output: result ? result.output : (succeeded && made?.group) || null,
    failure: ending.failure,
    agent: agent >= 0 && !last?.edited ? agentName(plan.layout, agent) : '',
    attempts: ending.attempts,
    tokens: state.tasks.tokens[task] as number,
    durationMs: Math.round(state.tasks.ms[task] as number),
    review: review
      ? {
          agent: agentName(plan.layout, review.agent),
          output: review.output,
          ...reviewStep(plan, review.step, result?.step),
        }
      : null,
    ...othersOf(plan, held, result, review, made, !succeeded),
    ...missingOf(plan, held),
    ...sharedOf(plan, held, result, (other) => taskInput(plan, state, other).line),
    ...readingsOf(plan, state, task, ending.attempts > 0),
    ...noteOf(plan, task, ending, held),
    ...(result?.model !== undefined && { model: result.model }),
    ...(succeeded && held.some(({ edited }) => edited) && { edited: true }),
    ...(signs.length > 0 && { signs }),
  };
}

function noteOf(
  plan: RunSetup,
  task: number,
  { note, failure, attempts }: Ending,
  held: readonly HeldOutput[],
): Pick<ResultRow, 'note'> {
  if (note !== null) return { note };
  const untouched = failure === null && attempts === 0 && held.length === 0 && task < plan.items.length;
  return untouched && isLeftOut(plan, task) ? { note: { code: 'left-out' } } : {};
}

/** Names the review where it is of no result. */
function reviewStep({ steps }: RunSetup, review: number, result: number | undefined): { readonly step?: string } {
  const { on, name } = steps[review] ?? {};
  return on === result || name === undefined ? {} : { step: name };
}

/**
 * Which step gave the result, where that is not the last; outputs that are neither that nor its review, by step; and all of them as they were
 * written, where that is not what JSON would make of them.
 */
function othersOf(
  { steps, tasks }: RunSetup,
  held: readonly HeldOutput[],
  result: HeldOutput | undefined,
  review: HeldOutput | undefined,
  made: MadeTask | undefined,
  failed: boolean,
): Pick<ResultRow, 'step' | 'outputs' | 'written'> {
  const { maker = -1, group, given } = made ?? {};
  const groups = groupsOf(tasks, maker);
  const others = steps.flatMap(({ name }, index): [string, Pick<HeldOutput, 'output' | 'written'>][] => {
    const told = index === result?.step || index === review?.step;
    const other = told ? undefined : outputOf(held, index);
    return other && other.output !== null ? [[name, other]] : [];
  });
  if (group && groups !== undefined && (result || failed)) others.unshift([groups, { output: group }]);
  const texts = others.flatMap(([name, { written }]) => (written === undefined ? [] : [[name, written]]));
  const written = {
    ...(result?.written !== undefined && { output: result.written }),
    ...(review?.written !== undefined && { review: review.written }),
    ...(texts.length > 0 && { outputs: Object.fromEntries(texts) as Record<string, string> }),
  };
  return {
    ...(result && (result.step !== tasks.result || given) && { step: steps[result.step]?.name ?? '' }),
    ...(others.length > 0 && { outputs: Object.fromEntries(others.map(([name, { output }]) => [name, output])) }),
    ...(Object.keys(written).length > 0 && { written }),
  };
}

/** Parts of which there is nothing in what parts came to, by the step that made one of them. */
function missingOf({ steps }: RunSetup, held: readonly HeldOutput[]): Pick<ResultRow, 'missing'> {
  const all = held.flatMap(({ step, missing }): [string, readonly number[]][] =>
    missing ? [[steps[step]?.name ?? '', missing]] : [],
  );
  return all.length > 0 ? { missing: Object.fromEntries(all) } : {};
}

/**
 * What turns of the task did not read, in the order of the flow; of an item that was cut before any model saw it, how little its first step was
 * given.
 */
function readingsOf(plan: RunSetup, state: RunState, task: number, tried: boolean): Pick<ResultRow, 'read'> {
  const { text, of: whole = text.length } = taskInput(plan, state, task);
  const reads = state.reads.get(task) ?? [];
  const first = plan.steps.findIndex(({ on }) => on === null);
  // Code that splits it has no more of it either.
  const unsaid =
    (tried || plan.steps[first]?.slots === 0) && whole > text.length && !reads.some(({ step }) => step === first);
  const read = [...reads, ...(unsaid ? [{ step: first, slot: 0, read: null, dropped: 0 }] : [])]
    .toSorted((a, b) => a.step - b.step || a.slot - b.slot)
    .flatMap(({ step, read: parts, dropped }): RowReading[] => {
      const at = plan.steps[step];
      if (!at) return [];
      const { item } = readBy(at, state.held.get(task), text);
      const of = readsItem(at) ? undefined : plan.steps[at.on ?? -1]?.name;
      return [
        {
          role: at.name,
          ...(of !== undefined && { of }),
          characters: readsItem(at) ? whole : item.length,
          read: parts ?? [[0, item.length]],
          ...(dropped > 0 && { forgot: dropped / 2 }),
        },
      ];
    });
  return read.length > 0 ? { read } : {};
}
