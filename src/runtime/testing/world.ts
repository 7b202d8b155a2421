/**
 * A whole product on virtual time: the real runtime, journal, scheduling and store code over an IndexedDB in memory and the scripted engine.
 * A tab can be killed at any moment; the database, like a disk, stays.
 */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { spoilStored } from '../../chaos/stored-records.ts';
import { ScriptedEngine, type ScriptedOptions } from '../../engine/scripted.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { sleepOn } from '../../kernel/clock.ts';
import { type Lock, memoryLock } from '../../kernel/lock.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { type DexieStore, openStore } from '../../store/dexie-store.ts';
import type { RunStore } from '../../store/run-store.ts';
import { Database } from '../../store/schema.ts';
import type { RuntimeOptions } from '../host/opener.ts';
import { Runtime } from '../host/runtime.ts';
import { NO_EXAMPLES, NO_GPU } from './no-gpu.ts';

export const SWARM = `
planaria: 1
name: test swarm
seed: 7
budget: {resident: 4}
input: {from: dropped, format: lines}
roles:
  triager:
    kind: worker
    replicas: 6
    prompt: Triage this line.
    output:
      type: object
      properties:
        severity: {enum: [info, warning, error]}
        subject: {type: string, minLength: 1, maxLength: 40, x-copied-from: input}
      required: [severity, subject]
      additionalProperties: false
    limits: {tokens: 64, deadline: 5s}
  reviewer:
    kind: specialist
    replicas: 2
    prompt: Review this triage.
    output:
      type: object
      properties: {agree: {type: boolean}}
      required: [agree]
      additionalProperties: false
    limits: {tokens: 32, deadline: 5s}
flow:
  - {role: triager, each: input}
  - {role: reviewer, reviews: triager, share: 0.25}
`;

export const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `sshd[${String(i)}]: Failed password for user${String(i)}`).join('\n');

/** A clock whose timers die with the tab. */
function mortalClock(clock: SimulatedClock): { clock: Clock; kill: () => void } {
  let dead = false;
  const guard =
    (task: () => void): (() => void) =>
    () => {
      if (!dead) task();
    };
  const mortal: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall(),
    timeout: (ms, task): Cancel => clock.timeout(ms, guard(task)),
    every: (ms, task): Cancel => {
      const cancel = clock.every(ms, () => {
        if (dead) cancel();
        else task();
      });
      return cancel;
    },
    sleep: (ms, signal) => sleepOn(mortal, ms, signal),
  };
  return {
    clock: mortal,
    kill: () => {
      dead = true;
    },
  };
}

/** Told of each commit before it is written and after, before its writer hears of it: where a crash hurts most. */
export type CommitHook = (moment: 'before' | 'after') => void;

/** A store that virtual time waits for, and that neither answers nor takes orders once its tab is dead. */
function mortalStore(
  store: RunStore,
  clock: SimulatedClock,
  onCommit: CommitHook,
): { store: RunStore; kill: () => void } {
  let dead = false;
  const isDead = (): boolean => dead;
  const never = new Promise<never>(() => undefined);
  const mortal = new Proxy(store, {
    get: (target, name: keyof RunStore) =>
      name === 'close'
        ? () => undefined
        : async (...given: unknown[]) => {
            if (dead) return never;
            if (name === 'commit') onCommit('before');
            // Killed by the hook; asked again because of that.
            if (isDead()) return never;
            const method = target[name] as (...args: unknown[]) => Promise<unknown>;
            try {
              const value = await clock.track(method.apply(target, given));
              if (name === 'commit') onCommit('after');
              return isDead() ? await never : value;
            } catch (error) {
              if (isDead()) return never;
              throw error;
            }
          },
  });
  return {
    store: mortal,
    kill: () => {
      dead = true;
    },
  };
}

export interface Tab {
  readonly runtime: Runtime;
  /** Engines made so far, the newest last. */
  readonly engines: ScriptedEngine[];
  /** As where a browser gives a lock away under its holder: the tab lives on and does not know. */
  loseLock(): void;
  /** As a crash: nothing of the tab happens any more, from this moment on. */
  kill(): void;
}

export class World {
  readonly clock = new SimulatedClock();
  readonly random: Random;
  readonly store: DexieStore;
  readonly db: Database;
  readonly #lock: Lock = memoryLock();
  #tabs = 0;

  private constructor(seed: number, db: Database, store: DexieStore) {
    this.random = seededRandom(seed);
    this.db = db;
    this.store = store;
  }

  static async create(seed: number): Promise<World> {
    const db = new Database('planaria', { indexedDB: new IDBFactory(), IDBKeyRange });
    return new World(seed, db, await openStore(db));
  }

  /** The browser throws away what is stored, under the tabs that use it; what they write next is in a fresh database. */
  async throwAway(): Promise<void> {
    const { tables } = this.db;
    const clear = async (): Promise<void> => {
      for (const table of tables) await table.clear();
    };
    await this.clock.track(this.db.transaction('rw', tables, clear));
  }

  /** @param around what stands between the tab and virtual time, e.g. a machine that sleeps */
  tab(
    scripted: Partial<ScriptedOptions> = {},
    onCommit: CommitHook = () => undefined,
    around: (clock: Clock) => Clock = (clock) => clock,
    more: Pick<RuntimeOptions, 'snapshotEvery'> = {},
  ): Tab {
    const name = `tab-${String(++this.#tabs)}`;
    const { clock: mortal, kill: killClock } = mortalClock(this.clock);
    const clock = around(mortal);
    const { store, kill: killStore } = mortalStore(this.store, this.clock, onCommit);
    const held = new Set<() => void>();
    const engines: ScriptedEngine[] = [];
    const lock: Lock = {
      isHeld: (key) => this.#lock.isHeld(key),
      tryAcquire: async (key) => {
        const release = await this.#lock.tryAcquire(key);
        if (release) held.add(release);
        return release;
      },
    };
    const runtime = new Runtime({
      ...more,
      clock,
      random: this.random.split(name),
      store,
      lock,
      engines: NO_GPU,
      examples: NO_EXAMPLES,
      version: 'test',
      tab: name,
      spoil: (run, how, random) => this.clock.track(spoilStored(this.db, run, how, random)),
      scripted: (seed) => {
        const engine = new ScriptedEngine({ seed, ...scripted, clock });
        engines.push(engine);
        return engine;
      },
    });
    return {
      runtime,
      engines,
      loseLock: () => {
        for (const release of held) release();
        held.clear();
      },
      kill: () => {
        killClock();
        killStore();
        for (const release of held) release();
      },
    };
  }
}
