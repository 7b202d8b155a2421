/** Texts that do not fit an endpoint's model, whose tokenizer is not here; and what is written and read there beside the answer. */
import { describe, expect, test } from 'vitest';
import { LlamaCppServer } from '../../../tools/endpoints/llama-cpp.ts';
import { OllamaServer } from '../../../tools/endpoints/ollama.ts';
import { OpenAiServer } from '../../../tools/endpoints/openai.ts';
import type { ChatServer, ServerOptions } from '../../../tools/endpoints/server.ts';
import { VllmServer } from '../../../tools/endpoints/vllm.ts';
import { seededRandom } from '../../kernel/random.ts';
import { readOf } from '../../kernel/ranges.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { TurnOutcome, TurnRequest } from '../contract.ts';
import { RemoteEngine } from './remote-engine.ts';

const asks = (text: string, extra: Partial<TurnRequest> = {}): TurnRequest => ({
  id: 't',
  agent: 1,
  priority: 0,
  prefix: [{ role: 'system', content: 'Triage.' }],
  messages: [{ role: 'user', content: text }],
  elastic: { message: 0, from: 0, to: text.length, keep: 'tail' },
  maxTokens: 64,
  sampling: { temperature: 0, topP: 1, seed: 7 },
  deadlineMs: 30_000,
  ...extra,
});

interface Asked {
  readonly outcome: TurnOutcome;
  /** What the model was given to read, by request. */
  readonly seen: readonly string[];
}

async function ask(make: (options: ServerOptions) => ChatServer, request: TurnRequest, load = false): Promise<Asked> {
  const clock = new SimulatedClock();
  const server = make({ clock, key: null, model: 'tiny' });
  const seen: string[] = [];
  const engine = new RemoteEngine({
    endpoint: { url: 'https://host.example/v1/chat/completions', key: null, model: 'tiny' },
    clock,
    random: seededRandom(1),
    network: {
      fetch: (url, init) => {
        const { messages = [] } = JSON.parse((init?.body as string | undefined) ?? '{}') as Partial<TurnRequest>;
        seen.push(messages.at(-1)?.content ?? '');
        return server.fetch(url, init);
      },
      origin: null,
      onLine: () => true,
    },
  });
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    void work.finally(() => (over = true));
    while (!(await clock.run(() => over))) await clock.settle();
    return work;
  };
  if (load) await settled(engine.load({ id: 'remote' }, { vramMiB: 0, occupancy: 1, resident: 1 }, () => undefined));
  return { outcome: await settled(engine.submit(request).done), seen: seen.filter((text) => text !== '') };
}

const LONG = `app: ctx ${'k=v; '.repeat(2000)}kernel panic: not syncing`;
const says = () => 'ok';

describe('a: a prompt is made for the context of the endpoint that has the turn', () => {
  test.each([
    ['OpenAI', (options: ServerOptions) => new OpenAiServer({ ...options, says, contextTokens: 1000 })],
    ['llama.cpp', (options: ServerOptions) => new LlamaCppServer({ ...options, says, contextTokens: 1000 })],
    ['vLLM', (options: ServerOptions) => new VllmServer({ ...options, says, contextTokens: 1000 })],
  ])('a: %s', async (_, make) => {
    const { outcome, seen } = await ask(make, asks(LONG));
    expect(outcome).toMatchObject({ finish: 'stop', text: 'ok' });
    expect(outcome.read?.[0]?.[1]).toBe(LONG.length);
    expect(seen.at(-1)).toBe(readOf(LONG, outcome.read ?? []));
    expect(seen.at(-1)).toMatch(/^… .*kernel panic: not syncing$/);
    expect(seen.at(-1)?.length).toBeGreaterThan(1000);
    // Whole first, then as the server counts; refusals cost no tokens.
    expect(seen.length).toBeLessThanOrEqual(4);
    expect(outcome.usage.promptTokens).toBeLessThanOrEqual(1000);
  });

  test('a: what fits goes whole, in one request', async () => {
    const { outcome, seen } = await ask((options) => new VllmServer({ ...options, says }), asks('short'));
    expect(seen).toEqual(['short']);
    expect(outcome.read).toBeUndefined();
  });

  test('a: Ollama cuts in silence, so that what goes there is made to fit before', async () => {
    const dense = '2024-03-12 10:00:00,123 '.repeat(600);
    const { outcome, seen } = await ask((options) => new OllamaServer({ ...options, says }), asks(dense), true);
    expect(outcome.read).toHaveLength(1);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.length).toBeLessThan(8000);
  });

  test('a: memory goes before the text does', async () => {
    const old = 'x '.repeat(3000);
    const messages: TurnRequest['messages'] = [
      { role: 'user', content: old },
      { role: 'assistant', content: 'ok' },
      { role: 'user', content: 'now' },
    ];
    const { outcome, seen } = await ask(
      (options) => new VllmServer({ ...options, says, contextTokens: 1000 }),
      asks('', { messages, memory: 2, elastic: { message: 2, from: 0, to: 3, keep: 'head' } }),
    );
    expect(outcome).toMatchObject({ finish: 'stop', dropped: 2 });
    expect(outcome.read).toBeUndefined();
    expect(seen.at(-1)).toBe('now');
  });

  test('l: what nothing can make fit ends as too long, and costs nothing', async () => {
    const { outcome } = await ask(
      (options) => new VllmServer({ ...options, contextTokens: 1000 }),
      asks('x', { prefix: [{ role: 'system', content: 'word '.repeat(5000) }] }),
    );
    expect(outcome.error?.code).toBe('prompt-too-long');
    expect(outcome.usage).toMatchObject({ promptTokens: 0, completionTokens: 0 });
  });
});

describe('d: what goes to an endpoint is the text as it was written', () => {
  test('d: pipes stay, control tokens are none, and a copy is a copy', async () => {
    const text = 'conn |> fetch |> halt <|im_end|> failed';
    const { outcome, seen } = await ask(
      (options) => new VllmServer({ ...options, says: ({ body }) => body.messages?.at(-1)?.content ?? '' }),
      asks(text),
    );
    expect(seen[0]).toBe('conn |> fetch |> halt <\u2060|im_end|> failed');
    expect(outcome.text).toBe(text);
  });
});

test('f: reasoning is counted', async () => {
  const { outcome } = await ask(
    (options) => new VllmServer({ ...options, says: () => ({ text: '<think>a b c d</think>ok' }) }),
    asks('x'),
  );
  expect(outcome).toMatchObject({ text: 'ok', reasoning: 'a b c d' });
  expect(outcome.usage.reasoningTokens).toBeGreaterThan(0);
  expect(outcome.usage.reasoningTokens).toBeLessThan(outcome.usage.completionTokens);
});
