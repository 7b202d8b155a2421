import type { RoleBrief } from '../../agents/turn.ts';
import { type Elastic, givenUp, type TurnHandle } from '../../engine/contract.ts';
import type { WorkItem } from '../../journal/work-item.ts';
import type { Cancel } from '../../kernel/clock.ts';
import type { TurnTracer } from './turn-trace.ts';

/** An engine that is this late for a turn's deadline keeps none, ms. */
export const GRACE_MS = 10_000;

/** It let a turn pass its deadline and did not answer. */
export const HUNG = givenUp('deadline');

/** A turn that an engine holds. */
export interface InFlightTurn extends WorkItem {
  readonly id: string;
  /** As its agent's definition stood when it began: whatever is revised meanwhile, the turn ends under it. */
  readonly brief: RoleBrief;
  readonly agent: number;
  readonly failures: number;
  /** The item's text, or the part of it that is still to be read, from character `offset` on. */
  readonly input: string;
  readonly offset: number;
  /** All of the text, where `input` is a part: what outputs copy stands in it. */
  readonly whole: string;
  /** What it was asked in all, an output under review included, and where in that `input` stands, which the engine may shorten. */
  readonly asked: string;
  readonly elastic: Pick<Elastic, 'from' | 'to'>;
  /** Tokens that the engine's sequences have room for. */
  readonly contextTokens: number;
  readonly submitted: number;
  readonly tracer: TurnTracer;
  /** It goes before turns that wait longer. */
  readonly first: boolean;
  /** Bigger model that has the turn in place of the run's own; null as a rule. */
  readonly model: string | null;
  handle: TurnHandle | null;
  watchdog: Cancel;
  /** It waits for its place at an endpoint, and nothing of it is there. */
  held: boolean;
  started: boolean;
  /** Its end has come and is being judged. */
  over: boolean;
  /** What there is so far. */
  text: string;
  tokens: number;
}
