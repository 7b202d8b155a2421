import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import type { EngineFault, LoadProgress } from '../../../src/engine/contract.ts';
import { MemoryCaches } from '../testing/memory-caches.ts';
import { resolveModel } from './catalogue.ts';
import { downloadModel } from './model-download.ts';
import { ModelStore } from './model-store.ts';
import { removeStored, storedModels } from './stored-models.ts';

type Json = Record<string, unknown>;
const clock = systemClock();
const pocket = new URL('../../../public/models/pocket/', import.meta.url);
const folder = new URL('resolve/main/', pocket);
const list = { model_list: [] };
const root = new URL('https://page.example/');

let server: Server;
let hub: string;
let asked: string[];
/** What is served in the place of the pocket model's files, by path. */
let instead: Map<string, string | Buffer | ((response: ServerResponse) => void)>;
let names = 0;
let store: ModelStore;
const freshStore = (caches?: CacheStorage) => {
  const factory = new IDBFactory();
  return new ModelStore({ factory: () => Promise.resolve(factory), caches, name: () => `file-${String(names++)}` });
};

beforeEach(async () => {
  asked = [];
  instead = new Map();
  store = freshStore();
  server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/tiny/', '');
    asked.push(path);
    const other = instead.get(path);
    if (typeof other === 'function') other(response);
    else
      try {
        response.end(other ?? readFileSync(new URL(path.replace('tiny.wasm', 'pocket.wasm'), pocket)));
      } catch {
        response.writeHead(404).end();
      }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/tiny`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const fetchTiny = (progress: LoadProgress[] = []) =>
  downloadModel(resolveModel({ id: '', url: hub }, list, root, []), {
    store,
    clock,
    onProgress: (step) => void progress.push(step),
    admit: () => undefined,
  });
const refusal = (): Promise<unknown> =>
  fetchTiny().then(
    () => 'it was loaded',
    (thrown: unknown) => (thrown as Partial<EngineFault>).error ?? thrown,
  );
const weights = () => asked.filter((path) => !/(mlc-chat-config|tensor-cache)\.json$/.test(path));

const CONFIG = 'resolve/main/mlc-chat-config.json';
const INDEX = 'resolve/main/tensor-cache.json';
const pocketJson = (name: string): Json => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Json;
const change = (path: string, more: Json): void => {
  const whole = pocketJson(path.replace('resolve/main/', ''));
  instead.set(path, JSON.stringify({ ...whole, ...more }));
};
const shard = () => (pocketJson('tensor-cache.json')['records'] as Json[])[0]!;

test('a folder is stored once: the second time nothing is fetched, and each file is as the hub has it', async () => {
  const first = await fetchTiny();
  expect(asked).toHaveLength(5);
  const progress: LoadProgress[] = [];
  const second = await fetchTiny(progress);
  expect(asked).toHaveLength(5);
  expect(progress.every(({ fromCache }) => fromCache)).toBe(true);
  expect({ ...second, library: 0 }).toEqual({ ...first, library: 0 });
  const params = await store.read(`${hub}/resolve/main/params_shard_0.bin`);
  expect(createHash('md5').update(Buffer.from(params!)).digest('hex')).toBe(shard()['md5sum']);
  expect(await storedModels(store, list, root)).toEqual([
    { id: 'tiny', folder: `${hub}/resolve/main/`, bytes: 5_042_684, builtIn: false, usable: true },
  ]);
  expect(await removeStored(store, `${hub}/resolve/main/`, list, root)).toBe(5_042_684);
  expect(await store.files()).toEqual([]);
});

test('a model of an earlier version is taken over from Cache storage without a network', async () => {
  const caches = new MemoryCaches();
  store = freshStore(caches);
  for (const path of [
    'resolve/main/mlc-chat-config.json',
    'resolve/main/tensor-cache.json',
    'resolve/main/tokenizer.json',
    'resolve/main/params_shard_0.bin',
    'pocket.wasm',
  ]) {
    const cache = path.endsWith('wasm') ? 'webllm/wasm' : path === CONFIG ? 'webllm/config' : 'webllm/model';
    const data = readFileSync(new URL(path, pocket));
    await (await caches.open(cache)).put(`${hub}/${path.replace('pocket.wasm', 'tiny.wasm')}`, new Response(data));
  }
  expect((await storedModels(store, list, root))[0]).toMatchObject({ bytes: 5_042_684, usable: true });
  await fetchTiny();
  expect(asked).toEqual([]);
  expect(await caches.keys()).toEqual([]);
});

test('text and zero where numbers belong are refused by name, before any weights are fetched', async () => {
  const sizes = pocketJson('mlc-chat-config.json')['model_config'] as Json;
  for (const [field, bad] of [
    ['hidden_size', 'wide'],
    ['num_hidden_layers', 0],
    ['num_attention_heads', '4'],
    ['head_dim', -64],
    ['num_key_value_heads', []],
  ] as const) {
    change(CONFIG, { model_config: { ...sizes, [field]: bad } });
    expect(await refusal(), field).toMatchObject({
      code: 'model-malformed',
      message: expect.stringContaining(`mlc-chat-config.json, model_config.${field}: expected`) as unknown,
    });
  }
  change(CONFIG, { context_window_size: 'long' });
  expect(await refusal()).toMatchObject({ code: 'model-malformed' });
  instead.delete(CONFIG);
  for (const records of [[], 'none', [{ ...shard(), nbytes: 10 }], [{ ...shard(), nbytes: '10' }]]) {
    change(INDEX, { records });
    expect(await refusal()).toMatchObject({ code: 'model-malformed' });
  }
  expect(weights()).toEqual([]);
  // Mended, it is fetched anew: what was refused is not kept.
  expect(await store.files()).toEqual([]);
  instead.clear();
  await fetchTiny();
});

test('weights that would lie elsewhere are refused, and nobody is asked for them', async () => {
  let strangers = 0;
  const stranger = createServer((_, response) => {
    strangers++;
    response.end('x');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const there = `http://127.0.0.1:${String((stranger.address() as AddressInfo).port)}/a.bin`;
  for (const dataPath of [
    there,
    there.replace('http:', ''),
    '../../../a.bin',
    '%ff/a.bin',
    '/a.bin',
    'a.bin?b',
    '..\\a.bin',
  ]) {
    change(INDEX, { records: [{ ...shard(), dataPath }] });
    expect(await refusal(), dataPath).toMatchObject({
      code: 'model-malformed',
      message: expect.stringContaining('records.0.dataPath') as unknown,
    });
  }
  instead.set(INDEX, (response) => response.writeHead(307, { location: there }).end());
  expect(await refusal()).toMatchObject({ code: 'model-elsewhere' });
  stranger.close();
  // The last was asked, since a browser follows before it tells where to; it was not read.
  expect(strangers).toBe(1);
  expect(weights()).toEqual([]);
});

