/** What a step of the file says of itself, in whichever words, and how steps without a role are gone through to what stands behind them. */
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { Where } from './where.ts';

/** What a step is called: by its name or else by its role. */
export const nameOfStep = ({ name, role }: SwarmStep): string => name ?? role ?? '';

/** Steps whose outputs a step reads, by name; `input` among them. */
export const sourcesOf = ({ each, reviews, with: beside }: SwarmStep): string[] =>
  [each ?? reviews, beside].filter((name) => name !== undefined);

/** Share of items that go through it, in (0, 1]; 0: none but marked ones. */
export const shareOf = ({ share, marked = false }: SwarmStep): number => share ?? (marked ? 0 : 1);

type StepsByName = ReadonlyMap<string, SwarmStep>;
export const stepsByName = (flow: Swarm['flow']): StepsByName => new Map(flow.map((step) => [nameOfStep(step), step]));

/** What a step lets pass of its source. */
export interface Filter {
  readonly source: string;
  readonly where: Where;
}

/** The step with a role, or the input, behind a name, and the conditions on the way to it. In a circle it does not come to an end. */
export function behind(
  steps: StepsByName,
  name: string,
): { readonly name: string; readonly filters: readonly Filter[] } {
  const filters: Filter[] = [];
  let at = name;
  for (let step = steps.get(at); step && step.role === undefined; step = steps.get(at)) {
    at = step.each ?? INPUT_NAME;
    if (step.where) filters.push({ source: at, where: step.where });
  }
  return { name: at, filters };
}
