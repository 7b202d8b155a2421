/**
 * Faults of the engine and of single turns: stands between a run and whatever engine it has, real or scripted. It changes only what comes
 * out of the engine, or ends the engine; the run meets what it would meet without it.
 */
import type { Engine, TurnRequest } from '../engine/contract.ts';
import type { Clock } from '../kernel/clock.ts';
import { seededRandom } from '../kernel/random.ts';
import type { DueFault } from './schedule.ts';
import { missed, type Struck } from './seams.ts';
import { type Affliction, ERRORS, type Landed, WrappedEngine } from './wrapped-engine.ts';

export interface EngineChaosOptions {
  readonly clock: Clock;
  /** Rows of a role by name, for targets; null when there is no such role. */
  readonly rowsOf: (role: string) => { readonly first: number; readonly count: number } | null;
  /** Task of a row's turn, for the log; -1 where unknown. */
  readonly taskOf: (agent: number) => number;
  /** How a tab kills what stands behind the engine; absent in simulation, where the engine only falls silent. */
  readonly real?: {
    readonly killWorker?: () => void;
    readonly loseDevice?: () => void;
    readonly exhaustMemory?: () => void;
  };
  /** Rows among which a random victim is drawn; absent: whoever has the next turn. */
  readonly victims?: (kind: DueFault['kind']) => { readonly first: number; readonly count: number };
  /** Rows that answer the same questions as the agent, itself among them: more than a third of them never lie at once. */
  readonly peersOf?: (agent: number) => { readonly first: number; readonly count: number };
  /** The agent is rid of a fault that outlasted its turn. */
  readonly onOver?: (fault: DueFault, agent: number) => void;
  /** A fault that was announced once struck again. */
  readonly onAgain?: (fault: DueFault, injection: Struck) => void;
  /** Time after which a worker that died without a word is missed, ms: at its heartbeat (engine/connection.ts), unless told otherwise. */
  readonly missedAfterMs?: number;
}

const SECOND_LOSS_MS = 3000;
const HEARTBEAT_MS = 30_000;
/** How long a drawn victim's next turn is waited for, or any turn that writes. */
const PATIENCE_MS = 15_000;
/** How often it is looked for turns that write. */
const LOOK_MS = 50;

interface Armed {
  readonly fault: DueFault;
  readonly landed: Landed;
  readonly suits: (request: TurnRequest) => boolean;
}

/** One for a run: wraps each engine that the run is given. */
export class EngineChaos {
  readonly #options: EngineChaosOptions;
  readonly #armed: Armed[] = [];
  readonly #ill = new Map<number, Affliction>();
  /** Struck for good, though it has not shown yet. */
  readonly #falling = new Set<number>();
  #engine: WrappedEngine | null = null;
  #disarmed = false;
  #loseNext: { readonly fault: DueFault } | null = null;

  constructor(options: EngineChaosOptions) {
    this.#options = options;
  }

