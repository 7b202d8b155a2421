/** A turn as a recording has it, and how single turns ended, as their log tells it. */
import type { JournalEvent } from '../../journal/events.ts';
import type { TurnTrace } from '../../journal/turn-events.ts';
import { ENDPOINT_LOST, ENGINE_LOST } from '../../journal/run-state.ts';
import type { Ranges } from '../../kernel/ranges.ts';
import type { FinishReason } from '../../journal/vocabulary.ts';
import type { WorkItem } from '../../journal/work-item.ts';

/** A turn as it went. Times are milliseconds from its submission. */
export interface RecordedTurn extends WorkItem {
  /** When it was submitted, milliseconds from the run's start. */
  readonly at: number;
  /** How the engine ended it; null where the engine did not: it fell silent, or was lost, or the turn was taken from it. */
  readonly finish: (typeof RECORDED_FINISHES)[number] | null;
  /** As `TurnTrace.alive`; null: no sign of life. */
  readonly alive: TurnTrace['alive'] | null;
  readonly told: TurnTrace['told'] | null;
  readonly tokens: { readonly prompt: number; readonly cached: number; readonly completion: number };
  readonly text: string;
  readonly logprob: number | null;
  readonly error: string | null;
  readonly retained: boolean;
  /** As `TurnOutcome`: what was not read of its text, and of its agent's memory; absent: nothing. */
  readonly read?: Ranges;
  readonly dropped?: number;
}

/** A turn of which nothing was ever heard. */
export const SILENT_TURN: Omit<RecordedTurn, keyof WorkItem | 'at'> = {
  finish: null,
  alive: null,
  told: null,
  tokens: { prompt: 0, cached: 0, completion: 0 },
  text: '',
  logprob: null,
  error: null,
  retained: false,
};

/** Between two signs of life of a turn of which the log only tells that it had begun, ms. */
const SIGN_MS = 100;

/** A turn that was under way when its run was left: as far as anybody knows it lived on until then. Times as in `Recording`. */
export function cutOff(at: number, started: number | undefined, left: number): Partial<RecordedTurn> {
  if (started === undefined) return {};
  const [first, last] = [started - at, Math.max(started, left) - at];
  const signs = 1 + Math.ceil((last - first) / SIGN_MS);
  return { alive: [signs, 1, signs, first, last], tokens: { prompt: 0, cached: 0, completion: signs } };
}

/** How engines end turns, but for those that were called back. Incidents name them by their place. */
export const RECORDED_FINISHES = ['stop', 'length', 'deadline', 'error'] as const satisfies readonly FinishReason[];

export function ended(event: Extract<JournalEvent, { type: 'turn.ended' }>): Partial<RecordedTurn> {
  // Logs of earlier versions say only how long it took.
  const trace: TurnTrace = event.trace ?? guess(event);
  const { alive = null, told = null, unused, said = '', logprob = null, error = null, retained = false } = trace;
  const { finish: name, tokens } = unused ?? event;
  const finish = RECORDED_FINISHES.find((known) => known === name) ?? null;
  // The loss of the run's own engine ends turns by itself when it is played; that of a bigger model's is played as their end.
  const withEngine =
    event.model === undefined && error !== null && (ENGINE_LOST.has(error) || ENDPOINT_LOST.has(error));
  const byEngine = told !== null && finish !== null && !withEngine;
  return {
    ...(byEngine ? { finish, told } : {}),
    ...readOf(event),
    ...{ alive, tokens, text: said, logprob, error, retained },
  };
}

function readOf({ read, offset = 0, dropped }: Extract<JournalEvent, { type: 'turn.ended' }>) {
  return {
    ...(read && { read: read.map(([from, to]) => [from - offset, to - offset] as const) }),
    ...(dropped !== undefined && { dropped }),
  };
}

function guess({ ms, tokens }: Extract<JournalEvent, { type: 'turn.ended' }>): TurnTrace {
  const signs = Math.max(1, Math.ceil(tokens.completion / 8));
  return {
    alive: [signs, Math.min(8, tokens.completion), tokens.completion, ms / 2, ms],
    told: [0, ms / 2, ms, 0],
  };
}
