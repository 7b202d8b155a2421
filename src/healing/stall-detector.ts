/**
 * Listens for turns that have fallen silent. How long is too long is learned from turns that passed; and turns of one engine share its steps,
 * so what others get done meanwhile is the better witness: it needs no clock, and a machine that is slow is slow for all of them.
 */
import type { Evidence, Expected, Observed } from '../journal/evidence.ts';
import type { Diagnosis, Signal } from '../journal/vocabulary.ts';
import type { RoleNorms } from './health.ts';
import type { OpenTurn, TurnName } from './messages.ts';

export interface StallDetectorOptions {
  /** A turn's own deadline, ms from its beginning. */
  readonly deadlineMs: (turn: TurnName) => number;
  /** What is normal for the role, then what is normal for all: they share the engine. */
  readonly norms: (role: number) => readonly (RoleNorms | undefined)[];
  /** Shortest silence that may be called a stall by what was learned, ms. */
  readonly leastSilenceMs: number;
  /** Turns advance step by step in one batch, so that what others get done says something of each; at an endpoint they do not. */
  readonly sharesSteps: boolean;
  /** How often `look` is called, ms: a look that comes much later means that the listener slept, not that others were silent. */
  readonly tickMs: number;
}

/** A turn that is listened to. */
export interface InFlight extends TurnName {
  /** It went before others, so it says nothing about them. */
  readonly first: boolean;
  begun: number;
  lastSign: number;
  /** When it began to write; null: it has not. */
  wroteAt: number | null;
  tokens: number;
  /** Before its first word: turns begun later that have written something already. */
  overtaken: number;
  /** Since its last word: turns of others that began and ended. */
  outlasted: number;
  suspectedAt: number | null;
}

export interface Silent {
  readonly turn: InFlight;
  readonly evidence: Evidence;
  readonly fault: Diagnosis;
}

/** Suspicion that counts as a stall: one in 10^8 silences of a live one. */
const PHI_STALL = 8;
/** Turns before a role's own distribution is believed; before that half of the deadline is patience enough. */
const ENOUGH = 30;
/** Grace after a turn's own deadline before its end counts as lost, ms. */
const LOST_GRACE = 5000;
/** A suspicion about a turn that still runs is repeated after this, ms. */
const REPEAT_MS = 4000;
/** Later turns of its role that must have begun to write before an earlier one without a word counts as admitted: seats go by age. */
const OVERTAKEN = 8;
/** An admitted turn without a word is late after this many times the usual wait, the time in the queue included. */
const LATE = 3;
/**
 * A batch advances all its turns step by step, so a turn that writes nothing while so many others begin and end is not one of them any more.
 * One would be proof but for words that are lost or late.
 */
const OUTLASTED = 4;
/** Shortest silence of a turn that others have outlasted, ms: longer than words between the parts of the supervisor take. */
const OUTLASTED_MS = 1000;
/** Progress comes a few tokens at a time, and a first token behind others'. */
const STRIDE = { writing: 16, waiting: 4 } as const;

export class StallDetector {
  readonly #options: StallDetectorOptions;
  readonly #inFlight = new Map<string, InFlight>();
  #engineUp = 0;
  /** When any turn was heard of last. */
  #lastWord = 0;
  #lastLook: number | null = null;

  constructor(options: StallDetectorOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#inFlight.size;
  }

  get(turn: string): InFlight | undefined {
    return this.#inFlight.get(turn);
  }

