/** What a step of the file says of itself, in whichever words, and how steps without a role are gone through to what stands behind them. */
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { Where } from './where.ts';

/** What a step is called: by its name or else by its role. */
export const nameOfStep = ({ name, role }: SwarmStep): string => name ?? role ?? '';

/** Steps whose outputs a step reads, by name; `input` among them. */
export const sourcesOf = ({ each, reviews, collect, merge, with: beside }: SwarmStep): string[] =>
  [each ?? reviews ?? collect ?? merge, beside].filter((name) => name !== undefined);

/** Whether it only lets pass: no agent works there, and nothing is made. */
export const isFilter = ({ role, group, split, merge }: SwarmStep): boolean =>
  role === undefined && group === undefined && split === undefined && merge === undefined;

/** Whether it makes the tasks that steps behind it work on: of all that its source gave, once that is there, or of each text its parts. */
export const isMaker = ({ group, collect, split }: SwarmStep): boolean =>
  group !== undefined || collect !== undefined || split !== undefined;

/**
 * The step that makes the tasks which the named one works on; null: the items of the input. Of a step that makes tasks it is that step. In a
 * circle it does not come to an end.
 */
export function makerOf(steps: StepsByName, name: string): SwarmStep | null {
  for (let at = steps.get(name); at; at = steps.get(sourcesOf(at)[0] ?? INPUT_NAME)) {
    if (isMaker(at)) return at;
    // What parts came to belongs to what was split.
    if (at.merge !== undefined) at = splitOf(steps, at);
    if (!at) return null;
  }
  return null;
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

/** The step that gives outputs, or the input, behind a name, and the conditions on the way to it. In a circle it does not come to an end. */
export function behind(
  steps: StepsByName,
  name: string,
): { readonly name: string; readonly filters: readonly Filter[] } {
  const filters: Filter[] = [];
  let at = name;
  for (let step = steps.get(at); step && isFilter(step); step = steps.get(at)) {
    at = step.each ?? INPUT_NAME;
    if (step.where) filters.push({ source: at, where: step.where });
  }
  return { name: at, filters };
}
