import { expect, test } from 'vitest';
import { RunState } from '../../journal/run-state.ts';
import { setupOf } from '../definition/run-setup.ts';
import { SWARM } from '../testing/world.ts';
import { resultRow } from './result-row.ts';

const settings = {
  engine: 'scripted',
  model: { id: 'pocket' },
  seed: 1,
  limit: null,
  vramMiB: 1024,
  version: '0',
  reading: 2 as const,
};

function readOf(text: string, attempts: number) {
  const planned = setupOf({ swarm: { file: 'x.yaml', text: SWARM }, input: { name: 'x.log', text }, settings });
  if (!planned.ok) throw new Error(JSON.stringify(planned.error));
  const state = new RunState(1, planned.value.layout.agents);
  return resultRow(planned.value, state, 0, { failure: 'json-invalid', note: null, agent: 0, attempts }).read;
}

test('an item that was cut on its way in says so, although a model with room read all that was kept', () => {
  expect(readOf('x'.repeat(300_000), 1)).toEqual([{ role: 'triager', characters: 300_000, read: [[0, 262_144]] }]);
  expect(readOf('x'.repeat(262_144), 1)).toBeUndefined();
  expect(readOf('x'.repeat(20_000), 0)).toBeUndefined();
});
