import type { DueFault } from '../../chaos/schedule.ts';
import type { Struck } from '../../chaos/seams.ts';
import type { SpoilRecord } from '../../chaos/stored-records.ts';
import type { Engine, EngineHost } from '../../engine/contract.ts';
import type { RemoteEndpoint } from '../../engine/endpoint.ts';
import type { RemoteModel } from '../../engine/escalation.ts';
import type { RunSettings } from '../definition/run-setup.ts';
import { Endpoints, type EndpointListener } from '../engines/endpoints.ts';
import { ScriptedEngine } from '../../engine/scripted.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Lock } from '../../kernel/lock.ts';
import type { Random } from '../../kernel/random.ts';
import { StoreFault } from '../../store/fault.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { FaultInjector, EngineFaults } from './fault-injector.ts';
import type { ExampleSource } from './examples.ts';
import { Follower } from './follower.ts';
import { type Begun, loadRun } from '../run/load-run.ts';
import { lockName } from './run-list.ts';
import type { JournalEvent } from '../protocol/protocol.ts';
import { Run } from '../run/run.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { HealingSettings } from '../supervision/healing-parts.ts';
import type { NoteWords } from '../views/exports.ts';
import type { RunView } from '../views/run-view.ts';

export interface RuntimeOptions {
  readonly clock: Clock;
  /** The clock by which a page is sent frames, where the run has a time of its own; `clock` unless given, whatever befalls that. */
  readonly frameClock?: Clock;
  readonly random: Random;
  readonly store: RunStore;
  readonly lock: Lock;
  readonly engines: EngineHost;
  readonly examples: ExampleSource;
  readonly version: string;
  /** Names this tab in logs. */
  readonly tab: string;
  /** How runs are supervised and who hears their events; what chaos and simulation need. */
  readonly healing?: HealingSettings | null;
  readonly fixedSeats?: boolean;
  /** See `RunOptions`. */
  readonly shares?: RunOptions['shares'];
  readonly parts?: RunOptions['parts'];
  readonly choices?: RunOptions['choices'];
  readonly snapshotEvery?: number;
  readonly onEvent?: (event: JournalEvent) => void;
  /** How this tab's engines can be broken on purpose; absent: they cannot. */
  readonly engineFaults?: EngineFaults;
  /** How a stored record can be damaged on purpose; absent: it cannot. */
  readonly spoil?: SpoilRecord;
  /** Engine for runs that ask for `scripted`; the built-in one unless given. `beside`: for a bigger model, beside the run's own. */
  readonly scripted?: (seed: number, beside: boolean) => Engine;
  /** Puts remarks on rows into words, for exports; fetched with the first that needs it. Absent: they are told by their codes. */
  readonly noteWords?: () => Promise<NoteWords>;
  /** What answers for an endpoint that a person allows; that endpoint itself unless given. */
  readonly remote?: (endpoint: RemoteEndpoint) => RemoteModel;
  /** Absent: of this tab's own. */
  readonly endpoints?: Endpoints;
}

/** What an opened run needs of whoever keeps it open. */
export interface OpenerHooks {
  /** The run that is open now. */
  readonly open: () => RunView | null;
  /** Opens the run again in whichever way it can be had now. */
  readonly reopen: (runId: string) => void;
  /** See `RunOptions.onGone`. */
  readonly gone: (runId: string) => void;
  /** As `reopen`, once the tab that ran it is gone. */
  readonly takeOver: (runId: string) => void;
  readonly tellFault: (fault: DueFault, injection: Struck) => void;
  readonly crashSupervisor: () => void;
}

/** Opens stored runs: with engines, chaos and healing around them where this tab writes, to be looked at where another one does. */
export class Opener {
  readonly #with: RuntimeOptions;
  readonly #injector: FaultInjector;
  readonly #hooks: OpenerHooks;
  readonly #endpoints: Endpoints;

