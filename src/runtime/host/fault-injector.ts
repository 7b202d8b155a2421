import { FaultyClock, jumpOf } from '../../chaos/clock-seam.ts';
import { Director } from '../../chaos/director.ts';
import { EngineChaos } from '../../chaos/engine-seam.ts';
import { KINDS } from '../../chaos/kinds.ts';
import { FAULT_KINDS, FAULTS_FROM_OUTSIDE, type FaultKind } from '../../journal/vocabulary.ts';
import { FaultyMessages } from '../../chaos/message-seam.ts';
import type { FaultPlan, Target } from '../../chaos/fault-plan.ts';
import { type DueFault, scheduleFaults } from '../../chaos/schedule.ts';
import { type FaultSeams, type Injection, missed, struck, type Struck } from '../../chaos/seams.ts';
import { FaultyStore } from '../../chaos/store-seam.ts';
import type { SpoilRecord } from '../../chaos/stored-records.ts';
import type { Engine } from '../../engine/contract.ts';
import type { Tap } from '../../healing/messages.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { Layout } from '../../swarm/expand.ts';
import type { FaultChoice, FaultReply } from '../protocol/protocol.ts';

/** How a tab does to its engine what happens to engines; absent where the engine is not a worker. */
export interface EngineFaults {
  killWorker(): void;
  loseDevice(): void;
  exhaustMemory(): void;
}

/** The run that is broken. */
export interface BrokenRun {
  readonly id: string;
  readonly layout: Layout;
  /** Task of the agent's turn; -1 where it has none. */
  readonly taskOf: (agent: number) => number;
  readonly crashSupervisor: () => void;
  /** It has ended: there is nothing to break any more. */
  readonly isOver: () => boolean;
  /** Leaves it and opens it again, so that all of it is read from the disk. */
  readonly reopen: () => void;
  readonly tell: (fault: DueFault, injection: Struck) => void;
  /** An agent is rid of a fault that outlasted its turn. */
  readonly tellOver: (fault: DueFault, agent: number) => void;
}

/** A tab misses its worker by the lock that the worker held; an engine that is no worker is missed as soon. */
const MISSED_AFTER_MS = 20;
/** A fault that has not landed by then found nothing to strike, ms. */
const PATIENCE_MS = 20_000;

/** What a runtime can do to itself. Reloading its page, killing its browser and opening a second tab are for whoever drives those. */
export const FAULT_CHOICES: readonly FaultChoice[] = FAULT_KINDS.filter((kind) => !FAULTS_FROM_OUTSIDE.has(kind)).map(
  (kind) => {
    const { takesTarget } = KINDS[kind];
    return { kind, takesTarget };
  },
);

/** The seams of one tab. Everything passes through untouched until something is to break. */
export class FaultInjector {
  readonly clock: FaultyClock;
  readonly store: FaultyStore;
  readonly #messages: FaultyMessages;
  readonly #random: Random;
  readonly #engines: EngineFaults | null;
  readonly #spoil: SpoilRecord | null;
  #chaos: EngineChaos | null = null;
  #director: Director | null = null;
  #run: BrokenRun | null = null;
  #faults = 0;

  constructor(clock: Clock, store: RunStore, engines: EngineFaults | null, spoil: SpoilRecord | null, random: Random) {
    this.clock = new FaultyClock(clock);
    this.store = new FaultyStore(store, clock);
    this.#messages = new FaultyMessages(clock);
    this.#engines = engines;
    this.#spoil = spoil;
    this.#random = random;
  }

  get tap(): Tap {
    return this.#messages.tap;
  }

