import type { Clock } from '../../kernel/clock.ts';
import type { PageApi, RemoteSettings, RunFrame } from '../protocol/protocol.ts';

/** The Web Lock of a worker that hung outlives it by two seconds in Chrome; a fresh worker only watches until it is free. */
const ASK_MS = 2500;
const ASKS = 8;

type Asked = Pick<PageApi, 'resume' | 'allowRemote' | 'playFaults'>;

/**
 * What only the memory of a runtime worker holds, kept in the page, so that a fresh worker goes on as the one before it: that this tab runs
 * the run, the endpoint that a person has allowed with its key, and the fault plan that is being played. All else is in the run's log.
 */
export class CarryOver {
  readonly #clock: Clock;
  readonly #api: Asked;
  #remote: { readonly runId: string; readonly remote: RemoteSettings } | null = null;
  #plan: { readonly runId: string; readonly file: string; readonly text: string; readonly begunAt: number } | null =
    null;
  /** The run that the worker writes, as its last frame said. */
  #writes: string | null = null;
  /** The run that a fresh worker has yet to go on with. */
  #owed: string | null = null;
  #asks = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, api: Asked) {
    this.#clock = clock;
    this.#api = api;
  }

  /** The endpoint was allowed, or taken back (null). */
  allowed(runId: string, remote: RemoteSettings | null): void {
    this.#remote = remote && { runId, remote };
  }

  /** The plan is being played, since `from` ms. */
  playing(runId: string, file: string, text: string, from = 0): void {
    this.#plan = { runId, file, text, begunAt: this.#clock.now() - from };
  }

  /** The worker is gone; a fresh one is there. */
  lost(): void {
    this.#owed = this.#writes ?? this.#owed;
    this.#writes = null;
    this.#asks = 0;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  /** A frame of the watched run came. */
  heard({ runId, status }: Pick<RunFrame, 'runId' | 'status'>): void {
    if (this.#owed !== null && this.#owed !== runId) this.#owed = null;
    if (status.writer) {
      this.#writes = runId;
      if (this.#owed === runId) {
        this.#owed = null;
        if (status.endedAt === null) this.#tell(runId);
      }
    } else {
      this.#writes = null;
      if (this.#owed === runId) this.#takeOver(runId);
    }
  }

  #takeOver(runId: string): void {
    const now = this.#clock.now();
    if (now - this.#askedAt < ASK_MS) return;
    this.#askedAt = now;
    // Whoever holds the lock for so long is another tab, and not what is left of the worker.
    if (++this.#asks > ASKS) this.#owed = null;
    else this.#api.resume(runId).catch(() => undefined);
  }

  #tell(runId: string): void {
    if (this.#remote?.runId === runId) this.#api.allowRemote(runId, this.#remote.remote).catch(() => undefined);
    if (this.#plan?.runId !== runId) return;
    const { file, text, begunAt } = this.#plan;
    this.#api.playFaults(runId, file, text, this.#clock.now() - begunAt).catch(() => undefined);
  }
}
