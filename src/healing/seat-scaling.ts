import type { EngineCounters, EngineReport, VramSample } from '../engine/contract.ts';
import { Autoscaler, DEFAULT_SCALE } from './autoscale.ts';
import type { EventBody } from '../journal/events.ts';

/** At least this share of the seats that the engine was built for stay in use, so that a burst of work need not wait for them one by one. */
const LEAST = 1 / 4;
/** Looks that come sooner after one another than this say little about load, ms. */
const SOONEST_MS = 500;

export interface SeatScalingOptions {
  readonly tell: (event: EventBody) => unknown;
  /** So many agents may sit on the GPU from now on. */
  readonly resize: (seats: number) => void;
}

/**
 * How many of an engine's seats are in use: all of them to begin with, fewer while the GPU idles and nothing waits, more again when there is
 * work. The K/V pool is built once for all seats, so a change costs no reload.
 */
export class SeatScaling {
  readonly #with: SeatScalingOptions;
  #scaler: Autoscaler | null = null;
  #max = 0;
  #last: { readonly at: number; readonly busyMs: number } | null = null;

  constructor(options: SeatScalingOptions) {
    this.#with = options;
  }

  /** A fresh engine: all its seats are in use. */
  begin({ residents }: Pick<EngineReport, 'residents'>): void {
    this.#max = residents;
    this.#scaler = new Autoscaler(residents, {
      ...DEFAULT_SCALE,
      min: Math.max(1, Math.ceil(residents * LEAST)),
      max: residents,
    });
    this.#last = null;
  }

  /** Nobody was let work meanwhile: what is seen next is not measured from what was seen before. */
  pause(): void {
    this.#last = null;
  }

  look(now: number, { busyMs }: Pick<EngineCounters, 'busyMs'>, vram: VramSample, waiting: number): void {
    const last = this.#last;
    const passed = last ? now - last.at : 0;
    if (last && passed < SOONEST_MS) return;
    this.#last = { at: now, busyMs };
    if (!this.#scaler || !last) return;
    const from = this.#scaler.residents;
    const load = Math.min(1, Math.max(0, (busyMs - last.busyMs) / passed));
    // The pool has room for all its seats already.
    const view = { load, waiting, freeBytes: Math.max(0, vram.limit - vram.now), bytesPerAgent: 0 };
    const { residents, because } = this.#scaler.look(view);
    if (because === null) return;
    this.#with.tell({ type: 'seats.changed', from, to: residents, max: this.#max, because });
    this.#with.resize(residents);
  }
}
