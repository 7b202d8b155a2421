import { expect, it } from 'vitest';
import type { FaultLine } from '../../runtime/protocol/protocol.ts';
import { FaultNews } from './news.ts';

const fault = (seq: number, mendedMs: number | null): FaultLine => ({
  seq,
  fault: seq,
  kind: 'stall',
  at: seq,
  agents: [1],
  detail: { code: 'struck' },
  detectedMs: null,
  mendedMs,
  rung: null,
  by: null,
  trying: null,
});

it('says once that a fault struck and once that it is mended, and nothing of what was there before', () => {
  const news = new FaultNews();
  const tell = (...faults: FaultLine[]) => news.note(faults).map(({ fault: { seq }, mended }) => [seq, mended]);
  expect(tell(fault(1, null), fault(2, 50))).toEqual([]);
  expect(tell(fault(1, null), fault(2, 50), fault(3, null))).toEqual([[3, null]]);
  expect(tell(fault(1, 900), fault(2, 50), fault(3, null))).toEqual([[1, 900]]);
  expect(tell(fault(3, 70), fault(4, 10))).toEqual([
    [3, 70],
    [4, 10],
  ]);
  expect(tell(fault(3, 70), fault(4, 10))).toEqual([]);
});
