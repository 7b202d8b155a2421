/**
 * Who gets a seat next, and with what of its prompt in place: by priority, then age, when the pool has pages for all that the turn may write.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import { seededRandom } from '../../../src/kernel/random.ts';
import { fault, toEngineError } from '../device/engine-faults.ts';
import type { Counters, Turn } from '../runners/runner.ts';
import { layerWindow } from '../device/library-metadata.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import type { WarmTier } from '../warm/warm-tier.ts';
import { Detokenizer } from './detokenizer.ts';
import { Fetching } from './fetching.ts';
import type { Matcher } from './grammar.ts';
import { ownPages, PAGE, type KvPool } from '../kv/kv-pool.ts';
import type { Leftovers, Match } from './leftovers.ts';
import type { Parking } from './parking.ts';
import { SHORTEST, type Prefixes, type SharedPrefix } from './prefixes.ts';
import { Preparing } from './preparing.ts';
import type { Prompt } from './prompt-encoder.ts';
import type { Restoring, Seat, Seats } from './seat.ts';
import { Waiting } from './waiting.ts';

/** Turns made ready while they wait, for each resident: those that the runtime hands in ahead of their seats. */
const PREPARED = 2;

export interface AdmissionParts {
  readonly model: ModelInternals;
  readonly pool: KvPool;
  readonly clock: Clock;
  readonly seats: Seats;
  readonly prefixes: Prefixes;
  readonly leftovers: Leftovers;
  readonly parking: Parking;
  readonly counters: Counters;
  readonly warm: WarmTier | null;
  readonly residents: number;
  /** A sequence may be gone on from: prompts may be shared and cut. */
  readonly continuation: boolean;
}

/** What a seat begins with. */
interface Beginning {
  readonly prefix: SharedPrefix | null;
  /** -1: a fork of the prefix, once that is whole. */
  readonly sequence: number;
  readonly filled: number;
  readonly pages: number;
  readonly restore?: Restoring | null;
  readonly prefill?: Seat['prefill'];
}

export class Admission {
  readonly #with: AdmissionParts;
  /** Tokens that a prompt and what is written after it may have together. */
  readonly #context: number;
  /** Longer sequences share nothing. */
  readonly #window: number;
  readonly #preparing: Preparing;
  readonly #fetching: Fetching;
  readonly #waiting: Waiting;

  constructor(parts: AdmissionParts) {
    this.#with = parts;
    const { model, pool, continuation } = parts;
    this.#context = Math.min(model.config.context_window_size, pool.size.pages * PAGE);
    this.#window = layerWindow(model.config) ?? Infinity;
    const chunk = continuation ? this.#context : pool.size.chunk;
    this.#preparing = new Preparing(model, PREPARED * parts.residents, this.#context, chunk);
    this.#fetching = new Fetching(parts.warm, parts.clock);
    this.#waiting = new Waiting(parts.residents);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  push(turn: Turn): void {
    const { request } = turn;
    const seated = this.#hasSeat(request.agent);
    this.#waiting.push(turn, seated);
    if (!seated) this.#fetching.begin(request);
    this.#preparing.begin(request);
  }

  /** The turn is over, or about to be. One that ends without ever having run leaves its agent where it is. */
  withdraw(turn: Turn): void {
    if (this.#leave(turn)) turn.retained = this.#hasSeat(turn.request.agent);
  }

  /** The turn waits no longer. @returns whether it did */
  #leave(turn: Turn): boolean {
    this.#fetching.drop(turn.id);
    this.#preparing.drop(turn.id);
    return this.#waiting.remove(turn);
  }

  /** Turns of the agent that wait begin from nothing. */
  forget(agent: number): void {
    this.#fetching.forget(agent);
  }

  /** Nobody waits afterwards. @returns who did */
  drain(): readonly Turn[] {
    this.#fetching.clear();
    const all = this.#waiting.drain();
    for (const { id } of all) this.#preparing.drop(id);
    return all;
  }

