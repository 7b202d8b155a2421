import { expect, test } from 'vitest';
import { turnsOf } from '../../runtime/protocol/protocol.ts';
import { outputsOf } from './outputs.ts';

const flow = [
  { name: 'triage', role: 'triager', on: 'input', review: false, share: 1 },
  { name: 'bad', role: null, on: 'triage', where: 'urgent = true', review: false, share: 1 },
  { name: 'explain', role: 'writer', on: 'bad', review: false, share: 1 },
  { name: 'check', role: 'judge', on: 'explain', review: true, share: 1 },
];

test('a row with one output has no names', () => {
  expect(outputsOf({ output: { a: 1 } }, { flow })).toEqual([{ name: '', text: '{"a":1}' }]);
});

test('of several steps each has its name, the result first, and numbers are as they were written', () => {
  const row = {
    output: 'because',
    outputs: { triage: { n: Infinity } },
    written: { outputs: { triage: '{"n":1e400}' } },
  };
  expect(outputsOf(row, { flow })).toEqual([
    { name: 'explain', text: expect.stringContaining('because') as string },
    { name: 'triage', text: '{"n":1e400}' },
  ]);
  expect(outputsOf({ output: { n: 2 }, step: 'triage' }, { flow })).toEqual([{ name: 'triage', text: '{"n":2}' }]);
});

test('a turn for each step is no retry; reviews are not counted', () => {
  expect(turnsOf({}, flow)).toBe(1);
  expect(turnsOf({ outputs: { triage: {}, check: { agree: true } } }, flow)).toBe(2);
});

test('a step may have a name that every object has', () => {
  const row = { output: 1, outputs: { constructor: { a: 1 }, other: 2 }, written: { outputs: { other: '2.0' } } };
  expect(outputsOf(row, { flow })).toEqual([
    { name: 'explain', text: '1' },
    { name: 'constructor', text: '{"a":1}' },
    { name: 'other', text: '2.0' },
  ]);
});
