/** Texts of files beside what a swarm file compares them with. */
import { describe, expect, test } from 'vitest';
import { holdsLoosely, type LooseTest } from './loose.ts';
import { boundOf, isoOf, momentOf } from './moments.ts';

const is = (...values: (string | number | boolean | null)[]): LooseTest => ({ kind: 'is', values });
const at = (kind: 'gte' | 'lte' | 'gt' | 'lt', value: string | number): LooseTest => ({ kind, value });
const contains = (value: string | number): LooseTest => ({ kind: 'contains', value });

describe('holds', () => {
  test.each<[unknown, LooseTest]>([
    ['12', at('gte', 5)],
    [' 12 ', at('gt', 11.5)],
    ['-1e3', at('lt', 0)],
    ['9', at('lt', '10')],
    [7, at('lte', 7)],
    ['007', is(7)],
    ['7', is('7')],
    [7, is('7')],
    ['TRUE', is(true)],
    [false, is('false')],
    [null, is(null)],
    [null, is('')],
    ['a ', is('a')],
    ['Connection Lost', contains('lost')],
    [404, contains('40')],
    [['a', 7], contains('7')],
    ['2005-06-14T15:16:01', at('gte', '2005-06-14T15:00')],
    ['2005-06-14T15:16:01', at('lte', '2005-06-14')],
    ['2005-06-14T15:16:01', at('gt', '2005-06-13')],
    ['2005-06-14T15:16:01', at('lt', '2005-07')],
    ['2005-06-14T15:16:01', at('gte', 2005)],
    ['2005-06-14T15:16:01.25', at('lte', '2005-06-14T15:16:01')],
    ['14/Jun/2005:15:16:01 +0200', at('gte', '2005-06-14T15:16')],
    ['2005-06-14T15:16:01+02:00', at('lt', '2005-06-14T13:17:00Z')],
    ['2005-06-14T15:16:01+02:00', is('2005-06-14T13:16Z')],
    ['2005-06-14', is('2005-06')],
    ['2005-06-14T15', at('gte', '2005-06-14T15')],
    [1118762161, is('2005-06-14')],
    ['1118762161000', at('lt', '2005-06-15')],
  ])('%j: %j', (value, asked) => {
    expect(holdsLoosely(asked, value)).toBe(true);
  });
});

describe('does not hold', () => {
  test.each<[unknown, LooseTest]>([
    ['twelve', at('gte', 5)],
    ['', at('lte', 5)],
    [null, at('lte', 5)],
    [true, at('gte', 0)],
    ['0x10', at('gte', 1)],
    ['1,200', at('gte', 1)],
    ['7.0', is('7')],
    ['no', is(false)],
    [0, is(null)],
    ['2005-06-14T15:16:01', at('gt', '2005-06-14')],
    ['2005-06-31', at('gte', '2000')],
    ['built 2005-06-14 at noon, or so', is('2005-06-14')],
    [2024, at('gte', '2025-01')],
    [{ a: 1 }, contains('a')],
  ])('%j: %j', (value, asked) => {
    expect(holdsLoosely(asked, value)).toBe(false);
  });
});

test.each([
  ['2005-06-14 15:16:01.5', '2005-06-14T15:16:01.500'],
  ['2005/06/14 15:16', '2005-06-14T15:16:00'],
  ['2005-06-14', '2005-06-14'],
  ['[14/jun/2005:15:16:01 -0530]', '2005-06-14T15:16:01-05:30'],
  ['Tue Jun 14 15:16:01 2005', '2005-06-14T15:16:01'],
  ['2005-06-14T15:16:01.999999999Z', '2005-06-14T15:16:01.999Z'],
])('%s is a time', (text, iso) => {
  const moment = momentOf(text);
  expect(moment && isoOf(moment)).toBe(iso);
});

test.each(['2005-13', '2005-02-30', '2005-06-14T24:00', '14.6.2005', '', '05', '2005-6-1'])(
  '%j is no bound',
  (text) => {
    expect(boundOf(text)).toBeNull();
  },
);
