/** `where` of a flow step: which outputs of its source it takes. Conditions are data: what a file writes is looked at here, and nothing of it runs. */
import * as v from 'valibot';
import { holdsLoosely, type LooseTest } from './loose.ts';
import type { OutputSchema, Scalar } from './output-schema.ts';
import { referredTo } from './schema-references.ts';

/** As the file has it: a map from fields to what they must be; `any`, `all` and `not` hold maps of the same kind. */
export interface Where {
  readonly [field: string]: WhereValue;
}
export type WhereValue = Scalar | readonly (Scalar | Where)[] | Where;

const MAP = 'a map such as {severity: [error, critical]}';
const scalar = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const where = v.lazy((): v.GenericSchema<Where> => WhereSchema);
export const WhereSchema: v.GenericSchema<Where> = v.record(
  v.string(),
  v.union(
    [scalar, v.array(v.union([scalar, where])), where],
    'a value, a list of values, or a map such as {gte: 3}',
  ) as v.GenericSchema<WhereValue>,
  MAP,
);

export const COMPARISONS = ['gte', 'lte', 'gt', 'lt'] as const;
type Comparison = (typeof COMPARISONS)[number];
/** Names of a `where` that are no fields. */
export const JOINS = ['any', 'all', 'not'] as const;
/** Keys of a field's map. */
export const TESTS = [...COMPARISONS, 'contains', 'not'] as const;

/**
 * A field that a test looks at. `input`: its value is that of this field of the input's item, and is compared as fields of files are (loose.ts).
 * `held`: and it stands in the output under `field`, as in groups; else the item itself is looked at.
 */
interface Tested {
  readonly field: string;
  readonly input?: string;
  readonly held?: true;
}

