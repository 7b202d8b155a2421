/**
 * Builds the harness once for each worker of a test run and serves it as production is served, under the strict policy. Model files can be
 * served from a second origin, as a hub would.
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../tools/dev/serve.mjs';
import { root } from '../../tools/dev/workspace.mjs';
import { stockFolder } from '../../tools/pocket-model/stock/files.mjs';

export const pocket = path.join(root, 'public/models/pocket');

let built: Promise<string> | null = null;

/** The folder of the built harness; each of Playwright's workers, which run at the same time, has one of its own. */
export function buildHarness(): Promise<string> {
  const outDir = path.join(root, 'node_modules/.cache', `engine-harness-${process.env.TEST_PARALLEL_INDEX ?? 'alone'}`);
  built ??= build({
    configFile: path.join(root, 'e2e/engine/vite.config.ts'),
    logLevel: 'error',
    build: { outDir },
  }).then(() => outDir);
  return built;
}

export async function serveHarness(): Promise<{ url: string; close: () => Promise<void> }> {
  return serve({ root: await buildHarness() });
}

export async function openHarness(page: Page, url: string): Promise<void> {
  await page.goto(new URL('harness.html', url).href);
  // Under the strict policy Playwright cannot wait for a function; the module script runs before `load` ends.
  await page.waitForLoadState('load');
}

export interface Hub {
  /** Address of the model's folder, `.../pocket`. */
  readonly url: string;
  /** Paths asked for since the last `forget`. */
  readonly asked: string[];
  /** What is sent instead of a file, by the end of its path. */
  readonly instead: Map<string, (bytes: Buffer) => Buffer | 404 | 'cut'>;
  close(): Promise<void>;
}

/** Another origin with the pocket model in the hub's layout; `cors` false leaves out the header that lets pages read it. */
export async function serveHub(cors = true): Promise<Hub> {
  const asked: string[] = [];
  const instead: Hub['instead'] = new Map();
  const server = createServer((request, response) => {
    void (async () => {
      const name = decodeURIComponent(new URL(request.url ?? '/', 'http://hub').pathname).replace(/^\/pocket\//, '');
      asked.push(name);
      if (cors) response.setHeader('Access-Control-Allow-Origin', '*');
      const file = path.join(pocket, name);
      const size = file.startsWith(pocket) ? await stat(file).catch(() => null) : null;
      if (!size?.isFile()) {
        response.writeHead(404).end();
        return;
      }
      const change = [...instead].find(([end]) => name.endsWith(end))?.[1];
      if (!change) {
        response.writeHead(200, { 'Content-Length': size.size });
        createReadStream(file).pipe(response);
        return;
      }
      const bytes = await readFile(file);
      const other = change(bytes);
      if (other === 404) response.writeHead(404).end();
      else if (other === 'cut') {
        response.writeHead(200, { 'Content-Length': size.size });
        response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
      } else response.writeHead(200, { 'Content-Length': other.length }).end(other);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the hub has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}/pocket`,
    asked,
    instead,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** The pocket model as a model of the hub, with a library as MLC compiles it; `mended` has the race of TVM's merge kernel mended. */
export async function serveStockHub(variant: 'stock' | 'mended'): Promise<Hub> {
  const hub = await serveHub();
  for (const [name, bytes] of stockFolder(variant)) hub.instead.set(name, () => bytes);
  return hub;
}
