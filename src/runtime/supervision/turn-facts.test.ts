import { expect, test } from 'vitest';
import type { PageIn, TurnOutcome } from '../../engine/contract.ts';
import { setupOf } from '../definition/run-setup.ts';
import { Definition } from '../definition/definition.ts';
import { RunState } from '../../journal/run-state.ts';
import { factsOf } from './turn-facts.ts';

const text = '{"planaria": 1, "name": "x", "roles": {"r": {"prompt": "p"}}, "flow": [{"role": "r", "each": "input"}]}';
const settings = { engine: 'scripted', model: { id: 'pocket' }, seed: 1, limit: null, vramMiB: 1024, version: '0' };

function pagesAfter(pageIn: Partial<PageIn> | null) {
  const plan = setupOf({ swarm: { file: 'x.json', text }, input: { name: 'x.log', text: 'a' }, settings });
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const outcome: TurnOutcome = {
    id: 't',
    finish: 'stop',
    text: 'a',
    usage: { promptTokens: 1, cachedTokens: 0, restoredTokens: 0, completionTokens: 1 },
    timing: { admittedMs: 0, firstTokenMs: 1, endedMs: 2 },
    meanLogprob: null,
    ...(pageIn && { pageIn: { way: 'restore', tokens: 1, bytes: 1, ms: 1, ...pageIn } }),
  };
  const brief = new Definition(plan.value, new RunState(1, 1)).of(0);
  return factsOf(brief, outcome, { kind: 'accept', output: 'a' }, 64, null).pages;
}

test('a turn tells whether the K/V pages that were read for it could be trusted, and nothing where none were', () => {
  const because = 'checksum 1 is not 2';
  expect(pagesAfter(null)).toBeNull();
  expect(pagesAfter({ way: 'prefill' })).toBeNull();
  expect(pagesAfter({ way: 'restore' })).toEqual({ whole: true });
  // An older generation of them was read instead, or they were computed again.
  expect(pagesAfter({ way: 'restore', distrusted: because })).toEqual({ whole: false, because });
  expect(pagesAfter({ way: 'prefill', distrusted: because })).toEqual({ whole: false, because });
});
