/**
 * The contract of an inference engine: what the runtime asks of whoever turns prompts into text.
 *
 * Implementations: the inference worker (WebLLM on WebGPU), an endpoint that a person has allowed, and the scripted engine (rules, for the
 * demo without WebGPU and for simulation); chaos and replays wrap them or play turns in their place. The shape is that of a
 * batched engine: any number of turns may be in flight, they stream, and each ends exactly once. Everything crosses a MessagePort, so all
 * values are structured-cloneable.
 */

import type { EngineLoss } from '../journal/engine-events.ts';
import type { NotKept } from '../journal/storage-events.ts';
import type { EngineErrorCode, FinishReason, GateCause, LossDeclarer, RemoteErrorCode } from '../journal/vocabulary.ts';
import type { Keep, Ranges } from '../kernel/ranges.ts';

export type { EngineErrorCode, FinishReason, NotKept };
/** What can go wrong on this machine; an endpoint elsewhere speaks for itself. */
export type LocalErrorCode = Exclude<EngineErrorCode, RemoteErrorCode>;

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface Sampling {
  /** 0 = greedy. */
  readonly temperature: number;
  /** Nucleus mass in (0, 1]. */
  readonly topP: number;
  /** Seed of this sequence's draws; equal seeds give equal tokens on the same adapter. */
  readonly seed: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** 1 = none. */
  readonly repetitionPenalty?: number;
}

/** One turn of one agent. */
export interface TurnRequest {
  /** Unique per attempt; the idempotency key of the turn. */
  readonly id: string;
  /** Row of the agent, the key of its memory on any tier. */
  readonly agent: number;
  /** Lower goes first; equal priorities go oldest first. */
  readonly priority: number;
  /** What agents of the role share: its prompt and tool text. Engines may keep one copy of its K/V. */
  readonly prefix: readonly ChatMessage[];
  /** What only this turn has; ends with a user message. */
  readonly messages: readonly ChatMessage[];
  /** JSON Schema, as text, that constrains the output; absent = free text. */
  readonly schema?: string;
  /** The text that may be shortened where the prompt does not fit the model's context; absent: none. */
  readonly elastic?: Elastic;
  /** How many of `messages`, from the first, are the agent's memory: where they do not fit, the oldest are left out, two by two. */
  readonly memory?: number;
  readonly maxTokens: number;
  readonly stop?: readonly string[];
  readonly sampling: Sampling;
  /** Milliseconds from submission after which the turn ends as `deadline` with its partial text. */
  readonly deadlineMs: number;
  /**
   * Keep the agent's sequence on the GPU after the turn, parked under its row, until its next turn, `pageOut` or `forget`. Whoever asks
   * for it counts the seats: parked and running sequences together never pass the engine's residents.
   */
  readonly retain?: boolean;
  /**
   * How to bring back what the agent has on the warm tier: read its K/V back, or compute it again. Absent: read it back where it is there
   * and matches. What is not there or does not match is always computed.
   */
  readonly pageIn?: PageInWay;
}

/** A part of one message that may be shortened. */
export interface Elastic {
  /** Index into the request's `messages`. */
  readonly message: number;
  /** Characters of its content, `to` not included. */
  readonly from: number;
  readonly to: number;
  readonly keep: Keep;
  /** At most so many of them, whatever fits; absent: as many as fit. */
  readonly most?: number;
}

export type PageInWay = 'restore' | 'prefill';

/** What bringing an agent's own tokens onto the GPU cost, for the cost model. */
export interface PageIn {
  readonly way: PageInWay;
  /** Own tokens brought in this way, and the bytes read for them (0 for prefill). */
  readonly tokens: number;
  readonly bytes: number;
  /** Milliseconds of reading, uploading and computing; a share of the step where the step was shared. */
  readonly ms: number;
  /** Why the agent's newest warm pages could not be trusted (checksum, version): it was computed, or older ones were read, instead. */
  readonly distrusted?: string;
}

