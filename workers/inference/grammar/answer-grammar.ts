/**
 * The grammar of a JSON Schema, in xgrammar's EBNF: what a model can write at all. The engine's own converter passes over keywords that it does not
 * know, lets numbers out of their bounds and takes any length of white space, which a small model can fall into and not leave.
 *
 * A text of the grammar passes the schema, but for what no grammar can ask: `x-copied-from`, `uniqueItems` of values that are no short list,
 * and lengths beyond 256 characters; nor all of either where a schema has more of them than a grammar should grow by.
 * Objects keep the order of their properties. A single space may stand between two tokens, so both common styles of JSON can be written.
 */
import type { Pattern } from '../../../src/kernel/pattern.ts';
import type { AnswerSchema } from '../../../src/engine/answer-schema.ts';
import { type Choice, choice } from './choices.ts';
import { integers, numbers } from './numbers.ts';
import { MOST_COUNTED, patternsOf, textAutomaton } from './text-automaton.ts';
import { anyText, automatonRules, literal, TEXT_RULES, times } from './texts.ts';

export interface AnswerGrammar {
  /** Its root rule is `root`. */
  readonly ebnf: string;
  /** The text says by itself that it has ended; a number could always have another digit. */
  readonly closed: boolean;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'anyOf', 'title', 'description'],
  ...['properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minLength', 'maxLength', 'pattern', 'format', 'x-copied-from', 'x-merge'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
]);

/** Between two tokens. */
const SPACE = 'space';
const COMMA = '"," space';
/** Values that `uniqueItems` can be held to: each set of those that are used is a rule. */
const MOST_UNIQUE = 8;
/** Such rules in all: of lists beyond, it is left to the check. */
const MOST_UNIQUE_RULES = 4096;
/** States of such texts in all: a schema has many properties, and beyond, their lengths are left to the check too. */
const MOST_COUNTED_STATES = 4000;
/** Values that nothing is said about: how deep, and how many in each. */
const FREE_DEPTH = 3;
const FREE_VALUES = 32;

/**
 * @param schema JSON Schema as text
 * @param copies whoever samples holds texts with `x-copied-from` to what they are copied from, and so the grammar need not
 * @throws Error where a keyword is not known, or where no text passes
 */
export function answerGrammar(schema: string, { copies = false } = {}): AnswerGrammar {
  const root = JSON.parse(schema) as AnswerSchema;
  const builder = new GrammarBuilder(copies);
  return { ebnf: builder.build(root), closed: isClosed(root) };
}

function isClosed({ type, anyOf, ...schema }: AnswerSchema): boolean {
  const values = 'const' in schema ? [schema.const] : schema.enum;
  if (values) return values.every((value) => typeof value !== 'number');
  if (anyOf) return anyOf.every(isClosed);
  return [type].flat().every((each) => each !== 'integer' && each !== 'number');
}

class GrammarBuilder {
  readonly #rules: string[] = [];
  /** Rules by what they stand for: a schema that is repeated is one rule. */
  readonly #named = new Map<string, string>();
  readonly #copies: boolean;
  #free = false;
  /** Rules of counted texts and patterns, by what they hold. */
  readonly #texts = new Map<string, string>();
  #countedStates = 0;
  #uniqueRules = 0;

  constructor(copies: boolean) {
    this.#copies = copies;
  }

  build(schema: AnswerSchema): string {
    const root = this.#value(schema);
    return [`root ::= ${root}`, ...this.#rules, `${SPACE} ::= " "?`, ...TEXT_RULES, ''].join('\n');
  }

  #value(schema: AnswerSchema): string {
    const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
    if (unknown !== undefined) throw new Error(`the keyword ${unknown} has no grammar`);
    const body = this.#body(schema);
    if (body === null) throw new Error(`nothing can be written for ${JSON.stringify(schema)}`);
    return this.#rule(body);
  }

  #body(schema: AnswerSchema): string | null {
    if ('const' in schema) return literal(JSON.stringify(schema.const));
    const values = schema.enum || schema.anyOf ? valuesOf(schema) : null;
    if (values) return choice(values.map((value) => [value, '']));
    if (schema.anyOf) return either(schema.anyOf.map((each) => this.#value(each)));
    const named = [schema.type ?? []].flat();
    const types = named.includes('number') ? named.filter((type) => type !== 'integer') : named;
    const bodies = types.map((type) => this.#ofType(type, schema)).filter((body) => body !== null);
    return bodies.length === 0 ? null : either(bodies);
  }

  #ofType(type: string, schema: AnswerSchema): string | null {
    switch (type) {
      case 'null':
        return '"null"';
      case 'boolean':
        return '"true" | "false"';
      case 'integer':
        return integers(schema);
      case 'number':
        return numbers(schema);
      case 'string':
        return this.#text(schema);
      case 'array':
        return this.#array(schema);
      case 'object':
        return this.#object(schema);
      default:
        throw new Error(`the type ${type} has no grammar`);
    }
  }

  #text(schema: AnswerSchema): string {
    // What is copied is held to its source, and its length with it, by a mask (`copying.ts`).
    if (this.#copies && schema['x-copied-from'] !== undefined) return 'string';
    const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
    const key = JSON.stringify([pattern, format, minLength, maxLength]);
    let body = this.#texts.get(key);
    if (body === undefined) this.#texts.set(key, (body = this.#counted(patternsOf(schema), minLength, maxLength)));
    return body;
  }

  #counted(patterns: readonly Pattern[], minLength: number, maxLength: number): string {
    const counted = patterns.length > 0;
    let most = counted || maxLength <= MOST_COUNTED ? maxLength : Infinity;
    let least = counted ? minLength : Math.min(minLength, MOST_COUNTED);
    if (!counted && (most < Infinity || least > 1)) {
      const states = 1 + (most < Infinity ? most : least);
      if (this.#countedStates + states > MOST_COUNTED_STATES) [least, most] = [Math.min(least, 1), Infinity];
      else this.#countedStates += states;
    }
    if (most === Infinity && !counted && least <= 1) return least === 0 ? 'string' : anyText(least);
    const name = `t${this.#texts.size}x`;
    this.#rules.push(...automatonRules(textAutomaton(patterns, least, most), name));
    return `"\\"" ${name}0`;
  }

  #array({ items, minItems = 0, maxItems = Infinity, uniqueItems = false }: AnswerSchema): string | null {
    if (minItems > maxItems) return null;
    const values = uniqueItems && items ? valuesOf(items) : null;
    if (values && values.length <= MOST_UNIQUE && this.#uniqueRules + 2 ** values.length <= MOST_UNIQUE_RULES) {
      this.#uniqueRules += 2 ** values.length;
      return this.#uniqueArray(values, minItems, maxItems);
    }
    if (maxItems === 0) return `"[" ${SPACE} "]"`;
    const item = items ? this.#value(items) : this.#anything();
    const more = this.#rule(`${COMMA} ${item}`);
    const some = `${item} ${more}${times(Math.max(0, minItems - 1), maxItems - 1)}`;
    return `"[" ${SPACE} ${minItems === 0 ? `(${some} ${SPACE})?` : `${some} ${SPACE}`} "]"`;
  }

