/** From the rows of a run to its outputs: each row once, as soon as it is committed. */
import { EXIT, Stopped } from './exits.mjs';

/** @typedef {import('./sinks.mjs').Sink} Sink */
/** @typedef {import('../../src/runtime/protocol/views.ts').RowTexts} RowTexts */
/** @typedef {(format: 'jsonl' | 'csv', after: number) => Promise<RowTexts>} AskRows rejects where the page cannot answer now */

/**
 * @typedef {object} Line one output
 * @property {Sink} sink
 * @property {number} after how far in the order of commits
 * @property {boolean} begun what stands before rows is in
 * @property {Set<number>} tasks whose rows it has
 */

/** Invariant: a sink gets a task's row once, whatever the page tells twice, also after it was opened again. */
export class RowFeed {
  /** @type {Line[]} */
  #lines;
  #ask;
  /** One at a time: two would give a sink the same rows. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {Sink[]} sinks @param {AskRows} ask */
  constructor(sinks, ask) {
    this.#ask = ask;
    this.#lines = sinks.map((sink) => ({ sink, after: -1, begun: false, tasks: new Set() }));
  }

  /** Whether every sink has so many rows. @param {number} rows */
  has(rows) {
    return this.#lines.every(({ tasks }) => tasks.size >= rows);
  }

  /**
   * Gives each sink what is new. Rejects with `Stopped` where one cannot take it; a reader that went away stops only what nobody else reads.
   * @returns {Promise<boolean>} whether all of it was had
   */
  pull() {
    const next = this.#last.then(() => this.#pullAll());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #pullAll() {
    let all = true;
    for (const line of this.#lines) {
      try {
        all = (await this.#pull(line)) && all;
      } catch (error) {
        if (!(error instanceof Stopped) || error.code !== EXIT.readerGone || this.#lines.length === 1) throw error;
        this.#lines = this.#lines.filter((other) => other !== line);
      }
    }
    return all;
  }

  /** From the first row on: an order that was passed over is not missed. */
  async pullAgain() {
    for (const line of this.#lines) line.after = -1;
    return this.pull();
  }

  /** @param {Line} line */
  async #pull(line) {
    const { sink, tasks } = line;
    for (;;) {
      const piece = await this.#ask(sink.format, line.after).catch(() => null);
      if (piece === null) return false;
      const fresh = piece.rows.filter(({ task }) => !tasks.has(task));
      const text = (line.begun ? '' : piece.head) + fresh.map(({ text }) => text).join('');
      if (text !== '') await sink.write(text);
      line.begun = true;
      for (const { task } of fresh) tasks.add(task);
      if (piece.upTo <= line.after) return true;
      line.after = piece.upTo;
    }
  }

  /** @returns {Promise<string[]>} remarks for people; rejects with `Stopped` */
  async caughtUp() {
    const remarks = await Promise.all(this.#lines.map(({ sink }) => sink.caughtUp()));
    return remarks.filter((remark) => remark !== null);
  }

  /**
   * @param {(format: 'jsonl' | 'csv') => Promise<Uint8Array>} whole all rows in the order of the input
   * @returns {Promise<string[]>} remarks for people; rejects with `Stopped`
   */
  async finish(whole) {
    const remarks = [];
    for (const { sink } of this.#lines) remarks.push(await sink.finish(() => whole(sink.format)));
    return remarks.filter((remark) => remark !== null);
  }

  async close() {
    await Promise.all(this.#lines.map(({ sink }) => sink.close()));
  }
}
