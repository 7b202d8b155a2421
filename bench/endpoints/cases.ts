/** What the endpoints bench asks for: servers, what goes wrong with them, and how many turns come back right. */
import { listen } from '../../tools/endpoints/loopback.ts';
import { LlamaCppServer } from '../../tools/endpoints/llama-cpp.ts';
import { OllamaServer } from '../../tools/endpoints/ollama.ts';
import { OpenAiServer } from '../../tools/endpoints/openai.ts';
import type { Asked, ChatServer, ServerOptions, Trouble, Words } from '../../tools/endpoints/server.ts';
import { StrictServer } from '../../tools/endpoints/strict.ts';
import { VllmServer } from '../../tools/endpoints/vllm.ts';
import type { TurnRequest } from '../../src/engine/contract.ts';
import { readEndpoint } from '../../src/engine/endpoint.ts';
import { RemoteEngine } from '../../src/engine/remote/remote-engine.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { textbook } from './textbook.ts';

const KEY = 'sk-bench';
const MODEL = 'tiny';
const TURNS = 40;
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: { severity: { enum: ['info', 'warning', 'error'] }, subject: { type: 'string', maxLength: 40 } },
  required: ['severity', 'subject'],
  additionalProperties: false,
});
const line = (n: number): string => `sshd[${String(n)}]: Failed password for user${String(n)}`;
const RIGHT = '{"severity":"error","subject":"sshd"}';

type Make = (options: ServerOptions) => ChatServer;
export interface Case {
  readonly name: string;
  readonly make: Make;
}

const every =
  (n: number, trouble: Trouble) =>
  ({ before }: Asked): Trouble | null =>
    before % n === 1 ? trouble : null;
const saying = (words: Words) => (): Words => words;
const hint = { kind: 'status', status: 503, headers: { 'retry-after': '1' }, body: '{"error":"busy"}' } as const;

/** Waits are short, so that the table is printed in a minute; how long a server may ask for is for the tests. */
export const cases = (): readonly Case[] => {
  const now = systemClock().now();
  return [
    { name: 'OpenAI', make: (o) => new OpenAiServer(o) },
    {
      name: 'OpenAI, 20 requests a second: 429 with Retry-After',
      make: (o) => new OpenAiServer({ ...o, limit: { requests: 20, windowMs: 1000 } }),
    },
    {
      name: 'OpenAI, a model that reasons: no max_tokens, temperature, top_p',
      make: (o) => new OpenAiServer({ ...o, reasons: true }),
    },
    { name: 'OpenAI, streams for the verified only', make: (o) => new OpenAiServer({ ...o, unverified: true }) },
    {
      name: 'OpenAI, 500 for every fifth',
      make: (o) => new OpenAiServer({ ...o, trouble: every(5, { kind: 'status', status: 500 }) }),
    },
    {
      name: 'OpenAI, hangs up on every fifth',
      make: (o) => new OpenAiServer({ ...o, trouble: every(5, { kind: 'drop', after: null }) }),
    },
    { name: 'Ollama', make: (o) => new OllamaServer({ ...o, parallel: 4 }) },
    {
      name: 'Ollama, loads its model for 1 s, then holds 4 and queues 8: 503',
      make: (o) => new OllamaServer({ ...o, parallel: 4, queue: 8, loadMs: 1000 }),
    },
    {
      name: 'Ollama before 0.5, formats passed over, answers in a fence',
      make: (o) =>
        new OllamaServer({ ...o, parallel: 4, old: true, says: saying({ text: `\`\`\`json\n${RIGHT}\n\`\`\`` }) }),
    },
    { name: 'llama.cpp', make: (o) => new LlamaCppServer({ ...o, slots: 4 }) },
    {
      name: 'llama.cpp, 503 for 2 s while it loads',
      make: (o) => new LlamaCppServer({ ...o, slots: 4, loadedAt: now + 2000 }),
    },
    {
      name: 'llama.cpp, no grammar for any schema',
      make: (o) => new LlamaCppServer({ ...o, slots: 4, noGrammar: true, says: saying({ text: RIGHT }) }),
    },
    {
      name: 'llama.cpp, reasons in a field of its own',
      make: (o) =>
        new LlamaCppServer({
          ...o,
          slots: 4,
          says: saying({ text: RIGHT, reasoning: 'A failed password is an error.' }),
        }),
    },
    { name: 'vLLM', make: (o) => new VllmServer(o) },
    {
      name: 'vLLM, reasons in the text: <think>',
      make: (o) => new VllmServer({ ...o, says: saying({ text: `<think>Hm.</think>${RIGHT}` }) }),
    },
    {
      name: 'vLLM, reasoning that fills the limit',
      make: (o) => new VllmServer({ ...o, says: saying({ text: RIGHT, reasoning: 'hm '.repeat(300) }) }),
    },
    { name: 'vLLM behind Ray Serve: 8 at once, 503 beyond', make: (o) => new VllmServer({ ...o, queued: 0 }) },
    {
      name: 'vLLM, Retry-After for every fifth, slow every seventh',
      make: (o) =>
        new VllmServer({
          ...o,
          trouble: (asked) => every(5, hint)(asked) ?? every(7, { kind: 'slow', ms: 500 })(asked),
        }),
    },
    {
      name: 'a gateway that forbids seed, stream_options and schemas',
      make: (o) =>
        new StrictServer({
          ...o,
          takes: ['max_tokens', 'temperature', 'response_format'],
          formats: ['json_object'],
          says: saying({ text: RIGHT }),
        }),
    },
    {
      name: 'the same, without a word on what it forbids',
      make: (o) =>
        new StrictServer({
          ...o,
          mute: true,
          takes: ['max_tokens', 'temperature', 'response_format'],
          formats: ['json_object'],
          says: saying({ text: RIGHT }),
        }),
    },
  ];
};

