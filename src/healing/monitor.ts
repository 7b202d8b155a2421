/**
 * MONITOR: hears what EXECUTE did, judges each turn, and says whom it suspects and why. It decides nothing about recovery and touches no
 * agent. Its one veto: an output is used only after `turn.judged` said so, or after it was asked for that many times in vain.
 */
import { keyOf, type WorkItem } from '../journal/work-item.ts';
import type { Random } from '../kernel/random.ts';
import type { Evidence, Expected, Observed } from '../journal/evidence.ts';
import { reported } from '../journal/said.ts';
import type { Diagnosis, Signal } from '../journal/vocabulary.ts';
import { SHARED_FAULTS } from './evidence.ts';
import type { HealthScore, TurnFacts } from './health.ts';
import type { FromExecute, FromMonitor, HealingMessage, TurnName } from './messages.ts';
import { type Answer, type Finding, AnswerAgreement } from './answer-agreement.ts';
import type { AnswerSchema } from './witnesses.ts';
import { LEAST_REPEATS, repetition } from './repetition.ts';
import { StallDetector } from './stall-detector.ts';
import { HealthBaseline } from './health-baseline.ts';
import { DEFAULT_THRESHOLDS, type Thresholds } from './thresholds.ts';

/** What a turn is held to. Of turns that go by the same one, the answers are compared. */
export interface WatchedBrief {
  /** What it has to write; null for free text. */
  readonly output: AnswerSchema | null;
  readonly deadlineMs: number;
}

export interface MonitorOptions {
  readonly agents: number;
  /** By index, as turns name them. */
  readonly roles: readonly { readonly name: string }[];
  /** What agents of the role with that index are held to at a revision. */
  readonly briefAt: (role: number, revision: number) => WatchedBrief;
  /** Scores that are low, until the role has been learned. */
  readonly thresholds: Thresholds;
  /** How much work there is: what may be spent on asking twice at the start depends on it. */
  readonly tasks: number;
  /** Share of turns that may be asked twice because their question has no witnesses yet; 0 = never. */
  readonly audit: number;
  /** Shortest silence that may be called a stall, whatever was learned, ms. */
  readonly leastSilenceMs: number;
  /** See `StallDetectorOptions`. */
  readonly sharesSteps: boolean;
  /** How often `tick` is called, ms: a tick that comes much later means that the monitor slept, not that others were silent. */
  readonly tickMs: number;
}

export const MONITOR_DEFAULTS = {
  audit: 0.1,
  leastSilenceMs: 2000,
  sharesSteps: true,
  tickMs: 500,
  thresholds: DEFAULT_THRESHOLDS,
} as const;

/** Text in which a loop can be told, characters. */
const LOOP_TEXT = 96;
/** Judgements remembered: `turn.over` may be repeated. */
const JUDGED = 1024;

interface Ended extends TurnName {
  readonly begunAt: number | null;
}

type Post = (message: FromMonitor) => void;

/**
 * MONITOR: judges and suspects.
 *
 * Invariants:
 * - Each `turn.over` is answered by one `turn.judged`; the same turn again, by the same words.
 * - By what is normal, and by what others say, only turns that were accepted are measured: a bad one teaches nothing.
 * - It acts on nobody and nothing: all that comes of it are messages. What it has learned makes it quicker and surer; nothing waits for it.
 */
export class Monitor {
  readonly #post: Post;
  readonly #baseline: HealthBaseline;
  readonly #silence: StallDetector;
  readonly #agreement: AnswerAgreement;
  readonly #judged = new Map<string, FromMonitor>();
  #engineProven = true;
  #suspicions = 0;

