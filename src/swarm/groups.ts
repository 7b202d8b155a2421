/** Groups of outputs: those that are the same in some fields, what is known of each, and which comes first. Pure, and made by code alone. */
import { canonicalJson } from '../kernel/canonical-json.ts';
import { comparing } from './compare.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { OutputSchema, Scalar } from './output-schema.ts';
import { numberOf } from './loose.ts';
import { PART_SCHEMA } from './split.ts';
import { behind, originOf, sourcesOf, type StepsByName } from './steps.ts';
import { fieldOf, INPUT_ITEMS, type ItemValues, type Looked, looksAt, refOf, valueIn } from './where.ts';

export type GroupRule = NonNullable<SwarmStep['group']>;

/** What every group has of its own, beside the fields that the rule names. */
export const GROUP_FIELDS = ['count', 'first', 'last', 'lines', 'quotes'] as const;
/** Of those, what groups can be ordered by. */
export const GROUP_ORDERS = ['count', 'first', 'last'] as const;

/** Line numbers that a group names, and characters of its members that it quotes. */
const MOST_LINES = 10_000;
const QUOTED_CHARACTERS = 2000;

/** One member: an output, the task that gave it, and the text it is about. */
export interface Member {
  readonly task: number;
  readonly output: unknown;
  readonly line: number;
  readonly text: string;
  /** What is known of the item that it is about. */
  readonly item: ItemValues;
}

export interface Quote {
  readonly line: number;
  readonly text: string;
}

/** A group as conditions, agents and rows see it: the fields of the rule, then those in `GROUP_FIELDS`. */
export type GroupRecord = Readonly<Record<string, unknown>> & {
  readonly count: number;
  /** Lines of the input on which the first and the last member begin. */
  readonly first: number;
  readonly last: number;
  /** Lines of its members in the order of the input, at most 10,000. */
  readonly lines: readonly number[];
  /** The first members as they are, at most 2,000 characters. */
  readonly quotes: readonly Quote[];
};

export interface Group {
  readonly record: GroupRecord;
  /** Tasks that it quotes, the first member in any case. */
  readonly from: readonly number[];
}

interface Growing {
  readonly key: readonly unknown[];
  readonly worst: unknown[];
  count: number;
  first: Member;
  last: Member;
  readonly lines: number[];
  readonly quoted: Member[];
  characters: number;
  /** The first task that is not quoted, nor is any behind it. */
  end: number;
}

/**
 * Takes members one by one, in any order, and holds a few numbers for each and texts of a few.
 *
 * @param rule checked: its fields are of the source
 * @param source what the source writes; null: free text
 */
export class Groups {
  readonly #rule: GroupRule;
  readonly #by: readonly ValueOf[];
  readonly #orders: readonly Order[];
  readonly #groups = new Map<string, Growing>();

  constructor(rule: GroupRule, source: Looked) {
    this.#rule = rule;
    this.#by = rule.by.map((field) => valueAt(source, field));
    this.#orders = (rule.order ?? ['first']).map((field) => orderOf(field, source));
  }

  add(member: Member): void {
    const key = this.#by.map((value) => value(member));
    // Keys of an object may come in any order.
    const name = canonicalJson(key);
    const known = this.#groups.get(name);
    if (!known) {
      const worst = this.#orders.map(({ value }) => value(member));
      const group = {
        key,
        worst,
        count: 1,
        first: member,
        last: member,
        lines: [member.line],
        quoted: [],
        characters: 0,
        end: Infinity,
      };
      quote(group, member);
      this.#groups.set(name, group);
      return;
    }
    known.count++;
    known.lines.push(member.line);
    if (member.task < known.first.task) known.first = member;
    if (member.task > known.last.task) known.last = member;
    for (const [k, { value, compare }] of this.#orders.entries()) {
      const given = value(member);
      if (isWorse(compare(given, known.worst[k]), given, known.worst[k])) known.worst[k] = given;
    }
    quote(known, member);
  }

  /** In their order, at most as many as the rule allows; and how many there are in all. */
  end(): { readonly groups: readonly Group[]; readonly all: number } {
    const places = this.#orders.map(({ field }, k): ((group: Growing) => unknown) => {
      if (field === 'count') return ({ count }) => count;
      if (field === 'first') return ({ first }) => first.task;
      if (field === 'last') return ({ last }) => last.task;
      return ({ worst }) => worst[k];
    });
    const sorted = [...this.#groups.values()].sort((a, b) => {
      for (const [k, place] of places.entries()) {
        const order = this.#orders[k]?.compare(place(a), place(b)) ?? 0;
        if (order !== 0) return order;
      }
      return a.first.task - b.first.task;
    });
    return { groups: sorted.slice(0, this.#rule.limit).map((group) => this.#group(group)), all: sorted.length };
  }

  #group({ key, worst, count, first, last, lines, quoted }: Growing): Group {
    const { by } = this.#rule;
    const ordered = this.#orders.flatMap(({ field, own }, k) => (own || by.includes(field) ? [] : [[field, worst[k]]]));
    const record = {
      // A field may be called `__proto__`.
      ...(Object.fromEntries([...by.map((field, k) => [field, key[k]]), ...ordered]) as Record<string, unknown>),
      count,
      first: first.line,
      last: last.line,
      lines: lines.toSorted((a, b) => a - b).slice(0, MOST_LINES),
      quotes: (quoted.length > 0 ? quoted : [first]).map(({ line, text }) => ({ line, text: cut(text) })),
    };
    return { record, from: [...new Set([first.task, ...quoted.map(({ task }) => task)])] };
  }
}

