import { expect, it } from 'vitest';
import type { FaultLine, SwarmSummary } from '../../runtime/protocol/protocol.ts';
import { en } from '../text/en.ts';
import { ko } from '../text/ko.ts';
import { outcome, stageOf } from './outcome.ts';

const summary = { roles: [{ name: 'triager', firstAgent: 0, replicas: 4 }] } as unknown as SwarmSummary;
const struck: FaultLine = {
  seq: 1,
  fault: 1,
  kind: 'stall',
  at: 0,
  agents: [2],
  detail: { code: 'struck' },
  detectedMs: null,
  mendedMs: null,
  rung: null,
  by: null,
  trying: null,
};
const noticed: FaultLine = { ...struck, detectedMs: 1200 };
const tried: FaultLine = { ...noticed, trying: { rung: 'restart', by: 'fresh-agent', nth: 2 } };
const mended: FaultLine = { ...noticed, mendedMs: 2500, rung: 'light', by: 'retry-turn' };

it('says how far a fault is, from the press on: struck, noticed, mended', () => {
  expect([struck, noticed, mended].map((fault) => stageOf(fault, false))).toEqual(['unseen', 'healing', 'mended']);
  expect(stageOf(struck, true)).toBe('unmended');
  expect([struck, noticed].map((fault) => outcome(fault, summary, en))).toEqual([
    'struck triager.3, not noticed yet',
    'struck triager.3, noticed in 1.2 s, healing now',
  ]);
  expect(outcome(tried, summary, en)).toBe('struck triager.3, noticed in 1.2 s, now restart: fresh agent, step 2');
  expect(outcome(mended, summary, en)).toMatch(/^struck triager\.3, noticed in 1\.2 s, mended in 2\.5 s, by light/);
  // What passed by itself was never noticed, and does not read as if it were still going on.
  expect(outcome({ ...mended, detectedMs: null, rung: null }, summary, en)).not.toMatch(/noticed|healing/);
  for (const fault of [struck, noticed, tried, mended]) expect(outcome(fault, summary, ko)).toMatch(/[가-힣]/);
});
