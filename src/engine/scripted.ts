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
  over: boolean;
  timers: Cancel[];
}

const MAX_RESIDENTS = 16;
const CHARACTERS_A_TOKEN = 3;
const CONTEXT_TOKENS = 1024;
/** Tokens between two progress messages. */
const STRIDE = 8;
const MIB = 1024 * 1024;

const LOST: EngineError = { code: 'device-lost', message: 'The scripted engine was told to fail.', remedy: 'Nothing to do.' };

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
  readonly #lostListeners: ((error: EngineError) => void)[] = [];
  #residents = 0;
  #order = 0;
  #over = false;
  #budget: MemoryBudget = { vramMiB: 0, occupancy: 0, resident: 0 };
  #counters = { turns: 0, prefillTokens: 0, decodeTokens: 0, prefixHits: 0, peakResidents: 0, busyMs: 0, starvedMs: 0 };

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
        over: false,
        timers: [],
      };
    });
    if (this.#over) {
      this.#end(turn, 'error', LOST);
    } else {
      this.#waiting.push(turn);
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

  vram(): Promise<VramSample> {
    const budget = this.#budget.vramMiB * MIB;
    return Promise.resolve({ now: 0, peak: 0, weights: 0, kv: 0, workspace: 0, budget, limit: budget * this.#budget.occupancy });
  }

  counters(): Promise<EngineCounters> {
    return Promise.resolve({ ...this.#counters });
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
    while (this.#running.size < this.#residents && !this.#over) {
      const turn = this.#waiting.pop();
      if (!turn) return;
      if (!turn.over) this.#start(turn);
    }
  }

  #start(turn: Running): void {
    const { request } = turn;
    const random = seededRandom(request.sampling.seed);
    this.#running.add(turn);
    this.#counters.turns++;
    this.#counters.peakResidents = Math.max(this.#counters.peakResidents, this.#running.size);
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
    const computed = promptTokens(request) - turn.cached;
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
    turn.timers.push(this.#clock.timeout(computed * (this.#options.prefillMs ?? 0.4) + stepMs, write));
  }

  #end(turn: Running, finish: FinishReason, error?: EngineError): void {
    if (turn.over) return;
    turn.over = true;
    for (const cancel of turn.timers) cancel();
    const now = this.#clock.now();
    const admitted = turn.admitted ?? now;
    if (this.#running.delete(turn)) {
      this.#counters.decodeTokens += turn.tokens;
      this.#counters.busyMs += (now - admitted) / this.#residents;
    }
    const since = (at: number): number => at - turn.submitted;
    turn.settle({
      id: turn.request.id,
      finish,
      text: turn.text,
      usage: {
        promptTokens: turn.admitted === null ? 0 : promptTokens(turn.request),
        cachedTokens: turn.cached,
        completionTokens: turn.tokens,
      },
      timing: { admittedMs: since(admitted), firstTokenMs: turn.firstToken === null ? null : since(turn.firstToken), endedMs: since(now) },
      meanLogprob: null,
      ...(error ? { error } : {}),
    });
    this.#admit();
  }
}

const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_A_TOKEN);

const promptTokens = (request: TurnRequest): number =>
  [...request.prefix, ...request.messages].reduce((sum, message) => sum + tokensOf(message.content), 0);
