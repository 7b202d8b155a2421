/** What lies over the cells: who is on the GPU, what is selected, what the pointer is at, and the one-time sign of a heal. */
import { AGENT_STATES } from '../../runtime/protocol/protocol.ts';
import type { Colours } from './colours.ts';
import { firstOfShard, placeOf, shapeSize, type Layout } from './layout.ts';
import { drawShape } from './sprites.ts';

export interface Pulse {
  readonly agent: number;
  readonly since: number;
  /** Fixed outline instead of movement, for people who asked for less of it. */
  readonly still: boolean;
}

const REFILL = 640;
const RING = 900;
const STILL = 2000;
/** More heals than this in one frame: no rings, refill only. */
const MANY = 12;

export interface OverlayView {
  readonly layout: Layout;
  readonly colours: Colours;
  readonly margin: number;
  readonly state: Uint8Array;
  readonly residents: readonly number[];
  readonly selected: number | null;
  readonly hovered: number | null;
  /** Device pixels from the left edge at which the selected agent's seat hangs above the field, or null. */
  readonly leader: number | null;
}

export function alive(pulse: Pulse, now: number): boolean {
  return now - pulse.since < (pulse.still ? STILL : RING);
}

export function paintOverlay(
  g: CanvasRenderingContext2D,
  view: OverlayView,
  pulses: readonly Pulse[],
  now: number,
): void {
  const { layout, colours, margin, state } = view;
  const { scale } = layout;
  g.setTransform(1, 0, 0, 1, 0, 0);
  g.clearRect(0, 0, g.canvas.width, g.canvas.height);
  g.setTransform(1, 0, 0, 1, margin, margin);
  const size = layout.kind === 'cells' ? shapeSize(layout.pitch, scale) : layout.pitch - Math.max(1, Math.round(scale));
  const at = (agent: number): { x: number; y: number } | null => placeOf(layout, agent);

  if (layout.kind === 'cells') {
    for (const pulse of pulses) {
      const place = at(pulse.agent);
      if (place) paintPulse(g, view, pulse, now, place, size, pulses.length > MANY);
    }
    for (const agent of view.residents) {
      const place = at(agent);
      if (!place) continue;
      g.fillStyle = colours.surface;
      g.fillRect(place.x - 3 * scale, place.y - 3 * scale, size + 6 * scale, size + 6 * scale);
      drawShape(g, AGENT_STATES[state[agent] ?? 0] ?? 'idle', place.x, place.y, size, colours);
      outline(g, colours.ink, (size > 8 * scale ? 2 : 1.5) * scale, place, size, 2 * scale);
    }
  }
  if (view.selected !== null) {
    const place = at(view.selected);
    if (place) {
      if (view.leader !== null && layout.kind === 'cells')
        paintLeader(g, view, place.x + size / 2, place.y, view.leader);
      g.fillStyle = colours.ink;
      const corner = Math.round(4 * scale);
      const off = Math.round(2 * scale);
      for (const x of [place.x - corner - off, place.x + size + off])
        for (const y of [place.y - corner - off, place.y + size + off]) g.fillRect(x, y, corner, corner);
    }
  }
  if (view.hovered !== null) {
    const place = at(layout.kind === 'tiles' ? firstOfShard(layout, view.hovered) : view.hovered);
    if (place) outline(g, colours.focus, 2 * scale, place, size, 3 * scale);
  }
}

function outline(
  g: CanvasRenderingContext2D,
  ink: string,
  line: number,
  place: { x: number; y: number },
  size: number,
  off: number,
): void {
  g.strokeStyle = ink;
  g.lineWidth = line;
  g.strokeRect(place.x - off, place.y - off, size + 2 * off, size + 2 * off);
}

/** A hairline from the selected agent's seat down to its cell, with a halo so that it reads over cells. */
function paintLeader(g: CanvasRenderingContext2D, view: OverlayView, x: number, y: number, seatX: number): void {
  const { colours, margin } = view;
  const { scale } = view.layout;
  for (const [line, ink] of [
    [3, colours.surface],
    [1, colours.ink],
  ] as const) {
    g.strokeStyle = ink;
    g.lineWidth = line * scale;
    g.beginPath();
    g.moveTo(seatX, -margin);
    g.lineTo(seatX, -margin / 2);
    g.lineTo(x, -margin / 2);
    g.lineTo(x, y - 4 * scale);
    g.stroke();
  }
}

/** A healed cell refills from its cut edge, and one ring goes out, once. */
function paintPulse(
  g: CanvasRenderingContext2D,
  view: OverlayView,
  pulse: Pulse,
  now: number,
  place: { x: number; y: number },
  size: number,
  many: boolean,
): void {
  const { colours, layout, state } = view;
  const { scale } = layout;
  const age = Math.max(0, now - pulse.since);
  if (pulse.still) {
    outline(g, colours['recovering-fill'], 1.5 * scale, place, size, 2 * scale);
    return;
  }
  if (age < REFILL) {
    const done = 1 - (1 - age / REFILL) ** 3;
    g.fillStyle = colours.surface;
    g.fillRect(place.x, place.y, size, size);
    outline(g, colours['recovering-fill'], 1.5 * scale, place, size, -0.75 * scale);
    g.save();
    g.beginPath();
    g.rect(place.x, place.y, size * done, size);
    g.clip();
    drawShape(g, AGENT_STATES[state[pulse.agent] ?? 0] ?? 'idle', place.x, place.y, size, colours);
    g.restore();
  }
  if (many) return;
  const grown = age / RING;
  g.globalAlpha = (1 - grown) * 0.9;
  g.strokeStyle = colours['recovering-fill'];
  g.lineWidth = 1.5 * scale;
  g.beginPath();
  g.arc(place.x + size / 2, place.y + size / 2, size / 2 + (2 + 11 * (1 - (1 - grown) ** 2)) * scale, 0, 7);
  g.stroke();
  g.globalAlpha = 1;
}
