/** The reactive face of one run: the buffer's status and what is drawn from it. Cells stay in the buffer's arrays. */
import type { RunStatus, RuntimeApi } from '../../runtime/protocol.ts';
import { RunBuffer } from './buffer.ts';
import { LoadRate, Series, seat } from './derive.ts';

const SPARK = 60;

export class LiveRun {
  readonly id: string;
  readonly buffer = new RunBuffer();
  status = $state.raw<RunStatus | null>(null);
  /** True when this browser has no such run. */
  missing = $state(false);
  broken = $state('');
  /** Why the last command was not carried out; empty when it was. */
  refused = $state('');
  seats = $state.raw<(number | null)[]>([]);
  spark = $state.raw<readonly number[]>([]);
  readonly sparkLength = SPARK;
  /** Bytes a second while loading; null when not known. */
  loadRate = $state<number | null>(null);

  readonly #runtime: RuntimeApi;
  readonly #series = new Series(SPARK);
  readonly #rate = new LoadRate();
  #closed = false;

  constructor(runtime: RuntimeApi, id: string) {
    this.#runtime = runtime;
    this.id = id;
    this.buffer.onStatus((status) => {
      this.#take(status);
    });
  }

  async open(): Promise<void> {
    try {
      if (!(await this.#runtime.open(this.id))) {
        const known = await this.#runtime.runs();
        if (!known.some((run) => run.id === this.id)) {
          this.missing = true;
          return;
        }
      }
      await this.#runtime.watch(this.id, (frame) => {
        if (!this.#closed && frame.runId === this.id) this.buffer.apply(frame);
      });
    } catch (error) {
      this.broken = error instanceof Error ? error.message : String(error);
    }
  }

  /** Leaves the run as it is; it goes on without this page looking. */
  close(): void {
    this.#closed = true;
    void this.#runtime.unwatch().catch(() => undefined);
  }

  pause = (): void => this.#ask(this.#runtime.pause(this.id));
  resume = (): void => this.#ask(this.#runtime.resume(this.id));
  cancel = (): void => this.#ask(this.#runtime.cancel(this.id));

  #ask(command: Promise<void>): void {
    this.refused = '';
    command.catch((error: unknown) => {
      this.refused = error instanceof Error ? error.message : String(error);
    });
  }

  #take(status: RunStatus): void {
    this.status = status;
    const residents = status.residents.map((resident) => resident.agent);
    const seats = status.report?.residents ?? status.summary.budget.resident;
    const next = seat(this.seats, residents, Math.min(seats, 64));
    if (next.length !== this.seats.length || next.some((agent, k) => agent !== this.seats[k])) this.seats = next;
    if (this.#series.note(status.elapsedMs, status.tokensPerSecond)) this.spark = [...this.#series.values];
    if (status.loading) {
      this.#rate.note(Number(document.timeline.currentTime ?? 0), status.loading.phase, status.loading.bytes);
      this.loadRate = this.#rate.perSecond;
    }
  }
}