  wrap(engine: Engine): Engine {
    const wrapped = new WrappedEngine(engine, this.#options.clock, {
      struck: (request) => this.#strikes(request),
      // What ails an agent beyond its turn sits in its context: it ends when the engine is told to forget that.
      forgotten: (agent) => {
        const affliction = this.#ill.get(agent);
        if (!affliction) return;
        this.#ill.delete(agent);
        this.#options.onOver?.(affliction.fault, agent);
      },
      ready: () => {
        this.#ready(wrapped);
      },
    });
    this.#engine = wrapped;
    return wrapped;
  }

  /** Agents that are ill beyond one turn. */
  get ill(): ReadonlySet<number> {
    return new Set(this.#ill.keys());
  }

  /** The seam for single turns. */
  turn(fault: DueFault, landed: Landed): void {
    if (fault.kind === 'all-residents-crash') {
      this.#crashAll(landed, this.#options.clock.now() + PATIENCE_MS);
      return;
    }
    const { target } = fault;
    const random = seededRandom(fault.seed);
    const range = typeof target === 'object' && 'role' in target ? this.#options.rowsOf(target.role) : null;
    const suits = (request: TurnRequest): boolean => {
      if (this.#ill.has(request.agent)) return false;
      if (typeof target === 'object' && 'agent' in target && request.agent !== target.agent) return false;
      if (range && (request.agent < range.first || request.agent >= range.first + range.count)) return false;
      if (this.#tooMany(fault.kind, request.agent)) return false;
      if (fault.kind === 'poisoned-output') return request.schema?.includes('"enum"') === true && !isReview(request);
      if (fault.kind === 'lying-voter') return isReview(request);
      return true;
    };
    // Not simply the next turn: those who are handed work first would be struck most. A row is drawn, and it is its next turn; only if that
    // does not come is it somebody else's.
    const among = target === 'random' ? this.#options.victims?.(fault.kind) : undefined;
    const drawn = among && among.count > 0 ? among.first + random.int(among.count) : null;
    const patience = this.#options.clock.now() + PATIENCE_MS;
    this.#armed.push({
      fault,
      landed,
      suits: (request) =>
        suits(request) && (drawn === null || request.agent === drawn || this.#options.clock.now() > patience),
    });
  }

  /** The seam for the engine as a whole. */
  engine(fault: DueFault, landed: Landed): void {
    const engine = this.#engine;
    if (!engine?.alive) {
      landed(missed({ code: 'no-engine' }));
      return;
    }
    const injection = this.#injectionOf(engine);
    const { real, missedAfterMs = HEARTBEAT_MS } = this.#options;
    // First the word, then the deed: what follows is to be seen as its consequence.
    landed(injection);
    switch (fault.kind) {
      case 'worker-kill':
        if (real?.killWorker) real.killWorker();
        else engine.silence(ERRORS['worker-dead'], missedAfterMs);
        break;
      case 'out-of-memory':
        if (real?.exhaustMemory) real.exhaustMemory();
        else engine.lose(ERRORS['out-of-memory']);
        break;
      case 'device-lost-twice':
        this.#loseNext = { fault };
        this.#loseDevice(engine);
        break;
      case 'device-lost':
        this.#loseDevice(engine);
        break;
      default:
        throw new RangeError(`EngineSeam: ${fault.kind} is no fault of an engine`);
    }
  }

  /** What was armed and never struck. */
  disarm(): void {
    this.#disarmed = true;
    for (const { landed } of this.#armed.splice(0)) landed(missed({ code: 'no-turn' }));
  }

  /** Voting holds with up to floor((n - 1) / 3) liars among n (Lamport, Shostak and Pease, 1982); more is not a fault but another truth. */
  #tooMany(kind: DueFault['kind'], agent: number): boolean {
    if (kind !== 'poisoned-output' && kind !== 'lying-voter') return false;
    const peers = this.#options.peersOf?.(agent);
    if (!peers) return false;
    const lying = [...this.#ill.keys(), ...this.#falling].filter(
      (row) => row >= peers.first && row < peers.first + peers.count,
    );
    return lying.length + 1 > Math.floor((peers.count - 1) / 3);
  }

  #injectionOf(engine: WrappedEngine): Struck {
    const agents = engine.inFlight();
    return {
      landed: true,
      agents,
      tasks: agents.map((agent) => this.#options.taskOf(agent)),
      detail: { code: 'in-flight', turns: agents.length },
      survivable: true,
    };
  }

  /** Between two turns, or while an engine loads, there is nothing to crash: the next moment at which there is is meant. */
  #crashAll(landed: Landed, until: number): void {
    const { clock, taskOf } = this.#options;
    if (this.#engine?.crashAll(taskOf, landed)) return;
    if (clock.now() >= until || this.#disarmed) landed(missed());
    else
      clock.timeout(LOOK_MS, () => {
        this.#crashAll(landed, until);
      });
  }

  #loseDevice(engine: WrappedEngine): void {
    if (this.#options.real?.loseDevice) this.#options.real.loseDevice();
    else engine.lose(ERRORS['device-lost']);
  }

  #ready(engine: WrappedEngine): void {
    if (!this.#loseNext) return;
    const { fault } = this.#loseNext;
    this.#loseNext = null;
    this.#options.clock.timeout(SECOND_LOSS_MS, () => {
      if (engine !== this.#engine || !engine.alive) return;
      const injection = this.#injectionOf(engine);
      this.#options.onAgain?.(fault, injection);
      this.#loseDevice(engine);
    });
  }

  #strikes(request: TurnRequest): Affliction | null {
    const at = this.#armed.findIndex(({ suits }) => suits(request));
    const armed = at < 0 ? undefined : this.#armed.splice(at, 1)[0];
    if (armed) {
      const { fault, landed } = armed;
      const random = seededRandom(fault.seed).split('strike');
      const lasting =
        fault.kind === 'poisoned-output' ||
        fault.kind === 'lying-voter' ||
        random.chance(fault.kind === 'loop' ? 0.5 : 0.2);
      const { agent } = request;
      const affliction: Affliction = {
        fault,
        kind: fault.kind,
        random,
        shows: () => {
          this.#falling.delete(agent);
          if (lasting) this.#ill.set(agent, { ...affliction, shows: () => undefined, missed: () => undefined });
          landed({
            landed: true,
            agents: [agent],
            tasks: [this.#options.taskOf(agent)],
            detail: { code: 'agent', agent, lasting },
            survivable: true,
            ...(lasting && { lasting }),
          });
        },
        missed: () => {
          this.#falling.delete(agent);
          landed(missed({ code: 'turn-ended' }));
        },
      };
      if (lasting) this.#falling.add(agent);
      return affliction;
    }
    return this.#ill.get(request.agent) ?? null;
  }
}

/** A review answers with a yes or no. */
const isReview = (request: TurnRequest): boolean => request.schema?.includes('"boolean"') === true;
