/**
 * Continuous batching: a dozen agents in one batch on one model.
 *
 * Each step takes one chunk of prompts that wait (any number of sequences, any lengths, in one call) and decodes one token for every
 * sequence that runs; sequences join and leave between steps. So a long prompt delays the others by no more than one chunk. Prompts that
 * agents share are computed once and forked. Turns get seats by priority, then age, when the pool has pages for all they may write.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type {
  EngineCounters,
  EngineError,
  FinishReason,
  PagedOut,
  TurnHandle,
  TurnProgress,
  TurnRequest,
} from '../../../src/engine/contract.ts';
import { closesBegun } from '../../../src/engine/reasoning.ts';
import { LOSS_REPORT_MS, toEngineError } from '../device/engine-faults.ts';
import { Counters, Turn, type TurnRunner } from '../runners/runner.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import type { WarmTier } from '../warm/warm-tier.ts';
import { Admission } from './admission.ts';
import { answer, NOTHING, samplingOf, type Ends } from './answering.ts';
import { Filler, type Pass } from './filling.ts';
import type { Extension, KvPool } from '../kv/kv-pool.ts';
import { Leftovers } from './leftovers.ts';
import { Parking } from './parking.ts';
import { Prefixes } from './prefixes.ts';
import { Sampler, type PendingSample, type RowSampling } from './sampler.ts';
import { Seats, type Seat } from './seat.ts';
import type { Proven } from '../kv/prove-batching.ts';

export interface SwarmOptions {
  readonly residents: number;
  /** Sequences of turns that have ended to keep at most. */
  readonly leftovers: number;
  readonly proven: Proven;
  readonly memory: { readonly weights: number; readonly kv: number; readonly workspace: number };
  readonly notes: readonly string[];
  /** Null where this model's K/V cannot be kept. */
  readonly warm: WarmTier | null;
  /** GPU bytes that may be held; absent: no matter how many. */
  readonly limit?: number;
  /** Absent where the library has nothing more to show. */
  readonly secondLook?: SecondLook | undefined;
  /** Called when the pipeline cannot go on. All turns have ended. */
  readonly onFatal: (error: EngineError) => void;
}

/** A proof that is repeated on the pool that has been at work. */
export interface SecondLook {
  /** What it needs of the pool for the while. */
  readonly pages: number;
  readonly sequences: number;
  /** @throws EngineFault where the library fails what it has shown before */
  readonly look: () => Promise<void>;
}

/** After so much work: a race that shows now and then has had its chance, ms. */
const SECOND_LOOK_MS = 90_000;

/** A pass whose tokens are on their way. */
interface Drawing {
  readonly seats: readonly (Seat | null)[];
  readonly sample: PendingSample;
}

export class SwarmPipeline implements TurnRunner {
  readonly batched = true;
  readonly residents: number;
  readonly notes: readonly string[];
  readonly #model: ModelInternals;
  readonly #pool: KvPool;
  readonly #clock: Clock;
  readonly #options: SwarmOptions;
  readonly #sampler: Sampler;
  readonly #prefixes: Prefixes;
  readonly #leftovers: Leftovers;
  readonly #parking: Parking;
  readonly #seats = new Seats();
  readonly #admission: Admission;
  readonly #filler: Filler;
  readonly #counters = new Counters();
  readonly #ends: Ends;
  /** The tag that ends reasoning which the model's template begins for it; null: it begins none. */
  readonly #begun: string | null;
  #secondLook: SecondLook | null;
  #running = false;
  #stopped: { finish: FinishReason; error: EngineError | undefined } | null = null;
  /** When the GPU ran out of work although turns were ready; null while it has work or nothing is ready. */
  #idleSince: number | null = null;

