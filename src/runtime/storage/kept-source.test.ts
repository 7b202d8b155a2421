import { expect, test } from 'vitest';
import { KeptSource } from './kept-source.ts';

const source = (text: string) => ({
  swarm: { file: 's.yaml', text: 'x' },
  input: { name: 'i', text },
  settings: { a: 1 },
});

test.each([
  ['nothing', ''],
  ['a little', 'one\ntwo'],
  ['a byte order mark', `\uFEFF${'x'.repeat(300_000)}`],
  ['pairs where pieces meet', `a${'😀'.repeat(400_000)}`],
  ['half a pair', `${'b'.repeat(300_000)}\uD83D${'c'.repeat(300_000)}`],
])('a: a source comes back as it was: %s', async (_, text) => {
  const kept = new KeptSource(source(text));
  expect((await kept.get()).input.text === text).toBe(true);
  await kept.settled;
  expect((await kept.get()).input.text === text).toBe(true);
  expect({ ...(await kept.get()), input: null }).toEqual({ ...source(''), input: null });
});
