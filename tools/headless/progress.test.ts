/** What is told of a run while it goes on, on a terminal and elsewhere. */
import { describe, expect, test } from 'vitest';
import { bar, duration, type Figures, Pace, Progress } from './progress.mjs';

const figures = (change: Partial<Figures> = {}): Figures => ({
  ...{ phase: 'running', tasks: 100, results: 40, failed: 0, retries: '3', tokensPerSecond: '1,024', notices: '' },
  ...change,
});

function progressOn(stream: { isTTY?: boolean; columns?: number }) {
  let [now, text] = [0, ''];
  const progress = new Progress({ stream: { ...stream, write: (piece) => (text += piece) }, now: () => now });
  const after = (ms: number): void => void (now += ms);
  return { progress, after, text: () => text };
}

describe('v: progress', () => {
  test('v: a bar with counts and the time left', () => {
    expect(bar(figures(), 90_000, 80)).toBe('[=========               ] 40 %, 40 of 100, 2 min left, 1,024 tokens/s');
    expect(bar(figures({ results: 35, failed: 5 }), null, 80)).toBe(
      '[=========               ] 40 %, 40 of 100, 5 failed, 1,024 tokens/s',
    );
    expect(bar(figures({ phase: 'loading', results: 0 }), null, 80)).toBe(`[${' '.repeat(24)}] 0 %, 0 of 100, loading`);
    expect(bar(figures({ phase: 'done', results: 100 }), 0, 80)).toContain('100 %, 100 of 100, done');
    expect(bar(figures({ tasks: 0, results: 0 }), null, 80)).toContain('0 %');
  });

  test('v: never wider than the terminal', () => {
    for (const columns of [1, 10, 40])
      expect(bar(figures(), 90_000, columns).length).toBeLessThan(Math.max(2, columns));
  });

  test('v: the time left goes by the pace of now, not by what a resumed run found done', () => {
    const pace = new Pace();
    pace.note(0, 900);
    expect(pace.timeLeft(100)).toBeNull();
    pace.note(10_000, 910);
    expect(pace.timeLeft(90)).toBe(90_000);
    // A minute twice as fast, three minutes on: the beginning is forgotten.
    for (let k = 1; k <= 36; k++) pace.note(10_000 + 5000 * k, 910 + 10 * k);
    expect(pace.timeLeft(100)).toBe(50_000);
  });

  test('v: in a unit that fits', () => {
    expect([0, 1, 59_000, 60_000, 61_000, 3_599_000, 3_600_000, 5_400_000, 200_000_000].map(duration)).toEqual([
      '0 s',
      '1 s',
      '59 s',
      '1 min',
      '2 min',
      '1 h 0 min',
      '1 h 0 min',
      '1 h 30 min',
      '3 days',
    ]);
  });

  test('v: on a terminal it is drawn over itself, and taken away for other lines', () => {
    const { progress, text } = progressOn({ isTTY: true, columns: 80 });
    progress.update(figures());
    progress.update(figures({ results: 50 }));
    progress.say('a line');
    const lines = text().split('\r\u001B[K');
    expect(lines.map((line) => line.includes('\n'))).toEqual([false, false, false, true]);
    expect(lines.at(-1)).toBe('a line\n');
  });

  test('v: elsewhere a few plain lines: a phase, a tenth of the tasks, a minute', () => {
    const { progress, after, text } = progressOn({});
    progress.update(figures({ phase: 'loading', results: 0 }));
    for (let results = 0; results <= 100; results++) {
      after(500);
      progress.update(figures({ results }));
    }
    progress.update(figures({ phase: 'done', results: 100 }));
    const lines = text().trimEnd().split('\n');
    expect(lines).toHaveLength(13);
    expect(lines[2]).toBe('running: 10 results, 0 failed, 3 retries, 1,024 tokens/s, 100 tasks');
    for (const drawn of ['\r', '\u001B']) expect(text()).not.toContain(drawn);
    after(60_000);
    progress.update(figures({ phase: 'done', results: 100, retries: '4' }));
    expect(text().trimEnd().split('\n')).toHaveLength(14);
  });

  test('v: --quiet leaves out all but what must be known', () => {
    const { progress, text } = progressOn({ isTTY: true });
    progress.quiet = true;
    progress.update(figures({ notices: 'no GPU' }));
    progress.say('made the folder x');
    progress.tell('stopped');
    expect(text()).toBe('stopped\n');
  });
});
