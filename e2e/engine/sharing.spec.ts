/**
 * What sequences share on a real GPU queue: forks of a role's prompt, and what ended turns left behind. Nobody may notice, down to the logits.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { root } from '../../tools/dev/workspace.mjs';
import { openHarness, serveHarness } from './harness-site.ts';

let site: { url: string; close: () => Promise<void> };

test.beforeAll(async () => {
  test.setTimeout(180_000);
  site = await serveHarness();
});
test.afterAll(() => site.close());
test.beforeEach(async ({ page }) => {
  test.setTimeout(400_000);
  await openHarness(page, site.url);
});

interface Reference {
  readonly prompts: readonly { readonly ids: readonly number[] }[];
}

const { prompts: real } = JSON.parse(
  readFileSync(path.join(root, 'tools/pocket-model/reference.json'), 'utf8'),
) as Reference;

test('logits of a batch of 12 with shared beginnings are those of each prompt alone, within 1e-4', async ({ page }) => {
  const text = (i: number): readonly number[] => real[i]?.ids ?? [];
  // Two whole pages and a part of a third are shared by all; some agree for another page.
  const shared = text(0).slice(0, 37);
  const prompts = Array.from({ length: 12 }, (_, i) => [
    ...shared,
    ...text(0).slice(37, i % 3 === 0 ? 37 : 55),
    ...text(1 + i).slice(7, 10 + 4 * i),
  ]);
  const said = [500, 41, 777];
  const { differences, compared } = await page.evaluate(
    ([shared, prompts, said]) => window.planaria.shared(shared, prompts, said),
    [shared, prompts, said] as const,
  );
  expect(compared).toBe(12 * 4 * 1536);
  expect(Math.max(...differences), differences.join(' ')).toBeLessThan(1e-4);
});

test('second opinions and lines that begin alike say what they say through stock WebLLM, for fewer tokens', async ({
  page,
}) => {
  const { batch, again, stock, counters } = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const prefix = [
      { role: 'system' as const, content: 'Triage this log line. Say how bad it is, what it names, and what to do.' },
    ];
    const lines = Array.from(
      { length: 16 },
      (_, i) =>
        `Jun 14 15:16:0${i % 4} combo sshd(pam_unix)[${19939 + (i >> 1)}]: authentication failure; user${i * i}`,
    );
    const make = (name: string) =>
      lines.map((line, i) => turn(`${name}${i}`, line, { prefix, maxTokens: 4 + (i % 5) }));
    const swarm = await load('webllm');
    const all = (turns: ReturnType<typeof make>) => Promise.all(turns.map((each) => swarm.engine.submit(each).done));
    const batch = await all(make('a'));
    const again = await all(make('b'));
    const counters = await swarm.engine.counters();
    await swarm.engine.dispose();
    const one = await load('stock');
    const stock = [];
    for (const each of make('s')) stock.push(await one.engine.submit(each).done);
    await one.engine.dispose();
    return { batch, again, stock, counters };
  });
  const texts = stock.map(({ text }) => text);
  expect(batch.map(({ text }) => text)).toEqual(texts);
  expect(again.map(({ text }) => text)).toEqual(texts);
  for (const { usage } of again) expect(usage.cachedTokens).toBe(usage.promptTokens - 1);
  const all = [...batch, ...again];
  expect(counters.prefillTokens).toBe(all.reduce((sum, { usage }) => sum + usage.promptTokens - usage.cachedTokens, 0));
});
