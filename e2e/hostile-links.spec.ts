/** What strangers may send, opened in the real page: it says what is wrong, runs nothing, and stays usable. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test, type Page } from './support/test.ts';
import { crc32c } from '../src/kernel/checksum.ts';
import { inventLines } from './support/logs.ts';
import { scratch, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { storedRuns } from './support/stored.ts';
import type { Watch } from './support/watch.ts';
import { withoutGpu } from './support/without-gpu.ts';

const swarm = readFileSync(swarmFile('triage-24.yaml'), 'utf8');

const open = withoutGpu();

/** As somebody would make it who does not have our program. */
function linkOf(text: string, codec: string): string {
  const body = deflateRawSync(Buffer.from(text));
  return `#${codec}:${body.toString('base64url')}.${crc32c(body).toString(16).padStart(8, '0')}`;
}
function fileOf(text: string, kind: 1 | 2): string {
  const body = deflateRawSync(Buffer.from(text));
  const file = Buffer.alloc(20 + body.length);
  Buffer.from([0x89, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a, 0x1a]).copy(file);
  file.writeUInt16BE(1, 8);
  file.writeUInt16BE(kind, 10);
  file.writeUInt32BE(body.length, 12);
  file.writeUInt32BE(crc32c(body), 16);
  body.copy(file, 20);
  const name = path.join(scratch(), 'sent.planaria');
  writeFileSync(name, file);
  return name;
}
const incident = (change: object): string =>
  JSON.stringify({
    incident: 1,
    version: '1',
    run: { startedAt: 1_700_000_000_000, engine: 'scripted', model: 'pocket', ms: 1000, mended: 0 },
    swarm: { name: 'x.yaml', text: swarm.replace(/^ {2}from: .*$/m, '  from: dropped') },
    settings: { seed: 1, vramMiB: 1024 },
    input: { name: 'x.log', text: 'one\ntwo\n', included: true },
    engines: [],
    seats: [],
    faults: [],
    turns: {},
    heals: [],
    ...change,
  });
const fault = { kind: 'stall', at: 0, agents: [0], detail: '', seed: 1, forMs: 0 };

const nothingRan = async (page: Page, { requests, errors }: Watch, baseURL: string): Promise<void> => {
  expect(requests.filter((address) => /models\/|\.wasm/.test(address))).toEqual([]);
  expect(requests.filter((address) => !address.startsWith(baseURL) && !/^(about|blob|data):/.test(address))).toEqual(
    [],
  );
  expect(errors).toEqual([]);
  const runs = await storedRuns(page);
  expect(runs).toBe(0);
};

test('hostile links and files are refused by name, soon, and nothing of them runs', async ({ baseURL }) => {
  test.setTimeout(240_000);
  const { context, page, seen } = await open();
  const links: [string, string][] = [
    [linkOf(incident({ faults: Array.from({ length: 10_001 }, () => fault) }), 'i1'), 'not-ours'],
    [linkOf(incident({ faults: [{ ...fault, at: -5 }] }), 'i1'), 'not-ours'],
    [linkOf(incident({ faults: [{ ...fault, kind: 'erase' }] }), 'i1'), 'not-ours'],
    [linkOf(incident({ remote: { url: 'https://far.example' } }), 'i1'), 'not-ours'],
    [linkOf('['.repeat(900_000), 'i1'), 'not-ours'],
    [linkOf('{"planaria":1}', 's2'), 'not-ours'],
  ];
  for (const [link, problem] of links) {
    await page.goto('about:blank');
    await page.goto(baseURL! + link);
    await expect(page.locator('[data-problem]')).toHaveAttribute('data-problem', problem);
  }
  const files: [string, string][] = [
    [fileOf('['.repeat(95 * 2 ** 20), 2), 'not-ours'],
    [fileOf(`[${'{},'.repeat(30 * 2 ** 20)}{}]`, 1), 'not-ours'],
    [fileOf(' '.repeat(97 * 2 ** 20), 2), 'too-long'],
  ];
  for (const [file, problem] of files) {
    await page.goto(`${baseURL!}#/`);
    await page.getByLabel('Swarm file', { exact: true }).setInputFiles(file);
    await expect(page.locator('[data-problem]')).toHaveAttribute('data-problem', problem, { timeout: 30_000 });
    await expect(page.getByRole('button', { name: /^(Run|Replay)/ })).toHaveCount(0);
  }
  await nothingRan(page, seen, baseURL!);
  // The program behind the page is alive: the next good link opens.
  await page.goto('about:blank');
  await page.goto(baseURL! + linkOf(swarm, 's1'));
  await expect(page.getByTestId('needs')).toContainText('pocket');
  await context.close();
});

