import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { PageFiles } from '../../src/store/page-files.ts';
import { emptyOlderCache } from './older-cache.ts';
import { type Listing, Site } from './site.ts';

const sum = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const listingOf = (id: string, host: Readonly<Record<string, string>>): Listing => ({
  id,
  files: Object.fromEntries(Object.entries(host).map(([path, text]) => [path, sum(text)])),
});
const ONE = { 'index.html': '<p>one', 'assets/main-11111111.js': 'one()', 'swarms/a.yaml': 'planaria: 1' };
const TWO = { 'index.html': '<p>two', 'assets/main-22222222.js': 'two()', 'swarms/a.yaml': 'planaria: 1' };

let folders = 0;
/** A host that sends these files, and a browser whose database stays. */
function world(host: Readonly<Record<string, string>>) {
  const base = new URL(`https://page.example/${String(folders++)}/`);
  const asked: string[] = [];
  const at = { host, online: true };
  const files = PageFiles.open(base.pathname);
  const fetched = (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname.slice(base.pathname.length) || 'index.html';
    asked.push(path);
    if (!at.online) return Promise.reject(new TypeError('Failed to fetch'));
    const text = at.host[path];
    const headers = { 'content-type': 'text/x', 'content-security-policy': 'x', 'content-encoding': 'br' };
    return Promise.resolve(text === undefined ? new Response('', { status: 404 }) : new Response(text, { headers }));
  };
  const site = (listing: Listing, open = () => files) => new Site({ base, listing, files: open, fetch: fetched });
  return { base, at, asked, files, site };
}
const get = (address: URL, mode?: 'navigate'): Request => {
  const request = new Request(address);
  // Node makes no request of that mode.
  return mode ? Object.defineProperty(request, 'mode', { value: mode }) : request;
};

test('a version that was stored answers without a network, with the headers of its host', async () => {
  const { base, at, site } = world(ONE);
  const one = site(listingOf('one', ONE));
  await one.install();
  at.online = false;
  for (const [path, text] of Object.entries(ONE)) {
    const response = (await one.answer(get(new URL(path, base))))!;
    expect(await response.text()).toBe(text);
    expect([...response.headers]).toEqual([
      ['content-security-policy', 'x'],
      ['content-type', 'text/x'],
    ]);
  }
  expect(await (await one.answer(get(base)))!.text()).toBe('<p>one');
  expect(await (await one.answer(get(new URL('any/where?x=1', base), 'navigate')))!.text()).toBe('<p>one');
});

test('models, licences, other places and other methods are left to the network', () => {
  const { base, site } = world(ONE);
  const one = site(listingOf('one', ONE));
  for (const path of ['models/pocket/pocket.wasm', 'licenses.txt', '../elsewhere'])
    expect(one.answer(get(new URL(path, base), 'navigate')), path).toBeNull();
  expect(one.answer(get(new URL('https://other.example/0/index.html')))).toBeNull();
  expect(one.answer(new Request(base, { method: 'POST' }))).toBeNull();
  expect(one.answer(new Request(new URL('swarms/a.yaml', base), { headers: { range: 'bytes=0-1' } }))).toBeNull();
});

test('a host in the middle of a change gives no version; the next try fetches only what is missing', async () => {
  const { at, asked, files, site } = world({ ...ONE, 'index.html': '<p>two' });
  const one = site(listingOf('one', ONE));
  await expect(one.install()).rejects.toThrow('index.html is not the file of this version');
  expect((await (await files).versions())[0]).toMatchObject({ id: 'one', whole: false });
  at.host = ONE;
  asked.length = 0;
  await one.install();
  expect(asked).toEqual(['index.html']);
  expect((await (await files).versions())[0]).toMatchObject({ id: 'one', whole: true });
});

