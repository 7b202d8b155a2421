import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TurnRequest } from '../../../src/engine/contract.ts';
import { TurnQueue } from './turn-queue.ts';

const turn = (id: string, priority: number): TurnRequest => ({
  id,
  agent: 0,
  priority,
  prefix: [],
  messages: [{ role: 'user', content: id }],
  maxTokens: 1,
  sampling: { temperature: 0, topP: 1, seed: 0 },
  deadlineMs: 1,
});

test('whatever is pushed, removed and taken in between, turns leave by priority, then age', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('push' as const), priority: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({ do: fc.constant('remove' as const), which: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new TurnQueue<string>();
      let model: { id: string; priority: number; age: number }[] = [];
      let age = 0;
      const first = () => [...model].sort((a, b) => a.priority - b.priority || a.age - b.age)[0]?.id;
      for (const s of steps) {
        if (s.do === 'push') {
          age += 1;
          queue.push(turn(`t${age}`, s.priority), `t${age}`);
          model.push({ id: `t${age}`, priority: s.priority, age });
        } else if (s.do === 'take') {
          const expected = first();
          expect(queue.peek()).toBe(expected);
          expect(queue.remove(expected ?? 'none')).toBe(expected);
          model = model.filter((entry) => entry.id !== expected);
        } else {
          const id = model[s.which % Math.max(1, model.length)]?.id ?? 'none';
          expect(queue.remove(id)).toBe(id === 'none' ? undefined : id);
          model = model.filter((entry) => entry.id !== id);
        }
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});
