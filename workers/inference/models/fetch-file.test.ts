import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../../src/kernel/clock.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import type { EngineFault } from '../../../src/engine/contract.ts';
import { fetchBytes, fetchFile, LEAST_BYTES, mayLead, STALL_MS } from './fetch-file.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

const clock = systemClock();
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was wrong',
    (thrown: unknown) => (thrown as Partial<EngineFault>).error ?? thrown,
  );

/** Writes for as long as the other side reads; counts. */
function endless(response: ServerResponse, piece: Buffer): { sent: number; ended: Promise<void> } {
  const count = { sent: 0, ended: new Promise<void>((resolve) => response.on('close', resolve)) };
  const more = (): void => {
    while (!response.destroyed) {
      count.sent += piece.length;
      if (!response.write(piece)) {
        response.once('drain', more);
        return;
      }
    }
  };
  more();
  return count;
}

test('a file is read to its last byte; one byte more than it may have is refused', async () => {
  const url = await serve((_, response) => response.end(Buffer.alloc(1000, 7)));
  expect(await fetchBytes(url, { mostBytes: 1000, clock })).toEqual(new Uint8Array(1000).fill(7));
  expect(await faultOf(fetchBytes(url, { mostBytes: 999, clock }))).toMatchObject({
    code: 'model-oversized',
    message: `${url} has more than the 999 bytes that it may have.`,
  });
});

test('an endless file is left at its bound, and the line is cut', async () => {
  let count = { sent: 0, ended: Promise.resolve() };
  const url = await serve((_, response) => (count = endless(response, Buffer.alloc(65_536))));
  expect(await faultOf(fetchBytes(url, { mostBytes: 2 ** 20, clock }))).toMatchObject({ code: 'model-oversized' });
  await count.ended;
  // What lies in the buffers of both sides is sent too.
  expect(count.sent).toBeLessThan(64 * 2 ** 20);
});

test('what is packed is counted as it comes out: a small bomb is refused, and none of its header is believed', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
  const url = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb),
  );
  let most = 0;
  let got = 0;
  const sink = () => ({ write: (part: Uint8Array) => void (most = Math.max(most, (got += part.length))) });
  expect(await faultOf(fetchFile(url, { mostBytes: 2 ** 20, clock }, sink))).toMatchObject({ code: 'model-oversized' });
  expect(most).toBeLessThanOrEqual(2 ** 20);
  const small = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}')),
  );
  expect(new TextDecoder().decode(await fetchBytes(small, { mostBytes: 7, clock }))).toBe('{"a":1}');
});

test('a length that is declared too great is refused before anything is read', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 2 ** 31 });
    response.write('x');
  });
  expect(await faultOf(fetchBytes(url, { mostBytes: 10, clock }))).toMatchObject({ code: 'model-oversized' });
});

/** Time that passes when it is told to: what waits at that moment has waited for so long. */
function clockByHand() {
  let now = 0;
  const timers = new Map<() => void, number>();
  let waits = (): void => undefined;
  const byHand: Clock = {
    ...clock,
    now: () => now,
    timeout: (ms, task) => {
      timers.set(task, now + ms);
      waits();
      return () => timers.delete(task);
    },
  };
  const pass = (ms: number): void => {
    now += ms;
    for (const [task, due] of [...timers]) if (due <= now && timers.delete(task)) task();
  };
  /** Resolves when something waits with a time limit. */
  const waiting = (): Promise<void> =>
    timers.size > 0 ? Promise.resolve() : new Promise((resolve) => (waits = resolve));
  return { byHand, pass, waiting };
}

test('one that brings nothing is begun once more, and then it is said that it stands still', async () => {
  const { byHand, pass, waiting } = clockByHand();
  let tell = (): void => undefined;
  let asked = new Promise<void>((resolve) => (tell = resolve));
  let times = 0;
  const url = await serve((_, response) => {
    times++;
    response.writeHead(200).flushHeaders();
    tell();
  });
  const fault = faultOf(fetchBytes(url, { mostBytes: 100, clock: byHand }));
  for (const expected of [1, 2]) {
    await asked;
    expect(times).toBe(expected);
    asked = new Promise<void>((resolve) => (tell = resolve));
    await waiting();
    pass(STALL_MS);
  }
  expect(await fault).toMatchObject({ code: 'model-stalled' });
});

