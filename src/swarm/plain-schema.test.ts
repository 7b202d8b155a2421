import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutputSchema } from './output-schema.ts';
import { outputSchemaFaults } from './output-schema-faults.ts';
import { plainSchema } from './plain-schema.ts';
import { arbitraryOutputSchema } from './testing/arbitrary-schema.ts';

test.each<[string, OutputSchema, OutputSchema]>([
  [
    'a schema without any of it',
    { type: 'object', properties: { a: { enum: ['x'] } } },
    { type: 'object', properties: { a: { enum: ['x'] } } },
  ],
  ['nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
  ['nullable: false', { type: 'string', nullable: false }, { type: 'string' }],
  ['nullable with enum', { enum: ['a'], nullable: true }, { enum: ['a', null] }],
  ['nullable with const', { const: 'a', nullable: true }, { enum: ['a', null] }],
  [
    'nullable with anyOf',
    { anyOf: [{ type: 'string' }], nullable: true },
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
  ],
  [
    'a chain of references, with words beside one',
    {
      $defs: { a: { $ref: '#/definitions/b', description: 'own' } },
      definitions: { b: { type: 'string', description: 'other', default: 'x' } },
      type: 'array',
      items: { $ref: '#/$defs/a', nullable: true },
    },
    { type: 'array', items: { type: ['string', 'null'], description: 'own' } },
  ],
  ['a name with escapes', { $defs: { 'a/b~c': { type: 'null' } }, $ref: '#/$defs/a~1b~0c' }, { type: 'null' }],
  [
    'formats of numbers',
    { type: 'integer', format: 'int32', minimum: 0 },
    { type: 'integer', minimum: 0, maximum: 2147483647 },
  ],
  [
    'annotations',
    { type: 'null', examples: [1], default: 3, deprecated: true, $comment: 'x', title: 't' },
    { type: 'null', title: 't' },
  ],
])('w: %s', (_what, given, plain) => {
  expect(outputSchemaFaults(given)).toEqual([]);
  expect(JSON.stringify(plainSchema(given))).toBe(JSON.stringify(plain));
  expect(plainSchema(given)).toBe(plainSchema(given));
});

test('w: what is plain has no faults and stays as it is', () => {
  fc.assert(
    fc.property(arbitraryOutputSchema, (schema) => {
      const plain = plainSchema(schema);
      expect(outputSchemaFaults(plain)).toEqual([]);
      expect(JSON.stringify(plainSchema(structuredClone(plain)))).toBe(JSON.stringify(plain));
      expect(JSON.stringify(plain)).not.toMatch(/"(\$ref|nullable|\$defs)"/);
    }),
  );
});

test('w: references that double at every step are told, not written out', () => {
  const $defs: Record<string, OutputSchema> = { d0: { type: 'null' } };
  for (let k = 1; k < 30; k++)
    $defs[`d${k}`] = { anyOf: [{ $ref: `#/$defs/d${k - 1}` }, { $ref: `#/$defs/d${k - 1}` }] };
  const [fault] = outputSchemaFaults({ $defs, $ref: '#/$defs/d29' });
  expect(fault?.message).toBe('with its references written out the output has more than 2000 schemas');
});
