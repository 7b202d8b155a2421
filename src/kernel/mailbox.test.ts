import { expect, test } from 'vitest';
import { memoryLock } from './lock.ts';
import { Mailbox } from './mailbox.ts';

test('items come out in order, to whoever waits first; closing ends takers', async () => {
  const box = new Mailbox<number>();
  const early = box.take();
  box.push(1);
  box.push(2);
  box.push(3);
  expect(await early).toEqual({ value: 1, done: false });
  const rest: number[] = [];
  box.close();
  for await (const item of box) rest.push(item);
  expect(rest).toEqual([2, 3]);
  expect(box.push(4)).toBe(false);
});

test('a lock has one holder and can be taken again after release', async () => {
  const lock = memoryLock();
  const release = await lock.tryAcquire('a');
  expect(await lock.tryAcquire('a')).toBeNull();
  expect(await lock.tryAcquire('b')).not.toBeNull();
  release?.();
  expect(await lock.tryAcquire('a')).not.toBeNull();
});