/** Writes for as long as the other side reads. */
const endless = (response: ServerResponse): void => {
  const more = (): void => {
    while (!response.destroyed) if (!response.write(Buffer.alloc(65_536, 32))) return void response.once('drain', more);
  };
  more();
};

test.each([
  [CONFIG, 1_048_576],
  [INDEX, 4_194_304],
  ['resolve/main/params_shard_0.bin', 2_098_176],
])('%s without an end is left at its bound, and nothing of it is kept', async (path, most) => {
  instead.set(path, endless);
  expect(await refusal()).toMatchObject({
    code: 'model-oversized',
    message: `${hub}/${path} has more than the ${String(most)} bytes that it may have.`,
  });
  expect((await store.files()).map(({ url }) => url)).not.toContain(`${hub}/${path}`);
});

test('what has the declared length and another sum is refused; progress is never more than there was', async () => {
  instead.set('resolve/main/params_shard_0.bin', Buffer.alloc(2_098_176));
  expect(await refusal()).toMatchObject({ code: 'model-checksum' });
  instead.clear();
  const progress: LoadProgress[] = [];
  await fetchTiny(progress);
  expect(progress.filter(({ phase }) => phase === 'weights').at(-1)).toMatchObject({
    bytes: 2_098_176,
    fromCache: false,
  });
});

test('one bad entry hides no other: each is listed with its bytes and can be deleted', async () => {
  const caches = new MemoryCaches();
  const old = await caches.open('webllm/model');
  await old.put('https://hub.example/%ff/resolve/main/a.bin', new Response('12345'));
  await old.put('https://hub.example/%E2%80%AE/resolve/main/b.bin', new Response('1234567'));
  store = freshStore(caches);
  await fetchTiny();
  for (const odd of ['no address at all', 'data:,x', 'https://libs.example/left.wasm']) {
    const writer = await store.write(odd);
    await writer.write(new Uint8Array(9));
    await writer.commit();
  }
  const listed = await storedModels(store, list, root);
  expect(listed.map(({ id, bytes, usable }) => ({ id, bytes, usable }))).toEqual([
    { id: 'tiny', bytes: 5_042_684, usable: true },
    ...[
      { id: 'data:,x', bytes: 9 },
      { id: 'libs.example', bytes: 9 },
      { id: 'no address at all', bytes: 9 },
    ].map((each) => ({ ...each, id: expect.any(String) as string, usable: false })),
    { id: '%E2%80%AE', bytes: 7, usable: false },
    { id: '%ff', bytes: 5, usable: false },
  ]);
  for (const { folder, bytes } of listed) expect(await removeStored(store, folder, list, root)).toBe(bytes);
  expect(await store.files()).toEqual([]);
  await store.moveOld();
  expect(await caches.keys()).toEqual([]);
});

