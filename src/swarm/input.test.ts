import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from './diagnostic.ts';
import { type InputFormat, MAX_ITEM_CHARACTERS, readInput } from './input.ts';

const read = (text: string, format: InputFormat, limit?: number) => {
  const result = readInput('in', text, format, limit);
  return result.ok ? result.value.items.map(({ line, text }) => [line, text]) : result.error.map(formatDiagnostic);
};

describe('lines', () => {
  test('keep the numbers of an editor: CRLF, blank lines, a byte order mark, no last line end', () => {
    expect(read('\uFEFFa\r\n\r\n  \nb \nc', { format: 'lines' })).toEqual([
      [1, 'a'],
      [4, 'b '],
      [5, 'c'],
    ]);
    expect(read('a\n', { format: 'lines' })).toEqual([[1, 'a']]);
  });

  test('stop at the limit, the argument before the file', () => {
    expect(read('a\nb\nc', { format: 'lines', limit: 2 })).toHaveLength(2);
    expect(read('a\nb\nc', { format: 'lines', limit: 2 }, 1)).toEqual([[1, 'a']]);
  });

  test('are cut where no model has room, never within a character, and a note says so', () => {
    const long = `${'x'.repeat(MAX_ITEM_CHARACTERS - 1)}😀 tail`;
    const result = readInput('in', `short\n${long}`, { format: 'lines' });
    expect(result.ok && result.value.items[1]!.text).toBe('x'.repeat(MAX_ITEM_CHARACTERS - 1));
    expect(result.ok && result.value.notes).toEqual([{ line: 2, message: '16390 characters, cut to 16384' }]);
  });

  test.each([
    ['', 'in:1:1: the input has no items; expected at least one line that is not blank'],
    ['\n \n', 'in:1:1: the input has no items; expected at least one line that is not blank'],
    ['\x1f\x8b\0\0', 'in:1:1: the input is not a text file; expected UTF-8 text; unpack archives first'],
    [
      'x'.repeat(50 * 1024 * 1024 + 1),
      'in:1:1: the input is larger than 50 MiB; expected at most 50 MiB; split the file',
    ],
  ])('refuse %#', (text, message) => {
    expect(read(text, { format: 'lines' })).toEqual([message]);
  });

  test('more than a million items are refused unless a limit asks for fewer', () => {
    const text = 'a\n'.repeat(1_000_001);
    expect(read(text, { format: 'lines' })).toEqual([
      'in:1000001:1: the input has more than 1000000 items; expected at most 1000000; set a limit, or split the file',
    ]);
    expect(read(text, { format: 'lines' }, 3)).toHaveLength(3);
  });

  test('joined again they are the text, whatever it is', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\n\r\0\uFEFF]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const kept = lines.flatMap((text, index) => (text.trim() === '' ? [] : [[index + 1, text]]));
        fc.pre(kept.length > 0);
        expect(read(lines.join(end), { format: 'lines' })).toEqual(kept);
      }),
    );
  });
});

describe('csv', () => {
  test('reads a named column; line numbers follow quoted line ends', () => {
    const text = 'id,message\n1,"two\nlines, ""quoted"""\n\n2,plain\n3,\n4,last';
    expect(read(text, { format: 'csv', column: 'message' })).toEqual([
      [2, 'two\nlines, "quoted"'],
      [5, 'plain'],
      [7, 'last'],
    ]);
  });

  test('reads a numbered column without a header, any usual delimiter, CRLF', () => {
    expect(read('1;a b\r\n2;c d\r\n', { format: 'csv', column: 2 })).toEqual([
      [1, 'a b'],
      [2, 'c d'],
    ]);
    expect(read('one\ntwo\n', { format: 'csv', column: 1 })).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  test('stops at the limit', () => {
    expect(read('m\na\nb\nc', { format: 'csv', column: 'm' }, 2)).toEqual([
      [2, 'a'],
      [3, 'b'],
    ]);
  });

  test.each([
    ['a,b\n1,2', 'c', ['in:1:1: the header has no column "c"; expected one of "a", "b"']],
    ['a,b\n1,2\n3\n', 'b', ['in:3:1: the record ends at column 1; expected at least 2 columns']],
    [
      'a,b\n1,"x\n2,y\n',
      'b',
      [
        'in:2:1: a quoted field of this record never closes; expected a closing quote; double a quote to have one within quotes',
      ],
    ],
    [
      'a,b\n1,"x" y\n2,z\n',
      'b',
      [
        'in:2:1: a quoted field of this record goes on after its closing quote; expected a comma or the end of the line after a closing quote; double a quote to have one within quotes',
      ],
    ],
    ['a\n', 'a', ['in:1:1: the input has no items; expected at least one line that is not blank']],
  ])('names what is wrong %#', (text, column, messages) => {
    expect(read(text, { format: 'csv', column })).toEqual(messages);
  });

  test('reads back what is written, each record at its line', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ',', '"', '\n', ';', 'é') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
        const header = '"left","right"\n';
        const lines = rows.map((row) => Papa.unparse([row], { quotes: true, newline: '\n' }));
        const expected: unknown[] = [];
        let line = 2;
        rows.forEach(([, right], index) => {
          if (right.trim() !== '') expected.push([line, right]);
          line += lines[index]!.split('\n').length;
        });
        fc.pre(expected.length > 0);
        expect(read(header + lines.join('\n'), { format: 'csv', column: 'right' })).toEqual(expected);
      }),
    );
  });
});

describe('jsonl', () => {
  test('reads a field, texts as they are and other values as JSON, or whole lines', () => {
    const text = '{"m":"hello","n":1}\n\n{"m":{"a":[1]}}\n{"m":7}';
    expect(read(text, { format: 'jsonl', field: 'm' })).toEqual([
      [1, 'hello'],
      [3, '{"a":[1]}'],
      [4, '7'],
    ]);
    expect(read('{"m":1}\n[2]', { format: 'jsonl' })).toEqual([
      [1, '{"m":1}'],
      [2, '[2]'],
    ]);
  });

  test('names every broken line with its column', () => {
    expect(read('{"m":1}\n{"m" 1}\n{"m":\n[]\n{"__proto__":1}', { format: 'jsonl', field: 'm' })).toEqual([
      'in:2:6: the line is not JSON; expected one JSON value on each line',
      'in:3:6: the line is not JSON; expected one JSON value on each line',
      'in:4:1: the line has no field "m"; expected an object with that field',
      'in:5:1: the line has no field "m"; expected an object with that field',
    ]);
    expect(read('{"a":1}', { format: 'jsonl', field: 'toString' })).toEqual([
      'in:1:1: the line has no field "toString"; expected an object with that field',
    ]);
  });

  test('gives up on a file in another format after 50 lines', () => {
    expect(read('plain text\n'.repeat(1000), { format: 'jsonl' })).toHaveLength(50);
  });
});
