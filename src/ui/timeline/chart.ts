/** The timeline's picture: three lanes (faults, health, tokens a second) in one uPlot. Loaded with the run screen, not with the page. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Timeline } from '../../runtime/protocol/protocol.ts';
import { clock } from '../base/format.ts';
import type { Columns } from './series.ts';

/** Where a lane lies in the picture, as shares of its height from below. */
const LANES = { tokens: [0, 0.36], health: [0.46, 0.74], faults: [0.8, 1] } as const;
const AXIS = 18;
/** Right of the last moment, so that its head is not cut. */
const EDGE = 8;

export type Inks = Readonly<
  Record<
    | 'ink'
    | 'ink-2'
    | 'ink-3'
    | 'line'
    | 'surface'
    | 'failed-fill'
    | 'recovering-fill'
    | 'running-fill'
    | 'running-wash',
    string
  >
>;

export interface Chart {
  draw(columns: Columns, timeline: Timeline): void;
  resize(width: number, height: number): void;
  /** CSS pixels from the left edge of the picture. */
  xOf(at: number): number;
  atOf(x: number): number;
  destroy(): void;
}

/** A scale on which 0..1 fills the lane; `top` in units of the series. */
function range([low, high]: readonly [number, number], top: number): [number, number] {
  const whole = top / (high - low);
  return [-low * whole, (1 - low) * whole];
}

export function createChart(holder: HTMLElement, width: number, height: number, inks: Inks): Chart {
  let timeline: Timeline | null = null;
  let inner = width - EDGE;
  const late = (seconds: number): boolean => seconds * 1000 > 0.94 * (timeline?.endAt ?? 0);

  const plot = new uPlot(
    {
      width,
      height,
      padding: [0, EDGE, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: { time: false, range: () => [0, Math.max(1, (timeline?.endAt ?? 0) / 1000)] },
        health: { range: () => range(LANES.health, 1) },
        tokens: { range: (_, _min, max) => range(LANES.tokens, Math.max(1, max)) },
      },
      axes: [
        {
          stroke: inks['ink-3'],
          size: AXIS,
          gap: 2,
          font: '11px system-ui',
          space: 72,
          incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400],
          // The first would be cut by the left edge and the last lies under the head; nothing else could be meant there.
          values: (_, splits) => splits.map((seconds) => (seconds === 0 || late(seconds) ? '' : clock(seconds * 1000))),
          grid: { stroke: inks.line, width: 1 },
          ticks: { show: false },
        },
      ],
      series: [
        {},
        { scale: 'tokens', stroke: inks['ink-2'], width: 1.25, points: { show: false }, spanGaps: true },
        { scale: 'health', stroke: 'transparent', width: 0, points: { show: false } },
        { scale: 'health', stroke: inks['running-fill'], width: 1.5, points: { show: false } },
        { scale: 'health', stroke: 'transparent', width: 0, points: { show: false } },
      ],
      bands: [{ series: [4, 2], fill: inks['running-wash'] }],
      hooks: { draw: [(self) => timeline && drawFaults(self, timeline, inks)] },
    },
    [[], [], [], [], []],
    holder,
  );

  return {
    draw: (columns, next) => {
      timeline = next;
      plot.setData(columns);
    },
    resize: (w, h) => {
      inner = w - EDGE;
      plot.setSize({ width: w, height: h });
    },
    // uPlot settles its scales a moment after it got its data; the picture's own measure is known at once.
    xOf: (at) => (inner * at) / Math.max(1000, timeline?.endAt ?? 0),
    atOf: (x) => (Math.max(0, Math.min(inner, x)) * Math.max(1000, timeline?.endAt ?? 0)) / inner,
    destroy: () => plot.destroy(),
  };
}

/** The body line of the run: cut where a fault struck, hollow until it was mended. */
function drawFaults(plot: uPlot, timeline: Timeline, inks: Inks): void {
  const { ctx: g, bbox } = plot;
  const scale = devicePixelRatio || 1;
  const x = (at: number): number => plot.valToPos(at / 1000, 'x', true);
  const y = bbox.top + bbox.height * (1 - (LANES.faults[0] + LANES.faults[1]) / 2);
  const end = x(timeline.endAt);
  g.save();
  g.strokeStyle = inks['ink-3'];
  g.lineWidth = 2 * scale;
  g.beginPath();
  g.moveTo(bbox.left, y);
  g.lineTo(end, y);
  g.stroke();
  for (const { at, kind } of timeline.events) {
    if (kind !== 'engine-lost' && kind !== 'resumed' && kind !== 'notice') continue;
    g.fillStyle = inks['ink-2'];
    g.fillRect(x(at) - scale / 2, y - 5 * scale, scale, 10 * scale);
  }
  // Heals, injected or not: where the body grew back.
  g.fillStyle = inks['recovering-fill'];
  timeline.mended.forEach((count, bucket) => {
    if (count > 0) g.fillRect(x((bucket + 0.5) * timeline.bucketMs), y + 6 * scale, 1.5 * scale, 4 * scale);
  });
  for (const { at, mendedAt } of timeline.faults) {
    const from = x(at);
    const to = Math.max(mendedAt === null ? end : x(mendedAt), from + 6 * scale);
    g.fillStyle = inks['failed-fill'];
    g.globalAlpha = 0.35;
    g.fillRect(from - scale / 2, y, scale, bbox.top + bbox.height - y);
    g.globalAlpha = 1;
    // Growing back: hollow, open at the right while it is not done.
    g.fillStyle = inks.surface;
    g.fillRect(from, y - 4 * scale, to - from, 8 * scale);
    g.strokeStyle = inks['recovering-fill'];
    g.lineWidth = 1.5 * scale;
    g.beginPath();
    g.moveTo(to, y - 3 * scale);
    g.lineTo(from, y - 3 * scale);
    g.lineTo(from, y + 3 * scale);
    g.lineTo(to, y + 3 * scale);
    if (mendedAt !== null) g.closePath();
    g.stroke();
    // The cut, on a slant.
    g.fillStyle = inks['failed-fill'];
    g.beginPath();
    g.moveTo(from - 4 * scale, y - 7 * scale);
    g.lineTo(from + 4 * scale, y - 7 * scale);
    g.lineTo(from + scale, y + 7 * scale);
    g.lineTo(from - 4 * scale, y + 3 * scale);
    g.closePath();
    g.fill();
  }
  g.restore();
}
