import type { RoleBrief } from '../../agents/turn.ts';
import type { OutputCheck } from '../../agents/verdict.ts';
import type { MemoryBudget, ModelSource } from '../../engine/contract.ts';
import type { Result } from '../../kernel/result.ts';
import { err, ok } from '../../kernel/result.ts';
import type { RunSource } from '../../store/records.ts';
import { expand, type Layout } from '../../swarm/expand.ts';
import { type InputItem, readInput } from '../../swarm/input.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import type { Swarm } from '../../swarm/model.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import { parseSwarm } from '../../swarm/parse.ts';
import { goesThrough, planTasks, type Stage, type TaskPlan } from '../../swarm/flow.ts';
import { summarize } from '../../swarm/summary.ts';
import type { Diagnostic, StartRequest, SwarmSummary } from '../protocol/protocol.ts';

/** The start request with every choice made; stored with the run, so that a reload plans the same. */
export interface RunSettings {
  readonly engine: StartRequest['engine'];
  readonly model: ModelSource;
  readonly seed: number;
  /** Null: all items. */
  readonly limit: number | null;
  readonly vramMiB: number;
  /** How long a task that has failed all its attempts waits for a person's word, ms; 0, or absent in runs of earlier versions: not at all. */
  readonly askMs?: number;
  /** Version of Planaria that started the run. */
  readonly version: string;
}

/** One stage of the flow, ready for turns. */
export interface StageBrief extends Stage {
  readonly brief: RoleBrief;
  /** Index into the layout's roles. */
  readonly roleIndex: number;
  /** Lower goes first. */
  readonly priority: number;
}

/** Everything about a run that does not change while it runs. */
export interface RunPlan {
  readonly settings: RunSettings;
  readonly swarm: Swarm;
  readonly summary: SwarmSummary;
  readonly layout: Layout;
  readonly items: readonly InputItem[];
  readonly tasks: TaskPlan;
  readonly stages: readonly StageBrief[];
  readonly budget: MemoryBudget;
  /** Tokens of the whole run; null: no limit. */
  readonly tokenLimit: number | null;
  /** For people: what was changed on the way in. */
  readonly notes: readonly string[];
}

/** Who goes first when everybody is ready: S3.1's order of kinds. */
const PRIORITY = { coordinator: 1, specialist: 2, guardian: 2, worker: 3, messenger: 4 } as const;
/** More than there can be stages, so that kind comes before place in the flow. */
const STAGES = 16;

/** Choices of a start request, with the swarm file's own where the person made none. */
export function settle(request: StartRequest, swarm: Swarm, version: string): RunSettings {
  const id = request.modelId ?? swarm.model;
  return {
    engine: request.engine,
    model: request.modelUrl === undefined ? { id } : { id: nameOf(request.modelUrl), url: request.modelUrl },
    seed: request.seed ?? swarm.seed,
    limit: request.limit ?? swarm.input.limit ?? null,
    vramMiB: request.vramMiB ?? swarm.budget.vram,
    askMs: request.askMs ?? swarm.supervision.ask ?? 0,
    version,
  };
}

/** Name of a model by its folder's address; in the hub's layout it stands before `resolve/<branch>`. */
function nameOf(url: string): string {
  const parts =
    url
      .split(/[?#]/, 1)[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  const branch = parts.indexOf('resolve');
  return parts.at(branch > 0 ? branch - 1 : -1) ?? 'model';
}

/** Agents, tasks and stages of a run; the same source and settings give the same plan. */
export function planRun(source: RunSource): Result<RunPlan, readonly Diagnostic[]> {
  const settings = source.settings as unknown as RunSettings;
  const parsed = parseSwarm(source.swarm.file, source.swarm.text);
  if (!parsed.ok) return err(parsed.error);
  const { swarm } = parsed.value;
  const read = readInput(source.input.name, source.input.text, swarm.input, settings.limit ?? undefined);
  if (!read.ok) return err(read.error);

  const layout = expand(swarm);
  const tasks = planTasks(swarm, read.value.items.length, settings.seed);
  const summary = summarize(swarm);
  return ok({
    settings,
    swarm,
    summary: { ...summary, seed: settings.seed, model: settings.model.id },
    layout,
    items: read.value.items,
    tasks,
    stages: tasks.stages.map((stage, index) => stageBrief(swarm, layout, stage, index)),
    budget: { vramMiB: settings.vramMiB, occupancy: swarm.budget.occupancy, resident: swarm.budget.resident },
    tokenLimit: swarm.budget.tokens ?? null,
    notes: read.value.notes.map(({ line, message }) => `line ${String(line)}: ${message}`),
  });
}

function stageBrief(swarm: Swarm, layout: Layout, stage: Stage, index: number): StageBrief {
  const roleIndex = layout.roles.findIndex((role) => role.name === stage.role);
  const role = swarm.roles[stage.role];
  if (!role) throw new Error(`stage ${String(index)} names ${stage.role}, which the swarm does not have`);
  return {
    ...stage,
    roleIndex,
    // Of equals, the later stage: what was begun is finished before more is begun.
    priority: PRIORITY[role.kind] * STAGES - index,
    brief: {
      name: stage.role,
      prompt: role.prompt,
      schema: role.output ? JSON.stringify(role.output) : null,
      check: role.output ? checkerOf(role.output) : null,
      temperature: role.temperature,
      topP: role.topP,
      maxTokens: role.limits.tokens,
      deadlineMs: role.limits.deadline,
      attempts: role.attempts,
      memoryTurns: role.memory.turns,
    },
  };
}

/** The first stage of `task` after `stage` (-1: the first of all); null when there is none. */
export function nextStage(plan: RunPlan, task: number, stage: number): number | null {
  for (let next = stage + 1; next < plan.stages.length; next++) if (goesThrough(plan.tasks, task, next)) return next;
  return null;
}

/** Copies are only looked at in outputs that are of the right form, so one such fault means that there is no other kind. */
const NOT_COPIED = 'is not a piece of the input.';

function checkerOf(schema: OutputSchema): OutputCheck {
  return (output, input) => {
    const [first, ...rest] = checkOutput(schema, output, { input });
    if (first === undefined) return null;
    return { rule: first.endsWith(NOT_COPIED) ? 'copied' : 'schema', detail: [first, ...rest].slice(0, 3).join(' ') };
  };
}
