import type {
  Engine,
  NotKept,
  PagedOut,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
} from '../engine/contract.ts';
import { TIER } from '../journal/run-state.ts';
import { PageInCost } from './cost.ts';
import { Residency } from './residency.ts';

interface Pending {
  readonly id: string;
  readonly agent: number;
  readonly priority: number;
  readonly request: TurnRequest;
  readonly onProgress: (progress: TurnProgress) => void;
  readonly onHeld: (held: boolean) => void;
  readonly settle: (outcome: TurnOutcome) => void;
  handle: TurnHandle | null;
  /** Called back while it was in line for the engine. */
  unwanted: boolean;
}

export interface ResidenceOptions {
  /** Where the agent's context is now. */
  readonly onTier: (agent: number, tier: number) => void;
  /** An agent could not be kept though it should have been. */
  readonly onNote?: (agent: number, because: NotKept) => void;
  /** Cold comes first: null where the agent's cold record is on the disk, else settles when it is. Absent: it always is. */
  readonly whenCold?: (agent: number) => Promise<void> | null;
}

/**
 * Puts the runtime's decisions on residency into effect on an engine: who is paged out for whom, and how who comes in is brought back. To
 * whoever submits turns it looks like an engine that always has a seat.
 *
 * Agents keep their seat between turns only where their role has a memory; turns of the others leave nothing behind that a later turn could
 * use.
 *
 * Invariants:
 * - The engine does as it is told in the order it is told, so a turn is submitted right behind the page-out that makes room for it.
 * - An agent leaves the GPU only once its cold record is durable: the truth first, its copies after. That is nearly always so by the time it
 *   leaves; where it is not, what the engine is to be told waits in line for it.
 * - A turn ends once: as its engine says or, where no engine has seen it, here.
 */
export class Residence {
  readonly #with: ResidenceOptions;
  readonly #cost = new PageInCost();
  readonly #pending = new Map<string, Pending>();
  /** What agents have on the warm tier, as far as the engine has said. */
  readonly #warm = new Map<number, { readonly tokens: number; readonly bytes: number }>();
  /** What the engine is told next, in order, while something waits for a cold record. */
  #line: (() => void)[] = [];
  #waits = false;
  #engine: Engine | null = null;
  #seats = new Residency<Pending>({ seats: 1 });
  /** Seats that the engine has. */
  #most = 1;

  constructor(options: ResidenceOptions) {
    this.#with = options;
  }

  /** Agents on the GPU between turns. */
  get parked(): number {
    return this.#seats.parked;
  }

  /** How many times agents were brought onto the GPU, and taken off it for others. */
  get pageIns(): number {
    return this.#seats.pageIns;
  }

  get evictions(): number {
    return this.#seats.evictions;
  }

  /** Turns go to this engine from now on. What sat on the one before is gone; the warm tier outlives engines. */
  attach(engine: Engine, residents: number, seats = residents): void {
    if (engine === this.#engine) return;
    this.lost();
    this.#engine = engine;
    this.#most = residents;
    // As many again wait in the engine, so that a seat that falls free is taken without a round trip.
    this.#seats = new Residency({ seats, ahead: seats >= residents ? residents : 0 });
  }

  /** Seats in use from now on, at most as many as the engine has. */
  resize(seats: number): void {
    const engine = this.#engine;
    if (!engine || seats === this.#seats.seats) return;
    // Ahead of time only where the engine itself keeps them waiting: with fewer seats in use than it has, it would not.
    const leave = this.#seats.resize(seats, seats >= this.#most ? this.#most : 0);
    for (const agent of leave) this.#pageOut(engine, agent);
    this.#admit();
  }

  /** The engine is gone, and what sat there with it. Turns that it held end by themselves, those it never saw end here. */
  lost(): void {
    for (const pending of this.#pending.values()) {
      if (pending.handle === null) pending.settle(neverRan(pending.id));
      this.#with.onTier(pending.agent, this.tier(pending.agent, false));
    }
    for (const agent of this.#seats.parkedAgents()) this.#with.onTier(agent, this.tier(agent, false));
    this.#pending.clear();
    this.#line = [];
    this.#waits = false;
    this.#engine = null;
    this.#seats = new Residency({ seats: 1 });
  }

  /** Agents that sit on the GPU between turns and may take another one before others do: work for them costs no page-in. */
  welcome(): readonly number[] {
    return this.#seats.parkedAgents().filter((agent) => this.#seats.welcome(agent));
  }

  /**
   * As `Engine.submit`, with a seat seen to. Where an engine finds out while it runs how many turns it bears, the time that a turn waits for
   * a seat is not the turn's: it is told as held.
   */
  submit(
    request: TurnRequest,
    onProgress: (progress: TurnProgress) => void,
    onHeld: (held: boolean) => void = () => undefined,
  ): TurnHandle {
    let settle: (outcome: TurnOutcome) => void = () => undefined;
    const done = new Promise<TurnOutcome>((resolve) => {
      settle = resolve;
    });
    const { id, agent, priority } = request;
    const pending: Pending = {
      id,
      agent,
      priority,
      request,
      onProgress,
      onHeld,
      settle,
      handle: null,
      unwanted: false,
    };
    this.#pending.set(id, pending);
    this.#seats.wait(pending);
    this.#admit();
    if (pending.handle === null && this.#engine?.onSeats) onHeld(true);
    return {
      id,
      done,
      cancel: () => {
        if (pending.handle) pending.handle.cancel();
        else if (this.#seats.withdraw(id)) {
          this.#pending.delete(id);
          settle(neverRan(id));
        } else pending.unwanted = true;
      },
    };
  }

  /** The engine was told to forget the agent. */
  forgotten(agent: number): void {
    this.#warm.delete(agent);
    this.#seats.drop(agent);
    this.#show(agent);
  }

  tier(agent: number, hot = this.#seats.sits(agent)): number {
    if (hot) return TIER.hot;
    return this.#warm.has(agent) ? TIER.warm : TIER.cold;
  }

  #show(agent: number): void {
    this.#with.onTier(agent, this.tier(agent));
  }

  #admit(): void {
    const engine = this.#engine;
    if (!engine) return;
    for (let next = this.#seats.admit(); next; next = this.#seats.admit()) {
      const { turn: pending, resident, victim } = next;
      if (victim !== null) this.#pageOut(engine, victim);
      this.#inLine(() => {
        this.#handOver(engine, pending, resident);
      });
    }
  }