/** A `where` as it is evaluated. `order`: values from low to high, of an enum whose values are compared; null: numbers. */
export type Condition =
  | { readonly kind: 'any' | 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | ({ readonly kind: 'is'; readonly values: readonly Scalar[] } & Tested)
  | ({ readonly kind: 'contains'; readonly value: Scalar } & Tested)
  | ({
      readonly kind: Comparison;
      readonly value: number | string;
      readonly order: readonly Scalar[] | null;
    } & Tested);

/** A condition on one field. */
export type Test = Extract<Condition, Tested>;

/** What is known of an item of the input, for conditions, groups and reports. */
export interface ItemValues {
  /** What stands in the field; null where nothing does. */
  valueOf(field: string): unknown;
  /** Whether a value of that field passes. */
  holds(test: LooseTest, field: string, value: unknown): boolean;
}

/** Of tasks that are no items. */
export const NO_ITEM: ItemValues = { valueOf: () => null, holds: (test, _field, value) => holdsLoosely(test, value) };

/** What free text is called, as it has no fields. */
export const WHOLE_TEXT = 'text';
/** What stands before fields of the input where outputs have fields of their own. */
export const INPUT_PREFIX = 'input.';

/** What a condition, a group or a report looks at: outputs of a step, or the items of the input. */
export interface Looked {
  /** What the step writes; null: free text. */
  readonly output: OutputSchema | null;
  /** Items of the input themselves (`own`: their fields have no prefix), or outputs about them (`input.` leads to them); null: neither. */
  readonly items: 'own' | 'prefixed' | null;
  /** Fields of a group that are values of fields of the input, with what those are called. */
  readonly held: ReadonlyMap<string, string>;
}

const NOTHING_HELD: ReadonlyMap<string, string> = new Map();
/** Outputs of which nothing but their schema is known. */
export const looksAt = (output: OutputSchema | null): Looked => ({ output, items: null, held: NOTHING_HELD });

/** The items themselves. */
export const INPUT_ITEMS: Looked = { output: {}, items: 'own', held: NOTHING_HELD };

/** What a field is of: the output, or the item that it is about. An output's own field of that name goes first. */
export function refOf({ output, items, held }: Looked, field: string): Omit<Tested, 'field'> {
  const input = held.get(field);
  if (input !== undefined) return { input, held: true };
  if (items === 'own') return { input: field };
  if (items === null || !field.startsWith(INPUT_PREFIX) || field === INPUT_PREFIX) return {};
  const properties = output && resolved(output, output).properties;
  if (properties && (Object.hasOwn(properties, field) || Object.hasOwn(properties, 'input'))) return {};
  return { input: field.slice(INPUT_PREFIX.length) };
}

/** @param looked whose fields the conditions name. The file is checked: see `whereFaults` */
export function conditionOf(given: Where, looked: Looked): Condition {
  const of = Object.entries(given).map(([field, value]): Condition => {
    if (isJoin(field)) {
      if (field === 'not') return { kind: 'not', of: conditionOf(value as Where, looked) };
      return { kind: field, of: (value as readonly Where[]).map((each) => conditionOf(each, looked)) };
    }
    return testOf(field, value, looked);
  });
  return allOf(of);
}

const allOf = (of: readonly Condition[]): Condition => (of.length === 1 ? (of[0] as Condition) : { kind: 'all', of });

function testOf(field: string, value: WhereValue, looked: Looked): Condition {
  const tested = { field, ...refOf(looked, field) };
  if (!isMap(value)) return { kind: 'is', ...tested, values: [value].flat() as Scalar[] };
  const of = Object.entries(value).map(([test, to]): Condition => {
    if (test === 'not') return { kind: 'not', of: testOf(field, to, looked) };
    if (test === 'contains') return { kind: 'contains', ...tested, value: to as Scalar };
    const order = tested.input === undefined ? (fieldOf(looked.output, field)?.enum ?? null) : null;
    return {
      kind: test as Comparison,
      ...tested,
      value: to as number | string,
      order: typeof to === 'string' ? order : null,
    };
  });
  return allOf(of);
}

/** The tests of a condition, in the order in which they stand. */
export function testsOf(condition: Condition): Test[] {
  if ('field' in condition) return [condition];
  return condition.kind === 'not' ? testsOf(condition.of) : condition.of.flatMap(testsOf);
}

/** What of a `where` looks at the item alone, which can be known before there is an output, and the rest; absent where there is nothing of it. */
export function partsOf(
  where: Where,
  looked: Looked,
): { readonly ofItem: Where | undefined; readonly others: Where | undefined } {
  const ofItem = (part: Where): boolean =>
    testsOf(conditionOf(part, looked)).every(({ input, held }) => input !== undefined && !held);
  const entries = Object.entries(where);
  const [own, others] = [true, false].map((is) =>
    entries.filter(([field, value]) => ofItem(Object.fromEntries([[field, value]])) === is),
  ) as [typeof entries, typeof entries];
  const made = (some: typeof entries): Where | undefined => (some.length > 0 ? Object.fromEntries(some) : undefined);
  return { ofItem: made(own), others: made(others) };
}

/**
 * Whether an output passes. What is not there is null; a comparison with what cannot be compared fails.
 * @param item what the output is about, or what is looked at itself
 */
export function passes(condition: Condition, output: unknown, item: ItemValues): boolean {
  if (condition.kind === 'not') return !passes(condition.of, output, item);
  if ('of' in condition) {
    const holds = (each: Condition): boolean => passes(each, output, item);
    return condition.kind === 'all' ? condition.of.every(holds) : condition.of.some(holds);
  }
  const { field, input, held } = condition;
  if (input !== undefined) {
    const value = held ? valueIn(output, field) : item.valueOf(input);
    return item.holds(condition, input, value);
  }
  const value = valueIn(output, field);
  if (condition.kind === 'is') return condition.values.some((each) => each === value);
  return condition.kind === 'contains' ? contains(value, condition.value) : compares(condition, value);
}

/** Texts regardless of case, as people look for them; a list holds a value. */
function contains(value: unknown, part: Scalar): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(String(part).toLowerCase());
  return Array.isArray(value) && value.includes(part);
}

