import type { Cancel, Clock } from '../kernel/clock.ts';
import { Heap } from '../kernel/heap.ts';
import type { Random } from '../kernel/random.ts';
import { seededRandom } from '../kernel/random.ts';
import type {
  Engine,
  EngineCounters,
  EngineError,
  EngineReport,
  FinishReason,
  LoadProgress,
  MemoryBudget,
  ModelSource,
  PagedOut,
  PageIn,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
  VramSample,
} from './contract.ts';
import { EngineFault } from './contract.ts';
import { scriptedAnswer } from './scripted-answer.ts';

/** What can go wrong with one turn, on purpose. */
export type ScriptedFault =
  /** Stops in the middle and never goes on; only deadline or cancel end it. */
  | { readonly kind: 'stall' }
  /** Stalls and keeps no deadline either. */
  | { readonly kind: 'hang' }
  /** Repeats itself until the token limit. */
  | { readonly kind: 'loop' }
  /** Ends with this text. */
  | { readonly kind: 'say'; readonly text: string }
  /** Ends with this error. */
  | { readonly kind: 'error'; readonly error: EngineError };

export interface ScriptedOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** Milliseconds to load; to compute one prompt token; for one decode step. */
  readonly loadMs?: number;
  readonly prefillMs?: number;
  readonly decodeMs?: number;
  /** Milliseconds to write or read back one token's K/V on the warm tier. */
  readonly pagingMs?: number;
  readonly fault?: (request: TurnRequest, random: Random) => ScriptedFault | null;
  readonly failLoad?: () => EngineError | null;
}

interface Running {
  readonly request: TurnRequest;
  readonly order: number;
  readonly submitted: number;
  readonly onProgress: ((progress: TurnProgress) => void) | undefined;
  readonly settle: (outcome: TurnOutcome) => void;
  admitted: number | null;
  firstToken: number | null;
  text: string;
  tokens: number;
  cached: number;
  restored: number;
  pageIn: PageIn | null;
  over: boolean;
  timers: Cancel[];
}

const MAX_RESIDENTS = 16;
const CHARACTERS_A_TOKEN = 3;
const CONTEXT_TOKENS = 1024;
/** Tokens between two progress messages. */
const STRIDE = 8;
const MIB = 1024 * 1024;
/** K/V of one token of a small model in 16-bit floats. */
const TOKEN_BYTES = 2048;

const LOST: EngineError = {
  code: 'device-lost',
  message: 'The scripted engine was told to fail.',
  remedy: 'Nothing to do.',
};

/**
 * An engine that answers by rule on the clock it is given: no model, no GPU, the same text for the same seed. For simulation, and for
 * looking at a swarm where there is no WebGPU; every report says `engine: 'scripted'`.
 */
