/** What is broken on purpose. */
import type { Told } from './said.ts';
import type { FaultKind, StoredTable } from './vocabulary.ts';

/** What a fault did, and to whom. */
export type FaultDetail =
  /** The engine was struck with so many turns in flight. */
  | { readonly code: 'in-flight'; readonly turns: number }
  | { readonly code: 'turns-ended'; readonly turns: number }
  /** An agent is struck, for one turn or until it is reset. */
  | { readonly code: 'agent'; readonly agent: number; readonly lasting: boolean }
  | { readonly code: 'for'; readonly ms: number }
  | { readonly code: 'no-room'; readonly ms: number }
  | { readonly code: 'tab-frozen' }
  | { readonly code: 'clock-moved' }
  /** A stored record; `key` is its table's, as JSON. */
  | { readonly code: 'record'; readonly table: StoredTable; readonly key: string }
  | { readonly code: 'supervisor-ended' }
  | { readonly code: 'page-reloaded' }
  /** Nothing more is known. */
  | { readonly code: 'struck' }
  | Told;

/** Why a fault did not strike. */
export type MissedFault =
  | { readonly code: 'nothing-there' }
  | { readonly code: 'no-engine' }
  | { readonly code: 'no-turn' }
  | { readonly code: 'turn-ended' }
  | { readonly code: 'cannot-enter'; readonly kind: FaultKind }
  /** It is done to the page from outside. */
  | { readonly code: 'from-outside'; readonly kind: FaultKind }
  | { readonly code: 'database-refused'; readonly detail: string }
  /** This tab only watches. */
  | { readonly code: 'watching' }
  | { readonly code: 'replay' };

export type FaultEvent =
  /** Somebody broke something on purpose. `agents`: rows that it struck. */
  | {
      readonly type: 'fault.injected';
      readonly fault: number;
      readonly kind: FaultKind;
      readonly agents: readonly number[];
      readonly detail: FaultDetail;
      /** What it left to chance, and how long it lasts, ms: with both it can be done again. Absent in older logs. */
      readonly seed?: number;
      readonly forMs?: number;
      /** What it did to its agents outlasts the turn; `fault.over` says when they are rid of it, and so does a reload. */
      readonly lasting?: true;
    }
  /** The agent is rid of what was done to it on purpose, for its context was dropped. */
  | { readonly type: 'fault.over'; readonly fault: number; readonly kind: FaultKind; readonly agent: number };
