/** Faults of storage: stands between a run and its store. */
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { StoreFault } from '../store/fault.ts';
import type { CommitBatch } from '../store/records.ts';
import type { RunStore } from '../store/run-store.ts';

/** Passes everything on to a store until told otherwise. One for each program that opens the store. */
export class FaultyStore implements RunStore {
  readonly #inner: RunStore;
  readonly #clock: Clock;
  readonly #writeMs: () => number;
  #fullUntil = Number.NEGATIVE_INFINITY;
  #refused = 0;
  #writing: CommitBatch | null = null;
  #dead = false;

  /** `writeMs`: how long the disk takes to make a batch durable. */
  constructor(inner: RunStore, clock: Clock, writeMs: () => number = () => 0) {
    this.#inner = inner;
    this.#clock = clock;
    this.#writeMs = writeMs;
  }

  /** Writes that were refused since the disk was last filled. */
  get refused(): number {
    return this.#refused;
  }

  /** True while a batch is on its way to the disk. */
  get writing(): boolean {
    return this.#writing !== null;
  }

  /** From now on, for `ms`, the disk is full. */
  fill(ms: number): void {
    this.#refused = 0;
    this.#fullUntil = this.#clock.now() + ms;
  }

  /**
   * The power goes. What was acknowledged is on the disk; a batch on its way is there whole or not at all, as `random` says. No call on this
   * store settles any more.
   */
  async cut(random: Random): Promise<void> {
    this.#dead = true;
    if (this.#writing && random.chance(0.5)) await this.#inner.commit(this.#writing).catch(() => undefined);
    this.#writing = null;
  }

  async commit(batch: CommitBatch): Promise<void> {
    if (this.#clock.now() < this.#fullUntil) {
      this.#refused++;
      throw new StoreFault('quota', 'Storage is full.');
    }
    this.#writing = batch;
    const ms = this.#writeMs();
    if (ms > 0) await this.#clock.sleep(ms);
    if (this.#dead) return new Promise(() => undefined);
    this.#writing = null;
    await this.#inner.commit(batch);
  }

  list: RunStore['list'] = () => this.#inner.list();
  create: RunStore['create'] = (record, source) => this.#inner.create(record, source);
  record: RunStore['record'] = (run) => this.#inner.record(run);
  source: RunStore['source'] = (run) => this.#inner.source(run);
  openWriter: RunStore['openWriter'] = (run) => this.#inner.openWriter(run);
  look: RunStore['look'] = (run) => this.#inner.look(run);
  chunks: RunStore['chunks'] = (run, afterSeq, upToSeq) => this.#inner.chunks(run, afterSeq, upToSeq);
  eachChunk: RunStore['eachChunk'] = (run, afterSeq, upToSeq, visit) =>
    this.#inner.eachChunk(run, afterSeq, upToSeq, visit);
  chunksOf: RunStore['chunksOf'] = (run, agent, atMost) => this.#inner.chunksOf(run, agent, atMost);
  rows: RunStore['rows'] = (run, tasks) => this.#inner.rows(run, tasks);
  eachRow: RunStore['eachRow'] = (run, visit) => this.#inner.eachRow(run, visit);
  countRows: RunStore['countRows'] = (run) => this.#inner.countRows(run);
  saveSnapshot: RunStore['saveSnapshot'] = (run, fence, snapshot) => this.#inner.saveSnapshot(run, fence, snapshot);
  snapshot: RunStore['snapshot'] = (run) => this.#inner.snapshot(run);
  agent: RunStore['agent'] = (run, agent) => this.#inner.agent(run, agent);
  agents: RunStore['agents'] = (run) => this.#inner.agents(run);
  remove: RunStore['remove'] = (run) => this.#inner.remove(run);
  trimTraces: RunStore['trimTraces'] = (spared, bytes, lean) => this.#inner.trimTraces(spared, bytes, lean);
  quarantined: RunStore['quarantined'] = (run) => this.#inner.quarantined(run);
  close(): void {
    this.#inner.close();
  }
}
