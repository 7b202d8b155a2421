import type { Cancel, Clock } from './clock.ts';
import { everyOn, sleepOn } from './clock.ts';
import { Heap } from './heap.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly task: () => void;
  cancelled: boolean;
}

/** Where browsers have no setImmediate: a message to oneself, because they make nested timers of 0 ms wait for 4. */
let channel: MessageChannel | null = null;
const turns: (() => void)[] = [];

function byMessage(task: () => void): void {
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => turns.shift()?.();
  }
  turns.push(task);
  channel.port2.postMessage(null);
}

/** One turn of the host's event loop: every microtask that is due has run when it resolves. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const host = globalThis as { setImmediate?: (task: () => void) => unknown };
    if (host.setImmediate) host.setImmediate(resolve);
    else byMessage(resolve);
  });
}

/**
 * Virtual time. Timers fire in order of due time, then of creation, so equal seeds give equal runs. Work that the host does outside the
 * clock (a database) is announced with `track`: virtual time stands still until it is done.
 */
export class SimulatedClock implements Clock {
  #now = 0;
  #order = 0;
  #outside = 0;
  readonly #epoch: number;
  readonly #timers = new Heap<Timer>((a, b) => (a.due === b.due ? a.order < b.order : a.due < b.due));

  constructor(epoch = 1_700_000_000_000) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  timeout(ms: number, task: () => void): Cancel {
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order++, task, cancelled: false };
    this.#timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  every(ms: number, task: () => void): Cancel {
    return everyOn(this, ms, task);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  /** Holds virtual time until `work` settles; gives `work` back. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#outside++;
    try {
      return await work;
    } finally {
      this.#outside--;
    }
  }

  /** Lets everything that is due now happen, without moving time. */
  async settle(): Promise<void> {
    do await macrotask();
    while (this.#outside > 0);
  }

  /**
   * Fires timers in order until `until` says so, virtual time would pass `limit` (ms, absolute), or nothing is left.
   * Returns true when `until` was met.
   */
  async run(until: () => boolean = () => false, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    for (;;) {
      await this.settle();
      if (until()) return true;
      const next = this.#timers.peek();
      if (!next) return false;
      if (next.due > limit) {
        this.#now = limit;
        return false;
      }
      this.#timers.pop();
      if (next.cancelled) continue;
      this.#now = Math.max(this.#now, next.due);
      next.task();
    }
  }

  /** Moves time by `ms`, firing what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.run(undefined, end);
    // Time goes on where nothing waits for it, too.
    this.#now = end;
  }
}
