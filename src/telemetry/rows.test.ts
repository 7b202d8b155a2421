import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import type { ResultRow } from '../store/records.ts';
import { RateMeter } from './rate.ts';
import { csvFile, csvHeader, toCsv, toJsonLines } from './rows.ts';

const row: ResultRow = {
  task: 0,
  line: 1,
  input: '=cmd|"quoted", with comma\nand a second line',
  output: { severity: 'error', subject: 'sshd' },
  failure: null,
  agent: 'triager.0001',
  attempts: 2,
  tokens: 96,
  durationMs: 12,
  review: null,
};

test('JSON lines come back as they were', () => {
  const text = toJsonLines([row, { ...row, task: 1 }]);
  expect(text.endsWith('\n')).toBe(true);
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow),
  ).toEqual([row, { ...row, task: 1 }]);
});

test('CSV comes back as it was, but for a quote before what a spreadsheet would run', () => {
  const { data } = Papa.parse<Record<string, string>>(csvHeader() + toCsv([row]) + toCsv([]), {
    header: true,
    skipEmptyLines: true,
  });
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({
    line: '1',
    input: `'${row.input}`,
    failure: '',
    attempts: '2',
    review: '',
    note: '',
  });
  expect(JSON.parse(data[0]?.['output'] ?? '')).toEqual(row.output);
});

test('outputs by step are as they were written, also where a step has a name that every object has', () => {
  const outputs = { constructor: { a: 1 }, 'to-string': 'x', other: { n: Infinity } };
  const given = { ...row, outputs, written: { outputs: { other: '{"n":1e400}' } } };
  const json = '{"constructor":{"a":1},"to-string":"x","other":{"n":1e400}}';
  expect(toJsonLines([given])).toContain(`"outputs":${json}`);
  const { data } = Papa.parse<Record<string, string>>(csvHeader() + toCsv([given]), { header: true });
  expect(data[0]?.['outputs']).toBe(json);
});

/** As docs/command-line.md says. */
const SIGN = '[=+\\-@＝＋－＠﹦﹢﹣﹫−]';
const PASSED = '\\s\\p{Cc}\\p{Cf}\\p{DI}"\'`´\u2018-\u201F＂＇';
const bare = (text = ''): string =>
  text
    .replace(new RegExp(`^'(?=[${PASSED},;]*${SIGN})`, 'u'), '')
    .replace(new RegExp(`([;\r\n])'(?=(?:(?![\r\n])[${PASSED}])*${SIGN})`, 'gu'), '$1');

const parsed = (rows: ResultRow[]): string[][] =>
  Papa.parse<string[]>(toCsv(rows), { delimiter: ',', newline: '\r\n' }).data;

