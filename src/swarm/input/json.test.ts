import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfValue, itemsOf } from './json-text.ts';
import { messagesOf, noteOf, rangesOf, readWhole, textsOf } from './testing/read.ts';

const jsonl = { format: 'jsonl' } as const;
const json = { format: 'json' } as const;

describe('c: numbers stay as they are written', () => {
  test.each([
    ['{"id":9007199254740993}', 'id', '9007199254740993'],
    ['{"id":-0.10}', 'id', '-0.10'],
    ['{"id":1e400}', 'id', '1e400'],
    ['{"id":3.14159265358979323846}', 'id', '3.14159265358979323846'],
    ['{"a":{"id": [9007199254740993, 1.0]}}', 'a.id', '[9007199254740993, 1.0]'],
    ['{"id":1,"id":9007199254740993}', 'id', '9007199254740993'],
    ['{"\\u0069d":9007199254740993}', 'id', '9007199254740993'],
  ])('%s', (line, field, text) => {
    expect(textsOf(line, { ...jsonl, field })).toEqual([text]);
    expect(textsOf(`[${line}]`, { ...json, field })).toEqual([text]);
  });
  test('of whole lines and items', () => {
    expect(textsOf('{"id": 9007199254740993}', jsonl)).toEqual(['{"id": 9007199254740993}']);
    expect(textsOf('[{"id":\n 9007199254740993, "t": "a  b"}]', json)).toEqual(['{"id":9007199254740993,"t":"a  b"}']);
  });
  test('runs of earlier versions go on with what they had', () => {
    expect(textsOf('{"id":9007199254740993}', { ...jsonl, field: 'id' }, { reading: 1 })).toEqual(['9007199254740992']);
  });
});

describe('j: a field within another', () => {
  test.each([
    ['{"log":{"message":"a"}}', 'log.message', 'a'],
    ['{"log.message":"a","log":{"message":"b"}}', 'log.message', 'a'],
    ['{"kubernetes":{"labels":{"app.kubernetes.io/name":"web"}}}', 'kubernetes.labels.app.kubernetes.io/name', 'web'],
    ['{"a.b":{"c":"x"},"a":{"b":{"d":"y"}}}', 'a.b.d', 'y'],
    ['{"items":[{"m":"a"},{"m":"b"}]}', 'items[1].m', 'b'],
    ['{"items":[{"m":"a"}]}', 'items.0.m', 'a'],
    ['{"items[0]":"a"}', 'items[0]', 'a'],
    ['{"a":{"b":{"c":[1, 2]}}}', 'a.b.c', '[1, 2]'],
    ['{"a":"}{\\"","b":{"c":"x"}}', 'b.c', 'x'],
    [' {"a" : { "b" : "x" } } ', 'a.b', 'x'],
  ])('%s by %s', (line, field, text) => {
    expect(textsOf(line, { ...jsonl, field })).toEqual([text]);
  });

  test('each of a list in a line', () => {
    const line = '{"logEvents":[{"message":"a"},{"message":"b"}]}\n{"logEvents":[]}\n{"logEvents":[{"message":"c"}]}';
    expect(readWhole(line, { ...jsonl, field: 'logEvents[].message' }).items).toEqual([
      { line: 1, text: 'a' },
      { line: 1, text: 'b' },
      { line: 3, text: 'c' },
    ]);
  });

  test.each([
    ['{"log":{"message":"a"}}', 'message', '"log.message"'],
    ['{"log":{"message":"a"}}', 'log.mesage', '"log.message"'],
    ['{"Message":"a"}', 'message', '"Message"'],
  ])('%s, asked for %s, hints', (line, field, near) => {
    expect(messagesOf(line, { ...jsonl, field })[0]).toContain(`did you mean ${near}?`);
  });
});

