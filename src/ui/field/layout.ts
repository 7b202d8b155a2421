/**
 * Where each agent's cell is. Roles are bands, one below the other; in a band agents stand in shards of 64 (8 x 8, or 16 x 4 where
 * cells get larger that way), as supervision groups them, so that a fault of a shard reads as a block and a fault of a role as a band. A cell never moves while the size of the
 * field stays the same: place is memory.
 *
 * All lengths are device pixels. Below `MIN_CELL` pixels a cell has no shape, so a whole shard becomes one tile.
 */
import { SHARD } from '../live/names.ts';

/** Cells in a row of a shard: square blocks first, flat ones where they fill the field better. */
const SIDES = [8, 16] as const;

/** A run of agents with one role, `first` to `first + count - 1`. */
export interface Segment {
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

export interface Frame {
  readonly width: number;
  /** Most height that there is; `Infinity` where the page may grow. */
  readonly height: number;
  /** Device pixels in one CSS pixel. */
  readonly scale: number;
  /** Left space for role names, or 0: then each band has its name above, `above` pixels high. */
  readonly gutter: number;
  readonly above: number;
  /** Widest cell in CSS pixels. */
  readonly largest: number;
}

export interface Band extends Segment {
  readonly y: number;
  readonly height: number;
  readonly shards: number;
}

export interface Layout {
  readonly kind: 'cells' | 'tiles';
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  /** Left edge of the first column. */
  readonly left: number;
  /** Side of the square that a cell (or, in tiles, a shard) owns, with the gap to the next. */
  readonly pitch: number;
  readonly gap: number;
  readonly columns: number;
  /** Cells in a row of a shard. */
  readonly side: number;
  /** Distance between the left edges, and the top edges, of two shards. */
  readonly stepX: number;
  readonly stepY: number;
  readonly bands: readonly Band[];
}

export const MIN_CELL = 3;
const MIN_TILE = 7;
const LARGEST_TILE = 36;

/** Cells as large as fit, tiles where no cell does; where not even the smallest tile fits the field grows past `frame.height`. */
export function layOut(segments: readonly Segment[], frame: Frame): Layout {
  const { scale } = frame;
  for (let pitch = Math.floor(frame.largest * scale); pitch >= MIN_CELL * scale; pitch -= 1) {
    for (const side of SIDES) {
      const layout = arrange('cells', segments, frame, pitch, side);
      if (layout && layout.height <= frame.height) return layout;
    }
  }
  for (let pitch = Math.floor(LARGEST_TILE * scale); pitch > MIN_TILE * scale; pitch -= 1) {
    const layout = arrange('tiles', segments, frame, pitch, 1);
    if (layout && layout.height <= frame.height) return layout;
  }
  return arrange('tiles', segments, frame, Math.ceil(MIN_TILE * scale), 1) ?? nothing(frame);
}

function nothing(frame: Frame): Layout {
  const { width, scale } = frame;
  return {
    kind: 'tiles',
    width,
    height: 0,
    scale,
    left: 0,
    pitch: 1,
    gap: 0,
    columns: 1,
    side: 1,
    stepX: 1,
    stepY: 1,
    bands: [],
  };
}

function arrange(
  kind: Layout['kind'],
  segments: readonly Segment[],
  frame: Frame,
  pitch: number,
  side: number,
): Layout | null {
  const { width, scale } = frame;
  const [wide, tall] = kind === 'cells' ? [side * pitch, (SHARD / side) * pitch] : [pitch, pitch];
  const gap = kind === 'cells' ? Math.max(Math.round(2 * scale), Math.round(pitch * 0.4)) : 0;
  const room = width - frame.gutter;
  const columns = Math.floor((room + gap) / (wide + gap));
  if (columns < 1) return null;

  const bandGap = Math.round(10 * scale);
  const most = Math.max(0, ...segments.map(shardsOf));
  // What is left over widens the gaps of full rows of shards, but never so far that blocks fall apart.
  const over = columns > 1 && most >= columns ? (room - wide - (columns - 1) * (wide + gap)) / (columns - 1) : 0;
  const bands: Band[] = [];
  let y = 0;
  for (const segment of segments) {
    if (segment.count === 0) continue;
    const shards = shardsOf(segment);
    const rows = Math.ceil(shards / columns);
    const cellRows = Math.ceil(Math.min(segment.count, SHARD) / side);
    const last = rows > 1 || kind === 'tiles' ? tall : cellRows * pitch;
    const height = (rows - 1) * (tall + gap) + last;
    y += frame.above;
    bands.push({ ...segment, y, height, shards });
    y += height + bandGap;
  }
  return {
    kind,
    width,
    height: Math.max(0, y - bandGap),
    scale,
    left: frame.gutter,
    pitch,
    gap,
    columns,
    side,
    stepX: wide + gap + Math.min(Math.floor(over), gap),
    stepY: tall + gap,
    bands,
  };
}

/** Side of the shape within a cell's square: what is left is the gap to its neighbours. */
export function shapeSize(pitch: number, scale: number): number {
  const hair = Math.max(1, Math.round(scale));
  if (pitch <= 3) return pitch;
  return pitch - (pitch >= 12 * scale ? Math.round(pitch * 0.16) : hair);
}

function shardsOf(segment: Segment): number {
  return Math.ceil(segment.count / SHARD);
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

function bandOf(layout: Layout, agent: number): Band | null {
  return layout.bands.find((band) => agent >= band.first && agent < band.first + band.count) ?? null;
}

/** Top left corner of the agent's cell, or of its shard's tile; null for agents that this layout does not show. */
export function placeOf(layout: Layout, agent: number): Place | null {
  const band = bandOf(layout, agent);
  if (!band) return null;
  const k = agent - band.first;
  const shard = Math.floor(k / SHARD);
  const x = layout.left + (shard % layout.columns) * layout.stepX;
  const y = band.y + Math.floor(shard / layout.columns) * layout.stepY;
  if (layout.kind === 'tiles') return { x, y };
  const inShard = k % SHARD;
  return { x: x + (inShard % layout.side) * layout.pitch, y: y + Math.floor(inShard / layout.side) * layout.pitch };
}

/** Agent at a point; in tiles the first agent of the shard there; null between cells and past the end. */
export function agentAt(layout: Layout, x: number, y: number): number | null {
  const band = layout.bands.find((band) => y >= band.y && y < band.y + band.height);
  if (!band) return null;
  const column = Math.floor((x - layout.left) / layout.stepX);
  const row = Math.floor((y - band.y) / layout.stepY);
  if (column < 0 || column >= layout.columns) return null;
  const shard = row * layout.columns + column;
  if (shard >= band.shards) return null;
  if (layout.kind === 'tiles') return band.first + shard * SHARD;
  const cx = Math.floor((x - layout.left - column * layout.stepX) / layout.pitch);
  const cy = Math.floor((y - band.y - row * layout.stepY) / layout.pitch);
  if (cx >= layout.side || cy >= SHARD / layout.side) return null;
  const k = shard * SHARD + cy * layout.side + cx;
  return k < band.count ? band.first + k : null;
}

export type Direction = 'left' | 'right' | 'up' | 'down';
const STEPS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;

/** Next agent from `agent` in a direction, across gaps and bands; itself at the edge. */
export function neighbour(layout: Layout, agent: number, direction: Direction): number {
  const place = placeOf(layout, agent);
  if (!place) return layout.bands[0]?.first ?? agent;
  const here = layout.kind === 'tiles' ? firstOfShard(layout, agent) : agent;
  const [dx, dy] = STEPS[direction];
  const half = layout.pitch / 2;
  for (let step = half; ; step += half) {
    const x = place.x + half + dx * step;
    const y = place.y + half + dy * step;
    if (x < layout.left || y < 0 || x >= layout.width || y >= layout.height) return here;
    const next = agentAt(layout, x, y);
    if (next !== null && next !== here) return next;
  }
}

/** First agent of the shard that `agent` stands in. */
export function firstOfShard(layout: Layout, agent: number): number {
  const band = bandOf(layout, agent);
  return band ? agent - ((agent - band.first) % SHARD) : agent;
}

/** A part of the swarm, and what it is a part of. */
export interface Part {
  readonly segment: Segment;
  readonly role: string;
  /** Number of the shard in its role, from 1; null: the whole role. */
  readonly shard: number | null;
}

/** The part that an address names: a role, or a shard of it as `triager/3`; null where there is none such, or it is empty. */
export function partOf(
  roles: readonly Segment[],
  scope: string,
  nameOf: (role: string, shard: number) => string,
): Part | null {
  const whole = roles.find(({ name }) => name === scope);
  if (whole) return { segment: whole, role: whole.name, shard: null };
  const [, name, number] = /^(.+)\/(\d{1,6})$/.exec(scope) ?? [];
  const role = roles.find((one) => one.name === name);
  const shard = Number(number);
  const offset = (shard - 1) * SHARD;
  if (!role || shard < 1 || offset >= role.count) return null;
  const segment = {
    name: nameOf(role.name, shard),
    first: role.first + offset,
    count: Math.min(SHARD, role.count - offset),
  };
  return { segment, role: role.name, shard };
}
