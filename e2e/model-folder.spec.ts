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
