/** The reactive face of one run: the buffer's status and what is drawn from it. Cells stay in the buffer's arrays. */
import type { PageApi, RunFrame, RunStatus, Timeline } from '../../runtime/protocol/protocol.ts';
import { Beat } from './beat.ts';
import { RunBuffer } from './buffer.ts';
import { LoadRate, Series, seat } from './derive.ts';
import { Latest } from './latest.ts';
import { onlyHere } from './only-here.ts';

const SPARK = 60;

/** Milliseconds, as of the frame that is being made. */
const now = (): number => Number(document.timeline.currentTime ?? 0);

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class LiveRun {
  readonly id: string;
  /** What is on show: the run as it is now, or as it was at `at`. */
  readonly buffer = new RunBuffer();
  status = $state.raw<RunStatus | null>(null);
  /** As it is now, whatever is on show. */
  live = $state.raw<RunStatus | null>(null);
  /** Run time that is looked at, ms; null: now. */
  at = $state<number | null>(null);
  /** Run time of what is on show, ms; null: now. Another one than `at` until that moment has been worked out. */
  shown = $state<number | null>(null);
  timeline = $state.raw<Timeline | null>(null);
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

  readonly #runtime: PageApi;
  readonly #series = new Series(SPARK);
  readonly #rate = new LoadRate();
  readonly #beat = new Beat();
  readonly #moments: Latest<number, RunFrame>;
  readonly #timelines: Latest<null, Timeline>;
  /** Goes on being now while the past is on show. */
  readonly #now = new RunBuffer();
  #closed = false;
  #onlyHere: boolean | null = null;

  constructor(runtime: PageApi, id: string) {
    this.#runtime = runtime;
    this.id = id;
    this.#moments = new Latest(
      (at) => runtime.moment(id, at),
      (frame, at) => {
        if (this.at !== null && !this.#closed) this.#show(frame, at);
      },
      (error) => {
        if (!this.#closed) this.refused = reason(error);
      },
    );
    this.#timelines = new Latest(
      () => runtime.timeline(id),
      (timeline) => (this.timeline = timeline),
      () => undefined,
    );
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
        if (!this.#closed && frame.runId === this.id) this.#hear(frame);
      });
    } catch (error) {
      this.broken = reason(error);
    }
  }

  /** Leaves the run as it is; it goes on without this page looking. */
  close(): void {
    this.#closed = true;
    void this.#runtime.unwatch().catch(() => undefined);
  }

  /** Shows the run as it was at that run time (ms), or as it is now. */
  lookAt(at: number | null): void {
    if (at === this.at) return;
    if (at === null) {
      this.at = this.shown = null;
      const frame = this.#now.frame();
      if (frame) this.#show(frame, null);
      return;
    }
    if (this.at === null) {
      const frame = this.buffer.frame();
      if (frame) this.#now.apply(frame);
    }
    this.at = at;
    this.#moments.want(at);
  }

  /** Reads the timeline again. */
  wantTimeline(): void {
    if (!this.#closed) this.#timelines.want(null);
  }

  pause = (): void => this.#ask(this.#runtime.pause(this.id));
  resume = (): void => this.#ask(this.#runtime.resume(this.id));
  cancel = (): void => this.#ask(this.#runtime.cancel(this.id));

  #ask(command: Promise<void>): void {
    this.refused = '';
    command.catch((error: unknown) => {
      this.refused = reason(error);
    });
  }

  /** Cells are painted as they come, figures at a reader's pace. */
  #hear(frame: RunFrame): void {
    // That time may stand still in a tab that is hidden; nothing is laid out there either, but its title goes on counting.
    const due = document.hidden || this.#beat.due(frame.status, now());
    if (due) this.live = frame.status;
    this.#guard(frame.status);
    if (this.at !== null) {
      this.#now.apply(frame);
      return;
    }
    // Figures first: should whoever paints fail, they still go on.
    if (due) this.#take(frame.status);
    this.buffer.apply(frame);
  }

  #guard({ waits }: RunStatus): void {
    const is = waits?.code === 'storage-gone';
    if (is === this.#onlyHere) return;
    this.#onlyHere = is;
    onlyHere(this.id, is);
  }

  #show(frame: RunFrame, at: number | null): void {
    this.shown = at;
    this.#take(frame.status);
    this.buffer.show(frame);
  }

  #take(status: RunStatus): void {
    this.status = status;
    const residents = status.residents.map((resident) => resident.agent);
    const seats = status.report?.residents ?? status.summary.budget.resident;
    const next = seat(this.seats, residents, Math.min(seats, 64));
    if (next.length !== this.seats.length || next.some((agent, k) => agent !== this.seats[k])) this.seats = next;
    if (this.at !== null) return;
    if (this.#series.note(status.elapsedMs, status.tokensPerSecond)) this.spark = [...this.#series.values];
    if (status.loading) {
      this.#rate.note(now(), status.loading.phase, status.loading.bytes);
      this.loadRate = this.#rate.perSecond;
    }
  }
}
