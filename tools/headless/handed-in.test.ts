/** What is handed in, by file or pipe; and that the page of documentation tells all of the command line. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { INPUT_MOST, SWARM_MOST } from '../../src/ui/start/draft.ts';
import { EXIT, SIGNALS } from './exits.mjs';
import { MOST, readGiven } from './given.mjs';
import { USAGE } from './usage.mjs';

describe('v: what is handed in', () => {
  test('v: is taken to the byte, also through a pipe: line ends, NULs, a character on two pieces', async () => {
    const text = Buffer.from('a\r\nb\0\r\n\uFEFFé漢\r');
    const pieces = Array.from(text, (byte) => Buffer.from([byte]));
    expect(await readGiven('-', 'input', Readable.from(pieces))).toEqual(text);
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'planaria-given-')), 'in.log');
    writeFileSync(file, text);
    expect(await readGiven(file, 'input', Readable.from([]))).toEqual(text);
    expect(await readGiven('-', 'input', Readable.from([]))).toHaveLength(0);
  });

  test('v: has the page’s own limits', async () => {
    expect(MOST).toEqual({ swarm: SWARM_MOST, input: INPUT_MOST });
    const most = Buffer.alloc(SWARM_MOST);
    expect(await readGiven('-', 'swarm', Readable.from([most]))).toHaveLength(SWARM_MOST);
    await expect(readGiven('-', 'swarm', Readable.from([most, Buffer.alloc(1)]))).rejects.toThrow(
      'stdin:1:1: it is larger than 1 MiB',
    );
  });
});

describe('v: documented', () => {
  const docs = readFileSync(fileURLToPath(new URL('../../docs/command-line.md', import.meta.url)), 'utf8');

  test('v: every option of --help is in docs/command-line.md, and every exit code in both', () => {
    const options = new Set(USAGE.match(/--[a-z][\w-]*/g));
    expect(options.size).toBeGreaterThan(15);
    for (const option of options) expect(docs, option).toContain(`\`${option}`);
    for (const code of [...Object.values(EXIT), ...Object.values(SIGNALS)]) {
      expect(docs).toMatch(new RegExp(`^\\| ${String(code)} `, 'm'));
      expect(USAGE).toMatch(new RegExp(`\\b${String(code)}\\b`));
    }
  });
});
