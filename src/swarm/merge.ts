/**
 * One output of several: a text that is too long for the model is read in parts, and each part has an output that its schema allows. What they come
 * to together follows from the schema alone; docs/swarm-file.md lists the rules.
 */
import { type MergeRule, type OutputSchema, typesOf } from './output-schema.ts';

/** Rules that put the parts' values in an order, so that one part decides. */
const ORDERED: ReadonlySet<MergeRule | undefined> = new Set(['highest', 'lowest']);

/** @param outputs of the parts, in their order, at least one; @param schema null: free text */
export function mergeOutputs(given: OutputSchema | null, all: readonly unknown[]): unknown {
  if (given === null) return all.length === 1 ? all[0] : joined(all);
  const schema = valued(given);
  const outputs = known(all);
  if (outputs.length <= 1) return outputs.length === 1 ? outputs[0] : all[0];
  const rule = ruleOf(schema);
  return rule ? merged(rule, schema, outputs) : isObject(schema) ? object(schema, outputs) : outputs[0];
}

/** The same, or the output of the part that decides where rules together make what does not fit. @param fits whether it is an output of the schema */
export function fittingOutput(
  schema: OutputSchema | null,
  outputs: readonly unknown[],
  fits: (output: unknown) => boolean,
): unknown {
  const all = mergeOutputs(schema, outputs);
  return fits(all) ? all : outputs[decidingPart(schema, outputs)];
}

/** Without the alternative `null`, where that leaves one. */
function valued(schema: OutputSchema): OutputSchema {
  const [only, ...others] = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  if (!only || others.length > 0) return schema;
  return { ...only, ...(schema['x-merge'] && { 'x-merge': schema['x-merge'] }) };
}

/** A part that knows nothing says nothing about the others. */
const known = (values: readonly unknown[]): readonly unknown[] =>
  values.filter((value) => value !== null && value !== undefined);

/** The part whose output stands for all where no rule says more. */
export function decidingPart(given: OutputSchema | null, outputs: readonly unknown[]): number {
  const schema = given && valued(given);
  const by = schema && isObject(schema) ? decidingProperty(schema) : undefined;
  const first = Math.max(
    0,
    outputs.findIndex((output) => output !== null),
  );
  if (by === undefined) return first;
  const [name, property] = by;
  const values = outputs.map((output) => memberOf(output, name));
  if (known(values).length === 0) return first;
  const best = merged(ruleOf(property) ?? 'highest', property, known(values));
  return Math.max(
    0,
    values.findIndex((value) => same(value, best)),
  );
}

const isObject = (schema: OutputSchema): boolean =>
  typesOf(schema).includes('object') || schema.properties !== undefined;
const isArray = (schema: OutputSchema): boolean => typesOf(schema).includes('array');

/** What the schema says, or what goes without saying: a list has everything in it once. */
const ruleOf = (schema: OutputSchema): MergeRule | undefined =>
  schema['x-merge'] ??
  (isArray(schema) ? 'union' : isObject(schema) ? undefined : ordered(schema) ? 'highest' : undefined);

/** Values that stand in an order: those of an enum, the last of which is the worst. */
const ordered = ({ enum: values }: OutputSchema): boolean => (values?.length ?? 0) > 1;

/** The first property whose rule puts values in an order; else the first with an enum. */
function decidingProperty({ properties = {} }: OutputSchema): readonly [string, OutputSchema] | undefined {
  const all = Object.entries(properties).map(([name, property]) => [name, valued(property)] as const);
  return (
    all.find(([, property]) => ORDERED.has(property['x-merge'])) ??
    all.find(([, property]) => property['x-merge'] === undefined && ordered(property))
  );
}

function object(schema: OutputSchema, outputs: readonly unknown[]): unknown {
  const decides = outputs[decidingPart(schema, outputs)];
  const result: Record<string, unknown> = { ...(decides as Record<string, unknown>) };
  for (const [name, given] of Object.entries(schema.properties ?? {})) {
    const property = valued(given);
    const rule = property['x-merge'] ?? (isArray(property) ? 'union' : undefined);
    const values = known(outputs.map((output) => memberOf(output, name)));
    if (rule && values.length > 0) result[name] = merged(rule, property, values);
  }
  return result;
}

const memberOf = (output: unknown, name: string): unknown =>
  typeof output === 'object' && output !== null ? (output as Readonly<Record<string, unknown>>)[name] : undefined;

function merged(rule: MergeRule, schema: OutputSchema, values: readonly unknown[]): unknown {
  switch (rule) {
    case 'first':
      return values[0];
    case 'last':
      return values.at(-1);
    case 'highest':
    case 'lowest': {
      const sign = rule === 'highest' ? 1 : -1;
      return values.reduce((best, value) => (sign * (rank(schema, value) - rank(schema, best)) > 0 ? value : best));
    }
    case 'most': {
      const times = (value: unknown): number => values.filter((other) => same(other, value)).length;
      return values.reduce((best, value) => (times(value) > times(best) ? value : best));
    }
    case 'sum':
      return values.reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0);
    case 'any':
      return values.includes(true);
    case 'all':
      return values.every((value) => value === true);
    case 'join':
      return joined(values);
    case 'union':
    case 'list': {
      const all: unknown[] = values.filter((value) => Array.isArray(value)).flat();
      const once = rule === 'list' ? all : all.filter((value, k) => all.findIndex((other) => same(other, value)) === k);
      return once.slice(0, schema.maxItems);
    }
  }
}

/** Place in an enum; of numbers, themselves; what has no place comes before all. */
function rank({ enum: values }: OutputSchema, value: unknown): number {
  const at = values?.findIndex((other) => same(other, value)) ?? -1;
  return at >= 0 ? at : typeof value === 'number' && !values ? value : Number(value === true) - 1;
}

/** In whatever order members stand. */
const same = (a: unknown, b: unknown): boolean => a === b || stable(a) === stable(b);

const stable = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

const joined = (values: readonly unknown[]): string =>
  values.filter((value) => typeof value === 'string' && value.trim() !== '').join('\n\n');
