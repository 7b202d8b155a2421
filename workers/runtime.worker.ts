/**
 * The worker that owns the swarm. It outlives the inference workers that it starts; the page only draws what it says.
 */
import { Worker } from '../src/runtime/client/trusted-scripts.ts';
import { serveRuntime } from '../src/runtime/serve.ts';

serveRuntime({
  scope: self,
  // This script lies one folder below the page, in development and in the build alike.
  base: new URL('../', self.location.href),
  locks: navigator.locks,
  spawnInference: () => new Worker(new URL('./inference.worker.ts', import.meta.url), { type: 'module' }),
  noteWords: async () => (await import('../src/ui/text/say.en.ts')).noteEn,
});
