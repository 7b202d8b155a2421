/**
 * Puts the product's engine host, with the product's inference worker behind it, into a page's hands. Only tests and benches open it; it is
 * built by the vite.config.ts beside it and is no part of the product.
 */
import type {
  Engine,
  EngineError,
  EngineKind,
  LoadProgress,
  ModelSource,
  TurnRequest,
} from '../../src/engine/contract.ts';
import type { tryBudgets } from './budgets.ts';
import type { compareShared, runReference } from './reference.ts';
import { createEngineHost } from '../../src/engine/host.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { Worker } from '../../src/runtime/client/trusted-scripts.ts';

/** The worker spawned last, so that a test can kill it. */
let worker: globalThis.Worker | null = null;

const host = createEngineHost(() => {
  worker = new Worker(new URL('./harness.worker.ts', import.meta.url), { type: 'module' });
  return worker;
}, systemClock());

const errorOf = (thrown: unknown): EngineError =>
  (thrown as { error?: EngineError }).error ?? { code: 'internal', message: String(thrown), remedy: '' };

const planaria = {
  host,
  worker: () => worker,
  errorOf,

  reference: async (...args: Parameters<typeof runReference>) => (await import('./reference.ts')).runReference(...args),
  shared: async (...args: Parameters<typeof compareShared>) => (await import('./reference.ts')).compareShared(...args),

  stated: async (library: string) => (await import('./budgets.ts')).stated(library),
  proofs: async () => (await import('./budgets.ts')).keptProofsOfAll(),
  tryBudgets: async (...args: Parameters<typeof tryBudgets>) => (await import('./budgets.ts')).tryBudgets(...args),

  /** An engine on the pocket model, or on another, and what its loading said. */
  async load(kind: EngineKind, source: ModelSource = { id: 'pocket' }, resident = 12, vramMiB = 7168) {
    const engine: Engine = host.create(kind);
    const progress: LoadProgress[] = [];
    const report = await engine.load(source, { vramMiB, occupancy: 0.85, resident }, (step) => progress.push(step));
    return { engine, report, progress };
  },

  /** A turn with a role prompt that agents share; everything can be said otherwise. */
  turn(id: string, line: string, more: Partial<TurnRequest> = {}): TurnRequest {
    return {
      id,
      agent: 0,
      priority: 0,
      prefix: [
        {
          role: 'system',
          content: 'You triage log lines. Read one line and answer with severity, kind, subject and action.',
        },
      ],
      messages: [{ role: 'user', content: line }],
      maxTokens: 24,
      sampling: { temperature: 0, topP: 1, seed: 1 },
      deadlineMs: 150_000,
      ...more,
    };
  },
};

declare global {
  interface Window {
    planaria: typeof planaria;
  }
}

window.planaria = planaria;