test('cut anywhere, storing a version goes on where it was', async () => {
  const host = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`assets/f${String(k)}-12345678.js`, String(k)]));
  const listing = listingOf('one', { ...host, 'index.html': '<p>' });
  for (let cut = 0; cut < 10; cut++) {
    const { base, at, files } = world({ ...host, 'index.html': '<p>' });
    let left = cut;
    const dying = (request: Request): Promise<Response> => {
      if (left-- === 0) return Promise.reject(new TypeError('the browser ended'));
      return Promise.resolve(
        new Response(at.host[new URL(request.url).pathname.slice(base.pathname.length) || 'index.html']),
      );
    };
    const site = () => new Site({ base, listing, files: () => files, fetch: dying });
    await expect(site().install()).rejects.toThrow();
    left = Number.POSITIVE_INFINITY;
    await site().install();
    expect(await (await files).finish('one')).toBe(true);
  }
});

test('a tab of an older version gets its files from the newer one until they are given up', async () => {
  const { base, at, files, site } = world(ONE);
  await site(listingOf('one', ONE)).install();
  at.host = TWO;
  const two = site(listingOf('two', TWO));
  await two.install();
  const old = get(new URL('assets/main-11111111.js', base));
  expect(await (await two.answer(old))!.text()).toBe('one()');
  await (await files).keep(({ id }) => id === 'two');
  expect((await two.answer(old))!.status).toBe(404);
  at.online = false;
  expect(await (await two.answer(get(base)))!.text()).toBe('<p>two');
});

test('what storage has lost comes from the network and is stored again; without storage all does', async () => {
  const { base, at, files, site } = world(ONE);
  const one = site(listingOf('one', ONE));
  await one.install();
  await (await files).keep(() => false);
  expect(await (await one.answer(get(base)))!.text()).toBe('<p>one');
  await expect.poll(async () => (await files).file(`index.html?${sum('<p>one')}`)).not.toBeNull();
  at.online = false;
  expect(await (await one.answer(get(base)))!.text()).toBe('<p>one');
  at.online = true;
  const without = site(listingOf('one', ONE), () => Promise.reject(new Error('no storage')));
  expect(await (await without.answer(get(base)))!.text()).toBe('<p>one');
});

test('a file whose stored bytes are damaged comes from the network and is mended', async () => {
  const { base, at, files, site } = world(ONE);
  const one = site(listingOf('one', ONE));
  await one.install();
  const key = `index.html?${sum('<p>one')}`;
  const { headers, bytes } = (await (await files).file(key))!;
  for (const damaged of [bytes.slice(0, 10), new Uint8Array(bytes).fill(7, 12, 20).buffer, new ArrayBuffer(0)]) {
    await (await files).put(key, { headers, bytes: damaged });
    at.online = true;
    expect(await (await one.answer(get(base)))!.text()).toBe('<p>one');
    await expect.poll(async () => (await (await files).file(key))!.bytes.byteLength).toBe(bytes.byteLength);
    at.online = false;
    await expect.poll(async () => (await one.answer(get(base))!.catch(() => null))?.text()).toBe('<p>one');
  }
});

test('a. the engine is kept once there is a model for it, and by the versions that follow', async () => {
  const [engine, next] = ['assets/engine-11111111.js', 'assets/engine-22222222.js'];
  const { base, at, asked, files, site } = world({ ...ONE, [engine]: 'engine()' });
  const one = site(listingOf('one', at.host));
  await one.install();
  expect(asked).not.toContain(engine);
  // What is asked for meanwhile comes from the network and stays there.
  expect(await (await one.answer(get(new URL(engine, base))))!.text()).toBe('engine()');
  await (await files).keep(() => true);
  at.online = false;
  await expect(one.answer(get(new URL(engine, base)))).rejects.toThrow();
  at.online = true;
  await one.install(true);
  at.online = false;
  expect(await (await one.answer(get(new URL(engine, base))))!.text()).toBe('engine()');
  at.online = true;
  at.host = { ...TWO, [next]: 'next()' };
  const two = site(listingOf('two', at.host));
  await two.install();
  at.online = false;
  expect(await (await two.answer(get(new URL(next, base))))!.text()).toBe('next()');
});

