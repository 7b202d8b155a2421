import { expect, test } from 'vitest';
import { ContextManager, type Exchange } from './context.ts';

test('what did not fit is forgotten, the oldest first', () => {
  const contexts = new ContextManager();
  for (let k = 0; k < 4; k++) contexts.save(1, { user: `task ${String(k)}`, assistant: 'done' }, 8);
  expect(contexts.load(1, 3).map(({ content }) => content)).toEqual([
    ...['task 1', 'done', 'task 2', 'done', 'task 3', 'done'],
  ]);
  contexts.drop(1, 4);
  expect(contexts.load(1, 8).map(({ content }) => content)).toEqual(['task 3', 'done']);
  contexts.drop(1, 2);
  expect(contexts.snapshot(1)).toBeUndefined();
  contexts.drop(9, 2);
  expect(contexts.load(1, 0)).toEqual([]);
});

test('a memory that is full loses its older half at once, so that most turns only add to it', () => {
  const contexts = new ContextManager();
  let before: string[] = [];
  let anew = 0;
  for (let turn = 0; turn < 40; turn++) {
    const now = contexts.load(3, 8).map(({ content }) => content);
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
  expect(later.load(1, 4)).toEqual([
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ]);
  for (const bad of [undefined, 'x', [], [{ user: 1 }], [{ user: 'a', assistant: 'b' }, null]]) later.restore(5, bad);
  expect(later.load(5, 4)).toEqual([]);
  later.forget(1);
  expect(later.load(1, 4)).toEqual([]);
});
