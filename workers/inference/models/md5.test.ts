import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Md5 } from './md5.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('gives the sums of RFC 1321', () => {
  expect(new Md5().hex()).toBe('d41d8cd98f00b204e9800998ecf8427e');
  expect(new Md5().update(bytes('message digest')).hex()).toBe('f96b697d7cb7938d525a2f31aaf161d0');
});

test('agrees with another implementation for any bytes in any pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
      const ours = new Md5();
      const theirs = createHash('md5');
      for (const piece of pieces) {
        ours.update(piece);
        theirs.update(piece);
      }
      expect(ours.hex()).toBe(theirs.digest('hex'));
    }),
  );
});
