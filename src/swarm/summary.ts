/** What people are told about a swarm before it runs. */
import { choiceText } from './choice.ts';
import { expand, type LaidRole } from './expand.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import { planTasks } from './flow.ts';
import type { SplitRule } from './split.ts';
import { isChoice, makerOf, nameOfStep, shareOf, sourcesOf, stepsByName } from './steps.ts';
import { whereText } from './where.ts';

export interface RoleSummary extends Omit<LaidRole, 'digits'> {
  readonly prompt: string;
}

/** A step of the flow by its name; what it takes is named as the file has it: a step, or `input`. */
export interface StepSummary {
  readonly name: string;
  /** Null where nobody works: the step lets pass, or makes groups. */
  readonly role: string | null;
  readonly on: string;
  /** What it reads beside that. */
  readonly beside?: string;
  /** What it lets pass, as it is written: see `whereText`. */
  readonly where?: string;
  /** Step that makes the tasks which it works on; absent: items of the input. */
  readonly of?: string;
  /** Fields by which outputs become groups. */
  readonly group?: readonly string[];
  /** What it chooses of the source, in signs that need no language; see `choiceText`. */
  readonly choice?: { readonly text: string; readonly kind: 'sort' | 'limit' | 'random' | 'each' };
  /** All outputs of the source become one. */
  readonly collects?: true;
  /** Texts become parts, each of so many of these. */
  readonly split?: { readonly by: SplitRule['by']; readonly size: number };
  /** Outputs of the parts of each text become one. */
  readonly merges?: true;
  readonly review: boolean;
  /** 0: none but marked ones. */
  readonly share: number;
  readonly marked?: true;
  /** Of texts that are equal but for numbers and names one is asked. */
  readonly dedupe?: true;
}

export interface SwarmSummary {
  readonly name: string;
  /** Empty where the file has none. */
  readonly description: string;
  readonly agents: number;
  readonly roles: readonly RoleSummary[];
  /** Each behind those that it takes; reviews come last. */
  readonly flow: readonly StepSummary[];
  readonly model: string;
  readonly seed: number;
  readonly budget: {
    readonly vramMiB: number;
    readonly occupancy: number;
    readonly resident: number;
    /** 0 = no limit. */
    readonly tokens: number;
  };
  readonly input: Pick<Swarm['input'], 'from' | 'format'> & { readonly limit: number | null };
  /** Title of the report that the flow ends in; absent: it has none. */
  readonly report?: string;
  /** How long a task with nothing left to try waits for a person's word, ms; null where the file does not say. */
  readonly askMs: number | null;
}

export function summarize(swarm: Swarm): SwarmSummary {
  const layout = expand(swarm);
  return {
    name: swarm.name,
    description: swarm.description ?? '',
    agents: layout.agents,
    roles: layout.roles.map(({ name, kind, replicas, firstAgent }) => ({
      name,
      kind,
      replicas,
      firstAgent,
      prompt: swarm.roles[name]?.prompt ?? '',
    })),
    flow: flowOf(swarm),
    model: swarm.model,
    seed: swarm.seed,
    ...(swarm.report && { report: swarm.report.title }),
    askMs: swarm.supervision.ask ?? null,
    budget: {
      vramMiB: swarm.budget.vram,
      occupancy: swarm.budget.occupancy,
      resident: swarm.budget.resident,
      tokens: swarm.budget.tokens ?? 0,
    },
    input: { from: swarm.input.from, format: swarm.input.format, limit: swarm.input.limit ?? null },
  };
}

function flowOf(swarm: Swarm): StepSummary[] {
  const { steps, filters, makers } = planTasks(swarm, 0);
  // What lets pass, or makes groups, stands behind what it takes from.
  const behindOf = (on: number | null): string[] => [
    ...filters.filter((each) => each.on === on).map((each) => each.name),
    ...makers.flatMap((each, maker) => (each.on === on && each.group ? [each.name, ...behindOf(~maker)] : [])),
  ];
  const order = [
    ...behindOf(null),
    ...steps.flatMap(({ name, maker }, on) => [name, ...(maker === undefined ? behindOf(on) : [])]),
  ];
  // Those that work on groups come after them.
  for (const [on, { name, maker }] of steps.entries())
    if (maker !== undefined) order.push(...(order.includes(name) ? [] : [name]), ...behindOf(on));
  const byName = stepsByName(swarm.flow);
  const ofTasks = (step: SwarmStep): { readonly of?: string } => {
    if (step.group || isChoice(step)) return {};
    // Texts that are split are those of its source, whatever made these.
    const maker = makerOf(byName, step.split ? (sourcesOf(step)[0] ?? INPUT_NAME) : nameOfStep(step));
    return maker === null ? {} : { of: nameOfStep(maker) };
  };
  const place = new Map<string, number>();
  for (const name of order) place.set(name, place.get(name) ?? place.size);
  const summaries = swarm.flow
    .map((step): StepSummary => {
      const [on = INPUT_NAME, beside] = sourcesOf(step);
      return {
        name: nameOfStep(step),
        role: step.role ?? null,
        on,
        ...(beside !== undefined && { beside }),
        ...(step.where && { where: whereText(step.where) }),
        ...ofTasks(step),
        ...(step.group && { group: step.group.by }),
        ...choiceOf(step),
        ...(step.collect !== undefined && { collects: true }),
        ...(step.split && { split: { by: step.split.by, size: step.split.size } }),
        ...(step.merge !== undefined && { merges: true }),
        review: step.reviews !== undefined,
        share: shareOf(step),
        ...(step.marked && { marked: true }),
        ...(step.dedupe && { dedupe: true }),
      };
    })
    .sort((a, b) => (place.get(a.name) ?? Infinity) - (place.get(b.name) ?? Infinity) || 0);
  return behindSources(summaries);
}

/** Each as early as it can be behind those that it takes. */
function behindSources(given: readonly StepSummary[]): StepSummary[] {
  const left = [...given];
  const placed: StepSummary[] = [];
  const known = new Set([INPUT_NAME]);
  while (left.length > 0) {
    const next = Math.max(
      0,
      left.findIndex(({ on, beside }) => known.has(on) && (beside === undefined || known.has(beside))),
    );
    for (const step of left.splice(next, 1)) {
      placed.push(step);
      known.add(step.name);
    }
  }
  return placed;
}

function choiceOf(step: SwarmStep): Pick<StepSummary, 'choice'> {
  if (!isChoice(step)) return {};
  const { of, random } = step.sample ?? {};
  const kind = step.sort ? 'sort' : of ? 'each' : random === undefined ? 'limit' : 'random';
  return { choice: { text: choiceText(step), kind } };
}
