import type { Clock } from '../kernel/clock.ts';
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
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
  VramSample,
} from './contract.ts';
import { EngineFault } from './contract.ts';
import { nothing, ownText, ScriptedMemory, tokensOf } from './scripted-memory.ts';
import { fitTurn } from './fit.ts';
import { outcomeOf, promptTokens, type Running, Script, type ScriptedFault, STRIDE } from './scripted-turn.ts';

export type { ScriptedFault };

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

const MAX_RESIDENTS = 16;
const CONTEXT_TOKENS = 1024;
const MIB = 1024 * 1024;

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
  readonly #prefillMs: number;
  readonly #waiting = new Heap<Running>((a, b) =>
    a.request.priority === b.request.priority ? a.order < b.order : a.request.priority < b.request.priority,
  );
  readonly #running = new Set<Running>();
  readonly #prefixes = new Set<string>();
  readonly #memory: ScriptedMemory;
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
  };

  constructor(options: ScriptedOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#random = seededRandom(options.seed).split('scripted');
    this.#prefillMs = options.prefillMs ?? 0.4;
    this.#memory = new ScriptedMemory({ pagingMs: options.pagingMs ?? 0.05, prefillMs: this.#prefillMs });
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

  submit(asked: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    // It understands nothing and so has no limit of its own: what cannot be made to fit is taken as it is.
    const fitted = fitTurn(asked, CONTEXT_TOKENS, (prefix, messages) => promptTokens({ prefix, messages }));
    const request = fitted ? { ...asked, messages: fitted.messages } : asked;
    let turn!: Running;
    const done = new Promise<TurnOutcome>((settle) => {
      turn = {
        request,
        fitted,
        order: this.#order++,
        submitted: this.#clock.now(),
        onProgress,
        settle,
        admitted: null,
        firstToken: null,
        text: '',
        tokens: 0,
        cached: 0,
        arrival: null,
        retain: request.retain === true,
        over: false,
        timers: [],
      };
    });
    if (this.#over) {
      this.#end(turn, 'error', LOST);
    } else {
      // An agent that is parked has its seat.
      if (this.#memory.isParked(request.agent)) this.#start(turn);
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
    const left = this.#memory.leave(agent, to);
    if (!left) return nothing(agent);
    this.#counters.pageOuts++;
    this.#admit();
    if (left.page.tier === 'warm') await this.#clock.sleep(left.page.ms);
    left.keep();
    return left.page;
  }

  forget(agent: number): Promise<void> {
    for (const turn of this.#running) if (turn.request.agent === agent) turn.retain = false;
    this.#memory.forget(agent);
    this.#admit();
    return Promise.resolve();
  }

  freeWarm(bytes: number): Promise<number> {
    return Promise.resolve(this.#memory.freeWarm(bytes));
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
    const busyMs = this.#counters.busyMs + (this.#running.size > 0 ? this.#clock.now() - this.#busySince : 0);
    return Promise.resolve({ ...this.#counters, busyMs, warmBytes: this.#memory.warmBytes });
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
    while (this.#running.size + this.#memory.parked < this.#residents && !this.#over) {
      const turn = this.#waiting.pop();
      if (!turn) return;
      if (!turn.over) this.#start(turn);
    }
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
    const arrival = this.#memory.arrive(request, ownText(request.messages));
    turn.arrival = arrival;
    turn.cached += arrival.cached;
    if (arrival.pageIn) this.#counters.pageIns++;
    if (arrival.pageIn?.way === 'restore') this.#counters.restores++;
    const computed = Math.max(1, promptTokens(request) - turn.cached);
    const hot = this.#running.size + this.#memory.parked;
    this.#counters.peakResidents = Math.max(this.#counters.peakResidents, hot);
    this.#counters.prefillTokens += computed;

    const fault = this.#options.fault?.(request, this.#random) ?? null;
    const script = new Script(request, fault, random);
    const stepMs = (this.#options.decodeMs ?? 6) * random.between(0.8, 1.25);
    const write = (): void => {
      if (turn.over) return;
      if (fault?.kind === 'error') {
        this.#end(turn, 'error', fault.error);
        return;
      }
      turn.firstToken ??= this.#clock.now();
      const { text, tokens, end } = script.next();
      turn.text = text;
      turn.tokens = tokens;
      turn.onProgress?.({ id: request.id, text, completionTokens: tokens });
      if (end === 'silent') return;
      if (end !== null) this.#end(turn, end);
      else turn.timers.push(this.#clock.timeout(stepMs * STRIDE, write));
    };
    turn.timers.push(this.#clock.timeout(computed * this.#prefillMs + arrival.ms + stepMs, write));
  }

  #end(turn: Running, finish: FinishReason, error?: EngineError): void {
    if (turn.over) return;
    turn.over = true;
    for (const cancel of turn.timers) cancel();
    const now = this.#clock.now();
    let retained = false;
    if (this.#running.delete(turn)) {
      this.#counters.decodeTokens += turn.tokens;
      if (this.#running.size === 0) this.#counters.busyMs += now - this.#busySince;
      const { agent, messages } = turn.request;
      // As the engine on a GPU: what was cut off is not kept.
      retained = turn.retain && (finish === 'stop' || finish === 'length');
      if (retained) this.#memory.park(agent, `${ownText(messages)}\nassistant: ${turn.text}`);
    }
    turn.settle(outcomeOf(turn, now, finish, retained, error));
    this.#admit();
  }
}