  /** Gives out seats as long as there are turns for them and room. */
  async admit(): Promise<void> {
    const { seats, parking, counters } = this.#with;
    for (;;) {
      const returning = this.#nextReturning();
      const turn = returning ?? this.#nextInLine();
      if (!turn) break;
      const fetched = this.#fetching.of(turn.id);
      if (fetched?.ms === null) {
        // Others go on while the record is on its way.
        if (seats.size > 0) break;
        await fetched.arrival;
        if (turn.ended) continue;
      }
      try {
        const seat = await this.#seatFor(turn);
        if (seat === 'gone') continue;
        if (seat === 'later') break;
        this.#leave(turn);
        seats.take(seat);
        turn.admit();
        if (returning) this.#waiting.passBy();
      } catch (thrown) {
        this.withdraw(turn);
        turn.end('error', toEngineError(thrown));
      }
    }
    counters.peakResidents = Math.max(counters.peakResidents, seats.size + parking.size);
  }

  /** Parked, or about to be: a turn that has just ended leaves its seat between two steps. */
  #hasSeat(agent: number): boolean {
    return this.#with.parking.has(agent) || this.#with.seats.retains(agent);
  }

  /** The first turn whose agent is parked; one whose agent has left meanwhile goes in line. */
  #nextReturning(): Turn | undefined {
    const { parking } = this.#with;
    return this.#waiting.comeBack(
      (agent) => parking.has(agent),
      ({ request }) => {
        if (!this.#hasSeat(request.agent)) this.#fetching.begin(request);
      },
    );
  }

  /** The first turn that needs a seat of its own, if there is one to be had. */
  #nextInLine(): Turn | undefined {
    const { seats, parking, residents } = this.#with;
    const turn = this.#waiting.first;
    if (!turn || seats.size + parking.size < residents) return turn;
    // Who parks agents takes them off again; should that word be late or lost, the turns that wait must not wait for it.
    if (seats.size === 0 && !parking.busy) parking.evictOldest();
    return undefined;
  }

  /** `gone`: the turn ended meanwhile, and left the queue. */
  async #seatFor(turn: Turn): Promise<Seat | 'later' | 'gone'> {
    const { request } = turn;
    const { pool, continuation } = this.#with;
    const { prompt, fitted, matcher } = await this.#preparing.of(request);
    if (turn.ended) return 'gone';
    const context = this.#context;
    // Nothing is waited for from here on, so what is found stays where it is until it is taken.
    const { ids } = prompt;
    if (ids.length >= context) {
      throw fault(
        'prompt-too-long',
        `The prompt has ${String(ids.length)} tokens; the model's context has ${String(context)}.`,
      );
    }
    if (!continuation && ids.length > pool.size.chunk) {
      throw fault(
        'prompt-too-long',
        `The prompt has ${String(ids.length)} tokens; this model's library takes ${String(pool.size.chunk)} at once.`,
      );
    }
    const maxTokens = Math.min(request.maxTokens, context - ids.length);
    const most = ids.length + maxTokens;
    // A layer with a window looks back through one piece of a sequence at a time: beyond the window, shared and own pieces would not add up.
    const share = continuation && most <= this.#window;
    const beginning = this.#takeUp(turn, ids, most) ?? this.#begin(turn, prompt, most, share);
    if (beginning === 'later') return beginning;
    this.#preparing.taken(turn.id);
    // What never ran costs nothing.
    turn.promptTokens = ids.length;
    turn.fitted = fitted;
    return this.#seat(turn, ids, maxTokens, matcher, beginning);
  }

  #seat(turn: Turn, prompt: readonly number[], maxTokens: number, matcher: Matcher | null, how: Beginning): Seat {
    const { model } = this.#with;
    return {
      restore: null,
      prefill: null,
      ...how,
      turn,
      prompt,
      decoded: 0,
      maxTokens,
      stops: [...model.config.conv_template.stop_str, ...(turn.request.stop ?? [])].filter((word) => word !== ''),
      matcher,
      retain: turn.request.retain === true,
      trusted: true,
      text: new Detokenizer(model.tokenizer),
      random: seededRandom(turn.request.sampling.seed),
      counts: new Map(),
      logprob: 0,
      next: null,
    };
  }

  /** The sequence of an agent that is parked, when the prompt goes on from what it has; null otherwise. */
  #takeUp(turn: Turn, ids: readonly number[], most: number): Beginning | 'later' | null {
    const { parking, seats } = this.#with;
    const { agent } = turn.request;
    const filled = most <= this.#window || !parking.shares(agent) ? parking.common(agent, ids) : 0;
    const taken = filled > 0 ? parking.takeUp(agent, filled) : null;
    if (!taken) {
      parking.drop(agent);
      return null;
    }
    const { sequence, prefix } = taken;
    const pages = ownPages(most, prefix?.ids.length ?? 0);
    if (!this.#makeRoom(pages, 0)) {
      parking.park({ agent, sequence, ids: ids.slice(0, filled), prefix });
      if (seats.size > 0) return 'later';
      parking.drop(agent);
      return null;
    }
    turn.cachedTokens = filled;
    return { prefix, sequence, filled, pages };
  }

  /** A sequence for an agent that has none. `share` false: on its own, where what it shared would leave it no room. */
  #begin(turn: Turn, prompt: Prompt, most: number, share: boolean): Beginning | 'later' {
    const { pool, seats, prefixes, leftovers, parking, counters, warm } = this.#with;
    const { ids, shared } = prompt;
    let prefix = share ? prefixes.find(ids) : null;
    if (share && shared >= SHORTEST && shared - (prefix?.ids.length ?? 0) >= SHORTEST) prefix = null;
    const create = share && prefix === null && shared >= SHORTEST;
    const sharedLength = prefix ? prefix.ids.length : create ? shared : 0;
    const fetched = this.#fetching.of(turn.id);
    const from = fetched?.record && warm?.restorable(fetched.record, ids, sharedLength);
    // Not where the runtime has said how, and not for who stays: the warm tier would then keep the role's prompt for each agent.
    const free = share && !from && turn.request.pageIn === undefined && turn.request.retain !== true;
    const match = free ? leftovers.find(ids, sharedLength) : null;
    if (match) return this.#reuse(turn, match, ids.length, most) ?? this.#begin(turn, prompt, most, share);
    const pages = ownPages(most, sharedLength);
    if (prefix) prefixes.use(prefix); // not to be evicted for its own user
    if (!this.#makeRoom(pages + (create ? Math.ceil(shared / PAGE) : 0), create ? 2 : 1)) {
      if (prefix) prefixes.release(prefix);
      if (seats.size > 0) return 'later';
      if (parking.dropOldest()) return this.#begin(turn, prompt, most, share);
      if (sharedLength > 0) return this.#begin(turn, prompt, most, false);
      throw fault(
        'over-budget',
        `The turn may need ${String(pages * PAGE)} tokens of K/V; the pool has ${String(pool.size.pages * PAGE)}.`,
      );
    }
    if (create) {
      prefix = prefixes.create(ids.slice(0, shared));
      prefixes.use(prefix);
    } else if (prefix) {
      counters.prefixHits += 1;
      turn.cachedTokens = prefix.ids.length;
    }
    counters.pageIns += 1;
    return {
      prefix,
      sequence: prefix ? -1 : pool.add(),
      filled: prefix ? prefix.ids.length : 0,
      pages,
      restore: from ? { from, readMs: fetched.ms ?? 0 } : null,
      prefill: { tokens: ids.length - sharedLength - (from ? from.tokens : 0), ms: 0 },
    };
  }

  /** On what another turn left behind; null where there is no room for that, and then it is gone. */
  #reuse(turn: Turn, match: Match, tokens: number, most: number): Beginning | null {
    const { leftovers, counters } = this.#with;
    const pages = leftovers.pagesFor(match, most);
    if (!this.#makeRoom(leftovers.costOf(match, most), leftovers.sequencesFor(match), match)) {
      leftovers.evict(match.leftover);
      return null;
    }
    const { sequence, prefix } = leftovers.use(match);
    counters.prefixHits += 1;
    counters.pageIns += 1;
    turn.cachedTokens = match.common;
    return { prefix, sequence, filled: match.common, pages, prefill: { tokens: tokens - match.common, ms: 0 } };
  }

  /** As `#makeRoom`, for work that is no turn's. */
  makeRoom(pages: number, sequences: number): boolean {
    return this.#makeRoom(pages, sequences);
  }

  /** True when the pool has that many pages and sequences to give; what nobody uses is dropped for them, leftovers first, oldest first. */
  #makeRoom(pages: number, sequences: number, spare?: Match): boolean {
    const { pool, seats, prefixes, leftovers, parking } = this.#with;
    const held = seats.pages + parking.pages;
    if (held + pages > pool.size.pages) return false; // whatever else went, it would go for nothing
    while (
      held + prefixes.pages + leftovers.pages + pages > pool.size.pages ||
      pool.freeSequences - seats.forksToCome < sequences
    ) {
      if (!leftovers.evictOne(spare?.leftover) && !prefixes.evictOne()) return false;
    }
    return true;
  }
}
