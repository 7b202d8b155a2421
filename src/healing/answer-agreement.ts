/**
 * Compares what an agent answers with what others said to the same: whose word is taken at once, for which another one is asked first, and who
 * stood alone. It accuses nobody itself; it says what it found.
 */
import { type AnswerSchema, answerKey, closedFields, LoneAnswerTest, Witnesses, template } from './witnesses.ts';

export interface OpinionOptions {
  readonly agents: number;
  /** What turns of the role at a revision go by, the same object each time; only answers that go by the same one are compared. */
  readonly briefAt: (role: number, revision: number) => { readonly output: AnswerSchema | null };
  /** How much work there is: what may be spent on asking twice at the start depends on it. */
  readonly tasks: number;
  /** Share of turns that may be asked twice because their question has no witnesses yet; 0 = never. */
  readonly audit: number;
}

/** An answer to a question, as far as it can be compared. */
export interface Answer {
  readonly role: number;
  readonly revision: number;
  readonly agent: number;
  readonly turn: string;
  /** Names the work item: several agents may be asked the same. */
  readonly place: string;
  readonly question: string;
  /** Null: nothing of it can be compared. */
  readonly key: string | null;
  readonly begunAt: number | null;
}

export interface Opinion {
  readonly agent: number;
  readonly turn: string;
  readonly key: string;
  readonly begunAt: number | null;
}

export type Finding =
  /** It stands. Those who said something else before were wrong; those who said the same and were not believed at once were right. */
  | { readonly is: 'accepted'; readonly wrong: readonly Opinion[]; readonly right: readonly Opinion[] }
  /** Another agent is to answer the same first. */
  | { readonly is: 'open' }
  /** The last of several answers that few others give; `support`: their share, 0..1. */
  | { readonly is: 'convicted'; readonly support: number };

/** Questions with fewer witnesses than this are audited, as far as the budget goes. */
const KNOWN = 3;
/** Agents that may be asked the same before the best answer is taken. */
const MOST_OPINIONS = 3;
/** Stands for those who answered before this began. */
const NOBODY = -1;
/** Turns that may be audited at the start beside the share: of the work, within bounds. */
const FIRST_AUDITS = { least: 40, most: 640 } as const;
/** Places of which opinions are held at most, the oldest go first: tasks also end in a failure, and of that nobody hears here. */
const MOST_OPEN = 4096;
/** Audits saved up at most. */
const MOST_CREDIT = 64;

const ACCEPTED: Finding = { is: 'accepted', wrong: [], right: [] };
const OPEN: Finding = { is: 'open' };

interface Compared {
  readonly witnesses: Witnesses;
  readonly closed: readonly (readonly string[])[];
}

export class AnswerAgreement {
  readonly #briefAt: OpinionOptions['briefAt'];
  /** Those who go by one brief, and the fields that they are compared by. */
  readonly #compared = new Map<object, Compared>();
  readonly #loneAnswers: LoneAnswerTest;
  readonly #audit: number;
  /** Agents whose word needs a second one: accused of a wrong answer and not yet cleared. */
  readonly #doubted = new Set<number>();
  readonly #open = new Map<string, Opinion[]>();
  #credit: number;

  constructor({ agents, briefAt, tasks, audit }: OpinionOptions) {
    this.#briefAt = briefAt;
    this.#loneAnswers = new LoneAnswerTest(agents);
    this.#audit = audit;
    this.#credit = audit * Math.min(FIRST_AUDITS.most, FIRST_AUDITS.least + tasks);
  }

  /** An answer that was accepted before this began: it is a witness all the same. */
  recall(role: number, revision: number, question: string, answer: unknown): void {
    const { closed, witnesses } = this.#comparedBy(role, revision);
    const key = answerKey(answer, closed);
    if (key !== null) witnesses.learn(template(question), key, NOBODY);
  }