describe('g: what a spreadsheet makes of the CSV', () => {
  const outputs = (output: unknown): string => toCsv([{ ...row, input: 'x', output, attempts: 1 }]).split(',')[2] ?? '';
  test('numbers stay numbers', () => {
    expect(outputs(-5.5)).toBe('-5.5');
    expect(outputs(0)).toBe('0');
    expect(outputs(-1e-7)).toBe('-1e-7');
    expect(toCsv([{ ...row, output: -5.5, durationMs: -1 }])).not.toContain("'-");
  });
  test.each(['=1+1', '+1', '-5.5', '@SUM(A1)', '\t=1', '＝1+1'])('text is guarded: %j', (input) => {
    const [record] = parsed([{ ...row, input }]);
    expect(record?.[1]).toBe(`'${input}`);
  });
  test.each([
    ...['＋1', '－1', '＠SUM(A1)', '  =1', '\uFEFF=1', '\u200B=1', '\u0000=1', '"=1', "'=1", '\u201C=1', '\u00A0=1'],
    ...['﹦1+1', '﹢1', '﹣1', '﹫x', '−1'],
    ...[',=1', ', ,=1', '\u3000＝1', '\u202E@x'],
  ])('h: so is what stands behind what a spreadsheet passes over: %j', (input) => {
    expect(parsed([{ ...row, input }])[0]?.[1]).toBe(`'${input}`);
  });
  test.each([
    ['a;=1+1', "a;'=1+1"],
    [';=1+1', "';'=1+1"],
    ['a; +1;-1;b', "a;' +1;'-1;b"],
    ['a;"=1+1";b', `a;'"=1+1";b`],
    ['a;\u200B＝1', "a;'\u200B＝1"],
    ['\r=1', "'\r'=1"],
    ['\n=1', "'\n'=1"],
    ['a\n=1;x', "a\n'=1;x"],
  ])('h: and what begins a cell where a semicolon parts cells: %j', (input, safe) => {
    expect(parsed([{ ...row, input }])[0]?.[1]).toBe(safe);
  });
  test('h: a tab parts no cells: what holds one is within quotes', () => {
    expect(toCsv([{ ...row, input: 'a\tb' }])).toContain('"a\tb"');
  });
  test('h: texts in JSON hold no such cell, and are the same JSON', () => {
    const output = { a: 'x;=1+1;y', b: ['; "@x', ';\n＝1', ';\u200B+1'], c: -5.5 };
    const cell = parsed([{ ...row, output }])[0]?.[2] ?? '';
    expect(JSON.parse(cell)).toEqual(output);
    expect(cell).not.toMatch(/;[^a-z,\]}]*[=+\-@＝]/u);
    expect(cell).toContain('-5.5');
  });
  test('other text is as it was, and so is JSON', () => {
    for (const input of ['a=1', "'x", ' padded ', 'a, "b"', '1-2']) {
      expect(parsed([{ ...row, input }])[0]?.[1]).toBe(input);
    }
    expect(parsed([{ ...row, output: '=1+1' }])[0]?.[2]).toBe('"=1+1"');
  });
  test('a byte order mark stands before text that is not ASCII, and only there', () => {
    expect(csvFile(['line\r\n', 'Größe\r\n'])).toEqual(['\uFEFF', 'line\r\n', 'Größe\r\n']);
    expect(csvFile(['line\r\n', 'plain\r\n'])).toEqual(['line\r\n', 'plain\r\n']);
  });
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...`=+-@＝＋－＠﹦−;,"'\n\r\t \u200Ba1`), maxLength: 12 }),
  );
  test('any text comes back but for its guard', () => {
    fc.assert(
      fc.property(anyText, anyText, (input, note) => {
        const [record] = parsed([{ ...row, input, note }]);
        expect([bare(record?.[1]), bare(record?.[9])]).toEqual([input, note]);
      }),
    );
  });
});

test('c: numbers are exported as they were written', () => {
  const exact = {
    ...row,
    output: { id: 9007199254740992 },
    review: { agent: 'r.1', output: { at: 1 } },
    written: { output: '{"id":9007199254740993}', review: '{"at":1.0}' },
  };
  const line = toJsonLines([exact]);
  expect(line).toContain('"output":{"id":9007199254740993}');
  expect(line).toContain('"review":{"agent":"r.1","output":{"at":1.0}}');
  expect(Object.keys(JSON.parse(line) as object)).toEqual(Object.keys(row));
  expect(parsed([exact])[0]).toEqual(
    expect.arrayContaining(['{"id":9007199254740993}', '{"agent":"r.1","output":{"at":1.0}}']),
  );
});

test('m: lines of an item that has several', () => {
  expect(toJsonLines([{ ...row, lastLine: 4 }])).toContain('"lastLine":4');
  const { data } = Papa.parse<Record<string, string>>(csvHeader() + toCsv([{ ...row, lastLine: 4 }]), { header: true });
  expect(data[0]).toMatchObject({ line: '1', lastLine: '4' });
});

test('a rate looks at its window only', () => {
  const meter = new RateMeter(10_000);
  expect(meter.perSecond()).toBe(0);
  for (let second = 0; second <= 60; second++) meter.sample(second * 1000, second < 30 ? second * 100 : 3000);
  expect(meter.perSecond()).toBe(0);
  for (let second = 61; second <= 65; second++) meter.sample(second * 1000, 3000 + (second - 60) * 40);
  expect(meter.perSecond()).toBeCloseTo(20, 5);
});
