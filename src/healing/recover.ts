/**
 * RECOVER: hears suspicions, opens a case, orders one step at a time, and closes the case when the mended agent has passed a turn, when
 * nothing is left to try, or when the task it failed at is what is wrong. It starts from the agent's state and history, not from a failed
 * call. It does nothing itself; EXECUTE carries orders out.
 */
import type { WorkItem } from '../journal/work-item.ts';
import type { Random } from '../kernel/random.ts';
import { Backoff, type BackoffPolicy } from './backoff.ts';
import { type Case, CaseBook, ENGINE, failLast, STORAGE } from './cases.ts';
import type { Evidence } from '../journal/evidence.ts';
import type { OrderReason } from '../journal/healing-events.ts';
import { SHARED_FAULTS } from './evidence.ts';
import type { Ladder } from './ladder.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { FromMonitor, FromRecover, HealingMessage } from './messages.ts';
import { SharedCare } from './shared-care.ts';
import type { SupervisionTree } from './supervision.ts';

export interface RecoverOptions {
  /** Names this life of RECOVER, so that orders of an earlier one are never taken for its own. */
  readonly life?: string;
  /** Whether there is a bigger model for the agent's tasks. */
  readonly canEscalate: (agent: number) => boolean;
  /** Whether the role has another agent that is fit to work now. */
  readonly hasStandby: (agent: number) => boolean;
  /** An order that is not reported done by then is sent again, ms. */
  readonly repeatMs: number;
  readonly backoff: BackoffPolicy;
  /** Waits before a fresh worker; browsers block an origin that loses devices quickly, so the second wait is long. */
  readonly workerBackoff: BackoffPolicy;
}

export const RECOVER_DEFAULTS = {
  repeatMs: 5000,
  backoff: { baseMs: 100, capMs: 15_000, calmMs: 60_000, jitter: 0.5 },
  workerBackoff: { baseMs: 100, capMs: 60_000, calmMs: 120_000, jitter: 0.2 },
} as const;

type Post = (message: FromRecover) => void;
type Suspicion = Extract<FromMonitor, { type: 'suspicion' }>;
type Relief = Extract<FromMonitor, { type: 'relief' }>;

const NOTHING_LEFT: OrderReason = { code: 'nothing-left' };
/** Suspicions remembered, to hear each once. */
const REMEMBERED = 4096;

/**
 * RECOVER: one case after the other, one order at a time.
 *
 * Invariants:
 * - There is one open case an agent at most, and one each for the engine and the storage.
 * - Of an agent's case one order at most is under way; what is suspected meanwhile orders nothing.
 * - An agent's case is closed as mended only by a turn that passed and did not begin before the last order, as far as that is known.
 * - What is heard or reported twice counts once; what is not reported done is ordered again, by the same name.
 */
export class Recover {
  readonly #options: RecoverOptions;
  readonly #ladder: Ladder;
  readonly #tree: SupervisionTree;
  readonly #life: Lifecycle;
  readonly #post: Post;
  readonly #book: CaseBook;
  readonly #heard = new Set<string>();
  readonly #shared: SharedCare;

