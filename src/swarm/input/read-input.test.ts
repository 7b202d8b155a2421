import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../diagnostic.ts';
import { MAX_ITEM_CHARACTERS, readInput } from './read-input.ts';
import type { InputFormat } from './sink.ts';

const read = (text: string, format: InputFormat, limit?: number) => {
  const result = readInput('in', text, format, { limit });
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
    expect(read('a\r\rb', { format: 'lines' })).toEqual([
      [1, 'a'],
      [3, 'b'],
    ]);
  });

  test('stop at the limit, the argument before the file', () => {
    expect(read('a\nb\nc', { format: 'lines', limit: 2 })).toHaveLength(2);
    expect(read('a\nb\nc', { format: 'lines', limit: 2 }, 1)).toEqual([[1, 'a']]);
  });

  test('are cut where no model has room, never within a character, and a note says so', () => {
    const long = `${'x'.repeat(MAX_ITEM_CHARACTERS - 1)}😀 tail`;
    const result = readInput('in', `short\n${long}`, { format: 'lines' });
    expect(result.ok && result.value.items[1]!.text).toBe('x'.repeat(MAX_ITEM_CHARACTERS - 1));
    expect(result.ok && result.value.notes).toEqual([{ code: 'cut', most: MAX_ITEM_CHARACTERS, count: 1, lines: [2] }]);
    expect(result.ok && result.value.items[1]!.of).toBe(long.length);
  });

  test.each([
    ['rows.csv', 'csv'],
    ['rows.TSV', 'csv'],
    ['rows.ndjson', 'jsonl'],
    ['rows.json', 'json'],
    ['rows.csv.log', null],
  ])('of a file that is named %s say that its lines go as they are', (file, named) => {
    const result = readInput(file, 'id,message\n1,disk full', { format: 'lines' });
    expect(result.ok && result.value.items).toHaveLength(2);
    expect(result.ok && result.value.notes).toEqual(named === null ? [] : [{ code: 'by-lines', named }]);
    const old = readInput(file, 'id,message\n1,disk full', { format: 'lines' }, { reading: 1 });
    expect(old.ok && old.value.notes).toEqual([]);
  });

  test('a stray byte of another encoding is read as it came, and a note says where', () => {
    const latin = new TextDecoder().decode(Uint8Array.from([0x63, 0x61, 0x66, 0xe9, 0x0a, 0x6f, 0x6b]));
    const result = readInput('in', latin, { format: 'lines' });
    expect(result.ok && result.value.items.map(({ text }) => text)).toEqual(['caf\uFFFD', 'ok']);
    expect(result.ok && result.value.notes).toEqual([
      { code: 'replaced', encoding: 'utf-8', count: 1, lines: [1], column: 4 },
    ]);
  });

  test.each([
    ['zip', [0x50, 0x4b, 3, 4, 20, 0], 'the file is packed with zip; expected UTF-8 text; unpack it first (unzip)'],
    ['gzip', [0x1f, 0x8b, 8, 0, 0x9c], 'the file is packed with gzip; expected UTF-8 text; unpack it first (gunzip)'],
    [
      'zstd',
      [0x28, 0xb5, 0x2f, 0xfd, 1],
      'the file is packed with zstd; expected UTF-8 text; unpack it first (unzstd)',
    ],
    ['UTF-16', [0xff, 0xfe, 0x61, 0, 0x0a, 0], 'the file is UTF-16; expected UTF-8 text; save it as UTF-8'],
    ['UTF-16, big end first', [0, 0x61, 0, 0x0a], 'the file is UTF-16; expected UTF-8 text; save it as UTF-8'],
    [
      'Latin-1',
      [0xe9, 0xe8, 0xe0, 0xe7, 0x0a],
      'the file is not UTF-8; expected UTF-8 text; save it as UTF-8, or say input.encoding',
    ],
    [
      'a picture',
      [0x89, 0x50, 0, 0, 0, 0xff, 0xff],
      'the file is not text; expected UTF-8 text; give the text that is in it',
    ],
  ])('%s is told by name', (_what, bytes, message) => {
    expect(read(new TextDecoder().decode(Uint8Array.from(bytes)), { format: 'lines' })).toEqual([`in:1:1: ${message}`]);
  });

  test.each([
    ['', 'in:1:1: the input has no items; expected at least one line that is not blank'],
    ['\n \n', 'in:1:1: the input has no items; expected at least one line that is not blank'],
    ['\x1f\x8b\0\0', 'in:1:1: the file is packed with gzip; expected UTF-8 text; unpack it first (gunzip)'],
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
    [
      'Id,Message\n1,x',
      'message',
      [
        'in:1:1: the header has no column "message"; expected one of "Id", "Message"; did you mean "Message"? Mend input.column in the swarm file, or the header',
      ],
    ],
    [
      'a,b\n1,2\n3\n',
      'b',
      ['in:3:2: the record has 1 column; expected at least 2; write a delimiter for a field that is empty too'],
    ],
    [
      'id,text\n1,no quotes, half lost\n2,whole\n',
      'text',
      [
        'in:2:13: the record has 3 columns, the header 2; expected at most 2; put quotes around text that holds a comma',
      ],
    ],
    [
      'id;text\r\n1;"a";\r\n2;"b;c"; d\r\n',
      'text',
      [
        'in:3:1: the record has 3 columns, the header 2; expected at most 2; put quotes around text that holds a semicolon',
      ],
    ],
    [
      'a,b\n1,"x\n2,y\n',
      'b',
      ['in:2:3: this quoted field never closes; expected a closing quote; double a quote to have one within quotes'],
    ],
    [
      'a,b\n1,"x" y\n2,z\n',
      'b',
      [
        'in:2:3: this quoted field goes on after its closing quote; expected a delimiter or the end of the line after a closing quote; double a quote to have one within quotes',
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

  test.each([
    [
      "{'m':1}",
      'in:1:2: the line is not JSON from here on; expected one JSON value on each line; texts and keys stand in double quotes',
    ],
    [
      '{"m":NaN}',
      'in:1:6: the line is not JSON from here on; expected one JSON value on each line; JSON knows true, false, null and finite numbers',
    ],
    [
      '{"m":1,}',
      'in:1:8: the line is not JSON from here on; expected one JSON value on each line; no comma stands before a closing bracket',
    ],
    [
      '{"M":1}',
      'in:1:1: the line has no field "m"; expected an object with that field; did you mean "M"? Mend input.field in the swarm file, or the line',
    ],
  ])('says what to do: %s', (line, message) => {
    expect(read(line, { format: 'jsonl', field: 'm' })).toEqual([message]);
  });

  test('names every broken line with its column', () => {
    expect(read('{"m":1}\n{"m" 1}\n{"m":\n[]\n{"__proto__":1}', { format: 'jsonl', field: 'm' })).toEqual([
      'in:2:6: the line is not JSON from here on; expected one JSON value on each line',
      'in:3:6: the line ends within its JSON value; expected one JSON value on each line; write a value that goes over several lines on one, or say format: json',
      'in:4:1: the line has no field "m"; expected an object with that field',
      'in:5:1: the line has no field "m"; expected an object with that field',
    ]);
    expect(read('{"a":1}', { format: 'jsonl', field: 'toString' })).toEqual([
      'in:1:1: the line has no field "toString"; expected an object with that field',
    ]);
  });

  test.each(['[\n  {"m": "a"},\n  {"m": "b"}\n]\n', '{\n  "m": "a"\n}\n'])('names a JSON file once: %j', (text) => {
    expect(read(text, { format: 'jsonl', field: 'm' })).toEqual([
      'in:1:1: the file is one JSON value over several lines; expected one JSON value on each line; write format: json under input',
    ]);
  });

  test('says how to go on without the few that cannot be read', () => {
    expect(read('{"m":1}\nlog rotated\n{"m":2}\n{"m":3}\n{"n":4}', { format: 'jsonl', field: 'm' })).toEqual([
      'in:2:1: the line is not JSON from here on; expected one JSON value on each line; to pass over records that cannot be read, write bad: skip under input',
      'in:5:1: the line has no field "m"; expected an object with that field',
    ]);
  });

  test('gives up on a file in another format after 50 lines', () => {
    expect(read('plain text\n'.repeat(1000), { format: 'jsonl' })).toHaveLength(50);
  });
});
