/**
 * Faults of the engine and of single turns: stands between a run and whatever engine it has, real or scripted. It changes only what comes
 * out of the engine, or ends the engine; the run meets what it would meet without it.
 */
import type {
  Engine,
  EngineError,
  EngineReport,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
} from '../engine/contract.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { seededRandom } from '../kernel/random.ts';
import type { DueFault } from './schedule.ts';
import type { Landing } from './seams.ts';
import { MISSED } from './seams.ts';

type Landed = (landing: Landing) => void;

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
  readonly onAgain?: (fault: DueFault, landing: Landing) => void;
  /** Time after which a dead worker is missed at its heartbeat, ms (engine/connection.ts). */
  readonly heartbeatMs?: number;
}

const SECOND_LOSS_MS = 3000;
/** How long a drawn victim's next turn is waited for. */
const PATIENCE_MS = 15_000;

const ERRORS: Readonly<Record<'worker-dead' | 'device-lost' | 'out-of-memory' | 'internal', EngineError>> = {
  'worker-dead': {
    code: 'worker-dead',
    message: 'The inference worker gave no sign of life.',
    remedy: 'A fresh worker takes over.',
  },
  'device-lost': { code: 'device-lost', message: 'The GPU device was lost.', remedy: 'A fresh worker takes over.' },
  'out-of-memory': {
    code: 'out-of-memory',
    message: 'The GPU refused an allocation.',
    remedy: 'The pool is built again.',
  },
  internal: { code: 'internal', message: 'The turn ended with an error.', remedy: 'It is taken again.' },
};

interface Armed {
  readonly fault: DueFault;
  readonly landed: Landed;
  readonly suits: (request: TurnRequest) => boolean;
}

interface Affliction {
  readonly fault: DueFault;
  readonly kind: DueFault['kind'];
  readonly random: Random;
  /** It shows for the first time: the fault has landed. Called once. */
  readonly shows: () => void;
  /** The turn ended before it could show. */
  readonly missed: () => void;
}

