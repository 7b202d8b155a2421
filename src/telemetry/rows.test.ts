import Papa from 'papaparse';
import { expect, test } from 'vitest';
import type { ResultRow } from '../store/records.ts';
import { RateMeter } from './rate.ts';
import { csvHeader, toCsv, toJsonLines } from './rows.ts';

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

test('a rate looks at its window only', () => {
  const meter = new RateMeter(10_000);
  expect(meter.perSecond()).toBe(0);
  for (let second = 0; second <= 60; second++) meter.sample(second * 1000, second < 30 ? second * 100 : 3000);
  expect(meter.perSecond()).toBe(0);
  for (let second = 61; second <= 65; second++) meter.sample(second * 1000, 3000 + (second - 60) * 40);
  expect(meter.perSecond()).toBeCloseTo(20, 5);
});
