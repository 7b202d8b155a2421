import { expect, it } from 'vitest';
import type { InputNote } from '../../runtime/protocol/protocol.ts';
import { sayEn } from '../text/say.en.ts';
import { sayKo } from '../text/say.ko.ts';
import { saidNotes } from './input-notes.ts';

const notes: readonly InputNote[] = [
  { code: 'encoding', encoding: 'utf-16le', by: 'mark' },
  { code: 'other-encoding', encoding: 'utf-8', asked: 'latin1' },
  { code: 'replaced', encoding: 'utf-8', count: 1, lines: [2], column: 4, byte: 'FC', likely: 'windows-1252' },
  { code: 'nul', count: 600, lines: [7] },
  { code: 'half-character', count: 2, lines: [1, 3] },
  { code: 'by-lines', named: 'csv' },
  { code: 'inner-mark', count: 1, lines: [9] },
  {
    ...{ code: 'fields', format: 'syslog', by: 'guess', fields: ['time', 'host'] },
    ...{ items: 1998, of: 2000, year: 2005, utc: true },
  },
  { code: 'delimiter', delimiter: '\t', by: 'guess', columns: 3, records: 2000, agreeing: 1998 },
  { code: 'delimiter', delimiter: '', by: 'guess', columns: 1, records: 2, agreeing: 2 },
  { code: 'other-delimiter', delimiter: ';', told: '\x1f' },
  { code: 'comments', count: 2, lines: [1, 2] },
  { code: 'padded' },
  { code: 'blank', count: 1, lines: [4] },
  { code: 'byte-lists', count: 1, lines: [4] },
  { code: 'skipped', count: 300, lines: Array.from({ length: 20 }, (_, k) => k + 1) },
  { code: 'joined', items: 2, count: 9, lines: [1, 5] },
  { code: 'cut', most: 16_384, count: 1, lines: [3] },
];

it('says each note, the weightiest first', () => {
  const said = saidNotes(notes, sayEn);
  expect(said).toHaveLength(notes.length);
  expect(said[0]).toBe('300 records could not be read and were skipped: lines 1, 2, 3, 4, 5 and 295 more.');
  expect(said).toContain(
    '1 place that is not utf-8 was read as \uFFFD: line 2. The first is byte FC, in column 4. It looks like windows-1252: if it is, write encoding: windows-1252 under input.',
  );
  expect(said).toContain(
    'Fields are parted by tabs, found out from the file: 3 columns in 1,998 of 2,000 records. If that is wrong, write delimiter under input.',
  );
});

it('says as much in Korean', () => {
  const said = saidNotes(notes, sayKo);
  for (const each of said) expect(each).toMatch(/[가-힣]/);
  expect(said[0]).toContain('300');
});
