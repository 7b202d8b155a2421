import { describe, expect, it } from 'vitest';
import type { Random } from '../kernel/random.ts';
import { seededRandom } from '../kernel/random.ts';
import { AnomalyWatch, IsolationForest } from './anomaly.ts';

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** Log-probability, ms to first token (log), ms between tokens (log), tokens: healthy turns have a correlated crowd of them. */
const healthy = (random: Random) => {
  const load = normal(random);
  return Float64Array.of(
    -0.3 + 0.1 * normal(random),
    5 + 0.3 * load + 0.1 * normal(random),
    3 + 0.3 * load + 0.1 * normal(random),
    30 + 5 * normal(random),
  );
};
const ill = (random: Random) => {
  const point = healthy(random);
  const which = random.int(3);
  if (which === 0) point[0] = -2.5 + 0.3 * normal(random);
  if (which === 1) point[1] = 8 + 0.3 * normal(random);
  if (which === 2) point[3] = 120 + 10 * normal(random);
  return point;
};

/** Chance that an ill one scores above a healthy one. */
function auc(forest: IsolationForest, well: Float64Array[], sick: Float64Array[]): number {
  let above = 0;
  for (const s of sick) for (const w of well) above += forest.score(s) > forest.score(w) ? 1 : 0;
  return above / (well.length * sick.length);
}

describe('isolation forest', () => {
  const random = seededRandom('forest');
  const train = [
    ...Array.from({ length: 950 }, () => healthy(random)),
    ...Array.from({ length: 50 }, () => ill(random)),
  ];
  const forest = IsolationForest.fit(train, random)!;

  it('tells ill turns from healthy ones that it has not seen: AUC above 0.97 with 5 % of the training ill', () => {
    const well = Array.from({ length: 400 }, () => healthy(random));
    const sick = Array.from({ length: 100 }, () => ill(random));
    expect(auc(forest, well, sick)).toBeGreaterThan(0.97);
  });

  it('calls about as many odd as contamination says', () => {
    expect(train.filter((point) => forest.score(point) > forest.threshold).length / train.length).toBeCloseTo(0.1, 1);
  });

  it('is the same for the same seed and another for another', () => {
    const point = ill(seededRandom('point'));
    const score = (seed: string) => IsolationForest.fit(train, seededRandom(seed))!.score(point);
    expect(score('a')).toBe(score('a'));
    expect(score('a')).not.toBe(score('b'));
  });

  it('has nothing to say about a handful, and takes constant features', () => {
    expect(IsolationForest.fit(train.slice(0, 7), random)).toBeNull();
    const flat = IsolationForest.fit(
      Array.from({ length: 50 }, () => Float64Array.of(1, 1)),
      random,
    )!;
    expect(flat.score(Float64Array.of(1, 1))).toBeLessThan(0.6);
    expect(flat.score(Float64Array.of(1, 1))).toBeLessThanOrEqual(flat.threshold);
  });
});

describe('anomaly watch', () => {
  it('is silent at first, then judges, and follows a run that changes', () => {
    const random = seededRandom('watch');
    const watch = new AnomalyWatch(random);
    const slow = () => healthy(random).map((value, i) => (i === 1 || i === 2 ? value + 2.5 : value));
    expect(watch.judge(healthy(random))).toBeNull();
    for (let i = 0; i < 500; i++) watch.learn(healthy(random));
    const before = watch.judge(slow())!.score;
    for (let i = 0; i < 3000; i++) watch.learn(slow());
    expect(watch.judge(slow())!.score).toBeLessThan(before);
    expect(watch.judge(slow())!.odd).toBe(false);
  });
});
