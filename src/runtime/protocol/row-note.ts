/** Remarks on result rows. They are stored with the rows; exports have them in words. */
import type { FailureDetail } from '../../journal/evidence.ts';
import type { TurnFailure } from '../../journal/vocabulary.ts';

export type RowNote =
  | FailureDetail
  /** A person skipped the task, gave it up, or wrote its output; nobody answered in time. */
  | { readonly code: 'skipped' }
  | { readonly code: 'given-up' }
  | { readonly code: 'edited' }
  | { readonly code: 'nobody-answered' }
  /** Conditions of the flow on the input let the item through to no step. */
  | { readonly code: 'left-out' }
  /** The review failed, and the output stands without one. */
  | { readonly code: 'no-review'; readonly failure: TurnFailure; readonly attempts: number };