  constructor(model: ModelInternals, pool: KvPool, clock: Clock, options: SwarmOptions) {
    this.#model = model;
    this.#pool = pool;
    this.#clock = clock;
    this.#options = options;
    this.residents = options.residents;
    this.notes = options.notes;
    this.#secondLook = options.secondLook ?? null;
    const { residents, warm, leftovers } = options;
    const { continuation } = options.proven;
    const { roles, role_empty_sep: sep = ': ' } = model.config.conv_template;
    this.#begun = closesBegun(roles.assistant + sep);
    this.#ends = { stopTokens: new Set(model.config.conv_template.stop_token_ids), retains: continuation };
    this.#sampler = new Sampler(model);
    this.#prefixes = new Prefixes(pool);
    this.#leftovers = new Leftovers(pool, this.#prefixes, continuation ? leftovers : 0);
    this.#parking = new Parking(pool, this.#prefixes, warm, clock, this.#counters);
    const common = { pool, clock, seats: this.#seats, counters: this.#counters, warm };
    this.#filler = new Filler({ ...common, gpu: model.gpu, rows: residents, whole: !continuation });
    this.#admission = new Admission({
      ...common,
      model,
      prefixes: this.#prefixes,
      leftovers: this.#leftovers,
      parking: this.#parking,
      residents,
      continuation,
    });
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const turn = new Turn(
      request,
      this.#clock,
      onProgress,
      (ended, finish) => {
        // A seat is given up between two steps; the person who cancelled need not wait for that.
        this.#admission.withdraw(ended);
        ended.end(finish);
      },
      this.#begun,
    );
    if (this.#stopped) {
      turn.end(this.#stopped.finish, this.#stopped.error);
    } else {
      this.#admission.push(turn);
      this.#wake();
    }
    return turn;
  }

  pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut> {
    if (this.#stopped) return Promise.resolve({ agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 });
    const out = this.#parking.pageOut(agent, to);
    this.#wake();
    return out;
  }

  async freeWarm(bytes: number): Promise<number> {
    const freed = (await this.#options.warm?.trim(bytes)) ?? 0;
    this.#counters.warmBytes = this.#options.warm?.bytes ?? 0;
    return freed;
  }

  async forget(agent: number): Promise<void> {
    for (const seat of this.#seats.all) {
      // Any of them may have begun with what the agent left behind.
      seat.trusted = false;
      if (seat.turn.request.agent === agent) seat.turn.retained = seat.retain = false;
    }
    this.#leftovers.distrust();
    this.#admission.forget(agent);
    if (!this.#stopped) {
      const out = this.#parking.pageOut(agent, 'cold');
      this.#wake();
      await out;
    }
    await this.#options.warm?.forget(agent);
    this.#counters.warmBytes = this.#options.warm?.bytes ?? 0;
  }

  counters(): EngineCounters {
    return this.#counters.snapshot();
  }

  memory(): SwarmOptions['memory'] {
    return this.#options.memory;
  }

  stop(finish: FinishReason, error?: EngineError): void {
    if (this.#stopped) return;
    this.#stopped = { finish, error };
    for (const turn of this.#admission.drain()) turn.end(finish, error);
    for (const seat of this.#seats.all) seat.turn.end(finish, error);
    this.#parking.abandon();
    this.#options.warm?.close();
  }

  #wake(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    // Turns that are submitted together are admitted together.
    queueMicrotask(() => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const admission = this.#admission;
    try {
      while (!this.#stopped) {
        this.#vacate();
        this.#keepWithin();
        await this.#parking.letLeave();
        await this.#lookAgain();
        await admission.admit();
        if (this.#seats.size === 0) {
          if (admission.waiting === 0 && !this.#parking.busy) break;
          continue; // all that were admitted ended at once
        }
        await this.#step();
      }
    } catch (thrown) {
      await this.#fail(thrown);
    } finally {
      this.#running = false;
      this.#idleSince = null;
    }
    if (admission.waiting > 0 || this.#parking.busy) this.#wake();
  }

  /** Nothing is known of the pool's state after a failed pass, so nothing is mended here: the engine ends and a fresh one is loaded. */
  async #fail(thrown: unknown): Promise<void> {
    // Let the better-informed reporter come first.
    await this.#clock.sleep(LOSS_REPORT_MS);
    if (this.#stopped) return;
    const error = toEngineError(thrown);
    this.stop('error', error);
    this.#options.onFatal(error);
  }

  /** Takes ended turns off their seats; what they have in the pool stays for whoever can use it. */
  #vacate(): void {
    for (const seat of this.#seats.vacate()) {
      const { turn, sequence, prefix, prompt, filled } = seat;
      const ids = [...prompt.slice(0, filled), ...seat.text.ids.slice(0, seat.decoded)];
      if (turn.retained && sequence >= 0) {
        this.#parking.park({ agent: turn.request.agent, sequence, ids, prefix });
      } else if (sequence >= 0 && seat.trusted && turn.finish !== 'error') {
        this.#leftovers.keep({ sequence, ids, prompt: filled, prefix });
      } else {
        if (sequence >= 0) this.#pool.remove(sequence);
        if (prefix) this.#prefixes.release(prefix);
      }
      seat.matcher?.dispose();
      this.#counters.turns += 1;
    }
    this.#leftovers.settle();
  }

  /** TVM keeps buffers for every size that it has met; where those add up, they are made again as they are needed. */
  #keepWithin(): void {
    const { gpu } = this.#model;
    if (gpu.currAllocatedBytes <= (this.#options.limit ?? Infinity)) return;
    gpu.flushCommands();
    this.#model.releaseUnused();
  }

  /** Once, when it is due and the pool has room for it. */
  async #lookAgain(): Promise<void> {
    const again = this.#secondLook;
    if (!again || this.#counters.busyMs < SECOND_LOOK_MS) return;
    if (!this.#admission.makeRoom(again.pages, again.sequences)) return;
    this.#secondLook = null;
    await again.look();
  }

  /** One chunk of prompts, one token for every running sequence, one wait for the GPU. */
  async #step(): Promise<void> {
    const { gpu } = this.#model;
    const begun = this.#clock.now();
    if (this.#idleSince !== null) this.#counters.starvedMs += begun - this.#idleSince;
    await this.#filler.restore();
    const running = this.#seats.all.filter((seat) => seat.next !== null);
    const filling = this.#filler.fill();
    const passes: Pass[] = filling ? [filling] : [];
    this.#decode(running, passes);
    // The GPU works while the grammars think.
    gpu.flushCommands();
    const drawings: Drawing[] = [];
    for (const [slot, pass] of passes.entries()) {
      if (pass.seats.some((seat) => seat !== null)) drawings.push(await this.#draw(pass, String(slot)));
      pass.logits.dispose();
    }
    await gpu.sync();
    this.#idleSince = this.#clock.now();
    this.#counters.busyMs += this.#idleSince - begun;
    if (filling) this.#filler.share(filling, running.length, this.#idleSince - begun);
    for (const { seats, sample } of drawings) {
      const sampled = sample();
      seats.forEach((seat, row) => {
        if (seat && !seat.turn.ended) answer(seat, sampled, row, this.#ends);
      });
    }
  }

  /** One token more for each of them, in as many calls as the library takes best. */
  #decode(running: readonly Seat[], passes: Pass[]): void {
    const rows = this.#options.proven.decodeRows;
    for (let at = 0; at < running.length; at += rows) {
      const seats = running.slice(at, at + rows);
      const batch = seats.map((seat): Extension => ({ sequence: seat.sequence, ids: [seat.next as number] }));
      passes.push({ logits: this.#pool.decode(batch), seats });
      this.#counters.decodeTokens += seats.length;
      for (const seat of seats) seat.decoded += 1;
    }
  }

  async #draw({ logits, seats }: Pass, slot: string): Promise<Drawing> {
    const rows: RowSampling[] = [];
    for (const seat of seats) rows.push(seat ? await samplingOf(seat) : NOTHING);
    return { seats, sample: this.#sampler.sample(logits, rows, slot) };
  }
}
