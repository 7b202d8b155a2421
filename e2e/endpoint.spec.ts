/** A run whose agents all work at an endpoint that a person names: asked for before, shown while it goes on, asked for again; its key is nowhere. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from './support/test.ts';
import { root } from '../tools/dev/workspace.mjs';
import { systemClock } from '../src/kernel/clock.ts';
import { exported } from '../tools/headless/page.mjs';
import { listen, type Loopback } from '../tools/endpoints/loopback.ts';
import { OpenAiServer } from '../tools/endpoints/openai.ts';
import type { Trouble } from '../tools/endpoints/server.ts';
import { expectSoundEverywhere } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { exportedReport, exportedRows, inputFile, scratch, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, rowsOf, swarmFile } from './support/rows.ts';
import { withoutGpu } from './support/without-gpu.ts';

const KEY = 'sk-e2e-4711-secret';
const small = swarmFile('triage-24.yaml');

/** It needs no GPU here. */
const open = withoutGpu({ permissions: ['clipboard-read', 'clipboard-write'] });

/** Two requests too many, two connections lost before a word and one after some. */
const TROUBLE: Readonly<Record<number, Trouble>> = {
  3: { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: '{"error":{"message":"Slow down."}}' },
  5: { kind: 'drop', after: null },
  8: { kind: 'drop', after: 2 },
  11: { kind: 'status', status: 503, body: '{"error":{"message":"Loading model"}}' },
};

/** A server on this computer; from its `holds`th completion on, which is told, it answers only once it is let go. */
async function endpoint(
  holds = Infinity,
  onHeld: () => void = () => undefined,
): Promise<Loopback & { server: OpenAiServer; letGo: () => void }> {
  const server = new OpenAiServer({
    ...{ clock: systemClock(), key: KEY, model: 'tiny', firstMs: 5, pieceMs: 1 },
    trouble: ({ before }) => TROUBLE[before] ?? null,
  });
  let letGo = (): void => undefined;
  const free = new Promise<void>((resolve) => (letGo = resolve));
  const loopback = await listen({
    handle: async (request, signal) => {
      if (request.method === 'POST' && server.asked.length >= holds) {
        onHeld();
        await free;
      }
      return server.handle(request, signal);
    },
  });
  return { ...loopback, server, letGo };
}

function remoteSwarm(): string {
  const file = path.join(scratch(), 'remote.yaml');
  writeFileSync(file, readFileSync(small, 'utf8').replace(/^model: .*$/m, 'model: remote'));
  return file;
}

const fields = (page: Page) => page.locator('[data-endpoint]').first();

async function name(page: Page, url: string, key: string): Promise<void> {
  await fields(page).getByLabel('Address').fill(url);
  await fields(page).getByLabel('Model', { exact: true }).fill('tiny');
  await fields(page).getByLabel('Key', { exact: true }).fill(key);
}

async function choose(page: Page, swarm: string, lines: readonly string[]): Promise<void> {
  await page.getByLabel('Swarm file', { exact: true }).setInputFiles(swarm);
  await page.getByLabel('Input file', { exact: true }).setInputFiles(inputFile(lines));
}

