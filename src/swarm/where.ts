/** `where` of a flow step: which outputs of its source it takes. Conditions are data: what a file writes is looked at here, and nothing of it runs. */
import * as v from 'valibot';
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

/** A `where` as it is evaluated. `order`: values from low to high, of an enum whose values are compared; null: numbers. */
export type Condition =
  | { readonly kind: 'any' | 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'is'; readonly field: string; readonly values: readonly Scalar[] }
  | { readonly kind: 'contains'; readonly field: string; readonly value: Scalar }
  | {
      readonly kind: Comparison;
      readonly field: string;
      readonly value: number | string;
      readonly order: readonly Scalar[] | null;
    };

/** What a free text is called, as it has no fields. */
export const WHOLE_TEXT = 'text';

/** @param output what the source writes; null: free text. The file is checked: see `whereFaults` */
export function conditionOf(given: Where, output: OutputSchema | null): Condition {
  const of = Object.entries(given).map(([field, value]): Condition => {
    if (isJoin(field)) {
      if (field === 'not') return { kind: 'not', of: conditionOf(value as Where, output) };
      return { kind: field, of: (value as readonly Where[]).map((each) => conditionOf(each, output)) };
    }
    return testOf(field, value, output);
  });
  return allOf(of);
}

const allOf = (of: readonly Condition[]): Condition => (of.length === 1 ? (of[0] as Condition) : { kind: 'all', of });

function testOf(field: string, value: WhereValue, output: OutputSchema | null): Condition {
  if (!isMap(value)) return { kind: 'is', field, values: [value].flat() as Scalar[] };
  const of = Object.entries(value).map(([test, to]): Condition => {
    if (test === 'not') return { kind: 'not', of: testOf(field, to, output) };
    if (test === 'contains') return { kind: 'contains', field, value: to as Scalar };
    const order = fieldOf(output, field)?.enum ?? null;
    return {
      kind: test as Comparison,
      field,
      value: to as number | string,
      order: typeof to === 'string' ? order : null,
    };
  });
  return allOf(of);
}

/** Whether an output passes. What is not there is null; a comparison with what cannot be compared fails. */
export function passes(condition: Condition, output: unknown): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((each) => passes(each, output));
    case 'any':
      return condition.of.some((each) => passes(each, output));
    case 'not':
      return !passes(condition.of, output);
    case 'is':
      return condition.values.some((value) => value === valueIn(output, condition.field));
    case 'contains':
      return contains(valueIn(output, condition.field), condition.value);
    default:
      return compares(condition, valueIn(output, condition.field));
  }
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