/** Cache storage with one cache of that name. `deletions` left before the browser ends. */
function oldCaches(base: URL, stored: Map<string, string>, life = { deletions: Number.POSITIVE_INFINITY }) {
  const name = `workbox-precache-v2-${base.href}`;
  let there = true;
  const cache = {
    keys: () => Promise.resolve([...stored.keys()].map((path) => new Request(new URL(path, base)))),
    match: ({ url }: Request) => Promise.resolve(new Response(stored.get(url.slice(base.href.length)))),
    delete: ({ url }: Request) => {
      if (life.deletions-- === 0) return Promise.reject(new Error('the browser ended'));
      return Promise.resolve(stored.delete(url.slice(base.href.length)));
    },
  };
  const storage = {
    has: (asked: string) => Promise.resolve(there && asked === name),
    open: () => Promise.resolve(cache),
    delete: () => Promise.resolve((there = false)),
  } as unknown as CacheStorage;
  return { storage, life, isThere: () => there };
}

test('what an older version left in Cache storage moves over for its tabs and is cleared, cut at any point', async () => {
  const all = Array.from({ length: 4 }, (_, k) => [`assets/f${String(k)}-12345678.js`, `old${String(k)}`] as const);
  for (let cut = 0; cut <= 4; cut++) {
    const { base, files } = world({});
    const { storage, life, isThere } = oldCaches(base, new Map([...all, ['index.html?__WB_REVISION__=1', '<p>']]));
    life.deletions = cut;
    await emptyOlderCache(storage, await files, base, true).catch(() => undefined);
    life.deletions = Number.POSITIVE_INFINITY;
    await emptyOlderCache(storage, await files, base, true);
    expect(isThere()).toBe(false);
    for (const [path, text] of all) {
      const { bytes } = (await (await files).ofAnyVersion(path))!;
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
      expect(await new Response(stream).text()).toBe(text);
    }
    expect((await (await files).versions()).map(({ whole }) => whole)).toEqual([true]);
  }
});

test('without tabs it is cleared as it is, and caches of others are left alone', async () => {
  const { base, files } = world({});
  const { storage, isThere } = oldCaches(base, new Map([['assets/a-12345678.js', 'x']]));
  await emptyOlderCache(storage, await files, new URL('https://page.example/other/'), false);
  expect(isThere()).toBe(true);
  await emptyOlderCache(storage, await files, base, false);
  expect(isThere()).toBe(false);
  expect(await (await files).bytes()).toBe(0);
});

test('e: an address that is encoded wrongly is the page, as any other is', async () => {
  const { base, at, site } = world(ONE);
  const one = site(listingOf('one', ONE));
  await one.install();
  at.online = false;
  for (const path of ['%ff', 'a/%E0%A4%A', '%'])
    expect(await (await one.answer(get(new URL(path, base), 'navigate')))!.text()).toBe('<p>one');
  expect(one.answer(get(new URL('%ff.js', base)))).toBeNull();
});

test.each<[string, unknown]>([
  ['nothing in it', {}],
  ['no headers', { bytes: new ArrayBuffer(2) }],
  ['headers that are none', { headers: [['a b', '\n'], 7, null], bytes: new ArrayBuffer(2) }],
  ['bytes that are none', { headers: [], bytes: 'x' }],
])('e: a stored file with %s is had from the host, and mended', async (_, bad) => {
  const { base, files, site } = world(ONE);
  const one = site(listingOf('one', ONE));
  await one.install();
  const whole = await (await files).file(`index.html?${sum('<p>one')}`);
  await (await files).put(`index.html?${sum('<p>one')}`, { ...whole, headers: undefined, ...(bad as object) } as never);
  expect(await (await one.answer(get(base)))!.text()).toBe('<p>one');
});
