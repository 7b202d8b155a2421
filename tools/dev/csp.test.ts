import { expect, test } from 'vitest';
import { remoteAddress } from '../../src/engine/endpoint.ts';
import { headerPolicy, metaPolicy } from './csp.mjs';

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
