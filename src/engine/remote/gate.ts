import type { GateCause } from '../../journal/vocabulary.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { Heap } from '../../kernel/heap.ts';

export interface GateOptions {
  readonly clock: Clock;
  /** Requests at once that are never passed. */
  readonly most: number;
  readonly onSeats?: (from: number, to: number, because: GateCause) => void;
}

/** How a request that was let through ended: well; pushed back, so that fewer should go at once; or in a way that says nothing of load. */
export type GateEnd = 'ok' | 'pushed' | 'neither';

export interface Pass {
  /** Its answer began, so many ms after it was let through; it had so many in all. */
  began(ms: number, deadlineMs: number): void;
  end(how: GateEnd): void;
}

interface Begun {
  readonly ms: number;
  readonly deadlineMs: number;
}

interface Waiting {
  readonly priority: number;
  readonly order: number;
  readonly go: (pass: Pass) => void;
  wanted: boolean;
}

/** An answer that begins so many times later than the quickest of late, and `SLOW_MS` later, has stood in a queue. */
const SLOW = 3;
const SLOW_MS = 250;
/** So has one that begins when that share of its time is over, however usual that has become. */
const LATE = 1 / 4;
/** Answers by which the quickest is told: what was quick long ago may be so no more. */
const RECENT = 256;

/**
 * How many requests an endpoint bears at once, learned as TCP learns a path (AIMD): one more for each that ends well, and half as many once it
 * pushes back; after that one more a round. No more while answers begin late: the server queues, and a queue there only makes waiting dear,
 * as time counts from where a request leaves. While the gate is closed nothing goes; when it opens, what the window lets.
 *
 * Invariants: 1 <= seats <= most; at most `seats` requests are through at a time, those let through before seats were taken away aside; who
 * waits goes by priority, then by age; a window shrinks once for all that was sent before it shrank.
 */
export class Gate {
  readonly #with: GateOptions;
  readonly #waiting = new Heap<Waiting>((a, b) =>
    a.priority === b.priority ? a.order < b.order : a.priority < b.priority,
  );
  #window = 1;
  /** Up to here one more for each that ends well, beyond it one more a round. */
  #threshold = Number.POSITIVE_INFINITY;
  #through = 0;
  #order = 0;
  #shrankAt = 0;
  #closedUntil = Number.NEGATIVE_INFINITY;
  #opening: Cancel | null = null;
  readonly #beginnings: number[] = [];

  constructor(options: GateOptions) {
    this.#with = options;
  }

  /** Requests that may be through at once now. */
  get seats(): number {
    return Math.max(1, Math.min(this.#with.most, Math.floor(this.#window)));
  }

  /** Requests that are through. */
  get through(): number {
    return this.#through;
  }

  /** Calls `go` once a request may leave, at once or later. Returns what takes it out of the line again. */
  enter(priority: number, go: (pass: Pass) => void): Cancel {
    const waiting: Waiting = { priority, order: this.#order++, go, wanted: true };
    this.#waiting.push(waiting);
    this.#admit();
    return () => {
      waiting.wanted = false;
    };
  }

  /** Nothing leaves for so long, ms; a longer wait that is set already stays. */
  close(ms: number): void {
    const { clock } = this.#with;
    const until = clock.now() + ms;
    if (until <= this.#closedUntil) return;
    this.#closedUntil = until;
    this.#opening?.();
    this.#opening = clock.timeout(ms, () => {
      this.#opening = null;
      // Timers of a real clock may come a moment early: it is open because they came.
      this.#closedUntil = Number.NEGATIVE_INFINITY;
      this.#admit();
    });
  }

  stop(): void {
    this.#opening?.();
    this.#waiting.clear();
  }

  #admit(): void {
    while (this.#opening === null && this.#through < this.seats) {
      const next = this.#waiting.pop();
      if (!next) return;
      if (next.wanted) next.go(this.#pass());
    }
  }

  #pass(): Pass {
    const sent = this.#order++;
    this.#through++;
    let begun: Begun | null = null;
    let over = false;
    return {
      began: (ms, deadlineMs) => {
        begun ??= { ms, deadlineMs };
      },
      end: (how) => {
        if (over) return;
        over = true;
        const full = this.#through-- >= this.seats;
        if (how === 'pushed') this.#shrink(sent);
        else if (how === 'ok') this.#learn(full, begun);
        this.#admit();
      },
    };
  }

  /** `full`: as many as may be were through; otherwise it says nothing of one more. */
  #learn(full: boolean, begun: Begun | null): void {
    if (begun && this.#beginnings.push(begun.ms) > RECENT) this.#beginnings.shift();
    const quickest = Math.min(...this.#beginnings);
    if (begun && begun.ms > Math.min(SLOW * quickest + SLOW_MS, LATE * begun.deadlineMs)) {
      this.#threshold = Math.min(this.#threshold, this.#window);
      return;
    }
    if (!full) return;
    this.#set(this.#window + (this.#window < this.#threshold ? 1 : 1 / this.#window), 'bears-more');
  }

  #shrink(sent: number): void {
    if (sent < this.#shrankAt) return;
    this.#shrankAt = this.#order++;
    this.#threshold = Math.max(1, this.#window / 2);
    this.#set(this.#threshold, 'pushed-back');
  }

  #set(window: number, because: GateCause): void {
    const from = this.seats;
    this.#window = Math.max(1, Math.min(this.#with.most, window));
    const to = this.seats;
    if (to !== from) this.#with.onSeats?.(from, to, because);
  }
}
