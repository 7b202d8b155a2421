/**
 * Paints the cells. Keeps no state of the swarm: it reads the run buffer's arrays and repaints what was marked. Nothing is painted
 * between changes.
 */
import { AGENT_STATES } from '../../runtime/protocol/protocol.ts';
import { BY_ATTENTION, countStates } from '../live/derive.ts';
import type { Colours } from './colours.ts';
import { SHARD } from '../live/names.ts';
import { placeOf, type Band, type Layout } from './layout.ts';
import { drawShape, makeSprites, type Sprites } from './sprites.ts';

const NOWHERE = 0xffff;

export class FieldPainter {
  readonly #g: CanvasRenderingContext2D;
  #layout: Layout;
  #colours: Colours;
  #sprites: Sprites;
  #dimExcept = -1;
  /** Per agent (cells) or per first agent of a shard (tiles): place, and whether it waits to be painted. */
  #xs = new Uint16Array(0);
  #ys = new Uint16Array(0);
  #marked = new Uint8Array(0);
  #queue = new Uint32Array(0);
  #queued = 0;
  #all = true;

  /** `margin`: device pixels around the layout, so that outlines of cells at the edge are seen. */
  constructor(canvas: HTMLCanvasElement, layout: Layout, colours: Colours, agents: number, margin: number) {
    const g = canvas.getContext('2d', { alpha: false });
    if (!g) throw new Error('this browser has no 2d canvas');
    this.#g = g;
    this.#layout = layout;
    this.#colours = colours;
    canvas.width = layout.width + 2 * margin;
    canvas.height = layout.height + 2 * margin;
    this.#sprites = makeSprites(layout.pitch, layout.scale, colours);
    this.#xs = new Uint16Array(agents).fill(NOWHERE);
    this.#ys = new Uint16Array(agents);
    this.#marked = new Uint8Array(agents);
    this.#queue = new Uint32Array(agents);
    for (const { first, count } of layout.bands)
      for (let agent = first; agent < first + count; agent += 1) {
        const place = placeOf(layout, agent);
        if (!place) continue;
        this.#xs[agent] = place.x + margin;
        this.#ys[agent] = place.y + margin;
      }
  }

  /** Dim every state but this one; null = dim none. */
  dimExcept(state: number | null): void {
    this.#dimExcept = state ?? -1;
    this.#all = true;
  }

  mark(agents: Uint32Array): void {
    for (const agent of agents) {
      const at = this.#layout.kind === 'cells' ? agent : this.#shardOf(agent);
      if (this.#marked[at] !== 0 || this.#xs[at] === NOWHERE) continue;
      this.#marked[at] = 1;
      this.#queue[this.#queued] = at;
      this.#queued += 1;
    }
  }

  /** Paints what is marked; returns how many cells or tiles that were. */
  paint(state: Uint8Array): number {
    if (this.#all) return this.#paintAll(state);
    const painted = this.#queued;
    for (let k = 0; k < painted; k += 1) {
      const agent = this.#queue[k] ?? 0;
      this.#marked[agent] = 0;
      this.#one(agent, state);
    }
    this.#queued = 0;
    return painted;
  }

  #paintAll(state: Uint8Array): number {
    this.#all = false;
    this.#queued = 0;
    this.#marked.fill(0);
    this.#g.fillStyle = this.#colours.surface;
    this.#g.fillRect(0, 0, this.#g.canvas.width, this.#g.canvas.height);
    const step = this.#layout.kind === 'cells' ? 1 : SHARD;
    let painted = 0;
    for (const { first, count } of this.#layout.bands)
      for (let agent = first; agent < first + count; agent += step) {
        this.#one(agent, state);
        painted += 1;
      }
    return painted;
  }

  #one(agent: number, state: Uint8Array): void {
    if (this.#layout.kind === 'tiles') this.#tile(agent, state);
    else this.#cell(agent, state[agent] ?? 0);
  }

  #cell(agent: number, state: number): void {
    const { image, side } = this.#sprites;
    const dimmed = this.#dimExcept >= 0 && this.#dimExcept !== state ? side : 0;
    this.#g.drawImage(image, state * side, dimmed, side, side, this.#xs[agent] ?? 0, this.#ys[agent] ?? 0, side, side);
  }

  /**
   * A shard: filled from below by the share of its agents that run, like a gauge. When something is wrong in it, the worst state's shape
   * stands on top, with the number of agents in that state where there is room.
   */
  #tile(first: number, state: Uint8Array): void {
    const band = this.#bandOf(first);
    if (!band) return;
    const { pitch, scale } = this.#layout;
    const g = this.#g;
    const x = this.#xs[first] ?? 0;
    const y = this.#ys[first] ?? 0;
    const end = Math.min(first + SHARD, band.first + band.count);
    const counts = countStates(state, first, end - first);
    const worst = WRONG.find((s) => (counts[s] ?? 0) > 0);
    const shown = this.#dimExcept < 0 || (counts[this.#dimExcept] ?? 0) > 0;

    const size = pitch - Math.max(1, Math.round(scale));
    g.fillStyle = this.#colours.surface;
    g.fillRect(x, y, pitch, pitch);
    g.globalAlpha = shown ? 1 : 0.16;
    g.fillStyle = this.#colours.sunk;
    g.fillRect(x, y, size, size);
    for (const [s, ink] of [
      [RUNNING, this.#colours['running-fill']],
      [DONE, this.#colours['line-strong']],
    ] as const) {
      const level = Math.ceil((size * (counts[s] ?? 0)) / (end - first));
      g.fillStyle = ink;
      if (s === RUNNING) g.fillRect(x, y + size - level, size, level);
      else g.fillRect(x, y, level, Math.max(1, Math.round(scale)));
    }
    if (worst !== undefined) {
      const roomy = size >= 26 * scale;
      const mark = Math.max(Math.round(5 * scale), Math.min(Math.round(size * 0.55), Math.round(12 * scale)));
      const inset = Math.round((size - mark) / 2);
      const left = roomy ? Math.round(3 * scale) : inset;
      const pad = Math.max(1, Math.round(1.5 * scale));
      g.fillStyle = this.#colours.surface;
      g.fillRect(x + left - pad, y + inset - pad, (roomy ? size - left : mark) + pad, mark + 2 * pad);
      drawShape(g, AGENT_STATES[worst] ?? 'failed', x + left, y + inset, mark, this.#colours);
      if (roomy) {
        g.fillStyle = this.#colours.ink;
        g.font = `${Math.round(11 * scale)}px system-ui`;
        g.textAlign = 'right';
        g.textBaseline = 'middle';
        g.fillText(String(counts[worst] ?? 0), x + size - 3 * scale, y + size / 2 + scale);
      }
    }
    g.globalAlpha = 1;
  }

  #shardOf(agent: number): number {
    const band = this.#bandOf(agent);
    return band ? agent - ((agent - band.first) % SHARD) : agent;
  }

  #bandOf(agent: number): Band | undefined {
    return this.#layout.bands.find((band) => agent >= band.first && agent < band.first + band.count);
  }
}

const RUNNING = AGENT_STATES.indexOf('running');
const DONE = AGENT_STATES.indexOf('done');
/** State indices that mean that something is wrong, worst first. */
const WRONG = BY_ATTENTION.slice(0, 3).map((state) => AGENT_STATES.indexOf(state));
