import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compress, ContextManager, type Exchange } from './context.ts';

const exchange = fc.record({ user: fc.string({ maxLength: 300 }), assistant: fc.string({ maxLength: 80 }) });
const budget = fc.record({
  contextTokens: fc.integer({ min: 128, max: 2048 }),
  maxTokens: fc.integer({ min: 1, max: 64 }),
  otherCharacters: fc.nat(600),
});
const wide = { contextTokens: 8192, maxTokens: 64, otherCharacters: 100 };

test('what is kept fits, is the newest, and nothing is dropped that need not be', () => {
  fc.assert(
    fc.property(fc.array(exchange, { maxLength: 12 }), fc.nat(12), budget, (all, turns, room) => {
      const kept = compress(all, turns, room);
      expect(kept.length).toBeLessThanOrEqual(turns);
      const characters = kept.reduce((sum, { user, assistant }) => sum + user.length + assistant.length, 0);
      const space = (room.contextTokens - room.maxTokens) * 2 - room.otherCharacters;
      expect(characters).toBeLessThanOrEqual(Math.max(0, space));
      const newest = all.slice(all.length - kept.length);
      if (kept.length !== 1) expect(kept).toEqual(newest);
      expect(kept.map(({ assistant }) => assistant)).toEqual(newest.map(({ assistant }) => assistant));
      for (const [i, { user }] of kept.entries())
        expect(user === newest[i]!.user || (user.endsWith(' …') && newest[i]!.user.startsWith(user.slice(0, -2)))).toBe(
          true,
        );
    }),
  );
});

test('a memory that is full loses its older half at once, so that most turns only add to it', () => {
  const contexts = new ContextManager();
  let before: string[] = [];
  let anew = 0;
  for (let turn = 0; turn < 40; turn++) {
    const now = contexts.load(3, 8, wide).map(({ content }) => content);
    expect(now.length).toBeLessThanOrEqual(16);
    if (!before.every((content, i) => now[i] === content)) anew++;
    before = now;
    contexts.save(3, { user: `task ${String(turn)}`, assistant: 'done' }, 8);
  }
  expect(before.slice(-2)).toEqual(['task 38', 'done']);
  expect(anew).toBeLessThanOrEqual(8);
});

test('memory is saved and comes back from a record; what is no memory does not', () => {
  const contexts = new ContextManager();
  contexts.save(1, { user: 'a', assistant: 'b' }, 4);
  contexts.save(2, { user: 'a', assistant: 'b' }, 0);
  expect(contexts.snapshot(2)).toBeUndefined();
  const later = new ContextManager();
  later.restore(1, JSON.parse(JSON.stringify(contexts.snapshot(1))) as Exchange[]);
  expect(later.load(1, 4, wide)).toEqual([
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ]);
  for (const bad of [undefined, 'x', [], [{ user: 1 }], [{ user: 'a', assistant: 'b' }, null]]) later.restore(5, bad);
  expect(later.load(5, 4, wide)).toEqual([]);
  later.forget(1);
  expect(later.load(1, 4, wide)).toEqual([]);
});
