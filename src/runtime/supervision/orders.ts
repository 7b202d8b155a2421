import { givenUp } from '../../engine/contract.ts';
import { FAILURE } from '../../healing/diagnosis.ts';
import type { Lifecycle } from '../../healing/lifecycle.ts';
import type { RecoveryOrder } from '../../healing/messages.ts';
import type { EventBody } from '../../journal/events.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { Actuator } from '../turns/actuator.ts';

/** An agent for which no order comes goes back to work after this, ms. */
const UNORDERED_MS = 6000;
/** The last fit agent of a role is not given up but tried again after this, ms. */
const LAST_AGENT_MS = 30_000;
/** Orders remembered, to carry each out once. */
const REMEMBERED = 2048;

/** A person has the agent made anew. */
export const askedFor = (agent: number, name: string): RecoveryOrder => ({
  id: `p${name}`,
  case: `p${name}`,
  action: 'fresh-agent',
  rung: 'restart',
  fault: 'low-score',
  agent,
  also: [],
  item: null,
  delayMs: 0,
  step: 1,
  reasons: [{ code: 'asked' }],
  evidence: [],
});

export interface OrdersOptions {
  readonly clock: Clock;
  readonly life: Lifecycle;
  readonly actuator: Actuator;
  readonly tell: (event: EventBody) => unknown;
  /** What became of an order. */
  readonly report: (order: string, ok: boolean, detail: string) => void;
}

/** An agent is off work. */
interface Hold {
  readonly cancel: Cancel;
  readonly ordered: boolean;
}

/**
 * Carries out what RECOVER orders, and keeps agents off work for as long as that takes.
 *
 * Invariants:
 * - An order is carried out once, however often it comes; what became of it is reported each time.
 * - Nobody is off work for ever but who was given up: a hold ends with its order, without one after `UNORDERED_MS`; the last fit agent of a
 *   role comes back even then.
 */
export class Orders {
  readonly #with: OrdersOptions;
  /** Orders carried out (true, or why not) or under way (null). */
  readonly #orders = new Map<string, { result: string | true | null }>();
  /** Engine orders that wait for a fresh engine. */
  readonly #awaitEngine = new Set<string>();
  /** Agents off work: until an order for them comes, or until the one that came was carried out. */
  readonly #held = new Map<number, Hold>();
  readonly #timers = new Set<Cancel>();
  #stopped = false;

  constructor(options: OrdersOptions) {
    this.#with = options;
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** The agent is off work until RECOVER has said what to do with it. */
  hold(agent: number): void {
    // The order may have come before the turn's end did.
    if (this.#held.get(agent)?.ordered) return;
    this.#keep(agent, false, UNORDERED_MS, () => {
      this.#release(agent);
    });
  }

  holds(agent: number): boolean {
    return this.#held.has(agent);
  }

  /** A fresh engine has come: what was ordered of it is done. */
  engineUp(): void {
    for (const id of this.#awaitEngine) this.#report(id, true);
    this.#awaitEngine.clear();
  }

  /** Carries the order out, once however often it comes; each time it is reported. */
  perform(order: RecoveryOrder): void {
    const known = this.#orders.get(order.id);
    if (known) {
      if (known.result !== null) this.#report(order.id, known.result);
      return;
    }
    this.#orders.set(order.id, { result: null });
    if (this.#orders.size > REMEMBERED) {
      const oldest = this.#orders.keys().next().value;
      if (oldest !== undefined) this.#orders.delete(oldest);
    }
    if (order.agent === null) this.#performShared(order);
    else this.#performFor(order.agent, order);
  }

  #performShared(order: RecoveryOrder): void {
    const { actuator } = this.#with;
    if (order.action === 'free-storage') {
      actuator.freeStorage().then(
        () => {
          this.#report(order.id, true);
        },
        (error: unknown) => {
          this.#report(order.id, String(error));
        },
      );
      return;
    }
    this.#awaitEngine.add(order.id);
    // An engine that was lost is replaced by its keeper, which also knows how long browsers want it to wait. One that only fell silent is not.
    if (order.evidence.some(({ hard }) => hard === 'stall' || hard === 'outcome-lost') && actuator.engineReady())
      actuator.replaceEngine(givenUp('silence'));
    else if (actuator.engineReady()) {
      this.#awaitEngine.delete(order.id);
      this.#report(order.id, true);
    }
  }

