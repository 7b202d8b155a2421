/**
 * An output schema as engines and the checker get it: references written out, `nullable` as a type, formats of numbers as bounds, no annotations but
 * title and description. A schema that uses none of these stays as it is, letter by letter.
 */
import { ANNOTATIONS, NUMBER_FORMATS, type OutputSchema, type Scalar, typesOf } from './output-schema.ts';
import { referredTo } from './schema-references.ts';

const known = new WeakMap<OutputSchema, OutputSchema>();

/** @param root an output that has no faults; the same one gives the same object each time */
export function plainSchema(root: OutputSchema): OutputSchema {
  let plain = known.get(root);
  if (!plain) known.set(root, (plain = plainOf(root, root)));
  return plain;
}

const DROPPED: readonly string[] = [
  ...ANNOTATIONS.filter((name) => name !== 'title' && name !== 'description'),
  ...['nullable', '$defs', 'definitions', '$ref'],
];

function plainOf(schema: OutputSchema, root: OutputSchema): OutputSchema {
  const target = schema.$ref === undefined ? undefined : referredTo(root, schema.$ref);
  const base = target ? plainOf(target, root) : {};
  const own = Object.fromEntries(Object.entries(schema).filter(([key]) => !DROPPED.includes(key))) as OutputSchema;
  if (own.items) own.items = plainOf(own.items, root);
  if (own.anyOf) own.anyOf = own.anyOf.map((child) => plainOf(child, root));
  if (own.properties) {
    const properties = Object.entries(own.properties);
    own.properties = Object.fromEntries(properties.map(([name, child]) => [name, plainOf(child, root)]));
  }
  const whole = stored({ ...base, ...own });
  return schema.nullable === true ? orNull(whole) : whole;
}

const INT32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

function stored(schema: OutputSchema): OutputSchema {
  const { format, ...rest } = schema;
  if (!NUMBER_FORMATS.some((name) => name === format)) return schema;
  if (format !== 'int32') return rest;
  return {
    ...rest,
    minimum: Math.max(INT32.minimum, rest.minimum ?? -Infinity),
    maximum: Math.min(INT32.maximum, rest.maximum ?? Infinity),
  };
}

function orNull(schema: OutputSchema): OutputSchema {
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] };
  const { const: only, ...rest } = schema;
  const values: Scalar[] | undefined = only === undefined ? schema.enum : [only];
  const types = typesOf(schema);
  return {
    ...rest,
    ...(types.length > 0 && !types.includes('null') ? { type: [...types, 'null'] } : {}),
    ...(values ? { enum: values.includes(null) ? values : [...values, null] } : {}),
  };
}