  /** `random` seeds the forests. */
  constructor(options: MonitorOptions, random: Random, post: Post) {
    const { agents, roles, briefAt, tasks, audit, leastSilenceMs, sharesSteps, tickMs } = options;
    this.#post = post;
    this.#baseline = new HealthBaseline(agents, roles, options.thresholds, random);
    this.#agreement = new AnswerAgreement({ agents, tasks, audit, briefAt });
    this.#silence = new StallDetector({
      deadlineMs: ({ role, revision = 0 }) => briefAt(role, revision).deadlineMs,
      norms: (role) => this.#baseline.norms(role),
      leastSilenceMs,
      sharesSteps,
      tickMs,
    });
  }

  /** An answer that was accepted before this MONITOR began: it is a witness all the same. */
  recall(role: number, revision: number, question: string, answer: unknown): void {
    this.#agreement.recall(role, revision, question, answer);
  }

  hear(message: HealingMessage): void {
    switch (message.type) {
      case 'turn.begun':
        if (!this.#judged.has(message.turn)) this.#silence.begin(message, message, message.at);
        break;
      case 'turn.alive':
        this.#alive(message.turn, message.tokens, message.textTail, message.at);
        break;
      case 'turn.over':
        this.#over(message);
        break;
      case 'turn.dropped':
        this.#silence.drop(message.turn);
        break;
      case 'turns.open':
        this.#silence.reconcile(
          message.turns.filter(({ turn }) => !this.#judged.has(turn)),
          message.at,
        );
        break;
      case 'engine.up':
        this.#engineProven = false;
        this.#silence.engineUp(message.at);
        break;
      case 'engine.down':
        this.#engineDown(message);
        break;
      case 'record.bad':
        this.#suspect(message.agent, null, null, message.fault, [
          bad(message.fault, 'stored-record', { code: 'set-aside', damage: message.damage }, { code: 'whole-known' }),
        ]);
        break;
      case 'storage.full':
        this.#suspect(null, null, null, 'storage-full', [
          bad('storage-full', 'storage', reported(message.detail), { code: 'room' }),
        ]);
        break;
      case 'storage.room':
        this.#post({ type: 'shared.relief', of: 'storage' });
        break;
      default:
        break;
    }
  }

  /** Looks for silence. Costs as many steps as turns are in flight, not as there are agents. */
  tick(now: number): void {
    const { silent, together } = this.#silence.look(now);
    if (together) {
      const struck = silent.map(({ turn }) => turn.agent);
      const evidence = silent.map((one) => one.evidence);
      this.#suspect(null, null, null, 'worker-dead', evidence, struck);
      return;
    }
    for (const { turn, evidence, fault } of silent) this.#suspect(turn.agent, turn, turn.turn, fault, [evidence]);
  }

  #alive(id: string, tokens: number, textTail: string, at: number): void {
    const turn = this.#silence.alive(id, tokens, at);
    // A loop need not be paid for to its end.
    if (!turn || turn.suspectedAt !== null || textTail.length < LOOP_TEXT) return;
    const found = repetition(textTail);
    if (!found.looping) return;
    turn.suspectedAt = at;
    const value: Observed = { code: 'cycle', repeats: found.repeats, period: found.period };
    const expected: Expected = { code: 'no-cycle', repeats: LEAST_REPEATS };
    this.#suspect(turn.agent, turn, id, 'loop', [bad('loop', 'repetition', value, expected)]);
  }

  #over(message: Extract<FromExecute, { type: 'turn.over' }>): void {
    const { turn, agent, task, step, slot, role, revision = 0, facts, question, others } = message;
    const before = this.#judged.get(turn);
    if (before) {
      this.#post(before);
      return;
    }
    const flown = this.#silence.over(turn);
    const begunAt = flown?.begun ?? null;
    const name: Ended = { turn, agent, task, step, slot, role, revision, begunAt };
    const key = message.fault === null ? this.#agreement.key(role, revision, message.answer) : null;
    const answer: Answer = { ...name, revision, place: String(keyOf(name)), question, key };
    const whole: TurnFacts = { ...facts, agreement: facts.agreement ?? this.#agreement.agreement(answer) };
    const score = this.#baseline.score(role, whole);
    const evidence: Evidence[] = [];
    if (message.fault) {
      const value = message.failed && ({ code: 'failed', ...message.failed } as const);
      evidence.push(bad(message.fault, 'turn', value, { code: 'passing' }));
    }
    evidence.push(...score.parts.flatMap((part) => part.evidence).filter(({ verdict }) => verdict !== 'good'));
    // EXECUTE's checks stand; what they cannot see is a loop within a form that is right.
    const fault = score.vetoes.includes('loop') ? 'loop' : message.fault;
    if (fault !== null) {
      this.#judge(name, false, score, fault, evidence, false);
      if (!SHARED_FAULTS.has(fault)) this.#suspect(agent, name, turn, fault, evidence);
      return;
    }
    // An agent's trial, and the first turn of a fresh engine: that it works is not held up.
    const awaited = flown?.first === true || !this.#engineProven;
    const finding = this.#agreement.hear(answer, others, awaited);
    switch (finding.is) {
      case 'open':
        this.#judge(name, false, score, null, evidence, true);
        break;
      case 'convicted': {
        const value: Observed = { code: 'lone', percent: Math.round(finding.support * 100) };
        const odd = bad('disagreement', 'answers', value, { code: 'others' });
        this.#judge(name, others === 0, score, null, [odd, ...evidence], others > 0);
        this.#suspect(agent, name, turn, 'disagreement', [odd]);
        break;
      }
      case 'accepted':
        this.#settle(name, finding, key ?? '');
        this.#accept(name, whole, score, evidence);
        this.#agreement.accept(answer);
    }
  }

  /** Those who answered the same before this one, which is believed. */
  #settle(item: WorkItem, { wrong, right }: Extract<Finding, { is: 'accepted' }>, key: string): void {
    const expected: Expected = { code: 'answer', answer: key };
    for (const { agent, key: answer } of wrong)
      this.#suspect(agent, item, null, 'disagreement', [
        bad('disagreement', 'answer', { code: 'answer', answer }, expected),
      ]);
    for (const { agent, turn, begunAt } of right)
      this.#post({ type: 'relief', agent, task: item.task, turn, begunAt, calm: true });
  }

  #accept(name: Ended, facts: TurnFacts, score: HealthScore, evidence: readonly Evidence[]): void {
    const { agent, task, turn, role, begunAt } = name;
    const { calm, why } = this.#baseline.passed(agent, role, facts, score);
    if (!this.#engineProven) {
      this.#engineProven = true;
      this.#post({ type: 'shared.relief', of: 'engine' });
    }
    this.#judge(name, true, score, null, evidence, false);
    this.#post({ type: 'relief', agent, task, turn, begunAt, calm });
    if (why) this.#suspect(agent, null, turn, 'low-score', [why, ...evidence], [], false);
    this.#baseline.learn(role, facts, score);
  }

  #engineDown(message: Extract<FromExecute, { type: 'engine.down' }>): void {
    this.#silence.engineDown(message.agents);
    this.#engineProven = false;
    const evidence = bad(message.fault, 'engine', { code: 'lost', loss: message.loss }, { code: 'alive' });
    this.#suspect(null, null, null, message.fault, [evidence], message.agents);
  }

  #judge(
    name: TurnName,
    accept: boolean,
    score: HealthScore,
    fault: Diagnosis | null,
    evidence: readonly Evidence[],
    secondOpinion: boolean,
  ): void {
    const judged: FromMonitor = { type: 'turn.judged', ...name, accept, score, fault, evidence, secondOpinion };
    this.#judged.set(name.turn, judged);
    if (this.#judged.size > JUDGED) {
      const oldest = this.#judged.keys().next().value;
      if (oldest !== undefined) this.#judged.delete(oldest);
    }
    this.#post(judged);
  }

  #suspect(
    agent: number | null,
    about: WorkItem | null,
    turn: string | null,
    fault: Diagnosis,
    evidence: readonly Evidence[],
    struck: readonly number[] = [],
    hard = true,
  ): void {
    const id = `s${++this.#suspicions}`;
    const item = about && { task: about.task, step: about.step, slot: about.slot };
    this.#post({ type: 'suspicion', id, agent, item, turn, fault, hard, evidence, struck });
  }
}

const bad = (hard: Diagnosis, signal: Signal, value: Observed, expected: Expected): Evidence => ({
  signal,
  value,
  expected,
  verdict: 'bad',
  hard,
});