  /** The answer as it is compared. */
  key(role: number, revision: number, answer: unknown): string | null {
    return answerKey(answer, this.#comparedBy(role, revision).closed);
  }

  /** Share of others that say the same; null where too few have spoken. */
  agreement({ role, revision, agent, question, key }: Answer): number | null {
    return key === null ? null : this.#comparedBy(role, revision).witnesses.agreement(template(question), key, agent);
  }

  /**
   * What others say to it; `others` that could be asked: with none, it stands as it is. `awaited`: somebody waits for it, so that it is not held
   * up for the sake of a sample.
   */
  hear(answer: Answer, others: number, awaited: boolean): Finding {
    const finding = this.#find(answer, others, awaited);
    if (finding.is === 'accepted' || others === 0) this.#open.delete(answer.place);
    return finding;
  }

  /** The answer was used: it is a witness from now on, and its agent is believed again. */
  accept({ role, revision, agent, question, key }: Answer): void {
    this.#doubted.delete(agent);
    if (key !== null) this.#comparedBy(role, revision).witnesses.learn(template(question), key, agent);
  }

  #comparedBy(role: number, revision: number): Compared {
    const brief = this.#briefAt(role, revision);
    const known = this.#compared.get(brief);
    if (known) return known;
    const fresh: Compared = { witnesses: new Witnesses(), closed: closedFields(brief.output) };
    this.#compared.set(brief, fresh);
    return fresh;
  }

  #find(answer: Answer, others: number, awaited: boolean): Finding {
    const { role, revision, agent, place, key } = answer;
    if (key === null) return ACCEPTED;
    const { witnesses } = this.#comparedBy(role, revision);
    const question = template(answer.question);
    const support = witnesses.support(question, key, agent);
    if (support !== null && this.#loneAnswers.hear(agent, support)) {
      this.#doubted.add(agent);
      if (others > 0) this.#hold(place, [this.#opinion(answer, key)]);
      return { is: 'convicted', support };
    }
    return others > 0 ? this.#compare(answer, question, key, witnesses, awaited) : ACCEPTED;
  }

  #compare(answer: Answer, question: string, key: string, witnesses: Witnesses, awaited: boolean): Finding {
    const { agent, place } = answer;
    const own = this.#opinion(answer, key);
    const others = (this.#open.get(place) ?? []).filter((opinion) => opinion.agent !== agent);
    this.#credit = Math.min(MOST_CREDIT, this.#credit + this.#audit);
    if (others.length === 0) {
      const odd = witnesses.odd(question, key, agent);
      const unknown = !awaited && witnesses.others(question, key, agent).total < KNOWN;
      const audited = unknown && this.#audit > 0 && this.#credit >= 1;
      if (!odd && !audited && !this.#doubted.has(agent)) return ACCEPTED;
      if (audited && !odd) this.#credit--;
      this.#hold(place, [own]);
      return OPEN;
    }
    // Those who answered the same question before are witnesses too.
    const { total, same } = witnesses.others(question, key, agent);
    const backed = total >= KNOWN && same * 2 > total;
    if (backed || others.some((opinion) => opinion.key === key)) {
      const wrong = others.filter((opinion) => opinion.key !== key);
      const right = others.filter((opinion) => opinion.key === key);
      for (const opinion of wrong) this.#doubted.add(opinion.agent);
      for (const opinion of right) this.#doubted.delete(opinion.agent);
      return { is: 'accepted', wrong, right };
    }
    if (others.length + 1 < MOST_OPINIONS) {
      this.#hold(place, [...others, own]);
      return OPEN;
    }
    // Three answers, all different: the question has no sure answer. Nobody is accused for that.
    return ACCEPTED;
  }

  #hold(place: string, opinions: Opinion[]): void {
    this.#open.delete(place); // and set again, as the newest
    this.#open.set(place, opinions);
    if (this.#open.size <= MOST_OPEN) return;
    const oldest = this.#open.keys().next().value;
    if (oldest !== undefined) this.#open.delete(oldest);
  }

  #opinion({ agent, turn, begunAt }: Answer, key: string): Opinion {
    return { agent, turn, key, begunAt };
  }
}