  /**
   * A run begins in this tab; whatever was to befall the one before will not, but a plan goes on where the same run is opened again.
   * `real`: its engine is a worker.
   */
  begin(run: BrokenRun, real: boolean): (engine: Engine) => Engine {
    if (this.#run?.id !== run.id) this.#director?.stop();
    this.#chaos?.disarm();
    this.#run = run;
    const roleRows = (name: string) => run.layout.roles.find((role) => role.name === name);
    const chaos = new EngineChaos({
      clock: this.clock,
      taskOf: run.taskOf,
      rowsOf: (name) => {
        const role = roleRows(name);
        return role ? { first: role.firstAgent, count: role.replicas } : null;
      },
      peersOf: (agent) => {
        const role = run.layout.roles[run.layout.roleOf[agent] ?? 0];
        return { first: role?.firstAgent ?? 0, count: role?.replicas ?? 0 };
      },
      onAgain: run.tell,
      onOver: run.tellOver,
      ...(real && this.#engines && { real: this.#engines }),
      missedAfterMs: MISSED_AFTER_MS,
    });
    this.#chaos = chaos;
    return (engine) => chaos.wrap(engine);
  }

  /** Starts a plan, or goes on with one that an earlier tab began `from` ms ago; its times count from its beginning. */
  play(plan: FaultPlan, seed: number, from: number): void {
    this.#director?.stop();
    this.#director = new Director(
      this.clock,
      () => this.#seams(),
      ({ fault, injection }) => {
        if (injection.landed) this.#run?.tell(fault, injection);
      },
    );
    const due = scheduleFaults(plan, plan.seed ?? seed);
    this.#director.start(due.filter(({ at }) => at >= from).map((fault) => ({ ...fault, at: fault.at - from })));
  }

  /** One fault, now or with the next turn that it suits; tells what became of it. */
  strike(kind: FaultKind, agent: number | null): Promise<FaultReply> {
    if (!FAULT_CHOICES.some((choice) => choice.kind === kind) || !this.#run)
      return Promise.resolve(missed({ code: 'cannot-enter', kind }));
    const target: Target = agent === null || !KINDS[kind].takesTarget ? 'random' : { agent };
    const fault: DueFault = {
      id: ++this.#faults,
      kind,
      at: 0,
      target,
      forMs: KINDS[kind].lastsMs ?? 0,
      seed: this.#random.int(2 ** 31),
    };
    return new Promise((resolve) => {
      const late = this.clock.timeout(PATIENCE_MS, () => {
        resolve(missed());
      });
      const landed = (injection: Injection): void => {
        late();
        if (injection.landed) this.#run?.tell(fault, injection);
        resolve(injection.landed ? { landed: true } : injection);
      };
      const seam = this.#seams()[KINDS[kind].seam];
      if (seam) seam(fault, landed);
      else landed(missed());
    });
  }

  #seams(): FaultSeams {
    const run = this.#run;
    const chaos = this.#chaos;
    if (!run || !chaos) return {};
    return {
      turn: (fault, landed) => {
        chaos.turn(fault, landed);
      },
      engine: (fault, landed) => {
        chaos.engine(fault, landed);
      },
      messages: (fault, landed) => {
        const { kind, forMs } = fault;
        if (kind !== 'message-lost' && kind !== 'message-doubled' && kind !== 'message-reordered') return;
        this.#messages.strike(kind, forMs, seededRandom(fault.seed), () => undefined);
        landed(struck({ code: 'for', ms: forMs }));
      },
      clock: (fault, landed) => {
        const frozen = fault.kind === 'hidden-tab';
        if (frozen) this.clock.freeze(fault.forMs);
        else this.clock.jump(jumpOf(fault.seed));
        landed(struck({ code: frozen ? 'tab-frozen' : 'clock-moved' }));
      },
      store: (fault, landed) => {
        if (fault.kind === 'quota') {
          this.store.fill(fault.forMs);
          landed(struck({ code: 'no-room', ms: fault.forMs }));
        } else void this.#strikeRecord(run, fault, landed);
      },
      run: (fault, landed) => {
        if (FAULTS_FROM_OUTSIDE.has(fault.kind)) {
          landed(missed({ code: 'from-outside', kind: fault.kind }));
          return;
        }
        landed(struck({ code: 'supervisor-ended' }));
        run.crashSupervisor();
      },
    };
  }

  /** A stored record goes bad; only who reads it again can notice. */
  async #strikeRecord(run: BrokenRun, fault: DueFault, landed: (injection: Injection) => void): Promise<void> {
    const how = fault.kind === 'old-version' ? 'version' : 'bit';
    try {
      const spoilt = run.isOver() ? null : ((await this.#spoil?.(run.id, how, seededRandom(fault.seed))) ?? null);
      if (!spoilt || run.isOver() || run !== this.#run) landed(missed());
      else {
        landed(struck({ code: 'record', ...spoilt }));
        run.reopen();
      }
    } catch (thrown) {
      landed(missed({ code: 'database-refused', detail: String(thrown) }));
    }
  }
}
