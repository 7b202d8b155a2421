import { describe, expect, test } from 'vitest';
import { endpointName, modelsAddress, readEndpoint, remoteAddress } from './endpoint.ts';

const read = (part: { url?: string; key?: string | null; model?: string }) =>
  readEndpoint({ url: 'https://host.example/v1', key: 'sk-1', model: 'tiny', ...part });

test('addresses: https, or http on this computer; no key in them', () => {
  expect(remoteAddress('https://host.example/v1')).toEqual({
    ok: true,
    url: 'https://host.example/v1/chat/completions',
  });
  expect(remoteAddress(' http://localhost:8080/v1/chat/completions#x ')).toEqual({
    ok: true,
    url: 'http://localhost:8080/v1/chat/completions',
  });
  for (const bad of ['', 'host', 'http://host.example/v1', 'ftp://host.example', 'https://me:key@host.example/v1'])
    expect(remoteAddress(bad)).toMatchObject({ ok: false });
});

test('a query stays where it is: some gateways name a version there', () => {
  const address = remoteAddress('https://host.example/openai/deployments/x/?api-version=1');
  expect(address).toEqual({
    ok: true,
    url: 'https://host.example/openai/deployments/x/chat/completions?api-version=1',
  });
  if (address.ok) expect(modelsAddress(address)).toBe('https://host.example/openai/deployments/x/models?api-version=1');
});

describe('p: what cannot be seen', () => {
  test.each([
    ['a line break behind it', 'sk-1\n'],
    ['tags around', '\u{E0041}sk-1\u{E0041}\u{E007F}'],
    ['a zero-width space in front', '\u200bsk-1'],
    ['a byte order mark', '\ufeffsk-1'],
    ['a no-break space', '\u00a0sk-1\u00a0'],
    ['the whole header', 'Authorization: Bearer sk-1'],
    ['the scheme', 'bearer sk-1'],
    ['quotes', '"sk-1"'],
  ])('p: a key with %s is the key', (_, key) => {
    expect(read({ key })).toMatchObject({ ok: true, endpoint: { key: 'sk-1' } });
  });

  test.each([
    ['sk-\u200b1', 'U+200B', 4],
    ['sk-1…', 'U+2026', 5],
    ['sk-1\nsk-2', 'U+000A', 5],
    ['sk 1', 'U+0020', 3],
    ['clé', 'U+00E9', 3],
  ])(
    'p: a key with one inside is refused by that character and its place, and is not told: %j',
    (key, character, at) => {
      const found = read({ key });
      expect(found).toEqual({ ok: false, fault: { field: 'key', code: 'odd-character', character, at } });
      expect(JSON.stringify(found)).not.toContain(key);
    },
  );

  test('p: in names of models and addresses too; a space in a name is one that can be seen', () => {
    expect(read({ model: 'tiny\u200b' })).toMatchObject({ ok: true, endpoint: { model: 'tiny' } });
    expect(read({ model: 'ti\u00adny' })).toMatchObject({
      ok: false,
      fault: { field: 'model', character: 'U+00AD', at: 3 },
    });
    expect(read({ model: 'my model' })).toMatchObject({ ok: true });
    expect(read({ url: 'https://ho\u200bst.example/v1' })).toMatchObject({
      ok: false,
      fault: { field: 'url', at: 11 },
    });
  });
});

test('no key is a key that is not sent; no model is none', () => {
  expect(read({ key: ' ' })).toMatchObject({ ok: true, endpoint: { key: null } });
  expect(read({ key: null })).toMatchObject({ ok: true, endpoint: { key: null } });
  expect(read({ model: ' ' })).toEqual({ ok: false, fault: { field: 'model', code: 'no-model' } });
});

test('the name to be shown has neither key nor path', () => {
  expect(endpointName({ url: 'https://host.example:8443/v1/chat/completions', model: 'tiny' })).toBe(
    'tiny at host.example:8443',
  );
});

test('d: white space within, and slashes at the end, take no longer for being many', () => {
  const run = '\u200b'.repeat(60_000);
  const url = 'https://host.example/v1';
  expect(readEndpoint({ url: `${url}${run}x`, key: null, model: 'm' })).toMatchObject({
    ok: false,
    fault: { code: 'odd-character', at: url.length + 1 },
  });
  expect(readEndpoint({ url: `${url}${'/'.repeat(60_000)}x`, key: null, model: 'm' })).toMatchObject({ ok: true });
  expect(readEndpoint({ url, key: `k${run}x`, model: 'm' })).toMatchObject({
    ok: false,
    fault: { field: 'key', at: 2 },
  });
  expect(readEndpoint({ url: `https://host.example/${'a'.repeat(1e6)}`, key: null, model: 'm' })).toMatchObject({
    ok: false,
    fault: { code: 'no-address' },
  });
});
