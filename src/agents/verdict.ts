import type { EngineError, TurnOutcome } from '../engine/contract.ts';
import type { FailedTurn, FailureDetail } from '../journal/evidence.ts';
import { ENDPOINT_LOST, ENGINE_LOST } from '../journal/run-state.ts';
import { reported } from '../journal/said.ts';
import type { EngineErrorCode, RemoteErrorCode, RequeueReason, TurnFailure } from '../journal/vocabulary.ts';

export type Verdict =
  | { readonly kind: 'accept'; readonly output: unknown }
  /** The agent's own doing: an attempt is spent. */
  | ({ readonly kind: 'reject' } & FailedTurn)
  /** Nothing to do with agent or task (engine gone, turn called back): it waits again, no attempt is spent. */
  | { readonly kind: 'requeue'; readonly reason: RequeueReason; readonly detail: FailureDetail };

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
      return { kind: 'requeue', reason: 'cancelled', detail: detailOf(outcome.error) };
    case 'error': {
      const code = outcome.error?.code ?? 'internal';
      if (ENGINE_LOST.has(code) || ENDPOINT_LOST.has(code))
        return { kind: 'requeue', reason: code, detail: detailOf(outcome.error) };
      return { kind: 'reject', failure: FAILURES[code] ?? 'engine-error', detail: detailOf(outcome.error) };
    }
    case 'deadline':
      return {
        kind: 'reject',
        failure: 'deadline',
        detail: { code: 'not-done', ms: Math.round(outcome.timing.endedMs) },
      };
    case 'length':
      // Free text may be cut at its limit: partial output is kept. JSON that was cut may still be whole by chance.
      if (!check) return outcome.text.trim() === '' ? empty : { kind: 'accept', output: outcome.text.trim() };
      return orElse(read(outcome.text, check, input), {
        kind: 'reject',
        failure: 'output-truncated',
        detail: { code: 'token-limit' },
      });
    case 'stop':
      if (check) return read(outcome.text, check, input);
      return outcome.text.trim() === '' ? empty : { kind: 'accept', output: outcome.text.trim() };
  }
}

/** Errors that say something of the request; any other is the engine's own. */
const FAILURES: Partial<Readonly<Record<EngineErrorCode, TurnFailure>>> = {
  'prompt-too-long': 'prompt-too-long',
  'schema-unsupported': 'schema-unsupported',
  'remote-filtered': 'filtered',
  'remote-declined': 'declined',
};

function detailOf(error: EngineError | undefined): FailureDetail {
  if (!error) return { code: 'no-reason' };
  const { code, message } = error;
  return isRemote(code) ? { code: 'endpoint', error: code, words: message } : reported(message);
}

const isRemote = (code: EngineErrorCode): code is RemoteErrorCode => code.startsWith('remote-');

const empty: Verdict = { kind: 'reject', failure: 'output-empty', detail: { code: 'nothing-written' } };

const orElse = (verdict: Verdict, other: Verdict): Verdict => (verdict.kind === 'accept' ? verdict : other);

function read(text: string, check: OutputCheck, input: string): Verdict {
  let output: unknown;
  try {
    output = JSON.parse(text) as unknown;
  } catch (error) {
    return {
      kind: 'reject',
      failure: 'json-invalid',
      detail: reported(error instanceof Error ? error.message : String(error)),
    };
  }
  const broken = check(output, input);
  if (!broken) return { kind: 'accept', output };
  return {
    kind: 'reject',
    failure: broken.rule === 'copied' ? 'not-copied' : 'schema-mismatch',
    detail: reported(broken.detail),
  };
}

/** False where the same request can only fail the same way. */
export function worthRetrying(failure: TurnFailure): boolean {
  return failure !== 'schema-unsupported' && failure !== 'filtered' && failure !== 'declined';
}
