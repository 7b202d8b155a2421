/**
 * Turns at servers that behave as OpenAI's, Ollama's, llama.cpp's and vLLM's documentation says (tools/endpoints), on virtual time. Letters are
 * those of the list of cases that people have reported; each stands with its right value.
 */
import { describe, expect, test } from 'vitest';
import type { ChatServer, ServerOptions } from '../../../tools/endpoints/server.ts';
import { LlamaCppServer } from '../../../tools/endpoints/llama-cpp.ts';
import { OllamaServer } from '../../../tools/endpoints/ollama.ts';
import { OpenAiServer } from '../../../tools/endpoints/openai.ts';
import { StrictServer } from '../../../tools/endpoints/strict.ts';
import { VllmServer } from '../../../tools/endpoints/vllm.ts';
import { seededRandom } from '../../kernel/random.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { EngineError, TurnOutcome, TurnRequest } from '../contract.ts';
import type { DialectStep } from './dialect.ts';
import { EndpointMemory } from './line.ts';
import { RemoteEngine, type RemoteOptions } from './remote-engine.ts';

const KEY = 'sk-very-secret';
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { severity: { enum: ['info', 'error'] }, subject: { type: 'string', 'x-copied-from': 'input' } },
  required: ['severity', 'subject'],
  additionalProperties: false,
});
const RIGHT = '{"severity":"error","subject":"sshd"}';

let turns = 0;
const turn = (extra: Partial<TurnRequest> = {}): TurnRequest => ({
  id: String(++turns),
  agent: 1,
  priority: 0,
  prefix: [{ role: 'system', content: 'Triage.' }],
  messages: [{ role: 'user', content: `sshd[${String(turns)}]: Failed password` }],
  schema: SCHEMA,
  maxTokens: 64,
  sampling: { temperature: 0, topP: 1, seed: 7 },
  deadlineMs: 30_000,
  ...extra,
});
const free = (extra: Partial<TurnRequest> = {}): TurnRequest => {
  const { schema: _, ...rest } = turn(extra);
  return rest;
};

class World {
  readonly clock = new SimulatedClock();
  readonly steps: DialectStep[] = [];
  readonly seats: number[] = [];
  readonly server: ChatServer;
  readonly engine: RemoteEngine;

  constructor(
    make: (options: ServerOptions) => ChatServer,
    options: Partial<RemoteOptions> & { readonly path?: string } = {},
  ) {
    const { clock } = this;
    this.server = make({ clock, key: KEY, model: 'tiny' });
    const { path = '/v1/chat/completions', ...others } = options;
    this.engine = this.another({
      endpoint: { url: `https://host.example${path}`, key: KEY, model: 'tiny' },
      ...others,
    });
    this.engine.onSeats(({ to }) => this.seats.push(to));
  }

  another(options: Partial<RemoteOptions>): RemoteEngine {
    const { clock, server } = this;
    return new RemoteEngine({
      endpoint: { url: 'https://host.example/v1/chat/completions', key: KEY, model: 'tiny' },
      clock,
      random: seededRandom(1),
      network: { fetch: server.fetch, origin: null, onLine: () => true },
      onStep: (step) => this.steps.push(step),
      ...options,
    });
  }

  async done<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const value = work.finally(() => (over = true));
    value.catch(() => undefined);
    while (!(await this.clock.run(() => over))) await this.clock.settle();
    return value;
  }

  ask(request = turn()): Promise<TurnOutcome> {
    return this.done(this.engine.submit(request).done);
  }

  all(requests: readonly TurnRequest[]): Promise<TurnOutcome[]> {
    return this.done(Promise.all(requests.map((request) => this.engine.submit(request).done)));
  }

  load(): Promise<number> {
    const budget = { vramMiB: 0, occupancy: 1, resident: 1 };
    return this.done(this.engine.load({ id: 'remote' }, budget, () => undefined)).then(
      ({ model }) => model.contextTokens,
    );
  }

  /** What was asked for, without what the model is given to read. */
  get bodies(): readonly Readonly<Record<string, unknown>>[] {
    return this.server.asked.map(({ body }) => body);
  }
}

const openAi =
  (extra: Partial<ConstructorParameters<typeof OpenAiServer>[0]> = {}) =>
  (options: ServerOptions): ChatServer =>
    new OpenAiServer({ ...options, ...extra });
const ollama =
  (extra: Partial<ConstructorParameters<typeof OllamaServer>[0]> = {}) =>
  (options: ServerOptions): ChatServer =>
    new OllamaServer({ ...options, ...extra });
const llamaCpp =
  (extra: Partial<ConstructorParameters<typeof LlamaCppServer>[0]> = {}) =>
  (options: ServerOptions): ChatServer =>
    new LlamaCppServer({ ...options, ...extra });
const vllm =
  (extra: Partial<ConstructorParameters<typeof VllmServer>[0]> = {}) =>
  (options: ServerOptions): ChatServer =>
    new VllmServer({ ...options, ...extra });
