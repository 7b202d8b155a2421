/**
 * What others said when they were asked the same. Thousands of agents read thousands of inputs that are alike but for names and numbers; so
 * most answers have witnesses for free, and one that nobody shares is worth a second opinion. This is how an output that is valid but wrong
 * is found without asking everything twice.
 */

/** A schema as far as it matters here; what a role's `output` may say is more. */
export interface AnswerSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, AnswerSchema>>;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Paths of the fields with few possible values (enums, booleans): the ones on which agents can be compared. */
export function closedFields(schema: AnswerSchema | null, path: readonly string[] = []): (readonly string[])[] {
  if (!schema) return [];
  if (schema.enum || schema.type === 'boolean') return [path];
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

interface Witnesses {
  total: number;
  readonly byKey: Map<string, number>;
}

/**
 * Who keeps saying what others do not. One odd vote proves nothing where honest ones differ; so each answer to a known question counts for or
 * against its agent by how much likelier it is from one that turns answers round than from one like the others (CUSUM of the log likelihood
 * ratio; Page, 1954).
 */
export class Jury {
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

  forget(agent: number): void {
    this.#weight[agent] = 0;
  }
}

/** ln 500: a liar is 500 times likelier than an honest one. */
const CONVICTION = Math.log(500);

/** Templates remembered at most; the oldest go first. */
const CAPACITY = 4096;
/** A share of witnesses below this makes an answer odd; with none among n it takes n >= 6. */
const ODD_SHARE = 0.08;

export class Peers {
  readonly #seen = new Map<string, Witnesses>();

  /** Takes in an accepted answer. */
  learn(question: string, key: string): void {
    const found = this.#seen.get(question) ?? { total: 0, byKey: new Map<string, number>() };
    // Move to the end: the map keeps the order of use.
    this.#seen.delete(question);
    this.#seen.set(question, found);
    found.total++;
    found.byKey.set(key, (found.byKey.get(key) ?? 0) + 1);
    if (this.#seen.size > CAPACITY) {
      const oldest = this.#seen.keys().next().value;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
  }

  /** How many have answered this question. */
  witnesses(question: string): number {
    return this.#seen.get(question)?.total ?? 0;
  }

  /** How many of them said `key`. */
  supporters(question: string, key: string): number {
    return this.#seen.get(question)?.byKey.get(key) ?? 0;
  }

  /** Share of witnesses that say the same, as a health part wants it; null where fewer than `least` are known. */
  agreement(question: string, key: string, least = 3): number | null {
    const total = this.witnesses(question);
    return total < least ? null : this.supporters(question, key) / total;
  }

  /** Share of others that say the same, never quite 0 or 1; null where fewer than `least` have spoken. */
  support(question: string, key: string, least = 8): number | null {
    const total = this.witnesses(question);
    return total < least ? null : (this.supporters(question, key) + 0.5) / (total + 1);
  }

  /** True where the answer stands alone against enough others. */
  odd(question: string, key: string): boolean {
    const total = this.witnesses(question);
    return (this.supporters(question, key) + 0.5) / (total + 1) < ODD_SHARE;
  }
}
