/** Output schemas for property tests, of everything that is supported: those without faults of a wider choice. */
import fc from 'fast-check';
import { TEXT_FORMATS } from '../../kernel/text-formats.ts';
import type { OutputSchema, Scalar } from '../output-schema.ts';
import { outputSchemaFaults } from '../output-schema-faults.ts';

const PATTERNS = [
  '^[a-z]+$',
  '^\\d{1,3}$',
  'a',
  '^(a|b|한)?["\\\\]*$',
  '^[^a-z]{0,4}$',
  '^(?:[a-z]{1,3} ?){1,4}$',
  '^\\w+1?$|^$',
];
const VALUES: readonly Scalar[] = ['a', 'ab', 'a"b\\', '한글', '', 1, -7, 0.25, 100, true, false, null];

const optional = { requiredKeys: ['type'] as 'type'[], noNullPrototype: true };
const size = () => fc.nat(5);

const text: fc.Arbitrary<OutputSchema> = fc.record(
  {
    type: fc.constant('string'),
    minLength: size(),
    maxLength: fc.integer({ min: 2, max: 40 }),
    pattern: fc.constantFrom(...PATTERNS),
    format: fc.constantFrom(...TEXT_FORMATS),
    nullable: fc.boolean(),
    title: fc.constant('A text'),
  },
  optional,
);
const bound = () => fc.oneof(fc.integer({ min: -130, max: 130 }), fc.constantFrom(0, 0.5, 1.05, -0.75, 2.25, 1e6));
const number: fc.Arbitrary<OutputSchema> = fc.record(
  {
    type: fc.constantFrom('integer', 'number'),
    minimum: bound(),
    maximum: bound(),
    exclusiveMinimum: bound(),
    exclusiveMaximum: bound(),
    format: fc.constantFrom('int32', 'double'),
    nullable: fc.boolean(),
  },
  optional,
);
const choice: fc.Arbitrary<OutputSchema> = fc.record(
  { enum: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 5 }), nullable: fc.boolean() },
  { requiredKeys: ['enum'], noNullPrototype: true },
);
const union: fc.Arbitrary<OutputSchema> = fc.record(
  {
    type: fc.uniqueArray(fc.constantFrom('string', 'integer', 'number', 'boolean', 'null'), {
      minLength: 1,
      maxLength: 3,
    }),
    minLength: size(),
    minimum: bound(),
  },
  optional,
);
const leaf = fc.oneof(
  text,
  number,
  choice,
  union,
  fc.constantFrom<OutputSchema>({ type: 'boolean' }, { type: 'null' }, { const: 'a"' }, { const: 3 }),
);

const { schema } = fc.letrec<{ schema: OutputSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    leaf,
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        minItems: fc.nat(2),
        maxItems: fc.integer({ min: 1, max: 4 }),
      },
      { requiredKeys: ['type', 'items'], noNullPrototype: true },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        items: choice,
        uniqueItems: fc.constant(true),
        minItems: fc.nat(2),
        maxItems: fc.nat(3),
      },
      { requiredKeys: ['type', 'items', 'uniqueItems'], noNullPrototype: true },
    ),
    fc
      .tuple(
        fc.dictionary(fc.constantFrom('a', 'b', 'c', '이름', 'x y'), tie('schema'), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
        fc.nat(3),
      )
      .map(([properties, some]) => ({
        type: 'object',
        properties,
        required: Object.keys(properties).filter((_, k) => (some >> (k & 1)) & 1),
        additionalProperties: false,
      })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ) as fc.Arbitrary<OutputSchema>,
}));

/** Some with a definition that is referred to. */
export const arbitraryOutputSchema: fc.Arbitrary<OutputSchema> = fc
  .oneof(
    schema,
    fc.tuple(schema, schema).map(([one, other]): OutputSchema => ({
      $defs: { one, pair: { type: 'array', items: { $ref: '#/$defs/one' }, minItems: 1, maxItems: 2 } },
      type: 'object',
      properties: { pair: { $ref: '#/$defs/pair' }, other, one: { $ref: '#/$defs/one', nullable: true } },
      required: ['pair'],
      additionalProperties: false,
    })),
  )
  .filter((each) => outputSchemaFaults(each).length === 0);
