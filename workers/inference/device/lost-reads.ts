/**
 * WebLLM's runtime (0.2.86, `deviceCopyFromGPU`) begins reads with `mapAsync` and chains each behind the one before, so that only the first
 * that fails is heard of. When a device is lost every read under way rejects, and all but that one with nobody to hear: the page would log an
 * error for each. That the device is lost is told by the device itself, and whoever waits for a read by its `sync`.
 */
interface Rejections {
  addEventListener(type: 'unhandledrejection', listener: (event: PromiseRejectionEvent) => void): void;
}

/** Keeps reads that a lost device cut off out of the page's log of errors; every other rejection stays there. */
export function hushLostReads(scope: Rejections): void {
  scope.addEventListener('unhandledrejection', (event) => {
    if (isLostRead(event.reason)) event.preventDefault();
  });
}

function isLostRead(reason: unknown): boolean {
  return (
    reason instanceof Error &&
    (reason.name === 'AbortError' || reason.name === 'OperationError') &&
    reason.message.includes('mapAsync')
  );
}