  #performFor(agent: number, order: RecoveryOrder): void {
    const { actuator } = this.#with;
    actuator.rest(agent);
    // A turn that was begun with what is mended now is not worth waiting for.
    actuator.abandon(agent, FAILURE[order.fault] ?? null, { code: 'seen', evidence: order.evidence });
    const mine = this.#keep(agent, true, order.delayMs, () => {
      const done = (result: string | true): void => {
        if (this.#stopped) return;
        // Another order may have come while this one was carried out: the agent is off work for that one now.
        if (this.#held.get(agent) === mine) this.#release(agent);
        this.#report(order.id, result);
      };
      const acting = this.#act(agent, order);
      if (!acting) done(true);
      else
        acting.then(
          () => {
            done(true);
          },
          (error: unknown) => {
            done(error instanceof Error ? error.message : String(error));
          },
        );
    });
    for (const row of order.also) actuator.forget(row);
  }

  /** Carries a step out; a promise where that takes time. */
  #act(agent: number, { action, item, case: about }: RecoveryOrder): Promise<unknown> | null {
    const { actuator } = this.#with;
    switch (action) {
      case 'reload-sampler':
        actuator.steady(agent);
        break;
      case 're-prefill':
        actuator.recompute(agent);
        break;
      case 'reset-context':
      case 'move-task':
        // Of a task that was moved: what made the agent fail at it is not to come back with it after its rest.
        actuator.forget(agent);
        break;
      case 'fresh-agent':
        return actuator.renew(agent).then((detail) => {
          this.#with.tell({ type: 'heal.carried-out', agent, case: about, action, detail });
        });
      case 'trim-context':
        if (item !== null) actuator.shrink(item);
        actuator.forget(agent);
        break;
      case 'escalate-model':
        if (item !== null) actuator.escalate(item);
        break;
      case 'fresh-worker':
      case 'rebuild-pool':
        actuator.forget(agent);
        actuator.replaceEngine(givenUp('order'), true);
        break;
      case 'retry-turn':
        // The turn was dropped and its task goes to another agent already: that is the whole of retrying.
        break;
      case 'free-storage':
      case 'ask-operator':
        // Of no single agent; and nothing that is ordered.
        break;
      case 'second-opinion':
      case 'reload-weights':
        // Only logs of earlier versions tell of them.
        break;
    }
    return null;
  }

  #keep(agent: number, ordered: boolean, ms: number, then: () => void): Hold {
    this.#held.get(agent)?.cancel();
    const hold = { cancel: this.#later(ms, then), ordered };
    this.#held.set(agent, hold);
    return hold;
  }

  #release(agent: number): void {
    this.#held.get(agent)?.cancel();
    this.#held.delete(agent);
    if (this.#with.life.state(agent) !== 'failed') this.#with.actuator.back(agent);
  }

  /** The agent was given up. */
  lose(agent: number): void {
    const { actuator } = this.#with;
    this.#held.get(agent)?.cancel();
    this.#held.delete(agent);
    actuator.rest(agent);
    actuator.abandon(agent, null, { code: 'agent-given-up' });
    if (actuator.others(agent) > 0) return;
    // Work that only this role can do must not wait for ever.
    this.#keep(agent, true, LAST_AGENT_MS, () => {
      actuator.forget(agent);
      this.#with.life.send(agent, 'REVIVE', { code: 'last-of-role' });
      this.#release(agent);
    });
  }

  #report(id: string, result: string | true): void {
    const order = this.#orders.get(id);
    if (order) order.result = result;
    this.#with.report(id, result === true, result === true ? '' : result);
  }

  #later(ms: number, task: () => void): Cancel {
    const cancel = this.#with.clock.timeout(ms, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }
}
