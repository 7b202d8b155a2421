/** How far a run is: a bar that is drawn over itself on a terminal, a few plain lines elsewhere. */

import { visible } from '../../src/ui/base/visible.mjs';

/** Length of the bar, characters. */
const BAR = 24;
/** The pace is that of so long, ms. */
const WINDOW_MS = 120_000;
/** Plain lines: at least so many ms apart, unless a tenth of the tasks has ended or the phase is another. */
const PLAIN_MS = 60_000;

/**
 * @typedef {object} Figures
 * @property {string} phase
 * @property {number} tasks
 * @property {number} results
 * @property {number} failed
 * @property {string} retries as the page shows them
 * @property {string} tokensPerSecond as the page shows them
 * @property {string} notices why it waits or cannot go on; empty where it does
 */

/** How fast tasks end, over the last two minutes: what a resumed run found done is no pace. */
export class Pace {
  /** @type {{ at: number, ended: number }[]} */
  #samples = [];

  /** @param {number} at ms @param {number} ended tasks */
  note(at, ended) {
    this.#samples.push({ at, ended });
    while (this.#samples.length > 2 && at - /** @type {{ at: number }} */ (this.#samples[1]).at > WINDOW_MS)
      this.#samples.shift();
  }

  /** Milliseconds until so many more tasks have ended; null where nothing is known. @param {number} left */
  timeLeft(left) {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.ended <= first.ended) return null;
    return (left * (last.at - first.at)) / (last.ended - first.ended);
  }
}

/** @param {number} ms @returns {string} one or two units, rounded up */
export function duration(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.ceil(hours / 24)} days`;
}

/**
 * @param {Figures} figures
 * @param {number | null} left ms
 * @param {number} columns most characters
 */
export function bar({ phase, tasks, results, failed, tokensPerSecond }, left, columns) {
  const ended = results + failed;
  const share = tasks === 0 ? 0 : Math.min(1, ended / tasks);
  const full = Math.floor(share * BAR);
  const parts = [
    `[${'='.repeat(full)}${' '.repeat(BAR - full)}] ${Math.floor(share * 100)} %`,
    `${ended} of ${tasks}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    phase === 'running' ? (left === null || ended === tasks ? null : `${duration(left)} left`) : phase,
    phase === 'running' ? `${tokensPerSecond} tokens/s` : null,
  ].filter((part) => part !== null);
  return parts.join(', ').slice(0, Math.max(1, columns - 1));
}

/** @param {Figures} figures */
export const plainLine = ({ phase, tasks, results, failed, retries, tokensPerSecond }) =>
  `${phase}: ${results} results, ${failed} failed, ${retries} retries, ${tokensPerSecond} tokens/s, ${tasks} tasks`;

export class Progress {
  #stream;
  /** Says only what went wrong. */
  quiet = false;
  #now;
  #pace = new Pace();
  #drawn = false;
  #last = { at: -Infinity, phase: '', tenths: 0, line: '', notices: '' };

  /**
   * @param {{ stream: { isTTY?: boolean, columns?: number, write: (text: string) => unknown }, now?: () => number }} options
   */
  constructor({ stream, now = Date.now }) {
    this.#stream = stream;
    this.#now = now;
  }

  get #terminal() {
    return this.#stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  /** What everybody is to know. @param {string} text */
  tell(text) {
    this.clear();
    // Names of files and messages of strangers are part of it.
    this.#stream.write(`${visible(text)}\n`);
  }

  /** What a quiet run leaves out. @param {string} text */
  say(text) {
    if (!this.quiet) this.tell(text);
  }

  /** @param {Figures} figures */
  update(figures) {
    const at = this.#now();
    const ended = figures.results + figures.failed;
    if (figures.phase === 'running') this.#pace.note(at, ended);
    if (this.quiet) return;
    if (figures.notices !== '' && figures.notices !== this.#last.notices) this.tell(figures.notices);
    if (this.#terminal) this.#draw(figures, ended);
    else this.#plain(figures, ended, at);
    this.#last.notices = figures.notices;
  }

  /** Takes the bar away, so that a line can be written. */
  clear() {
    if (this.#drawn) this.#stream.write('\r\u001B[K');
    this.#drawn = false;
  }

  /** @param {Figures} figures @param {number} ended */
  #draw(figures, ended) {
    const left = this.#pace.timeLeft(figures.tasks - ended);
    this.#stream.write(`\r\u001B[K${bar(figures, left, this.#stream.columns || 80)}`);
    this.#drawn = true;
  }

  /** @param {Figures} figures @param {number} ended @param {number} at */
  #plain(figures, ended, at) {
    const line = plainLine(figures);
    const tenths = figures.tasks === 0 ? 0 : Math.floor((10 * ended) / figures.tasks);
    const { phase } = figures;
    const last = this.#last;
    if (line === last.line) return;
    if (phase === last.phase && tenths === last.tenths && at - last.at < PLAIN_MS) return;
    this.#last = { ...last, at, phase, tenths, line };
    this.tell(line);
  }
}
