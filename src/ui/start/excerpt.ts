import { visible } from '../base/visible.mjs';

/** Most of a source line that is shown. */
const WIDE = 96;

export interface Excerpt {
  /** The line, or the part of it around the place, as it is shown. */
  readonly text: string;
  /** What stands before the caret: as wide as the text before the place, tabs kept. */
  readonly pad: string;
}

/** A line of a text and where in it a place is; both numbers from 1. Null when there is no such line. */
export function excerpt(text: string, line: number, column: number): Excerpt | null {
  const whole = text.split(/\r\n|\r|\n/, line)[line - 1];
  if (whole === undefined) return null;
  const at = Math.min(Math.max(0, column - 1), whole.length);
  const from = at > WIDE - 16 ? at - WIDE / 2 : 0;
  const cut = whole.slice(from, from + WIDE);
  const lead = from > 0 ? '…' : '';
  const tail = from + WIDE < whole.length ? '…' : '';
  const pad = visible(lead + whole.slice(from, at)).replace(/[^\t]/g, ' ');
  return { text: visible(lead + cut + tail), pad };
}
