import type { RoleBrief } from '../../agents/turn.ts';
import type { Verdict } from '../../agents/verdict.ts';
import type { PageIn, TurnOutcome } from '../../engine/contract.ts';
import type { TurnFacts } from '../../healing/health.ts';
import { outputOf } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { RunSetup } from '../definition/run-setup.ts';

/** What the agent was asked: its input and, where it works on another's output, that output. */
export function questionOf(plan: RunSetup, state: RunState, step: number, task: number, input: string): string {
  const { on = null, beside = null } = plan.steps[step] ?? {};
  const given = [on, beside].flatMap((of) => (of === null ? [] : [outputOf(state.held.get(task), of)?.output]));
  return `${String(step)} ${given.map((output) => (output === undefined ? '' : JSON.stringify(output))).join(' ')} ${input}`;
}

/**
 * What can be told of a turn that is over, to be scored.
 * @param contextTokens tokens that the engine's sequences have room for; 0: not known
 * @param recordWhole see `TurnFacts`
 */
export function factsOf(
  { output: form }: RoleBrief,
  outcome: TurnOutcome,
  verdict: Verdict,
  contextTokens: number,
  recordWhole: boolean | null,
): TurnFacts {
  const { timing, usage, text, finish, meanLogprob } = outcome;
  const schema = form !== null;
  const required = form?.required ?? [];
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