const strict =
  (extra: Partial<ConstructorParameters<typeof StrictServer>[0]> = {}) =>
  (options: ServerOptions): ChatServer =>
    new StrictServer({ ...options, ...extra });

const EVERY = [
  ['OpenAI', openAi()],
  ['Ollama', ollama()],
  ['llama.cpp', llamaCpp()],
  ['vLLM', vllm()],
  ['vLLM, older', vllm({ old: true })],
  [
    'a strict gateway',
    strict({ takes: ['temperature', 'max_tokens', 'response_format', 'top_p'], formats: ['json_schema'] }),
  ],
] as const;

describe('every server', () => {
  test.each(EVERY)('%s: a turn with a schema comes back whole, with what it used', async (_, make) => {
    const world = new World(make);
    const outcome = await world.ask();
    expect(outcome).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(outcome.error).toBeUndefined();
    expect(outcome.usage.completionTokens).toBeGreaterThan(0);
    expect(JSON.stringify(world.bodies)).not.toContain('x-copied-from');
    expect(world.server.now).toBe(0);
  });

  test.each(EVERY)(
    '%s: thirty turns at once end once each, and no more go out than it was learned to bear',
    async (_, make) => {
      const world = new World(make);
      const outcomes = await world.all(Array.from({ length: 30 }, () => turn()));
      expect(outcomes.map(({ finish }) => finish)).toEqual(Array.from({ length: 30 }, () => 'stop'));
      expect(world.server.most).toBeLessThanOrEqual(Math.max(...world.seats));
      expect(world.server.now).toBe(0);
    },
  );

  test.each(EVERY)('%s: the limit of tokens is held, and said', async (_, make) => {
    const world = new World((options) => make({ ...options, says: () => 'word '.repeat(100) }));
    expect(await world.ask(free({ maxTokens: 8 }))).toMatchObject({ finish: 'length' });
  });
});

describe('n: a server that takes no request yet is waited for, and that is no end of the turn', () => {
  test('n: 503 while llama.cpp loads its model, without a word on how long', async () => {
    const world = new World(llamaCpp({ loadedAt: 90_000 }));
    const outcome = await world.ask();
    expect(outcome).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(outcome.timing.admittedMs).toBeGreaterThanOrEqual(90_000);
    // Half a second first, half a minute at most: not thousands of knocks.
    expect(world.server.asked.length).toBeLessThan(12);
  });

  test('n: a 429 with Retry-After in seconds is waited out, and not undercut', async () => {
    const world = new World(openAi({ limit: { requests: 2, windowMs: 60_000 } }));
    const outcomes = await world.all([turn(), turn(), turn()]);
    expect(outcomes.map(({ finish }) => finish)).toEqual(['stop', 'stop', 'stop']);
    // Refused once and asked again once the minute was over.
    expect(world.server.asked).toHaveLength(4);
    expect(outcomes[2]?.timing.admittedMs).toBeGreaterThanOrEqual(59_000);
    expect(outcomes[2]?.timing.admittedMs).toBeLessThan(65_000);
  });

  test('n: a Retry-After that is a date is the same', async () => {
    const world = new World(openAi({ limit: { requests: 1, windowMs: 30_000 }, dates: true }));
    const [, second] = await world.all([turn(), turn()]);
    expect(second?.finish).toBe('stop');
    expect(second?.timing.admittedMs).toBeGreaterThanOrEqual(28_000);
    expect(second?.timing.admittedMs).toBeLessThan(35_000);
    expect(world.server.asked).toHaveLength(3);
  });

  test('n: where the header is kept from pages, the message says how long', async () => {
    const said = { error: { message: 'Rate limit reached. Please try again in 20s.', code: 'rate_limit_exceeded' } };
    const world = new World(
      openAi({
        trouble: ({ before }) => (before === 0 ? { kind: 'status', status: 429, body: JSON.stringify(said) } : null),
      }),
    );
    const { finish, timing } = await world.ask();
    expect(finish).toBe('stop');
    expect(timing.admittedMs).toBeGreaterThanOrEqual(20_000);
    expect(timing.admittedMs).toBeLessThan(23_000);
  });

  test('n: one who is told to wait holds the others back as well', async () => {
    const told = { kind: 'status', status: 503, headers: { 'retry-after': '10' } } as const;
    const world = new World(vllm({ trouble: ({ before }) => (before === 0 ? told : null) }));
    const outcomes = await world.all([turn(), turn(), turn()]);
    for (const { timing } of outcomes) expect(timing.admittedMs).toBeGreaterThanOrEqual(10_000);
    expect(world.server.asked).toHaveLength(4);
  });

  test('n: a full queue (Ollama), overload (529) and Ray Serve’s backpressure are waited out as well', async () => {
    for (const make of [
      ollama({ parallel: 1, queue: 0, firstMs: 500 }),
      vllm({ sequences: 1, queued: 0, firstMs: 500 }),
      openAi({ trouble: ({ before }) => (before < 3 ? { kind: 'status', status: 529 } : null) }),
    ]) {
      const world = new World(make);
      const outcomes = await world.all(Array.from({ length: 8 }, () => turn()));
      expect(new Set(outcomes.map(({ finish }) => finish))).toEqual(new Set(['stop']));
    }
  });

  test('n: an error within a 200 answer that says so is no end either, as long as nothing was said', async () => {
    const busy = 'data: {"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}\n\n';
    const world = new World(
      llamaCpp({
        trouble: ({ before }) =>
          before === 0
            ? { kind: 'status', status: 200, headers: { 'content-type': 'text/event-stream' }, body: busy }
            : null,
      }),
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.server.asked).toHaveLength(2);
  });

  test('n: no wait helps an account without credit: that is told at once', async () => {
    const world = new World(openAi({ broke: true }));
    expect(await world.ask()).toMatchObject({ finish: 'error', error: { code: 'remote-quota' } });
    expect(world.server.asked).toHaveLength(1);
  });

  test('n: who asks for an hour is not waited for, and patience ends', async () => {
    const hour = { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } as const;
    const world = new World(openAi({ trouble: () => hour }));
    const { finish, error, timing } = await world.ask();
    expect({ finish, code: error?.code }).toEqual({ finish: 'error', code: 'remote-busy' });
    expect(timing.endedMs).toBeLessThan(1000);
    const never = new World(llamaCpp({ loadedAt: Infinity }));
    const given = await never.ask();
    expect(given.error?.code).toBe('remote-busy');
    expect(given.timing.endedMs).toBeGreaterThan(500_000);
    expect(given.timing.endedMs).toBeLessThan(700_000);
  });

  test('n: a turn that waits can be called back at once', async () => {
    const world = new World(llamaCpp({ loadedAt: Infinity }));
    const handle = world.engine.submit(turn());
    await world.clock.advance(5000);
    handle.cancel();
    const { finish, error } = await world.done(handle.done);
    expect({ finish, error }).toEqual({ finish: 'cancelled', error: undefined });
    expect(world.server.now).toBe(0);
  });

  test('n: nobody listens yet (vLLM, before its model is loaded)', async () => {
    const world = new World(vllm({ loadedAt: 1500 }));
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
  });
});

