import type { InputNote } from '../../runtime/protocol/protocol.ts';
import type { Say } from '../text/say.ts';

/** What qualifies the results most comes first. */
const ORDER: readonly InputNote['code'][] = [
  'skipped',
  'by-lines',
  'cut',
  'replaced',
  'half-character',
  'other-encoding',
  'encoding',
  'fields',
  'delimiter',
  'other-delimiter',
  'blank',
  'nul',
  'joined',
  'byte-lists',
  'comments',
  'padded',
  'inner-mark',
];

/** Notes about an input file, each as one to three sentences, the weightiest first. */
export function saidNotes(notes: readonly InputNote[], say: Pick<Say, 'input'>): string[] {
  return notes.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code)).map((note) => say.input(note));
}