describe('j: foreign lines', () => {
  const text = '{"m":"a"}\nplain text of another program\n{"m":"b"}\n{"n":1}\n{"m":\n{"m":"c"}\n';
  test('stop names each', () => {
    expect(messagesOf(text, { ...jsonl, field: 'm' })).toHaveLength(3);
    expect(messagesOf(text, { ...jsonl, field: 'm', bad: 'stop' })).toHaveLength(3);
  });
  test('skip counts and lists them', () => {
    const read = readWhole(text, { ...jsonl, field: 'm', bad: 'skip' });
    expect(read.items.map(({ line, text: each }) => [line, each])).toEqual([
      [1, 'a'],
      [3, 'b'],
      [6, 'c'],
    ]);
    expect(noteOf(read, 'skipped')).toEqual({ code: 'skipped', count: 3, lines: [2, 4, 5] });
    expect(read.skipped.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '2:1 the line is not JSON from here on',
      '4:1 the line has no field "m"',
      '5:6 the line ends within its JSON value',
    ]);
  });
  test('more of them than are told one by one do not end the reading', () => {
    const read = readWhole(`${'x\n'.repeat(12_000)}{"m":"a"}\n`, { ...jsonl, field: 'm', bad: 'skip' });
    expect([read.items.length, read.skipped.length, noteOf(read, 'skipped')?.count]).toEqual([1, 10_000, 12_000]);
  });
});

describe('j: a JSON file', () => {
  test('the items of its list, with their lines', () => {
    const text = '[\n  {"m": "a"},\n  {\n    "m": "b"\n  },\n  {"m": "c"}\n]\n';
    expect(textsOf(text, { ...json, field: 'm' })).toEqual(['a', 'b', 'c']);
    expect(rangesOf(text, { ...json, field: 'm' })).toEqual(['2', '3-5', '6']);
    expect(textsOf(text, { ...json, field: '[].m' })).toEqual(['a', 'b', 'c']);
    expect(textsOf('["a", "b"]', json)).toEqual(['"a"', '"b"']);
  });

  test.each([
    ['CloudTrail', '{"Records":[{"eventName":"a"},{"eventName":"b"}]}', 'Records[].eventName', ['a', 'b']],
    [
      'Elasticsearch',
      '{"hits":{"hits":[{"_source":{"message":"a"}},{"_source":{"message":"b"}}]}}',
      'hits.hits[]._source.message',
      ['a', 'b'],
    ],
    ['gcloud', '[{"jsonPayload":{"message":"a"}},{"jsonPayload":{"message":"b"}}]', 'jsonPayload.message', ['a', 'b']],
    [
      'Loki',
      '{"data":{"result":[{"values":[["1","a"],["2","b"]]},{"values":[["3","c"]]}]}}',
      'data.result[].values[][1]',
      ['a', 'b', 'c'],
    ],
    ['values one after the other', '{\n"m":"a"\n}\n{\n"m":"b"\n}', 'm', ['a', 'b']],
    ['with commas between', '{"m":"a"},\n{"m":"b"},', 'm', ['a', 'b']],
    ['a text sequence', '\x1e{"m":"a"}\n\x1e{"m":"b"}\n', 'm', ['a', 'b']],
    ['one record', '{"m":"a"}', 'm', ['a']],
    ['nothing of it', '{"Records":[]}\n{"Records":[{"m":"a"}]}', 'Records[].m', ['a']],
  ])('%s', (_what, text, field, texts) => {
    expect(textsOf(text, { ...json, field })).toEqual(texts);
  });

  test('what is wrong is told where it is', () => {
    expect(messagesOf('[\n{"m":"a"},\n{"m":b},\n{"n":1}\n]', { ...json, field: 'm' })).toEqual([
      'in:3:6: the value is not JSON from here on; expected JSON',
      'in:4:1: the value has no field "m"; expected an object with that field',
    ]);
    expect(messagesOf('[{"m":"a"},\n', { ...json, field: 'm' })).toEqual([
      'in:2:1: the file ends within its list; expected a closing ]',
    ]);
    expect(messagesOf('{"events":[{"m":"a"}]}', { ...json, field: 'm' })[0]).toContain('the value has no field "m"');
    expect(messagesOf('plain text\nmore of it\n', { ...json, field: 'm' })[0]).toBe(
      'in:1:1: the value is not JSON from here on; expected JSON',
    );
  });

  test('of one that was cut off, skip takes what is whole', () => {
    const read = readWhole('[{"m":"a"},{"m":"b"},{"m":"c', { ...json, field: 'm', bad: 'skip' });
    expect(read.items.map((item) => item.text)).toEqual(['a', 'b']);
    expect(noteOf(read, 'skipped')?.count).toBeGreaterThan(0);
  });

  test('a list is as good as JSON lines, whatever is in it and how it is laid out', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.constantFrom(undefined, 1, '\t'), (values, space) => {
        // One that is not blank: a file without is refused.
        const records = [...values, 'x'].map((m) => ({ m }));
        const lines = records.map((each) => JSON.stringify(each)).join('\n');
        const wanted = readWhole(lines, { ...jsonl, field: 'm', bad: 'skip' }).items.map(({ text }) =>
          JSON.stringify(text),
        );
        const text = JSON.stringify(records, null, space);
        const found = readWhole(text, { ...json, field: 'm', bad: 'skip' }).items;
        const plain = (each: string): unknown => {
          try {
            return JSON.parse(each);
          } catch {
            return each;
          }
        };
        expect(found.map((item) => plain(item.text))).toEqual(wanted.map((each) => plain(JSON.parse(each) as string)));
      }),
    );
  });

  test('places of values, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 2), (values, space) => {
        const text = JSON.stringify(values, null, space);
        const again = JSON.parse(text) as unknown;
        expect(endOfValue(text, 0)).toBe(text.length);
        expect(Array.from(itemsOf(text, 0), ({ start, end }) => JSON.parse(text.slice(start, end)) as unknown)).toEqual(
          again,
        );
      }),
    );
    expect([...itemsOf('['.repeat(100_000), 0)].length).toBeLessThan(2);
  });
});

