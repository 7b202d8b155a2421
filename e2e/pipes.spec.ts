/** The command between pipes. */
import { expect, test } from './support/test.ts';
import { startHeadless } from './support/headless.ts';
import { inventLines } from './support/logs.ts';
import { inputFile } from './support/page.ts';
import { rowsOf, swarmFile } from './support/rows.ts';

const small = swarmFile('triage-24.yaml');

test('v: from a pipe into a pipe: rows and nothing else on standard output, Windows line ends and all', async () => {
  const { child, ended } = startHeadless(
    ['run', small, '-', '--engine', 'scripted', '--out', '-'],
    'one line\r\n\r\nother line\r\n',
  );
  const { code, stdout, stderr } = await ended;
  expect(child.exitCode).toBe(0);
  expect(code, stderr).toBe(0);
  const rows = rowsOf(stdout);
  expect(rows.map(({ line, input }) => `${line} ${input}`).sort()).toEqual(['1 one line', '3 other line']);
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1)!)).toMatchObject({ tasks: 2, results: 2, out: '-' });
  const empty = await startHeadless(['run', small, '-', '--engine', 'scripted', '--out', '-']).ended;
  expect(empty).toMatchObject({ code: 2, stdout: '' });
  expect(empty.stderr).toContain('stdin:1:1: the input has no items');
});

test('v: a reader that has had enough ends it with 141, and no stack trace', async () => {
  const input = inputFile(inventLines(400, 22));
  const { child, ended } = startHeadless(['run', small, input, '--engine', 'scripted', '--csv', '-']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(141);
  expect(stderr).toContain('standard output: its reader has gone');
  expect(stderr).not.toMatch(/^\s+at /m);
});
