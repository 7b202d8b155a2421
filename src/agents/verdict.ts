import type { EngineError, TurnOutcome } from '../engine/contract.ts';
import type { FailedTurn, FailureDetail } from '../journal/evidence.ts';
import { ENDPOINT_LOST, ENGINE_LOST } from '../journal/run-state.ts';
import { reported } from '../journal/said.ts';
import type { EngineErrorCode, RemoteErrorCode, RequeueReason, TurnFailure } from '../journal/vocabulary.ts';

/**
 * Rules by which turns are judged. 1, of runs of earlier versions: what a limit cut may still be taken for whole, and a prompt that is too long
 * is shortened for the next attempt. 2: whole is known, or the turn fails as truncated; what was too long never ran, and is no attempt.
 */
export type TurnRules = 1 | 2;

export type Verdict =
  | { readonly kind: 'accept'; readonly output: unknown }
  /** The agent's own doing: an attempt is spent. `unrun`: the engine could not even begin, and never will; none is. */
  | ({ readonly kind: 'reject'; readonly unrun?: true } & FailedTurn)
  /** Nothing to do with agent or task (engine gone, turn called back): it waits again, no attempt is spent. */
  | { readonly kind: 'requeue'; readonly reason: RequeueReason; readonly detail: FailureDetail };

/** What a role asks of an output: null when it is met, else what is wrong. `copied` names the rule that a text stands in the input. */
export type OutputCheck = (
  output: unknown,
  input: string,
) => { readonly rule: 'schema' | 'copied'; readonly detail: string } | null;

/**
 * Judges how a turn ended. `check` null: the role writes free text.
 * @param input the item's text
 */
export function judge(outcome: TurnOutcome, check: OutputCheck | null, input: string, rules: TurnRules = 2): Verdict {
  switch (outcome.finish) {
    case 'cancelled':
      return { kind: 'requeue', reason: 'cancelled', detail: detailOf(outcome.error) };
    case 'error': {
      const code = outcome.error?.code ?? 'internal';
      if (ENGINE_LOST.has(code) || ENDPOINT_LOST.has(code))
        return { kind: 'requeue', reason: code, detail: detailOf(outcome.error) };
      return {
        kind: 'reject',
        failure: FAILURES[code] ?? 'engine-error',
        detail: detailOf(outcome.error),
        ...(code === 'prompt-too-long' && rules === 2 && { unrun: true }),
      };
    }
    case 'deadline':
      return {
        kind: 'reject',
        failure: 'deadline',
        detail: { code: 'not-done', ms: Math.round(outcome.timing.endedMs) },
      };
    case 'length':
      if (rules === 2) return check && isClosed(outcome.text) ? orElse(read(outcome.text, check, input), cut) : cut;
      if (!check) return outcome.text.trim() === '' ? empty : { kind: 'accept', output: outcome.text.trim() };
      return orElse(read(outcome.text, check, input), cut);
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
  return isRemote(code)
    ? { code: 'endpoint', error: code, words: message }
    : { code: 'engine', error: code, words: message };
}

const isRemote = (code: EngineErrorCode): code is RemoteErrorCode => code.startsWith('remote-');

const cut: Verdict = { kind: 'reject', failure: 'output-truncated', detail: { code: 'token-limit' } };

/** Whether nothing can follow that would make another value of a JSON text: only a number has no end of its own. */
const isClosed = (text: string): boolean => !/^\s*-?\d[^\s]*$/.test(text);

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
export function worthRetrying({ failure, unrun }: { readonly failure: TurnFailure; readonly unrun?: true }): boolean {
  return !unrun && failure !== 'schema-unsupported' && failure !== 'filtered' && failure !== 'declined';
}
