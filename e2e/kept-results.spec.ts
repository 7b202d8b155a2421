/** What ends the command before its end takes no result along, and makes none come twice. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './support/test.ts';
import type { RunReport } from '../src/telemetry/report.ts';
import { root } from '../tools/dev/workspace.mjs';
import { headless, startHeadless } from './support/headless.ts';
import { inventLines } from './support/logs.ts';
import { inputFile, scratch } from './support/page.ts';
import { expectEveryLineOnce, rowsOf, swarmFile } from './support/rows.ts';

const small = swarmFile('triage-24.yaml');

const linesIn = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);

/** Waits until the file has more lines than that. */
const untilMore = (file: string, lines: number): Promise<void> =>
  expect.poll(() => linesIn(file), { timeout: 60_000, intervals: [100] }).toBeGreaterThan(lines);

/** Tasks of whole rows; a file that was cut off anywhere fails here. */
const tasksIn = (file: string): number[] => rowsOf(readFileSync(file)).map(({ task }) => task);

function expectKept(file: string, before: readonly number[]): number[] {
  const tasks = tasksIn(file);
  expect(new Set(tasks).size, 'no task twice').toBe(tasks.length);
  expect(tasks).toEqual(expect.arrayContaining([...before]));
  return tasks;
}

test('u: killed, timed out, interrupted, without its browser: each row is kept, and the run goes on to the same rows', async () => {
  test.setTimeout(300_000);
  const folder = scratch();
  // More than are done before a signal gets there, on whatever machine.
  const lines = inventLines(2000, 21);
  const input = inputFile(lines, folder);
  const [out, csv, report] = ['r.jsonl', 'r.csv', 'new/report.json'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const files = ['--out', out, '--csv', csv, '--report', report];
  const goOn = ['--resume', '--out', out];

  // Killed: nothing of it gets to say goodbye.
  const killed = startHeadless(['run', small, '--input', input, '--engine', 'scripted', '--seed', '7', ...files]);
  // The one that is written last.
  await untilMore(csv, 20);
  killed.child.kill('SIGKILL');
  expect((await killed.ended).code).toBeNull();
  let kept = expectKept(out, []);
  expect(readFileSync(csv, 'utf8')).toMatch(/^line,input[\s\S]*\r\n$/);

  // Neither anew by mistake, nor on with something else.
  const anew = await headless('run', small, '--input', input, '--engine', 'scripted', '--out', out);
  expect(anew).toMatchObject({ code: 2, stdout: '' });
  expect(anew.stderr).toContain('add --resume to go on with it');
  const changed = path.join(folder, 'changed.log');
  writeFileSync(changed, lines.slice(1).join('\n'));
  const swarm = path.join(folder, 'changed.yaml');
  writeFileSync(swarm, readFileSync(small, 'utf8').replaceAll('tokens: 128', 'tokens: 64'));
  for (const [given, words] of [
    [[small, '--input', changed], `${changed}:1:1: this is not the input that the run was begun with`],
    [[swarm, '--input', input], `${swarm}:1:1: this is not the swarm file that the run was begun with`],
    [[small, '--seed', '8'], '--seed 8: the run was begun with 7'],
  ] as const) {
    const refused = await headless('run', ...given, ...goOn);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(words);
  }
  expect(tasksIn(out)).toEqual(kept);

  // The time is up.
  const late = await headless('run', small, '--input', input, ...goOn, '--timeout', '1');
  expect(late.code, late.stderr).toBe(3);
  kept = expectKept(out, kept);
  expect(late.stderr).toMatch(/stopped: the time is up \(--timeout 1\): \d+ of 2000 tasks have ended/);
  expect(JSON.parse(late.stdout)).toMatchObject({ stopped: 'timeout', tasks: 2000, resume: `${out}.resume` });
  expect(JSON.parse(readFileSync(report, 'utf8')) as RunReport).toMatchObject({ tasks: 2000 });

  // Told to end; the line that it leaves is a command that works.
  const interrupted = startHeadless(['run', ...goOn]);
  await untilMore(out, kept.length);
  interrupted.child.kill('SIGTERM');
  const { code, stderr } = await interrupted.ended;
  expect(code, stderr).toBe(143);
  kept = expectKept(out, kept);
  const how = /^to go on: (.*)$/m.exec(stderr)?.[1] ?? '';
  expect(how).toContain('--resume');

  // Its browser dies.
  const alone = spawn('sh', ['-c', `exec ${how}`], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  alone.stderr.on('data', (chunk: Buffer) => (told += chunk.toString('utf8')));
  const aloneEnded = new Promise((resolve) => alone.once('close', resolve));
  await untilMore(out, kept.length);
  const browsers = readFileSync(`/proc/${alone.pid}/task/${alone.pid}/children`, 'utf8').trim().split(' ');
  for (const pid of browsers) process.kill(Number(pid), 'SIGKILL');
  expect(await aloneEnded, told).toBe(3);
  expect(told).toContain('its browser ended');
  kept = expectKept(out, kept);
  expect(kept.length).toBeLessThan(2000);

  const ended = await headless('run', ...goOn);
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ tasks: 2000, results: 2000, failed: 0, seed: 7, out, report });
  expectEveryLineOnce(rowsOf(readFileSync(out)), lines);
  expect(linesIn(csv)).toBe(2001);
  expect(JSON.parse(readFileSync(report, 'utf8')) as RunReport).toMatchObject({ phase: 'done', results: 2000 });
  // What was needed to go on is gone with the need.
  expect(readdirSync(folder).sort()).toEqual(['changed.log', 'changed.yaml', 'input.log', 'new', 'r.csv', 'r.jsonl']);

  const over = await headless('run', ...goOn);
  expect(over).toMatchObject({ code: 2, stdout: '' });
  expect(over.stderr).toContain('there is nothing to go on with');
});

test('u: an output that takes no more stops the run with 3; a second signal ends it at once', async () => {
  const input = inputFile(inventLines(400, 23));
  const folder = scratch();
  const state = path.join(folder, 'state');
  const full = await headless('run', small, input, '--engine', 'scripted', '--out', '/dev/full', '--state', state);
  expect(full.code, full.stderr).toBe(3);
  expect(full.stderr).toContain('/dev/full: cannot write: no space is left on the disk');
  const out = path.join(folder, 'r.jsonl');
  const again = startHeadless(['run', '--resume', '--state', state, '--out', out]);
  await untilMore(out, 0);
  const twice = setInterval(() => again.child.kill('SIGINT'), 50);
  const { code } = await again.ended;
  clearInterval(twice);
  expect(code).toBe(130);
  const kept = expectKept(out, []);
  const ended = await headless('run', '--resume', '--state', state, '--out', out);
  expect(ended.code, ended.stderr).toBe(0);
  expect(expectKept(out, kept)).toHaveLength(400);
});
