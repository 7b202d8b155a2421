/**
 * The worker that owns the GPU. It may be killed at any moment; the runtime starts another.
 */
import { awakeClock, OF_A_WORKER } from '../src/kernel/awake-clock.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { newId } from '../src/kernel/ids.ts';
import { webLifeline } from '../src/kernel/lock.ts';
import { entropySeed, seededRandom } from '../src/kernel/random.ts';
import { serveInference } from '../src/engine/serve.ts';
import { hushLostReads } from './inference/device/lost-reads.ts';
import { ModelStore } from './inference/models/model-store.ts';
import { createInferenceService } from './inference/service.ts';

hushLostReads(self);

const clock = awakeClock(systemClock(), OF_A_WORKER);
const random = seededRandom(entropySeed());
const store = new ModelStore({
  // Absent where the page is not secure.
  caches: (self as Partial<Pick<typeof self, 'caches'>>).caches,
  locks: navigator.locks,
  name: () => newId('file', clock.wall(), random),
});

// This script lies one folder below the page, in development and in the build alike.
serveInference(self, createInferenceService(new URL('../', self.location.href), clock, store), {
  name: `planaria-inference/${String(entropySeed())}`,
  lifeline: webLifeline(navigator.locks),
});
