import type { Verdict } from '../../agents/verdict.ts';
import type { PageIn, TurnOutcome } from '../../engine/contract.ts';
import type { TurnFacts } from '../../healing/health.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { RunPlan } from '../definition/run-plan.ts';

/** What the agent was asked: its input and, where it works on another's output, that output. */
export function questionOf(plan: RunPlan, state: RunState, stage: number, task: number, input: string): string {
  const on = plan.stages[stage]?.on ?? null;
  const given = on === null ? undefined : state.held.get(task)?.find((held) => held.stage === on)?.output;
  return `${String(stage)} ${given === undefined ? '' : JSON.stringify(given)} ${input}`;
}

/**
 * What can be told of a turn that is over, to be scored.
 * @param contextTokens tokens that the engine's sequences have room for; 0: not known
 * @param recordWhole see `TurnFacts`
 */
export function factsOf(
  plan: RunPlan,
  stage: number,
  outcome: TurnOutcome,
  verdict: Verdict,
  contextTokens: number,
  recordWhole: boolean | null,
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
    pages: pagesOf(outcome.pageIn),
    recordWhole,
    agreement: null,
  };
}

function pagesOf(pageIn: PageIn | undefined): TurnFacts['pages'] {
  if (pageIn?.distrusted !== undefined) return { whole: false, because: pageIn.distrusted };
  return pageIn?.way === 'restore' ? { whole: true } : null;
}
