import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test, type Page } from './support/test.ts';
import { headers, metas } from '../tools/dev/hosting.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { untilQuiet } from './support/page.ts';
import { watch } from './support/watch.ts';

const dist = path.join(root, 'dist');

async function expectWholePage(page: Page, url: string): Promise<void> {
  const seen = await watch(page.context());
  await page.goto(url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await untilQuiet(page);
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
    for (const { content = '', ...named } of metas) {
      const [[name, value] = ['', '']] = Object.entries(named);
      await expect(page.locator(`meta[${name}="${value}"]`)).toHaveAttribute('content', content);
    }
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

test.describe('what the policy refuses', () => {
  test.use({
    mayRefuse: /^(?:require-trusted-types-for|trusted-types): /,
  });

  test('inline script is refused', async ({ page, baseURL }) => {
    const seen = await watch(page.context());
    await page.goto(baseURL!);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.append('globalThis.inlineScriptRan = true');
      document.head.append(script);
    });
    expect(await page.evaluate(() => 'inlineScriptRan' in globalThis)).toBe(false);
    await expect.poll(() => seen.violations).toContain('require-trusted-types-for: trusted-types-sink');
  });

  for (const bare of [false, true])
    test(`j. text becomes neither markup nor script nor a worker, ${bare ? 'by the page alone' : 'with our headers'}`, async ({
      page,
    }) => {
      const server = await serve({ root: dist, bare });
      try {
        await page.goto(server.url);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        const refused = await page.evaluate(() => {
          const ways: Record<string, () => unknown> = {
            markup: () => (document.createElement('div').innerHTML = '<b>x</b>'),
            script: () => (document.createElement('script').text = '1'),
            worker: () => new Worker('./assets/any.js'),
            policy: () =>
              (
                globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
              ).trustedTypes.createPolicy('mine', {}),
            again: () =>
              (
                globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
              ).trustedTypes.createPolicy('planaria-scripts', {}),
          };
          return Object.fromEntries(
            Object.entries(ways).map(([name, way]) => {
              try {
                way();
                return [name, false];
              } catch {
                return [name, true];
              }
            }),
          );
        });
        expect(refused).toEqual({ markup: true, script: true, worker: true, policy: true, again: true });
      } finally {
        await server.close();
      }
    });
});

test('every header of production comes with the page, its workers and its library', async ({ page, baseURL }) => {
  const { files } = JSON.parse(
    /^self\.planariaPage=(.*);$/m.exec(readFileSync(path.join(dist, 'sw.js'), 'utf8'))![1]!,
  ) as {
    files: Record<string, string>;
  };
  const workers = Object.keys(files).filter((name) => name.includes('.worker-'));
  expect(workers).toHaveLength(2);
  for (const name of ['', 'sw.js', 'models/pocket/pocket.wasm', ...workers]) {
    const sent = (await page.request.get(new URL(name, baseURL).href)).headers();
    for (const [header, value] of Object.entries(headers)) expect(sent[header.toLowerCase()], name).toBe(value);
    expect(sent).not.toHaveProperty('cross-origin-embedder-policy');
    if (name.endsWith('.wasm')) expect(sent['content-type']).toBe('application/wasm');
  }
});

test.describe('j. in a frame', () => {
  test.use({ mayRefuse: /^frame-ancestors: / });

  /** A page of some host that frames another page. */
  async function framing(address: string) {
    const host = createServer((_, answer) => {
      answer
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<iframe src="${address}" width="900" height="600"></iframe>`);
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const { port } = host.address() as AddressInfo;
    return { url: `http://127.0.0.1:${String(port)}/`, close: () => host.close() };
  }

  for (const language of ['en', 'ko'] as const)
    test(`on a host without our headers it shows a link to itself and nothing else, and starts nothing (${language})`, async ({
      browser,
    }) => {
      const server = await serve({ root: dist, bare: true });
      const other = await framing(`${server.url}#/run/some-run`);
      const context = await browser.newContext({ locale: language });
      try {
        const page = await context.newPage();
        const frame = page.frameLocator('iframe');
        const shown: string[] = [];
        await context.exposeBinding('tellShown', (_, text: string) => void shown.push(text));
        await context.addInitScript(() => {
          if (window.top === window.self) return;
          const tell = () => {
            const text = document.body?.innerText.trim();
            if (text) (globalThis as unknown as { tellShown: (text: string) => void }).tellShown(text);
            requestAnimationFrame(tell);
          };
          requestAnimationFrame(tell);
        });
        await page.goto(other.url);
        const link = frame.getByRole('link');
        await expect(link).toHaveText(language === 'en' ? /tab of its own/ : /자기 탭/);
        await expect(frame.locator('#app > *')).toHaveCount(1);
        await untilQuiet(page);
        // Nothing else was ever on show, no worker works for it, nothing of it is kept.
        expect(new Set(shown).size).toBe(1);
        expect(page.workers()).toEqual([]);
        expect(context.serviceWorkers()).toEqual([]);
        const opened = context.waitForEvent('page');
        await link.click();
        const alone = await opened;
        await expect(alone).toHaveURL(`${server.url}#/run/some-run`);
        await expect(alone.getByRole('heading', { level: 1 })).toBeVisible();
        expect(await alone.evaluate(() => window.opener === null)).toBe(true);
      } finally {
        await context.close();
        other.close();
        await server.close();
      }
    });

  test('a page of its own origin may frame it no more than others, and with our headers nobody loads it in a frame', async ({
    page,
  }) => {
    const bare = await serve({ root: dist, bare: true });
    const ours = await serve({ root: dist });
    const other = await framing(ours.url);
    try {
      await page.goto(`${bare.url}licenses.txt`);
      await page.evaluate(() => {
        const frame = document.createElement('iframe');
        frame.src = './';
        document.body.append(frame);
      });
      await expect(page.frameLocator('iframe').getByRole('link')).toHaveText(/tab of its own/);
      await page.goto(other.url);
      await untilQuiet(page);
      await expect(page.frameLocator('iframe').getByRole('link')).toHaveCount(0);
      await expect(page.frameLocator('iframe').locator('#app')).toHaveCount(0);
    } finally {
      other.close();
      await ours.close();
      await bare.close();
    }
  });
});

test('j. whoever the page asks hears nothing of where it lies', async ({ page }) => {
  const server = await serve({ root: dist, bare: true });
  const heard: (string | undefined)[] = [];
  const host = createServer((request, answer) => {
    heard.push(request.headers.referer);
    answer.writeHead(200, { 'access-control-allow-origin': '*' }).end('{}');
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const { port } = host.address() as AddressInfo;
  try {
    await page.goto(server.url);
    await page.evaluate((address) => fetch(address).then(() => undefined), `http://127.0.0.1:${String(port)}/x`);
    expect(heard).toEqual([undefined]);
  } finally {
    host.close();
    await server.close();
  }
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
