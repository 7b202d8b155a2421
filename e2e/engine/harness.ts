/**
 * Puts the product's engine host, with the product's inference worker behind it, into a page's hands. Only tests and benches open it; it is
 * built by the vite.config.ts beside it and is no part of the product.
 */
import { createEngineHost } from '../../src/engine/host.ts';
import { systemClock } from '../../src/kernel/clock.ts';

/** The worker spawned last, so that a test can kill it. */
let worker: Worker | null = null;

const planaria = {
  host: createEngineHost(() => {
    worker = new Worker(new URL('../../workers/inference.worker.ts', import.meta.url), { type: 'module' });
    return worker;
  }, systemClock()),
  worker: () => worker,
};

declare global {
  interface Window {
    planaria: typeof planaria;
  }
}

window.planaria = planaria;