export class ScriptedEngine implements Engine {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: ScriptedOptions;
  readonly #waiting = new Heap<Running>((a, b) =>
    a.request.priority === b.request.priority ? a.order < b.order : a.request.priority < b.request.priority,
  );
  readonly #running = new Set<Running>();
  readonly #prefixes = new Set<string>();
  /** Own text of agents whose sequence outlived its turn. */
  readonly #parked = new Map<number, string>();
  readonly #warm = new Map<number, string>();
  readonly #lostListeners: ((error: EngineError) => void)[] = [];
  #residents = 0;
  /** Since when turns run without a break. */
  #busySince = 0;
  #order = 0;
  #over = false;
  #budget: MemoryBudget = { vramMiB: 0, occupancy: 0, resident: 0 };
  #counters = {
    turns: 0,
    prefillTokens: 0,
    decodeTokens: 0,
    prefixHits: 0,
    peakResidents: 0,
    busyMs: 0,
    starvedMs: 0,
    pageIns: 0,
    pageOuts: 0,
    restores: 0,
    warmBytes: 0,
  };

  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#random = seededRandom(options.seed).split('scripted');
  }

  async load(
    source: ModelSource,
    budget: MemoryBudget,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport> {
    const ms = this.#options.loadMs ?? 50;
    onProgress({ phase: 'weights', bytes: 0, totalBytes: null, fromCache: true });
    await this.#clock.sleep(ms, signal);
    const broken = this.#options.failLoad?.();
    if (broken) throw new EngineFault(broken);
    onProgress({ phase: 'ready', bytes: 0, totalBytes: null, fromCache: true });
    this.#budget = budget;
    this.#residents = Math.min(MAX_RESIDENTS, Math.max(1, budget.resident));
    return {
      engine: 'scripted',
      batched: true,
      residents: this.#residents,
      adapter: null,
      model: { id: source.id, library: 'none', contextTokens: CONTEXT_TOKENS, weightBytes: 0 },
      notes: ['Scripted answers: no language model ran.'],
      loadMs: ms,
    };
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    let turn!: Running;
    const done = new Promise<TurnOutcome>((settle) => {
      turn = {
        request,
        order: this.#order++,
        submitted: this.#clock.now(),
        onProgress,
        settle,
        admitted: null,
        firstToken: null,
        text: '',
        tokens: 0,
        cached: 0,
        restored: 0,
        pageIn: null,
        over: false,
        timers: [],
      };
    });
    if (this.#over) {
      this.#end(turn, 'error', LOST);
    } else {
      // An agent that is parked has its seat.
      if (this.#parked.has(request.agent)) this.#start(turn);
      else this.#waiting.push(turn);
      this.#admit();
    }
    return {
      id: request.id,
      done,
      cancel: () => {
        this.#end(turn, 'cancelled');
      },
    };
  }

  async pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut> {
    const text = this.#parked.get(agent);
    if (text === undefined) return { agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 };
    this.#parked.delete(agent);
    this.#counters.pageOuts++;
    this.#admit();
    if (to === 'cold') return { agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 };
    const tokens = tokensOf(text);
    const ms = tokens * this.#pagingMs;
    await this.#clock.sleep(ms);
    this.#warm.set(agent, text);
    return { agent, tier: 'warm', tokens, bytes: tokens * TOKEN_BYTES, ms };
  }

  forget(agent: number): Promise<void> {
    this.#parked.delete(agent);
    this.#warm.delete(agent);
    this.#admit();
    return Promise.resolve();
  }

  freeWarm(bytes: number): Promise<number> {
    let freed = 0;
    for (const [agent, text] of this.#warm) {
      if (freed >= bytes) break;
      this.#warm.delete(agent);
      freed += tokensOf(text) * TOKEN_BYTES;
    }
    return Promise.resolve(freed);
  }

  get #pagingMs(): number {
    return this.#options.pagingMs ?? 0.05;
  }

  vram(): Promise<VramSample> {
    const budget = this.#budget.vramMiB * MIB;
    return Promise.resolve({
      now: 0,
      peak: 0,
      weights: 0,
      kv: 0,
      workspace: 0,
      budget,
      limit: budget * this.#budget.occupancy,
    });
  }

  counters(): Promise<EngineCounters> {
    let warmBytes = 0;
    for (const text of this.#warm.values()) warmBytes += tokensOf(text) * TOKEN_BYTES;
    const busyMs = this.#counters.busyMs + (this.#running.size > 0 ? this.#clock.now() - this.#busySince : 0);
    return Promise.resolve({ ...this.#counters, busyMs, warmBytes });
  }

  onLost(listener: (error: EngineError) => void): void {
    this.#lostListeners.push(listener);
  }

  dispose(): Promise<void> {
    this.#stop(LOST);
    return Promise.resolve();
  }

  /** Dies, as a lost device does: turns in flight end with the error first, then listeners hear of it. */
  lose(error: EngineError = LOST): void {
    if (this.#over) return;
    this.#stop(error);
    for (const listener of this.#lostListeners) listener(error);
  }

  #stop(error: EngineError): void {
    this.#over = true;
    for (const turn of [...this.#running, ...this.#waiting.values()]) this.#end(turn, 'error', error);
    this.#waiting.clear();
  }

  #admit(): void {
    while (this.#running.size + this.#parked.size < this.#residents && !this.#over) {
      const turn = this.#waiting.pop();
      if (!turn) return;
      if (!turn.over) this.#start(turn);
    }
  }

  /** What of the turn's own tokens is there already: on the GPU, or worth reading back. Milliseconds that reading takes. */
  #pageIn(turn: Running, own: string): number {
    const { agent, pageIn } = turn.request;
    const parked = this.#parked.get(agent);
    if (parked !== undefined) {
      this.#parked.delete(agent);
      turn.cached += tokensOf(common(parked, own));
      return 0;
    }
    this.#counters.pageIns++;
    const shared = pageIn === 'prefill' ? '' : common(this.#warm.get(agent) ?? '', own);
    if (shared === '') {
      const tokens = tokensOf(own);
      turn.pageIn = { way: 'prefill', tokens, bytes: 0, ms: tokens * this.#prefillMs };
      return 0;
    }
    const tokens = tokensOf(shared);
    const ms = tokens * this.#pagingMs;
    this.#counters.restores++;
    turn.restored = tokens;
    turn.cached += tokens;
    turn.pageIn = { way: 'restore', tokens, bytes: tokens * TOKEN_BYTES, ms };
    return ms;
  }

  get #prefillMs(): number {
    return this.#options.prefillMs ?? 0.4;
  }

  #start(turn: Running): void {
    const { request } = turn;
    const random = seededRandom(request.sampling.seed);
    if (this.#running.size === 0) this.#busySince = this.#clock.now();
    this.#running.add(turn);
    this.#counters.turns++;
    turn.admitted = this.#clock.now();
    turn.timers.push(
      this.#clock.timeout(request.deadlineMs - (turn.admitted - turn.submitted), () => {
        if (fault?.kind !== 'hang') this.#end(turn, 'deadline');
      }),
    );

    const prefix = request.prefix.map((message) => message.content).join('\n');
    if (this.#prefixes.has(prefix)) {
      turn.cached = tokensOf(prefix);
      this.#counters.prefixHits++;
    }
    this.#prefixes.add(prefix);
    const restoreMs = this.#pageIn(turn, ownText(request.messages));
    const computed = Math.max(1, promptTokens(request) - turn.cached);
    const hot = this.#running.size + this.#parked.size;
    this.#counters.peakResidents = Math.max(this.#counters.peakResidents, hot);
    this.#counters.prefillTokens += computed;

    const fault = this.#options.fault?.(request, this.#random) ?? null;
    const input = request.messages[request.messages.length - 1]?.content ?? '';
    const answer = fault?.kind === 'say' ? fault.text : scriptedAnswer(request.schema, input, random);
    const stepMs = (this.#options.decodeMs ?? 6) * random.between(0.8, 1.25);
    const write = (): void => {
      if (turn.over) return;
      if (fault?.kind === 'error') {
        this.#end(turn, 'error', fault.error);
        return;
      }
      turn.firstToken ??= this.#clock.now();
      turn.tokens = Math.min(turn.tokens + STRIDE, request.maxTokens);
      const loops = fault?.kind === 'loop';
      const whole = loops ? 'again and '.repeat(Math.ceil((request.maxTokens * CHARACTERS_A_TOKEN) / 10)) : answer;
      turn.text = whole.slice(0, turn.tokens * CHARACTERS_A_TOKEN);
      const finished = turn.text.length === whole.length;
      if (finished && !loops) turn.tokens = tokensOf(answer);
      turn.onProgress?.({ id: request.id, text: turn.text, completionTokens: turn.tokens });
      if (fault?.kind === 'stall' || fault?.kind === 'hang') return;
      if (finished && !loops) this.#end(turn, 'stop');
      else if (turn.tokens >= request.maxTokens) this.#end(turn, 'length');
      else turn.timers.push(this.#clock.timeout(stepMs * STRIDE, write));
    };
    turn.timers.push(this.#clock.timeout(computed * this.#prefillMs + restoreMs + stepMs, write));
  }

  #end(turn: Running, finish: FinishReason, error?: EngineError): void {
    if (turn.over) return;
    turn.over = true;
    for (const cancel of turn.timers) cancel();
    const now = this.#clock.now();
    const admitted = turn.admitted ?? now;
    let retained = false;
    if (this.#running.delete(turn)) {
      this.#counters.decodeTokens += turn.tokens;
      if (this.#running.size === 0) this.#counters.busyMs += now - this.#busySince;
      const { agent, retain, messages } = turn.request;
      retained = retain === true && !error;
      if (retained) this.#parked.set(agent, `${ownText(messages)}\nassistant: ${turn.text}`);
    }
    const since = (at: number): number => at - turn.submitted;
    turn.settle({
      id: turn.request.id,
      finish,
      text: turn.text,
      usage: {
        promptTokens: turn.admitted === null ? 0 : promptTokens(turn.request),
        cachedTokens: turn.cached,
        restoredTokens: turn.restored,
        completionTokens: turn.tokens,
      },
      timing: {
        admittedMs: since(admitted),
        firstTokenMs: turn.firstToken === null ? null : since(turn.firstToken),
        endedMs: since(now),
      },
      meanLogprob: null,
      ...(retained ? { retained } : {}),
      ...(turn.pageIn ? { pageIn: turn.pageIn } : {}),
      ...(error ? { error } : {}),
    });
    this.#admit();
  }
}

const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_A_TOKEN);

const promptTokens = (request: TurnRequest): number =>
  [...request.prefix, ...request.messages].reduce((sum, message) => sum + tokensOf(message.content), 0);

const ownText = (messages: TurnRequest['messages']): string =>
  messages.map(({ role, content }) => `${role}: ${content}`).join('\n');

/** `held` where `wanted` goes on from it, else nothing: K/V serves whole beginnings only. */
const common = (held: string, wanted: string): string => (wanted.startsWith(held) ? held : '');
