import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { headers as production } from './hosting.mjs';
import { serve, serveNear } from './serve.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'planaria-serve-'));
const root = path.join(folder, 'site');
let server: Awaited<ReturnType<typeof serve>>;
let nested: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  mkdirSync(path.join(root, 'swarms'));
  writeFileSync(path.join(folder, 'secret.txt'), 'outside');
  writeFileSync(path.join(root, 'index.html'), '<!doctype html><p>hello</p>');
  writeFileSync(path.join(root, 'assets/index-Ab3_-xyZ.js'), 'export {};');
  writeFileSync(path.join(root, 'lib.wasm'), new Uint8Array([0, 97, 115, 109]));
  writeFileSync(path.join(root, 'swarms/a b.yaml'), 'planaria: 1\n');
  symlinkSync(path.join(folder, 'secret.txt'), path.join(root, 'link.txt'));
  server = await serve({ root });
  nested = await serve({ root, basePath: 'demo/site', bare: true });
});

afterAll(async () => {
  await server.close();
  await nested.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request whose target is sent as written: `fetch` would tidy `..` away before the server sees it. */
function ask(target: string, options: { method?: string; headers?: Record<string, string>; port?: number } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const { port = server.port, method = 'GET', headers = {} } = options;
    const sent = request({ host: '127.0.0.1', port, path: target, method, headers }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('the page comes with the headers of production and is always revalidated', async () => {
  const { status, headers, body } = await ask('/?x=1');
  expect(status).toBe(200);
  expect(body).toContain('hello');
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': '27',
    'cache-control': 'no-cache',
    ...Object.fromEntries(Object.entries(production).map(([name, value]) => [name.toLowerCase(), value])),
  });
});

test.each([
  ['/assets/index-Ab3_-xyZ.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/lib.wasm', 'application/wasm', 'no-cache'],
  ['/swarms/a%20b.yaml', 'application/yaml; charset=utf-8', 'no-cache'],
])('%s is %s', async (target, type, cache) => {
  const { status, headers } = await ask(target);
  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'content-type': type, 'cache-control': cache });
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/../../secret.txt',
  '//../secret.txt',
  '/link.txt',
  '/assets',
  '/assets/',
  '/%00',
  '/%zz',
  '/nothing',
])('%s is not found', async (target) => {
  const { status, body } = await ask(target);
  expect(status).toBe(404);
  expect(body).toBe('Not found\n');
});

test('a known version is not sent again, and HEAD sends none', async () => {
  const first = await ask('/lib.wasm');
  const again = await ask('/lib.wasm', { headers: { 'If-None-Match': String(first.headers.etag) } });
  expect([again.status, again.body]).toEqual([304, '']);
  const head = await ask('/lib.wasm', { method: 'HEAD' });
  expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '4', '']);
  expect((await ask('/', { method: 'POST' })).status).toBe(405);
});

test('a base path holds the site and nothing beside it, bare of our headers', async () => {
  const { port } = nested;
  expect(nested.url).toBe(`http://127.0.0.1:${port}/demo/site/`);
  const page = await ask('/demo/site/', { port });
  expect(page.status).toBe(200);
  expect(page.headers).not.toHaveProperty('content-security-policy');
  expect((await ask('/lib.wasm', { port })).status).toBe(404);
  expect((await ask('/demo/site/../../lib.wasm', { port })).status).toBe(404);
  const moved = await ask('/demo/site', { port });
  expect([moved.status, moved.headers.location]).toEqual([308, '/demo/site/']);
});

test('where the port is taken the next free one is used', async () => {
  const second = await serveNear({ root, port: server.port });
  try {
    expect(second.port).toBeGreaterThan(server.port);
  } finally {
    await second.close();
  }
});
