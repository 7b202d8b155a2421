/** One turn on its way through a replay: what has been said of it, and how it ends. */
import type { EngineError, FinishReason, TurnOutcome, TurnProgress, TurnRequest } from '../../engine/contract.ts';
import type { Cancel } from '../../kernel/clock.ts';
import type { RecordedTurn } from './recorded-turn.ts';

export interface Playing {
  readonly request: TurnRequest;
  readonly turn: RecordedTurn;
  readonly submitted: number;
  readonly onProgress: ((progress: TurnProgress) => void) | undefined;
  readonly settle: (outcome: TurnOutcome) => void;
  readonly timers: Set<Cancel>;
  shown: number;
  text: string;
  over: boolean;
}

/** Of turns that end at the same moment, the one of the lowest rank ended first. */
export const rankOf = ({ turn }: Playing): number => turn.told?.[3] ?? 0;

/** The next of `count` signs of life: text in proportion to its tokens, `stride` of them a sign, `most` at the last. */
export function sayMore(playing: Playing, [count, stride, most]: NonNullable<RecordedTurn['alive']>): void {
  const { turn, request, onProgress } = playing;
  const k = ++playing.shown;
  const all = turn.tokens.completion;
  const tokens = k === count ? most : Math.min(stride * k, most);
  playing.text = all > 0 ? turn.text.slice(0, Math.ceil((turn.text.length * tokens) / all)) : turn.text;
  onProgress?.({ id: request.id, text: playing.text, completionTokens: tokens });
}

/** How the turn ends at `now`: as it was recorded, or cut where it was called back or its engine was lost. */
export function outcomeOf(playing: Playing, finish: FinishReason, now: number, lost?: EngineError): TurnOutcome {
  const { turn, request, submitted } = playing;
  const own = lost === undefined && finish !== 'cancelled';
  const { prompt, cached, completion } = turn.tokens;
  const told = own ? turn.told : null;
  const error = lost ?? (finish === 'error' ? errorOf(turn.error) : undefined);
  return {
    id: request.id,
    finish,
    text: own ? turn.text : playing.text,
    usage: {
      promptTokens: own ? prompt : 0,
      cachedTokens: own ? cached : 0,
      restoredTokens: 0,
      completionTokens: own ? completion : Math.min(playing.shown * (turn.alive?.[1] ?? 0), completion),
    },
    timing: {
      admittedMs: told?.[0] ?? 0,
      firstTokenMs: told?.[1] ?? null,
      endedMs: told?.[2] ?? now - submitted,
    },
    meanLogprob: own ? turn.logprob : null,
    ...(own && turn.read && { read: turn.read }),
    ...(own && turn.dropped !== undefined && { dropped: turn.dropped }),
    ...(own && turn.retained ? { retained: true } : {}),
    ...(error && { error }),
  };
}

export const GONE: EngineError = {
  code: 'worker-dead',
  message: 'The recorded engine was put away.',
  remedy: 'A fresh engine takes over.',
};

/** Of an engine that is gone nothing is heard but that. */
const KNOWN: ReadonlySet<string> = new Set(['prompt-too-long', 'schema-unsupported', 'internal']);

const errorOf = (code: string | null): EngineError => ({
  code: code !== null && KNOWN.has(code) ? (code as EngineError['code']) : 'internal',
  message: 'The turn ended with an error.',
  remedy: 'It is taken again.',
});
