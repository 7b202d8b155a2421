/** `npm run headless` as a person at a terminal has it: what it writes where, and what it exits with. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from './support/test.ts';
import type { RunReport } from '../src/telemetry/report.ts';
import { root } from '../tools/dev/workspace.mjs';
import { headless } from './support/headless.ts';
import { inventLines } from './support/logs.ts';
import { inputFile, scratch } from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, rowsOf, swarmFile } from './support/rows.ts';

const small = swarmFile('triage-24.yaml');

test('the real model works on the first N lines; files, summary and exit code agree', { tag: '@model' }, async () => {
  test.setTimeout(600_000);
  const lines = inventLines(12, 2);
  const folder = scratch();
  const [out, csv, report] = ['r.jsonl', 'r.csv', 'report.json'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const ended = await headless(
    ...['run', small, '--input', inputFile(lines, folder), '--limit', '6', '--seed', '41', '--adapter', 'swiftshader'],
    ...['--out', out, '--csv', csv, '--report', report],
  );
  const rows = rowsOf(readFileSync(out));
  expectEveryLineOnce(rows, lines.slice(0, 6));
  expectValidOutputs(rows, small);
  const failed = rows.filter((row) => row.failure !== null).length;
  expect(ended.code, ended.stderr).toBe(failed === 0 ? 0 : 1);
  expect(ended.stdout.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    ...{ engine: 'webllm', batched: true, tasks: 6, results: 6 - failed, failed, seed: 41, out, report },
    model: { id: 'pocket' },
  });
  expect(readFileSync(csv, 'utf8').startsWith('line,input,output,failure,agent,attempts,tokens')).toBe(true);
  const written = JSON.parse(readFileSync(report, 'utf8')) as RunReport;
  expect(written).toMatchObject({ engine: 'webllm', seed: 41, tasks: 6, phase: 'done' });
  expect(written.adapter).not.toBeNull();
  expect(ended.stderr).toMatch(/results, \d+ failed, \d+ retries, [\d.,]+ tokens\/s/);
});

test('an export of another country: its bytes, its delimiter, a line that is none, lines that belong together', async () => {
  const folder = scratch();
  const [swarm, input, out, csv] = ['swarm.yaml', 'in.csv', 'r.jsonl', 'r.csv'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string, string];
  const asks = 'input: {format: csv, column: Meldung, encoding: windows-1252, bad: skip, join: traces}';
  writeFileSync(swarm, readFileSync(small, 'utf8').replace(/^input: .*$/m, asks));
  const rows = [
    'sep=;',
    'Nr;Meldung',
    '1;ERROR Größe 2,5 €',
    '2;"    at a.b(C.java:1)"',
    'kaputt',
    '3;alles gut, Müller',
  ];
  const bytes = [...`${rows.join('\r\n')}\r\n`].map((char) => (char === '€' ? 0x80 : char.charCodeAt(0)));
  writeFileSync(input, Uint8Array.from(bytes));
  const ended = await headless(...['run', swarm, '--input', input, '--engine', 'scripted', '--out', out, '--csv', csv]);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toContain('in.csv: 1 record could not be read and was skipped: line 5.');
  const told = rowsOf(readFileSync(out)).map(({ line, lastLine, input: text }) => [line, lastLine, text]);
  expect(told).toEqual([
    [3, 4, 'ERROR Größe 2,5 €\n    at a.b(C.java:1)'],
    [6, undefined, 'alles gut, Müller'],
  ]);
  // A byte order mark: spreadsheets take it for the encoding of the country otherwise.
  expect(readFileSync(csv, 'utf8').startsWith('\uFEFFline,input,')).toBe(true);
});

test('0 when every task has a result; the same seed gives the same rows', async () => {
  const lines = inventLines(30, 3);
  const folder = scratch();
  const once = async (name: string): Promise<Record<string, unknown>[]> => {
    const out = path.join(folder, name);
    const ended = await headless(
      'run',
      small,
      '--input',
      inputFile(lines, folder),
      '--engine',
      'scripted',
      '--seed',
      '5',
      '--out',
      out,
    );
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ engine: 'scripted', tasks: 30, results: 30, failed: 0, seed: 5 });
    const rows = rowsOf(readFileSync(out));
    expectEveryLineOnce(rows, lines);
    // Who gets which line, and how long it takes, depends on the clock; what comes out does not.
    return rows.map(({ task, line, input, output, attempts }) => ({ task, line, input, output, attempts }));
  };
  expect(await once('a.jsonl')).toEqual(await once('b.jsonl'));
});

test('1 when a task failed, with the failure named in its row', async () => {
  const folder = scratch();
  // No rule of the scripted engine knows this word, and it may not write another.
  const text = readFileSync(small, 'utf8').replaceAll('tokens: 128', 'tokens: 8');
  const file = path.join(folder, 'short.yaml');
  const out = path.join(folder, 'short.jsonl');
  writeFileSync(file, text);
  const lines = inventLines(3, 4);
  const ended = await headless('run', file, '--input', inputFile(lines, folder), '--engine', 'scripted', '--out', out);
  expect(ended.code, ended.stderr).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({ tasks: 3, results: 0, failed: 3 });
  const rows = rowsOf(readFileSync(out));
  expectEveryLineOnce(rows, lines);
  for (const row of rows) expect(row.failure).toBeTruthy();
});

test('a fault plan plays in the tab and on the tab; 0 when each task ended once', async () => {
  test.setTimeout(300_000);
  const folder = scratch();
  const lines = inventLines(800, 6);
  const [out, plan] = [path.join(folder, 'faults.jsonl'), path.join(folder, 'plan.yaml')];
  const faults = [
    '{kind: device-lost, at: 300}',
    '{kind: stall, at: 600}',
    '{kind: reload-mid-write, at: 1500}',
    '{kind: old-version, at: 4s}',
    '{kind: clock-jump, at: 6s}',
    '{kind: second-tab, at: 7s}',
    '{kind: power-loss, at: 10s}',
    '{kind: message-doubled, at: 15s, for: 1s}',
  ];
  writeFileSync(
    plan,
    `planaria-faults: 1\nname: test\nseed: 5\nfaults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`,
  );
  const ended = await headless(
    ...['run', small, '--input', inputFile(lines, folder), '--engine', 'scripted', '--adapter', 'swiftshader'],
    ...['--faults', plan, '--json', '--out', out],
  );
  expect(ended.code, ended.stderr).toBe(0);
  expectEveryLineOnce(rowsOf(readFileSync(out)), lines);
  const told = JSON.parse(ended.stdout) as {
    lost: number;
    twice: number;
    faults: { mended: number; entries: object[] };
  };
  expect(told).toMatchObject({ phase: 'done', tasks: 800, lost: 0, twice: 0, faults: { injected: 8, mended: 8 } });
  expect(told.faults.entries).toHaveLength(8);
  for (const kind of ['device-lost', 'reload-mid-write', 'power-loss']) expect(ended.stderr).toContain(`s  ${kind}: `);
});

test.describe('2 for bad input, as FILE:line:column', () => {
  test('a fault plan', async () => {
    const folder = scratch();
    const plan = path.join(folder, 'plan.yaml');
    writeFileSync(plan, 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: devise-lost, at: 1s}\n');
    const args = ['run', small, '--input', inputFile(['one line'], folder), '--engine', 'scripted', '--faults', plan];
    const ended = await headless(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`${plan}:4:12: faults[0].kind is the text "devise-lost"; expected one of `);
    expect(ended.stderr).toContain('did you mean device-lost?');
    writeFileSync(plan, 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: stall, at: 1s, target: {role: triagr}}\n');
    const unknown = await headless(...args);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/plan\.yaml:4:\d+: there is no role "triagr"/);
  });

  const broken = path.join(root, 'src/swarm/fixtures/broken');
  const messages = JSON.parse(readFileSync(`${broken}.json`, 'utf8')) as Record<string, string[]>;

  for (const name of ['missing-comma.json', 'flow-dangling.yaml', 'many-at-once.json', 'gzip.yaml']) {
    test(name, async () => {
      const file = path.join(broken, name);
      const ended = await headless('run', file, '--input', inputFile(['one line']), '--engine', 'scripted');
      const expected = messages[name]!.map((message) => message.replace(name, file));
      expect(ended).toEqual({ code: 2, stdout: '', stderr: `${expected.join('\n')}\n` });
    });
  }

  test('an input that is packed, or of another format; a folder', async () => {
    const folder = scratch();
    const [swarm, packed, csv] = ['csv.yaml', 'in.log.gz', 'in.csv'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(swarm, readFileSync(small, 'utf8').replace(/^input: .*$/m, 'input: {format: csv, column: text}'));
    writeFileSync(packed, gzipSync('one line\n'));
    writeFileSync(csv, 'id,text\n1,half, lost\n');
    for (const [file, message] of [
      [packed, ':1:1: the file is packed with gzip; expected UTF-8 text; unpack it first (gunzip)'],
      [
        csv,
        ':2:8: the record has 3 columns, the header 2; expected at most 2; put quotes around text that holds a comma',
      ],
      [folder, ':1:1: cannot read this file: this is a folder; expected a readable file; name a file in it'],
    ] as const) {
      const ended = await headless('run', swarm, '--input', file, '--engine', 'scripted');
      expect(ended).toEqual({ code: 2, stdout: '', stderr: `${file}${message}\n` });
    }
  });

  test('no such swarm file, input or model, no input at all, an option that is none', async () => {
    const missing = await headless('run', 'no/such.yaml', '--input', inputFile(['x']));
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toMatch(/^no\/such\.yaml:1:1: .*; expected a readable file/);
    const input = await headless('run', small, '--input', 'no/such.log');
    expect(input).toMatchObject({ code: 2, stdout: '' });
    expect(input.stderr).toMatch(/^no\/such\.log:1:1: .*; expected a readable file/);
    const option = await headless('run', small, '--limit', 'many');
    expect(option).toMatchObject({ code: 2, stdout: '' });
    expect(option.stderr).toContain('--limit many: expected a whole number');
    const model = await headless('run', small, '--model', 'no-such-model');
    expect(model).toMatchObject({ code: 2, stdout: '' });
    expect(model.stderr).toMatch(/^--model no-such-model: no such model; expected/);
    const folder = scratch();
    const dropped = path.join(folder, 'dropped.yaml');
    writeFileSync(
      dropped,
      readFileSync(small, 'utf8').replace(/^input: .*$/m, 'input: {from: dropped, format: lines}'),
    );
    const without = await headless('run', dropped, '--engine', 'scripted');
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toMatch(/dropped\.yaml:\d+:\d+: .*--input/);
  });

  test('a CSV whose column is missing names the input file', async () => {
    const folder = scratch();
    const file = path.join(folder, 'csv.yaml');
    const csv = path.join(folder, 'rows.csv');
    writeFileSync(
      file,
      readFileSync(small, 'utf8').replace(/^input: .*$/m, 'input: {from: dropped, format: csv, column: text}'),
    );
    writeFileSync(csv, 'when,what\n1,a thing\n');
    const ended = await headless('run', file, '--input', csv, '--engine', 'scripted');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.startsWith(`${csv}:1:`), ended.stderr).toBe(true);
  });
});
