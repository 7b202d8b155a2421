/** `npm run headless` as a child process. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { root } from '../../tools/dev/workspace.mjs';

const script = path.join(root, 'tools/headless/cli.mjs');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** With these arguments, and this on standard input. */
export function startHeadless(
  args: readonly string[],
  stdin = '',
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'pipe' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = new Promise<Ended>((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, ended };
}

export const headless = (...args: string[]): Promise<Ended> => startHeadless(args).ended;