export interface Figures {
  readonly right: number;
  readonly of: number;
  /** Requests that the server saw, and the most of them at once. */
  readonly requests: number;
  readonly most: number;
  readonly seconds: number;
}

/** One client at one server, over HTTP on this computer. */
async function measured(make: Make, ask: (url: string, n: number) => Promise<string>): Promise<Figures> {
  const clock = systemClock();
  const server = make({ clock, key: KEY, model: MODEL, firstMs: 20, pieceMs: 1 });
  const site = await listen(server);
  try {
    const begun = clock.now();
    const texts = await Promise.all(Array.from({ length: TURNS }, (_, n) => ask(site.url, n).catch(() => '')));
    const right = texts.filter((text) => text === RIGHT).length;
    const seconds = (clock.now() - begun) / 1000;
    return { right, of: TURNS, requests: server.asked.length, most: server.most, seconds };
  } finally {
    await site.close();
  }
}

const turn = (n: number): TurnRequest => ({
  id: String(n),
  agent: n,
  priority: 0,
  prefix: [{ role: 'system', content: 'Triage this line.' }],
  messages: [{ role: 'user', content: line(n) }],
  schema: SCHEMA,
  maxTokens: 64,
  sampling: { temperature: 0, topP: 1, seed: n },
  deadlineMs: 20_000,
});

export function ours({ make }: Case): Promise<Figures> {
  let engine: RemoteEngine | null = null;
  return measured(make, async (url, n) => {
    const read = readEndpoint({ url, key: KEY, model: MODEL });
    if (!read.ok) throw new Error(read.fault.code);
    engine ??= new RemoteEngine({ endpoint: read.endpoint, clock: systemClock(), random: seededRandom('bench') });
    return (await engine.submit(turn(n)).done).text;
  });
}

export const peers = ({ make }: Case): Promise<Figures> =>
  measured(make, (url, n) => textbook({ url, key: KEY, model: MODEL, prompt: line(n), schema: SCHEMA, maxTokens: 64 }));
