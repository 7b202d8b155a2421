/** What befalls a run's engine, and how many of its seats are in use. */
import type { Told } from './said.ts';
import type { EndpointPart, EngineErrorCode, GateCause, LossCause } from './vocabulary.ts';

/** An engine that is gone. */
export interface EngineLoss {
  readonly code: EngineErrorCode;
  /** Who said so. Where it was not the engine, its supervisor gave it up, and a replay does so by itself. */
  readonly by: LossCause;
  /** The engine's own words; empty where it said none. */
  readonly detail: string;
}

/** Why the autoscaler changed the seats; percent of the time in which the GPU had work, 0 to 100. */
export type SeatsCause =
  | { readonly code: 'busy'; readonly percent: number; readonly waiting: number }
  | { readonly code: 'idle'; readonly percent: number }
  /** What an endpoint was found to bear. */
  | { readonly code: GateCause }
  | Told;

export type EngineEvent =
  | {
      readonly type: 'engine.loaded';
      readonly engine: string;
      readonly model: string;
      readonly ms: number;
      /** The engine's own report, for the run's. */
      readonly report?: unknown;
    }
  /** An endpoint would not take part of a request; from now on it gets `instead`, by name or number, or nothing in its place (null). */
  | {
      readonly type: 'endpoint.lacks';
      readonly name: string;
      readonly without: EndpointPart;
      readonly instead: string | null;
    }
  | ({ readonly type: 'engine.lost'; readonly inFlight: number } & EngineLoss)
  /** The autoscaler lets more agents, or fewer, sit on the GPU at once. */
  | {
      readonly type: 'seats.changed';
      readonly from: number;
      readonly to: number;
      /** What the engine was built for. */
      readonly max: number;
      readonly because: SeatsCause;
    };