/** Where an agent's context went. */
export interface PagedOut {
  readonly agent: number;
  /** `warm`: its own tokens' K/V is durable; `cold`: nothing is kept but the cold record, which the runtime has. */
  readonly tier: 'warm' | 'cold';
  /** Own tokens and the bytes written for them; 0 when cold. */
  readonly tokens: number;
  readonly bytes: number;
  readonly ms: number;
  /** Why it could not be warm though that was asked for. */
  readonly because?: NotKept;
}

export interface TurnUsage {
  readonly promptTokens: number;
  /** Of the prompt tokens, those whose K/V was shared or restored instead of computed. */
  readonly cachedTokens: number;
  /** Of the cached tokens, those whose K/V was read back from the warm tier. */
  readonly restoredTokens: number;
  readonly completionTokens: number;
  /** Of the completion tokens, those of reasoning, as far as that is known; absent: none. */
  readonly reasoningTokens?: number;
}

export interface TurnTiming {
  /** All in milliseconds from submission. */
  readonly admittedMs: number;
  readonly firstTokenMs: number | null;
  readonly endedMs: number;
}

export interface TurnOutcome {
  readonly id: string;
  readonly finish: FinishReason;
  /** Whole text when `stop`, what there is otherwise. */
  readonly text: string;
  readonly usage: TurnUsage;
  readonly timing: TurnTiming;
  /** Mean natural-log probability of the chosen tokens, where the engine reads it. */
  readonly meanLogprob: number | null;
  /** What was read of the elastic text, in characters of it; absent where that was all of it. */
  readonly read?: Ranges;
  /** Messages of the agent's memory that were left out, the oldest; absent where none were. */
  readonly dropped?: number;
  /** True when the agent's sequence is parked on the GPU now, as `retain` asked. */
  readonly retained?: boolean;
  /** Absent when the agent was resident, or where the engine does not measure it. */
  readonly pageIn?: PageIn;
  readonly error?: EngineError;
  /** What the model wrote before its answer to reason with, where the engine can tell it apart; no part of `text`. */
  readonly reasoning?: string;
}

/** Streamed while a turn runs; `text` is all of the answer so far, reasoning left out, so a lost message costs nothing. */
export interface TurnProgress {
  readonly id: string;
  readonly text: string;
  readonly completionTokens: number;
}

