import { describe, expect, test } from 'vitest';
import { checkOutput } from './json-schema.ts';
import type { OutputSchema } from './output-schema.ts';

/** What is wrong, in the checker's words. */
const faultsOf = (...given: Parameters<typeof checkOutput>): string[] =>
  checkOutput(...given).map(({ detail }) => detail);

const triage: OutputSchema = {
  type: 'object',
  properties: {
    severity: { enum: ['debug', 'info', 'error'] },
    subject: { type: 'string', minLength: 1, maxLength: 8, 'x-copied-from': 'input' },
  },
  required: ['severity', 'subject'],
  additionalProperties: false,
};
const input = 'sshd[1]: session opened for user root';

describe('checkOutput', () => {
  test('passes a value that fits and is copied from the input', () => {
    expect(faultsOf(triage, { severity: 'info', subject: 'root' }, { input })).toEqual([]);
  });

  test.each([
    ['a wrong type at the root', [], ['Instance type "array" is invalid. Expected "object".']],
    ['a missing property', { severity: 'info' }, ['Instance does not have required property "subject".']],
    [
      'a value outside the enum',
      { severity: 'bad', subject: 'root' },
      ['severity: Instance does not match any of ["debug","info","error"].'],
    ],
    [
      'a property too many',
      { severity: 'info', subject: 'root', extra: 1 },
      ['extra: is not a property of the schema.'],
    ],
    ['a text too long', { severity: 'info', subject: 'session opened' }, ['subject: String is too long (14 > 8).']],
    ['an invented text', { severity: 'info', subject: 'admin' }, ['subject: is not a piece of the input.']],
    [
      'two faults at once',
      { severity: 'bad', subject: '' },
      ['severity: Instance does not match any of ["debug","info","error"].', 'subject: String is too short (0 < 1).'],
    ],
  ])('names %s', (_what, value, faults) => {
    expect(faultsOf(triage, value, { input })).toEqual(faults);
  });

  test('paths lead into lists and nested maps', () => {
    const schema: OutputSchema = {
      type: 'object',
      properties: { tags: { type: 'array', items: { type: 'object', properties: { at: triage } } } },
    };
    expect(faultsOf(schema, { tags: [{}, { at: { severity: 'x', subject: 'root' } }] }, { input })).toEqual([
      'tags[1].at.severity: Instance does not match any of ["debug","info","error"].',
    ]);
    expect(faultsOf(schema, { tags: [{}, { at: { severity: 'info', subject: 'toor' } }] }, { input })).toEqual([
      'tags[1].at.subject: is not a piece of the input.',
    ]);
  });

  test('one alternative that fits in every respect is enough', () => {
    const schema: OutputSchema = {
      anyOf: [{ type: 'string', 'x-copied-from': 'input' }, { const: 'nobody' }, { type: 'null' }],
    };
    expect(faultsOf(schema, 'root', { input })).toEqual([]);
    expect(faultsOf(schema, 'nobody', { input })).toEqual([]);
    expect(faultsOf(schema, null, { input })).toEqual([]);
    expect(faultsOf(schema, 'admin', { input })).toEqual(['is not a piece of the input.']);
    expect(faultsOf(schema, 7, { input })).toEqual(['Instance does not match any subschemas.']);
  });

  test('w: pattern and format are checked, each by its path, and beside each other', () => {
    const schema: OutputSchema = {
      type: 'object',
      properties: {
        code: { type: 'string', pattern: '^[A-Z]{2}\\d+$' },
        day: { type: ['string', 'null'], format: 'date' },
        either: {
          anyOf: [
            { type: 'string', format: 'email' },
            { type: 'string', pattern: '^none$' },
          ],
        },
      },
    };
    expect(faultsOf(schema, { code: 'AB1', day: null, either: 'none' }, { input })).toEqual([]);
    expect(faultsOf(schema, { code: 'ab1', day: '2023-02-29', either: 'no' }, { input })).toEqual([
      'code: does not match the pattern ^[A-Z]{2}\\d+$.',
      'day: does not match the format date.',
      'either: does not match the format email.',
    ]);
  });

  test('w: values of a list that must differ', () => {
    const schema: OutputSchema = { type: 'array', items: { type: 'string' }, uniqueItems: true };
    expect(faultsOf(schema, ['a', 'b'], { input })).toEqual([]);
    expect(faultsOf(schema, ['a', 'a'], { input })).toHaveLength(1);
  });

  test('runs where code generation from strings is forbidden', () => {
    const globals = globalThis as { Function: unknown; eval: unknown };
    const { Function: fn, eval: ev } = globals;
    const forbidden = () => {
      throw new EvalError('blocked by policy');
    };
    try {
      globals.Function = forbidden;
      globals.eval = forbidden;
      expect(faultsOf(structuredClone(triage), { severity: 'info', subject: 'root' }, { input })).toEqual([]);
    } finally {
      globals.Function = fn;
      globals.eval = ev;
    }
  });
});
