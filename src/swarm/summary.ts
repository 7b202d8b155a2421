/** What people are told about a swarm before it runs. */
import { expand, type LaidRole } from './expand.ts';
import { INPUT_NAME, type Swarm } from './model.ts';
import { planTasks } from './flow.ts';
import { nameOfStep, shareOf, sourcesOf } from './steps.ts';
import { whereText } from './where.ts';

export interface RoleSummary extends Omit<LaidRole, 'digits'> {
  readonly prompt: string;
}

/** A step of the flow by its name; what it takes is named as the file has it: a step, or `input`. */
export interface StepSummary {
  readonly name: string;
  /** Null where nobody works: the step lets pass. */
  readonly role: string | null;
  readonly on: string;
  /** What it reads beside that. */
  readonly beside?: string;
  /** What it lets pass, as it is written: see `whereText`. */
  readonly where?: string;
  readonly review: boolean;
  /** 0: none but marked ones. */
  readonly share: number;
  readonly marked?: true;
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
  const { steps, filters } = planTasks(swarm, 0);
  // What lets pass stands behind what it takes from.
  const order = steps.flatMap(({ name }, on) => [
    name,
    ...filters.filter((each) => each.on === on).map((each) => each.name),
  ]);
  const place = new Map(order.map((name, index) => [name, index]));
  return swarm.flow
    .map((step): StepSummary => {
      const [on = INPUT_NAME, beside] = sourcesOf(step);
      return {
        name: nameOfStep(step),
        role: step.role ?? null,
        on,
        ...(beside !== undefined && { beside }),
        ...(step.where && { where: whereText(step.where) }),
        review: step.reviews !== undefined,
        share: shareOf(step),
        ...(step.marked && { marked: true }),
      };
    })
    .sort((a, b) => (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0));
}
