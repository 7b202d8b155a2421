import { describe, expect, it } from 'vitest';
import { Latest } from './latest.ts';

function gate() {
  const asked: { question: number; answer: (value: string) => void; refuse: (error: Error) => void }[] = [];
  const told: string[] = [];
  const failed: unknown[] = [];
  const latest = new Latest<number, string>(
    (question) => new Promise((answer, refuse) => asked.push({ question, answer, refuse })),
    (answer) => told.push(answer),
    (error) => failed.push(error),
  );
  return { latest, asked, told, failed };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Latest', () => {
  it('never overlaps, and skips to the newest question', async () => {
    const { latest, asked, told } = gate();
    for (const question of [1, 2, 3]) latest.want(question);
    expect(asked.map((one) => one.question)).toEqual([1]);
    asked[0]?.answer('one');
    await settle();
    expect(asked.map((one) => one.question)).toEqual([1, 3]);
    asked[1]?.answer('three');
    await settle();
    expect(told).toEqual(['one', 'three']);
  });

  it('goes on after a failure', async () => {
    const { latest, asked, told, failed } = gate();
    latest.want(1);
    asked[0]?.refuse(new Error('gone'));
    await settle();
    latest.want(2);
    asked[1]?.answer('two');
    await settle();
    expect(failed).toHaveLength(1);
    expect(told).toEqual(['two']);
  });
});