  begin(name: TurnName, { first = false }: { first?: boolean }, at: number): void {
    const { turn, agent, task, step, slot, role, revision = 0 } = name;
    if (this.#inFlight.has(turn)) return;
    this.#inFlight.set(turn, {
      ...{ turn, agent, task, step, slot, role, revision, first },
      ...{ begun: at, lastSign: at, wroteAt: null, tokens: 0, overtaken: 0, outlasted: 0, suspectedAt: null },
    });
  }

  /** The turn has so many tokens now. Returns it where that is news. */
  alive(id: string, tokens: number, at: number): InFlight | null {
    const turn = this.#inFlight.get(id);
    if (!turn || tokens <= turn.tokens) return null;
    this.#lastWord = at;
    if (turn.tokens === 0) {
      turn.wroteAt = at;
      if (!turn.first && this.#options.sharesSteps) {
        for (const other of this.#inFlight.values())
          if (other.tokens === 0 && other.begun < turn.begun && other.role === turn.role) other.overtaken++;
      }
    }
    turn.tokens = tokens;
    turn.lastSign = at;
    turn.outlasted = 0;
    return turn;
  }

  /** The turn came to its end; what was known of it. */
  over(id: string): InFlight | undefined {
    const turn = this.#inFlight.get(id);
    if (!turn) return undefined;
    this.#inFlight.delete(id);
    if (!this.#options.sharesSteps) return turn;
    const from = turn.wroteAt ?? turn.begun;
    for (const other of this.#inFlight.values()) if (other.tokens > 0 && other.lastSign < from) other.outlasted++;
    return turn;
  }

  /** The turn is of no more interest. */
  drop(id: string): void {
    this.#inFlight.delete(id);
  }

  /** These run and no others, as of `at`: what was lost of beginnings and ends is mended by it. */
  reconcile(open: readonly OpenTurn[], at: number): void {
    const known = new Set(open.map(({ turn }) => turn));
    for (const [turn, { begun }] of this.#inFlight) if (!known.has(turn) && begun < at) this.#inFlight.delete(turn);
    for (const { tokens, first = false, ...name } of open) {
      this.begin(name, { first }, at);
      // A turn that has written is not taken for one that waits, though its word of that was lost.
      this.alive(name.turn, tokens, at);
    }
  }

  engineUp(at: number): void {
    this.#engineUp = at;
    for (const turn of this.#inFlight.values()) turn.lastSign = at;
  }

  /** Turns of these agents ended with their engine. */
  engineDown(agents: readonly number[]): void {
    for (const [id, { agent }] of this.#inFlight) if (agents.includes(agent)) this.#inFlight.delete(id);
  }

  /**
   * Who is silent for too long; `together`: all that had begun to write are, which is not their doing. Where it is not clear yet which of the
   * two it is, nobody is named. As many steps as turns are in flight, not as there are agents.
   */
  look(now: number): { readonly silent: readonly Silent[]; readonly together: boolean } {
    const { tickMs } = this.#options;
    const slept = this.#lastLook === null ? 0 : now - this.#lastLook - tickMs;
    this.#lastLook = now;
    if (slept > 2 * tickMs) {
      // A hidden tab, a laptop's lid, a jump of the clock: nobody could speak, so nobody was silent.
      for (const turn of this.#inFlight.values()) {
        turn.lastSign = Math.min(now, turn.lastSign + slept);
        turn.begun = Math.min(now, turn.begun + slept);
      }
      return { silent: [], together: false };
    }
    const silent: Silent[] = [];
    let writing = 0;
    // How long the one of them that wrote last has been silent.
    let least = Infinity;
    for (const turn of this.#inFlight.values()) {
      if (turn.tokens > 0) {
        writing++;
        least = Math.min(least, now - Math.max(turn.lastSign, this.#engineUp));
      }
      // Said already; said again after a while, for words may be lost.
      if (turn.suspectedAt !== null && now - turn.suspectedAt < REPEAT_MS) continue;
      const found = this.#silence(turn, now);
      if (found) silent.push({ turn, ...found });
    }
    const stalled = silent.filter(({ turn }) => turn.tokens > 0);
    const together = writing >= 2 && stalled.length === writing;
    // Their neighbours in the batch are nearly as silent: another word from one of them accuses these, none accuses the engine.
    const unclear = (turn: InFlight): boolean =>
      !together && writing >= 2 && turn.tokens > 0 && turn.outlasted < OUTLASTED && least >= (now - turn.lastSign) / 2;
    const named = silent.filter(({ turn, fault }) => fault !== 'stall' || !unclear(turn));
    for (const { turn } of named) turn.suspectedAt = now;
    return { silent: named, together };
  }

  #silence(turn: InFlight, now: number): Omit<Silent, 'turn'> | null {
    // While others are heard and none of its role has overtaken it, a turn without a word waits for its seat.
    const waits = turn.tokens === 0 && turn.overtaken < OVERTAKEN;
    const since = now - Math.max(turn.lastSign, this.#engineUp, waits ? this.#lastWord : 0);
    const deadline = this.#options.deadlineMs(turn);
    const age = now - Math.max(turn.begun, this.#engineUp);
    if (age > deadline + LOST_GRACE)
      return found('outcome-lost', 'turn-age', age, { code: 'end-within', ms: deadline });
    if (turn.outlasted >= OUTLASTED && since >= OUTLASTED_MS) {
      const value = { code: 'outlasted', ms: Math.round(since), turns: turn.outlasted } as const;
      return found('stall', 'silence', value, { code: 'word' });
    }
    const patience = Math.min(Math.max(this.#options.leastSilenceMs, this.#patience(turn, deadline)), deadline);
    if (since < patience) return null;
    const signal = turn.tokens > 0 ? 'silence' : 'no-first-token';
    return found('stall', signal, Math.round(since), { code: 'at-most', ms: Math.round(patience) });
  }

  /** How long the turn may be silent by what was learned, ms. */
  #patience(turn: InFlight, deadline: number): number {
    const writes = turn.tokens > 0;
    const seen = this.#options
      .norms(turn.role)
      .map((norms) => (writes ? norms?.tokenGap : norms?.firstToken))
      .find((one) => (one?.count ?? 0) >= ENOUGH);
    // Before the first token a turn may wait for a seat: only one that others have overtaken is late.
    if (!seen || (!writes && turn.overtaken < OVERTAKEN)) return deadline / 2;
    const usual = seen.silenceAt(PHI_STALL) * (writes ? STRIDE.writing : STRIDE.waiting);
    return writes ? usual : Math.min(usual, LATE * seen.typical);
  }
}

const found = (
  fault: Diagnosis,
  signal: Signal,
  value: Observed,
  expected: Expected,
): { fault: Diagnosis; evidence: Evidence } => ({
  fault,
  evidence: { signal, value, expected, verdict: 'bad', hard: fault },
});
