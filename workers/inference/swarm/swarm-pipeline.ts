/**
 * Continuous batching: a dozen agents in one batch on one model.
 *
 * Each step takes one chunk of prompts that wait (any number of sequences, any lengths, in one call) and decodes one token for every
 * sequence that runs; sequences join and leave between steps. So a long prompt delays the others by no more than one chunk. Prompts that
 * agents share are computed once and forked. Turns get seats by priority, then age, when the pool has pages for all they may write.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import { seededRandom, type Random } from '../../../src/kernel/random.ts';
import type {
  EngineCounters,
  EngineError,
  FinishReason,
  PagedOut,
  TurnHandle,
  TurnProgress,
  TurnRequest,
} from '../../../src/engine/contract.ts';
import { fault, toEngineError } from '../faults.ts';
import { Counters, Turn, type TurnRunner } from '../runner.ts';
import { TurnQueue } from '../turn-queue.ts';
import type { ModelInternals, Tensor } from '../webllm-internals.ts';
import { Detokenizer } from './detokenizer.ts';
import { Grammars, type Matcher } from './grammar.ts';
import type { Restorable, WarmTier } from '../warm/warm-tier.ts';
import type { WarmRecord } from '../warm/record.ts';
import { PAGE, type Extension, type KvPool } from './kv-pool.ts';
import { ownPages, Parking } from './parking.ts';
import { Prefixes, SHORTEST, type SharedPrefix } from './prefixes.ts';
import { PromptEncoder } from './prompt.ts';
import { Sampler, type PendingSample, type RowSampling, type Sampled } from './sampler.ts';
import type { Proven } from './self-test.ts';

export interface SwarmOptions {
  readonly residents: number;
  readonly proven: Proven;
  readonly memory: { readonly weights: number; readonly kv: number; readonly workspace: number };
  readonly notes: readonly string[];
  /** Null where this model's K/V cannot be kept. */
  readonly warm: WarmTier | null;
  /** Called when the pipeline cannot go on. All turns have ended. */
  readonly onFatal: (error: EngineError) => void;
}

/** A turn that has a sequence in the pool. */
interface Seat {
  readonly turn: Turn;
  readonly prompt: readonly number[];
  /** Shared beginning of the prompt; null when the whole prompt is the turn's own. */
  readonly prefix: SharedPrefix | null;
  /** -1 until there is one: a fork waits for its prefix. */
  sequence: number;
  /** Prompt tokens in the pool. */
  filled: number;
  /** Generated tokens in the pool. */
  decoded: number;
  /** Own tokens to be read back before the rest is computed; null once that is done. */
  restore: Restoring | null;
  /** Own tokens to be computed to bring the agent in, and the milliseconds that has taken so far; null when the agent was here. */
  prefill: { readonly tokens: number; ms: number } | null;
  /** Pages it may come to hold. */
  readonly pages: number;
  readonly maxTokens: number;
  readonly stops: readonly string[];
  readonly matcher: Matcher | null;
  readonly text: Detokenizer;
  readonly random: Random;
  readonly counts: Map<number, number>;
  logprob: number;
  /** The token sampled last, not in the pool yet; null while the prompt is being filled. */
  next: number | null;
}

interface Restoring {
  readonly from: Restorable;
  /** Milliseconds that reading from storage took. */
  readonly readMs: number;
}

/** A warm record on its way from storage. */
interface Fetching {
  readonly arrival: Promise<void>;
  readonly begun: number;
  ms: number | null;
  record: WarmRecord | null;
}

/** A forward pass whose logits wait to be sampled. */
interface Pass {
  readonly logits: Tensor;
  /** By row of the logits; null where nothing is sampled. */
  readonly seats: readonly (Seat | null)[];
}

/** A prompt to fill: a shared prefix, or a seat's own. */
interface Job {
  readonly of: { readonly sequence: number; filled: number };
  readonly ids: readonly number[];
  readonly seat: Seat | null;
  /** Tokens that this step adds. */
  count: number;
}

/** A pass over prompts: who is being filled, row by row, and with how many tokens. */
interface Filling extends Pass {
  readonly filling: readonly (Seat | null)[];
  readonly rows: readonly number[];
}

