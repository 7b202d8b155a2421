import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decidingPart, mergeOutputs } from './merge.ts';
import type { OutputSchema } from './output-schema.ts';
import { outputSchemaFaults } from './output-schema-faults.ts';
import { parseSwarm } from './parse.ts';

const triage: OutputSchema = {
  type: 'object',
  properties: {
    severity: { enum: ['debug', 'info', 'error', 'critical'] },
    kind: { enum: ['auth', 'network', 'other'] },
    subject: { type: 'string' },
  },
  required: ['severity', 'kind', 'subject'],
};
const of = (severity: string, kind: string, subject: string) => ({ severity, kind, subject });

describe('a: parts of a long text come to one output, by rules of the schema', () => {
  test('a: the worst severity, and what its part says beside it', () => {
    const parts = [of('info', 'auth', 'a'), of('critical', 'network', 'b'), of('error', 'other', 'c')];
    expect(mergeOutputs(triage, parts)).toEqual(parts[1]);
    expect(decidingPart(triage, parts)).toBe(1);
  });

  test('a: of equals the first decides', () => {
    expect(mergeOutputs(triage, [of('error', 'auth', 'a'), of('error', 'other', 'b')])).toEqual(
      of('error', 'auth', 'a'),
    );
  });

  test('a: the union of lists, each value once, as many as are allowed', () => {
    const schema: OutputSchema = { type: 'array', items: { type: 'string' }, maxItems: 3 };
    expect(mergeOutputs(schema, [['a', 'b'], ['b', 'c'], ['d']])).toEqual(['a', 'b', 'c']);
    const hosts: OutputSchema = { type: 'object', properties: { hosts: { type: 'array', items: { type: 'string' } } } };
    expect(mergeOutputs(hosts, [{ hosts: ['a'] }, { hosts: ['b', 'a'] }])).toEqual({ hosts: ['a', 'b'] });
  });

  test.each<[OutputSchema, readonly unknown[], unknown]>([
    [{ enum: ['low', 'high'] }, ['low', 'high', 'low'], 'high'],
    [{ enum: ['P1', 'P2', 'P3'], 'x-merge': 'lowest' }, ['P3', 'P1'], 'P1'],
    [{ enum: ['a', 'b'], 'x-merge': 'most' }, ['b', 'a', 'a'], 'a'],
    [{ type: 'integer', 'x-merge': 'sum' }, [1, 2, 3], 6],
    [{ type: 'number', 'x-merge': 'highest' }, [1.5, 9, 3], 9],
    [{ type: 'number', 'x-merge': 'lowest' }, [1.5, -9, 3], -9],
    [{ type: 'boolean', 'x-merge': 'any' }, [false, true], true],
    [{ type: 'boolean', 'x-merge': 'all' }, [false, true], false],
    [{ type: 'boolean', 'x-merge': 'highest' }, [false, true], true],
    [{ type: 'string', 'x-merge': 'join' }, ['a', '', 'b'], 'a\n\nb'],
    [{ type: 'string', 'x-merge': 'last' }, ['a', 'b'], 'b'],
    [{ type: 'string' }, ['a', 'b'], 'a'],
    [{ type: 'array', items: { type: 'integer' }, 'x-merge': 'list' }, [[1], [1, 2]], [1, 1, 2]],
  ])('a: %j of %j is %j', (schema, outputs, one) => {
    expect(mergeOutputs(schema, outputs)).toEqual(one);
  });

  test('a: free text is put together', () => {
    expect(mergeOutputs(null, ['One.', ' ', 'Two.'])).toBe('One.\n\nTwo.');
  });

  test('a: one part is itself, and a value that decides is one that a part gave', () => {
    const value = fc.record({
      severity: fc.constantFrom('debug', 'info', 'error', 'critical'),
      kind: fc.constantFrom('auth', 'network', 'other'),
      subject: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (outputs) => {
        expect(outputs).toContainEqual(mergeOutputs(triage, outputs));
      }),
    );
  });

  test('a: a rule that cannot be followed is refused where it stands', () => {
    const faults = (schema: OutputSchema) => outputSchemaFaults(schema).map(({ path, expected }) => [path, expected]);
    expect(faults({ type: 'string', 'x-merge': 'sum' })).toEqual([[['x-merge'], 'type: integer or number beside it']]);
    expect(faults({ type: 'string', 'x-merge': 'highest' })).toEqual([
      [['x-merge'], 'type: integer or number or boolean, or an enum, beside it'],
    ]);
    for (const fine of [
      { enum: ['a', 'b'], 'x-merge': 'lowest' },
      { type: 'string', 'x-merge': 'join' },
    ] as const)
      expect(faults({ ...fine } as unknown as OutputSchema)).toEqual([]);
  });

  test.each<[string, OutputSchema, unknown[], unknown]>([
    ['an enum or null', { enum: ['low', 'high', null] }, [null, 'high', 'low'], 'high'],
    ['a number or null', { type: ['number', 'null'], 'x-merge': 'highest' }, [null, -3, -9], -3],
    ['the lowest', { type: ['number', 'null'], 'x-merge': 'lowest' }, [3, null, 5], 3],
    ['a sum', { type: ['number', 'null'], 'x-merge': 'sum' }, [null, 2, null, 3], 5],
    ['texts', { type: ['string', 'null'], 'x-merge': 'join' }, [null, 'a', null], 'a'],
    ['no texts', { type: ['string', 'null'], 'x-merge': 'join' }, [null, null], null],
    ['a list or null', { type: ['array', 'null'], items: { type: 'string' } }, [['a'], null, ['b']], ['a', 'b']],
    ['nothing at all', { ...triage, type: ['object', 'null'] }, [null, null], null],
    [
      'an object or null',
      { anyOf: [triage, { type: 'null' }] },
      [null, of('error', 'auth', 'a'), of('info', 'auth', 'b')],
      of('error', 'auth', 'a'),
    ],
    [
      'a property of it',
      {
        type: 'object',
        properties: { worst: { anyOf: [{ enum: ['low', 'high'] }, { type: 'null' }] }, n: { type: 'integer' } },
      },
      [
        { worst: null, n: 1 },
        { worst: 'high', n: 2 },
        { worst: 'low', n: 3 },
      ],
      { worst: 'high', n: 2 },
    ],
    [
      'nowhere known',
      { type: 'object', properties: { worst: { enum: ['low', 'high', null] }, n: { type: 'integer' } } },
      [
        { worst: null, n: 1 },
        { worst: null, n: 2 },
      ],
      { worst: null, n: 1 },
    ],
  ])('a: a part that knows nothing says nothing about the others: %s', (_, schema, parts, merged) => {
    expect(mergeOutputs(schema, parts)).toEqual(merged);
  });

  test('a: the same value is the same in whatever order its members stand', () => {
    const schema: OutputSchema = { type: 'array', items: { type: 'object' } };
    expect(mergeOutputs(schema, [[{ a: 1, b: [{ c: 1, d: 2 }] }], [{ b: [{ d: 2, c: 1 }], a: 1 }]])).toHaveLength(1);
  });

  test('a: input.merge needs parts, and a step that reads them', () => {
    const file = (input: string) =>
      parseSwarm(
        'a.yaml',
        `planaria: 1\nname: a\ninput: {${input}}\nroles: {r: {prompt: p}}\nflow: [{role: r, each: input}]\n`,
      );
    const said = (input: string): string[] => {
      const parsed = file(input);
      return parsed.ok ? [] : parsed.error.map(({ message }) => message);
    };
    expect(said('long: split')).toEqual([]);
    expect(said('merge: rules')).toEqual(['input.merge has no meaning here']);
    expect(said('long: split, merge: step')).toEqual(['no step of flow works on outputs that could be merged']);
    expect(said('long: whole')[0]).toContain('long');
  });
});
