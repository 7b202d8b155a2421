import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Detokenizer } from './detokenizer.ts';

/** Bytes are tokens, as in byte-level vocabularies; UTF-8 makes characters of them. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const tokenizer = { decode: (ids: Int32Array) => utf8.decode(Uint8Array.from(ids)) };

test('shows only whole characters, loses none, and never takes text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const detokenizer = new Detokenizer(tokenizer);
      const bytes = new TextEncoder().encode(text);
      const whole = utf8.decode(bytes);
      let before = '';
      for (const byte of bytes) {
        const now = detokenizer.push(byte);
        expect(now.startsWith(before)).toBe(true);
        expect(whole.startsWith(now)).toBe(true);
        before = now;
      }
      expect(before).toBe(whole);
      expect(detokenizer.ids).toEqual([...bytes]);
    }),
  );
});

test('bytes that are no character are shown as such in the end', () => {
  const detokenizer = new Detokenizer(tokenizer);
  let text = '';
  for (const byte of [0xff, 0xff, 0xff, 0xff, 0x41]) text = detokenizer.push(byte);
  expect(text.endsWith('A')).toBe(true);
  expect(text).toContain('\ufffd');
});
