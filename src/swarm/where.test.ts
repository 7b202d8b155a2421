import { describe, expect, test } from 'vitest';
import type { OutputSchema } from './output-schema.ts';
import { conditionOf, fieldOf, fieldsOf, looksAt, NO_ITEM, passes, type Where, whereText } from './where.ts';

const OUTPUT: OutputSchema = {
  type: 'object',
  properties: {
    severity: { enum: ['debug', 'info', 'warning', 'error', 'critical'] },
    count: { type: 'integer' },
    score: { type: ['number', 'null'] },
    urgent: { type: 'boolean' },
    subject: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    place: { type: 'object', properties: { host: { type: 'string' }, 'a.b': { type: 'integer' } } },
    'a.b': { type: 'integer' },
    same: { $ref: '#/$defs/level' },
    free: { type: 'object' },
  },
  $defs: { level: { enum: ['low', 'high'] } },
};

const lets = (where: Where, output: unknown, schema: OutputSchema | null = OUTPUT): boolean =>
  passes(conditionOf(where, looksAt(schema)), output, NO_ITEM);

describe('a where', () => {
  const row = {
    severity: 'error',
    count: 3,
    score: null,
    urgent: true,
    subject: 'Sshd of HOST',
    tags: ['auth', 'root'],
    place: { host: 'db1', 'a.b': 8 },
    'a.b': 7,
    same: 'low',
    free: { a: { b: 1 } },
  };
  test.each<[Where, boolean]>([
    [{ severity: 'error' }, true],
    [{ severity: ['info', 'error'] }, true],
    [{ severity: ['info', 'debug'] }, false],
    [{ severity: { gte: 'warning' } }, true],
    [{ severity: { gt: 'error' } }, false],
    [{ severity: { gte: 'info', lt: 'error' } }, false],
    [{ severity: { not: 'error' } }, false],
    [{ severity: { not: ['info', 'debug'] } }, true],
    [{ severity: { not: { gte: 'critical' } } }, true],
    [{ count: 3, urgent: true }, true],
    [{ count: 3, urgent: false }, false],
    [{ count: { gte: 3, lte: 3 } }, true],
    [{ count: { lt: 3 } }, false],
    [{ score: null }, true],
    [{ score: { gte: 0 } }, false],
    [{ score: { not: null } }, false],
    [{ missing: null }, true],
    [{ subject: { contains: 'sshd' } }, true],
    [{ subject: { contains: 'host' } }, true],
    [{ subject: { contains: 'sshd', not: { contains: 'HOST' } } }, false],
    [{ tags: { contains: 'root' } }, true],
    [{ tags: { contains: 'roo' } }, false],
    [{ 'place.host': 'db1' }, true],
    [{ 'place.port': null }, true],
    // A name that is written just so goes first.
    [{ 'a.b': 7 }, true],
    [{ same: { gte: 'high' } }, false],
    [{ 'free.a.b': 1 }, true],
    [{ any: [{ severity: 'debug' }, { urgent: true }] }, true],
    [{ all: [{ severity: 'error' }, { any: [{ count: 4 }, { count: 3 }] }] }, true],
    [{ not: { severity: 'error', count: 4 } }, true],
  ])('%j: %j', (where, expected) => {
    expect(lets(where, row)).toBe(expected);
  });

  test('looks at free text as text', () => {
    expect(lets({ text: { contains: 'FAIL' } }, 'it failed', null)).toBe(true);
    expect(lets({ text: 'it failed' }, 'it failed', { type: 'string' })).toBe(true);
    expect(lets({ text: 'it' }, 'it failed', null)).toBe(false);
    expect(lets({ other: null }, 'it failed', null)).toBe(true);
  });

  test.each([null, 5, [], ['error'], 'error', { severity: 'unknown' }])(
    'throws at no output: %j has no severity above another',
    (output) => {
      expect(lets({ severity: { gte: 'debug' } }, output)).toBe(false);
      expect(lets({ 'place.host': { contains: 'd' } }, output)).toBe(false);
    },
  );

  test('is told in signs', () => {
    const where: Where = {
      severity: ['error', 'critical'],
      any: [{ count: { gte: 3, lt: 9 } }, { not: { subject: { contains: 'x', not: 'xy' } } }],
    };
    expect(whereText(where)).toBe(
      'severity = error | critical, (count ≥ 3, count < 9 ∨ ¬(subject ∋ x, ¬(subject = xy)))',
    );
  });
});

test('fields of an output are those that a where can name', () => {
  const fields = fieldsOf(OUTPUT);
  expect(fields).toEqual(expect.arrayContaining(['severity', 'place', 'place.host', 'a.b', 'same', 'free']));
  for (const field of fields) expect(fieldOf(OUTPUT, field)).toBeDefined();
  expect(fieldOf(OUTPUT, 'same')).toEqual({ enum: ['low', 'high'] });
  expect(fieldOf(OUTPUT, 'free.whatever')).toEqual({});
  expect(fieldOf(OUTPUT, 'place.nothing')).toBeUndefined();
  expect(fieldOf(OUTPUT, '__proto__')).toBeUndefined();
  expect([fieldsOf(null), fieldsOf({ type: 'string' })]).toEqual([['text'], ['text']]);
});
