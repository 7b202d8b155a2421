/** What storage costs: records that are set aside, pages that cannot be kept, what is given up for results. */
import type { Told } from './said.ts';

/** Why a stored record cannot be trusted; as the store says it (store/seal.ts). */
export type RecordDamage =
  | { readonly code: 'version'; readonly version: string }
  | { readonly code: 'fields' }
  | { readonly code: 'checksum'; readonly is: string; readonly was: string }
  | { readonly code: 'not-json' }
  | Told;

/** Bytes that were given up for results. */
export interface Freed {
  /** K/V pages, which are computed again. */
  readonly warm: number;
  /** Detail in the logs of runs that have ended. */
  readonly traces: number;
}

/** Why K/V of an agent that left the GPU was not kept. */
export type NotKept =
  /** The model keeps none; the engine has ended, or failed; the store of pages was closed. */
  | { readonly code: 'no-warm-pages' }
  | { readonly code: 'engine-ended' }
  | { readonly code: 'engine-failed' }
  | { readonly code: 'warm-closed' }
  | { readonly code: 'warm-too-large' }
  | { readonly code: 'warm-too-small' }
  | { readonly code: 'warm-full' }
  | { readonly code: 'warm-unwritable'; readonly detail: string }
  | { readonly code: 'warm-unread'; readonly detail: string };

export type StorageNote =
  | ({ readonly code: 'made-room' } & Freed)
  /** The browser had thrown away what was stored; of `of` committed rows `rows` were written anew, from memory. The log before is lost. */
  | { readonly code: 'written-anew'; readonly rows: number; readonly of: number }
  | NotKept
  | Told;

/** Something about storage that costs time and no result. `agent`: the row, or -1. */
export interface StorageEvent {
  readonly type: 'storage.note';
  readonly agent: number;
  readonly detail: StorageNote;
}
