import { expect, test } from 'vitest';
import type { TurnFacts } from '../../healing/health.ts';
import type { FromMonitor } from '../../healing/messages.ts';
import { RunState } from '../../journal/run-state.ts';
import { seededRandom } from '../../kernel/random.ts';
import { Definition } from '../definition/definition.ts';
import { setupOf } from '../definition/run-setup.ts';
import { monitorOf } from './healing-parts.ts';

/** Hardly a word was likely, the context is nearly full and nobody agrees, but the form is right: a score of about 0.24. */
const poor: TurnFacts = {
  text: '{"kind":"a"}',
  finish: 'stop',
  meanLogprob: -30,
  firstTokenMs: 100,
  decodeMs: 300,
  completionTokens: 12,
  schemaValid: true,
  fields: null,
  context: { tokens: 1023, limit: 1024 },
  pages: null,
  recordWhole: null,
  agreement: 0,
};

function suspicions(supervision: string, turns: number): number {
  const text = `{"planaria": 1, "name": "x", "roles": {"r": {"prompt": "p"}}, "flow": [{"role": "r", "each": "input"}]${supervision}}`;
  const settings = { engine: 'scripted', model: { id: 'pocket' }, seed: 1, limit: null, vramMiB: 1024, version: '0' };
  const plan = setupOf({ swarm: { file: 'x.json', text }, input: { name: 'x.log', text: 'one\n' }, settings });
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const heard: FromMonitor[] = [];
  const state = new RunState(1, 1);
  const definition = new Definition(plan.value, state);
  const monitor = monitorOf(plan.value, definition, state, 0, seededRandom(1), (message) => heard.push(message));
  for (let k = 0; k < turns; k++)
    monitor.hear({
      type: 'turn.over',
      ...{ turn: `t${String(k)}`, agent: 0, task: 0, step: 0, slot: 0, role: 0, at: k },
      ...{ facts: poor, question: 'q', answer: 'a', others: 0, fault: null, failed: null },
    });
  return heard.filter((message) => message.type === 'suspicion' && message.fault === 'low-score').length;
}

test('one turn below `failed` makes its agent suspect at once, two in a row below `degraded` do', () => {
  expect(suspicions('', 1)).toBe(1);
  expect(suspicions(', "supervision": {"thresholds": {"failed": 0.2}}', 1)).toBe(0);
  expect(suspicions(', "supervision": {"thresholds": {"failed": 0.2}}', 2)).toBe(1);
  expect(suspicions(', "supervision": {"thresholds": {"degraded": 0.21, "failed": 0.2}}', 20)).toBe(0);
});
