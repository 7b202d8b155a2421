import { expect, it } from 'vitest';
import type { EventBody } from '../../journal/events.ts';
import { RunState } from '../../journal/run-state.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { setupOf } from '../definition/run-setup.ts';
import { WorkQueue } from './work-queue.ts';

const text = '{"planaria": 1, "name": "x", "roles": {"r": {"prompt": "p"}}, "flow": [{"role": "r", "each": "input"}]}';
const settings = { engine: 'scripted', model: { id: 'pocket' }, seed: 1, limit: null, vramMiB: 1024, version: '0' };

function setUp() {
  const made = setupOf({ swarm: { file: 'x.json', text }, input: { name: 'x.log', text: 'one\n' }, settings });
  if (!made.ok) throw new Error(made.error[0]?.message);
  const clock = new SimulatedClock();
  const state = new RunState(1, 1);
  const tell = (event: EventBody): void => {
    state.apply({ ...event, seq: state.seq + 1, at: 0, wall: 0 });
  };
  const queue = new WorkQueue({ clock, plan: made.value, state, pump: { pump: () => undefined } });
  return { clock, tell, queue };
}

const item = { task: 0, step: 0, slot: 0 };
const all = () => true;
const asked: EventBody = {
  ...{ type: 'heal.notice', notice: 't1', of: 'task', agent: 0, task: 0, case: 't1' },
  ...{ title: { code: 'attempts-failed', line: 1, failure: 'stalled' }, story: [], choices: ['retry'] },
};

it('hands nothing out about which a person is asked, whatever lies here from before', async () => {
  const { clock, tell, queue } = setUp();
  queue.push(item);
  queue.pushLater(item, 100);
  tell(asked);
  await clock.advance(200);
  expect(queue.holds(item)).toBe(false);
  expect(queue.next(all)).toBeNull();
  tell({ type: 'heal.decided', notice: 't1', agent: 0, task: 0, decision: 'retry', by: 'person' });
  queue.push(item);
  expect(queue.next(all)).toMatchObject({ item });
});

it('hands an item out once that lies here twice', () => {
  const { tell, queue } = setUp();
  queue.push(item);
  queue.push(item);
  expect(queue.next(all)).toMatchObject({ item });
  tell({ type: 'task.assigned', task: 0, agent: 0, stage: 0, attempt: 1 });
  expect(queue.next(all)).toBeNull();
});
