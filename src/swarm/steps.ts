/** What a step of the file says of itself, in whichever words, and how steps without a role are gone through to what stands behind them. */
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { Where } from './where.ts';

/** What a step is called: by its name or else by its role. */
export const nameOfStep = ({ name, role }: SwarmStep): string => name ?? role ?? '';

/** Steps whose outputs a step reads, by name; `input` among them. */
export const sourcesOf = ({ each, reviews, collect, merge, with: beside }: SwarmStep): string[] =>
  [each ?? reviews ?? collect ?? merge, beside].filter((name) => name !== undefined);

/** Whether it only lets pass: no agent works there, and nothing is made. */
export const isFilter = (step: SwarmStep): boolean =>
  step.role === undefined &&
  step.group === undefined &&
  step.split === undefined &&
  step.merge === undefined &&
  !isChoice(step);

/** Whether it chooses of what its source gave, by order, number or chance. */
export const isChoice = ({ sort, limit, sample }: SwarmStep): boolean =>
  sort !== undefined || limit !== undefined || sample !== undefined;

/**
 * Whether it makes the tasks that steps behind it work on: of all that its source gave, once that is there, or of each text its parts. Of a choice
 * of the input's items nothing is made.
 */
export const isMaker = (steps: StepsByName, step: SwarmStep): boolean =>
  step.group !== undefined ||
  step.collect !== undefined ||
  step.split !== undefined ||
  (isChoice(step) && !isPick(steps, step));

/** Whether it chooses of the input's own items, before there are any outputs. */
export const isPick = (steps: StepsByName, step: SwarmStep): boolean =>
  isChoice(step) && behind(steps, nameOfStep(step)).name === INPUT_NAME;

/**
 * The step that makes the tasks which the named one works on; null: the items of the input. Of a step that makes tasks it is that step. In a
 * circle it does not come to an end.
 */
export function makerOf(steps: StepsByName, name: string): SwarmStep | null {
  for (let at = steps.get(name); at; at = steps.get(sourcesOf(at)[0] ?? INPUT_NAME)) {
    if (isMaker(steps, at)) return at;
    // What parts came to belongs to what was split.
    if (at.merge !== undefined) at = splitOf(steps, at);
    if (!at) return null;
  }
  return null;
}

const makerBehind = (steps: StepsByName, step: SwarmStep): SwarmStep | null =>
  makerOf(steps, sourcesOf(step)[0] ?? INPUT_NAME);

/** The step that the named one's tasks are of in the end: where they are chosen of others, that which made those; null: the items of the input. */
export function originOf(steps: StepsByName, name: string): SwarmStep | null {
  let maker = makerOf(steps, name);
  while (maker && isChoice(maker)) maker = makerBehind(steps, maker);
  return maker;
}

/** The step that made the parts whose outputs become one again; undefined: there is none. */
export function splitOf(steps: StepsByName, { merge = '' }: SwarmStep): SwarmStep | undefined {
  const maker = makerOf(steps, merge);
  return maker?.split ? maker : undefined;
}

/** Share of items that go through it, in (0, 1]; 0: none but marked ones. */
export const shareOf = ({ share, marked = false }: SwarmStep): number => share ?? (marked ? 0 : 1);

export type StepsByName = ReadonlyMap<string, SwarmStep>;
export const stepsByName = (flow: Swarm['flow']): StepsByName => new Map(flow.map((step) => [nameOfStep(step), step]));

/** What a step lets pass of its source. */
export interface Filter {
  readonly source: string;
  readonly where: Where;
}

/** Steps without a role from a name on back, each with what it takes, as long as they let pass or choose. In a circle it does not come to an end. */
function* wayBack(steps: StepsByName, name: string): Generator<{ readonly step: SwarmStep; readonly source: string }> {
  for (let step = steps.get(name); step && (isFilter(step) || isChoice(step));) {
    const source = step.each ?? INPUT_NAME;
    yield { step, source };
    step = steps.get(source);
  }
}

/**
 * The step that gives outputs, or the input, behind a name, and the conditions on the way to it, as far as they are not looked at where outputs
 * are chosen.
 */
export function behind(
  steps: StepsByName,
  name: string,
): { readonly name: string; readonly filters: readonly Filter[] } {
  const filters: Filter[] = [];
  let at = name;
  let chosen = false;
  for (const { step, source } of wayBack(steps, name)) {
    at = source;
    chosen ||= isChoice(step);
    if (step.where && !chosen) filters.push({ source, where: step.where });
  }
  return { name: at, filters };
}

/** What is looked at before a step chooses, back to the choice that it chooses of. */
export function filtersBefore(steps: StepsByName, choice: SwarmStep): readonly Filter[] {
  const filters: Filter[] = [];
  for (const { step, source } of wayBack(steps, nameOfStep(choice))) {
    if (step !== choice && isChoice(step)) break;
    if (step.where) filters.push({ source, where: step.where });
  }
  return filters;
}

/** The nearest step behind a name that does not only let pass: it gives outputs, or chooses of them; or the input. */
export function gateOf(steps: StepsByName, name: string): string {
  let at = name;
  for (const { step, source } of wayBack(steps, name)) {
    if (isChoice(step)) break;
    at = source;
  }
  return at;
}

/** Choices of the input's items that the named one takes part in. */
export const picksOf = (steps: StepsByName, name: string): string[] =>
  [...wayBack(steps, name)].flatMap(({ step }) => (isPick(steps, step) ? [nameOfStep(step)] : []));