test('a swarm with hostile numbers, a model by address or a tool shows where it is wrong and cannot run', async ({
  baseURL,
}) => {
  test.setTimeout(120_000);
  const { context, page, seen } = await open();
  for (const [from, to] of [
    [/replicas: 20/, 'replicas: 1000000000'],
    [/replicas: 20/, 'replicas: 1e999'],
    [/^model: .*$/m, 'model: https://models.example/x'],
    [/^roles:/m, 'tools: [fetch]\nroles:'],
  ] as const) {
    const text = swarm.replace(from, to);
    expect(text).not.toBe(swarm);
    await page.goto('about:blank');
    await page.goto(baseURL! + linkOf(text, 's1'));
    await expect(page.getByText('The swarm file in it has errors')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run it scripted' })).toBeDisabled();
  }
  await nothingRan(page, seen, baseURL!);
  await context.close();
});

test('a file with 48 MB of input is reviewed and runs; a link made on the Korean page opens on the English one', async ({
  baseURL,
}) => {
  test.setTimeout(300_000);
  const { context, page, seen } = await open();
  const [first = '', ...more] = inventLines(4000, 9);
  // Every line has noise that no compression takes away.
  let state = 1;
  const noise = (length: number): string => {
    const bytes = Buffer.alloc(Math.ceil((length * 3) / 4));
    for (let k = 0; k < bytes.length; k++)
      bytes[k] = (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
    return bytes.toString('base64').slice(0, length);
  };
  const input = [first, ...more.map((line) => `${line} ${noise(12_000)}`)].join('\n');
  const own = swarm.replace(/^input:[\s\S]*?(?=^\S)/m, 'input: {from: dropped, format: lines, limit: 40}\n');
  const file = fileOf(
    JSON.stringify({ planaria: 1, swarm: { name: 'big.yaml', text: own }, input: { name: 'big.log', text: input } }),
    1,
  );
  expect(readFileSync(file).length).toBeGreaterThan(34_000_000);
  await page.goto(baseURL!);
  await page.getByLabel('Swarm file', { exact: true }).setInputFiles(file);
  await expect(page.getByTestId('needs')).toContainText('big.log, 4,000 lines', { timeout: 60_000 });
  await nothingRan(page, seen, baseURL!);
  await page.getByRole('button', { name: 'Run it scripted' }).click();
  await untilPhase(page, 'done');
  expect(await storedRuns(page)).toBe(1);
  expect(seen.errors).toEqual([]);
  await context.close();

  const korean = await open('ko');
  await korean.page.goto(`${baseURL!}#/read/triage-24`);
  await korean.page.getByRole('button', { name: '공유', exact: true }).click();
  const link = await korean.page.getByRole('textbox', { name: '링크' }).inputValue();
  await korean.context.close();
  const english = await open('en');
  await english.page.goto(link);
  await expect(english.page.getByText('Somebody shared a swarm with you.')).toBeVisible();
  await expect(english.page.getByRole('heading', { level: 1 })).toHaveText('Log triage, 24 agents');
  await english.context.close();
});

test('d, h: a million commas, and names that would pass for others, are shown for what they are', async ({
  baseURL,
}) => {
  test.setTimeout(120_000);
  const { context, page, seen } = await open();
  await page.goto(baseURL! + linkOf('['.concat(','.repeat(1_000_000)), 's1'));
  await expect(page.getByText('The swarm file in it has errors')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('the file goes on after 30000 names, values and marks');

  const strange = swarm
    .replace(/^name: .*$/m, String.raw`name: "Log\u200Btriage \u202Egnp.exe"`)
    .replace(
      /^description: .*$/m,
      String.raw`description: "safe\u2066 \u05E9\u05DC\u05D5\u05DD \uD83D\uDC69\u200D\uD83D\uDE80"`,
    )
    .replace('Triage this log line.', 'Triage this \u2067log line.');
  await page.goto('about:blank');
  await page.goto(baseURL! + linkOf(strange, 's1'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log⟨U+200B⟩triage ⟨U+202E⟩gnp.exe');
  await expect(page).toHaveTitle(/^Log⟨U\+200B⟩triage ⟨U\+202E⟩gnp\.exe - /);
  await expect(page.getByText('safe⟨U+2066⟩ שלום 👩\u200D🚀')).toBeVisible();
  await expect(page.getByText('Triage this ⟨U+2067⟩log line.')).toBeVisible();
  await nothingRan(page, seen, baseURL!);
  await context.close();
});
