import { describe, expect, it } from 'vitest';
import { REGROWN, afterCut, makeWorm, outline } from './worm.ts';

describe('makeWorm', () => {
  it.each([
    [720, 280],
    [358, 136],
    [1000, 320],
  ])('draws exactly one cell for each agent in %i x %i', (width, height) => {
    const worm = makeWorm(width, height, 4882);
    expect(worm.cells).toHaveLength(4882);
    for (const { x, y } of worm.cells) {
      expect(x + worm.pitch).toBeLessThanOrEqual(width);
      expect(y + worm.pitch).toBeLessThanOrEqual(height);
    }
    expect(new Set(worm.cells.map(({ x, y }) => `${x},${y}`)).size).toBe(4882);
  });

  it('draws small swarms too', () => {
    expect(makeWorm(720, 280, 24).cells).toHaveLength(24);
  });
});

describe('outline', () => {
  it('ends in points and is thickest in the trunk', () => {
    expect(outline(0)).toBe(0);
    expect(outline(1)).toBe(0);
    expect(outline(0.5)).toBeGreaterThan(outline(0.8));
    expect(outline(0.87)).toBeGreaterThan(outline(0.8));
  });
});

describe('afterCut', () => {
  it('kills at the cut, heals from the edges inward, and ends whole', () => {
    expect(afterCut(0.4, 0.4, 0)).toBe('failed');
    expect(afterCut(0.9, 0.4, 0)).toBeNull();
    const middle = [0, 1500, 1900, REGROWN].map((ms) => afterCut(0.4, 0.4, ms));
    expect(middle).toEqual(['failed', 'recovering', 'recovering', null]);
    expect(afterCut(0.46, 0.4, 1500)).toBeNull();
  });
});
