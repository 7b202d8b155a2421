import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { packContainer, unpackContainer } from './container.ts';
import { decodeLink, encodeLink } from './link.ts';
import { parseSwarm } from './parse.ts';
import { openFile, openLink, type Shared, shareFile, shareLink } from './share.ts';
import { arbitrarySwarm, arbitraryText } from './testing/arbitrary-swarm.ts';

const must = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const input = fc.option(fc.record({ name: fc.stringMatching(/^[a-z]{1,12}\.log$/), text: arbitraryText(400) }), {
  nil: null,
});

describe('what is shared', () => {
  test('any valid swarm file, with and without input, comes through a link and a file as it was', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySwarm, input, fc.boolean(), async (swarm, given, asJson) => {
        const text = asJson ? JSON.stringify(swarm, null, 2) : stringify(swarm);
        const shared: Shared = { swarm: { file: asJson ? 'a.json' : 'a.yaml', text }, input: given };
        const link = must(await shareLink(shared));
        expect(link).toMatch(given ? /^#s2:[\w-]+\.[0-9a-f]{8}$/ : /^#s1:[\w-]+\.[0-9a-f]{8}$/);
        const opened = must(await openLink(link));
        // A plain link is the file's text alone; its name is not in it.
        const file = given ? shared.swarm.file : 'shared.yaml';
        expect(opened).toEqual({ kind: 'swarm', shared: { swarm: { file, text }, input: given } });
        expect(parseSwarm(file, text).ok).toBe(parseSwarm(shared.swarm.file, text).ok);
        const packed = must(await shareFile(shared));
        if (!given) expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(packed.bytes)).toBe(text);
        else expect(must(await openFile(packed.bytes))).toEqual({ kind: 'swarm', shared });
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  // Made once and kept: what was shared once opens in every later version.
  test.each<[string, Shared]>([
    ['#s1:K8hJzEssyky0UjDkAgA.6ef6860f', { swarm: { file: 'shared.yaml', text: 'planaria: 1\n' }, input: null }],
    [
      '#s2:q1YqyEnMSyzKTFSyMtRRKi5PLMpVsqpWykvMTVWyUkrUq0zMzVHSUSpJrShRsoIrtlIwjMkDqbFSSIzJU6rVUcrMKygtQdGZk5-O0Hh4pcKbqR2vW6fG5BWnJufnpYB01QIA.1c293e9f',
      {
        swarm: { file: 'a.yaml', text: 'planaria: 1\nname: a\n' },
        input: { name: 'a.log', text: 'é 안녕\nsecond\n' },
      },
    ],
  ])('golden %#', async (link, shared) => {
    expect(must(await openLink(link))).toEqual({ kind: 'swarm', shared });
  });

  test.each([
    ['a key', { key: 'sk-1234' }],
    ['a tool', { tools: ['fetch'] }],
    ['code', { script: 'alert(1)' }],
    ['a model folder', { modelUrl: 'https://example.test' }],
    ['an engine', { engine: 'remote' }],
    ['another version', { planaria: 2 }],
    ['an input by address', { input: { name: 'a', url: 'https://example.test' } }],
    ['no swarm', { swarm: undefined }],
  ])('cannot carry %s', async (_, more) => {
    const json = { planaria: 1, swarm: { name: 'a.yaml', text: 'x' }, ...more };
    const link = must(await encodeLink(JSON.stringify(json), 's2'));
    expect(await openLink(link)).toMatchObject({ ok: false, error: { code: 'not-ours' } });
  });

  test('a name is never a path', async () => {
    const json = { planaria: 1, swarm: { name: '../../etc/\u0000passwd', text: 'x' } };
    const opened = must(await openLink(must(await encodeLink(JSON.stringify(json), 's2'))));
    expect(opened).toMatchObject({ shared: { swarm: { file: 'passwd' } } });
  });
});

describe('the container', () => {
  const text = '{"planaria":1,"swarm":{"name":"a.yaml","text":"planaria: 1"}}'.repeat(3);

  test('says cut off at every length, damaged at every changed byte, and never gives another text', async () => {
    const file = must(await packContainer({ kind: 'incident', text }));
    expect(must(await unpackContainer(file))).toEqual({ kind: 'incident', text });
    for (let length = 0; length < file.length; length++) {
      const cut = await unpackContainer(file.slice(0, length));
      expect([length, !cut.ok && cut.error.code]).toEqual([length, length < 8 ? 'not-a-link' : 'truncated']);
    }
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice();
      changed[at] = changed[at]! ^ 0x10;
      const opened = await unpackContainer(changed);
      const code = !opened.ok && opened.error.code;
      if (at < 8) expect(code).toBe('not-a-link');
      else if (at < 12) expect(code).toBe('unknown-version');
      // A length that claims more than there is cannot be told from a missing end.
      else expect(['broken', 'truncated'], `byte ${String(at)}`).toContain(code);
    }
  });

  test('any text comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (any) => {
        fc.pre(!any.startsWith('\uFEFF'));
        const file = must(await packContainer({ kind: 'swarm', text: any.toWellFormed() }));
        expect(must(await unpackContainer(file)).text).toBe(any.toWellFormed());
      }),
      { numRuns: 50 },
    );
  });
});

describe('hostile links and files', () => {
  test('neither hang nor throw, whatever they are', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    const fragment = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .tuple(
          fc.constantFrom('#s1:', '#s2:', '#i1:', 's1:', '#i', '#s99:'),
          fc.string({ unit: 'binary', maxLength: 100 }),
        )
        .map((parts) => parts.join('')),
      bytes.map((raw) => `#s2:${Buffer.from(raw).toString('base64url')}`),
      bytes.map((raw) => `#i1:${Buffer.from(raw).toString('base64url')}.00000000`),
    );
    await fc.assert(
      fc.asyncProperty(fragment, bytes, async (link, raw) => {
        expect(typeof (await openLink(link)).ok).toBe('boolean');
        const file = new Uint8Array([0x89, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a, 0x1a, ...raw]);
        expect(typeof (await openFile(file)).ok).toBe('boolean');
        expect(typeof (await openFile(new Uint8Array(raw))).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  test('a bomb in a link is stopped at 1 MiB', async () => {
    const bomb = new Blob([new Uint8Array(256 * 1024 * 1024)])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'));
    const packed = Buffer.from(await new Response(bomb).arrayBuffer()).toString('base64url');
    for (const codec of ['s1', 's2', 'i1'])
      expect(await decodeLink(`#${codec}:${packed}`)).toMatchObject({ ok: false, error: { code: 'too-long' } });
  }, 60_000);
});