/** All that the browser keeps for the page, as text. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const all: unknown[] = [{ ...localStorage }, { ...sessionStorage }, location.href, history.state];
    const request = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error('unread'));
      });
    type Buckets = { keys(): Promise<string[]>; open(name: string): Promise<{ indexedDB: IDBFactory }> };
    const buckets = (navigator as unknown as { storageBuckets: Buckets }).storageBuckets;
    const factories = [indexedDB];
    for (const name of await buckets.keys()) factories.push((await buckets.open(name)).indexedDB);
    for (const factory of factories)
      for (const { name } of await factory.databases()) {
        const database = await request(factory.open(name ?? ''));
        for (const store of database.objectStoreNames)
          all.push(await request(database.transaction(store).objectStore(store).getAll()));
        database.close();
      }
    const bytes = (_: string, value: unknown): unknown =>
      value instanceof ArrayBuffer || ArrayBuffer.isView(value)
        ? new TextDecoder().decode(value as ArrayBuffer)
        : value;
    const cached: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) cached.push(url);
    return JSON.stringify([all, cached], bytes);
  });

test('asked for before the run, and again after a reload; a wrong key is told; each line once; the key is nowhere', async ({
  baseURL,
}) => {
  test.setTimeout(240_000);
  const lines = inventLines(36, 71);
  const { url, server, letGo, close } = await endpoint(26);
  const { context, page, seen } = await open();
  try {
    const { host } = new URL(url);
    await page.goto(baseURL!);
    await choose(page, remoteSwarm(), lines);
    const run = page.getByRole('button', { name: 'Run', exact: true });
    await expect(fields(page)).toContainText('go to the host that you name');
    await expect(run).toBeDisabled();
    await expect(page.getByText('Name the endpoint first')).toBeVisible();

    // What is typed wrongly is told at its field.
    const told = fields(page).getByRole('alert');
    const address = fields(page).getByLabel('Address');
    for (const [typed, says] of [
      ['host.example', 'That is no address'],
      ['http://host.example/v1', 'http:// only for this computer itself'],
      [`https://${KEY}@host.example/v1`, 'The key goes into its own field'],
    ] as const) {
      await address.fill(typed);
      await address.blur();
      await expect(told).toContainText(says);
      await expect(address).toHaveAttribute('aria-invalid', 'true');
      await expect(run).toBeDisabled();
    }
    await name(page, 'https://far.example/v1', `${KEY.slice(0, 4)}\u200b${KEY.slice(4)}`);
    await expect(told).toContainText('U+200B, the 5th');
    await expect(fields(page)).toContainText('leave this computer: they go to far.example, and to no other host');
    await expectSoundEverywhere(page, 'an endpoint that is typed wrongly');
    await name(page, url, KEY);
    await expect(told).toHaveCount(0);
    await expect(page.getByText(`Nothing has been sent; Run sends to ${host}.`)).toBeVisible();
    expect(server.asked).toEqual([]);
    await run.click();

    // It runs, by no rule and on no GPU, and says where.
    await untilPhase(page, 'running');
    await expect.poll(async () => Number(await page.getByTestId('results').first().textContent())).toBeGreaterThan(3);
    await expect(page.getByText('Scripted', { exact: true })).toHaveCount(0);
    const facts = page.getByRole('complementary', { name: 'This run' });
    await expect(facts).toContainText(host);
    await expect(facts).toContainText('learned; 6 at most');
    await expect(page.getByTestId('endpoint-waits')).toContainText(/asked to wait (once|\d times)/);
    await expect(page.getByTestId('endpoint')).toContainText('of 6 at most');
    await expectSoundEverywhere(page, 'a run at an endpoint');
    await page.keyboard.press('b');
    const breaking = page.getByRole('dialog', { name: 'Break something' });
    await expect(breaking).toContainText('This run uses no GPU.');
    await expect(breaking).toContainText('The endpoint is asked again');
    await expect(breaking).not.toContainText('GPU device');
    await page.keyboard.press('Escape');

    await page.reload();
    await untilPhase(page, 'waiting');
    const wait = page.locator('section[data-endpoint]');
    await expect(wait).toHaveAttribute('data-problem', 'remote-absent');
    await expect(wait.getByRole('status').first()).toContainText('No endpoint has been named in this tab');
    await expect(wait).toContainText(`Last time it was tiny at ${host}.`);
    const before = server.asked.length;
    await expectSoundEverywhere(page, 'a run that waits for its endpoint');
    expect(server.asked).toHaveLength(before);

    // By keyboard alone: a wrong key, then the right one into the field that is empty again.
    await name(page, url, 'sk-wrong');
    await page.keyboard.press('Enter');
    await expect(wait).toHaveAttribute('data-problem', 'remote-key', { timeout: 60_000 });
    await expect(wait).toContainText('The endpoint refuses the key');
    await expect(wait.getByLabel('Address')).toHaveValue(url);
    await expect(wait.getByLabel('Key', { exact: true })).toHaveValue('');
    await wait.getByLabel('Key', { exact: true }).focus();
    await page.keyboard.type(KEY);
    letGo();
    await page.keyboard.press('Enter');
    await untilPhase(page, 'done');

    const rows = await exportedRows(page);
    expectEveryLineOnce(rows, lines);
    expectValidOutputs(rows, small);
    expect(rows.filter(({ failure }) => failure !== null)).toEqual([]);
    expect((await exportedReport(page)).engine).toBe('remote');

    // The key, and what else was tried as one.
    await page.getByRole('button', { name: 'Share', exact: true }).first().click();
    await page.getByRole('dialog').getByRole('radio').nth(1).check();
    const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
    expect(link).toMatch(/#i\d:/);
    await page.keyboard.press('Escape');
    const exports = [];
    for (const kind of ['jsonl', 'csv', 'report'] as const) exports.push((await exported(page, kind)).toString('utf8'));
    const stored = await kept(page);
    expect(stored).toContain('endpoint.named');
    for (const text of [stored, link, ...exports, await page.content(), ...seen.errors])
      for (const secret of [KEY, 'sk-wrong']) expect(text).not.toContain(secret);
    for (const text of [stored, link]) expect(text).not.toContain(url);
    expect(seen.violations).toEqual([]);
    const elsewhere = seen.requests.filter((asked) => /^https?:/.test(asked) && !asked.startsWith(baseURL!));
    expect([...new Set(elsewhere.map((asked) => new URL(asked).host))].filter((other) => other !== host)).toEqual([]);
  } finally {
    await context.close();
    await close();
  }
});

test('chosen by hand for a swarm that names a model, and in a shared one; the run keeps the choice', async ({
  baseURL,
}) => {
  test.setTimeout(180_000);
  const lines = inventLines(8, 72);
  const { url, server, close } = await endpoint();
  const { context, page } = await open();
  try {
    await page.goto(baseURL!);
    await choose(page, small, lines);
    await page.getByRole('radio', { name: 'An endpoint that you name' }).check();
    await expect(fields(page)).toBeVisible();
    await name(page, url, KEY);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await untilPhase(page, 'done');
    expectEveryLineOnce(await exportedRows(page), lines);
    expect(await exportedReport(page)).toMatchObject({ engine: 'remote', failed: 0 });
    const asked = server.asked.length;

    // Shared, it says who is asked and reaches nobody before Run.
    await page.goto(`${baseURL!}#/`);
    await choose(page, remoteSwarm(), lines);
    await page.getByRole('button', { name: 'Read it' }).click();
    await expect(page.getByText('send what agents read to the endpoint that you name')).toBeVisible();
    await expectSoundEverywhere(page, 'a swarm for an endpoint, read');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
    await page.goto('about:blank');
    await page.goto(link);
    await expect(page.getByTestId('needs')).toContainText('only the endpoint that you name, once you press Run');
    await expect(page.getByRole('button', { name: 'Run it', exact: true })).toBeDisabled();
    await expect(fields(page).getByLabel('Address')).toHaveValue('');
    expect(server.asked).toHaveLength(asked);
  } finally {
    await context.close();
    await close();
  }
});

test.describe('to another host over plain HTTP', () => {
  test.use({ mayRefuse: /^connect-src: http:\/\/192\.0\.2\.1\// });

  test('the policy of the page lets nothing go to another host over plain HTTP', async ({ baseURL }) => {
    const { context, page, seen } = await open();
    await page.goto(baseURL!);
    // An address of no network (RFC 5737).
    const reached = await page.evaluate(() =>
      fetch('http://192.0.2.1/v1/models').then(
        () => true,
        () => false,
      ),
    );
    expect(reached).toBe(false);
    await expect.poll(() => seen.violations).toContain('connect-src: http://192.0.2.1/v1/models');
    await context.close();
  });
});

/** The command line, with the key where it is read from. `ends`: told to end once that resolves. */
function headless(
  args: readonly string[],
  ends?: Promise<void>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'tools/headless/cli.mjs'), 'run', ...args], {
      cwd: root,
      env: { ...process.env, PLANARIA_REMOTE_KEY: KEY },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
    void ends?.then(() => child.kill('SIGINT'));
  });
}