test('one that only drips stands still too', async () => {
  const { byHand, pass } = clockByHand();
  let drips = 0;
  const url = await serve((_, response) => {
    const drip = (): void => void response.write('x', () => setImmediate(() => !response.destroyed && drip()));
    drip();
  });
  // Each part takes a second to come.
  const slow: Clock = {
    ...byHand,
    timeout: (ms, task) => {
      setImmediate(() => {
        pass(1000);
      });
      return byHand.timeout(ms, task);
    },
  };
  const sink = () => ({ write: (part: Uint8Array) => void (drips += part.length) });
  expect(await faultOf(fetchFile(url, { mostBytes: 2 ** 30, clock: slow }, sink))).toMatchObject({
    code: 'model-stalled',
  });
  expect(drips).toBeLessThan(2 * LEAST_BYTES);
});

test('time that is spent storing what came is not held against whoever sends it', async () => {
  const { byHand, pass } = clockByHand();
  const url = await serve((_, response) => response.end(Buffer.alloc(4 * LEAST_BYTES)));
  let bytes = 0;
  const sink = () => ({
    write: (part: Uint8Array) => {
      bytes += part.length;
      pass(10 * STALL_MS);
    },
  });
  await fetchFile(url, { mostBytes: 4 * LEAST_BYTES, clock: byHand }, sink);
  expect(bytes).toBe(4 * LEAST_BYTES);
});

test('a person may call it off, at any moment, and that is no fault of the model', async () => {
  const stop = new AbortController();
  const url = await serve((_, response) => {
    response.writeHead(200).write('x');
    stop.abort(new DOMException('enough', 'AbortError'));
  });
  expect(await faultOf(fetchBytes(url, { mostBytes: 10, clock, signal: stop.signal }))).toMatchObject({
    message: 'enough',
  });
  expect(await faultOf(fetchBytes(url, { mostBytes: 10, clock, signal: stop.signal }))).toMatchObject({
    message: 'enough',
  });
});

test('redirects lead on within the origin, and nothing is read of any other', async () => {
  const other = await serve((_, response) => response.end('from elsewhere'));
  const url = await serve((request, response) => {
    if (request.url === '/there') response.end('here');
    else response.writeHead(302, { location: request.url === '/near' ? '/there' : other }).end();
  });
  expect(new TextDecoder().decode(await fetchBytes(`${url}near`, { mostBytes: 10, clock }))).toBe('here');
  expect(await faultOf(fetchBytes(`${url}far`, { mostBytes: 100, clock }))).toMatchObject({
    code: 'model-elsewhere',
    message: `${url}far leads to ${new URL(other).host}.`,
  });
  for (const [from, to, may] of [
    ['https://a.example/x', 'https://a.example/y', true],
    ['https://a.example/x', 'https://b.example/x', false],
    ['https://a.example/x', 'http://a.example/x', false],
    ['https://a.example/x', 'https://a.example:8443/x', false],
    ['https://huggingface.co/m/x', 'https://cas-bridge.xethub.hf.co/x', true],
    ['https://huggingface.co/m/x', 'https://cdn-lfs.huggingface.co/x', true],
    ['https://huggingface.co/m/x', 'https://evilhf.co/x', false],
    ['https://huggingface.co/m/x', 'https://hf.co.evil.example/x', false],
    ['https://huggingface.co/m/x', 'http://127.0.0.1:8080/x', false],
    ['http://huggingface.co/m/x', 'https://hf.co:444/x', false],
    ['https://a.example/x', 'https://cdn.hf.co/x', false],
  ] as const)
    expect(mayLead(from, to), `${from} to ${to}`).toBe(may);
});

test('nobody there, nothing there and half of it are told apart from what is too long', async () => {
  const gone = await serve((_, response) => response.end());
  servers[0]!.closeAllConnections();
  await new Promise((resolve) => servers[0]!.close(resolve));
  expect(await faultOf(fetchBytes(gone, { mostBytes: 9, clock }))).toMatchObject({ code: 'model-unreachable' });
  const missing = await serve((_, response) => response.writeHead(404).end('x'.repeat(99)));
  expect(await faultOf(fetchBytes(missing, { mostBytes: 9, clock }))).toMatchObject({
    message: `The server answered 404 for ${missing}.`,
  });
  const cut = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 9 });
    response.write('half', () => response.destroy());
  });
  expect(await faultOf(fetchBytes(cut, { mostBytes: 9, clock }))).toMatchObject({ code: 'model-unreachable' });
});