function compares(
  {
    kind,
    value,
    order,
  }: { readonly kind: Comparison; readonly value: number | string; readonly order: readonly Scalar[] | null },
  given: unknown,
): boolean {
  const [a, b] = order ? [order.indexOf(given as Scalar), order.indexOf(value)] : [given, value];
  if (typeof a !== 'number' || typeof b !== 'number' || (order && (a < 0 || b < 0))) return false;
  switch (kind) {
    case 'gte':
      return a >= b;
    case 'lte':
      return a <= b;
    case 'gt':
      return a > b;
    case 'lt':
      return a < b;
  }
}

/** Names that lead to a field: one that is written just so goes first, dots and all; else dots lead into maps. */
export const wayTo = (output: unknown, field: string): readonly string[] =>
  isRecord(output) && Object.hasOwn(output, field) ? [field] : field.split('.');

/** What stands in a field; null where nothing does. Free text is `text`. */
export function valueIn(output: unknown, field: string): unknown {
  if (typeof output === 'string') return field === WHOLE_TEXT ? output : null;
  let value = output;
  for (const name of wayTo(output, field)) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return value ?? null;
}

const SIGNS = { gte: '≥', lte: '≤', gt: '>', lt: '<', contains: '∋' } as const;

/** A `where` in signs that need no language: `severity = error | critical, count ≥ 3`. */
export function whereText(where: Where): string {
  return Object.entries(where)
    .map(([field, value]) => {
      if (field === 'not') return `¬(${whereText(value as Where)})`;
      if (!isJoin(field)) return testText(field, value);
      const parts = (value as readonly Where[]).map((each) => whereText(each));
      return `(${parts.join(field === 'any' ? ' ∨ ' : ' ∧ ')})`;
    })
    .join(', ');
}

function testText(field: string, value: WhereValue): string {
  if (!isMap(value)) return `${field} = ${[value].flat().map(String).join(' | ')}`;
  return Object.entries(value)
    .map(([test, to]) =>
      test === 'not'
        ? `¬(${testText(field, to)})`
        : `${field} ${SIGNS[test as keyof typeof SIGNS]} ${String(to as Scalar)}`,
    )
    .join(', ');
}

/**
 * The schema of a field by the rules of `valueIn`, references followed.
 * @returns undefined where no output can have the field; an empty schema where anything may stand there
 */
export function fieldOf(output: OutputSchema | null, field: string): OutputSchema | undefined {
  if (output === null) return field === WHOLE_TEXT ? { type: 'string' } : undefined;
  const whole = resolved(output, output);
  if (whole.type === 'string') return field === WHOLE_TEXT ? whole : undefined;
  if (whole.properties && Object.hasOwn(whole.properties, field))
    return resolved(output, whole.properties[field] ?? {});
  let at = whole;
  for (const name of field.split('.')) {
    if (at.anyOf) return {};
    const next = at.properties && Object.hasOwn(at.properties, name) ? at.properties[name] : undefined;
    if (!next) return (at.type === 'object' && !at.properties) || at.additionalProperties === true ? {} : undefined;
    at = resolved(output, next);
  }
  return at;
}

/** Fields that outputs have, for messages: those that dots lead to included. */
export function fieldsOf(output: OutputSchema | null): string[] {
  if (output === null) return [WHOLE_TEXT];
  const whole = resolved(output, output);
  if (whole.type === 'string') return [WHOLE_TEXT];
  const fields: string[] = [];
  const walk = (schema: OutputSchema, before: string, depth: number): void => {
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      // Within a map dots lead on.
      if (before !== '' && name.includes('.')) continue;
      fields.push(before + name);
      if (depth > 0) walk(resolved(output, child), `${before}${name}.`, depth - 1);
    }
  };
  walk(whole, '', 2);
  return fields;
}

/** Chains are short and not circles: both are checked where outputs are. */
function resolved(root: OutputSchema, schema: OutputSchema): OutputSchema {
  let at = schema;
  for (let k = 0; at.$ref !== undefined && k < 64; k++) at = referredTo(root, at.$ref) ?? {};
  return at;
}

export const isJoin = (key: string): key is (typeof JOINS)[number] => JOINS.some((name) => name === key);

export const isMap = (value: WhereValue): value is Where =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
