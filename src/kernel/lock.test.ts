import { expect, test } from 'vitest';
import { memoryLock } from './lock.ts';

test('a lock has one holder and can be taken again after release', async () => {
  const lock = memoryLock();
  const release = await lock.tryAcquire('a');
  expect(await lock.tryAcquire('a')).toBeNull();
  expect(await lock.tryAcquire('b')).not.toBeNull();
  release?.();
  expect(await lock.tryAcquire('a')).not.toBeNull();
  // Letting go twice does not take it from the next holder.
  release?.();
  expect(await lock.tryAcquire('a')).toBeNull();
});
