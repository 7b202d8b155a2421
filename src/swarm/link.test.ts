import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLink, encodeLink } from './link.ts';

const encode = async (text: string) => {
  const result = await encodeLink(text);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const outcome = async (fragment: string) => {
  const result = await decodeLink(fragment);
  return result.ok ? { text: result.value.text } : result.error.code;
};

describe('share links', () => {
  test('bring back any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (text) => {
        const link = await encode(text);
        expect(link).toMatch(/^#s1:[\w-]+\.[0-9a-f]{8}$/);
        expect(await outcome(link)).toEqual({ text });
        expect(await outcome(link.slice(1))).toEqual({ text });
      }),
      { numRuns: 50 },
    );
  }, 30_000);

  // Made once and kept: a link that opened in the first release opens in every later one.
  test.each<[string, string]>([
    ['#s1:AwA.c586df4b', ''],
    ['#s1:K8hJzEssyky0UjDkAgA.6ef6860f', 'planaria: 1\n'],
    [
      '#s1:K8hJzEssyky0UjDkykvMTbVScC86vOfw_FQdhTdTO163TlX4MH_VRq6i_JzUYisuBYWSoszE9NQiK4XqgqL83IISK4UQsIhCSUZmsUJOfrpCTmZeql4tV1pOfjlIg65CNUizFUynjkJqYnKGlUJmXkFpSS0XAA.e71492bc',
      'planaria: 1\nname: Grüße, 안녕 🪱\nroles:\n  triager: {prompt: Triage this log line.}\nflow:\n  - {role: triager, each: input}\n',
    ],
  ])('golden %#', async (link, text) => {
    expect(await outcome(link)).toEqual({ text });
  });

  test('open without a checksum, as a plain deflate-raw link', async () => {
    const [plain] = (await encode('planaria: 1\nname: plain\n')).split('.');
    expect(await outcome(plain!)).toEqual({ text: 'planaria: 1\nname: plain\n' });
  });

  test('say cut off wherever the end is missing', async () => {
    const link = await encode('planaria: 1\nname: Log triage, 24 agents\n'.repeat(3));
    const dot = link.indexOf('.');
    for (let length = '#s1:'.length; length < link.length; length++) {
      // Cut at the dot exactly, nothing is missing but the checksum.
      if (length === dot || length === dot + 1) continue;
      expect([length, await outcome(link.slice(0, length))]).toEqual([length, 'truncated']);
    }
  });

  test('say damaged when any character changed, and never give another text', async () => {
    const link = await encode('planaria: 1\nname: Log triage, 24 agents\n');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: '#s1:'.length, max: link.length - 1 }),
        fc.constantFrom(...'abcXYZ019-_%+/ é'),
        async (at, character) => {
          fc.pre(link[at] !== character && link[at] !== '.');
          expect(await outcome(link.slice(0, at) + character + link.slice(at + 1))).toBe('broken');
        },
      ),
    );
  });

  test('stop at 1 MiB, packing and unpacking', async () => {
    expect(await outcome(await encode('x'.repeat(1024 * 1024)))).toEqual({ text: 'x'.repeat(1024 * 1024) });
    expect(await encodeLink('é'.repeat(512 * 1024 + 1))).toMatchObject({ ok: false, error: { code: 'too-long' } });
    // A bomb of 64 MiB in 64 KiB, without a checksum and so without our encoder.
    const bomb = new Blob([new Uint8Array(64 * 1024 * 1024)])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'));
    const packed = Buffer.from(await new Response(bomb).arrayBuffer()).toString('base64url');
    expect(await outcome(`#s1:${packed}`)).toBe('too-long');
    expect(await outcome(`#s1:${'A'.repeat(2_000_000)}`)).toBe('too-long');
  });

  test('text that cannot shrink still fits', async () => {
    const random = Array.from({ length: 1024 * 1024 }, (_, index) =>
      String.fromCharCode(33 + ((index * 7919 * (index % 97)) % 90)),
    ).join('');
    expect(await outcome(await encode(random))).toEqual({ text: random });
  });

  test.each([
    ['', 'not-a-link'],
    ['#', 'not-a-link'],
    ['#view=table', 'not-a-link'],
    ['#s1', 'not-a-link'],
    ['#s3:AwA.00000000', 'unknown-version'],
    ['#i3:AwA.00000000', 'unknown-version'],
    ['#s999999:', 'unknown-version'],
    ['#s0:AwA', 'unknown-version'],
    ['#s1:', 'truncated'],
    ['#s1:!!!!', 'broken'],
    ['#s1:AwA.123456789', 'broken'],
  ])('%s is %s', async (fragment, code) => {
    expect(await outcome(fragment)).toBe(code);
  });

  test('do not hide bytes that are no text', async () => {
    const stream = new Blob([new Uint8Array([0xff, 0xfe, 0x41])])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'));
    const packed = Buffer.from(await new Response(stream).arrayBuffer()).toString('base64url');
    expect(await outcome(`#s1:${packed}`)).toBe('broken');
  });
});
