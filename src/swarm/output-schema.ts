/**
 * What a role's `output` may say: the part of JSON Schema that both the grammar engine can enforce while a model writes and the checker
 * can verify afterwards. No references, so a schema is a finite tree that can be read where it stands.
 */
import * as v from 'valibot';

export type Scalar = string | number | boolean | null;

export const OUTPUT_TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const;
export type OutputType = (typeof OUTPUT_TYPES)[number];

/** How outputs for parts of one text come to one; see merge.ts. */
export const MERGE_RULES = [
  ...(['highest', 'lowest', 'most', 'sum', 'union', 'list', 'join', 'any', 'all', 'first', 'last'] as const),
] as const;
export type MergeRule = (typeof MERGE_RULES)[number];

export interface OutputSchema {
  title?: string;
  description?: string;
  type?: OutputType;
  properties?: Record<string, OutputSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: OutputSchema;
  minItems?: number;
  maxItems?: number;
  enum?: Scalar[];
  const?: Scalar;
  anyOf?: OutputSchema[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  /** The value stands letter by letter in what the agent was given. Ours; other readers of JSON Schema pass over it. */
  'x-copied-from'?: 'input';
  /** Where a text is read in parts: what their values come to. Ours, as well. */
  'x-merge'?: MergeRule;
}

const count = (max: number) => {
  const expected = `a whole number from 0 to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(0, expected), v.maxValue(max, expected));
};
const bound = () => v.number('a number');
const scalar = v.union([v.string(), v.number(), v.boolean(), v.null()], 'a text, number, boolean or null');

/** As the file writes it; what keywords mean together is checked by `outputSchemaFaults`. */
export const OutputSchemaSchema: v.GenericSchema<OutputSchema> = v.strictObject(
  {
    title: v.exactOptional(v.string('a text')),
    description: v.exactOptional(v.string('a text')),
    type: v.exactOptional(v.picklist(OUTPUT_TYPES, `one of ${OUTPUT_TYPES.join(', ')}`)),
    properties: v.exactOptional(
      v.record(
        v.string(),
        v.lazy(() => OutputSchemaSchema),
        'a map from property names to schemas',
      ),
    ),
    required: v.exactOptional(v.array(v.string('the name of a property'), 'a list of property names')),
    additionalProperties: v.exactOptional(v.boolean('true or false')),
    items: v.exactOptional(v.lazy(() => OutputSchemaSchema)),
    minItems: v.exactOptional(count(1000)),
    maxItems: v.exactOptional(count(1000)),
    enum: v.exactOptional(
      v.pipe(
        v.array(scalar, 'a list of values'),
        v.minLength(1, 'at least one value'),
        v.maxLength(256, 'at most 256 values'),
      ),
    ),
    const: v.exactOptional(scalar),
    anyOf: v.exactOptional(
      v.pipe(
        v.array(
          v.lazy(() => OutputSchemaSchema),
          'a list of schemas',
        ),
        v.minLength(1, 'at least one schema'),
        v.maxLength(16, 'at most 16 schemas'),
      ),
    ),
    minLength: v.exactOptional(count(65_536)),
    maxLength: v.exactOptional(count(65_536)),
    minimum: v.exactOptional(bound()),
    maximum: v.exactOptional(bound()),
    'x-copied-from': v.exactOptional(v.literal('input', 'input')),
    'x-merge': v.exactOptional(v.picklist(MERGE_RULES, `one of ${MERGE_RULES.join(', ')}`)),
  },
  'a JSON Schema (a map)',
);

/** A rule that a well-typed schema breaks; `path` leads from the schema's root to the key at fault. */
export interface SchemaFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly expected: string;
}

/** Keywords that only say something about values of one type. */
const KEYWORDS_OF: Readonly<Record<string, readonly OutputType[]>> = {
  properties: ['object'],
  required: ['object'],
  additionalProperties: ['object'],
  items: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
  minLength: ['string'],
  maxLength: ['string'],
  'x-copied-from': ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
};

/** The grammar engine writes names into its grammar as they are, so these characters would end it. */
const PROPERTY_NAME = /^[^"\\\p{Cc}]{1,64}$/u;
const PROPERTY_NAME_EXPECTED = '1 to 64 characters without quotes, backslashes and control characters';

const RANGES = [
  ['minItems', 'maxItems'],
  ['minLength', 'maxLength'],
  ['minimum', 'maximum'],
] as const;

/** Why one of a schema's own values can never pass the rest of it; null where it can. A model held to such values would only ever fail. */
function misfit(value: Scalar, schema: OutputSchema): string | null {
  const { type, minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = schema;
  if (schema.enum && !schema.enum.includes(value)) return 'is not in enum';
  if (type !== undefined && type !== typeOf(value) && !(type === 'number' && typeof value === 'number')) {
    return `is not of type ${type}`;
  }
  if (typeof value === 'string') {
    // JSON Schema counts characters, not UTF-16 code units.
    const length = [...value].length;
    return length < minLength || length > maxLength ? 'is not as long as minLength and maxLength ask' : null;
  }
  // 9007199254740993 would be asked for as …992.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return 'has more digits than a number holds';
  }
  if (typeof value === 'number') return value < minimum || value > maximum ? 'is not within minimum and maximum' : null;
  return null;
}

function typeOf(value: Scalar): OutputType {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : 'boolean';
}

/** What the values must be that a rule makes one of; a rule that is not here takes any. */
const MERGED: Partial<Readonly<Record<MergeRule, readonly OutputType[]>>> = {
  highest: ['integer', 'number', 'boolean'],
  lowest: ['integer', 'number', 'boolean'],
  sum: ['integer', 'number'],
  any: ['boolean'],
  all: ['boolean'],
  union: ['array'],
  list: ['array'],
  join: ['string'],
};

/** What `x-merge` needs beside it; null where it can be followed. */
function mergeNeeds({ 'x-merge': rule, type, enum: values }: OutputSchema): string | null {
  const types = rule && MERGED[rule];
  if (!types || (type !== undefined && types.includes(type))) return null;
  const ordered = rule === 'highest' || rule === 'lowest';
  if (ordered && values) return null;
  return `type: ${types.join(' or ')}${ordered ? ', or an enum,' : ''} beside it`;
}

/** Faults of a schema that has the right form: nothing says what is allowed, keywords of another type, unknown required names, empty ranges. */
export function outputSchemaFaults(schema: OutputSchema, path: readonly (string | number)[] = []): SchemaFault[] {
  const faults: SchemaFault[] = [];
  const fault = (at: readonly (string | number)[], message: string, expected: string): void => {
    faults.push({ path: [...path, ...at], message, expected });
  };

  const { type } = schema;
  if (type === undefined && !schema.enum && !schema.anyOf && !('const' in schema)) {
    fault([], 'the schema allows anything', 'type, enum, const or anyOf');
  }
  if (schema.anyOf && (type !== undefined || schema.enum || 'const' in schema)) {
    // The grammar engine holds a model to one of them alone; the check afterwards would ask for both.
    fault(['anyOf'], 'anyOf stands beside type, enum or const', 'anyOf alone, with a type in each of its schemas');
  }
  const values = [...(schema.enum ?? []).map((value, index) => ({ value, at: ['enum', index] }))];
  if (schema.const !== undefined) values.push({ value: schema.const, at: ['const'] });
  for (const { value, at } of values) {
    const why = misfit(value, schema);
    if (why) fault(at, `${JSON.stringify(value)} ${why}`, 'a value that the rest of the schema allows');
  }
  // Without `items` the grammar engine allows none at all, whatever minItems says.
  if (type === 'array' && !schema.items) fault([], 'the array does not say what it holds', 'the key items');
  for (const [keyword, types] of Object.entries(KEYWORDS_OF)) {
    if (!(keyword in schema) || (type !== undefined && types.includes(type))) continue;
    const found = type === undefined ? 'this schema has no type' : `this is type ${type}`;
    fault([keyword], `${keyword} is for type ${types.join(' or ')}, ${found}`, `type: ${types[0]} beside it`);
  }
  for (const [low, high] of RANGES) {
    const [min, max] = [schema[low], schema[high]];
    if (min !== undefined && max !== undefined && min > max) {
      fault([low], `${low} ${min} is above ${high} ${max}`, `at most ${max}`);
    }
  }
  for (const bound of ['minimum', 'maximum'] as const) {
    // The grammar engine does not refuse such a bound: it aborts, and takes the inference worker with it.
    if (type === 'integer' && schema[bound] !== undefined && !Number.isSafeInteger(schema[bound])) {
      fault([bound], `${bound} ${schema[bound]} is no whole number that can be counted to`, 'a whole number');
    }
  }
  const needs = mergeNeeds(schema);
  if (needs) fault(['x-merge'], `x-merge: ${schema['x-merge'] ?? ''} cannot be followed here`, needs);
  schema.required?.forEach((name, index) => {
    if (!Object.hasOwn(schema.properties ?? {}, name)) {
      fault(
        ['required', index],
        `required names ${JSON.stringify(name)}, which properties does not have`,
        'a name in properties',
      );
    }
  });
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (!PROPERTY_NAME.test(name)) {
      fault(['properties', name], `${JSON.stringify(name)} cannot name a property`, PROPERTY_NAME_EXPECTED);
    }
    faults.push(...outputSchemaFaults(child, [...path, 'properties', name]));
  }
  if (schema.items) faults.push(...outputSchemaFaults(schema.items, [...path, 'items']));
  schema.anyOf?.forEach((child, index) => faults.push(...outputSchemaFaults(child, [...path, 'anyOf', index])));
  return faults;
}