/** No half of a character that takes two places. */
const cut = (text: string): string =>
  text.length <= QUOTED_CHARACTERS ? text : text.slice(0, QUOTED_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');

/** The first members are quoted, whichever came first: rows that were lost and read elsewhere come last. */
function quote(group: Growing, member: Member): void {
  const { quoted } = group;
  if (member.task > group.end) return;
  quoted.push(member);
  quoted.sort((a, b) => a.task - b.task);
  group.characters += member.text.length;
  while (group.characters > QUOTED_CHARACTERS) {
    const last = quoted.pop();
    group.characters -= last?.text.length ?? 0;
    group.end = last?.task ?? group.end;
  }
}

/** What a field has for a member. */
export type ValueOf = (of: Pick<Member, 'output' | 'item'>) => unknown;

export function valueAt(source: Looked, field: string): ValueOf {
  const { input, held } = refOf(source, field);
  return input === undefined || held ? ({ output }) => valueIn(output, field) : ({ item }) => item.valueOf(input);
}

interface Order {
  readonly field: string;
  /** One of `GROUP_ORDERS`. */
  readonly own: boolean;
  readonly value: ValueOf;
  /** Below 0 where `a` comes first. */
  readonly compare: (a: unknown, b: unknown) => number;
}

function orderOf(field: string, source: Looked): Order {
  const own = GROUP_ORDERS.some((name) => name === field);
  if (own) {
    const most = field === 'count';
    const compare = (a: unknown, b: unknown): number => (most ? Number(b) - Number(a) : Number(a) - Number(b));
    return { field, own, value: () => null, compare };
  }
  const value = valueAt(source, field);
  if (refOf(source, field).input !== undefined) return { field, own, value, compare: greatestFirst };
  const values: readonly Scalar[] = fieldOf(source.output, field)?.enum ?? [];
  return { field, own, value, compare: comparing(values) };
}

/** Fields of the input: a text that reads as a number is one. */
export const greatestFirst = (a: unknown, b: unknown): number => comparing([])(numberOf(a) ?? a, numberOf(b) ?? b);

/** Of two that come to the same, whichever was read first, one is kept. */
const isWorse = (order: number, given: unknown, known: unknown): boolean =>
  order === 0 && given !== known ? JSON.stringify(given) < JSON.stringify(known) : order < 0;

/** What groups of that rule have, as an output schema: conditions on groups are checked against it. */
export function groupSchema({ by, order = [] }: GroupRule, source: Looked): OutputSchema {
  const fields = [...new Set([...by, ...order])].filter((field) => !GROUP_FIELDS.some((name) => name === field));
  const { output } = source;
  const schemaOf = (field: string): OutputSchema =>
    refOf(source, field).input === undefined ? (fieldOf(output, field) ?? {}) : {};
  return {
    type: 'object',
    // What fields refer to within.
    ...(output?.$defs && { $defs: output.$defs }),
    ...(output?.definitions && { definitions: output.definitions }),
    properties: {
      ...Object.fromEntries(fields.map((field) => [field, schemaOf(field)])),
      count: { type: 'integer' },
      first: { type: 'integer' },
      last: { type: 'integer' },
      lines: { type: 'array', items: { type: 'integer' } },
      quotes: { type: 'array', items: { type: 'object' } },
    },
  };
}

/** What agents are given of a group. */
export function groupText({ lines: _, quotes, count, first, last, ...fields }: GroupRecord): string {
  const quoted = quotes.map(({ line, text }) => `${String(line)}: ${text}`);
  const left = count - quotes.length;
  return [
    ...Object.entries(fields).map(
      ([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
    `count: ${String(count)}`,
    `lines: ${String(first)} to ${String(last)}`,
    ...quoted,
    ...(left > 0 && quotes.length > 0 ? [`and ${String(left)} more`] : []),
  ].join('\n');
}

/** What outputs of the named step are: those of its role, or the groups that it makes; of a filter those that it lets pass; or the items themselves. */
export function lookedAt(roles: Swarm['roles'], steps: StepsByName, name: string): Looked {
  const base = behind(steps, name).name;
  if (base === INPUT_NAME) return INPUT_ITEMS;
  const step = steps.get(base);
  // What was chosen of outputs about items is about them as well.
  const items = step && originOf(steps, base) === null ? ('prefixed' as const) : null;
  if (step?.split) return looksAt(PART_SCHEMA);
  if (step?.merge !== undefined && step.role === undefined)
    return { ...looksAt(lookedAt(roles, steps, step.merge).output), items };
  if (!step?.group) return { ...looksAt(roles[step?.role ?? '']?.output ?? null), items };
  const { by, order = [] } = step.group;
  const source = lookedAt(roles, steps, sourcesOf(step)[0] ?? '');
  const held = [...by, ...order].flatMap((field): [string, string][] => {
    const { input } = refOf(source, field);
    return input === undefined || GROUP_FIELDS.some((name) => name === field) ? [] : [[field, input]];
  });
  return { output: groupSchema(step.group, source), items: null, held: new Map(held) };
}
