import type { TurnFailure, Verdict } from '../agents/verdict.ts';
import type { EngineError, TurnOutcome } from '../engine/contract.ts';
import type { FaultClass } from '../healing/evidence.ts';
import type { TurnFacts } from '../healing/health.ts';
import type { RunState } from '../journal/run-state.ts';
import type { RunPlan } from './plan.ts';

/** A turn as the ward needs it. */
export interface WatchedTurn {
  readonly turn: string;
  readonly task: number;
  readonly stage: number;
  readonly agent: number;
  /** The item's text as the agent sees it. */
  readonly input: string;
  readonly submitted: number;
  /** It goes before turns that wait longer. */
  readonly first: boolean;
  readonly tokens: number;
}

export interface Judgement {
  readonly accept: boolean;
  /** Somebody else is to answer the same first; nobody is accused. */
  readonly secondOpinion: boolean;
  readonly fault: FaultClass | null;
  /** The turn's score, 0 to 1. */
  readonly health: number;
}

/** What EXECUTE's own checks found, in the words of a supervisor. */
export const DIAGNOSIS: Readonly<Record<TurnFailure, FaultClass>> = {
  'output-truncated': 'incomplete',
  'json-invalid': 'invalid',
  'schema-mismatch': 'invalid',
  'not-copied': 'invalid',
  'output-empty': 'invalid',
  deadline: 'stall',
  'prompt-too-long': 'context-full',
  'schema-unsupported': 'invalid',
  'engine-error': 'engine-error',
  stalled: 'stall',
  looping: 'loop',
};

/** The other way round, as far as it differs. */
export const FAILURE: Partial<Readonly<Record<FaultClass, TurnFailure>>> = {
  stall: 'stalled',
  'outcome-lost': 'stalled',
  loop: 'looping',
};

/** What the failure of a turn is called when MONITOR, not EXECUTE, found it. */
export const failureOf = (fault: FaultClass | null): TurnFailure => (fault && FAILURE[fault]) ?? 'engine-error';

/** What an engine died of. */
export function engineFault({ code }: EngineError): FaultClass {
  if (code === 'device-lost' || code === 'out-of-memory') return code;
  return code === 'model-checksum' ? 'bad-weights' : 'worker-dead';
}

/** What the agent was asked: its input and, where it works on another's output, that output. */
export function questionOf(plan: RunPlan, state: RunState, stage: number, task: number, input: string): string {
  const on = plan.stages[stage]?.on ?? null;
  const given = on === null ? undefined : state.held.get(task)?.find((held) => held.stage === on)?.output;
  return `${String(stage)} ${given === undefined ? '' : JSON.stringify(given)} ${input}`;
}

/** What can be told of a turn that is over, to be scored. */
export function factsOf(
  plan: RunPlan,
  stage: number,
  outcome: TurnOutcome,
  verdict: Verdict,
  contextTokens: number,
): TurnFacts {
  const { timing, usage, text, finish, meanLogprob } = outcome;
  const brief = plan.stages[stage]?.brief;
  const schema = brief?.schema != null;
  const required = plan.swarm.roles[brief?.name ?? '']?.output?.required ?? [];
  const output = verdict.kind === 'accept' ? verdict.output : null;
  const present = typeof output === 'object' && output !== null ? required.filter((name) => name in output).length : 0;
  return {
    text,
    finish,
    meanLogprob,
    // Time in line for a seat says nothing about the agent.
    firstTokenMs: timing.firstTokenMs === null ? null : timing.firstTokenMs - timing.admittedMs,
    decodeMs: timing.firstTokenMs === null ? null : timing.endedMs - timing.firstTokenMs,
    completionTokens: usage.completionTokens,
    schemaValid: schema ? verdict.kind === 'accept' : null,
    fields: schema && verdict.kind === 'accept' && required.length > 0 ? { present, required: required.length } : null,
    context: contextTokens > 0 ? { tokens: usage.promptTokens + usage.completionTokens, limit: contextTokens } : null,
    pages: null,
    recordWhole: null,
    agreement: null,
    ...(outcome.pageIn?.distrusted !== undefined && { pagesDistrusted: outcome.pageIn.distrusted }),
  };
}
