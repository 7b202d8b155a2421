/** Over HTTP on this computer: what only a network can show. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { listen, type Loopback } from '../../../tools/endpoints/loopback.ts';
import { OpenAiServer } from '../../../tools/endpoints/openai.ts';
import type { ServerOptions } from '../../../tools/endpoints/server.ts';
import { systemClock } from '../../kernel/clock.ts';
import { seededRandom } from '../../kernel/random.ts';
import type { TurnOutcome, TurnRequest } from '../contract.ts';
import { readEndpoint } from '../endpoint.ts';
import { RemoteEngine } from './remote-engine.ts';

const KEY = 'sk-very-secret';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function engineAt(url: string, key = KEY): RemoteEngine {
  const read = readEndpoint({ url, key, model: 'tiny' });
  if (!read.ok) throw new Error(read.fault.code);
  return new RemoteEngine({ endpoint: read.endpoint, clock: systemClock(), random: seededRandom(1) });
}

const turn = (extra: Partial<TurnRequest> = {}): TurnRequest => ({
  id: 'a',
  agent: 1,
  priority: 0,
  prefix: [{ role: 'system', content: 'Triage.' }],
  messages: [{ role: 'user', content: 'a line' }],
  maxTokens: 64,
  sampling: { temperature: 0, topP: 1, seed: 7 },
  deadlineMs: 20_000,
  ...extra,
});

async function serving(options: Partial<ServerOptions>): Promise<{ server: OpenAiServer; site: Loopback }> {
  const server = new OpenAiServer({ clock: systemClock(), key: KEY, firstMs: 1, pieceMs: 1, ...options });
  const site = await listen(server);
  ends.push(() => site.close());
  return { server, site };
}

/** Answers each request with these bytes, and nothing else. */
async function raw(
  answer: (socket: import('node:net').Socket, port: number) => void,
): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    request.on('end', () => {
      answer(response.socket as import('node:net').Socket, (server.address() as AddressInfo).port);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`, asked };
}

const said = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';

test('a turn goes there with its key, streams back, and nothing tells the key', async () => {
  const { server, site } = await serving({ says: () => 'häppy wörds, one at a time' });
  const progress: string[] = [];
  const outcome = await engineAt(site.url).submit(turn(), ({ text }) => progress.push(text)).done;
  expect(outcome).toMatchObject({ finish: 'stop', text: 'häppy wörds, one at a time' });
  expect(progress.length).toBeGreaterThan(1);
  expect(server.asked[0]?.headers.get('authorization')).toBe(`Bearer ${KEY}`);
  expect(JSON.stringify(outcome)).not.toContain(KEY);
});

test('without a key no header is sent', async () => {
  const { server, site } = await serving({ key: null });
  await engineAt(site.url, '').submit(turn()).done;
  expect(server.asked[0]?.headers.has('authorization')).toBe(false);
});

test('a turn that is called back hangs up', async () => {
  const { server, site } = await serving({ pieceMs: 60_000 });
  const engine = engineAt(site.url);
  const handle = engine.submit(turn());
  await expect.poll(() => server.now).toBe(1);
  handle.cancel();
  handle.cancel();
  expect(await handle.done).toMatchObject({ finish: 'cancelled' });
  await expect.poll(() => server.now).toBe(0);
});

test('p: a redirect is not followed: the key goes to one host', async () => {
  const { url, asked } = await raw((socket, port) => {
    socket.end(
      `HTTP/1.1 307 Temporary Redirect\r\nlocation: http://localhost:${String(port)}/other\r\ncontent-length: 0\r\n\r\n`,
    );
  });
  const { error } = await engineAt(url).submit(turn()).done;
  expect(error?.code).toBe('remote-redirected');
  expect(error?.detail).toContain('/other');
  expect(asked).toEqual(['/v1/chat/completions']);
});

test('p: the socket is lost after text, by name and with what came', async () => {
  const { url } = await raw((socket) => {
    socket.write(HEAD.replace('connection: close', 'content-length: 9000') + said('half'), () => {
      socket.destroy();
    });
  });
  expect(await engineAt(url).submit(turn()).done).toMatchObject({
    finish: 'error',
    text: 'half',
    error: { code: 'remote-dropped' },
  });
});

test('p: the socket is closed in order, but the answer had no end', async () => {
  const { url } = await raw((socket) => {
    socket.end(HEAD + said('half'));
  });
  expect(await engineAt(url).submit(turn()).done).toMatchObject({ error: { code: 'remote-dropped' } });
});

test('q: bytes cut in the middle of a character', async () => {
  const { url } = await raw((socket) => {
    const bytes = Buffer.from(said('ä', 'stop'));
    const cut = bytes.indexOf('ä') + 1;
    socket.write(HEAD);
    socket.write(bytes.subarray(0, cut), () => {
      socket.end(bytes.subarray(cut));
    });
  });
  expect(await engineAt(url).submit(turn()).done).toMatchObject({ finish: 'stop', text: 'ä' });
});

test('p: nobody there, with the system’s word for it', async () => {
  const { server, url } = await raw(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  const { finish, error } = await engineAt(url).submit(turn()).done;
  expect({ finish, code: error?.code }).toEqual({ finish: 'error', code: 'remote-unreachable' });
  expect(error?.detail).toContain('ECONNREFUSED');
});

test('p: a name that does not resolve', async () => {
  const { error } = await engineAt('https://no-such-host.invalid/v1').submit(turn()).done;
  expect(error?.code).toBe('remote-unreachable');
});

test('turns in flight when it is disposed of are called off; nothing is said against the endpoint', async () => {
  const { site } = await serving({ pieceMs: 5, says: () => 'word '.repeat(400), firstMs: 1 });
  const engine = engineAt(site.url);
  const begun = new Promise<TurnOutcome>((resolve) => {
    const { done } = engine.submit(turn({ maxTokens: 4000 }), () => {
      void engine.dispose();
      void done.then(resolve);
    });
  });
  const { finish, error } = await begun;
  expect({ finish, error }).toEqual({ finish: 'cancelled', error: undefined });
});