describe('o: what a server refuses is left out, one step at a time, and not sent again', () => {
  const without = (world: World): readonly string[] => world.steps.map(({ without: what }) => what);

  test('o: max_tokens, temperature and top_p, as OpenAI’s models that reason refuse them', async () => {
    const world = new World(openAi({ reasons: true }));
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.steps).toEqual([
      { without: 'max_tokens', instead: 'max_completion_tokens' },
      { without: 'temperature', instead: null },
      { without: 'top_p', instead: null },
    ]);
    expect(world.bodies.at(-1)).toMatchObject({ max_completion_tokens: 64, seed: 7, stream: true });
    const before = world.server.asked.length;
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.server.asked).toHaveLength(before + 1);
    expect(world.steps).toHaveLength(3);
  });

  test('o: what was learned outlives the engine, for that endpoint', async () => {
    const memory = new EndpointMemory();
    const world = new World(openAi({ reasons: true }), { memory });
    await world.ask();
    const asked = world.server.asked.length;
    const next = world.another({ memory });
    expect(await world.done(next.submit(turn()).done)).toMatchObject({ finish: 'stop' });
    expect(world.server.asked).toHaveLength(asked + 1);
  });

  test('o: seed, stream_options and the rest, one extra_forbidden at a time', async () => {
    const world = new World(
      strict({ takes: ['temperature', 'top_p', 'max_tokens', 'response_format'], formats: ['json_schema'] }),
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(without(world).toSorted()).toEqual(['seed', 'stream_options']);
    expect(world.server.asked).toHaveLength(3);
  });

  test('o: json_schema by name: JSON mode with the schema, without it, then in words', async () => {
    const takes = ['temperature', 'top_p', 'max_tokens', 'seed', 'stream_options', 'response_format'];
    const some = new World(strict({ takes, formats: ['json_object'], says: () => RIGHT }));
    expect(await some.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(some.steps).toEqual([{ without: 'json_schema', instead: 'json_object with schema' }]);
    const none = new World(strict({ takes, formats: [], says: () => RIGHT }));
    expect(await none.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(none.steps.map(({ instead }) => instead)).toEqual(['json_object with schema', 'json_object', 'words']);
    const last = none.bodies.at(-1) as { messages: { content: string }[]; response_format?: unknown };
    expect(last.response_format).toBeUndefined();
    expect(last.messages[0]?.content).toContain('Triage.');
    expect(last.messages[0]?.content).toContain('"severity":{"enum":["info","error"]}');
  });

  test('o: a grammar that a server cannot make of one schema says nothing about other schemas', async () => {
    const world = new World(llamaCpp({ noGrammar: true, says: () => RIGHT }));
    await world.ask();
    expect(without(world)).toEqual(['json_schema', 'json_object with schema']);
    const other = JSON.stringify({ type: 'object', properties: { agree: { type: 'boolean' } }, required: ['agree'] });
    await world.ask(turn({ schema: other }));
    expect(world.bodies[3]).toMatchObject({ response_format: { type: 'json_schema' } });
  });

  test('o: a refusal that names nothing is searched, least missed first; what was not the cause is not left out', async () => {
    const takes = ['temperature', 'top_p', 'max_tokens', 'response_format'];
    const world = new World(strict({ mute: true, takes, formats: ['json_schema'] }));
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(without(world)).toEqual(['stream_options', 'seed']);
    const never = new World(openAi({ trouble: () => ({ kind: 'status', status: 400, body: 'Bad Request' }) }));
    expect(await never.ask()).toMatchObject({ finish: 'error', error: { code: 'remote-refused' } });
    expect(never.steps).toEqual([]);
    const tries = never.server.asked.length;
    expect(await never.ask()).toMatchObject({ error: { code: 'remote-refused' } });
    // Searched once for the endpoint, not for each turn.
    expect(never.server.asked).toHaveLength(tries + 1);
    expect(never.bodies.at(-1)).toHaveProperty('seed');
  });

  test('o: an endpoint that has answered is not searched: what it refuses then is about the turn', async () => {
    const world = new World(
      openAi({ trouble: ({ before }) => (before === 1 ? { kind: 'status', status: 400, body: 'Bad Request' } : null) }),
    );
    await world.ask();
    expect(await world.ask()).toMatchObject({ error: { code: 'remote-refused' } });
    expect(world.server.asked).toHaveLength(2);
  });

  test('o: streaming, where it is for verified organisations only', async () => {
    const world = new World(openAi({ unverified: true }));
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(without(world)).toEqual(['stream']);
    expect(world.bodies.at(-1)).toMatchObject({ stream: false });
    expect(world.bodies.at(-1)).not.toHaveProperty('stream_options');
  });

  test('o: messages of the system, where a model’s template has none', async () => {
    const said = {
      error: { code: 400, message: 'Conversation roles must alternate user/assistant/user/assistant/...' },
    };
    const world = new World(
      vllm({
        says: () => RIGHT,
        trouble: ({ body }) =>
          body.messages?.[0]?.role === 'system' ? { kind: 'status', status: 400, body: JSON.stringify(said) } : null,
      }),
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.bodies.at(-1)?.['messages']).toMatchObject([
      { role: 'user', content: expect.stringContaining('Triage.') as string },
    ]);
  });

  test('o: most tokens that may be asked for', async () => {
    const said = {
      error: {
        message: 'max_tokens is too large: 64. This model supports at most 16 completion tokens.',
        param: 'max_tokens',
      },
    };
    const world = new World(
      openAi({
        trouble: ({ body }) =>
          (body.max_tokens ?? 0) > 16 ? { kind: 'status', status: 400, body: JSON.stringify(said) } : null,
      }),
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.steps).toEqual([{ without: 'most-tokens', instead: '16' }]);
  });

  test('o: several turns that meet the same refusal at once take one step, not one each', async () => {
    const world = new World(openAi({ reasons: true }));
    await world.all([turn(), turn(), turn(), turn()]);
    expect(without(world)).toEqual(['max_tokens', 'temperature', 'top_p']);
  });

  test('o: a schema that is taken and not held to is put into the prompt as well, once', async () => {
    const world = new World(
      ollama({
        old: true,
        says: ({ body }) =>
          JSON.stringify(body.messages).includes('JSON Schema') ? RIGHT : 'It looks like an error to me.',
      }),
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.steps).toEqual([{ without: 'adherence', instead: 'words' }]);
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.server.asked).toHaveLength(3);
  });

  test('o: reasoning that eats the whole limit gets room of its own', async () => {
    const world = new World(
      vllm({ says: () => ({ text: RIGHT, reasoning: 'hm '.repeat(500) }), contextTokens: 32_768 }),
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
    expect(world.steps).toEqual([{ without: 'room-for-answer', instead: '1024' }]);
    expect(world.bodies.at(-1)).toMatchObject({ max_tokens: 64 + 1024 });
  });
});

describe('p: each fault by its own name, with the server’s words cut and as data', () => {
  const status = (code: number, body = '', headers: Record<string, string> = {}): ReturnType<typeof openAi> =>
    openAi({ trouble: () => ({ kind: 'status', status: code, body, headers }) });
  const html = '<!doctype html><html><head><title>Sign in</title></head><body>models</body></html>';
  const page = { 'content-type': 'text/html' };

  test.each<[string, (options: ServerOptions) => ChatServer, string]>([
    ['a key that OpenAI refuses', (options) => new OpenAiServer({ ...options, key: 'another' }), 'remote-key'],
    ['a key that llama.cpp refuses', (options) => new LlamaCppServer({ ...options, key: 'another' }), 'remote-key'],
    ['a key that vLLM refuses', (options) => new VllmServer({ ...options, key: 'another' }), 'remote-key'],
    ['403', status(403, '{"error":{"message":"Country not supported"}}'), 'remote-forbidden'],
    ['402', status(402, '{"error":{"message":"Insufficient credits"}}'), 'remote-quota'],
    ['a model that OpenAI has not', (options) => new OpenAiServer({ ...options, model: 'other' }), 'remote-model'],
    ['a model that Ollama has not', (options) => new OllamaServer({ ...options, model: 'other' }), 'remote-model'],
    ['a model that vLLM has not', (options) => new VllmServer({ ...options, model: 'other' }), 'remote-model'],
    ['a page for people, 404', status(404, html, page), 'remote-path'],
    ['405', status(405), 'remote-path'],
    ['a page for people, 200', status(200, html, page), 'remote-page'],
    ['a redirect', status(308, '', { location: 'https://elsewhere.example/v1' }), 'remote-redirected'],
    ['a refusal with words', status(422, '{"detail":"no such thing"}'), 'remote-refused'],
    ['a server that fails', status(500, '{"error":{"message":"boom"}}'), 'remote-failed'],
    ['a gateway that fails, in HTML', status(502, html, page), 'remote-failed'],
    [
      'a filter in front of the prompt (Azure)',
      status(400, '{"error":{"code":"content_filter","message":"The response was filtered"}}'),
      'remote-filtered',
    ],
    [
      'a filter behind the answer',
      openAi({ says: () => ({ text: 'I', finish: 'content_filter' }) }),
      'remote-filtered',
    ],
    ['an error in the stream (OpenAI)', openAi({ trouble: () => ({ kind: 'error', after: 2 }) }), 'remote-failed'],
    ['an error in the stream (llama.cpp)', llamaCpp({ trouble: () => ({ kind: 'error', after: 2 }) }), 'remote-failed'],
    [
      'an error in the stream (llama.cpp, as a field of its own)',
      llamaCpp({ old: true, trouble: () => ({ kind: 'error', after: 2 }) }),
      'remote-failed',
    ],
    [
      'an error in the stream, then [DONE] (vLLM)',
      vllm({ trouble: () => ({ kind: 'error', after: 2 }) }),
      'remote-failed',
    ],
    [
      'an error in the stream, flat (vLLM, older)',
      vllm({ old: true, trouble: () => ({ kind: 'error', after: 2 }) }),
      'remote-failed',
    ],
    [
      'an error in the stream that Ollama cannot write',
      ollama({ trouble: () => ({ kind: 'error', after: 2 }) }),
      'remote-dropped',
    ],
    ['a connection lost after text', openAi({ trouble: () => ({ kind: 'drop', after: 3 }) }), 'remote-dropped'],
    ['an end that says it failed', openAi({ says: () => ({ text: 'so', finish: 'error' }) }), 'remote-failed'],
    ['an answer without end', openAi({ says: () => ({ text: 'x'.repeat(5000), finish: 'stop' }) }), 'remote-overlong'],
    ['nonsense', status(200, 'data: {"cho\n\n'), 'remote-garbled'],
    [
      'a stream that ends within an event',
      status(200, 'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"cho'),
      'remote-dropped',
    ],
    [
      'an end that says it ran out of time',
      openAi({ says: () => ({ text: 'so', finish: 'timeout' }) }),
      'remote-failed',
    ],
    ['a body that is cut off', status(200, '{"choices":[{"mess'), 'remote-garbled'],
    ['a prompt that is too long (OpenAI)', openAi({ contextTokens: 4 }), 'prompt-too-long'],
    ['a prompt that is too long (llama.cpp)', llamaCpp({ contextTokens: 8 }), 'prompt-too-long'],
    ['a prompt that is too long (vLLM)', vllm({ contextTokens: 8 }), 'prompt-too-long'],
    ['nobody there', vllm({ loadedAt: Infinity }), 'remote-unreachable'],
  ])('p: %s', async (_, make, code) => {
    const { finish, error } = await new World(make).ask();
    expect({ finish, code: error?.code }).toEqual({ finish: 'error', code });
  });

  test('p: a path that is none, at each server', async () => {
    for (const make of [openAi(), ollama(), llamaCpp(), vllm()]) {
      const world = new World(make, { path: '/nowhere/chat/completions' });
      expect((await world.ask()).error?.code).toBe('remote-path');
    }
  });

  test('p: words are cut, on one line, without the key and without what cannot be seen', async () => {
    const said = `bad key ${KEY}\u202e\n${'x'.repeat(10_000)}`;
    const { error } = await new World(status(403, JSON.stringify({ error: { message: said } }))).ask();
    expect(error?.detail).toMatch(/^bad key \[key\] x+…$/);
    expect(error?.detail?.length).toBeLessThanOrEqual(310);
  });

  test('p: the text that came before a connection was lost is not the answer, but it is kept', async () => {
    const { finish, text } = await new World(vllm({ trouble: () => ({ kind: 'drop', after: 2 }) })).ask();
    expect(finish).toBe('error');
    expect(RIGHT.startsWith(text)).toBe(true);
    expect(text).not.toBe('');
  });

  test('p: what a browser keeps from pages: offline, or there and not to be read (CORS)', async () => {
    const failing: typeof fetch = (_, init) =>
      init?.mode === 'no-cors' ? Promise.resolve(new Response(null)) : Promise.reject(new TypeError('Failed to fetch'));
    const probed: RequestInit[] = [];
    const at = (fetcher: typeof fetch, onLine = true): Promise<EngineError | undefined> => {
      const world = new World(openAi(), {
        network: {
          fetch: (url, init) => {
            if (init?.mode === 'no-cors') probed.push(init);
            return fetcher(url, init);
          },
          origin: 'https://page.example',
          onLine: () => onLine,
        },
      });
      return world.ask().then(({ error }) => error);
    };
    expect(await at(failing)).toMatchObject({ code: 'remote-blocked' });
    expect(JSON.stringify(probed)).not.toContain(KEY);
    const nobody: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await at(nobody)).toMatchObject({ code: 'remote-unreachable' });
    expect(await at(nobody, false)).toMatchObject({ code: 'remote-offline' });
  });

  test('p: what passes by itself is tried again while nothing was said: hung up, 500, 502, a lost connection', async () => {
    for (const trouble of [
      { kind: 'drop', after: null },
      { kind: 'drop', after: 0 },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 502, body: html },
      { kind: 'status', status: 408 },
    ] as const) {
      const world = new World(openAi({ trouble: ({ before }) => (before < 2 ? trouble : null) }));
      expect(await world.ask()).toMatchObject({ finish: 'stop', text: RIGHT });
      expect(world.server.asked).toHaveLength(3);
    }
  });
});

