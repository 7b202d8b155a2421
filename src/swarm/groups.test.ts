/** Groups hang on their members alone, and on nothing that these are called or come in. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Groups, groupSchema, type Member } from './groups.ts';
import { fieldOf, looksAt, NO_ITEM } from './where.ts';

const member = (task: number, output: unknown, text = 'x'): Member => ({
  ...{ task, output, line: task + 1, text, item: NO_ITEM },
});

function of(members: readonly Member[], order: string[] = ['rank']) {
  const groups = new Groups({ by: ['kind'], order, limit: 50 }, looksAt({ type: 'object' }));
  for (const each of members) groups.add(each);
  return groups.end().groups;
}

test('members in any order give the same groups', () => {
  const value = fc.oneof(
    fc.constantFrom(null, 'a', 'b', true, false, 1, -1e300, [], {}, [1]),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const given = fc.array(
    fc.record({
      kind: fc.constantFrom('x', 'y', 'z'),
      rank: value,
      size: fc.constantFrom(1, 100, 700, 1300, 1950, 2500),
    }),
    { maxLength: 9 },
  );
  fc.assert(
    fc.property(
      given.chain((some) => {
        const members = some.map(({ kind, rank, size }, task) => member(task, { kind, rank }, 'x'.repeat(size)));
        return fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length }));
      }),
      ([members, shuffled]) => {
        expect(JSON.stringify(of(shuffled))).toBe(JSON.stringify(of(members)));
      },
    ),
    { numRuns: 2000 },
  );
});

test('values that are equal are one key, whatever order their own keys came in', () => {
  const groups = of([member(0, { kind: { a: 1, b: [2] } }), member(1, { kind: { b: [2], a: 1 } })], ['count']);
  expect(groups.map(({ record }) => record.count)).toEqual([2]);
});

test('what cannot be compared comes last, whatever can be', () => {
  const ranks = (given: unknown[]) =>
    of(given.map((rank, task) => member(task, { kind: String(task), rank }))).map(({ record }) => record.rank);
  expect(ranks([null, -1e300, 'b', 'a', true])).toEqual([true, -1e300, 'a', 'b', null]);
  expect(ranks(['b', null, 'a'])).toEqual(['a', 'b', null]);
});

test('a field may have the name of something else', () => {
  const groups = new Groups(
    { by: ['__proto__', 'constructor'], order: ['first'], limit: 50 },
    looksAt({ type: 'object' }),
  );
  groups.add(member(0, JSON.parse('{"__proto__":"a","constructor":"b"}')));
  const [group] = groups.end().groups;
  expect(Object.entries(group?.record ?? {}).slice(0, 2)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});

test('a field of a field is known as it is of what was grouped', () => {
  const level = { enum: ['low', 'high'] };
  const of = {
    type: 'object',
    properties: { place: { $ref: '#/$defs/Place' } },
    $defs: { Place: { type: 'object', properties: { level: { $ref: '#/$defs/Level' } } }, Level: level },
  } as const;
  const groups = groupSchema({ by: ['place'], limit: 50 }, looksAt(of));
  expect(fieldOf(groups, 'place.level')).toEqual(level);
  expect(fieldOf(groupSchema({ by: ['place'], limit: 50 }, looksAt(groups)), 'place.level')).toEqual(level);
});
