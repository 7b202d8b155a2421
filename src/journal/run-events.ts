/** The run as a whole: begun, left, taken up again, ended, and what people allow it. */
import type { EngineLoss } from './engine-events.ts';
import type { Told } from './said.ts';
import type { Freed } from './storage-events.ts';

/** What a run waits for, or why it cannot go on. */
export type RunWait =
  /** A fresh engine is loading. */
  | { readonly code: 'engine-loading' }
  /** A fresh engine starts in so many seconds; `quick`: a little later, because browsers block pages that lose the GPU often. */
  | { readonly code: 'engine-soon'; readonly loss: EngineLoss; readonly seconds: number; readonly quick: boolean }
  /** Only a person starts the next engine; `remedy`: the engine's own words; `kept`: there is work that was kept. */
  | { readonly code: 'engine-stopped'; readonly loss: EngineLoss; readonly remedy: string; readonly kept: boolean }
  /** No room to write; what was given up for it so far. */
  | ({ readonly code: 'storage-full' } & Freed)
  | { readonly code: 'write-failed'; readonly detail: string }
  /** The browser has thrown away what was stored: of `of` committed rows `rows` are in this tab's memory, and nowhere else. */
  | { readonly code: 'storage-gone'; readonly rows: number; readonly of: number }
  /** Another tab has taken the run over; or it had it all the time. */
  | { readonly code: 'taken-over' }
  | { readonly code: 'watching' }
  | Told;

export type RunEvent =
  | {
      readonly type: 'run.created';
      readonly name: string;
      readonly tasks: number;
      readonly agents: number;
      readonly seed: number;
    }
  | { readonly type: 'run.resumed'; readonly tab: string; readonly fence: number }
  | { readonly type: 'run.paused' }
  | { readonly type: 'run.continued' }
  | { readonly type: 'run.cancelled' }
  /** The run cannot go on by itself. */
  | { readonly type: 'run.waiting'; readonly waits: RunWait }
  | {
      readonly type: 'run.ended';
      readonly results: number;
      readonly failed: number;
      /** For the run's report. */ readonly figures?: unknown;
    }
  /** A person lets tasks that fail here go to an endpoint, by the name under which it is shown; null: no longer. */
  | { readonly type: 'endpoint.allowed'; readonly name: string | null }
  /** A person names the endpoint at which all agents of the run work, by the name under which it is shown; null: none. */
  | { readonly type: 'endpoint.named'; readonly name: string | null };
