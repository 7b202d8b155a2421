import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTPUT_TYPES, type OutputSchema } from './output-schema.ts';
import { outputSchemaFaults } from './output-schema-faults.ts';
import { checkOutput } from './json-schema.ts';

test("a schema's own values pass it, or the schema does not pass here", () => {
  const value = fc.oneof(fc.constantFrom('', 'a', '😀b', null, true, 0, 1, 2.5, 1e21), fc.integer({ max: 3, min: -3 }));
  const schema = fc.record(
    {
      type: fc.constantFrom(...OUTPUT_TYPES),
      enum: fc.array(value, { minLength: 1, maxLength: 3 }),
      const: value,
      minLength: fc.nat(2),
      maxLength: fc.nat(2),
      minimum: fc.integer({ min: -2, max: 2 }),
      maximum: fc.integer({ min: -2, max: 2 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(schema, (each: OutputSchema) => {
      const own = each.const === undefined ? (each.enum ?? []) : [each.const];
      const passes = own.every((one) => checkOutput(each, one, { input: '' }).length === 0);
      if (outputSchemaFaults(each).length === 0) expect(passes, JSON.stringify(each)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('c: a number that is asked for but has more digits than a number holds is told', () => {
  // What the file says, 9007199254740993, is …992 once it is read.
  const faults = outputSchemaFaults({ enum: [1, 9007199254740992] });
  expect(faults).toEqual([
    {
      path: ['enum', 1],
      message: '9007199254740992 has more digits than a number holds',
      expected: 'a value that the rest of the schema allows',
      hint: '',
    },
  ]);
  expect(outputSchemaFaults({ const: 9007199254740991 })).toEqual([]);
});

test('w: a way of references without end is told by its length', () => {
  const ways = (count: number): OutputSchema => ({
    $ref: '#/$defs/d0',
    $defs: Object.fromEntries(
      Array.from({ length: count }, (_, k) => [
        `d${k}`,
        k === count - 1 ? { type: 'integer' } : { $ref: `#/$defs/d${k + 1}` },
      ]),
    ),
  });
  expect(outputSchemaFaults(ways(100))).toEqual([]);
  expect(outputSchemaFaults(ways(20_000))).toMatchObject([{ path: ['$defs'], expected: 'at most 256' }]);
});
