import { Heap } from '../kernel/heap.ts';
import { Victims } from './victims.ts';

/** A turn that waits for a seat. */
export interface WaitingTurn {
  readonly id: string;
  readonly agent: number;
  /** Lower is more urgent. */
  readonly priority: number;
}

export interface AdmittedTurn<T extends WaitingTurn> {
  readonly turn: T;
  /** The agent is on the GPU already: nothing has to be brought in. */
  readonly resident: boolean;
  /** Parked agent that must be paged out before the turn is submitted; null where a seat was free. */
  readonly victim: number | null;
}

export interface ResidencyOptions {
  /** Sequences that the engine holds at once, running and parked together. */
  readonly seats: number;
  /**
   * Turns that may be handed over while every seat runs, so that the next one starts without a round trip; twice as many where the next one
   * has a priority below 0, for it goes before those that the engine has already. Default 0.
   */
  readonly ahead?: number;
  /**
   * Turns in a row for which an agent on the GPU goes before others that wait; from then on it waits in line like them. It bounds
   * waiting: nobody is passed over more than seats x streak times. Default 8.
   */
  readonly streak?: number;
}

interface Agent<T> {
  readonly row: number;
  /** `active`: a turn of it is with the engine; `parked`: it sits on the GPU between turns. */
  place: 'away' | 'parked' | 'active';
  readonly waiting: Heap<Entry<T>>;
  streak: number;
  /** Priority of its last turn, and when it was parked, in parkings. */
  priority: number;
  used: number;
  /** Counts up with each change of how it stands as a victim; older entries of the heap are void. */
  version: number;
}

interface Entry<T> {
  readonly turn: T;
  readonly order: number;
  gone: boolean;
}

const first = <T extends WaitingTurn>(a: Entry<T>, b: Entry<T>): boolean =>
  a.turn.priority === b.turn.priority ? a.order < b.order : a.turn.priority < b.turn.priority;

/**
 * Who sits on the GPU. A table of seats, and nothing else: it is told what waits and what ended, and says which turn goes next and who
 * must leave for it. The engine does what it says, on a real GPU and in simulation alike.
 *
 * Turns of agents that are resident go first, then the most urgent, then the oldest. All operations are O(log n), amortised.
 *
 * Invariants:
 * - An agent has one place: away, parked, or active with one turn.
 * - A victim is always parked, never in the middle of a turn; so every page-in serves a turn that runs, and there are never more page-ins than
 *   admitted turns.
 * - While anybody is parked, those who are parked and those who are active fit the seats together; active ones alone may be more, `ahead`.
 * - Nobody who waits is passed over more than seats x streak times.
 */
export class Residency<T extends WaitingTurn = WaitingTurn> {
  #seats: number;
  #ahead: number;
  readonly #streak: number;
  readonly #agents = new Map<number, Agent<T>>();
  readonly #entries = new Map<string, Entry<T>>();
  /** Turns that could go next: those of resident agents with streak left, and all. Entries may be stale; they are checked when they come up. */
  readonly #preferred = new Heap<Entry<T>>(first);
  readonly #line = new Heap<Entry<T>>(first);
  readonly #victims = new Victims<Agent<T>>();
  #order = 0;
  #parkings = 0;
  #active = 0;
  #parked = 0;
  #pageIns = 0;
  #evictions = 0;

  constructor({ seats, ahead = 0, streak = 8 }: ResidencyOptions) {
    if (!(seats >= 1)) throw new RangeError(`Residency: ${String(seats)} seats`);
    this.#seats = seats;
    this.#ahead = ahead;
    this.#streak = streak;
  }