describe('q: answers that others accept', () => {
  const as = (body: string, type: string | null = 'text/event-stream'): ReturnType<typeof openAi> =>
    openAi({
      trouble: () => ({ kind: 'status', status: 200, body, headers: type === null ? {} : { 'content-type': type } }),
    });
  const delta = (content: string, finish: string | null = null, more: object = {}): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content, ...more }, finish_reason: finish }] })}\n\n`;
  const message = (content: unknown, more: object = {}): string =>
    JSON.stringify({
      choices: [{ index: 0, message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }],
    });
  const done = 'data: [DONE]\n\n';

  test.each<[string, (options: ServerOptions) => ChatServer]>([
    [
      'reasoning in a field of its own (llama.cpp)',
      llamaCpp({ says: () => ({ text: RIGHT, reasoning: 'An error.' }) }),
    ],
    ['reasoning in a field of its own (vLLM)', vllm({ says: () => ({ text: RIGHT, reasoning: 'An error.' }) })],
    [
      'reasoning in a field of its own (vLLM, older)',
      vllm({ old: true, says: () => ({ text: RIGHT, reasoning: 'An error.' }) }),
    ],
    ['reasoning in a field of its own (Ollama)', ollama({ says: () => ({ text: RIGHT, reasoning: 'An error.' }) })],
    ['<think> before the answer', openAi({ says: () => `<think>An error.</think>\n\n${RIGHT}` })],
    ['only the end of <think>, the rest is in the prompt', openAi({ says: () => `An error.</think>${RIGHT}` })],
    [
      'a list of parts (Mistral)',
      as(
        message([
          { type: 'thinking', thinking: [{ type: 'text', text: 'An error.' }] },
          { type: 'text', text: RIGHT },
        ]),
        'application/json',
      ),
    ],
  ])('q: %s is kept apart and no part of the result', async (_, make) => {
    const outcome = await new World(make).ask();
    expect(outcome).toMatchObject({ finish: 'stop', text: RIGHT, reasoning: 'An error.' });
  });

  test.each<[string, (options: ServerOptions) => ChatServer]>([
    ['a fence', openAi({ says: () => `\`\`\`json\n${RIGHT}\n\`\`\`` })],
    ['a fence in prose', openAi({ says: () => `Here you are:\n\`\`\`\n${RIGHT}\n\`\`\`\nAnything else?` })],
    ['prose before and after', openAi({ says: () => `The answer [1] is ${RIGHT}, I think.` })],
    ['[DONE] without a finish reason', as(delta(RIGHT) + done)],
    ['a finish reason without [DONE]', as(delta(RIGHT, 'stop'))],
    ['a finish reason of its own', as(delta(RIGHT, 'eos_token') + done)],
    ['JSON as plain text', as(message(RIGHT), 'text/plain; charset=utf-8')],
    ['JSON as an event stream', as(message(RIGHT))],
    ['JSON without a type', as(message(RIGHT), null)],
    ['JSON over many lines', as(JSON.stringify(JSON.parse(message(RIGHT)), null, 2), 'application/json')],
    [
      'a whole answer without a finish reason',
      as(JSON.stringify({ choices: [{ message: { content: RIGHT } }] }), 'application/json'),
    ],
    ['events as plain text', as(delta(RIGHT, 'stop') + done, 'text/plain')],
    ['events as JSON', as(delta(RIGHT, 'stop') + done, 'application/json')],
    [
      'CR LF, comments, names and no space',
      as(
        `: OPENROUTER PROCESSING\r\n\r\nevent: message\r\n${delta(RIGHT, 'stop').trim().replace('data: ', 'data:')}\r\n\r\n`,
      ),
    ],
    ['a byte order mark', as(`\ufeff${delta(RIGHT, 'stop')}${done}`)],
    [
      'one line break between events',
      as((delta(RIGHT.slice(0, 9)) + delta(RIGHT.slice(9), 'stop') + done).replaceAll('\n\n', '\n')),
    ],
    [
      'JSON line by line',
      as(
        `${JSON.stringify({ choices: [{ delta: { content: RIGHT } }] })}\n${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] })}\n`,
        'application/x-ndjson',
      ),
    ],
    [
      'an empty piece first, content null',
      as(
        `data: {"choices":[],"prompt_filter_results":[]}\n\n${delta('', null, { content: null })}${delta(RIGHT, 'stop')}${done}`,
      ),
    ],
    ['all of it twice', as(delta(RIGHT, 'stop') + delta(RIGHT, 'stop') + done)],
    [
      'the whole answer where reasoning should be',
      as(delta('', null, { reasoning: RIGHT }) + delta('', 'stop') + done),
    ],
  ])('q: %s', async (_, make) => {
    const { finish, text } = await new World(make).ask();
    expect({ finish, text }).toEqual({ finish: 'stop', text: RIGHT });
  });

  test('q: two values that differ are not chosen from', async () => {
    const both = `${RIGHT} or {"severity":"info","subject":"sshd"}`;
    const { finish, text } = await new World(openAi({ says: () => both })).ask();
    expect({ finish, text }).toEqual({ finish: 'stop', text: both });
  });

  test('q: a stream that just ends is no answer, however whole it looks', async () => {
    expect((await new World(as(delta(RIGHT))).ask()).error?.code).toBe('remote-dropped');
  });

  test('q: a text of one’s own is left as it was written, fences and all', async () => {
    const text = ' ```json\n{"a": 1}\n``` \n';
    expect(await new World(openAi({ says: () => text })).ask(free())).toMatchObject({ finish: 'stop', text });
  });

  test('q: numbers beyond doubles come back digit for digit', async () => {
    const text = '{"id":9007199254740993}';
    expect((await new World(openAi({ says: () => `So: ${text}` })).ask()).text).toBe(text);
  });

  test('q: a model that declines is told by name, with its words', async () => {
    const { error } = await new World(
      as(delta('', null, { refusal: 'I can not help.' }) + delta('', 'stop') + done),
    ).ask();
    expect(error).toMatchObject({ code: 'remote-declined', detail: 'I can not help.' });
  });

  test('q: a server that has ended its answer and keeps the line open is not waited for', async () => {
    const world = new World((options) => {
      const server = new OpenAiServer(options);
      server.handle = () =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              start(controller) {
                controller.enqueue(new TextEncoder().encode(delta(RIGHT, 'stop')));
              },
            }),
          ),
        );
      return server;
    });
    const { finish, text, timing } = await world.ask();
    expect({ finish, text }).toEqual({ finish: 'stop', text: RIGHT });
    expect(timing.endedMs).toBeLessThan(5000);
  });
});

