import type { AdapterInfo, EngineCounters, EngineReport, VramSample } from '../engine/contract.ts';
import type { StepRecord } from '../healing/step-record.ts';
import { type RunState } from '../journal/run-state.ts';
import { AGENT_STATES } from '../journal/vocabulary.ts';
import type { RunRecord } from '../store/records.ts';
import type { Answer } from './answer/answer.ts';
import type { InputNote } from '../swarm/input/notes.ts';

/** What is sampled of an engine while it runs. */
export interface EngineFigures {
  readonly vram: VramSample;
  readonly counters: EngineCounters;
  /** Samples in which the engine held more than the limit; meant to be 0. */
  readonly vramOverLimit: number;
  /** Agents that sat on the GPU between turns at once, the most seen; absent in logs of earlier versions. */
  readonly peakParked?: number;
}

/** The run report, as JSON. */
export interface RunReport {
  readonly run: string;
  readonly name: string;
  readonly phase: string;
  readonly version: string;
  readonly seed: number;
  readonly engine: EngineReport['engine'];
  readonly batched: boolean;
  readonly adapter: AdapterInfo | null;
  readonly model: EngineReport['model'] | { readonly id: string };
  readonly residents: number;
  readonly tasks: number;
  readonly results: number;
  readonly failed: number;
  /** Failed tasks by name of failure. */
  readonly failures: Readonly<Record<string, number>>;
  /** Rows whose inputs have signs of an instruction, by name of the sign. */
  readonly signs: Readonly<Record<string, number>>;
  /** Rows with an answer that another was asked for. */
  readonly shared: number;
  /** Rows of items that conditions on the input let through to no step; they are among the results. Absent: none. */
  readonly leftOut?: number;
  readonly agents: number;
  readonly agentsByState: Readonly<Record<string, number>>;
  readonly byRole: readonly {
    readonly role: string;
    readonly agents: number;
    readonly turns: number;
    readonly tokens: number;
    readonly computeMs: number;
  }[];
  readonly turns: number;
  readonly retries: number;
  readonly requeued: number;
  readonly engineLosses: number;
  /** Steps of the recovery ladder by the fault that they were tried for, and how often they cured it. */
  readonly remedies: ReturnType<StepRecord['entries']>;
  readonly tokens: { readonly prompt: number; readonly cached: number; readonly completion: number };
  /** Completion tokens a second of run time. */
  readonly tokensPerSecond: number;
  /** Bytes. */
  readonly vram:
    | (Pick<VramSample, 'now' | 'peak' | 'budget' | 'limit'> & Partial<VramSample> & { readonly overLimit: number })
    | null;
  readonly prefixHits: number;
  readonly peakResidents: number;
  /** Agents that sat on the GPU between turns at once, the most seen. */
  readonly peakParked: number;
  readonly counters: EngineCounters | null;
  /** Milliseconds; wall times since the epoch. */
  readonly timings: {
    readonly startedAt: number;
    readonly endedAt: number | null;
    readonly elapsedMs: number;
    readonly loadMs: number;
    readonly meanTurnMs: number;
  };
  /** What of the engine fell back; plain sentences. */
  readonly notes: readonly string[];
  /** What was guessed, changed or left out on the way from the input file to tasks, as codes with parameters (docs/swarm-file.md). */
  readonly input: { readonly notes: readonly InputNote[] };
  /** What the report of the swarm file came to; absent: it has none. */
  readonly answer?: Answer;
}

export interface ReportSource {
  readonly record: RunRecord;
  readonly state: RunState;
  readonly roles: readonly { readonly name: string; readonly firstAgent: number; readonly replicas: number }[];
  readonly version: string;
  readonly seed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly signs: Readonly<Record<string, number>>;
  readonly shared: number;
  readonly leftOut?: number;
  readonly elapsedMs: number;
  readonly figures: EngineFigures | null;
  readonly learned: StepRecord;
  readonly inputNotes: readonly InputNote[];
}

export function runReport(source: ReportSource): RunReport {
  const { record, state, figures } = source;
  const { totals, agents } = state;
  const engine = state.engineReport as EngineReport | null;
  const byState = new Array<number>(AGENT_STATES.length).fill(0);
  for (const each of agents.state) byState[each] = (byState[each] ?? 0) + 1;
  const computeMs = sum(agents.computeMs, 0, agents.size);
  return {
    run: record.id,
    name: record.name,
    phase: record.phase,
    version: source.version,
    seed: source.seed,
    engine: engine?.engine ?? record.engine,
    batched: engine?.batched ?? false,
    adapter: engine?.adapter ?? null,
    model: engine?.model ?? { id: record.modelId },
    residents: engine?.residents ?? 0,
    tasks: record.tasks,
    results: record.results,
    failed: record.failed,
    failures: source.failures,
    signs: source.signs,
    shared: source.shared,
    ...(source.leftOut !== undefined && source.leftOut > 0 && { leftOut: source.leftOut }),
    agents: record.agents,
    agentsByState: Object.fromEntries(AGENT_STATES.map((name, index) => [name, byState[index] ?? 0])),
    byRole: source.roles.map(({ name, firstAgent, replicas }) => {
      const end = firstAgent + replicas;
      const tokens = sum(agents.promptTokens, firstAgent, end) + sum(agents.completionTokens, firstAgent, end);
      return {
        role: name,
        agents: replicas,
        turns: sum(agents.turns, firstAgent, end),
        tokens,
        computeMs: Math.round(sum(agents.computeMs, firstAgent, end)),
      };
    }),
    turns: totals.turns,
    retries: totals.retries,
    requeued: totals.requeued,
    engineLosses: totals.engineLosses,
    remedies: source.learned.entries(),
    tokens: { prompt: totals.promptTokens, cached: totals.cachedTokens, completion: totals.completionTokens },
    tokensPerSecond: source.elapsedMs > 0 ? (totals.completionTokens / source.elapsedMs) * 1000 : 0,
    vram: figures ? { ...figures.vram, overLimit: figures.vramOverLimit } : null,
    prefixHits: figures?.counters.prefixHits ?? 0,
    peakResidents: figures?.counters.peakResidents ?? 0,
    peakParked: figures?.peakParked ?? 0,
    counters: figures?.counters ?? null,
    timings: {
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      elapsedMs: Math.round(source.elapsedMs),
      loadMs: engine?.loadMs ?? 0,
      meanTurnMs: totals.turns > 0 ? computeMs / totals.turns : 0,
    },
    notes: engine?.notes ?? [],
    input: { notes: source.inputNotes },
  };
}

function sum(column: Uint32Array | Float64Array, from: number, to: number): number {
  let total = 0;
  for (let row = from; row < to; row++) total += column[row] as number;
  return total;
}