  /**
   * More seats, or fewer, from now on. Returns the parked agents that must be paged out because there are fewer; turns that run run on, and
   * whoever ends first leaves (`end`).
   */
  resize(seats: number, ahead: number): readonly number[] {
    if (!(seats >= 1)) throw new RangeError(`Residency: ${String(seats)} seats`);
    this.#seats = seats;
    this.#ahead = ahead;
    const leave: number[] = [];
    while (this.#parked > 0 && this.#active + this.#parked > seats) leave.push(this.#evict());
    return leave;
  }

  get seats(): number {
    return this.#seats;
  }

  get waiting(): number {
    return this.#entries.size;
  }

  /** Agents whose turn is with the engine, and agents parked on the GPU. */
  get active(): number {
    return this.#active;
  }

  get parked(): number {
    return this.#parked;
  }

  /** Admissions of agents that were not resident, and parked agents that had to leave, so far. */
  get pageIns(): number {
    return this.#pageIns;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** A turn of the agent is with the engine, or it is parked. */
  sits(agent: number): boolean {
    return (this.#agents.get(agent)?.place ?? 'away') !== 'away';
  }

  parkedAgents(): readonly number[] {
    return [...this.#agents.values()].filter(({ place }) => place === 'parked').map(({ row }) => row);
  }

  /** A parked agent that may take another turn before others; what to give the next task of a role to. */
  welcome(agent: number): boolean {
    const found = this.#agents.get(agent);
    return found?.place === 'parked' && found.streak < this.#streak;
  }

  /** The turn wants a seat. Ids are unique among what waits. */
  wait(turn: T): void {
    if (this.#entries.has(turn.id)) throw new Error(`Residency: turn ${turn.id} waits already`);
    const entry = { turn, order: this.#order++, gone: false };
    this.#entries.set(turn.id, entry);
    const agent = this.#agent(turn.agent);
    agent.waiting.push(entry);
    if (agent.place === 'active') return;
    this.#line.push(entry);
    if (agent.place === 'parked') this.#stand(agent);
  }

  /** The turn no longer wants a seat. False when it does not wait. */
  withdraw(id: string): boolean {
    const entry = this.#entries.get(id);
    if (!entry) return false;
    this.#take(entry);
    const agent = this.#agent(entry.turn.agent);
    if (agent.place !== 'active') this.#rejoin(agent);
    if (agent.place === 'parked') this.#stand(agent);
    else this.#forgetIdle(agent);
    return true;
  }

  /** The next turn to hand to the engine, seated; null when none waits or no seat can be had. Page its victim out first. */
  admit(): AdmittedTurn<T> | null {
    const preferred = this.#peek(this.#preferred, (agent) => agent.place === 'parked' && agent.streak < this.#streak);
    if (preferred) return this.#seat(preferred, null);
    const entry = this.#peek(this.#line, (agent) => agent.place !== 'active');
    if (!entry || this.#active >= this.#seats + this.#ahead * (entry.turn.priority < 0 ? 2 : 1)) return null;
    const seated = this.#agent(entry.turn.agent).place === 'parked' || this.#active + this.#parked < this.#seats;
    return this.#seat(entry, seated || this.#parked === 0 ? null : this.#evict());
  }

  /**
   * The agent's turn is over. `keep`: its sequence is still on the GPU. Returns the agent that must be paged out now because a turn that
   * was handed over ahead waits for the seat; null where nobody must.
   */
  end(row: number, keep: boolean): number | null {
    const agent = this.#agents.get(row);
    if (agent?.place !== 'active') return null;
    this.#active--;
    if (!keep) {
      agent.place = 'away';
      agent.streak = 0;
      this.#rejoin(agent);
      this.#forgetIdle(agent);
      return null;
    }
    agent.place = 'parked';
    agent.used = ++this.#parkings;
    this.#parked++;
    this.#rejoin(agent);
    this.#stand(agent);
    return this.#active + this.#parked > this.#seats ? this.#evict() : null;
  }

  /** The agent's sequence is gone from the GPU for a reason of its own (it was reset, it failed). */
  drop(row: number): void {
    const agent = this.#agents.get(row);
    if (agent?.place !== 'parked') return;
    this.#leave(agent);
  }

  #agent(row: number): Agent<T> {
    let agent = this.#agents.get(row);
    if (!agent) {
      agent = { row, place: 'away', waiting: new Heap(first), streak: 0, priority: 0, used: 0, version: 0 };
      this.#agents.set(row, agent);
    }
    return agent;
  }

  /** Rows without seat or turn need no entry: the table holds what waits and what sits, not the whole swarm. */
  #forgetIdle(agent: Agent<T>): void {
    if (agent.place === 'away' && this.#head(agent) === undefined) this.#agents.delete(agent.row);
  }

  /** The agent's own first turn. */
  #head(agent: Agent<T>): Entry<T> | undefined {
    while (agent.waiting.peek()?.gone) agent.waiting.pop();
    return agent.waiting.peek();
  }

  /** The first entry that still waits and whose agent `fits`; others are dropped, and come back by `#rejoin` or `#stand`. */
  #peek(heap: Heap<Entry<T>>, fits: (agent: Agent<T>) => boolean): Entry<T> | undefined {
    for (;;) {
      const entry = heap.peek();
      if (!entry) return undefined;
      if (!entry.gone && fits(this.#agent(entry.turn.agent))) return entry;
      heap.pop();
    }
  }

  #take(entry: Entry<T>): void {
    entry.gone = true;
    this.#entries.delete(entry.turn.id);
  }

  #seat(entry: Entry<T>, victim: number | null): AdmittedTurn<T> {
    const agent = this.#agent(entry.turn.agent);
    const resident = agent.place === 'parked';
    this.#take(entry);
    if (resident) {
      this.#parked--;
      agent.streak++;
      agent.version++;
    } else {
      this.#pageIns++;
      agent.streak = 1;
    }
    agent.place = 'active';
    agent.priority = entry.turn.priority;
    this.#active++;
    return { turn: entry.turn, resident, victim };
  }

  /** Puts an agent's first turn in line: its later ones may have come up while it ran, and were dropped. */
  #rejoin(agent: Agent<T>): void {
    const next = this.#head(agent);
    if (next) this.#line.push(next);
  }

  /** How a parked agent stands: as one whose turn goes first, and as a victim. */
  #stand(agent: Agent<T>): void {
    const next = this.#head(agent);
    const wanted = next !== undefined && agent.streak < this.#streak;
    if (wanted) this.#preferred.push(next);
    agent.version++;
    this.#victims.stand(agent, this.#parked, {
      wanted,
      priority: next?.turn.priority ?? agent.priority,
      used: agent.used,
    });
  }

  #evict(): number {
    const agent = this.#victims.take();
    if (!agent) throw new Error('Residency: nobody is parked');
    this.#evictions++;
    this.#leave(agent);
    return agent.row;
  }

  #leave(agent: Agent<T>): void {
    agent.place = 'away';
    agent.streak = 0;
    agent.version++;
    this.#parked--;
    // Its waiting turns are in line already: they were put there when they came, or when its last turn ended.
    this.#forgetIdle(agent);
  }
}
