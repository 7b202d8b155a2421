import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { PhiAccrual } from './phi.ts';

describe('phi accrual', () => {
  it('accuses nobody before it has seen anything', () => {
    const phi = new PhiAccrual();
    expect(phi.phi(1e9)).toBe(0);
    expect(phi.silenceAt(3)).toBe(Number.POSITIVE_INFINITY);
  });

  it('grows with silence and never sinks', () => {
    const phi = new PhiAccrual();
    for (let i = 0; i < 50; i++) phi.observe(90 + (i % 20));
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        expect(phi.phi(Math.max(a, b))).toBeGreaterThanOrEqual(phi.phi(Math.min(a, b)));
      }),
    );
    expect(phi.phi(phi.typical)).toBeLessThan(0.5);
    expect(phi.phi(10 * phi.typical)).toBeGreaterThan(8);
    expect(phi.phi(phi.silenceAt(5))).toBeCloseTo(5, 3);
  });

  it('accuses about as often as phi says: skewed intervals, phi 2 is near 1 in 100', () => {
    const random = seededRandom('phi');
    const draw = () =>
      200 * Math.exp(0.5 * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()));
    const phi = new PhiAccrual(1000);
    for (let i = 0; i < 2000; i++) phi.observe(draw());
    let accused = 0;
    for (let i = 0; i < 20_000; i++) if (phi.phi(draw()) >= 2) accused++;
    expect(accused / 20_000).toBeGreaterThan(0.002);
    expect(accused / 20_000).toBeLessThan(0.03);
  });

  it('learns a slower engine', () => {
    const phi = new PhiAccrual(20);
    for (let i = 0; i < 100; i++) phi.observe(100);
    expect(phi.phi(1000)).toBeGreaterThan(8);
    for (let i = 0; i < 100; i++) phi.observe(1000);
    expect(phi.phi(1000)).toBeLessThan(1);
  });
});
