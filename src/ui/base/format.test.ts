import { describe, expect, it } from 'vitest';
import {
  about,
  bytes,
  clock,
  clockFine,
  compact,
  inOneUnit,
  lineRange,
  mebibytes,
  num,
  percent,
  rate,
  span,
} from './format.ts';

describe('format', () => {
  it('groups digits', () => {
    expect(num(4882)).toBe('4,882');
    expect(num(0)).toBe('0');
    expect([lineRange(4882), lineRange(12, 1017)]).toEqual(['4,882', '12–1,017']);
  });

  it('writes bytes with at most three significant digits', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(999)).toBe('999 B');
    expect(bytes(1000)).toBe('0.98 KB');
    expect(bytes(1536)).toBe('1.5 KB');
    expect(bytes(223 * 1024)).toBe('223 KB');
    expect(bytes(6.45 * 1024 ** 3)).toBe('6.45 GB');
    expect(bytes(-5)).toBe('0 B');
    expect(mebibytes(7168)).toBe('7 GB');
    const mb = 1024 ** 2;
    expect(inOneUnit([2 * mb, 2.1 * mb, 78.8 * mb])).toEqual({ amounts: ['2', '2', '79'], unit: 'MB' });
    expect(inOneUnit([1100 * mb, 411 * mb, 3300 * mb])).toEqual({ amounts: ['1.1', '0.4', '3.2'], unit: 'GB' });
    expect(inOneUnit([0, 0, 0])).toEqual({ amounts: ['0', '0', '0'], unit: 'MB' });
  });

  it('writes times as a clock and as a length', () => {
    expect(clock(402_900)).toBe('6:42');
    expect(clock(7_000)).toBe('0:07');
    expect(clock(3_723_000)).toBe('1:02:03');
    expect(clockFine(357_163)).toBe('5:57.163');
    expect(clockFine(59_999.7)).toBe('1:00.000');
    expect(span(41.4)).toBe('41 ms');
    expect(span(1740)).toBe('1.74 s');
    expect(span(12_400)).toBe('12 s');
    expect(span(200_000)).toBe('3 min 20 s');
    expect(span(240_000)).toBe('4 min');
    expect([300, 45_700, 432_000, 6_100_000].map(about)).toEqual(['1 s', '45 s', '7 min', '2 h']);
  });

  it('never rounds a share up to all or down to none', () => {
    expect(percent(0)).toBe('0 %');
    expect(percent(0.0004)).toBe('<1 %');
    expect(percent(0.9996)).toBe('99 %');
    expect(percent(1)).toBe('100 %');
    expect(percent(0.806)).toBe('81 %');
  });

  it('writes rates and outputs', () => {
    expect(rate(386.4)).toBe('386');
    expect(rate(12.34)).toBe('12.3');
    expect(rate(0)).toBe('0');
    expect(compact({ a: 1 })).toBe('{"a":1}');
    expect(compact('text')).toBe('text');
    expect(compact(undefined)).toBe('');
  });
});
