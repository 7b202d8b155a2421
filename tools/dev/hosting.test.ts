import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { remoteAddress } from '../../src/engine/endpoint.ts';
import { headerPolicy, headers, metaPolicy, metas, writtenFiles } from './hosting.mjs';

/** Whether `connect-src` admits the address, by the forms of sources that the policy has. */
function admits(policy: string, address: string): boolean {
  const { protocol, hostname } = new URL(address);
  const [, sources = ''] = /(?:^|; )connect-src ([^;]*)/.exec(policy) ?? [];
  return sources.split(' ').some((source) => source === protocol || source === `${protocol}//${hostname}:*`);
}

test.each([headerPolicy, metaPolicy])(
  'an endpoint that a person may name can be reached, and no other: %s',
  (policy) => {
    for (const address of [
      'https://host.example/v1',
      'https://10.0.0.7:8443/v1',
      'http://localhost:11434/v1',
      'http://127.0.0.1:8000/v1',
      'http://host.example/v1',
      'http://10.0.0.7:8000/v1',
      'http://localhost.example/v1',
      'http://[::1]:8000/v1',
      'ws://localhost/v1',
    ])
      expect(admits(policy, address), address).toBe(remoteAddress(address).ok);
  },
);

test.each(writtenFiles)(
  'j. %s says what our own server sends; `node tools/dev/hosting.mjs` writes it',
  (file, text) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toBe(text);
    for (const [name, value] of Object.entries(headers)) {
      expect(text).toContain(name);
      expect(text).toContain(value);
    }
  },
);

test('j. the page says of itself what the headers say, but for what only a header can', () => {
  const [policy, referrer] = metas;
  expect(headers['Content-Security-Policy']).toBe(`${policy!.content!}; frame-ancestors 'none'`);
  expect(headers['Referrer-Policy']).toBe(referrer!.content);
});

test('j. no text becomes script: Trusted Types with a list of policies, no default one, none twice', () => {
  for (const policy of [headerPolicy, metaPolicy]) {
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toMatch(/; trusted-types svelte-trusted-html planaria-scripts(?:;|$)/);
    expect(policy).not.toMatch(/unsafe-eval'(?<!wasm-unsafe-eval')|unsafe-inline|allow-duplicates/);
  }
});
