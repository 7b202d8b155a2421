/**
 * What others said when they were asked the same. Thousands of agents read thousands of inputs that are alike but for names and numbers; so
 * most answers have witnesses for free, and one that nobody shares is worth a second opinion. This is how an output that is valid but wrong
 * is found without asking everything twice.
 */

/** A schema as far as it matters here; what a role's `output` may say is more. */
export interface AnswerSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, AnswerSchema>>;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Paths of the fields with few possible values (enums, booleans, with null or without): the ones on which agents can be compared. */
export function closedFields(schema: AnswerSchema | null, path: readonly string[] = []): (readonly string[])[] {
  if (!schema) return [];
  const types = [schema.type ?? []].flat();
  if (schema.enum || (types.length > 0 && types.every((type) => type === 'boolean' || type === 'null'))) return [path];
  if (!schema.properties || path.length > 3) return [];
  return Object.entries(schema.properties).flatMap(([name, property]) => closedFields(property, [...path, name]));
}

/** The answer reduced to its closed fields; null where there are none to compare. */
export function answerKey(answer: unknown, fields: readonly (readonly string[])[]): string | null {
  if (fields.length === 0) return null;
  return fields
    .map((path) => {
      let value: unknown = answer;
      for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
      return JSON.stringify(value) ?? '';
    })
    .join('|');
}

/** The question without what makes each one single: numbers, and words that carry digits, slashes, dots or signs. */
export function template(question: string): string {
  return question
    .slice(0, 400)
    .replace(/[^\s"']*[\d/@][^\s"']*/g, '#')
    .replace(/\s+/g, ' ');
}

/** Templates remembered at most; the oldest go first. */
const CAPACITY = 4096;
/** A share of the others below this makes an answer odd; so does none at all, where at least so many have spoken. */
const ODD_SHARE = 0.08;
const ENOUGH = 3;

/** Answers to one question: how often each was given, and by whom; one agent's word for itself counts for nothing. */
interface Known {
  total: number;
  readonly byAgent: Map<number, number>;
  readonly byKey: Map<string, { total: number; readonly byAgent: Map<number, number> }>;
}

const more = (counts: Map<number, number>, agent: number): unknown => counts.set(agent, (counts.get(agent) ?? 0) + 1);

/** What was answered to which question, of late. */
export class Witnesses {
  readonly #seen = new Map<string, Known>();

  /** Takes in an accepted answer; agent -1: nobody of now, e.g. from before a reload. */
  learn(question: string, key: string, agent: number): void {
    const found: Known = this.#seen.get(question) ?? { total: 0, byAgent: new Map(), byKey: new Map() };
    // Move to the end: the map keeps the order of use.
    this.#seen.delete(question);
    this.#seen.set(question, found);
    const same = found.byKey.get(key) ?? { total: 0, byAgent: new Map<number, number>() };
    found.byKey.set(key, same);
    found.total++;
    same.total++;
    more(found.byAgent, agent);
    more(same.byAgent, agent);
    if (this.#seen.size > CAPACITY) {
      const oldest = this.#seen.keys().next().value;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
  }

  /** Answers of others than `agent` to this question, and how many of them were `key`. */
  others(question: string, key: string, agent: number): { readonly total: number; readonly same: number } {
    const found = this.#seen.get(question);
    const same = found?.byKey.get(key);
    return {
      total: (found?.total ?? 0) - (found?.byAgent.get(agent) ?? 0),
      same: (same?.total ?? 0) - (same?.byAgent.get(agent) ?? 0),
    };
  }

  /** Share of others that say the same, as a health part wants it; null where fewer than three have spoken. */
  agreement(question: string, key: string, agent: number): number | null {
    const { total, same } = this.others(question, key, agent);
    return total < ENOUGH ? null : same / total;
  }

  /** The same, never quite 0 or 1; null where fewer than `least` have spoken. */
  support(question: string, key: string, agent: number, least = 5): number | null {
    const { total, same } = this.others(question, key, agent);
    return total < least ? null : (same + 0.5) / (total + 1);
  }

  /** True where the agent stands alone against enough others. */
  odd(question: string, key: string, agent: number): boolean {
    const { total, same } = this.others(question, key, agent);
    return total >= ENOUGH && (same === 0 || (same + 0.5) / (total + 1) < ODD_SHARE);
  }
}

/**
 * Finds who keeps saying what others do not. One odd vote proves nothing where honest ones differ; so each answer to a known question counts for or
 * against its agent by how much likelier it is from one that turns answers round than from one like the others (CUSUM of the log likelihood
 * ratio; Page, 1954).
 */
export class LoneAnswerTest {
  readonly #weight: Float32Array;

  constructor(agents: number) {
    this.#weight = new Float32Array(agents);
  }

  /** Takes in an answer that a share `support` (0..1) of the others gives too; true when the agent stands convicted, once. */
  hear(agent: number, support: number): boolean {
    const honest = Math.min(0.98, Math.max(0.02, support));
    const weight = Math.max(0, (this.#weight[agent] ?? 0) + Math.log((1 - honest) / honest));
    const convicted = weight > CONVICTION;
    this.#weight[agent] = convicted ? 0 : weight;
    return convicted;
  }
}

/** ln 5000: a liar is 5,000 times likelier than an honest one. */
const CONVICTION = Math.log(5000);
