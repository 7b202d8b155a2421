import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTERS, SORTS, formatRoute, parseRoute, plainLook, type Route } from './route.ts';

const id = fc.string({ minLength: 1 }).filter((text) => text.isWellFormed());
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constant<Route>({ screen: 'start' }),
  id.map((id): Route => ({ screen: 'read', id })),
  fc
    .record({
      id,
      view: fc.constantFrom('field' as const, 'table' as const),
      agent: fc.option(fc.nat({ max: 100_000 })),
      at: fc.option(fc.nat({ max: 999_999_999 })),
      scope: fc.constantFrom('', 'triager', 'triager/3', 'a role & more'),
      only: fc.constantFrom(...FILTERS),
      sort: fc.constantFrom(...SORTS),
      text: fc.string().filter((text) => text.isWellFormed()),
      report: fc.boolean(),
    })
    .map(({ id, ...look }): Route => ({ screen: 'run', id, look })),
);

describe('route', () => {
  it('comes back from its own address', () => {
    fc.assert(
      fc.property(route, (given) => {
        expect(parseRoute(formatRoute(given))).toEqual(given);
      }),
    );
  });

  it('never throws, and shows the start screen for what it does not know', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        expect(['start', 'read', 'run', 'shared']).toContain(parseRoute(hash).screen);
      }),
    );
    for (const hash of ['', '#', '#/', '#/run', '#/run/', '#/nowhere/x', '#/run/%E0%A4%A'])
      expect(parseRoute(hash)).toEqual({ screen: 'start' });
    expect(parseRoute('#s1:abc'), 'a link, whole or not: its own screen says what is wrong with it').toEqual({
      screen: 'shared',
      id: 's1:abc',
    });
  });

  it('leaves out what is plain', () => {
    expect(formatRoute({ screen: 'run', id: 'a', look: plainLook })).toBe('#/run/a');
    expect(formatRoute({ screen: 'run', id: 'a', look: { ...plainLook, agent: 3, view: 'table' } })).toBe(
      '#/run/a?view=table&agent=3',
    );
  });

  it('ignores values that are not known', () => {
    expect(parseRoute('#/run/a?view=moon&agent=-1&only=x&sort=y')).toEqual({ screen: 'run', id: 'a', look: plainLook });
  });
});
