/**
 * Who answers for whom: swarm > role > shard of at most 64 agents, after Erlang/OTP's supervisors. Each node counts restarts in a sliding
 * window. What passes its intensity it cannot mend, and gives upward: with the failed one all of its shard begin anew, then all of its role,
 * then all there are. Unlike in OTP nobody dies for it: to begin anew is to forget what one remembers, turns in flight go on, past the top
 * stands a person, and tasks stay where they are safe until then.
 */
import type { OrderReason } from '../journal/healing-events.ts';
import type { Random } from '../kernel/random.ts';
import type { BackoffPolicy } from './backoff.ts';
import { Backoff } from './backoff.ts';

export const SHARD_SIZE = 64;

export type Level = 'agent' | 'shard' | 'role' | 'swarm' | 'operator';

export interface SupervisionOptions {
  /** Restarts within one period that a node takes before it gives upward. */
  readonly intensity: number;
  readonly periodMs: number;
  readonly backoff: BackoffPolicy;
}

export const DEFAULT_SUPERVISION: SupervisionOptions = {
  intensity: 20,
  periodMs: 60_000,
  backoff: { baseMs: 250, capMs: 15_000, calmMs: 120_000, jitter: 0.5 },
};

export interface Ruling {
  /** Where the decision was taken. `agent`: an ordinary restart; `operator`: a person must look. */
  readonly level: Level;
  /** Rows that begin anew, ascending; the failed one among them. */
  readonly restart: readonly number[];
  readonly delayMs: number;
  /** How the windows stand, from the shard upward. */
  readonly reasons: readonly OrderReason[];
}

interface Node {
  readonly level: 'shard' | 'role' | 'swarm';
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly parent: Node | null;
  readonly backoff: Backoff;
  /** Times of restarts within the window, oldest first. */
  window: number[];
}

/**
 * The tree over the rows of one swarm.
 *
 * Invariants:
 * - Each row is in one shard, each shard in one role; a shard has at most 64 rows.
 * - A restart counts where it was wanted, and above only what was given upward; who gave upward begins with an empty window.
 * - Whatever the ruling, the agent for which it was asked begins anew.
 */
export class SupervisionTree {
  readonly #options: SupervisionOptions;
  readonly #root: Node;
  readonly #shards: Node[] = [];
  /** Shard of each row, as index into `#shards`. */
  readonly #shardOf: Uint32Array;

  /** `roles`: contiguous rows in order, as the swarm file expands them. */
  constructor(
    roles: readonly { readonly name: string; readonly first: number; readonly count: number }[],
    options: SupervisionOptions,
    random: Random,
  ) {
    this.#options = options;
    const make = (level: Node['level'], name: string, first: number, count: number, parent: Node | null): Node => ({
      level,
      name,
      first,
      count,
      parent,
      backoff: new Backoff(options.backoff, random.split(name)),
      window: [],
    });
    const agents = roles.reduce((sum, { count }) => sum + count, 0);
    this.#root = make('swarm', 'swarm', 0, agents, null);
    this.#shardOf = new Uint32Array(agents);
    for (const { name, first, count } of roles) {
      const role = make('role', name, first, count, this.#root);
      for (let at = 0; at < count; at += SHARD_SIZE) {
        const size = Math.min(SHARD_SIZE, count - at);
        const shard = make('shard', `${name}/${at / SHARD_SIZE}`, first + at, size, role);
        this.#shardOf.fill(this.#shards.length, first + at, first + at + size);
        this.#shards.push(shard);
      }
    }
  }

  /** A restart of `agent` is wanted at `now`: counts it and rules how far it goes. */
  restart(agent: number, now: number): Ruling {
    const shard = this.#shards[this.#shardOf[agent] ?? 0] ?? this.#root;
    const reasons: OrderReason[] = [];
    const { intensity, periodMs } = this.#options;
    let node: Node | null = shard;
    let below: Node | null = null;
    while (node) {
      const counted = this.#count(node, now);
      reasons.push({ code: 'window', node: node.name, count: counted, intensity, ms: periodMs });
      if (counted <= intensity) {
        const delayMs = node.backoff.next(now);
        return { level: below?.level ?? 'agent', restart: below ? rowsOf(below) : [agent], delayMs, reasons };
      }
      // What was given upward is forgotten here: the node below starts with an empty window after its own restart.
      node.window = [];
      below = node;
      node = node.parent;
    }
    return { level: 'operator', restart: [agent], delayMs: this.#root.backoff.next(now), reasons };
  }

  #count(node: Node, now: number): number {
    this.#forget(node, now);
    node.window.push(now);
    return node.window.length;
  }

  #forget(node: Node, now: number): void {
    const since = now - this.#options.periodMs;
    let old = 0;
    while (old < node.window.length && (node.window[old] as number) <= since) old++;
    if (old > 0) node.window = node.window.slice(old);
  }
}

const rowsOf = ({ first, count }: Node): number[] => Array.from({ length: count }, (_, i) => first + i);
