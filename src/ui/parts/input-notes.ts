/** Notes about an input file as sentences. */
import type { InputNote } from '../../runtime/protocol/protocol.ts';
import { num } from '../base/format.ts';
import type { Dictionary } from '../text/en.ts';

type Words = Dictionary['input'];

/** What qualifies the results most comes first. */
const ORDER: readonly InputNote['code'][] = [
  'skipped',
  'cut',
  'replaced',
  'half-character',
  'other-encoding',
  'encoding',
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

/** Each as one or two sentences, the weightiest first. */
export function saidNotes(notes: readonly InputNote[], words: Words): string[] {
  return notes.toSorted((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code)).map((note) => saidNote(note, words));
}

function saidNote(note: InputNote, words: Words): string {
  const { says } = words;
  switch (note.code) {
    case 'encoding':
      return note.by === 'mark' ? says.encodingMark(note.encoding) : says.encodingPattern(note.encoding);
    case 'other-encoding':
      return says.otherEncoding(note.encoding, note.asked);
    case 'replaced': {
      const byte = note.byte === undefined ? [] : [says.byte(note.byte, note.column)];
      const likely = note.likely === undefined ? [] : [says.likely(note.likely)];
      return [says.replaced(note.count, note.encoding, where(note, words)), ...byte, ...likely].join(' ');
    }
    case 'nul':
      return says.nul(note.count, where(note, words));
    case 'half-character':
      return says.halfCharacter(note.count, where(note, words));
    case 'inner-mark':
      return says.innerMark(note.count, where(note, words));
    case 'delimiter': {
      if (note.delimiter === '') return says.noDelimiter;
      const say = note.by === 'file' ? says.told : says.delimiter;
      return say(delimiterName(note.delimiter, words), note.columns, note.agreeing, note.records);
    }
    case 'other-delimiter':
      return says.otherDelimiter(delimiterName(note.delimiter, words), delimiterName(note.told, words));
    case 'comments':
      return says.comments(note.count, where(note, words));
    case 'padded':
      return says.padded;
    case 'blank':
      return says.blank(note.count, where(note, words));
    case 'byte-lists':
      return says.byteLists(note.count, where(note, words));
    case 'skipped':
      return says.skipped(note.count, where(note, words));
    case 'joined':
      return says.joined(note.count, note.items);
    case 'cut':
      return says.cut(note.count, note.most, where(note, words));
  }
}

/** Lines that are named one by one. */
const NAMED = 5;

function where({ count, lines }: { readonly count: number; readonly lines: readonly number[] }, words: Words): string {
  const named = lines.slice(0, NAMED).map(num);
  const more = lines.length > NAMED ? Math.max(lines.length, count) - NAMED : 0;
  return words.lines(lines.length, more > 0 ? `${named.join(', ')}, ${words.more(more)}` : named.join(', '));
}

function delimiterName(delimiter: string, words: Words): string {
  const { other, ...names } = words.delimiters;
  const named: Readonly<Record<string, string>> = names;
  return named[delimiter] ?? other(JSON.stringify(delimiter));
}