test('e: a copy in Cache storage that cannot be read, and a row that is none, hide no other', async () => {
  const caches = new MemoryCaches();
  const old = await caches.open('webllm/model');
  for (const name of ['a', 'b']) await old.put(`https://hub.example/${name}/resolve/main/a.bin`, new Response('12345'));
  const { match } = old;
  old.match = (url) =>
    String(url).includes('/a/') ? Promise.reject(new DOMException('gone', 'UnknownError')) : match(url);
  caches.open = (name) =>
    name === 'webllm/model' ? Promise.resolve(old) : MemoryCaches.prototype.open.call(caches, name);
  const factory = new IDBFactory();
  store = new ModelStore({ factory: () => Promise.resolve(factory), caches, name: () => `file-${String(names++)}` });
  await fetchTiny();
  await new Promise<void>((done, failed) => {
    const opening = factory.open('planaria-models');
    opening.onerror = () => failed(opening.error!);
    opening.onsuccess = () => {
      const change = opening.result.transaction('files', 'readwrite');
      change.objectStore('files').put({ url: 5, key: 'x', bytes: 'many', pieces: {} });
      change.objectStore('files').put({ url: ['x'], key: null });
      change.oncomplete = () => {
        opening.result.close();
        done();
      };
    };
  });
  const listed = await storedModels(store, list, root);
  expect(listed.map(({ id, bytes }) => [id, bytes])).toEqual([
    ['tiny', 5_042_684],
    ['b', 5],
    ['a', 0],
  ]);
  await store.moveOld();
  expect(await storedModels(store, list, root)).toEqual(listed);
  await removeStored(store, 'https://hub.example/a/resolve/main/', list, root);
  expect(await storedModels(store, list, root)).toEqual(listed.slice(0, 2));
});

test('a library that two models share goes with the last of them', async () => {
  const shared = 'https://libs.example/lib.wasm';
  const both = {
    model_list: ['one', 'two'].map((id) => ({ model: `https://hub.example/${id}`, model_id: id, model_lib: shared })),
  };
  const urls = ['one', 'two'].flatMap((id) =>
    ['mlc-chat-config.json', 'tensor-cache.json'].map((name) => `https://hub.example/${id}/resolve/main/${name}`),
  );
  for (const url of [...urls, shared]) {
    const writer = await store.write(url);
    await writer.write(new Uint8Array(url === shared ? 100 : 1));
    await writer.commit();
  }
  expect(await storedModels(store, both, root)).toMatchObject([
    { id: 'one', bytes: 102 },
    { id: 'two', bytes: 102 },
  ]);
  await removeStored(store, 'https://hub.example/one/resolve/main/', both, root);
  expect(await storedModels(store, both, root)).toMatchObject([{ id: 'two', bytes: 102 }]);
  await removeStored(store, 'https://hub.example/two/resolve/main/', both, root);
  expect(await store.files()).toEqual([]);
});

test('a manifest is fetched with the files of a model that is loaded by one', async () => {
  instead.set('resolve/main/mlc-model-manifest.json', '{"schema":"mlc.model-package"}');
  const model = { ...resolveModel({ id: '', url: hub }, list, root, []), manifest: 'mlc-model-manifest.json' };
  await downloadModel(model, { store, clock, onProgress: () => undefined, admit: () => undefined });
  expect(await store.find(`${hub}/resolve/main/mlc-model-manifest.json`)).toBeTruthy();
});

test('the memory that the library states is weighed before the weights are fetched', async () => {
  const stated = { prefill_chunk_size: 1024, memory_usage: { embed: 1e6, batch_prefill: 2e9, batch_verify: 9e9 } };
  instead.set('tiny.wasm', Buffer.from(`\0asm ${JSON.stringify(stated)} and so on`));
  const seen: number[] = [];
  const refused = downloadModel(resolveModel({ id: '', url: hub }, list, root, []), {
    store,
    clock,
    onProgress: () => undefined,
    admit: ({ workspaceBytes }) => {
      seen.push(workspaceBytes);
      if (workspaceBytes > 1e9) throw new Error('too much');
    },
  });
  await expect(refused).rejects.toThrow('too much');
  expect(seen.at(-1)).toBe(2.001e9);
  expect(asked).not.toContain('resolve/main/params_shard_0.bin');
});
