/** One reason to stop, the first that comes; and all waiting ends by it. */
import { SIGNALS, Stopped } from './exits.mjs';

/** A terminal's Ctrl-C reaches this process once by itself and once through npm: what follows so soon is the same one, ms. */
const ECHO_MS = 500;

export class Stop {
  /** @type {Stopped | null} */
  #reason = null;
  /** @type {(reason: Stopped) => void} */
  #tell = () => undefined;
  /** @type {Promise<never>} */
  #asked;

  constructor() {
    this.#asked = new Promise((_, reject) => {
      this.#tell = reject;
    });
    this.#asked.catch(() => undefined);
  }

  /** Why, once it was asked for. */
  get reason() {
    return this.#reason;
  }

  /** Later reasons change nothing. @param {Stopped} reason */
  ask(reason) {
    if (this.#reason) return;
    this.#reason = reason;
    this.#tell(reason);
  }

  /** The work's outcome, or the reason to stop as soon as there is one. @template T @param {Promise<T>} work @returns {Promise<T>} */
  guard(work) {
    // It may fail later, when nobody waits for it any more.
    work.catch(() => undefined);
    return Promise.race([this.#asked, work]);
  }
}

/**
 * The first signal asks to stop in order; a second one ends at once.
 * @param {Stop} stop
 * @param {{ on: (signal: string, heard: () => void) => unknown, now: () => number, exit: (code: number) => void,
 *   say: (line: string) => void }} host
 */
export function obeySignals(stop, { on, now, exit, say }) {
  let first = -Infinity;
  for (const [signal, code] of Object.entries(SIGNALS))
    on(signal, () => {
      if (stop.reason === null) {
        first = now();
        say(`${signal}: stopping; once more ends at once`);
        stop.ask(new Stopped(code, signal, `told to end by ${signal}`));
      } else if (now() - first > ECHO_MS) exit(code);
    });
}

/** What the work gives, or `otherwise` when it takes longer. @template T @param {Promise<T>} work @param {number} ms @param {T} otherwise */
export function within(work, ms, otherwise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((/** @type {(value: T) => void} */ resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
