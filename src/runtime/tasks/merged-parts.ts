/** What outputs of parts come to, and how a part is found and named: pure functions. */
import type { CreatedTask } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Ranges } from '../../kernel/ranges.ts';
import { writtenAs } from '../../kernel/written-json.ts';
import type { ResultRow } from '../../store/records.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import { fittingOutput } from '../../swarm/merge.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import { plainSchema } from '../../swarm/plain-schema.ts';
import type { PartRecord } from '../../swarm/split.ts';
import { type RunSetup, taskInput } from '../definition/run-setup.ts';
import { outputText } from './result-row.ts';
import type { GivenOutput } from './task-flow.ts';

/** What a part gave to what the parts come to. */
export interface Given extends GivenOutput {
  readonly task: number;
}

/**
 * One output by rules of the schema.
 * @param given of parts in their order, at least one; @param source what the outputs are, null: free text; @param input the whole text
 */
export function byRules(given: readonly Given[], source: OutputSchema | null, input: string): GivenOutput {
  const outputs = given.map(({ output }) => output);
  const texts = given.map(({ output, written }) => written ?? JSON.stringify(output));
  const schema = source && plainSchema(source);
  const fits = (output: unknown): boolean => schema === null || checkOutput(schema, output, { input }).length === 0;
  const output = fittingOutput(schema, outputs, fits);
  return { output, written: writtenAs(output, texts) };
}

type Created = Pick<RunState, 'created'>;

/** The task whose text was split, of a part or of what a role made of outputs of parts; -1: it is neither. */
export function sourceOf({ created }: Created, task: number): number {
  for (let one = created.get(task); one; one = created.get(one.from[0] ?? -1)) if (one.cut) return one.from[0] ?? -1;
  return -1;
}

/** Parts whose outputs stand, through however many turns, in what that task reads. */
export function partsIn(state: Created, task: number): number[] {
  const { maker, from = [], cut } = state.created.get(task) ?? {};
  return cut || maker === undefined ? [task] : from.flatMap((each) => partsIn(state, each));
}

/** How a role that reads outputs of parts is told which: by number, and by lines where those are the part's own. */
export function nameOfPart(plan: Pick<RunSetup, 'items'>, state: Created, task: number): string {
  const { part, of, first, last } = state.created.get(task)?.group as unknown as PartRecord;
  const whole = taskInput(plan, state, sourceOf(state, task));
  const lines = first === last ? `line ${String(first)}` : `lines ${String(first)} to ${String(last)}`;
  const own = first !== whole.line || last !== (whole.lastLine ?? whole.line);
  return `part ${String(part)} of ${String(of)}${own ? `, ${lines}` : ''}`;
}

/** An output as agents read it. */
export const textOf = ({ output, written }: GivenOutput): string =>
  outputText({ output, ...(written !== null && { written }) });
export const textIn = ({ output, written }: ResultRow): string => textOf({ output, written: written?.output ?? null });

/** A flow has fewer makers. */
const MOST_MAKERS = 64;
/** Of a task and a maker, as one number. */
export const keyOf = (task: number, maker: number): number => task * MOST_MAKERS + maker;

/** What a part has of its own where the text that it is of is not kept. */
export const ownText = (
  text: string,
  cut: Ranges[number],
  above: string | null,
): Pick<CreatedTask, 'text' | 'above'> => ({
  text: text.slice(...cut),
  ...(above !== null && { above }),
});
