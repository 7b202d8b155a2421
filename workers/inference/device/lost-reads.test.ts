import { expect, it } from 'vitest';
import { hushLostReads } from './lost-reads.ts';

/** Whether a worker logs this rejection that nobody handles. */
function isLogged(reason: unknown): boolean {
  const scope = new EventTarget();
  hushLostReads(scope as unknown as Parameters<typeof hushLostReads>[0]);
  const event = Object.assign(new Event('unhandledrejection', { cancelable: true }), { reason });
  return scope.dispatchEvent(event);
}

// As Chromium words them: of a device that was destroyed under the read, and of one that was lost before.
it.each([
  new DOMException(
    "Failed to execute 'mapAsync' on 'GPUBuffer': Buffer was unmapped before mapping was resolved.",
    'AbortError',
  ),
  new DOMException(
    "Failed to execute 'mapAsync' on 'GPUBuffer': The Device was lost before mapping was resolved.",
    'AbortError',
  ),
  new DOMException("Failed to execute 'mapAsync' on 'GPUBuffer': Device is lost.", 'OperationError'),
])('says nothing of a read that a lost device cut off: $message', (reason) => {
  expect(isLogged(reason)).toBe(false);
});

it.each([
  new TypeError('mapAsync is not a function'),
  new DOMException('The transaction was aborted.', 'AbortError'),
  new Error('device is lost'),
  'mapAsync',
  undefined,
])('leaves every other rejection to be seen: %s', (reason) => {
  expect(isLogged(reason)).toBe(true);
});
