import { expect, it } from 'vitest';
import { AGENT_NAMES } from '../journal/run-state.ts';
import { Lifecycle } from './lifecycle.ts';

/** A column of one idle agent, and its life. */
function agent() {
  const row = Uint8Array.of(0);
  const seen: string[] = [];
  const life = new Lifecycle(row, (_, from, to, because) => {
    row[0] = AGENT_NAMES.indexOf(to);
    seen.push(`${from}>${to}: ${because}`);
  });
  return { life, seen };
}

it('tells each change of state and why, and no event that changes nothing or is illegal', () => {
  const { life, seen } = agent();
  const sent = [
    life.send(0, 'SUSPECT', 'a low score, once'),
    life.send(0, 'SUSPECT', 'loop', { hard: true }),
    life.send(0, 'SUSPECT', 'loop again', { hard: true }),
    life.send(0, 'RECOVER', 'reset-context'),
    life.send(0, 'GIVE_UP', 'too early'),
    life.send(0, 'PASS', 'task 2', { calm: true }),
  ];
  expect(sent).toEqual([false, true, true, true, false, true]);
  expect(seen).toEqual(['idle>degraded: loop', 'degraded>recovering: reset-context', 'recovering>idle: task 2']);
  expect(life.state(0)).toBe('idle');
});

it('ignores rows that do not exist', () => {
  const { life, seen } = agent();
  expect(life.send(7, 'ASSIGN', 'nobody')).toBe(false);
  expect(seen).toEqual([]);
});
