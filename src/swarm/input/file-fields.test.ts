/** Fields of CSV and JSON files that are kept beside what agents read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../diagnostic.ts';
import { FieldColumn } from './field-column.ts';
import { itemFields } from './item-fields.ts';
import { readTable } from './read-input.ts';
import type { InputFormat } from './sink.ts';

function read(format: InputFormat, text: string, names: readonly string[], file = 'in'): unknown {
  const named = names.map((field) => ({ field, by: 'flow[0].where' }));
  const table = readTable(file, text, format, { fields: named });
  if (!table.ok) return table.error.map(formatDiagnostic);
  const { items } = table.value;
  const found = itemFields({ file, items, input: format, named, year: null });
  if (!found.ok) return found.error.map(formatDiagnostic);
  return Array.from({ length: items.length }, (_, item) => names.map((n) => found.value.fields.of(item).valueOf(n)));
}

describe('CSV', () => {
  const csv = { format: 'csv', column: 'text' } as const;
  test.each([
    [
      'columns by name',
      csv,
      'host,text,n\na,x,1\n"b, c",y,\n',
      ['host', 'n'],
      [
        ['a', '1'],
        ['b, c', null],
      ],
    ],
    ['Windows line ends and a padded header', csv, 'text, host\r\nx, a\r\ny, "b"\r\n', ['host'], [['a'], ['b']]],
    ['a column that is called line, and one text', csv, 'line,text\n7,x\n', ['line', 'text'], [['7', 'x']]],
    ['what every item has', csv, 'host,text\n\na,x\n', ['line', 'host'], [[3, 'a']]],
    ['a record that ends early', { ...csv, delimiter: ',' }, 'text,host\nx,a\ny\n', ['host'], [['a'], [null]]],
    ['columns by number', { format: 'csv', column: 1 }, 'x,a,b\ny,c,d\n', ['3'], [['b'], ['d']]],
    ['by number where two have one name', csv, 'h,text,h\na,x,b\n', ['1', '3'], [['a', 'b']]],
    [
      'parts of a time in a column',
      csv,
      'text,seen\nx,2024-05-01 10:07:00\ny,01/May/2024:11:00:00 +0000\nz,soon\n',
      ['seen.day', 'seen.hour'],
      [
        ['2024-05-01', '2024-05-01T10'],
        ['2024-05-01', '2024-05-01T11'],
        [null, null],
      ],
    ],
    ['a header in a comment', csv, '#Fields: host text\na x\n', ['host'], [['a']]],
    ['with a limit', { ...csv, limit: 1 }, 'text,h\nx,a\ny,b\n', ['h'], [['a']]],
    ['records passed over', { ...csv, bad: 'skip', delimiter: ',' }, 'text,h\nx,a\n"y,b\nz,c\n', ['h'], [['a'], ['c']]],
    [
      'joined records have those of the first',
      { ...csv, join: 'traces' },
      'text,h\nError: x,a\n  at y,b\n',
      ['h'],
      [['a']],
    ],
  ] as const)('%s', (_, format, text, names, expected) => {
    expect(read(format as InputFormat, text, names)).toEqual(expected);
  });

  test.each([
    [
      'a column that the header does not have',
      csv,
      'host,text\na,x\n',
      ['hots'],
      'in:1:1: the header has no column "hots", which flow[0].where names; expected one of "host", "text"; did you mean "host"?',
    ],
    [
      'a name that two columns have',
      csv,
      'h,text,h\na,x,b\n',
      ['h'],
      'in:1:1: the header has the column "h" 2 times, and flow[0].where names it: columns 1 and 3; expected each name once; rename one, or name it by its number: 1',
    ],
    [
      'a name where there is no header',
      { format: 'csv', column: 1 },
      'x,a\n',
      ['host'],
      'in:1:1: the first record has no column "host", which flow[0].where names; expected a number from 1 to 2',
    ],
  ] as const)('refuses %s', (_, format, text, names, message) => {
    expect(read(format as InputFormat, text, names)).toEqual([message]);
  });
});

describe('JSON', () => {
  test.each([
    [
      'paths, keys with dots first, values as they are',
      { format: 'jsonl', field: 'm' },
      '{"m":"x","a":{"b":1},"a.b":2,"n":null}\n{"m":"y","a":{"b":[1]},"e":""}\n',
      ['a.b', 'n', 'e', 'line'],
      [
        [2, null, null, 1],
        [[1], null, null, 2],
      ],
    ],
    [
      'whole values',
      { format: 'jsonl' },
      '{"text":"own","k":1}\n{"k":2}\n',
      ['k', 'text'],
      [
        [1, 'own'],
        [2, null],
      ],
    ],
    [
      'items of a list within a file',
      { format: 'json', field: 'items[].m' },
      '{"items":[{"m":"x","k":1},{"m":"y","k":2}],"k":3}',
      ['k', 'items[].k'],
      [
        [1, 1],
        [2, 2],
      ],
    ],
    [
      'several texts of one record',
      { format: 'jsonl', field: 'ev[].m' },
      '{"id":7,"ev":[{"m":"x","l":"a"},{"m":"y","l":"b"}]}\n',
      ['id', 'ev[].l'],
      [
        [7, 'a'],
        [7, 'b'],
      ],
    ],
    [
      'parts of a time',
      { format: 'jsonl', field: 'm' },
      '{"m":"x","ts":1714557600}\n',
      ['ts.hour'],
      [['2024-05-01T10']],
    ],
  ] as const)('%s', (_, format, text, names, expected) => {
    expect(read(format as InputFormat, text, names)).toEqual(expected);
  });

  test('a field that no record has is refused, one that some lack is not', () => {
    const text = '{"m":"x","level":1}\n{"m":"y"}\n';
    expect(read({ format: 'jsonl', field: 'm' }, text, ['level'])).toEqual([[1], [null]]);
    expect(read({ format: 'jsonl', field: 'm' }, text, ['levle'])).toEqual([
      'in:1:1: no record has a field "levle", which flow[0].where names; expected a field that records of the input have; did you mean "level"?',
    ]);
  });
});

test('a column gives back what was put in, however many values there are', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 200 }), (values) => {
      const column = new FieldColumn();
      for (const each of values) column.add(each);
      expect(values.map((_, k) => column.at(k))).toEqual(values);
      expect(column.at(values.length)).toBeNull();
    }),
  );
  const many = new FieldColumn();
  for (let k = 0; k < 70_000; k++) many.add(k % 3 === 0 ? k : `value ${String(k)}`);
  for (const k of [0, 1, 65_535, 65_536, 69_999]) expect(many.at(k)).toBe(k % 3 === 0 ? k : `value ${String(k)}`);
});