describe('r: the number of requests at once is learned, and time counts from where a request leaves', () => {
  const many = (count: number, extra: Partial<TurnRequest> = {}): TurnRequest[] =>
    Array.from({ length: count }, () => turn(extra));

  test('r: a server that bears eight gets about eight, not one and not all', async () => {
    const world = new World(vllm({ sequences: 8, queued: 0, firstMs: 1000 }));
    const outcomes = await world.all(many(200));
    expect(new Set(outcomes.map(({ finish }) => finish))).toEqual(new Set(['stop']));
    const late = world.seats.slice(Math.floor(world.seats.length / 2));
    expect(Math.max(...late)).toBeLessThanOrEqual(12);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(3);
    // 200 turns of a second, one by one, would take 200 s.
    expect(world.clock.now()).toBeLessThan(90_000);
  });

  test('r: a server that queues without a word is not filled: answers that begin late hold the number down', async () => {
    const world = new World(llamaCpp({ slots: 2, firstMs: 1000 }));
    await world.all(many(200));
    expect(world.server.most).toBeLessThanOrEqual(16);
  });

  test('r: a server that bears all it is given gets more and more', async () => {
    const world = new World(openAi({ firstMs: 1000 }));
    await world.all(many(200));
    expect(world.server.most).toBeGreaterThan(30);
    expect(world.server.most).toBeLessThanOrEqual(64);
  });

  test('r: over plain HTTP browsers open six connections, so a seventh would wait unseen', async () => {
    const world = new World(openAi({ firstMs: 1000 }), {
      endpoint: { url: 'http://127.0.0.1:8000/v1/chat/completions', key: KEY, model: 'tiny' },
    });
    await world.all(many(100));
    expect(world.server.most).toBe(6);
  });

  test('r: a turn that waits a minute for its place has its whole deadline afterwards', async () => {
    const world = new World(ollama({ parallel: 1, queue: 0, firstMs: 4000 }));
    const outcomes = await world.all(many(15, { deadlineMs: 5000 }));
    expect(new Set(outcomes.map(({ finish }) => finish))).toEqual(new Set(['stop']));
    expect(Math.max(...outcomes.map(({ timing }) => timing.admittedMs))).toBeGreaterThan(50_000);
  });

  test('r: who waits is told so, and so is when it leaves', async () => {
    const world = new World(openAi({ limit: { requests: 1, windowMs: 10_000 } }));
    const held: [number, boolean][] = [];
    const first = world.engine.submit(turn()).done;
    const second = world.engine.submit(turn(), undefined, (is) => held.push([world.clock.now(), is])).done;
    await world.done(Promise.all([first, second]));
    expect(held.map(([, is]) => is)).toEqual([true, false, true, false]);
    expect(held[3]?.[0]).toBeGreaterThanOrEqual(9000);
  });

  test('r: the deadline ends a turn with what there is, hangs up, and counts as push where nothing was said', async () => {
    const world = new World(openAi({ pieceMs: 400 }));
    const { finish, text, error } = await world.ask(turn({ deadlineMs: 1000 }));
    expect({ finish, error }).toEqual({ finish: 'deadline', error: undefined });
    expect(RIGHT.startsWith(text)).toBe(true);
    expect(world.server.hungUp).toBe(1);
    const silent = new World(openAi({ trouble: () => ({ kind: 'silent' }) }));
    expect((await silent.ask(turn({ deadlineMs: 1000 }))).finish).toBe('deadline');
    expect(silent.server.now).toBe(0);
  });

  test('r: who goes first goes first', async () => {
    const world = new World(ollama({ parallel: 1, firstMs: 1000 }));
    const order: string[] = [];
    const requests = [turn({ priority: 5 }), turn({ priority: 5 }), turn({ priority: 1 })];
    await world.done(
      Promise.all(requests.map((each) => world.engine.submit(each).done.then(({ id }) => order.push(id)))),
    );
    expect(order).toEqual([requests[0]?.id, requests[2]?.id, requests[1]?.id]);
  });
});

