/** One tab of the simulated browser: the real runtime on its own clock, store, engine and supervisor seams. It can die at any moment. */
import type { EngineChaos } from '../../src/chaos/engine-seam.ts';
import { FaultyClock } from '../../src/chaos/clock-seam.ts';
import type { MemoryDisk } from '../../src/chaos/memory-store.ts';
import { MemoryStore } from '../../src/chaos/memory-store.ts';
import { FaultyMessages } from '../../src/chaos/message-seam.ts';
import { FaultyStore } from '../../src/chaos/store-seam.ts';
import type { Engine, EngineError, TurnRequest } from '../../src/engine/contract.ts';
import { ScriptedEngine, type ScriptedFault } from '../../src/engine/scripted.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import type { Cancel, Clock } from '../../src/kernel/clock.ts';
import { sleepOn } from '../../src/kernel/clock.ts';
import type { Lock } from '../../src/kernel/lock.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { RuntimeOptions } from '../../src/runtime/host/opener.ts';
import { Runtime } from '../../src/runtime/host/runtime.ts';
import type { NetworkOptions } from '../../src/engine/remote/network.ts';
import { Endpoints } from '../../src/runtime/engines/endpoints.ts';
import type { HealingSettings } from '../../src/runtime/supervision/healing-parts.ts';
import { NO_EXAMPLES, NO_GPU } from '../../src/runtime/testing/no-gpu.ts';
import type { RunStore } from '../../src/store/run-store.ts';

export interface TabOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly disk: MemoryDisk;
  readonly lock: Lock;
  readonly random: Random;
  /** Stands between the run and its engines; absent: nothing does but what the runtime itself has. */
  readonly chaos?: EngineChaos;
  readonly healing: HealingSettings | null;
  /** Milliseconds a token of prompt, a step of decoding, and loading take. */
  readonly speed: { readonly prefillMs: number; readonly decodeMs: number; readonly loadMs: number };
  /** False: once the first engine is gone there is no other. */
  readonly replaceEngine: boolean;
  readonly onEvent: (event: JournalEvent) => void;
  /** What is wrong with single turns; why an engine cannot be loaded now. `beside`: a bigger model's. */
  readonly fault?: (engine: ScriptedEngine, request: TurnRequest, beside: boolean) => ScriptedFault | null;
  readonly failLoad?: (beside: boolean) => EngineError | null;
  /** What answers for an endpoint that a person allows. */
  readonly remote?: RuntimeOptions['remote'];
  /** The network on which endpoints are that a run works at. */
  readonly network?: NetworkOptions;
  /** Stands between the tab and the disk. */
  readonly between?: (store: RunStore) => RunStore;
}

/** Timers that die with the tab. */
function mortal(clock: Clock): { readonly clock: Clock; kill(): void } {
  let dead = false;
  const living: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    timeout: (ms, task): Cancel =>
      clock.timeout(ms, () => {
        if (!dead) task();
      }),
    every: (ms, task): Cancel => {
      const cancel = clock.every(ms, () => {
        if (dead) cancel();
        else task();
      });
      return cancel;
    },
    sleep: (ms, signal) => sleepOn(living, ms, signal),
  };
  return {
    clock: living,
    kill: () => {
      dead = true;
    },
  };
}

export class SimulatedTab {
  readonly clock: FaultyClock;
  readonly store: FaultyStore;
  readonly messages: FaultyMessages;
  readonly runtime: Runtime;
  readonly #life: { kill(): void };
  readonly #random: Random;
  readonly #locks = new Set<() => void>();
  #dead = false;

  constructor(options: TabOptions) {
    const { name, disk, random, chaos, speed, fault, failLoad, between = (store) => store } = options;
    const life = mortal(options.clock);
    this.#life = life;
    this.#random = random.split(name);
    this.clock = new FaultyClock(life.clock);
    const disc = this.#random.split('disk');
    this.store = new FaultyStore(between(new MemoryStore(disk)), life.clock, () => disc.between(2, 20));
    this.messages = new FaultyMessages(life.clock);
    let engines = 0;
    const scripted = (seed: number, beside: boolean): Engine => {
      const first = engines++ === 0;
      const engine: ScriptedEngine = new ScriptedEngine({
        // A tab that is frozen is frozen with its workers.
        clock: this.clock,
        seed,
        ...speed,
        ...(fault && { fault: (request) => fault(engine, request, beside) }),
        failLoad: () =>
          first || options.replaceEngine
            ? (failLoad?.(beside) ?? null)
            : { code: 'worker-dead', message: 'Nobody starts another.', remedy: 'None.' },
      });
      return chaos?.wrap(engine) ?? engine;
    };
    const lock: Lock = {
      isHeld: (key) => options.lock.isHeld(key),
      tryAcquire: async (key) => {
        const release = await options.lock.tryAcquire(key);
        // Nobody holds anything after its death.
        if (this.#dead) release?.();
        else if (release) this.#locks.add(release);
        return release;
      },
    };
    this.runtime = new Runtime({
      clock: this.clock,
      random: this.#random,
      store: this.store,
      lock,
      engines: NO_GPU,
      examples: NO_EXAMPLES,
      version: 'simulated',
      tab: name,
      healing: options.healing && { ...options.healing, tap: this.messages.tap },
      onEvent: (event) => {
        if (!this.#dead) options.onEvent(event);
      },
      scripted,
      spoil: (_, how, chance) => Promise.resolve(disk.spoil(chance, how, ['results', 'journal', 'agents'])),
      ...(options.remote && { remote: options.remote }),
      ...(options.network && {
        endpoints: new Endpoints({
          clock: this.clock,
          random: this.#random.split('endpoints'),
          network: options.network,
        }),
      }),
    });
  }

  /** As a crash of the tab or of the machine: nothing of it happens any more. What it was writing is there whole or not at all. */
  async kill(): Promise<void> {
    this.#dead = true;
    this.#life.kill();
    await this.store.cut(this.#random);
    for (const release of this.#locks) release();
  }
}
