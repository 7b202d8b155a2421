import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { RunFrame } from '../protocol/protocol.ts';
import { CellDiff } from './status.ts';
import type { RunView } from './run-view.ts';

const FRAME_MS = 50;
/** Figures are told at least this often while nothing else changes. */
const STATUS_MS = 250;

/** Sends a page what changed, never faster than it takes it: the next frame waits until the last one was received. */
export class FrameSender {
  readonly #clock: Clock;
  readonly #view: () => RunView | null;
  readonly #send: (frame: RunFrame) => void | Promise<void>;
  readonly #diff = new CellDiff();
  readonly #stop: Cancel;
  #shown: RunView | null = null;
  #busy = false;
  #stopped = false;
  #lastStatus = Number.NEGATIVE_INFINITY;

  /** @param view the run to show now; another one, e.g. after a reload, begins with a full frame */
  constructor(clock: Clock, view: () => RunView | null, send: (frame: RunFrame) => void | Promise<void>) {
    this.#clock = clock;
    this.#view = view;
    this.#send = send;
    this.#stop = clock.every(FRAME_MS, () => {
      this.#tick();
    });
    this.#tick();
  }

  stop(): void {
    this.#stopped = true;
    this.#stop();
  }

  #tick(): void {
    const view = this.#view();
    if (this.#busy || this.#stopped || !view) return;
    if (view !== this.#shown) {
      this.#shown = view;
      this.#diff.reset();
    }
    const { full, cells } = this.#diff.next(view.state);
    const now = this.#clock.now();
    if (cells.length === 0 && !full && now - this.#lastStatus < STATUS_MS) return;
    this.#lastStatus = now;
    this.#busy = true;
    void this.#deliver({ runId: view.id, full, cells, status: view.status() });
  }

  async #deliver(frame: RunFrame): Promise<void> {
    try {
      await this.#send(frame);
    } catch {
      // A page that cannot be reached is gone; what it missed is told in full to the next.
      this.#diff.reset();
    } finally {
      this.#busy = false;
    }
  }
}