describe('what writers of logs make of JSON lines', () => {
  test('journald: messages as lists of bytes', () => {
    const bytes = [...new TextEncoder().encode('Größe')];
    const text = `{"__CURSOR":"s=1","MESSAGE":${JSON.stringify(bytes)}}\n{"__CURSOR":"s=2","MESSAGE":"plain"}\n{"m":1,"MESSAGE":[1,2]}\n`;
    const read = readWhole(text, { ...jsonl, field: 'MESSAGE' });
    expect(read.items.map((item) => item.text)).toEqual(['Größe', 'plain', '[1,2]']);
    expect(noteOf(read, 'byte-lists')).toEqual({ code: 'byte-lists', count: 1, lines: [1] });
  });

  test('Docker: a line end in each message, a mark or a hole before a record', () => {
    const text = '{"log":"a\\n","stream":"stdout"}\n\uFEFF{"log":"b\\n"}\n\0\0\0{"log":"c\\n"}\n';
    expect(textsOf(text, { ...jsonl, field: 'log' })).toEqual(['a\n', 'b\n', 'c\n']);
  });

  test('records without a text are counted', () => {
    expect(noteOf(readWhole('{"m":""}\n{"m":"a"}\n', { ...jsonl, field: 'm' }), 'blank')).toEqual({
      code: 'blank',
      count: 1,
      lines: [1],
    });
  });
});

test('j: a comma behind the last item of a list is told as that, and costs no item', () => {
  const text = '[{"m":"a"},\n{"m":"b"},\n]';
  expect(messagesOf(text, { format: 'json', field: 'm' })).toEqual([
    expect.stringMatching(/^in:2:10: a comma stands behind the last item of the list; .*; remove the comma/),
  ]);
  expect(textsOf(text, { format: 'json', field: 'm', bad: 'skip' })).toEqual(['a', 'b']);
});
