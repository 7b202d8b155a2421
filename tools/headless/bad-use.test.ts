/** The command line as a child process, for all that is decided before anything starts: no browser, no build. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { readArgs } from './args.mjs';
import { BadInput } from './exits.mjs';
import { checkOutputs } from './files.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const swarm = path.join(root, 'public/swarms/triage-24.yaml');
let folder: string;
const at = (...parts: string[]): string => path.join(folder, ...parts);

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'planaria-command-'));
  writeFileSync(at('in.log'), 'one line\n');
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `CHROMIUM` names no browser, so that whatever passes the checks ends right after them. */
function command(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore') {
  const child = spawn(process.execPath, [path.join(root, 'tools/headless/cli.mjs'), ...args], {
    cwd: folder,
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, CHROMIUM: at('no-browser') },
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, ended };
}

const run = (...args: string[]): Promise<Ended> => command(['run', swarm, ...args]).ended;

/** Bad use: 2, nothing on standard output, the words, and no stack trace. */
function expectRefused(ended: Ended, words: string): void {
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(words);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
}

describe('t: outputs are checked before anything starts', () => {
  test.each(['out', 'csv', 'report'])('t: --%s in a folder that is not there: it is made, and said', async (option) => {
    const ended = await run('--input', 'in.log', `--${option}`, 'new/dir/r.x');
    expect(ended.stderr).toContain('made the folder new/dir');
    // The next thing that fails is the browser: exit 4, without a stack trace, with nothing left behind.
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('there is no browser at');
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(at('new/dir'))).toEqual([]);
  });

  test('t: --log with a fault plan in a folder that is not there', async () => {
    writeFileSync(at('plan.yaml'), 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: stall, at: 1s}\n');
    const ended = await run('--input', 'in.log', '--faults', 'plan.yaml', '--log', 'logs/l.jsonl');
    expect(ended.code).toBe(4);
    expect(existsSync(at('logs'))).toBe(true);
  });

  test('t: that cannot be: a folder, below a file, a name that no file can have', async () => {
    mkdirSync(at('a-folder'));
    const given = (file: string) => () => {
      checkOutputs({ report: file }, { inputs: [], replace: true, hint: () => '', say: () => undefined });
    };
    const refused: [file: string, words: string][] = [
      [at('a-folder'), 'this is a folder; expected the name of a file'],
      [`${at('other')}/`, 'this is a folder; expected the name of a file'],
      [at('in.log', 'r.x'), 'cannot write this file: a part of the path is no folder'],
      [at('in.log', 'deep', 'r.x'), 'cannot write this file: a part of the path is no folder'],
      [at(`${'x'.repeat(300)}.jsonl`), 'cannot write this file: the name is too long'],
      [at('a\0b'), 'cannot write this file: the name holds a character that no file can have'],
      ['/proc/r.x', 'cannot write this file: '],
    ];
    for (const [file, words] of refused) expect(given(file), file).toThrow(new RegExp(`^--report .*: ${words}`));
    for (const [file] of refused) expect(given(file), file).toThrow(BadInput);
    expectRefused(await run('--input', 'in.log', '--out', 'in.log/r.x'), '--out in.log/r.x: cannot write this file');
    expectRefused(await run('--input', 'in.log', '--out', ''), '--out: expected a value that is not empty');
  });

  test('t: a file that is an input would be lost, by whatever name', async () => {
    symlinkSync(at('in.log'), at('link.log'));
    expectRefused(await run('in.log', '--out', './in.log'), '--out ./in.log: this file exists and is not empty');
    expectRefused(
      await run('in.log', '--out', './in.log', '--overwrite'),
      'this is an input as well, and would be lost',
    );
    expectRefused(
      await run('in.log', '--csv', 'link.log', '--overwrite'),
      'this is an input as well, and would be lost',
    );
    expectRefused(await run('in.log', '--report', swarm, '--overwrite'), 'this is an input as well');
    expect(readFileSync(at('in.log'), 'utf8')).toBe('one line\n');
  });

  test('t: two outputs in one file, or both on standard output', async () => {
    expectRefused(await run('in.log', '--out', 'r', '--csv', './r'), '--out and --csv: both name ./r');
    expectRefused(
      await run('in.log', '--out', '-', '--report', '/dev/stdout'),
      'only one of them can go to standard output',
    );
  });

  test('t: results that are there are not replaced without a word', async () => {
    writeFileSync(at('r.jsonl'), '{"task":0}\n');
    expectRefused(
      await run('in.log', '--out', 'r.jsonl'),
      '--out r.jsonl: this file exists and is not empty; choose another name, move it away, or add --overwrite',
    );
    expect((await run('in.log', '--out', 'r.jsonl', '--overwrite')).code).toBe(4);
    // Nothing came of it, so it still is as it was.
    expect(readFileSync(at('r.jsonl'), 'utf8')).toBe('{"task":0}\n');
    writeFileSync(at('empty.jsonl'), '');
    expect((await run('in.log', '--out', 'empty.jsonl')).code).toBe(4);
  });
});

