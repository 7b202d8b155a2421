import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { arbitrarySwarm } from './testing/arbitrary-swarm.ts';
import { OUTPUT_TYPES, type OutputSchema, outputSchemaFaults } from './output-schema.ts';
import { checkOutput } from './json-schema.ts';

type Xgrammar = typeof import('@mlc-ai/web-xgrammar');
let grammars: Xgrammar;

beforeAll(async () => {
  // The package is a script for bundlers: under Node it looks for CommonJS's globals and leaves its exports on globalThis.
  const entry = createRequire(import.meta.url).resolve('@mlc-ai/web-xgrammar');
  Object.assign(globalThis, { require: createRequire(entry), __filename: entry });
  await import('@mlc-ai/web-xgrammar');
  grammars = (globalThis as unknown as { xgrammar: Xgrammar }).xgrammar;
});

const grammarOf = (schema: OutputSchema) => grammars.Grammar.fromJSONSchema(JSON.stringify(schema));

describe('output schemas and the grammar engine', () => {
  // The engine aborts on what it cannot express, which would take the inference worker along: nothing of that kind may pass the parser.
  test('whatever passes here becomes a grammar', async () => {
    const bounds = fc.record(
      {
        minimum: fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        maximum: fc.constantFrom(0, 0.3, 1e21, -7),
      },
      { requiredKeys: [] },
    );
    const counts = fc.record({ minItems: fc.nat(20), maxItems: fc.nat(20) }, { requiredKeys: [] });
    const schemas = fc.oneof(
      arbitrarySwarm.map(({ roles }) => Object.values(roles).flatMap(({ output }) => (output ? [output] : []))),
      bounds.map((each): OutputSchema[] => [
        { type: 'integer', ...each },
        { type: 'number', ...each },
      ]),
      counts.map((each): OutputSchema[] => [
        { type: 'array', ...each },
        { type: 'array', items: { type: 'integer' }, ...each },
      ]),
      fc
        .dictionary(
          fc.string({ unit: 'binary', maxLength: 4 }),
          fc.constant<OutputSchema>({ enum: ['"', '\\', '\n'] }),
          { noNullPrototype: true },
        )
        .map((properties): OutputSchema[] => [{ type: 'object', properties }]),
    );
    await fc.assert(
      fc.asyncProperty(schemas, async (list) => {
        for (const schema of list) if (outputSchemaFaults(schema).length === 0) await grammarOf(schema);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test("a schema's own values pass it, or the schema does not pass here", () => {
    const value = fc.oneof(
      fc.constantFrom('', 'a', '😀b', null, true, 0, 1, 2.5, 1e21),
      fc.integer({ max: 3, min: -3 }),
    );
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

  test.each<[OutputSchema, string, boolean]>([
    [
      {
        type: 'object',
        properties: { fix: { type: 'object', properties: { a: { enum: ['x'] } }, additionalProperties: false } },
        required: ['fix'],
      },
      '{"fix":{}}',
      true,
    ],
    [{ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }, '{"b":"x"}', false],
    [{ type: 'string', minLength: 1, maxLength: 3 }, '""', false],
    [{ type: 'string', minLength: 1, maxLength: 3 }, '"abc"', true],
    [{ type: 'string', minLength: 1, maxLength: 3, 'x-copied-from': 'input' }, '"abcd"', false],
    [{ type: 'integer', minimum: 0, maximum: 100 }, '100', true],
    [{ type: 'integer', minimum: 0, maximum: 100 }, '101', false],
    [{ type: 'number', minimum: -0.5, maximum: 1.5 }, '1.6', false],
    [{ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }, '[]', false],
    [{ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }, '[1,2,3]', true],
    [{ enum: ['low', 1, true, null] }, 'null', true],
    [{ anyOf: [{ const: 'none' }, { type: 'boolean' }] }, '"nine"', false],
  ])('each keyword binds while a model writes: %j, %s', async (schema, text, allowed) => {
    expect(await grammars.Testings.isGrammarAcceptString(await grammarOf(schema), text)).toBe(allowed);
  });
});

test('c: a number that is asked for but has more digits than a number holds is told', () => {
  // What the file says, 9007199254740993, is …992 once it is read.
  const faults = outputSchemaFaults({ enum: [1, 9007199254740992] });
  expect(faults).toEqual([
    {
      path: ['enum', 1],
      message: '9007199254740992 has more digits than a number holds',
      expected: 'a value that the rest of the schema allows',
    },
  ]);
  expect(outputSchemaFaults({ const: 9007199254740991 })).toEqual([]);
});
