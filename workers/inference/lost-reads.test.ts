import { expect, it } from 'vitest';
import { hushLostReads } from './lost-reads.ts';

/** Whether a worker logs this rejection that nobody handles. */
function isLogged(reason: unknown): boolean {
  const scope = new EventTarget();
  hushLostReads(scope as unknown as Parameters<typeof hushLostReads>[0]);
  const event = Object.assign(new Event('unhandledrejection', { cancelable: true }), { reason });
  return scope.dispatchEvent(event);
}

it.each([
  new DOMException("Failed to execute 'mapAsync' on 'GPUBuffer': Device is lost.", 'AbortError'),
  new DOMException('Buffer was unmapped before mapping was resolved.', 'AbortError'),
  new DOMException("Failed to execute 'mapAsync' on 'GPUBuffer': [Device] is lost.", 'OperationError'),
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
