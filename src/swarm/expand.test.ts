import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentName, expand, type Layout, roleOfAgent } from './expand.ts';
import type { Swarm } from './model.ts';

const layoutOf = (replicas: Record<string, number>): Layout =>
  expand({
    roles: Object.fromEntries(
      Object.entries(replicas).map(([name, count]) => [name, { kind: 'worker', replicas: count }]),
    ) as Swarm['roles'],
  });

describe('expand', () => {
  test('rows are contiguous, role by role in the order of the file', () => {
    const layout = layoutOf({ triager: 3, reviewer: 1, aide: 2 });
    expect(layout.agents).toBe(6);
    expect(layout.roles.map(({ name, firstAgent, replicas }) => [name, firstAgent, replicas])).toEqual([
      ['triager', 0, 3],
      ['reviewer', 3, 1],
      ['aide', 4, 2],
    ]);
    expect([...layout.roleOf]).toEqual([0, 0, 0, 1, 2, 2]);
  });

  test('names carry the number within the role, padded so that they sort as rows do', () => {
    const layout = layoutOf({ triager: 4400, reviewer: 482 });
    expect([0, 41, 4399, 4400, 4881].map((row) => agentName(layout, row))).toEqual([
      'triager.0001',
      'triager.0042',
      'triager.4400',
      'reviewer.001',
      'reviewer.482',
    ]);
  });

  test('every row of any layout has one name that leads back to it', () => {
    const counts = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), fc.integer({ min: 1, max: 1200 }), {
      minKeys: 1,
      maxKeys: 8,
    });
    fc.assert(
      fc.property(counts, (replicas) => {
        const layout = layoutOf(replicas);
        const names = Array.from(layout.roleOf, (_, row) => agentName(layout, row));
        expect(new Set(names).size).toBe(layout.agents);
      }),
      { numRuns: 20 },
    );
  });

  test('other rows lead nowhere', () => {
    const layout = layoutOf({ triager: 20, reviewer: 4 });
    expect(() => agentName(layout, 24)).toThrow(RangeError);
    expect(() => roleOfAgent(layout, -1)).toThrow('no agent has row -1: there are 24');
  });

  test('the largest swarm', () => {
    const layout = layoutOf({ triager: 99_999, reviewer: 1 });
    expect([agentName(layout, 99_999), agentName(layout, 99_998)]).toEqual(['reviewer.1', 'triager.99999']);
  });
});