/** Faults a person or the supervisor meets, each with its own way on. */
export interface EngineError {
  readonly code: EngineErrorCode;
  /** Who gave the engine up, where it was not the engine itself that said so; the words are the page's then. */
  readonly by?: LossDeclarer;
  /** One sentence for a person: what failed. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly remedy: string;
  readonly detail?: string;
}

/** What the log keeps of the error that ended an engine. */
export const lossOf = ({ code, by, message }: EngineError): EngineLoss => ({
  code,
  by: by ?? 'engine',
  detail: message,
});

/** The error of an engine that somebody else gave up: it says nothing itself, nor can anybody but wait for the next. */
export const givenUp = (by: LossDeclarer): EngineError => ({ code: 'worker-dead', by, message: '', remedy: '' });

/** Where the weights come from: a built-in or listed model by id, or a folder in the hub's layout by URL. */
export interface ModelSource {
  readonly id: string;
  /** Absolute or page-relative URL of a folder in the hub's layout; absent for listed models. */
  readonly url?: string;
  /** URL of the model library (wasm); absent for listed models and for folders that name their own. */
  readonly libraryUrl?: string;
}

export interface MemoryBudget {
  /** MiB of GPU memory the person gives us; browsers do not report it. */
  readonly vramMiB: number;
  /** Share of it that may ever be used, e.g. 0.85. */
  readonly occupancy: number;
  /** Sequences on the GPU at once. */
  readonly resident: number;
}

export type LoadPhase =
  'endpoint' | 'adapter' | 'library' | 'config' | 'tokenizer' | 'weights' | 'compile' | 'self-test' | 'ready';

export interface LoadProgress {
  readonly phase: LoadPhase;
  /** Bytes so far and in all within the phase; total null where unknown. */
  readonly bytes: number;
  readonly totalBytes: number | null;
  /** True when the bytes come from the store. */
  readonly fromCache: boolean;
}

export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallback: boolean;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export interface VramSample {
  /** Bytes allocated on the GPU by the engine now and at most, as the engine's allocator counts them. */
  readonly now: number;
  readonly peak: number;
  /** By part, bytes: what the pool was sized from. */
  readonly weights: number;
  readonly kv: number;
  readonly workspace: number;
  /** budget.vramMiB and budget.vramMiB x occupancy, bytes. */
  readonly budget: number;
  readonly limit: number;
}

export interface EngineReport {
  readonly engine: 'webllm' | 'scripted' | 'remote';
  /** True when turns share batches; false when they run one at a time through the public chat API. */
  readonly batched: boolean;
  /** Sequences the engine will run at once, at most. */
  readonly residents: number;
  /** Of these, so many to begin with; absent: all. `onSeats` tells of more and fewer. */
  readonly seats?: number;
  readonly adapter: AdapterInfo | null;
  readonly model: {
    readonly id: string;
    readonly library: string;
    readonly contextTokens: number;
    readonly weightBytes: number;
  };
  /** Plain sentences on anything that fell back and why; empty when nothing did. */
  readonly notes: readonly string[];
  readonly loadMs: number;
}

/** How many turns an engine runs at once, where that is found out while it runs. */
export interface SeatsChange {
  readonly from: number;
  readonly to: number;
  /** As many as it may ever be. */
  readonly max: number;
  readonly because: GateCause;
}

/** Counters since load, for reports and metrics. */
export interface EngineCounters {
  readonly turns: number;
  readonly prefillTokens: number;
  readonly decodeTokens: number;
  readonly prefixHits: number;
  readonly peakResidents: number;
  /** Milliseconds in which the GPU had work, and in which it waited although turns were ready. */
  readonly busyMs: number;
  readonly starvedMs: number;
  /** Sequences brought onto the GPU for an agent that was not there, and taken off it while the agent lives. */
  readonly pageIns: number;
  readonly pageOuts: number;
  /** Of the page-ins, those that read K/V back. */
  readonly restores: number;
  /** Bytes on the warm tier now. */
  readonly warmBytes: number;
}

export interface TurnHandle {
  readonly id: string;
  /** Settles exactly once and never rejects: faults arrive as an outcome with `finish: 'error'`. */
  readonly done: Promise<TurnOutcome>;
  cancel(): void;
}

export interface Engine {
  load(
    source: ModelSource,
    budget: MemoryBudget,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport>;
  /**
   * Does what a later `load` of the same model would do, as far as that goes without a K/V pool, so that it takes the place of a lost engine
   * at once. @returns bytes that it holds on the GPU; 0 where a second copy of the model is more than the budget has to spare
   */
  prepare?(source: ModelSource, budget: MemoryBudget): Promise<number>;
  /**
   * `onHeld`: told by engines that keep a turn back before it runs. True: it waits, and nobody works on it; false: it was sent on, and its
   * deadline counts from now, not from submission. Both may come more than once.
   */
  submit(
    request: TurnRequest,
    onProgress?: (progress: TurnProgress) => void,
    onHeld?: (held: boolean) => void,
  ): TurnHandle;
  /**
   * Frees the seat of a parked agent. `warm`: its own tokens' K/V is written first and the promise resolves once that is durable, or says
   * that it could not be and became cold. Turns submitted afterwards may take the seat at once. Never rejects while the engine lives; an
   * agent that is not parked is cold already.
   */
  pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut>;
  /** Drops everything the engine keeps of the agent, on the GPU and on the warm tier; a turn of it that runs is not kept either. */
  forget(agent: number): Promise<void>;
  /** Storage is short: drops warm pages, least recently used first, until at least `bytes` are free. @returns bytes that were freed */
  freeWarm(bytes: number): Promise<number>;
  vram(): Promise<VramSample>;
  counters(): Promise<EngineCounters>;
  /** Told whenever it changes how many turns run at once; engines for whom that is what `load` said do not have it. */
  readonly onSeats?: ((listener: (change: SeatsChange) => void) => void) | undefined;
  /** Called once, when the engine can do no more: all turns in flight have ended with an error first. */
  onLost(listener: (error: EngineError) => void): void;
  dispose(): Promise<void>;
}

/** Thrown by `load`. */
export class EngineFault extends Error {
  readonly error: EngineError;
  constructor(error: EngineError) {
    super(error.message);
    this.name = 'EngineFault';
    this.error = error;
  }
}

/** What was thrown, as an error of the contract. `otherwise`: what is told where it is none. */
export function asEngineError(thrown: unknown, otherwise: Pick<EngineError, 'message' | 'remedy'>): EngineError {
  if (thrown instanceof EngineFault) return thrown.error;
  return { code: 'internal', ...otherwise, detail: String(thrown) };
}

/** What a model on offer costs and whether it fits the budget; what a person chooses from. */
export interface ModelChoice {
  readonly id: string;
  readonly label: string;
  /** Honest limits in one sentence, e.g. "3 million parameters, trained for log triage only." */
  readonly note: string;
  /** Bytes to fetch; 0 when built in or in the cache already. */
  readonly downloadBytes: number;
  readonly cached: boolean;
  readonly weightBytes: number;
  readonly workspaceBytes: number;
  /** K/V bytes of one resident agent at full context. */
  readonly kvBytesPerAgent: number;
  /** How many agents fit at once under the budget; 0 = does not fit. */
  readonly fits: number;
  /** Its agents run one at a time, whatever the budget. */
  readonly alone?: boolean;
  /** Sum spelled out when it does not fit, else empty. */
  readonly reason: string;
}

/** Whether this browser can run models at all. */
export interface GpuCheck {
  readonly ok: boolean;
  readonly adapter: AdapterInfo | null;
  readonly problem: EngineError | null;
  /** Free storage by the browser's estimate, bytes; null where unknown. */
  readonly storageFree: number | null;
}

/** A model whose files are stored in this browser. */
export interface StoredModel {
  /** Its name in the list, or the last part of its folder's address. */
  readonly id: string;
  /** Address of the folder, which `removeModel` takes. */
  readonly folder: string;
  /** Of all its files, the library with them. */
  readonly bytes: number;
  /** It comes with the page: deleted, it is fetched again from the page's own host. */
  readonly builtIn: boolean;
  /** False for files of which no model can be loaded: some are missing, or nothing is known of them. */
  readonly usable: boolean;
}

/** What is stored beside the runs, bytes. */
export interface StoredBeside {
  /** Largest first. */
  readonly models: readonly StoredModel[];
  /** What the models take up where they lie, as the browser counts it; null where it does not count them by themselves. */
  readonly modelUsage: number | null;
  /** Of the models' bytes, those that still lie in Cache storage, where earlier versions kept them. */
  readonly cachedModelBytes: number;
  readonly warmBytes: number;
}

/** What engines leave in the browser beside the runs: models, and K/V of agents that are not on the GPU. All of it can be had again. */
export interface EngineStorage {
  stored(): Promise<StoredBeside>;
  /** Deletes the model's files; one that is loaded stays on the GPU. @returns bytes freed */
  removeModel(folder: string): Promise<number>;
  /** Drops all warm pages. @returns bytes freed */
  dropWarm(): Promise<number>;
  /** Brings the built-in model into storage, so that it can be loaded without a network. Ends early, in peace, when an engine loads. */
  keepPocket(): Promise<void>;
}

/** `stock` is WebLLM's public chat API, one turn at a time: the peer that figures are taken against. */
export type EngineKind = 'webllm' | 'stock';

/**
 * Where the runtime gets engines from. `create` is cheap and never throws: it spawns nothing until `load`; an engine that was lost or
 * disposed is not used again, the runtime creates another.
 */
export interface EngineHost {
  checkGpu(): Promise<GpuCheck>;
  models(vramMiB: number, occupancy: number): Promise<readonly ModelChoice[]>;
  create(kind: EngineKind): Engine;
}
