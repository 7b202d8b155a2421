/** What the answer to one text is for another of the same shape. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutputSchema } from './output-schema.ts';
import { readShape } from './shape.ts';
import { sharedOutput } from './shared-output.ts';

const COPIED: OutputSchema = { type: 'string', 'x-copied-from': 'input' };
const FAILED = 'sshd[19]: Failed password for root from 10.0.0.1 port 22 ssh2';
const OTHER = 'sshd[204]: Failed password for alice.b from ns.example.com port 4711 ssh2';

const share = (schema: OutputSchema | null, output: unknown, one: string, other: string): unknown =>
  sharedOutput(schema, output, [[readShape(one), readShape(other)]])?.output ?? null;

test.each([
  ['a word', 'sshd', 'sshd'],
  ['a name', 'root', 'alice.b'],
  ['an address', '10.0.0.1', 'ns.example.com'],
  ['a number', '22', '4711'],
  ['several tokens', 'for root from 10.0.0.1', 'for alice.b from ns.example.com'],
  ['the whole text', FAILED, OTHER],
  ['a part of a word that stays', 'assword', 'assword'],
  ['a mark of a token that varies', 'ssh2', 'ssh2'],
  ['nothing', '', ''],
])('%s is copied from the same place', (_, value, expected) => {
  expect(share(COPIED, value, FAILED, OTHER)).toBe(expected);
});

test.each([
  ['a part of a name', 'oot'],
  ['a part of an address', '10.0'],
  ['a part of a number', '9'],
  ['what is not there', 'kernel'],
])('%s cannot be copied', (_, value) => {
  expect(share(COPIED, value, FAILED, OTHER)).toBeNull();
});

test('of several places all must say the same', () => {
  expect(share(COPIED, '10.0.0.1', 'from 10.0.0.1 (10.0.0.1): x', 'from 10.9.9.9 (10.9.9.9): x')).toBe('10.9.9.9');
  expect(share(COPIED, '10.0.0.1', 'from 10.0.0.1 (10.0.0.1): x', 'from 10.9.9.9 (10.8.8.8): x')).toBeNull();
});

test('copies are found in objects, lists and alternatives; all else stays', () => {
  const schema: OutputSchema = {
    type: 'object',
    properties: {
      severity: { enum: ['info', 'error'] },
      subject: { anyOf: [COPIED, { type: 'null' }] },
      all: { type: 'array', items: COPIED },
      place: { type: 'object', properties: { host: COPIED } },
      sure: { type: 'boolean' },
    },
  };
  const output = {
    severity: 'error',
    subject: 'root',
    all: ['10.0.0.1', 'sshd'],
    place: { host: '10.0.0.1' },
    sure: true,
  };
  expect(share(schema, output, FAILED, OTHER)).toEqual({
    severity: 'error',
    subject: 'alice.b',
    all: ['ns.example.com', 'sshd'],
    place: { host: 'ns.example.com' },
    sure: true,
  });
  expect(share(schema, { ...output, subject: null }, FAILED, OTHER)).toMatchObject({ subject: null });
  expect(share(schema, { ...output, all: ['10.0'] }, FAILED, OTHER)).toBeNull();
});

test('an output that repeats a number or a name of the first text is none for the other', () => {
  expect(share(null, 'A password was wrong.', FAILED, OTHER)).toBe('A password was wrong.');
  expect(share(null, 'root gave a wrong password.', FAILED, OTHER)).toBeNull();
  expect(share(null, 'Somebody at 10.0.0.1 gave a wrong password.', FAILED, OTHER)).toBeNull();
  const port: OutputSchema = { type: 'object', properties: { port: { type: 'integer' } } };
  expect(share(port, { port: 22 }, FAILED, OTHER)).toBeNull();
  expect(share(port, { port: 7 }, FAILED, OTHER)).toEqual({ port: 7 });
  expect(share({ enum: ['root', 'others'] }, 'root', FAILED, OTHER)).toBeNull();
  // Where both have it, it is true of both.
  expect(share(port, { port: 22 }, FAILED, FAILED.replace('root', 'bob'))).toEqual({ port: 22 });
});

test('texts of other shapes share nothing, equal ones all', () => {
  expect(share(COPIED, 'sshd', FAILED, FAILED.replace('Failed', 'Accepted'))).toBeNull();
  expect(share(null, 'root at 10.0', FAILED, FAILED)).toBe('root at 10.0');
  const [one, other] = [readShape('user=root'), readShape('user=bob')];
  const below = [readShape('is good'), readShape('is bad')] as const;
  expect(sharedOutput(COPIED, 'user', [[one, other], below])).toBeNull();
  expect(
    sharedOutput(COPIED, 'root', [
      [one, other],
      [below[0], below[0]],
    ]),
  ).toEqual({ output: 'bob' });
});

test('what is copied stands in the other text, and stays what it was where that is the same', () => {
  const fill = fc.tuple(fc.nat(), fc.constantFrom('root', 'bob', 'x.y'), fc.ipV4(), fc.nat(9));
  const textOf = ([n, user, from, k]: [number, string, string, number]): string =>
    `app[${String(n)}]: login user=${user} failed from ${from}, try ${String(k)} of 5`;
  fc.assert(
    fc.property(fill, fill, fc.nat(), fc.nat(30), (a, b, start, length) => {
      const [one, other] = [textOf(a), textOf(b)];
      const value = one.slice(start % one.length, (start % one.length) + length);
      const made = share(COPIED, value, one, other);
      if (made !== null) expect(other).toContain(made);
      expect(share(COPIED, value, one, one)).toBe(value);
    }),
  );
});

test.each([
  ['a name in capitals', 'Root failed to log in', FAILED, OTHER],
  ['a number with its unit apart', 'It took 12 ms', 'request took 12ms', 'request took 15ms'],
  ['a number parted by commas', 'It read 1,500 rows', 'read 1500 rows', 'read 2500 rows'],
])('%s is what the other text does not have', (_, output, one, other) => {
  expect(share(null, output, one, other)).toBeNull();
});

test('a name that the model gave a field is not another text’s', () => {
  const schema: OutputSchema = { type: 'object', properties: { seen: { type: 'object' } } };
  expect(share(schema, { seen: { root: true } }, FAILED, OTHER)).toBeNull();
  expect(share(schema, { seen: { sshd: true } }, FAILED, OTHER)).toEqual({ seen: { sshd: true } });
});
