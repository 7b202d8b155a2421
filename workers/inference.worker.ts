/**
 * The worker that owns the GPU. It may be killed at any moment; the runtime starts another.
 */
import { awakeClock, OF_A_WORKER } from '../src/kernel/awake-clock.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { webLifeline } from '../src/kernel/lock.ts';
import { entropySeed } from '../src/kernel/random.ts';
import { serveInference } from '../src/engine/serve.ts';
import { hushLostReads } from './inference/device/lost-reads.ts';
import { createInferenceService } from './inference/service.ts';

hushLostReads(self);

// This script lies one folder below the page, in development and in the build alike.
const clock = awakeClock(systemClock(), OF_A_WORKER);
serveInference(self, createInferenceService(new URL('../', self.location.href), clock), {
  name: `planaria-inference/${String(entropySeed())}`,
  lifeline: webLifeline(navigator.locks),
});
