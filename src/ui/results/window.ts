/** Which rows of a long list to draw. */

export interface Window {
  /** First row drawn, and one past the last. */
  readonly start: number;
  readonly end: number;
  /** Pixels of rows that are not drawn, above and below. */
  readonly above: number;
  readonly below: number;
}

export function windowOf(scroll: number, viewport: number, rowHeight: number, total: number, spare = 8): Window {
  const shown = Math.ceil(viewport / rowHeight) + 1;
  // A list that got shorter may leave the scroll position past its end for a moment.
  const first = Math.min(Math.floor(Math.max(0, scroll) / rowHeight), Math.max(0, total - shown));
  const end = Math.min(total, first + shown + spare);
  const start = Math.max(0, Math.min(first - spare, end));
  return { start, end, above: start * rowHeight, below: (total - end) * rowHeight };
}