/** One for a run: wraps each engine that the run is given. */
export class EngineChaos {
  readonly #options: EngineChaosOptions;
  readonly #armed: Armed[] = [];
  readonly #ill = new Map<number, Affliction>();
  /** Struck for good, though it has not shown yet. */
  readonly #falling = new Set<number>();
  #engine: WrappedEngine | null = null;
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
      if (!this.#engine) landed(MISSED);
      else this.#engine.crashAll(this.#options.taskOf, landed);
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
      landed({ ...MISSED, detail: 'no engine was there' });
      return;
    }
    const landing = this.#landingOf(fault, engine);
    const { real, heartbeatMs = 30_000 } = this.#options;
    // First the word, then the deed: what follows is to be seen as its consequence.
    landed(landing);
    switch (fault.kind) {
      case 'worker-kill':
        if (real?.killWorker) real.killWorker();
        else engine.silence(ERRORS['worker-dead'], heartbeatMs);
        break;
      case 'out-of-memory':
        if (real?.exhaustMemory) real.exhaustMemory();
        else engine.lose(ERRORS['out-of-memory']);
        break;
      default:
        if (fault.kind === 'device-lost-twice') this.#loseNext = { fault };
        this.#loseDevice(engine);
    }
  }

  /** What was armed and never struck. */
  disarm(): void {
    for (const { landed } of this.#armed.splice(0)) landed({ ...MISSED, detail: 'no turn suited it' });
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

  #landingOf(fault: DueFault, engine: WrappedEngine): Landing {
    const agents = engine.inFlight();
    return {
      landed: true,
      agents,
      tasks: agents.map((agent) => this.#options.taskOf(agent)),
      detail: `${fault.kind} with ${agents.length} turns in flight`,
      survivable: true,
    };
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
      const landing = this.#landingOf(fault, engine);
      this.#options.onAgain?.(fault, landing);
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
            detail: `${fault.kind} of agent ${agent}, ${lasting ? 'until it is reset' : 'for one turn'}`,
            survivable: true,
            ...(lasting && { lasting }),
          });
        },
        missed: () => {
          this.#falling.delete(agent);
          landed({ ...MISSED, detail: 'the turn ended before' });
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

interface Turn {
  readonly request: TurnRequest;
  readonly handle: TurnHandle;
  readonly submitted: number;
  readonly settle: (outcome: TurnOutcome) => void;
  readonly affliction: Affliction | null;
  text: string;
  tokens: number;
  over: boolean;
  /** What ails it has shown. */
  shown: boolean;
  deadline: Cancel;
}

interface Hooks {
  readonly struck: (request: TurnRequest) => Affliction | null;
  readonly forgotten: (agent: number) => void;
  readonly ready: () => void;
}

class WrappedEngine implements Engine {
  readonly #inner: Engine;
  readonly #clock: Clock;
  readonly #hooks: Hooks;
  readonly #turns = new Set<Turn>();
  readonly #lost: ((error: EngineError) => void)[] = [];
  #state: 'new' | 'ready' | 'silent' | 'over' = 'new';

  constructor(inner: Engine, clock: Clock, hooks: Hooks) {
    this.#inner = inner;
    this.#clock = clock;
    this.#hooks = hooks;
    inner.onLost((error) => {
      if (this.#state !== 'silent') this.#end(error);
    });
  }

  get alive(): boolean {
    return this.#state === 'ready';
  }

  inFlight(): number[] {
    return [...this.#turns].map(({ request }) => request.agent);
  }

  async load(...args: Parameters<Engine['load']>): Promise<EngineReport> {
    const report = await this.#inner.load(...args);
    if (this.#state === 'new') {
      this.#state = 'ready';
      this.#hooks.ready();
    }
    return report;
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const affliction = this.#state === 'ready' ? this.#hooks.struck(request) : null;
    let settle!: (outcome: TurnOutcome) => void;
    const done = new Promise<TurnOutcome>((resolve) => {
      settle = resolve;
    });
    const handle = this.#inner.submit(request, (progress) => {
      if (turn.over || this.#state !== 'ready') return;
      turn.tokens = progress.completionTokens;
      turn.text = affliction?.kind === 'loop' ? looped(turn.tokens) : progress.text;
      if (affliction?.kind === 'loop') show(turn);
      if (affliction?.kind === 'stall' && begun) {
        show(turn);
        return;
      }
      begun = true;
      onProgress?.({ id: request.id, text: turn.text, completionTokens: turn.tokens });
    });
    let begun = false;
    const turn: Turn = {
      request,
      handle,
      submitted: this.#clock.now(),
      settle,
      affliction,
      text: '',
      tokens: 0,
      over: false,
      shown: false,
      deadline: this.#clock.timeout(request.deadlineMs, () => {
        if (affliction?.kind === 'stall' && this.#state === 'ready')
          this.#finish(turn, this.#outcome(turn, 'deadline'));
      }),
    };
    this.#turns.add(turn);
    void handle.done.then((outcome) => {
      if (turn.over || this.#state === 'silent') return;
      const changed = this.#afflicted(turn, outcome);
      if (changed) this.#finish(turn, changed);
    });
    return {
      id: request.id,
      done,
      cancel: () => {
        handle.cancel();
        // A silent engine answers nobody.
        if (this.#state === 'ready') this.#finish(turn, this.#outcome(turn, 'cancelled'));
      },
    };
  }

  pageOut: Engine['pageOut'] = (agent, to) => this.#inner.pageOut(agent, to);

  freeWarm(bytes: number): Promise<number> {
    return this.#inner.freeWarm(bytes);
  }

  forget(agent: number): Promise<void> {
    this.#hooks.forgotten(agent);
    return this.#inner.forget(agent);
  }

  vram: Engine['vram'] = () => this.#inner.vram();
  counters: Engine['counters'] = () => this.#inner.counters();

  onLost(listener: (error: EngineError) => void): void {
    this.#lost.push(listener);
  }

  async dispose(): Promise<void> {
    this.#state = 'over';
    for (const turn of [...this.#turns]) this.#finish(turn, this.#outcome(turn, 'error', ERRORS['worker-dead']));
    await this.#inner.dispose();
  }

  /** Dies and says so. */
  lose(error: EngineError): void {
    this.#end(error);
    void this.#inner.dispose();
  }

  /** Dies without a word; somebody misses it after `ms`. */
  silence(error: EngineError, ms: number): void {
    this.#state = 'silent';
    void this.#inner.dispose();
    this.#clock.timeout(ms, () => {
      if (this.#state === 'silent') this.#end(error);
    });
  }

  crashAll(taskOf: (agent: number) => number, landed: Landed): void {
    // Those that wait for a seat have nothing yet that could crash.
    const running = [...this.#turns].filter(({ tokens }) => tokens > 0);
    if (!this.alive || running.length === 0) {
      landed(MISSED);
      return;
    }
    const agents = running.map(({ request }) => request.agent);
    const tasks = agents.map((agent) => taskOf(agent));
    landed({ landed: true, agents, tasks, detail: `${agents.length} turns ended with an error`, survivable: true });
    for (const turn of running) {
      turn.handle.cancel();
      this.#finish(turn, this.#outcome(turn, 'error', ERRORS.internal));
    }
  }

  #end(error: EngineError): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const turn of [...this.#turns]) this.#finish(turn, this.#outcome(turn, 'error', error));
    for (const listener of this.#lost) listener(error);
  }

  #finish(turn: Turn, outcome: TurnOutcome): void {
    if (turn.over) return;
    turn.over = true;
    if (!turn.shown) turn.affliction?.missed();
    turn.deadline();
    this.#turns.delete(turn);
    turn.settle(outcome);
  }

  /** What the run hears instead of `outcome`; null: nothing yet. */
  #afflicted(turn: Turn, outcome: TurnOutcome): TurnOutcome | null {
    const { affliction, request } = turn;
    if (!affliction || outcome.finish === 'cancelled' || outcome.finish === 'error') return outcome;
    show(turn);
    switch (affliction.kind) {
      case 'stall':
        return null;
      case 'loop':
        return {
          ...outcome,
          finish: 'length',
          text: looped(request.maxTokens),
          usage: { ...outcome.usage, completionTokens: request.maxTokens },
        };
      case 'poisoned-output':
      case 'lying-voter':
        return { ...outcome, text: poisoned(outcome.text, request.schema, affliction.kind === 'lying-voter') };
      default:
        return outcome;
    }
  }

  #outcome(turn: Turn, finish: TurnOutcome['finish'], error?: EngineError): TurnOutcome {
    return {
      id: turn.request.id,
      finish,
      text: turn.text,
      usage: { promptTokens: 0, cachedTokens: 0, restoredTokens: 0, completionTokens: turn.tokens },
      timing: { admittedMs: 0, firstTokenMs: null, endedMs: this.#clock.now() - turn.submitted },
      meanLogprob: null,
      ...(error && { error }),
    };
  }
}

function show(turn: Turn): void {
  if (turn.shown) return;
  turn.shown = true;
  turn.affliction?.shows();
}

const CYCLE = 'and then again ';
const looped = (tokens: number): string => CYCLE.repeat(Math.ceil((tokens * 4) / CYCLE.length));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** An answer that the schema allows and the question does not: every choice is another one, every yes a no. */
export function poisoned(text: string, schema: string | undefined, votesOnly: boolean): string {
  if (schema === undefined) return text;
  try {
    return JSON.stringify(turned(JSON.parse(text), JSON.parse(schema) as Schema, votesOnly));
  } catch {
    // Not JSON: nothing to turn round.
    return text;
  }
}

function turned(value: unknown, schema: Schema, votesOnly: boolean): unknown {
  if (typeof value === 'boolean') return !value;
  if (schema.enum && schema.enum.length > 1 && !votesOnly)
    return schema.enum[(schema.enum.indexOf(value) + 1) % schema.enum.length];
  if (typeof value === 'object' && value !== null && schema.properties) {
    const properties = schema.properties;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, turned(part, properties[name] ?? {}, votesOnly)]),
    );
  }
  return value;
}