test('from the command line: by the file, by --model remote, and refused without an endpoint', async () => {
  test.setTimeout(240_000);
  const lines = inventLines(10, 73);
  const { url, server, close } = await endpoint();
  try {
    const input = inputFile(lines);
    const there = ['--remote', url, '--remote-model', 'tiny'];
    for (const args of [[remoteSwarm()], [small, '--model', 'remote']]) {
      const out = path.join(scratch(), 'r.jsonl');
      const ended = await headless([...args, '--input', input, ...there, '--out', out]);
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ engine: 'remote', tasks: 10, results: 10, failed: 0 });
      expectEveryLineOnce(rowsOf(readFileSync(out)), lines);
      expect(ended.stdout + ended.stderr).not.toContain(KEY);
    }
    const asked = server.asked.length;
    const without = await headless([remoteSwarm(), '--input', input]);
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toContain('its agents work at an endpoint; expected --remote URL and --remote-model ID');
    const wrong = await headless([
      remoteSwarm(),
      '--input',
      input,
      '--remote',
      'http://far.example/v1',
      '--remote-model',
      'tiny',
    ]);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^--remote http:\/\/far\.example\/v1: The address must begin with https:/);
    expect(server.asked).toHaveLength(asked);
  } finally {
    await close();
  }
});

test('from the command line: told to end, the run goes on at the endpoint that is named again', async () => {
  test.setTimeout(240_000);
  const lines = inventLines(24, 74);
  let asked = (): void => undefined;
  const full = new Promise<void>((resolve) => (asked = resolve));
  const { url, server, letGo, close } = await endpoint(20, () => asked());
  try {
    const out = path.join(scratch(), 'r.jsonl');
    const there = ['--remote', url, '--remote-model', 'tiny'];
    const ended = await headless([remoteSwarm(), '--input', inputFile(lines), ...there, '--out', out], full);
    expect(ended.code, ended.stderr).not.toBe(0);
    const before = server.asked.length;
    letGo();
    const resumed = await headless(['--resume', '--out', out, ...there]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(server.asked.length).toBeGreaterThan(before);
    const rows = rowsOf(readFileSync(out)).toSorted((a, b) => a.line - b.line);
    expectEveryLineOnce(rows, lines);
    expect(ended.stderr + resumed.stderr).not.toContain(KEY);
  } finally {
    await close();
  }
});
