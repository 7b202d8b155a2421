/**
 * What a role's `output` may say, as the file writes it: the part of JSON Schema that the grammar can hold a model to while it writes and the
 * checker can verify afterwards. What keywords mean together is checked by `outputSchemaFaults`; engines get the `plainSchema` of it.
 */
import * as v from 'valibot';
import { TEXT_FORMATS } from '../kernel/text-formats.ts';

export type Scalar = string | number | boolean | null;

export const OUTPUT_TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const;
export type OutputType = (typeof OUTPUT_TYPES)[number];

/** How outputs for parts of one text come to one; see merge.ts. */
export const MERGE_RULES = [
  ...(['highest', 'lowest', 'most', 'sum', 'union', 'list', 'join', 'any', 'all', 'first', 'last'] as const),
] as const;
export type MergeRule = (typeof MERGE_RULES)[number];
/** Formats that only say how a number is stored; those of 32 bits bound it. */
export const NUMBER_FORMATS = ['int32', 'int64', 'float', 'double'] as const;

export interface OutputSchema {
  title?: string;
  description?: string;
  type?: OutputType | OutputType[];
  /** Null as well; OpenAPI's way to say it. */
  nullable?: boolean;
  properties?: Record<string, OutputSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: OutputSchema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  enum?: Scalar[];
  const?: Scalar;
  anyOf?: OutputSchema[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  /** `#/$defs/NAME` or `#/definitions/NAME`, of the whole output. */
  $ref?: string;
  $defs?: Record<string, OutputSchema>;
  definitions?: Record<string, OutputSchema>;
  /** The value stands letter by letter in what the agent was given. Ours; other readers of JSON Schema pass over it. */
  'x-copied-from'?: 'input';
  /** Where a text is read in parts: what their values come to. Ours, as well. */
  'x-merge'?: MergeRule;
  $schema?: string;
  $comment?: string;
  default?: unknown;
  examples?: unknown[];
  example?: unknown;
  deprecated?: boolean;
  readOnly?: boolean;
  writeOnly?: boolean;
}

/** Keywords that say something to people and nothing about values. */
export const ANNOTATIONS = [
  'title',
  'description',
  '$schema',
  '$comment',
  'default',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
] as const satisfies readonly (keyof OutputSchema)[];

const count = (max: number) => {
  const expected = `a whole number from 0 to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(0, expected), v.maxValue(max, expected));
};
const bound = () => v.number('a number');
const flag = () => v.boolean('true or false');
const scalar = v.union([v.string(), v.number(), v.boolean(), v.null()], 'a text, number, boolean or null');
const TYPES_EXPECTED = `one of ${OUTPUT_TYPES.join(', ')}, or a list of them`;
const type = v.picklist(OUTPUT_TYPES, TYPES_EXPECTED);
const schema = v.lazy((): v.GenericSchema<OutputSchema> => OutputSchemaSchema);
const schemas = (expected: string) => v.record(v.string(), schema, expected);

export const OutputSchemaSchema: v.GenericSchema<OutputSchema> = v.strictObject(
  {
    title: v.exactOptional(v.string('a text')),
    description: v.exactOptional(v.string('a text')),
    type: v.exactOptional(
      v.union([type, v.pipe(v.array(type, TYPES_EXPECTED), v.minLength(1, 'at least one type'))], TYPES_EXPECTED),
    ),
    nullable: v.exactOptional(flag()),
    properties: v.exactOptional(schemas('a map from property names to schemas')),
    required: v.exactOptional(v.array(v.string('the name of a property'), 'a list of property names')),
    additionalProperties: v.exactOptional(flag()),
    items: v.exactOptional(schema),
    minItems: v.exactOptional(count(1000)),
    maxItems: v.exactOptional(count(1000)),
    uniqueItems: v.exactOptional(flag()),
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
        v.array(schema, 'a list of schemas'),
        v.minLength(1, 'at least one schema'),
        v.maxLength(16, 'at most 16 schemas'),
      ),
    ),
    minLength: v.exactOptional(count(65_536)),
    maxLength: v.exactOptional(count(65_536)),
    pattern: v.exactOptional(
      v.pipe(v.string('a regular expression'), v.maxLength(1000, 'a regular expression of at most 1000 characters')),
    ),
    format: v.exactOptional(v.picklist([...TEXT_FORMATS, ...NUMBER_FORMATS], `one of ${TEXT_FORMATS.join(', ')}`)),
    minimum: v.exactOptional(bound()),
    maximum: v.exactOptional(bound()),
    exclusiveMinimum: v.exactOptional(bound()),
    exclusiveMaximum: v.exactOptional(bound()),
    $ref: v.exactOptional(v.string('a reference such as #/$defs/NAME')),
    $defs: v.exactOptional(schemas('a map from names to schemas')),
    definitions: v.exactOptional(schemas('a map from names to schemas')),
    'x-copied-from': v.exactOptional(v.literal('input', 'input')),
    'x-merge': v.exactOptional(v.picklist(MERGE_RULES, `one of ${MERGE_RULES.join(', ')}`)),
    $schema: v.exactOptional(v.string('a text')),
    $comment: v.exactOptional(v.string('a text')),
    default: v.exactOptional(v.unknown()),
    examples: v.exactOptional(v.array(v.unknown(), 'a list of values')),
    example: v.exactOptional(v.unknown()),
    deprecated: v.exactOptional(flag()),
    readOnly: v.exactOptional(flag()),
    writeOnly: v.exactOptional(flag()),
  },
  'a JSON Schema (a map)',
);

/** As a list; empty where the schema names none. */
export function typesOf({ type: given }: OutputSchema): readonly OutputType[] {
  return given === undefined ? [] : Array.isArray(given) ? given : [given];
}

/** All schemas that stand within one, with the way to each. */
export function* childrenOf(
  parent: OutputSchema,
): Generator<readonly [path: readonly (string | number)[], OutputSchema]> {
  for (const key of ['$defs', 'definitions', 'properties'] as const) {
    for (const [name, child] of Object.entries(parent[key] ?? {})) yield [[key, name], child];
  }
  if (parent.items) yield [['items'], parent.items];
  for (const [index, child] of (parent.anyOf ?? []).entries()) yield [['anyOf', index], child];
}
