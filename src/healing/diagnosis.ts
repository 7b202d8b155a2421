/** Between what EXECUTE calls a turn's failure and what a supervisor calls the fault behind it. */
import type { Diagnosis, TurnFailure } from '../journal/vocabulary.ts';
import type { EngineError } from '../engine/contract.ts';

/** What EXECUTE's own checks found, in the words of a supervisor. */
export const DIAGNOSIS: Readonly<Record<TurnFailure, Diagnosis>> = {
  'output-truncated': 'incomplete',
  'json-invalid': 'invalid',
  'schema-mismatch': 'invalid',
  'not-copied': 'invalid',
  'output-empty': 'invalid',
  deadline: 'stall',
  'prompt-too-long': 'context-full',
  'schema-unsupported': 'invalid',
  'engine-error': 'engine-error',
  filtered: 'invalid',
  declined: 'invalid',
  stalled: 'stall',
  looping: 'loop',
};

/** The other way round, as far as it differs. */
export const FAILURE: Partial<Readonly<Record<Diagnosis, TurnFailure>>> = {
  stall: 'stalled',
  'outcome-lost': 'stalled',
  loop: 'looping',
};

/** What the failure of a turn is called when MONITOR, not EXECUTE, found it. */
export const failureOf = (fault: Diagnosis | null): TurnFailure => (fault && FAILURE[fault]) ?? 'engine-error';

/** What an engine died of. Why one cannot be loaded is no supervisor's affair: its keeper tries again, or asks a person. */
export function engineFault({ code }: EngineError): Diagnosis {
  return code === 'device-lost' || code === 'out-of-memory' ? code : 'worker-dead';
}
