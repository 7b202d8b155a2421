import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RevisedAgents, Revisions, type ToldRevision } from './revisions.ts';

const AGENTS = 24;

const agents: fc.Arbitrary<RevisedAgents> = fc.oneof(
  fc.constant('all' as const),
  fc.array(fc.integer({ min: -2, max: AGENTS + 2 }), { maxLength: 6 }),
  fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);
const told: fc.Arbitrary<ToldRevision> = fc.record({
  revision: fc.integer({ min: -1, max: 6 }),
  from: fc.integer({ min: -1, max: 6 }),
  roles: fc.dictionary(fc.constantFrom('triager', 'reviewer'), fc.record({ prompt: fc.string() })),
  agents,
});

test('whatever is told, revisions are numbered on, what one says stays, and each agent works under one that there is', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), (all) => {
      const revisions = new Revisions(AGENTS);
      const said: string[] = [];
      for (const one of all) {
        const before = revisions.list.length;
        revisions.apply(one);
        expect(revisions.list.length - before).toBeLessThanOrEqual(1);
        if (revisions.list.length > before) said.push(JSON.stringify(revisions.list.at(-1)));
        for (let row = 0; row < AGENTS; row++) expect(revisions.of(row)).toBeLessThanOrEqual(revisions.list.length);
        for (const { from } of revisions.list) expect(from).toBeLessThan(revisions.list.length);
      }
      expect(revisions.list.map((one) => JSON.stringify(one))).toEqual(said);
    }),
  );
});

test('a copy is as it was, and goes its own way', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 20 }), fc.array(told, { maxLength: 10 }), (first, then) => {
      const revisions = new Revisions(AGENTS);
      for (const one of first) revisions.apply(one);
      const copy = revisions.copy();
      expect(copy).toEqual(revisions);
      const was = [copy.changes, copy.list.length, copy.now?.slice() ?? null];
      for (const one of then) revisions.apply(one);
      expect([copy.changes, copy.list.length, copy.now]).toEqual(was);
    }),
  );
});

test('a share of the agents is as many of any neighbours as it says, to within one', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(AGENTS), fc.nat(AGENTS), (share, first, count) => {
      const revisions = new Revisions(2 * AGENTS);
      revisions.apply({ revision: 1, agents: { share } });
      const rows = Array.from({ length: count }, (_, k) => first + k);
      const some = rows.filter((row) => revisions.of(row) === 1).length;
      expect(Math.abs(some - share * count)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a canary is given to all, or taken back, by its number', () => {
  const revisions = new Revisions(4);
  expect([revisions.of(0), revisions.bytes]).toEqual([0, 0]);
  revisions.apply({ revision: 1, roles: { triager: { prompt: 'Look twice.' } }, agents: { share: 0.5 } });
  expect([0, 1, 2, 3].map((row) => revisions.of(row))).toEqual([0, 1, 0, 1]);
  revisions.apply({ revision: 2, from: 1, roles: {}, agents: [0] });
  revisions.apply({ revision: 1, agents: 'all' });
  expect([0, 1, 2, 3].map((row) => revisions.of(row))).toEqual([1, 1, 1, 1]);
  revisions.apply({ revision: 0, agents: 'all' });
  expect([0, 1, 2, 3].map((row) => revisions.of(row))).toEqual([0, 0, 0, 0]);
  // Neither a gap in the numbers nor a change of what is not there yet makes sense.
  revisions.apply({ revision: 4, agents: 'all' });
  revisions.apply({ revision: 3, from: 3, agents: 'all' });
  expect([revisions.list.length, revisions.changes, revisions.of(0)]).toEqual([2, 4, 0]);
});