export class SwarmPipeline implements TurnRunner {
  readonly batched = true;
  readonly residents: number;
  readonly notes: readonly string[];
  readonly #model: ModelInternals;
  readonly #pool: KvPool;
  readonly #clock: Clock;
  readonly #options: SwarmOptions;
  readonly #encoder: PromptEncoder;
  readonly #grammars: Grammars;
  readonly #sampler: Sampler;
  readonly #prefixes: Prefixes;
  readonly #parking: Parking;
  readonly #queue = new TurnQueue<Turn>();
  /** Turns of agents that are parked: they have their seats, so nobody is waited for. */
  readonly #returning = new TurnQueue<Turn>();
  /** Warm records of agents whose turns wait, by turn. */
  readonly #fetching = new Map<string, Fetching>();
  readonly #counters = new Counters();
  readonly #stopTokens: ReadonlySet<number>;
  #seats: Seat[] = [];
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
    const { tokenizer, config } = model;
    const vocabulary = Array.from({ length: tokenizer.getVocabSize() }, (_, id) => tokenizer.idToToken(id));
    this.#encoder = new PromptEncoder(tokenizer, config.conv_template, vocabulary);
    this.#grammars = new Grammars(vocabulary, config);
    this.#sampler = new Sampler(model);
    this.#prefixes = new Prefixes(pool);
    this.#parking = new Parking(pool, this.#prefixes, options.warm, clock, this.#counters);
    this.#stopTokens = new Set(config.conv_template.stop_token_ids);
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const turn = new Turn(request, this.#clock, onProgress, (ended, finish) => {
      // A seat is given up between two steps; the person who cancelled need not wait for that.
      this.#leaveQueue(ended);
      ended.end(finish);
    });
    if (this.#stopped) {
      turn.end(this.#stopped.finish, this.#stopped.error);
    } else {
      (this.#hasSeat(request.agent) ? this.#returning : this.#queue).push(request, turn);
      this.#fetch(request);
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
    for (const { turn } of this.#seats) if (turn.request.agent === agent) turn.retained = false;
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
    for (const turn of [...this.#queue.drain(), ...this.#returning.drain()]) turn.end(finish, error);
    for (const seat of this.#seats) seat.turn.end(finish, error);
    this.#fetching.clear();
    this.#parking.abandon();
    this.#options.warm?.close();
  }

  /** Parked, or about to be: a turn that has just ended leaves its seat between two steps. */
  #hasSeat(agent: number): boolean {
    return this.#parking.has(agent) || this.#seats.some(({ turn }) => turn.request.agent === agent && turn.retained);
  }

  /** Reading takes milliseconds, so it begins while the turn waits for its seat. */
  #fetch({ id, agent, pageIn }: TurnRequest): void {
    const { warm } = this.#options;
    if (!warm || pageIn === 'prefill' || !warm.has(agent) || this.#hasSeat(agent)) return;
    const begun = this.#clock.now();
    const fetching: Fetching = {
      begun,
      ms: null,
      record: null,
      arrival: warm.fetch(agent).then(
        (record) => {
          fetching.record = record;
          fetching.ms = this.#clock.now() - begun;
        },
        () => {
          fetching.ms = this.#clock.now() - begun;
        },
      ),
    };
    this.#fetching.set(id, fetching);
  }

  #leaveQueue(turn: Turn): void {
    this.#queue.remove(turn.id);
    this.#returning.remove(turn.id);
    this.#fetching.delete(turn.id);
    // A turn that ends without ever having run leaves its agent where it is.
    turn.retained = this.#hasSeat(turn.request.agent);
  }

  get #waiting(): number {
    return this.#queue.size + this.#returning.size;
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
    try {
      while (!this.#stopped) {
        this.#vacate();
        await this.#parking.letLeave();
        await this.#admit();
        if (this.#seats.length === 0) {
          if (this.#waiting === 0 && !this.#parking.busy) break;
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
    if (this.#waiting > 0 || this.#parking.busy) this.#wake();
  }

  /** Nothing is known of the pool's state after a failed pass, so nothing is mended here: the engine ends and a fresh one is loaded. */
  async #fail(thrown: unknown): Promise<void> {
    // A lost device fails a pass before it is reported as lost; let the better-informed reporter come first.
    await this.#clock.sleep(200);
    if (this.#stopped) return;
    const error = toEngineError(thrown);
    this.stop('error', error);
    this.#options.onFatal(error);
  }

  /** Takes ended turns out of the pool. */
  #vacate(): void {
    const staying: Seat[] = [];
    for (const seat of this.#seats) {
      if (!seat.turn.ended) {
        staying.push(seat);
        continue;
      }
      const { turn, sequence, prefix } = seat;
      if (turn.retained && sequence >= 0) {
        const ids = [...seat.prompt.slice(0, seat.filled), ...seat.text.ids.slice(0, seat.decoded)];
        this.#parking.park({ agent: turn.request.agent, sequence, ids, prefix });
      } else {
        if (sequence >= 0) this.#pool.remove(sequence);
        if (prefix) this.#prefixes.release(prefix);
      }
      seat.matcher?.dispose();
      this.#counters.turns += 1;
    }
    this.#seats = staying;
  }

  async #admit(): Promise<void> {
    for (;;) {
      const turn = this.#nextReturning() ?? this.#nextInLine();
      if (!turn) break;
      const fetching = this.#fetching.get(turn.id);
      if (fetching?.ms === null) {
        // Others go on while the record is on its way.
        if (this.#seats.length > 0) break;
        await fetching.arrival;
      }
      try {
        const seat = await this.#seatFor(turn);
        // While the grammar was compiled the turn may have been cancelled, and left the queue.
        if (seat === 'later') break;
        this.#leaveQueue(turn);
        this.#seats.push(seat);
        turn.admit();
      } catch (thrown) {
        this.#leaveQueue(turn);
        turn.end('error', toEngineError(thrown));
      }
    }
    const hot = this.#seats.length + this.#parking.size;
    this.#counters.peakResidents = Math.max(this.#counters.peakResidents, hot);
  }

  /** The first turn whose agent is parked; one whose agent has left meanwhile goes in line. */
  #nextReturning(): Turn | undefined {
    for (;;) {
      const turn = this.#returning.peek();
      if (!turn || this.#parking.has(turn.request.agent)) return turn;
      this.#returning.remove(turn.id);
      this.#queue.push(turn.request, turn);
      this.#fetch(turn.request);
    }
  }

  /** The first turn that needs a seat of its own, if there is one to be had. */
  #nextInLine(): Turn | undefined {
    const turn = this.#queue.peek();
    if (!turn || this.#seats.length + this.#parking.size < this.residents) return turn;
    // Who parks agents takes them off again; should that word be late or lost, the turns that wait must not wait for it.
    if (this.#seats.length === 0 && !this.#parking.busy) this.#parking.evictOldest();
    return undefined;
  }

  /** `share` false: on its own, where a shared prefix beside it would leave it no room. */
  async #seatFor(turn: Turn, share = this.#options.proven.continuation): Promise<Seat | 'later'> {
    const { request } = turn;
    const { ids, shared } = this.#encoder.encode(request.prefix, request.messages);
    turn.promptTokens = ids.length;
    const context = Math.min(this.#model.config.context_window_size, this.#pool.size.pages * PAGE);
    if (ids.length >= context) {
      throw fault(
        'prompt-too-long',
        `The prompt has ${String(ids.length)} tokens; the model's context has ${String(context)}.`,
      );
    }
    if (!this.#options.proven.continuation && ids.length > this.#pool.size.chunk) {
      throw fault(
        'prompt-too-long',
        `The prompt has ${String(ids.length)} tokens; this model's library takes ${String(this.#pool.size.chunk)} at once.`,
      );
    }
    const maxTokens = Math.min(request.maxTokens, context - ids.length);
    const returned = await this.#takeUp(turn, ids, maxTokens);
    if (returned) return returned;
    let prefix = share ? this.#prefixes.find(ids) : null;
    if (share && shared >= SHORTEST && shared - (prefix?.ids.length ?? 0) >= SHORTEST) prefix = null;
    const create = share && prefix === null && shared >= SHORTEST;
    const sharedLength = prefix ? prefix.ids.length : create ? shared : 0;
    // A fork copies the page that its parent has half full.
    const pages = Math.ceil((ids.length + maxTokens - Math.floor(sharedLength / PAGE) * PAGE) / PAGE);
    const fetched = this.#fetching.get(turn.id);
    if (prefix) this.#prefixes.use(prefix); // not to be evicted for its own user
    if (!this.#makeRoom(pages + (create ? Math.ceil(shared / PAGE) : 0), create ? 2 : 1)) {
      if (prefix) this.#prefixes.release(prefix);
      if (this.#seats.length > 0) return 'later';
      if (this.#parking.dropOldest()) return this.#seatFor(turn);
      if (sharedLength > 0) return this.#seatFor(turn, false);
      throw fault(
        'over-budget',
        `The turn may need ${String(pages * PAGE)} tokens of K/V; the pool has ${String(this.#pool.size.pages * PAGE)}.`,
      );
    }
    const matcher = await this.#matcherFor(request, prefix);
    if (create) {
      prefix = this.#prefixes.create(ids.slice(0, shared));
      this.#prefixes.use(prefix);
    } else if (prefix) {
      this.#counters.prefixHits += 1;
      turn.cachedTokens = prefix.ids.length;
    }
    this.#counters.pageIns += 1;
    const from = fetched?.record && this.#options.warm?.restorable(fetched.record, ids, sharedLength);
    return {
      turn,
      decoded: 0,
      restore: from ? { from, readMs: fetched.ms ?? 0 } : null,
      prefill: { tokens: ids.length - sharedLength - (from ? from.tokens : 0), ms: 0 },
      prompt: ids,
      prefix,
      sequence: prefix ? -1 : this.#pool.add(),
      filled: prefix ? prefix.ids.length : 0,
      pages,
      maxTokens,
      stops: this.#stopsOf(request),
      matcher,
      text: new Detokenizer(this.#model.tokenizer),
      random: seededRandom(request.sampling.seed),
      counts: new Map(),
      logprob: 0,
      next: null,
    };
  }

  /** The seat of an agent that is parked, when the prompt goes on from what its sequence has; null otherwise. */
  async #takeUp(turn: Turn, ids: readonly number[], maxTokens: number): Promise<Seat | 'later' | null> {
    const { agent } = turn.request;
    const filled = this.#parking.common(agent, ids);
    if (filled === 0) {
      this.#parking.drop(agent);
      return null;
    }
    const matcher = await this.#matcherFor(turn.request, null);
    const taken = this.#parking.takeUp(agent, filled);
    if (!taken) {
      matcher?.dispose();
      return null;
    }
    const pages = ownPages(ids.length + maxTokens, taken.prefix);
    if (!this.#makeRoom(pages, 0)) {
      matcher?.dispose();
      this.#parking.park({ agent, sequence: taken.sequence, ids: ids.slice(0, filled), prefix: taken.prefix });
      if (this.#seats.length > 0) return 'later';
      this.#parking.drop(agent);
      return null;
    }
    turn.cachedTokens = filled;
    return {
      turn,
      prompt: ids,
      prefix: taken.prefix,
      sequence: taken.sequence,
      filled,
      decoded: 0,
      restore: null,
      prefill: null,
      pages,
      maxTokens,
      stops: this.#stopsOf(turn.request),
      matcher,
      text: new Detokenizer(this.#model.tokenizer),
      random: seededRandom(turn.request.sampling.seed),
      counts: new Map(),
      logprob: 0,
      next: null,
    };
  }

  #stopsOf(request: TurnRequest): readonly string[] {
    return [...this.#model.config.conv_template.stop_str, ...(request.stop ?? [])];
  }

  async #matcherFor(request: TurnRequest, prefix: SharedPrefix | null): Promise<Matcher | null> {
    try {
      return request.schema === undefined ? null : await this.#grammars.matcher(request.schema);
    } catch (thrown) {
      if (prefix) this.#prefixes.release(prefix);
      throw thrown;
    }
  }

  /** True when the pool has that many pages and sequences to give; unused prefixes are dropped for them, oldest first. */
  #makeRoom(pages: number, sequences: number): boolean {
    const promised = this.#seats.reduce((sum, seat) => sum + seat.pages, 0);
    while (
      promised + this.#parking.pages + this.#prefixes.pages + pages > this.#pool.size.pages ||
      this.#pool.freeSequences - this.#forksToCome() < sequences
    ) {
      if (!this.#prefixes.evictOne()) return false;
    }
    return true;
  }

  #forksToCome(): number {
    return this.#seats.reduce((count, seat) => count + (seat.sequence < 0 ? 1 : 0), 0);
  }

  /** One chunk of prompts, one token for every running sequence, one wait for the GPU. */
  async #step(): Promise<void> {
    const begun = this.#clock.now();
    if (this.#idleSince !== null) this.#counters.starvedMs += begun - this.#idleSince;
    await this.#restore();
    const running = this.#seats.filter((seat) => seat.next !== null);
    const passes: Pass[] = [];
    const filling = this.#fillChunk();
    if (filling) passes.push(filling);
    const rows = this.#options.proven.decodeRows;
    for (let at = 0; at < running.length; at += rows) {
      const seats = running.slice(at, at + rows);
      const batch = seats.map((seat): Extension => ({ sequence: seat.sequence, ids: [seat.next as number] }));
      passes.push({ logits: this.#pool.decode(batch), seats });
      this.#counters.decodeTokens += seats.length;
      for (const seat of seats) seat.decoded += 1;
    }
    // The GPU works while the grammars think.
    this.#model.gpu.flushCommands();
    const pending: { seats: readonly (Seat | null)[]; sample: PendingSample }[] = [];
    for (const [slot, { logits, seats }] of passes.entries()) {
      if (seats.some((seat) => seat !== null)) {
        const sampling: RowSampling[] = [];
        for (const seat of seats) sampling.push(seat ? await samplingOf(seat) : NOTHING);
        pending.push({ seats, sample: this.#sampler.sample(logits, sampling, String(slot)) });
      }
      logits.dispose();
    }
    await this.#model.gpu.sync();
    this.#idleSince = this.#clock.now();
    this.#counters.busyMs += this.#idleSince - begun;
    if (filling) this.#share(filling, running.length, this.#idleSince - begun);
    for (const { seats, sample } of pending) {
      const sampled = sample();
      seats.forEach((seat, row) => {
        if (seat && !seat.turn.ended) this.#take(seat, sampled, row);
      });
    }
  }

  /** Reads own tokens back into the forks whose prefix is there. */
  async #restore(): Promise<void> {
    for (const seat of this.#seats) {
      const { restore, prefix, turn } = seat;
      if (!restore || turn.ended) continue;
      if (seat.sequence < 0) {
        if (!prefix || prefix.filled < prefix.ids.length) continue;
        seat.sequence = this.#pool.fork(prefix.sequence);
      }
      const { from, readMs } = restore;
      const begun = this.#clock.now();
      from.append(seat.sequence);
      await this.#model.gpu.sync();
      seat.restore = null;
      seat.filled = from.at + from.tokens;
      turn.restoredTokens = from.tokens;
      turn.cachedTokens += from.tokens;
      const ms = readMs + this.#clock.now() - begun;
      turn.pageIn = { way: 'restore', tokens: from.tokens, bytes: from.bytes, ms };
      this.#counters.restores += 1;
    }
  }

  /** What a step's prompts cost, by their share of the rows it computed. */
  #share({ filling, rows }: Filling, decoded: number, ms: number): void {
    const all = rows.reduce((sum, row) => sum + row, decoded);
    for (const [i, seat] of filling.entries()) {
      if (!seat?.prefill) continue;
      seat.prefill.ms += (ms * (rows[i] as number)) / all;
      const { prefill, turn } = seat;
      if (seat.filled !== seat.prompt.length || turn.pageIn) continue;
      const distrusted = this.#options.warm?.takeTrouble(turn.request.agent);
      turn.pageIn = {
        way: 'prefill',
        tokens: prefill.tokens,
        bytes: 0,
        ms: prefill.ms,
        ...(distrusted !== undefined && { distrusted }),
      };
    }
  }

  /**
   * Up to a chunk of prompt tokens: shared prefixes first, since others wait for them, then seats in the order they were taken. The first
   * seat leaves half of the chunk to those behind it, so that a long prompt is neither starved nor starves. Null when no prompt is to fill.
   */
  #fillChunk(): Filling | null {
    const { chunk } = this.#pool.size;
    const most = this.#options.residents;
    const whole = !this.#options.proven.continuation;
    const prefixes = new Set<SharedPrefix>();
    for (const { prefix } of this.#seats) if (prefix && prefix.filled < prefix.ids.length) prefixes.add(prefix);
    const ready = this.#seats.filter((seat) => this.#mayFill(seat));
    const jobs: Job[] = [
      ...[...prefixes].map((of): Job => ({ of, ids: of.ids, seat: null, count: 0 })),
      ...ready.map((of): Job => ({ of, ids: of.prompt, seat: of, count: 0 })),
    ].slice(0, most);
    let left = chunk;
    const give = (job: Job, limit: number): void => {
      const wanted = job.ids.length - job.of.filled - job.count;
      const count = Math.min(wanted, limit, left);
      if (whole && count < wanted) return;
      job.count += count;
      left -= count;
    };
    for (const [i, job] of jobs.entries()) give(job, i === 0 && jobs.length > 1 && !whole ? chunk >> 1 : chunk);
    for (const job of jobs) give(job, chunk);
    const taken = jobs.filter(({ count }) => count > 0);
    if (taken.length === 0) return null;
    const batch = taken.map(({ of, ids, count }): Extension => {
      return { sequence: of.sequence, ids: ids.slice(of.filled, of.filled + count) };
    });
    const logits = this.#pool.prefill(batch);
    for (const { of, count } of taken) of.filled += count;
    this.#counters.prefillTokens += chunk - left;
    const seats = taken.map(({ seat }) => (seat && seat.filled === seat.prompt.length ? seat : null));
    return { logits, seats, filling: taken.map(({ seat }) => seat), rows: taken.map(({ count }) => count) };
  }

  /** True for a seat whose prompt is to be filled and whose sequence is there; a fork is made as soon as its prefix is whole. */
  #mayFill(seat: Seat): boolean {
    if (seat.next !== null || seat.restore || seat.turn.ended) return false;
    if (seat.sequence >= 0) return true;
    const { prefix } = seat;
    if (!prefix || prefix.filled < prefix.ids.length) return false;
    seat.sequence = this.#pool.fork(prefix.sequence);
    return true;
  }

  /** A token for a seat: part of its text, or its end. */
  #take(seat: Seat, sampled: Sampled, row: number): void {
    const { turn, matcher } = seat;
    const id = sampled.tokens[row] as number;
    if (id < 0) {
      turn.end('error', fault('schema-unsupported', 'The output schema left the model nothing to say.').error);
      return;
    }
    if (sampled.logprobs) turn.logprob = seat.logprob += sampled.logprobs[row] as number;
    if (this.#stopTokens.has(id)) {
      turn.completionTokens += 1;
      this.#finish(turn, 'stop');
      return;
    }
    if (matcher && !matcher.accept(id)) {
      const detail = `token ${String(id)} was sampled and is not allowed`;
      turn.end('error', fault('schema-unsupported', 'The output schema left the model nothing to say.', detail).error);
      return;
    }
    seat.next = id;
    seat.counts.set(id, (seat.counts.get(id) ?? 0) + 1);
    const text = seat.text.push(id);
    const tokens = seat.text.ids.length;
    const stop = seat.stops.reduce((at, word) => (at < 0 ? text.lastIndexOf(word) : at), -1);
    if (stop >= 0) {
      turn.say(text.slice(0, stop), tokens);
      this.#finish(turn, 'stop');
      return;
    }
    turn.say(text, tokens);
    if (matcher?.complete()) this.#finish(turn, 'stop');
    else if (tokens >= seat.maxTokens) this.#finish(turn, 'length');
  }

  /** Ends a turn whose sequence is whole: it may be kept. */
  #finish(turn: Turn, finish: 'stop' | 'length'): void {
    turn.retained = turn.request.retain === true && this.#options.proven.continuation;
    turn.end(finish);
  }
}

/** For rows whose token nobody wants. */
const NOTHING: RowSampling = { temperature: 0, topP: 1, uniform: 0, mask: null, penalties: null };

async function samplingOf(seat: Seat): Promise<RowSampling> {
  const { sampling } = seat.turn.request;
  const presence = sampling.presencePenalty ?? 0;
  const frequency = sampling.frequencyPenalty ?? 0;
  const repetition = sampling.repetitionPenalty ?? 1;
  return {
    temperature: sampling.temperature,
    topP: sampling.topP,
    uniform: seat.random.next(),
    mask: seat.matcher ? await seat.matcher.mask() : null,
    penalties:
      presence !== 0 || frequency !== 0 || repetition !== 1
        ? { presence, frequency, repetition, counts: seat.counts }
        : null,
  };
}
