/** Against a real HTTP server on this computer that answers as OpenAI-compatible ones do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import type { TurnOutcome, TurnRequest } from './contract.ts';
import { remoteAddress, RemoteEngine } from './remote.ts';

const KEY = 'sk-very-secret';

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

let server: Server;
let asked: Asked[];
let answer: (response: ServerResponse, asked: Asked) => void;
let closed: number;

beforeEach(async () => {
  asked = [];
  closed = 0;
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>;
      const one = { path: request.url ?? '', headers: request.headers, body };
      asked.push(one);
      response.on('close', () => (closed += response.writableEnded ? 0 : 1));
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const engine = (key: string | null = KEY): RemoteEngine => {
  const address = remoteAddress(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/`);
  if (!address.ok) throw new Error(address.because);
  return new RemoteEngine({ url: address.url, key, model: 'big' }, systemClock());
};

const turn = (extra: Partial<TurnRequest> = {}): TurnRequest => ({
  id: 'a',
  agent: 1,
  priority: 0,
  prefix: [{ role: 'system', content: 'Triage.' }],
  messages: [{ role: 'user', content: 'a line' }],
  schema: JSON.stringify({
    type: 'object',
    properties: { 'x-ray': { type: 'string', 'x-copied-from': 'input' } },
    required: ['x-ray'],
  }),
  maxTokens: 16,
  sampling: { temperature: 0, topP: 1, seed: 7 },
  deadlineMs: 5000,
  ...extra,
});

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\r\n\r\n`;
const said = (content: string, finish: string | null = null): string =>
  event({ choices: [{ delta: { content }, finish_reason: finish }] });

const streamed =
  (...parts: readonly string[]) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    response.end();
  };

const run = (request = turn(), of = engine()): Promise<TurnOutcome> => of.submit(request).done;

test('a turn goes there as a chat completion with its schema, and streams back', async () => {
  const whole = said('{"x-ray":') + said('"ä"}') + said('', 'stop');
  const bytes = Buffer.from(whole + event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 5 } }));
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // Cut in the middle of a character and of a line.
    const cut = bytes.indexOf('ä') + 1;
    response.write(': comment\n\n');
    response.write(bytes.subarray(0, cut));
    setTimeout(() => {
      response.write(bytes.subarray(cut));
      response.end('data: [DONE]\n\n');
    }, 20);
  };
  const progress: string[] = [];
  const outcome = await engine().submit(turn(), ({ text }) => progress.push(text)).done;
  expect(outcome).toMatchObject({
    finish: 'stop',
    text: '{"x-ray":"ä"}',
    usage: { promptTokens: 12, completionTokens: 5 },
  });
  expect(progress).toEqual(['{"x-ray":', '{"x-ray":"ä"}']);
  expect(asked[0]).toMatchObject({
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${KEY}` },
    body: {
      model: 'big',
      messages: [
        { role: 'system', content: 'Triage.' },
        { role: 'user', content: 'a line' },
      ],
      max_tokens: 16,
      seed: 7,
      stream: true,
      response_format: {
        type: 'json_schema',
        json_schema: { schema: { properties: { 'x-ray': { type: 'string' } }, required: ['x-ray'] } },
      },
    },
  });
  expect(JSON.stringify(asked[0]!.body)).not.toContain('x-copied-from');
});

test('a server that does not stream is understood too; without a key no header is sent', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ choices: [{ message: { content: 'all' }, finish_reason: 'length' }] }));
  };
  expect(await run(turn(), engine(null))).toMatchObject({ finish: 'length', text: 'all' });
  expect(asked[0]!.headers.authorization).toBeUndefined();
});

test('the deadline ends a turn with what there is, and hangs up', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(said('half'));
  };
  const outcome = await run(turn({ deadlineMs: 150 }));
  expect(outcome).toMatchObject({ finish: 'deadline', text: 'half' });
  expect(outcome.error).toBeUndefined();
  await expect.poll(() => closed).toBe(1);
});

test('a turn can be called back', async () => {
  answer = () => undefined;
  const handle = engine().submit(turn());
  await expect.poll(() => asked.length).toBe(1);
  handle.cancel();
  handle.cancel();
  expect(await handle.done).toMatchObject({ finish: 'cancelled', text: '' });
  await expect.poll(() => closed).toBe(1);
});

const status = (code: number, text: string) => (response: ServerResponse) => {
  response.writeHead(code);
  response.end(text);
};

test.each([
  ['refused key', status(401, `bad key ${KEY}`), 'remote-refused'],
  ['no such model', status(404, 'nope'), 'model-unknown'],
  ['too many', status(429, ''), 'remote-refused'],
  ['broken server', status(500, 'x'.repeat(10_000)), 'remote-refused'],
  ['error in the stream', streamed(event({ error: { message: `leaks ${KEY}` } })), 'remote-unreachable'],
  ['no end', streamed(said('half')), 'remote-unreachable'],
  ['nonsense', streamed('data: {"cho'), 'remote-unreachable'],
  ['without end', streamed(said('x'.repeat(5000)), said('', 'stop')), 'internal'],
] as const)('%s is a named error that never tells the key', async (_, how, code) => {
  answer = how;
  const outcome = await run();
  expect(outcome).toMatchObject({ finish: 'error', error: { code } });
  const told = JSON.stringify(outcome);
  expect(told).not.toContain(KEY);
  expect(told.length).toBeLessThan(8000);
});

test('a redirect is not followed: the key goes to one host', async () => {
  answer = (response) => {
    response.writeHead(307, { location: `http://localhost:${String((server.address() as AddressInfo).port)}/other` });
    response.end();
  };
  expect(await run()).toMatchObject({ finish: 'error', error: { code: 'remote-unreachable' } });
  expect(asked.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
});

test('nobody there', async () => {
  const gone = engine();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await run(turn(), gone)).toMatchObject({ finish: 'error', error: { code: 'remote-unreachable' } });
});

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

test('turns in flight when it is disposed of are called off; nothing is said against the endpoint', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(said('half'));
  };
  const remote = engine();
  const begun = new Promise<TurnOutcome>((resolve) => {
    const { done } = remote.submit(turn(), () => {
      void remote.dispose();
      void done.then(resolve);
    });
  });
  const { finish, text, error } = await begun;
  expect({ finish, text, error }).toEqual({ finish: 'cancelled', text: 'half', error: undefined });
});
