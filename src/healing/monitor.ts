/**
 * MONITOR: hears what EXECUTE did, judges each turn, and says whom it suspects and why. It decides nothing about recovery and touches no
 * agent. Its one veto: an output is used only after `turn.judged` said so.
 */
import type { Random } from '../kernel/random.ts';
import { AnomalyWatch } from './anomaly.ts';
import type { Evidence, FaultClass } from './evidence.ts';
import { SHARED_FAULTS } from './evidence.ts';
import type { HealthScore, TurnFacts } from './health.ts';
import { RoleNorms, scoreTurn } from './health.ts';
import type { FromExecute, FromMonitor, HealingMessage, TurnName } from './messages.ts';
import type { AnswerSchema } from './peers.ts';
import { Jury, Peers, answerKey, closedFields, template } from './peers.ts';
import { PhiAccrual } from './phi.ts';
import { repetition } from './repetition.ts';
import { DEFAULT_THRESHOLDS, Hysteresis, learnedThresholds } from './thresholds.ts';

export interface MonitorOptions {
  readonly agents: number;
  /** By index, as turns name them; `schema` null for free text. */
  readonly roles: readonly {
    readonly name: string;
    readonly schema: AnswerSchema | null;
    readonly deadlineMs: number;
  }[];
  /** Health below which a swarm file calls an agent degraded, until the role has been learned. */
  readonly degraded?: number;
  /** How much work there is: what may be spent on asking twice at the start depends on it. */
  readonly tasks: number;
  /** Share of turns that may be asked twice because their question has no witnesses yet; 0 = never. */
  readonly audit: number;
  /** Shortest silence that may be called a stall, whatever was learned, ms. */
  readonly leastSilenceMs: number;
  /** How often `tick` is called, ms: a tick that comes much later means that the monitor slept, not that others were silent. */
  readonly tickMs: number;
}

export const MONITOR_DEFAULTS = { audit: 0.1, leastSilenceMs: 2000, tickMs: 500 } as const;

/** Suspicion that counts as a stall: one in 10^8 silences of a live one. */
const PHI_STALL = 8;
/** Silences that are remembered: a slower batch or another engine is learned in seconds. */
const SILENCES = 400;
/** Silences before a role's own distribution is believed; before that half of the deadline is patience enough. */
const ENOUGH = 30;
/** Questions with fewer witnesses than this are audited, as far as the budget goes. */
const KNOWN = 3;
/** Agents that may be asked the same before the best answer is taken. */
const MOST_OPINIONS = 3;
/** Grace after a turn's own deadline before its end counts as lost, ms. */
const LOST_GRACE = 5000;
/** A suspicion about a turn that still runs is repeated after this, ms. */
const REPEAT_MS = 4000;
/** Later turns of its role that must have begun to write before an earlier one without a word counts as admitted: seats go by age. */
const OVERTAKEN = 8;
/** An admitted turn without a word is late after this many times the usual wait, the time in the queue included. */
const LATE = 3;
/** Stands for those who answered before this MONITOR began. */
const NOBODY = -1;
/** Odd turns in a row (isolation forest) that make a suspect: by chance one in 10^4. */
const ODD_STREAK = 4;

interface InFlight extends TurnName {
  /** It went before others, so it says nothing about them. */
  readonly first: boolean;
  begun: number;
  lastSign: number;
  tokens: number;
  /** Turns begun later that have written something already. */
  overtaken: number;
  suspectedAt: number | null;
}

interface Opinion {
  readonly agent: number;
  readonly turn: string;
  readonly key: string;
  readonly begunAt: number | null;
}

interface Ended extends TurnName {
  readonly begunAt: number | null;
}

type Post = (message: FromMonitor) => void;

export class Monitor {
  readonly #options: MonitorOptions;
  readonly #post: Post;
  readonly #norms: RoleNorms[];
  readonly #everyone = new RoleNorms();
  /** Silences within turns that were heard of again, ms; of all roles, for they share the engine's steps. */
  readonly #silences = new PhiAccrual(SILENCES);
  readonly #watches: AnomalyWatch[];
  readonly #peers: Peers[];
  readonly #jury: Jury;
  readonly #closed: (readonly (readonly string[])[])[];
  readonly #hysteresis: Hysteresis;
  readonly #oddStreak: Uint8Array;
  /** Agents whose word needs a second one: accused of a wrong answer and not yet cleared. */
  readonly #doubted = new Set<number>();
  readonly #inFlight = new Map<string, InFlight>();
  /** Judged lately: `turn.over` may be repeated. */
  readonly #judged = new Map<string, FromMonitor>();
  readonly #opinions = new Map<string, Opinion[]>();
  #auditCredit: number;
  #engineUp = 0;
  #engineProven = true;
  #lastTick: number | null = null;
  #suspicions = 0;

