import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentAt, firstOfShard, layOut, neighbour, partOf, placeOf, type Frame, type Segment } from './layout.ts';

const desk: Frame = { width: 1016, height: 400, scale: 1, gutter: 56, above: 0, largest: 28 };

function segmentsOf(counts: readonly number[]): Segment[] {
  let first = 0;
  return counts.map((count, k) => {
    const segment = { name: `role ${k}`, first, count };
    first += count;
    return segment;
  });
}

const swarm = segmentsOf([4394, 488]);

describe('field layout', () => {
  it('shows 4,882 agents as cells on a desk', () => {
    const layout = layOut(swarm, desk);
    expect(layout.kind).toBe('cells');
    expect(layout.height).toBeLessThanOrEqual(400);
    expect(layout.pitch).toBeGreaterThanOrEqual(6);
  });

  it('shows 100,000 agents as tiles, and a shard of them as cells', () => {
    expect(layOut(segmentsOf([90_000, 10_000]), desk).kind).toBe('tiles');
    expect(layOut([{ name: 'shard', first: 640, count: 64 }], desk).kind).toBe('cells');
  });

  it('finds at its place every agent, and no agent at two places', () => {
    const frames = fc.record({
      width: fc.integer({ min: 300, max: 4000 }),
      height: fc.oneof(fc.integer({ min: 200, max: 2000 }), fc.constant(Infinity)),
      scale: fc.constantFrom(1, 1.5, 2),
      gutter: fc.constantFrom(0, 56, 112),
      above: fc.constantFrom(0, 20),
      largest: fc.integer({ min: 4, max: 40 }),
    });
    const counts = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(frames, counts, (frame, counts) => {
        const segments = segmentsOf(counts);
        const layout = layOut(segments, frame);
        const seen = new Set<string>();
        for (const { first, count } of segments)
          for (let agent = first; agent < first + count; agent += 1) {
            const place = placeOf(layout, agent);
            if (!place) throw new Error(`agent ${agent} has no place`);
            const middle = layout.pitch / 2;
            const owner = layout.kind === 'cells' ? agent : firstOfShard(layout, agent);
            expect(agentAt(layout, place.x + middle, place.y + middle)).toBe(owner);
            if (layout.kind === 'cells') seen.add(`${place.x},${place.y}`);
            expect(place.x + layout.pitch).toBeLessThanOrEqual(layout.width + layout.pitch);
          }
        if (layout.kind === 'cells') expect(seen.size).toBe(counts.reduce((sum, count) => sum + count, 0));
      }),
      { numRuns: 40 },
    );
  });

  it('answers null beside the cells', () => {
    const layout = layOut(swarm, desk);
    expect(agentAt(layout, 0, 0)).toBeNull();
    expect(agentAt(layout, 500, layout.height + 1)).toBeNull();
    expect(agentAt(layout, 5000, 10)).toBeNull();
    expect(placeOf(layout, 4882)).toBeNull();
  });

  it('walks by arrow keys over gaps and bands, and stops at the edge', () => {
    const layout = layOut(swarm, desk);
    expect(neighbour(layout, 0, 'right')).toBe(1);
    const last = layout.side - 1;
    expect(neighbour(layout, last, 'right')).toBe(64);
    expect(neighbour(layout, 64, 'left')).toBe(last);
    expect(neighbour(layout, 0, 'down')).toBe(layout.side);
    expect(neighbour(layout, 0, 'left')).toBe(0);
    expect(neighbour(layout, 0, 'up')).toBe(0);
    let at = 0;
    for (let step = 0; step < 200; step += 1) at = neighbour(layout, at, 'down');
    expect(at).toBeGreaterThanOrEqual(4394);
  });

  it('walks shard by shard in tiles', () => {
    const layout = layOut(segmentsOf([90_000, 10_000]), desk);
    expect(neighbour(layout, 5, 'right')).toBe(64);
    expect(neighbour(layout, 64, 'left')).toBe(0);
    expect(neighbour(layout, 0, 'up')).toBe(0);
  });

  it('leaves out empty roles and survives a field without width', () => {
    expect(layOut(segmentsOf([0, 12]), desk).bands).toHaveLength(1);
    expect(layOut(swarm, { ...desk, width: 10 }).bands).toHaveLength(0);
  });

  it('knows a role and a shard by the name in the address, and nothing else', () => {
    const roles = segmentsOf([130, 10]);
    const named = (scope: string) => partOf(roles, scope, (role, shard) => `${role} ${shard}`);
    expect(named('role 0')).toEqual({ segment: roles[0], role: 'role 0', shard: null });
    expect(named('role 0/3')).toEqual({
      segment: { name: 'role 0 3', first: 128, count: 2 },
      role: 'role 0',
      shard: 3,
    });
    expect(named('role 1/1')?.segment).toMatchObject({ first: 130, count: 10 });
    for (const scope of ['', 'x', 'role 0/0', 'role 0/4', 'role 1/2', '/', 'role 0/', 'role 0/-1'])
      expect(named(scope)).toBeNull();
  });
});
