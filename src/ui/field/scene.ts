/**
 * The field's two canvases: cells, and what lies over them. Both are drawn at most once a frame, and only after something changed; a heal moves
 * for as long as it is told.
 */
import type { RunBuffer } from '../live/buffer.ts';
import type { Colours } from './colours.ts';
import type { Layout } from './layout.ts';
import { alive, paintOverlay, type OverlayView, type Pulse } from './overlay.ts';
import { FieldPainter } from './painter.ts';

/** CSS pixels around the cells in which outlines may lie. */
export const MARGIN = 8;

/** What is pointed at, here or elsewhere. */
type Pointed = Pick<OverlayView, 'selected' | 'hovered' | 'leader'>;

export class FieldScene {
  readonly #base: HTMLCanvasElement;
  readonly #over: HTMLCanvasElement;
  readonly #buffer: RunBuffer;
  #painter: FieldPainter | null = null;
  #laid: { readonly layout: Layout; readonly colours: Colours } | null = null;
  #pointed: Pointed = { selected: null, hovered: null, leader: null };
  #only: number | null = null;
  #pulses: Pulse[] = [];
  #frame = 0;
  #overlayDirty = false;

  constructor(base: HTMLCanvasElement, over: HTMLCanvasElement, buffer: RunBuffer) {
    this.#base = base;
    this.#over = over;
    this.#buffer = buffer;
  }

  /** Every cell gets its place anew. */
  lay(layout: Layout, colours: Colours): void {
    const { scale } = layout;
    this.#laid = { layout, colours };
    this.#painter = new FieldPainter(
      this.#base,
      layout,
      colours,
      this.#buffer.state.length,
      Math.round(MARGIN * scale),
    );
    this.#painter.dimExcept(this.#only);
    this.#over.width = this.#base.width;
    this.#over.height = this.#base.height;
    for (const canvas of [this.#base, this.#over]) {
      canvas.style.width = `${this.#base.width / scale}px`;
      canvas.style.height = `${this.#base.height / scale}px`;
    }
    this.draw();
  }

  /** Dims every state but this one; null = none. */
  dimExcept(only: number | null): void {
    this.#only = only;
    this.#painter?.dimExcept(only);
    this.draw();
  }

  point(pointed: Pointed): void {
    this.#pointed = pointed;
    this.draw();
  }

  /** These agents changed. */
  mark(agents: Uint32Array): void {
    this.#painter?.mark(agents);
    this.draw();
  }

  /** These agents are well again: shown once; `still` for people who asked for less movement. */
  heal(agents: readonly number[], still: boolean): void {
    const since = Number(document.timeline.currentTime ?? 0);
    this.#pulses.push(...agents.map((agent) => ({ agent, since, still })));
    this.draw();
  }

  draw(): void {
    this.#overlayDirty = true;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#paint);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  readonly #paint = (now: number): void => {
    this.#frame = 0;
    if (!this.#painter || !this.#laid) return;
    const { state, status } = this.#buffer;
    this.#painter.paint(state);
    if (!this.#overlayDirty && this.#pulses.length === 0) return;
    this.#overlayDirty = false;
    this.#pulses = this.#pulses.filter((pulse) => alive(pulse, now));
    const g = this.#over.getContext('2d');
    const view: OverlayView = {
      ...this.#laid,
      ...this.#pointed,
      margin: Math.round(MARGIN * this.#laid.layout.scale),
      state,
      residents: status?.residents.map((resident) => resident.agent) ?? [],
    };
    if (g) paintOverlay(g, view, this.#pulses, now);
    if (this.#pulses.length > 0) this.#frame = requestAnimationFrame(this.#paint);
  };
}