describe('as the engine of a whole run', () => {
  test('it learns the context from the list of models: vLLM says it, Ollama’s is known, others are taken to have 8,192', async () => {
    expect(await new World(vllm({ contextTokens: 2048 })).load()).toBe(2048);
    expect(await new World(ollama()).load()).toBe(4096);
    expect(await new World(openAi()).load()).toBe(8192);
  });

  test('it waits for a model that loads, and for a server that does not listen yet', async () => {
    const loading = new World(llamaCpp({ loadedAt: 120_000 }));
    await loading.load();
    expect(loading.clock.now()).toBeGreaterThanOrEqual(120_000);
    await new World(vllm({ loadedAt: 1500 })).load();
  });

  test.each<[string, (options: ServerOptions) => ChatServer, string]>([
    ['a key that is refused', (options) => new OpenAiServer({ ...options, key: 'another' }), 'remote-key'],
    ['nobody there', vllm({ loadedAt: Infinity }), 'remote-unreachable'],
  ])('%s is told before any turn', async (_, make, code) => {
    await expect(new World(make).load()).rejects.toMatchObject({ error: { code } });
  });

  test('what is wrong with the endpoint as such ends the engine, after all its turns', async () => {
    let key = KEY;
    const world = new World(
      (options) =>
        new OpenAiServer({
          ...options,
          get key() {
            return key;
          },
        } as ServerOptions),
      { own: true },
    );
    expect(await world.ask()).toMatchObject({ finish: 'stop' });
    key = 'revoked';
    const server = new OpenAiServer({ clock: world.clock, key: 'revoked' });
    world.server.handle = (request, signal) => server.handle(request, signal);
    const lost: EngineError[] = [];
    const ended: TurnOutcome[] = [];
    world.engine.onLost((error) => {
      lost.push(error);
      expect(ended).toHaveLength(3);
    });
    const handles = [turn(), turn(), turn()].map((each) =>
      world.engine.submit(each).done.then((outcome) => ended.push(outcome)),
    );
    await world.done(Promise.all(handles));
    await world.clock.settle();
    expect(lost).toMatchObject([{ code: 'remote-key' }]);
    expect(ended.map(({ error }) => error?.code)).toEqual(['remote-key', 'remote-key', 'remote-key']);
    expect(JSON.stringify([lost, ended])).not.toContain(KEY);
  });

  test('what one turn met does not end it', async () => {
    const world = new World(vllm({ trouble: ({ before }) => (before === 0 ? { kind: 'drop', after: 2 } : null) }), {
      own: true,
    });
    let lost = 0;
    world.engine.onLost(() => lost++);
    expect((await world.ask()).error?.code).toBe('remote-dropped');
    expect(await world.ask()).toMatchObject({ finish: 'stop' });
    expect(lost).toBe(0);
  });
});