  constructor(options: RuntimeOptions, injector: FaultInjector, hooks: OpenerHooks) {
    this.#with = options;
    this.#injector = injector;
    this.#hooks = hooks;
    const { clock, random } = options;
    this.#endpoints = options.endpoints ?? new Endpoints({ clock, random: random.split('endpoints') });
  }

  /** The run, to write where no other tab does, else to watch. `begun`: see `loadRun`. */
  async view(runId: string, begun?: Begun): Promise<RunView> {
    const { store, lock, clock, tab } = this.#with;
    if (!(await store.record(runId))) throw new StoreFault('missing', `There is no run ${runId}.`);
    const release = await lock.tryAcquire(lockName(runId));
    if (!release) {
      const takeOver = (): void => {
        this.#hooks.takeOver(runId);
      };
      return new Follower(await loadRun(store, runId), { store, clock, takeOver });
    }
    try {
      // The fence first: an older writer that still breathes cannot change what is read next.
      const fence = await store.openWriter(runId);
      const loaded = await loadRun(store, runId, begun);
      const { settings } = loaded.plan;
      const ownEndpoint = settings.engine === 'remote' ? this.#endpoints.of(runId) : null;
      const onStale = (): void => {
        this.#hooks.reopen(runId);
      };
      const { healing, onEvent, snapshotEvery, fixedSeats = false, shares, parts, choices } = this.#with;
      const wrap = this.#injector.begin(
        {
          id: runId,
          layout: loaded.plan.layout,
          taskOf: (agent) => this.#hooks.open()?.now(agent)?.task ?? -1,
          crashSupervisor: () => {
            this.#hooks.crashSupervisor();
          },
          tell: (fault, injection) => {
            this.#hooks.tellFault(fault, injection);
          },
          tellOver: (fault, agent) => {
            const open = this.#hooks.open();
            if (open instanceof Run) open.ridOf(fault.id, fault.kind, agent);
          },
          isOver: () => {
            const open = this.#hooks.open();
            return open?.id !== runId || open.state.ended;
          },
          reopen: onStale,
        },
        settings.engine === 'webllm' || settings.engine === 'stock',
      );
      const run = new Run(loaded, {
        clock,
        store,
        createEngine: (onNews) => wrap(this.#engine(runId, settings, onNews)),
        createBeside: () => this.#beside(settings),
        createRemote: this.#with.remote ?? ((endpoint, onNews) => this.#endpoints.engine(endpoint, onNews)),
        ownEndpoint,
        models:
          settings.engine === 'scripted' ? null : (vramMiB, occupancy) => this.#with.engines.models(vramMiB, occupancy),
        fence,
        tab,
        release,
        onStale,
        onGone: () => {
          this.#hooks.gone(runId);
        },
        onBadRow: onStale,
        // Chaos of a simulation stands where this tab's own would.
        healing: healing === null ? null : { tap: this.#injector.tap, ...healing },
        fixedSeats,
        ...(shares && { shares }),
        ...(parts && { parts }),
        ...(choices && { choices }),
        ...(onEvent && { onEvent }),
        ...(snapshotEvery !== undefined && { snapshotEvery }),
      });
      try {
        await run.start();
      } catch (error) {
        // Its timers run already: left alone it would write behind the back of whoever opens the run next.
        await run.stop(false);
        throw error;
      }
      return run;
    } catch (error) {
      release();
      throw error;
    }
  }

  #engine(runId: string, { engine, seed }: RunSettings, onNews: EndpointListener): Engine {
    if (engine === 'scripted') return this.#scripted(seed, false);
    return engine === 'remote' ? this.#endpoints.engineOf(runId, onNews) : this.#with.engines.create(engine);
  }

  /** Bigger models that stand in a swarm file are this browser's, wherever its agents work. */
  #beside({ engine, seed }: RunSettings): Engine {
    if (engine === 'scripted') return this.#scripted(seed, true);
    return this.#with.engines.create(engine === 'remote' ? 'webllm' : engine);
  }

  #scripted(seed: number, beside: boolean): Engine {
    return this.#with.scripted?.(seed, beside) ?? new ScriptedEngine({ clock: this.#with.clock, seed });
  }
}
