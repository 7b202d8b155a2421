import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { metaPolicy } from '../tools/dev/csp.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { watch } from './support/watch.ts';

const dist = path.join(root, 'dist');

async function expectWholePage(page: Page, url: string): Promise<void> {
  const seen = await watch(page.context());
  await page.goto(url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(seen.violations).toEqual([]);
  expect(seen.errors).toEqual([]);
  expect(seen.requests.length).toBeGreaterThan(1);
  expect(seen.requests.filter((address) => !address.startsWith(url) && !address.startsWith('blob:'))).toEqual([]);
}

test('the page loads under its policy and asks nothing of another host', async ({ page, baseURL }) => {
  await expectWholePage(page, baseURL!);
});

test('the build works from a sub path of a host that sends no headers of ours', async ({ page }) => {
  const server = await serve({ root: dist, basePath: '/some/where/', bare: true });
  try {
    await expectWholePage(page, server.url);
    await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveAttribute('content', metaPolicy);
  } finally {
    await server.close();
  }
});

test('the licences of all packages in the page and its workers lie beside it', async ({ request }) => {
  const reply = await request.get('./licenses.txt');
  expect(reply.status()).toBe(200);
  const text = await reply.text();
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const [name, version] of Object.entries(dependencies)) expect(text).toContain(`${name} ${version} (`);
  expect(text).toContain('Permission is hereby granted, free of charge');
});

test('inline script is refused; eval and frames are not in the policy', async ({ page, baseURL }) => {
  const seen = await watch(page.context());
  await page.goto(baseURL!);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineScriptRan = true';
    document.head.append(script);
  });
  expect(await page.evaluate(() => 'inlineScriptRan' in globalThis)).toBe(false);
  // Once by the header's policy, once by the page's own.
  await expect.poll(() => seen.violations).toEqual(['script-src-elem: inline', 'script-src-elem: inline']);

  const response = await page.request.get(baseURL!);
  expect(response.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(response.headers()['content-security-policy']).not.toContain("'unsafe-eval'");
  expect(response.headers()).not.toHaveProperty('cross-origin-opener-policy');
  expect(response.headers()).not.toHaveProperty('cross-origin-embedder-policy');
});

test('the built page has nothing inline and only relative addresses', () => {
  const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
  for (const [, attributes, body] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
    expect(attributes).toContain('src="./');
    expect(body).toBe('');
  }
  for (const [, address] of html.matchAll(/\s(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^(\.\/|data:)/);
});

test('the engine is in no file that the page loads before a model is wanted', () => {
  const assets = readdirSync(path.join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const withEngine = assets.filter((name) => readFileSync(path.join(dist, 'assets', name), 'utf8').includes('TVMFFI'));
  expect(withEngine.filter((name) => !/^(inference\.worker|engine)-/.test(name))).toEqual([]);
});
