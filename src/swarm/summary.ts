/** What people are told about a swarm before it runs. */
import { expand, type LaidRole } from './expand.ts';
import type { Swarm } from './model.ts';
import { planTasks } from './flow.ts';

export interface RoleSummary extends Omit<LaidRole, 'digits'> {
  readonly prompt: string;
}

export interface SwarmSummary {
  readonly name: string;
  /** Empty where the file has none. */
  readonly description: string;
  readonly agents: number;
  readonly roles: readonly RoleSummary[];
  /** In working order; `on` is `input` or the role whose outputs the step takes. */
  /** `share` 0: none but marked ones. */
  readonly flow: readonly {
    readonly role: string;
    readonly on: string;
    readonly share: number;
    readonly marked?: true;
  }[];
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
  const { steps } = planTasks(swarm, 0);
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
    flow: steps.map(({ role, on, share, marked }) => ({
      role,
      on: on === null ? 'input' : (steps[on]?.role ?? ''),
      share,
      ...(marked && { marked }),
    })),
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
