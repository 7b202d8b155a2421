/**
 * One small picture per state, drawn once and copied per cell: shape first, colour second, so that states stay apart in greyscale.
 * Copying a sprite with its ground costs the same for every state and needs no clearing first.
 */
import { AGENT_STATES, type AgentState } from '../../runtime/protocol/protocol.ts';
import type { Colours } from './colours.ts';
import { shapeSize } from './layout.ts';

/** How much is left of a cell that a filter leaves out. */
const DIMMED = 0.16;

export interface Sprites {
  readonly image: HTMLCanvasElement;
  /** Side of one sprite in device pixels. */
  readonly side: number;
}

/** A row of sprites by state index, and a second row of them dimmed. */
export function makeSprites(side: number, scale: number, colours: Colours): Sprites {
  const image = document.createElement('canvas');
  image.width = side * AGENT_STATES.length;
  image.height = side * 2;
  const g = image.getContext('2d', { alpha: false });
  if (g) {
    g.fillStyle = colours.surface;
    g.fillRect(0, 0, image.width, image.height);
    const size = shapeSize(side, scale);
    for (const [k, state] of AGENT_STATES.entries())
      for (const dimmed of [0, 1]) {
        g.save();
        g.globalAlpha = dimmed ? DIMMED : 1;
        g.beginPath();
        g.rect(k * side, dimmed * side, side, side);
        g.clip(); // a thick cross must not bleed into its neighbour's sprite
        drawShape(g, state, k * side, dimmed * side, size, colours);
        g.restore();
      }
  }
  return { image, side };
}

/** The state's shape in a box of `size` device pixels. */
export function drawShape(
  g: CanvasRenderingContext2D,
  state: AgentState,
  x: number,
  y: number,
  size: number,
  colours: Colours,
): void {
  const ink = colours[`${state}-fill`];
  g.fillStyle = ink;
  g.strokeStyle = ink;
  switch (state) {
    case 'idle': {
      if (size >= 12) {
        g.beginPath();
        g.arc(x + size / 2, y + size / 2, size * 0.13, 0, 7);
        g.fill();
        return;
      }
      const dot = Math.max(1, Math.round(size * 0.36));
      const inset = Math.floor((size - dot) / 2);
      g.fillRect(x + inset, y + inset, dot, dot);
      return;
    }
    case 'running':
      g.fillRect(x, y, size, size);
      return;
    case 'degraded': {
      const edge = Math.max(1, Math.round(size / 8));
      g.beginPath();
      g.moveTo(x, y);
      g.lineTo(x, y + size);
      g.lineTo(x + size, y + size);
      g.fill();
      g.fillRect(x, y, size, edge);
      g.fillRect(x + size - edge, y, edge, size);
      return;
    }
    case 'recovering': {
      const line = Math.max(1, Math.round(size / (size >= 12 ? 6 : 4.5)));
      g.lineWidth = line;
      g.strokeRect(x + line / 2, y + line / 2, size - line, size - line);
      return;
    }
    case 'failed': {
      const line = Math.max(1.4, size / 4.5);
      const inset = line * 0.35;
      g.lineWidth = line;
      g.beginPath();
      g.moveTo(x + inset, y + inset);
      g.lineTo(x + size - inset, y + size - inset);
      g.moveTo(x + size - inset, y + inset);
      g.lineTo(x + inset, y + size - inset);
      g.stroke();
      return;
    }
    case 'done': {
      // Least ink of all but the dot: what is done asks for no attention.
      const [wide, line] = [Math.max(2, Math.round(size * 0.6)), Math.max(1, Math.round(size * 0.2))];
      g.fillRect(x + Math.floor((size - wide) / 2), y + Math.round((size - line) / 2), wide, line);
    }
  }
}
