import { expect, it } from 'vitest';
import { AGENT_STATES } from '../journal/vocabulary.ts';
import { Lifecycle } from './lifecycle.ts';

/** A column of one idle agent, and its life. */
function agent() {
  const row = Uint8Array.of(0);
  const seen: string[] = [];
  const life = new Lifecycle(row, (_, from, to, because) => {
    row[0] = AGENT_STATES.indexOf(to);
    seen.push(`${from}>${to}: ${because.code}`);
  });
  return { life, seen };
}

it('tells each change of state and why, and no event that changes nothing or is illegal', () => {
  const { life, seen } = agent();
  const looping = { code: 'suspected', fault: 'loop', signal: 'repetition' } as const;
  const sent = [
    life.send(0, 'SUSPECT', { code: 'suspected', fault: 'low-score', signal: 'health' }),
    life.send(0, 'SUSPECT', looping, { hard: true }),
    life.send(0, 'SUSPECT', looping, { hard: true }),
    life.send(0, 'RECOVER', { code: 'ordered', action: 'reset-context', rung: 'light', fault: 'loop' }),
    life.send(0, 'GIVE_UP', { code: 'nothing-left' }),
    life.send(0, 'PASS', { code: 'passed', task: 2 }, { calm: true }),
  ];
  expect(sent).toEqual([false, true, true, true, false, true]);
  expect(seen).toEqual(['idle>degraded: suspected', 'degraded>recovering: ordered', 'recovering>idle: passed']);
  expect(life.state(0)).toBe('idle');
});

it('ignores rows that do not exist', () => {
  const { life, seen } = agent();
  expect(life.send(7, 'ASSIGN', { code: 'asked' })).toBe(false);
  expect(seen).toEqual([]);
});
