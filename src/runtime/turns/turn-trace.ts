import type { TurnOutcome } from '../../engine/contract.ts';
import type { TokenUse, TurnTrace } from '../../journal/turn-events.ts';
import type { Clock } from '../../kernel/clock.ts';

/** Characters of a text that the log keeps where nothing else of it is kept: enough to see a loop in. */
const SAID_CHARACTERS = 4096;

/** To the microsecond: finer than any engine's clock, and short in JSON. */
const fine = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Watches one turn, so that it can be replayed: when it gave signs of life, and what it said. */
export class TurnTracer {
  readonly #clock: Clock;
  readonly #submitted: number;
  #count = 0;
  #firstTokens = 0;
  #lastTokens = 0;
  #first = 0;
  #last = 0;
  #told: TurnOutcome | null = null;
  #rank = 0;

  /** Begins at the turn's submission. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#submitted = clock.now();
  }

  alive(completionTokens: number): void {
    const at = this.#clock.now() - this.#submitted;
    if (this.#count++ === 0) {
      this.#first = at;
      this.#firstTokens = completionTokens;
    }
    this.#last = at;
    this.#lastTokens = completionTokens;
  }

  /** The engine has ended the turn, as the `rank`-th; what comes of it is still to be decided. */
  told(outcome: TurnOutcome, rank: number): void {
    this.#told = outcome;
    this.#rank = rank;
  }

  /**
   * @param used the engine's outcome; null where somebody else ended the turn
   * @param text what was seen of it
   * @param output what was accepted; undefined where nothing was
   */
  end(used: TurnOutcome | null, text: string, output: unknown): TurnTrace {
    const outcome = used ?? this.#told;
    const said = outcome?.text ?? text;
    const known = output !== undefined && (said === JSON.stringify(output) || said === output);
    const { timing, meanLogprob = null, error, retained, reasoning } = outcome ?? {};
    return {
      ...(this.#count > 0 && {
        alive: [this.#count, this.#firstTokens, this.#lastTokens, fine(this.#first), fine(this.#last)] as const,
      }),
      ...(timing && {
        told: [
          fine(timing.admittedMs),
          timing.firstTokenMs === null ? null : fine(timing.firstTokenMs),
          fine(timing.endedMs),
          this.#rank,
        ] as const,
      }),
      ...(outcome && !used && { unused: { finish: outcome.finish, tokens: tokensOf(outcome) } }),
      ...(meanLogprob !== null && { logprob: Math.round(meanLogprob * 10_000) / 10_000 }),
      ...(error && { error: error.code }),
      ...(!known && said !== '' && { said: said.slice(0, SAID_CHARACTERS) }),
      ...(reasoning !== undefined && { reasoning: reasoning.slice(0, SAID_CHARACTERS) }),
      ...(retained === true && { retained }),
    };
  }
}

export const tokensOf = ({ usage }: Pick<TurnOutcome, 'usage'>): TokenUse => ({
  prompt: usage.promptTokens,
  cached: usage.cachedTokens,
  completion: usage.completionTokens,
  ...(usage.reasoningTokens !== undefined && { reasoning: usage.reasoningTokens }),
});
