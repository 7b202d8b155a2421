import type { TurnOutcome } from '../engine/contract.ts';
import { ENGINE_LOST } from '../journal/run-state.ts';

/** Why a turn did not count. The name is what a failed task carries. */
export type TurnFailure =
  | 'output-truncated'
  | 'json-invalid'
  | 'schema-mismatch'
  | 'not-copied'
  | 'output-empty'
  | 'deadline'
  | 'prompt-too-long'
  | 'schema-unsupported'
  | 'engine-error'
  /** Seen from outside while the turn still ran: no sign of life, or the same over and over. */
  | 'stalled'
  | 'looping';

export type Verdict =
  | { readonly kind: 'accept'; readonly output: unknown }
  /** The agent's own doing: an attempt is spent. */
  | { readonly kind: 'reject'; readonly failure: TurnFailure; readonly detail: string }
  /** Nothing to do with agent or task (engine gone, turn called back): it waits again, no attempt is spent. */
  | { readonly kind: 'requeue'; readonly reason: string; readonly detail: string };

/** What a role asks of an output: null when it is met, else what is wrong. `copied` names the rule that a text stands in the input. */
export type OutputCheck = (
  output: unknown,
  input: string,
) => { readonly rule: 'schema' | 'copied'; readonly detail: string } | null;

/**
 * Judges how a turn ended. `check` null: the role writes free text.
 * @param input the item's text as the agent saw it
 */
export function judge(outcome: TurnOutcome, check: OutputCheck | null, input: string): Verdict {
  switch (outcome.finish) {
    case 'cancelled':
      return { kind: 'requeue', reason: 'cancelled', detail: outcome.error?.message ?? 'cancelled' };
    case 'error': {
      const code = outcome.error?.code ?? 'internal';
      if (ENGINE_LOST.has(code)) return { kind: 'requeue', reason: code, detail: outcome.error?.message ?? code };
      const failure = code === 'prompt-too-long' || code === 'schema-unsupported' ? code : 'engine-error';
      return { kind: 'reject', failure, detail: outcome.error?.message ?? 'The engine gave no reason.' };
    }
    case 'deadline':
      return {
        kind: 'reject',
        failure: 'deadline',
        detail: `not done after ${String(Math.round(outcome.timing.endedMs))} ms`,
      };
    case 'length':
      // Free text may be cut at its limit: partial output is kept. JSON that was cut may still be whole by chance.
      if (!check) return outcome.text.trim() === '' ? empty : { kind: 'accept', output: outcome.text.trim() };
      return orElse(read(outcome.text, check, input), {
        kind: 'reject',
        failure: 'output-truncated',
        detail: 'the token limit came first',
      });
    case 'stop':
      if (check) return read(outcome.text, check, input);
      return outcome.text.trim() === '' ? empty : { kind: 'accept', output: outcome.text.trim() };
  }
}

const empty: Verdict = { kind: 'reject', failure: 'output-empty', detail: 'nothing was written' };

const orElse = (verdict: Verdict, other: Verdict): Verdict => (verdict.kind === 'accept' ? verdict : other);

function read(text: string, check: OutputCheck, input: string): Verdict {
  let output: unknown;
  try {
    output = JSON.parse(text) as unknown;
  } catch (error) {
    return { kind: 'reject', failure: 'json-invalid', detail: error instanceof Error ? error.message : 'not JSON' };
  }
  const broken = check(output, input);
  if (!broken) return { kind: 'accept', output };
  return {
    kind: 'reject',
    failure: broken.rule === 'copied' ? 'not-copied' : 'schema-mismatch',
    detail: broken.detail,
  };
}

/** False where the same request can only fail the same way. */
export function worthRetrying(failure: TurnFailure): boolean {
  return failure !== 'schema-unsupported';
}
