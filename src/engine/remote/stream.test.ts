import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chunk, chunksOf } from './stream.ts';
import { RemoteFault } from './faults.ts';

async function read(pieces: readonly Uint8Array[]): Promise<Chunk[] | string> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const chunks: Chunk[] = [];
  try {
    for await (const chunk of chunksOf(new Response(body), new AbortController().signal)) chunks.push(chunk);
    return chunks;
  } catch (thrown) {
    if (thrown instanceof RemoteFault) return thrown.code;
    throw thrown;
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const event = (value: unknown, end = '\n\n'): string => `data: ${JSON.stringify(value)}${end}`;

test('q: the same chunks however the bytes are cut, in the middle of characters and of line ends too', async () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme' }).map((content) => event({ choices: [{ delta: { content } }] })),
    fc.string().map((content) => event({ choices: [{ delta: { content } }] }, '\r\n\r\n')),
    fc.constantFrom(': ping\n\n', 'event: message\n', 'id: 1\r\n', 'retry: 5\n', '\n', 'data: [DONE]\n\n', '\r\r'),
    fc.constant(event({ error: { message: 'no' } })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part), fc.array(fc.integer({ min: 1, max: 9 })), async (parts, cuts) => {
      const whole = bytes(`: begins\n\n${parts.join('')}`);
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        pieces.push(whole.slice(at, at + cut));
        at += cut;
      }
      expect(await read([...pieces, whole.slice(at)])).toEqual(await read([whole]));
    }),
  );
});

test('q: any bytes at all end in chunks or in a name', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array()), async (pieces) => {
      const read_ = await read(pieces);
      expect(Array.isArray(read_) || ['remote-garbled', 'remote-page'].includes(read_)).toBe(true);
    }),
  );
});

test('q: an event over several data lines is one; a raw error within the stream is heard', async () => {
  expect(await read([bytes('data: {"choices":\ndata: [{"delta":{"content":"a"}}]}\n\n')])).toMatchObject([
    { text: 'a' },
  ]);
  const raw = '{"error":{"code":400,"message":"request (6009 tokens) exceeds the available context size"}}';
  expect(await read([bytes(`: ping\n\n${raw}\n\n`)])).toEqual([{ kind: 'error', json: raw }]);
  expect(await read([bytes('event: error\ndata: {"message":"no"}\n\n')])).toEqual([
    { kind: 'error', json: '{"message":"no"}' },
  ]);
});

test('a line without an end, and a body of many lines that is never whole, are given up', async () => {
  const piece = bytes('x'.repeat(1_000_000));
  expect(await read([bytes('data: '), ...Array.from({ length: 5 }, () => piece)])).toBe('remote-garbled');
  expect(await read([bytes(`{"a":[\n${'{}\n'.repeat(200_000)}`)])).toBe('remote-garbled');
});

test('p: an answer that is lost at any of its bytes is one that has no end, and its beginning stays', async () => {
  const delta = (content: string): string => event({ choices: [{ delta: { content } }] });
  const finish = event({ choices: [{ delta: {}, finish_reason: 'stop' }] });
  const whole = bytes(`${delta('오류 a')}${delta('b')}${finish}data: [DONE]\n\n`);
  let known = 0;
  for (let length = 0; length <= whole.length; length++) {
    const chunks = await read([whole.slice(0, length)]);
    if (typeof chunks === 'string') throw new Error(`${chunks} after ${length} bytes`);
    expect(chunks.length).toBeGreaterThanOrEqual(known);
    known = chunks.length;
  }
  expect(known).toBe(4);
});
