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
import { PAGE, type Extension, type KvPool } from './kv-pool.ts';
import { Prefixes, SHORTEST, type SharedPrefix } from './prefixes.ts';
import { PromptEncoder } from './prompt.ts';
import { Sampler, type PendingSample, type RowSampling, type Sampled } from './sampler.ts';
import type { Proven } from './self-test.ts';

export interface SwarmOptions {
  readonly residents: number;
  readonly proven: Proven;
  readonly memory: { readonly weights: number; readonly kv: number; readonly workspace: number };
  readonly notes: readonly string[];
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

/** A forward pass whose logits wait to be sampled. */
interface Pass {
  readonly logits: Tensor;
  /** By row of the logits; null where nothing is sampled. */
  readonly seats: readonly (Seat | null)[];
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
  readonly #queue = new TurnQueue<Turn>();
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
    this.#stopTokens = new Set(config.conv_template.stop_token_ids);
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const turn = new Turn(request, this.#clock, onProgress, (ended, finish) => {
      // A seat is given up between two steps; the person who cancelled need not wait for that.
      this.#queue.remove(ended.id);
      ended.end(finish);
    });
    if (this.#stopped) {
      turn.end(this.#stopped.finish, this.#stopped.error);
    } else {
      this.#queue.push(request, turn);
      this.#wake();
    }
    return turn;
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
    for (const turn of this.#queue.drain()) turn.end(finish, error);
    for (const seat of this.#seats) seat.turn.end(finish, error);
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
        await this.#admit();
        if (this.#seats.length === 0) {
          if (this.#queue.size === 0) break;
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
    if (this.#queue.size > 0) this.#wake();
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
      if (seat.sequence >= 0) this.#pool.remove(seat.sequence);
      if (seat.prefix) this.#prefixes.release(seat.prefix);
      seat.matcher?.dispose();
      this.#counters.turns += 1;
    }
    this.#seats = staying;
  }

  async #admit(): Promise<void> {
    while (this.#seats.length < this.residents) {
      const turn = this.#queue.peek();
      if (!turn) return;
      try {
        const seat = await this.#seatFor(turn);
        // While the grammar was compiled the turn may have been cancelled, and left the queue.
        if (seat === 'later') return;
        this.#queue.remove(turn.id);
        this.#seats.push(seat);
        turn.admit();
      } catch (thrown) {
        this.#queue.remove(turn.id);
        turn.end('error', toEngineError(thrown));
      }
    }
    this.#counters.peakResidents = Math.max(this.#counters.peakResidents, this.#seats.length);
  }

  async #seatFor(turn: Turn): Promise<Seat | 'later'> {
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
    const share = this.#options.proven.continuation;
    let prefix = share ? this.#prefixes.find(ids) : null;
    if (share && shared >= SHORTEST && shared - (prefix?.ids.length ?? 0) >= SHORTEST) prefix = null;
    const create = share && prefix === null && shared >= SHORTEST;
    const sharedLength = prefix ? prefix.ids.length : create ? shared : 0;
    // A fork copies the page that its parent has half full.
    const pages = Math.ceil((ids.length + maxTokens - Math.floor(sharedLength / PAGE) * PAGE) / PAGE);
    if (prefix) this.#prefixes.use(prefix); // not to be evicted for its own user
    if (!this.#makeRoom(pages + (create ? Math.ceil(shared / PAGE) : 0), create ? 2 : 1)) {
      if (prefix) this.#prefixes.release(prefix);
      if (this.#seats.length > 0) return 'later';
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
    return {
      turn,
      prompt: ids,
      prefix,
      sequence: prefix ? -1 : this.#pool.add(),
      filled: prefix ? prefix.ids.length : 0,
      pages,
      maxTokens,
      stops: [...this.#model.config.conv_template.stop_str, ...(request.stop ?? [])],
      matcher,
      text: new Detokenizer(this.#model.tokenizer),
      random: seededRandom(request.sampling.seed),
      counts: new Map(),
      logprob: 0,
      next: null,
    };
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
      promised + this.#prefixes.pages + pages > this.#pool.size.pages ||
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
    for (const { seats, sample } of pending) {
      const sampled = sample();
      seats.forEach((seat, row) => {
        if (seat && !seat.turn.ended) this.#take(seat, sampled, row);
      });
    }
  }

  /**
   * Up to a chunk of prompt tokens: shared prefixes first, since others wait for them, then seats in the order they were taken.
   * Null when no prompt is being filled.
   */
  #fillChunk(): Pass | null {
    let left = this.#pool.size.chunk;
    const batch: Extension[] = [];
    const seats: (Seat | null)[] = [];
    const done: (() => void)[] = [];
    const most = this.#options.residents;
    const whole = !this.#options.proven.continuation;
    const begun = new Set<SharedPrefix>();
    for (const { prefix } of this.#seats) {
      if (!prefix || prefix.filled === prefix.ids.length || begun.has(prefix) || left === 0 || batch.length === most)
        continue;
      begun.add(prefix);
      const ids = prefix.ids.slice(prefix.filled, prefix.filled + left);
      left -= ids.length;
      batch.push({ sequence: prefix.sequence, ids });
      seats.push(null);
      done.push(() => {
        prefix.filled += ids.length;
      });
    }
    for (const seat of this.#seats) {
      if (seat.next !== null || seat.turn.ended || left === 0 || batch.length === most) continue;
      if (seat.sequence < 0) {
        const { prefix } = seat;
        if (!prefix || prefix.filled < prefix.ids.length) continue;
        seat.sequence = this.#pool.fork(prefix.sequence);
      }
      const ids = seat.prompt.slice(seat.filled, seat.filled + left);
      const last = seat.filled + ids.length === seat.prompt.length;
      if (whole && !last) continue;
      left -= ids.length;
      batch.push({ sequence: seat.sequence, ids });
      seats.push(last ? seat : null);
      done.push(() => {
        seat.filled += ids.length;
      });
    }
    if (batch.length === 0) return null;
    const logits = this.#pool.prefill(batch);
    for (const each of done) each();
    this.#counters.prefillTokens += batch.reduce((sum, { ids }) => sum + ids.length, 0);
    return { logits, seats };
  }

  /** A token for a seat: part of its text, or its end. */
  #take(seat: Seat, sampled: Sampled, row: number): void {
    const { turn, matcher } = seat;
    const id = sampled.tokens[row] as number;
    if (id < 0 || id >= this.#model.config.vocab_size) throw new Error(`sampling gave token ${String(id)}`);
    if (sampled.logprobs) turn.logprob = seat.logprob += sampled.logprobs[row] as number;
    if (this.#stopTokens.has(id)) {
      turn.completionTokens += 1;
      turn.end('stop');
      return;
    }
    if (matcher && !matcher.accept(id))
      throw new Error(`the grammar does not allow token ${String(id)} that its mask allowed`);
    seat.next = id;
    seat.counts.set(id, (seat.counts.get(id) ?? 0) + 1);
    const text = seat.text.push(id);
    const tokens = seat.text.ids.length;
    const stop = seat.stops.reduce((at, word) => (at < 0 ? text.lastIndexOf(word) : at), -1);
    if (stop >= 0) {
      turn.say(text.slice(0, stop), tokens);
      turn.end('stop');
      return;
    }
    turn.say(text, tokens);
    if (matcher?.complete()) turn.end('stop');
    else if (tokens >= seat.maxTokens) turn.end('length');
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