describe('v: inputs are looked at first', () => {
  test('v: a folder, a file that is not there, the same twice', async () => {
    mkdirSync(at('logs'));
    expectRefused(
      await run('logs'),
      'logs:1:1: cannot read this file: this is a folder; expected a readable file; name a file in it',
    );
    expectRefused(
      await run('no.log'),
      'no.log:1:1: cannot read this file: there is no such file or folder; expected a readable file',
    );
    expectRefused(await run('in.log', '--input', 'in.log'), 'both name the input');
    expectRefused(await command(['run', '-', '-']).ended, 'standard input is either the swarm file or the input');
    expectRefused(await run('in.log', '--faults', 'no.yaml'), 'no.yaml:1:1: cannot read this file');
  });

  test('v: standard input without an end is read no further than the page takes', async () => {
    const { child, ended } = command(['run', swarm, '-'], 'pipe');
    const piece = Buffer.alloc(1 << 20, 'an endless line\n');
    child.stdin?.on('error', () => undefined);
    const feed = (): void => {
      while (child.stdin?.writable && child.stdin.write(piece));
      child.stdin?.once('drain', feed);
    };
    feed();
    expectRefused(await ended, 'stdin:1:1: it is larger than 50 MiB; expected at most that');
  });

  test('v: told to end while it waits for standard input', async () => {
    const { child, ended } = command(['run', swarm, '-', '--out', 'r.jsonl'], 'pipe');
    const there = async (): Promise<void> => {
      while (!existsSync(at('r.jsonl.resume'))) await new Promise(setImmediate);
    };
    await there();
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect(code).toBe(143);
    expect(stderr).toContain('told to end by SIGTERM');
    expect(existsSync(at('r.jsonl.resume'))).toBe(false);
  });
});

describe('v: exit codes of what does not start', () => {
  test('v: 0 for help, on standard output, with every exit code', async () => {
    const ended = await command(['--help']).ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    for (const code of [0, 1, 2, 3, 4, 129, 130, 143, 141])
      expect(ended.stdout).toMatch(new RegExp(`\\b${String(code)}\\b`));
  });

  test.each([
    [[], 'expected: run FILE'],
    [['walk', 'x.yaml'], 'expected: run FILE'],
    [['run', 'a', 'b', 'c'], 'expected: run FILE'],
    [['run', 'a', '--bogus'], '--bogus'],
    [['run', 'a', '--out'], '--out'],
    [['run', 'a', '--limit', '1.5'], '--limit 1.5: expected a whole number of at least 1'],
    [['run', 'a', '--engine', 'steam'], '--engine steam: expected one of webllm, stock, scripted'],
    [['run', 'a', '--log', 'x'], '--log: goes with --faults only'],
    [['run', 'a', '--json'], '--json: goes with --faults only'],
    [['run', 'a', '--resume', '--overwrite'], 'expected one of them'],
    [['run', 'a', '--faults', 'p', '--resume'], 'cannot be gone on with'],
  ])('v: bad use: %j', (args, words) => {
    expect(() => readArgs(args)).toThrow(BadInput);
    expect(() => readArgs(args)).toThrow(words);
  });

  test('v: 2 for bad use', async () => {
    expectRefused(await command(['run', 'a', '--bogus']).ended, "Unknown option '--bogus'");
  });

  test('u: 2 for --resume with nothing to go on with, or nothing that says where', async () => {
    expectRefused(await run('--resume', '--out', 'r.jsonl'), 'r.jsonl.resume: there is nothing to go on with');
    expectRefused(await run('--resume', '--out', '-'), '--resume: expected the --out, --csv, --report or --markdown');
    expect(existsSync(at('r.jsonl'))).toBe(false);
  });

  test('u: --state in a folder with other things is refused, and they stay', async () => {
    expectRefused(await run('in.log', '--state', '.', '--overwrite'), '.: this folder holds other things (in.log)');
    expect(readdirSync(folder)).toEqual(['in.log']);
  });
});