  #handOver(engine: Engine, pending: Pending, resident: boolean): void {
    if (pending.unwanted) {
      // It stays where it sat.
      const outcome = { ...neverRan(pending.id), ...(resident && { retained: true }) };
      this.#ended(engine, pending, outcome);
      pending.settle(outcome);
      return;
    }
    const warm = resident ? undefined : this.#warm.get(pending.agent);
    const request = warm ? { ...pending.request, pageIn: this.#cost.choose(warm) } : pending.request;
    if (engine.onSeats) pending.onHeld(false);
    pending.handle = engine.submit(request, pending.onProgress, pending.onHeld);
    void pending.handle.done.then((outcome) => {
      if (engine === this.#engine) this.#ended(engine, pending, outcome);
      pending.settle(outcome);
    });
  }

  /** Now, or as soon as what was said before is done. */
  #inLine(tell: () => void): void {
    if (this.#waits || this.#line.length > 0) this.#line.push(tell);
    else tell();
  }

  #drain(): void {
    this.#waits = false;
    while (!this.#waits) {
      const tell = this.#line.shift();
      if (!tell) return;
      tell();
    }
  }

  #ended(engine: Engine, pending: Pending, outcome: TurnOutcome): void {
    this.#pending.delete(pending.id);
    if (outcome.pageIn) this.#cost.observe(outcome.pageIn);
    const leaves = this.#seats.end(pending.agent, outcome.retained === true);
    this.#show(pending.agent);
    if (leaves !== null) this.#pageOut(engine, leaves);
    this.#admit();
  }

  #pageOut(engine: Engine, agent: number): void {
    this.#show(agent);
    this.#inLine(() => {
      const cold = this.#with.whenCold?.(agent) ?? null;
      if (cold === null) {
        this.#tellPageOut(engine, agent);
        return;
      }
      this.#waits = true;
      void cold.then(() => {
        if (engine !== this.#engine) return;
        this.#tellPageOut(engine, agent);
        this.#drain();
      });
    });
  }

  #tellPageOut(engine: Engine, agent: number): void {
    const said = ({ tier, tokens, bytes, because }: PagedOut): void => {
      if (tier === 'cold') this.#warm.delete(agent);
      else if (bytes > 0) this.#warm.set(agent, { tokens, bytes });
      if (because !== undefined) this.#with.onNote?.(agent, because);
      this.#show(agent);
    };
    // An engine that is lost says so itself; what it had is computed again.
    engine.pageOut(agent, 'warm').then(said, () => undefined);
  }
}

function neverRan(id: string): TurnOutcome {
  return {
    id,
    finish: 'cancelled',
    text: '',
    usage: { promptTokens: 0, cachedTokens: 0, restoredTokens: 0, completionTokens: 0 },
    timing: { admittedMs: 0, firstTokenMs: null, endedMs: 0 },
    meanLogprob: null,
  };
}
