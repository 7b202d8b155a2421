/** A model from another origin, by the address that a person types: in the hub's layout, and when nobody is there. */
import { expect, test } from './support/test.ts';
import { serveHub } from './engine/harness-site.ts';
import { inventLines } from './support/logs.ts';
import { exportedReport, exportedRows, inputFile, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, swarmFile } from './support/rows.ts';

const swarm = swarmFile('triage-24.yaml');

test(
  'the pocket model from another host, in the hub layout, does the work',
  { tag: '@model' },
  async ({ page, baseURL }) => {
    test.setTimeout(400_000);
    const hub = await serveHub();
    try {
      const lines = inventLines(3, 5);
      await page.goto(baseURL!);
      await startRun(page, { file: swarm, input: inputFile(lines), engine: 'webllm', model: hub.url });
      await untilPhase(page, 'done', 360_000);
      expectEveryLineOnce(await exportedRows(page), lines);
      expect(await exportedReport(page)).toMatchObject({ engine: 'webllm', model: { id: 'pocket' }, tasks: 3 });
      expect(hub.asked).toContain('resolve/main/mlc-chat-config.json');
      expect(hub.asked).toContain('pocket.wasm');
    } finally {
      await hub.close();
    }
  },
);

test(
  'where nothing can be read the page says what and what to do; once it can, the run goes on',
  { tag: '@model' },
  async ({ page, baseURL }) => {
    test.setTimeout(400_000);
    const hub = await serveHub();
    try {
      hub.instead.set('', () => 404);
      const lines = inventLines(2, 6);
      await page.goto(baseURL!);
      await startRun(page, { file: swarm, input: inputFile(lines), engine: 'webllm', model: hub.url });
      await untilPhase(page, 'waiting', 60_000);
      const notice = page.locator('.notices').getByRole('status');
      await expect(notice).toContainText(new URL(hub.url).host);
      await expect(notice).toContainText('0 results saved');
      hub.instead.clear();
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await untilPhase(page, 'done', 300_000);
      expectEveryLineOnce(await exportedRows(page), lines);
    } finally {
      await hub.close();
    }
  },
);

test('what is no address is refused where it is typed', async ({ page, baseURL }) => {
  await page.goto(baseURL!);
  const field = page.getByRole('textbox', { name: 'Model folder URL' });
  for (const bad of ['ftp://models.example/pocket', 'javascript:alert(1)', 'just words']) {
    await field.fill(bad);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByText('This is not an http or https address.')).toBeVisible();
  }
  await field.fill('https://models.example/pocket');
  await expect(field).not.toHaveAttribute('aria-invalid', 'true');
});

const malformed = ['The model folder does not hold together', '모델 폴더의 내용이 맞지 않습니다'] as const;
const tooLong = ['A file of the model is longer than it may be', '모델 파일이 허용된 크기보다 깁니다'] as const;

test('a hostile folder is refused in words that a person reads, in both languages, and the run waits', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(300_000);
  const hub = await serveHub();
  const elsewhere = await serveHub();
  try {
    const context = await browser.newContext({ locale: 'en' });
    const page = await context.newPage();
    const notice = page.locator('.notices').getByRole('status');
    const index = (change: (records: { dataPath: string; nbytes: number }[]) => void) => (bytes: Buffer) => {
      const whole = JSON.parse(bytes.toString('utf8')) as { records: { dataPath: string; nbytes: number }[] };
      change(whole.records);
      return Buffer.from(JSON.stringify(whole));
    };
    const refused = async (titles: readonly [en: string, ko: string], ...words: string[]) => {
      hub.asked.length = 0;
      await page.goto(`${baseURL!}#/`);
      await page.evaluate(() => localStorage.removeItem('planaria.settings'));
      await page.reload();
      await startRun(page, { file: swarm, input: inputFile(inventLines(2, 6)), engine: 'webllm', model: hub.url });
      await untilPhase(page, 'waiting', 60_000);
      for (const text of [titles[0], ...words]) await expect(notice).toContainText(text);
      await page.evaluate(() => localStorage.setItem('planaria.settings', JSON.stringify({ language: 'ko' })));
      await page.reload();
      await untilPhase(page, 'waiting', 60_000);
      for (const text of [titles[1], ...words]) await expect(notice).toContainText(text);
    };

    hub.instead.set(
      'tensor-cache.json',
      index((records) => (records[0]!.dataPath = `${elsewhere.url}/a.bin`)),
    );
    await refused(malformed, 'tensor-cache.json, records.0.dataPath');
    expect(elsewhere.asked).toEqual([]);
    hub.instead.clear();
    hub.instead.set('mlc-chat-config.json', (bytes) =>
      Buffer.from(bytes.toString('utf8').replace('"hidden_size": 256', '"hidden_size": "wide"')),
    );
    await refused(malformed, 'model_config.hidden_size', '"wide"');
    expect(hub.asked.filter((name) => /params|wasm|tokenizer/.test(name))).toEqual([]);
    hub.instead.clear();
    hub.instead.set('params_shard_0.bin', (bytes) => Buffer.concat([bytes, Buffer.from('!')]));
    await refused(tooLong, 'params_shard_0.bin has more than the 2098176 bytes');
    await context.close();
  } finally {
    await hub.close();
    await elsewhere.close();
  }
});