  /** Each value once, in any order: a rule for each set of values that are used up. */
  #uniqueArray(values: readonly string[], least: number, most: number): string | null {
    if (least > values.length) return null;
    const rests = new Map<number, string>();
    const rest = (used: number): string => {
      const known = rests.get(used);
      if (known !== undefined) return known;
      const count = values.filter((_, k) => used & (1 << k)).length;
      const next =
        count < most
          ? values.flatMap((value, k): Choice[] => (used & (1 << k) ? [] : [[value, rest(used | (1 << k))]]))
          : [];
      const comma = count === 0 ? '' : `${COMMA} `;
      const options = [
        ...(next.length === 0 ? [] : [`${comma}${choice(next)}`]),
        ...(count >= least ? [count === 0 ? '"]"' : `${SPACE} "]"`] : []),
      ];
      const name = this.#rule(either(options));
      rests.set(used, name);
      return name;
    };
    return `"[" ${SPACE} ${rest(0)}`;
  }

  #object({ properties = {}, required = [], additionalProperties }: AnswerSchema): string {
    const names = Object.keys(properties);
    // Where nothing is said of any property, there may be some; else only where that is asked for.
    const others = additionalProperties ?? names.length === 0;
    const pair = others ? this.#rule(`string ${SPACE} ":" ${SPACE} ${this.#anything()}`) : '';
    // From the last property to the first: what may follow once something stands before it, and while nothing does.
    let after = others ? this.#rule(`(${COMMA} ${pair}){0,${FREE_VALUES}}`) : '""';
    let first = others ? this.#rule(`(${pair} ${after})?`) : '""';
    for (const name of names.toReversed()) {
      const own = `${literal(JSON.stringify(name))} ${SPACE} ":" ${SPACE} ${this.#value(properties[name] ?? {})}`;
      const must = required.includes(name);
      const [then, alone] = [after, first];
      after = this.#rule(`${COMMA} ${own} ${then}${must ? '' : ` | ${then}`}`);
      first = this.#rule(`${own} ${then}${must ? '' : ` | ${alone}`}`);
    }
    return first === '""' ? `"{" ${SPACE} "}"` : `"{" ${SPACE} ${first} ${SPACE} "}"`;
  }

  /** Any JSON, of some depth. */
  #anything(): string {
    if (!this.#free) {
      this.#free = true;
      const scalar = `string | ${numbers({})} | "true" | "false" | "null"`;
      for (let depth = 0; depth <= FREE_DEPTH; depth++) {
        const inner = `any${depth - 1}`;
        const lists = [
          `"[" ${SPACE} (${inner} (${COMMA} ${inner}){0,${FREE_VALUES}} ${SPACE})? "]"`,
          `"{" ${SPACE} (pair${depth} (${COMMA} pair${depth}){0,${FREE_VALUES}} ${SPACE})? "}"`,
        ];
        this.#rules.push(`any${depth} ::= ${either(depth === 0 ? [scalar] : [scalar, ...lists])}`);
        if (depth > 0) this.#rules.push(`pair${depth} ::= string ${SPACE} ":" ${SPACE} ${inner}`);
      }
    }
    return `any${FREE_DEPTH}`;
  }

  #rule(body: string): string {
    if (/^\w+$/.test(body) || body === '""') return body;
    let name = this.#named.get(body);
    if (name === undefined) {
      name = `r${this.#named.size}`;
      this.#named.set(body, name);
      this.#rules.push(`${name} ::= ${body}`);
    }
    return name;
  }
}

const either = (bodies: readonly string[]): string => bodies.join(' | ');

/** The values of a schema with few, as JSON; null where there are others. */
function valuesOf(schema: AnswerSchema): string[] | null {
  if ('const' in schema) return [JSON.stringify(schema.const)];
  if (schema.enum) return [...new Set(schema.enum.map((value) => JSON.stringify(value)))];
  if (schema.anyOf) {
    const each = schema.anyOf.map(valuesOf);
    return each.includes(null) ? null : [...new Set(each.flatMap((values) => values ?? []))];
  }
  const types = [schema.type ?? []].flat();
  const values = types.map((type) => (type === 'boolean' ? ['true', 'false'] : type === 'null' ? ['null'] : null));
  return types.length === 0 || values.includes(null) ? null : values.flatMap((each) => each ?? []);
}