  constructor(
    options: RecoverOptions,
    parts: { ladder: Ladder; tree: SupervisionTree; life: Lifecycle },
    random: Random,
    post: Post,
  ) {
    this.#options = options;
    this.#book = new CaseBook(options.life ?? '', options.backoff, random);
    this.#ladder = parts.ladder;
    this.#tree = parts.tree;
    this.#life = parts.life;
    this.#post = post;
    this.#shared = new SharedCare({
      book: this.#book,
      ladder: parts.ladder,
      backoff: new Backoff(options.workerBackoff, random.split('worker')),
      slowestMs: options.workerBackoff.capMs,
      post,
    });
  }

  hear(message: HealingMessage): void {
    switch (message.type) {
      case 'suspicion':
        this.#suspicion(message, message.at);
        break;
      case 'relief':
        this.#relief(message, message.at);
        break;
      case 'shared.relief':
        this.#mended(message.of === 'engine' ? ENGINE : STORAGE, message.at);
        break;
      case 'task.blamed':
        this.#absolve(message.task, message.agents);
        break;
      case 'order.done':
        this.#done(message.order, message.ok, message.detail, message.at);
        break;
      default:
        break;
    }
  }

  /** Sends again what was not reported done: orders and reports may be lost. */
  tick(now: number): void {
    for (const one of this.#book.open.values()) {
      const step = one.steps.at(-1);
      if (!step || step.done) continue;
      const due =
        step.at + step.order.delayMs + this.#options.repeatMs * 2 ** Math.min(step.repeats, 5) * (step.repeats + 1);
      if (now < due) continue;
      step.repeats++;
      this.#post({ type: 'order', order: step.order });
    }
  }

  /** An agent that was being mended when the RECOVER before this one ended: its case is opened anew. */
  adopt(agent: number, now: number): void {
    const state = this.#life.state(agent);
    if (this.#book.get(agent) !== undefined || (state !== 'degraded' && state !== 'recovering')) return;
    const one = this.#book.at(agent, now);
    one.faults.push('low-score');
    const value = { code: 'state', state } as const;
    this.#act(one, null, [{ signal: 'state', value, expected: { code: 'case' }, verdict: 'odd' }], now);
  }

  /** A person's word on a case: another chance for a failed agent. */
  revive(agent: number, now: number): boolean {
    if (!this.#life.send(agent, 'REVIVE', { code: 'asked' })) return false;
    const one = this.#book.at(agent, now);
    one.faults.push('low-score');
    this.#act(one, null, [], now);
    return true;
  }

  #suspicion(message: Suspicion, now: number): void {
    if (this.#heard.has(message.id)) return;
    this.#heard.add(message.id);
    if (this.#heard.size > REMEMBERED)
      for (const old of [...this.#heard].slice(0, REMEMBERED / 2)) this.#heard.delete(old);

    const { agent, item, turn, fault, hard, evidence } = message;
    if (agent === null || SHARED_FAULTS.has(fault)) {
      this.#shared.fault(message, now);
      return;
    }
    const state = this.#life.state(agent);
    if (state === 'failed') {
      // Its turn is over all the same: the task must not wait for it.
      return;
    }
    const one = this.#book.at(agent, now);
    if (turn !== null && one.turns.has(turn)) return;
    const running = one.steps.at(-1);
    if (running && !running.done) {
      // The last order is not carried out yet; what is heard meanwhile is about the time before it. Or its report was lost: said again, the
      // order is not carried out twice but reported again, and MONITOR says again what it sees.
      one.faults.push(fault);
      if (now > running.at + running.order.delayMs) this.#post({ type: 'order', order: running.order });
      return;
    }
    if (turn !== null) one.turns.add(turn);
    // A step that was carried out has failed its trial.
    failLast(one, this.#ladder);
    one.faults.push(fault);
    const signal = evidence.find(({ verdict }) => verdict !== 'good')?.signal ?? null;
    this.#life.send(agent, 'SUSPECT', { code: 'suspected', fault, signal }, { hard, sustained: !hard });
    this.#act(one, item, evidence, now);
  }

  /** Whose last trouble was the task's doing is well, as far as is known: its next turn shows it. */
  #absolve(task: number, agents: readonly number[]): void {
    for (const agent of agents) {
      const one = this.#book.get(agent);
      if (one?.steps.at(-1)?.order.item?.task !== task) continue;
      this.#book.close(agent);
      this.#post({ type: 'absolved', case: one.id, agent, task });
    }
  }

  #act(one: Case, item: WorkItem | null, evidence: readonly Evidence[], now: number): void {
    const agent = one.agent as number;
    const fault = one.faults.at(-1) ?? 'low-score';
    const situation = {
      fault,
      tried: one.steps.map(({ order }) => order.action),
      canEscalate: item !== null && this.#options.canEscalate(agent),
      hasStandby: this.#options.hasStandby(agent),
      mayRestart: true,
    };
    let choice = this.#ladder.choose(situation);
    let also: readonly number[] = [];
    let delayMs = one.backoff.next(now);
    if (choice?.step.rung === 'restart') {
      const ruling = this.#tree.restart(agent, now);
      delayMs = Math.max(delayMs, ruling.level === 'agent' ? 0 : ruling.delayMs);
      choice = { step: choice.step, reasons: [...choice.reasons, ...ruling.reasons] };
      if (ruling.level === 'operator') {
        this.#post(this.#book.notice(one, fault, ruling.reasons));
        choice = this.#ladder.choose({ ...situation, mayRestart: false });
      } else {
        also = ruling.restart.filter((row) => row !== agent);
      }
    }
    if (!choice || choice.step.action === 'ask-operator') {
      this.#giveUp(one, choice?.reasons ?? [NOTHING_LEFT]);
      return;
    }
    const { action, rung } = choice.step;
    this.#life.send(agent, 'RECOVER', { code: 'ordered', action, rung, fault });
    const order = this.#book.order(one, choice, { item, evidence, delayMs, also }, now);
    this.#post({ type: 'order', order });
  }

  #done(id: string, ok: boolean, detail: string, now: number): void {
    for (const one of this.#book.open.values()) {
      const step = one.steps.find(({ order }) => order.id === id);
      if (!step || step.done) continue;
      step.done = true;
      if (ok) return;
      if (step === one.steps.at(-1)) failLast(one, this.#ladder);
      const { fault, action, item } = step.order;
      const value = { code: 'not-carried-out', action, detail } as const;
      const evidence: Evidence = { signal: 'step', value, expected: { code: 'carried-out' }, verdict: 'bad' };
      if (one.agent === null) {
        this.#shared.fault(
          {
            type: 'suspicion',
            id,
            agent: null,
            item: null,
            turn: null,
            fault,
            hard: true,
            evidence: [evidence],
            struck: [],
          },
          now,
        );
      } else {
        one.faults.push(fault);
        this.#act(one, item, [evidence], now);
      }
      return;
    }
  }

  #relief({ agent, task, begunAt, calm }: Relief, now: number): void {
    const one = this.#book.get(agent);
    // A turn from before the order proves nothing, though it was believed only now.
    const ordered = one?.steps.at(-1)?.at;
    if (ordered !== undefined && begunAt !== null && begunAt < ordered) return;
    const state = this.#life.state(agent);
    if (state === 'recovering' || state === 'degraded')
      this.#life.send(agent, 'PASS', { code: 'passed', task }, { calm });
    if (one && one.steps.every(({ done }) => done)) this.#mended(agent, now);
  }

  #mended(key: number, now: number): void {
    const one = this.#book.get(key);
    if (!one) return;
    const last = one.steps.at(-1);
    if (last && !last.done) return;
    this.#book.close(key);
    if (!last) return;
    if (last.ok === null) this.#ladder.learn(last.order.fault, last.order.action, true);
    last.ok = true;
    this.#post({
      type: 'mended',
      case: one.id,
      agent: one.agent,
      fault: one.faults[0] ?? last.order.fault,
      rung: last.order.rung,
      action: last.order.action,
      ms: now - one.openedAt,
      steps: one.steps.length,
    });
  }

  #giveUp(one: Case, reasons: readonly OrderReason[]): void {
    const agent = one.agent as number;
    // Given up from whatever state the row is in by now.
    this.#life.send(agent, 'SUSPECT', NOTHING_LEFT, { hard: true });
    this.#life.send(agent, 'GIVE_UP', reasons[0] ?? NOTHING_LEFT, { exhausted: true });
    this.#post(this.#book.notice(one, one.faults.at(-1) ?? 'low-score', reasons));
    this.#book.close(agent);
    this.#post({ type: 'agent.lost', case: one.id, agent, reasons });
  }
}
