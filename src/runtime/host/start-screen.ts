import type { EngineHost } from '../../engine/contract.ts';
import type { Lock } from '../../kernel/lock.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { Answers, RunInfo } from '../protocol/protocol.ts';
import { type ExampleSource, exampleSwarms } from './examples.ts';
import { listRuns, runsGoing } from './run-list.ts';

export interface StartScreenOptions {
  readonly engines: EngineHost;
  readonly examples: ExampleSource;
  readonly store: () => Promise<RunStore>;
  readonly lock: Lock;
  /** What runs a run and knows the open one; null until a call has needed it. */
  readonly runtime: () => Promise<{ runs(): Promise<RunInfo[]>; readonly writes: RunInfo | null; woke(): void }> | null;
}

/** What the start screen asks, before there is a run. Apart from `Runtime` for loading: none of this needs what runs a run. */
export function startScreen({ engines, examples, store, lock, runtime }: StartScreenOptions): Answers<'startScreen'> {
  return {
    checkGpu: () => engines.checkGpu(),
    examples: () => exampleSwarms(examples),
    models: (vramMiB, occupancy) => engines.models(vramMiB, occupancy),
    check: async (file, text) => (await import('../definition/check-swarm.ts')).checkSwarm(file, text),
    checkInput: async (text, input) => (await import('../definition/check-input.ts')).checkInput(text, input),
    runs: async () => (await runtime())?.runs() ?? listRuns(await store(), lock, null),
    woke: async () => (await runtime())?.woke(),
    going: async () => runsGoing(await store(), lock, (await runtime())?.writes ?? null),
  };
}
