/**
 * A flatworm drawn of cells: exactly `count` squares of a lattice inside its outline, head to the right. The outline is fixed; its
 * thickness is solved so that the number comes out.
 */

export interface WormCell {
  readonly x: number;
  readonly y: number;
  /** Along the body from the tail, 0 to 1, with the slant that a cut has. */
  readonly along: number;
}

export interface Worm {
  readonly cells: readonly WormCell[];
  /** Distance between cells. */
  readonly pitch: number;
  readonly eyes: readonly { readonly x: number; readonly y: number }[];
  /** Units of `along` in one pixel of x, and how far a cut leans in x per pixel of y. */
  readonly width: number;
  readonly lean: number;
}

const LEAN = 0.2;
const EYE = 0.91;
/** Where the worm on the page is cut already, along the body, and half the width of that cut. */
const SLIT = 0.4;
const SLIT_HALF = 0.011;

const smooth = (from: number, to: number, x: number): number => {
  const u = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return u * u * (3 - 2 * u);
};

/** Half the body's thickness at `u` along it, for a body of thickness 1: pointed tail, long trunk, neck, ear lobes, blunt snout. */
export function outline(u: number): number {
  if (u <= 0 || u >= 1) return 0;
  const trunk = Math.sin(Math.min(1, u / 0.5) * (Math.PI / 2)) ** 0.75;
  const neck = 1 - 0.26 * smooth(0.52, 0.8, u);
  const ears = 0.36 * smooth(0.81, 0.875, u) * (1 - smooth(0.875, 0.93, u));
  const snout = u < 0.875 ? 1 : Math.sqrt(Math.max(0, 1 - ((u - 0.875) / 0.125) ** 1.6));
  return (trunk * neck + ears) * snout;
}

/** The spine's height at `u`, as a share of the thickness: a slow wave that dies out toward the head. */
const wave = (u: number): number => Math.sin(u * 5.6 + 0.4) * 0.16 * (1 - u) ** 0.8;

function fill(width: number, height: number, pitch: number, thick: number): WormCell[] {
  const cells: WormCell[] = [];
  const eyes = eyesOf(width, height, thick);
  const clear = Math.max(pitch * 1.6, width * 0.012);
  for (let x = 0; x + pitch <= width; x += pitch) {
    const u = (x + pitch / 2) / width;
    const half = outline(u) * thick;
    const middle = height / 2 + wave(u) * thick;
    for (let y = 0; y + pitch <= height; y += pitch) {
      const cx = x + pitch / 2;
      const cy = y + pitch / 2;
      if (Math.abs(cy - middle) > half) continue;
      if (eyes.some((eye) => Math.hypot(cx - eye.x, cy - eye.y) < clear)) continue;
      const along = (cx + (cy - height / 2) * LEAN) / width;
      if (Math.abs(along - SLIT) < SLIT_HALF) continue;
      cells.push({ x, y, along });
    }
  }
  return cells;
}

function eyesOf(width: number, height: number, thick: number): { x: number; y: number }[] {
  const middle = height / 2 + wave(EYE) * thick;
  return [-0.3, 0.3].map((side) => ({ x: EYE * width, y: middle + side * thick }));
}

/** A worm of exactly `count` cells in a box, in CSS pixels; fewer only when the box cannot hold them at one pixel each. */
export function makeWorm(width: number, height: number, count: number): Worm {
  // Slim bodies look alive; cells get smaller before the body gets fat.
  const most = height * 0.36;
  let pitch = 8;
  while (pitch > 1 && fill(width, height, pitch, most).length < count) pitch -= 0.25;
  let low = 0;
  let high = most;
  for (let step = 0; step < 20; step += 1) {
    const middle = (low + high) / 2;
    if (fill(width, height, pitch, middle).length < count) low = middle;
    else high = middle;
  }
  const cells = fill(width, height, pitch, high);
  // The lattice jumps by whole rows; what is over is left off at the very tail, where a cell more or less is not seen.
  cells.sort((a, b) => b.along - a.along);
  return { cells: cells.slice(0, count), pitch, eyes: eyesOf(width, height, high), width, lean: LEAN };
}

export type WormState = 'running' | 'idle' | 'failed' | 'recovering';

/** A steady number in 0 to 1 for a cell, so that the same worm is drawn each time. */
function grain(k: number): number {
  let h = Math.imul(k + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}

/** State at rest: the head works, the cut-off tail grows back from its wound and has not got far. `k` is the cell's number. */
export function atRest(along: number, k: number): WormState {
  const chance = grain(k);
  const behind = SLIT - along;
  if (behind < 0) {
    if (behind > -SLIT_HALF * 3 && chance < 0.3) return 'failed';
    return chance < 0.1 ? 'idle' : 'running';
  }
  if (behind < SLIT_HALF * 2.4 && chance < 0.25) return 'failed';
  const grown = behind + (chance - 0.5) * 0.06;
  if (grown < 0.06) return 'running';
  if (grown < 0.17) return 'recovering';
  return grown < 0.2 && chance < 0.5 ? 'recovering' : 'idle';
}

/** Milliseconds after a cut until the last cell has grown back. */
export const REGROWN = 2600;
const WOUND = 0.075;

/**
 * State of a cell `ms` after a cut at `at`: cells near the cut die, those behind it lose their order, and all grow back from the
 * wound's edges inward. Null = untouched by the cut.
 */
export function afterCut(along: number, at: number, ms: number): WormState | null {
  const distance = Math.abs(along - at) / WOUND;
  if (distance > 1 || ms >= REGROWN) return null;
  const hollow = 500 + (1 - distance) * 900;
  const whole = hollow + 300 + (1 - distance) * 800;
  if (ms >= whole) return null;
  return ms >= hollow ? 'recovering' : 'failed';
}