  /** `random` seeds the forests. */
  constructor(options: MonitorOptions, random: Random, post: Post) {
    this.#options = options;
    this.#post = post;
    this.#norms = options.roles.map(() => new RoleNorms());
    this.#watches = options.roles.map(({ name }) => new AnomalyWatch(random.split(`forest/${name}`)));
    this.#peers = options.roles.map(() => new Peers());
    this.#closed = options.roles.map(({ schema }) => closedFields(schema));
    this.#hysteresis = new Hysteresis(options.agents);
    this.#jury = new Jury(options.agents);
    this.#auditCredit = options.audit * Math.min(640, 40 + options.tasks);
    this.#oddStreak = new Uint8Array(options.agents);
  }

  /** What is normal for a role, e.g. for the page. */
  norms(role: number): RoleNorms | undefined {
    return this.#norms[role];
  }

  /** An answer that was accepted before this MONITOR began: it is a witness all the same. */
  recall(role: number, question: string, answer: unknown): void {
    const key = answerKey(answer, this.#closed[role] ?? []);
    if (key !== null) this.#peers[role]?.learn(template(question), key, NOBODY);
  }

  /** Turns that are watched now. */
  get watching(): number {
    return this.#inFlight.size;
  }

  hear(message: HealingMessage): void {
    switch (message.type) {
      case 'turn.begun': {
        const { turn, agent, task, stage, role, first = false, at } = message;
        if (this.#judged.has(turn) || this.#inFlight.has(turn)) break;
        this.#inFlight.set(turn, {
          turn,
          agent,
          task,
          stage,
          role,
          first,
          begun: at,
          lastSign: at,
          tokens: 0,
          overtaken: 0,
          suspectedAt: null,
        });
        break;
      }
      case 'turn.alive':
        this.#alive(message.turn, message.tokens, message.textTail, message.at);
        break;
      case 'turn.over':
        this.#over(message, message.at);
        break;
      case 'turn.dropped':
        this.#inFlight.delete(message.turn);
        break;
      case 'turns.open':
        this.#reconcile(message.turns, message.at);
        break;
      case 'engine.up':
        this.#engineUp = message.at;
        for (const turn of this.#inFlight.values()) turn.lastSign = message.at;
        break;
      case 'engine.down':
        this.#engineDown(message);
        break;
      case 'record.bad':
        this.#suspect(message.agent, null, null, message.fault, [
          {
            signal: 'stored record',
            value: message.detail,
            expected: 'whole, of a known version',
            verdict: 'bad',
            hard: message.fault,
          },
        ]);
        break;
      case 'storage.full':
        this.#suspect(null, null, null, 'storage-full', [
          { signal: 'storage', value: message.detail, expected: 'room to write', verdict: 'bad', hard: 'storage-full' },
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
    const slept = this.#lastTick === null ? 0 : now - this.#lastTick - this.#options.tickMs;
    this.#lastTick = now;
    if (slept > 2 * this.#options.tickMs) {
      // A hidden tab, a laptop's lid, a jump of the clock: nobody could speak, so nobody was silent.
      for (const turn of this.#inFlight.values()) {
        turn.lastSign = Math.min(now, turn.lastSign + slept);
        turn.begun = Math.min(now, turn.begun + slept);
      }
      return;
    }
    const silent: { turn: InFlight; evidence: Evidence; fault: FaultClass }[] = [];
    let started = 0;
    for (const turn of this.#inFlight.values()) {
      if (turn.tokens > 0) started++;
      // Said already; said again after a while, for words may be lost.
      if (turn.suspectedAt !== null && now - turn.suspectedAt < REPEAT_MS) continue;
      const found = this.#silence(turn, now);
      if (found) silent.push({ turn, ...found });
    }
    if (silent.length === 0) return;
    const evidence = silent.map((one) => one.evidence);
    const stalled = silent.filter(({ turn }) => turn.tokens > 0);
    for (const { turn } of silent) turn.suspectedAt = now;
    if (stalled.length >= 2 && stalled.length === started) {
      // All of them at once is not their doing.
      this.#suspect(
        null,
        null,
        null,
        'worker-dead',
        evidence,
        silent.map(({ turn }) => turn.agent),
      );
      return;
    }
    for (const { turn, evidence: own, fault } of silent) this.#suspect(turn.agent, turn.task, turn.turn, fault, [own]);
  }

  #reconcile(open: readonly (TurnName & { readonly tokens: number })[], at: number): void {
    const known = new Set(open.map(({ turn }) => turn));
    for (const [turn, { begun }] of this.#inFlight) if (!known.has(turn) && begun < at) this.#inFlight.delete(turn);
    for (const { tokens, ...name } of open) {
      this.hear({ type: 'turn.begun', ...name, at });
      // A turn that has written is not taken for one that waits, though its word of that was lost.
      const turn = this.#inFlight.get(name.turn);
      if (turn && tokens > turn.tokens) this.#alive(name.turn, tokens, '', at);
    }
  }

  #alive(id: string, tokens: number, textTail: string, at: number): void {
    const turn = this.#inFlight.get(id);
    if (!turn || tokens <= turn.tokens) return;
    if (turn.tokens === 0 && !turn.first) {
      for (const other of this.#inFlight.values())
        if (other.tokens === 0 && other.begun < turn.begun && other.role === turn.role) other.overtaken++;
    }
    if (turn.tokens > 0) this.#broke(turn, at);
    turn.tokens = tokens;
    turn.lastSign = at;
    // A loop need not be paid for to its end.
    if (turn.suspectedAt !== null || textTail.length < 96) return;
    const found = repetition(textTail);
    if (!found.looping) return;
    turn.suspectedAt = at;
    this.#suspect(turn.agent, turn.task, id, 'loop', [
      {
        signal: 'repetition',
        value: `${found.repeats} times the same ${found.period}`,
        expected: 'no cycle of 4 or more',
        verdict: 'bad',
        hard: 'loop',
      },
    ]);
  }

  /** A silence ended by itself: that is how long a live turn may keep one. */
  #broke({ lastSign, suspectedAt }: InFlight, at: number): void {
    if (suspectedAt === null && lastSign >= this.#engineUp) this.#silences.observe(at - lastSign);
  }

  #silence(turn: InFlight, now: number): { evidence: Evidence; fault: FaultClass } | null {
    const since = now - Math.max(turn.lastSign, this.#engineUp);
    const deadline = this.#options.roles[turn.role]?.deadlineMs ?? Number.POSITIVE_INFINITY;
    const age = now - Math.max(turn.begun, this.#engineUp);
    if (age > deadline + LOST_GRACE) {
      return {
        fault: 'outcome-lost',
        evidence: {
          signal: 'ms since the turn began',
          value: age,
          expected: `an end within ${deadline}`,
          verdict: 'bad',
          hard: 'outcome-lost',
        },
      };
    }
    // A role that is not known yet is measured by all of them: they share the engine.
    const norms = [this.#norms[turn.role], this.#everyone].find((one) => (one?.tokenGap.count ?? 0) >= ENOUGH);
    const seen = turn.tokens > 0 ? norms?.tokenGap : norms?.firstToken;
    // Before the first token a turn may wait for a seat: only one that others have overtaken is late.
    const waiting = turn.tokens === 0 && turn.overtaken < OVERTAKEN;
    const learned = seen !== undefined && seen.count >= ENOUGH && !waiting;
    // Progress comes a few tokens at a time.
    const stride = turn.tokens > 0 ? 16 : 4;
    const usual = learned ? seen.silenceAt(PHI_STALL) * stride : deadline / 2;
    // Two more witnesses, each for one kind of silence: how long others pause while they write, and who came later and wrote first.
    const writing = turn.tokens > 0 && this.#silences.count >= ENOUGH ? this.#silences.silenceAt(PHI_STALL) : usual;
    const late = seen && turn.tokens === 0 && turn.overtaken >= OVERTAKEN ? LATE * seen.typical : usual;
    const patience = Math.max(this.#options.leastSilenceMs, Math.min(usual, writing, late));
    if (since < Math.min(patience, deadline)) return null;
    return {
      fault: 'stall',
      evidence: {
        signal: turn.tokens > 0 ? 'ms since the last token' : 'ms without a first token',
        value: Math.round(since),
        expected: `at most ${Math.round(patience)}`,
        verdict: 'bad',
        hard: 'stall',
      },
    };
  }

  #over(message: Extract<FromExecute, { type: 'turn.over' }>, at: number): void {
    const { turn, agent, task, stage, role, facts } = message;
    const before = this.#judged.get(turn);
    if (before) {
      this.#post(before);
      return;
    }
    const flown = this.#inFlight.get(turn);
    if (flown && flown.tokens > 0 && message.fault === null) this.#broke(flown, at);
    this.#inFlight.delete(turn);
    const begunAt = flown?.begun ?? null;
    const name: Ended = { turn, agent, task, stage, role, begunAt };
    const peers = this.#peers[role];
    const question = template(message.question);
    const key = message.fault === null ? answerKey(message.answer, this.#closed[role] ?? []) : null;
    const agreement = facts.agreement ?? (key === null || !peers ? null : peers.agreement(question, key, agent));
    const norms = this.#norms[role] ?? new RoleNorms();
    const whole: TurnFacts = { ...facts, agreement };
    const score = scoreTurn(whole, norms);
    const evidence: Evidence[] = [];
    if (message.fault) {
      evidence.push({
        signal: 'turn',
        value: message.detail,
        expected: 'an output that passes',
        verdict: 'bad',
        hard: message.fault,
      });
    }
    evidence.push(...score.parts.flatMap((part) => part.evidence).filter(({ verdict }) => verdict !== 'good'));
    // EXECUTE's checks stand; what they cannot see is a loop within a form that is right, and a record that is not whole.
    const seen = score.vetoes.find((veto) => veto === 'loop' || veto === 'bad-record');
    const fault = seen ?? message.fault;

    if (fault !== null) {
      this.#judge(name, false, score, fault, evidence, false);
      if (!SHARED_FAULTS.has(fault)) this.#suspect(agent, task, turn, fault, evidence);
      return;
    }
    const support = key === null ? null : (peers?.support(question, key, agent) ?? null);
    if (support !== null && this.#jury.hear(agent, support)) {
      this.#doubted.add(agent);
      const value = `the last of several that few others give (${String(Math.round(support * 100))} of 100)`;
      const odd: Evidence = {
        signal: 'answers',
        value,
        expected: 'what others say',
        verdict: 'bad',
        hard: 'disagreement',
      };
      this.#judge(name, message.others === 0, score, null, [odd, ...evidence], message.others > 0);
      if (message.others > 0) this.#opinions.set(`${task}/${stage}`, [{ agent, turn, key: key ?? '', begunAt }]);
      this.#suspect(agent, task, turn, 'disagreement', [odd]);
      return;
    }
    if (key !== null && peers && message.others > 0) {
      const verdict = this.#opinion(name, question, key, peers);
      if (verdict === 'ask') {
        this.#judge(name, false, score, null, evidence, true);
        return;
      }
    }
    this.#accept(name, whole, score, evidence);
    if (key !== null) peers?.learn(question, key, agent);
  }

  #accept(name: Ended, facts: TurnFacts, score: HealthScore, evidence: readonly Evidence[]): void {
    const { agent, task, turn, role, begunAt } = name;
    const norms = this.#norms[role];
    const watch = this.#watches[role];
    const thresholds = norms
      ? learnedThresholds(norms.total, {
          ...DEFAULT_THRESHOLDS,
          ...(this.#options.degraded !== undefined && {
            degrade: this.#options.degraded,
            clear: Math.min(0.95, this.#options.degraded + 0.1),
          }),
        })
      : DEFAULT_THRESHOLDS;
    const { sustained, calm } = this.#hysteresis.observe(agent, score.total, thresholds);
    const point = turnPoint(facts);
    const anomaly = watch?.judge(point) ?? null;
    const streak = anomaly?.odd ? Math.min(255, (this.#oddStreak[agent] ?? 0) + 1) : 0;
    this.#oddStreak[agent] = streak;
    this.#doubted.delete(agent);
    if (!this.#engineProven) {
      this.#engineProven = true;
      this.#post({ type: 'shared.relief', of: 'engine' });
    }
    this.#judge(name, true, score, null, evidence, false);
    this.#post({ type: 'relief', agent, task, turn, begunAt, calm: score.total > thresholds.clear || calm });
    if (sustained || (streak >= ODD_STREAK && score.total <= thresholds.clear)) {
      this.#hysteresis.reset(agent);
      this.#oddStreak[agent] = 0;
      const why: Evidence = sustained
        ? { signal: 'health', value: score.total, expected: `above ${thresholds.degrade.toFixed(2)}`, verdict: 'odd' }
        : {
            signal: 'isolation forest',
            value: anomaly?.score ?? null,
            expected: `below ${(anomaly?.threshold ?? 1).toFixed(2)}`,
            verdict: 'odd',
          };
      this.#suspect(agent, null, turn, 'low-score', [why, ...evidence], [], false);
    }
    norms?.learn(facts, score.total);
    this.#everyone.learn(facts, score.total);
    watch?.learn(point);
  }

  /** Compares the answer with what others said to the same; may accuse those who stand alone. */
  #opinion(name: Ended, question: string, key: string, peers: Peers): 'accept' | 'ask' {
    const { agent, task, stage, turn, begunAt } = name;
    const place = `${task}/${stage}`;
    const others = (this.#opinions.get(place) ?? []).filter((opinion) => opinion.agent !== agent);
    this.#auditCredit = Math.min(64, this.#auditCredit + this.#options.audit);
    if (others.length === 0) {
      const unknown = peers.others(question, key, agent).total < KNOWN;
      const odd = peers.odd(question, key, agent);
      const audited = unknown && this.#options.audit > 0 && this.#auditCredit >= 1;
      if (!odd && !audited && !this.#doubted.has(agent)) return 'accept';
      if (audited && !odd) this.#auditCredit--;
      this.#opinions.set(place, [{ agent, turn, key, begunAt }]);
      return 'ask';
    }
    // Those who answered the same question before are witnesses too.
    const { total, same } = peers.others(question, key, agent);
    const backed = total >= KNOWN && same * 2 > total;
    if (backed || others.some((opinion) => opinion.key === key)) {
      this.#opinions.delete(place);
      for (const other of others) {
        if (other.key !== key) this.#accuse(other.agent, task, other.key, key);
        else {
          // It was right, only not believed at once.
          this.#doubted.delete(other.agent);
          this.#post({
            type: 'relief',
            agent: other.agent,
            task,
            turn: other.turn,
            begunAt: other.begunAt,
            calm: true,
          });
        }
      }
      return 'accept';
    }
    const opinions = [...others, { agent, turn, key, begunAt }];
    if (opinions.length < MOST_OPINIONS) {
      this.#opinions.set(place, opinions);
      return 'ask';
    }
    // Three answers, all different: the question has no sure answer. Nobody is accused for that.
    this.#opinions.delete(place);
    return 'accept';
  }

  #accuse(agent: number, task: number, said: string, others: string): void {
    this.#doubted.add(agent);
    this.#suspect(agent, task, null, 'disagreement', [
      { signal: 'answer', value: said, expected: `${others}, as others say`, verdict: 'bad', hard: 'disagreement' },
    ]);
  }

  #engineDown(message: Extract<FromExecute, { type: 'engine.down' }>): void {
    for (const [id, turn] of this.#inFlight) if (message.agents.includes(turn.agent)) this.#inFlight.delete(id);
    this.#engineProven = false;
    const evidence: Evidence = {
      signal: 'engine',
      value: message.detail,
      expected: 'alive',
      verdict: 'bad',
      hard: message.fault,
    };
    this.#suspect(null, null, null, message.fault, [evidence], message.agents);
  }

  #judge(
    name: TurnName,
    accept: boolean,
    score: HealthScore,
    fault: FaultClass | null,
    evidence: readonly Evidence[],
    secondOpinion: boolean,
  ): void {
    const judged: FromMonitor = { type: 'turn.judged', ...name, accept, score, fault, evidence, secondOpinion };
    this.#judged.set(name.turn, judged);
    if (this.#judged.size > 1024) {
      const oldest = this.#judged.keys().next().value;
      if (oldest !== undefined) this.#judged.delete(oldest);
    }
    this.#post(judged);
  }

  #suspect(
    agent: number | null,
    task: number | null,
    turn: string | null,
    fault: FaultClass,
    evidence: readonly Evidence[],
    struck: readonly number[] = [],
    hard = true,
  ): void {
    const id = `s${++this.#suspicions}`;
    this.#post({ type: 'suspicion', id, agent, task, turn, fault, hard, evidence, struck });
  }
}

/** A turn as the isolation forest sees it; latencies and lengths by their logarithm. */
function turnPoint(facts: TurnFacts): Float64Array {
  return Float64Array.of(
    facts.meanLogprob ?? 0,
    Math.log1p(facts.firstTokenMs ?? 0),
    Math.log1p(facts.decodeMs ?? 0),
    Math.log1p(facts.completionTokens),
    Math.log1p(facts.text.length),
  );
}
