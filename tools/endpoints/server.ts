/**
 * What the servers of this folder share: they are asked, they count, they go wrong on purpose, and they answer in their own way. No network in
 * here: `fetch` answers within this process, on whatever clock there is; loopback.ts puts the same server behind HTTP.
 */
import type { Clock } from '../../src/kernel/clock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { scriptedAnswer } from '../../src/engine/scripted-answer.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}

/** A request's body, as far as servers here look at it. */
export interface ChatBody {
  readonly model?: string;
  readonly messages?: readonly Message[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly response_format?: {
    readonly type?: string;
    readonly json_schema?: { readonly name?: string; readonly schema?: unknown };
    readonly schema?: unknown;
  };
  readonly [other: string]: unknown;
}

export interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly body: ChatBody;
  /** Chat completions asked for before this one. */
  readonly before: number;
}

/** What the model writes. */
export interface Words {
  readonly text: string;
  readonly reasoning?: string;
  readonly finish?: string;
}

/** What goes wrong with one request, in place of its answer or within it. */
export type Trouble =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** The connection is lost: before a word, or after so many pieces. */
  | { readonly kind: 'drop'; readonly after: number | null }
  /** An error within the answer, after so many pieces. */
  | { readonly kind: 'error'; readonly after: number }
  /** So much later than usual. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** It takes the request and never says a word. */
  | { readonly kind: 'silent' };

export interface ServerOptions {
  readonly clock: Clock;
  /** Key that it wants; null: none. */
  readonly key?: string | null;
  readonly model?: string;
  /** ms to the first piece of an answer, and between pieces. */
  readonly firstMs?: number;
  readonly pieceMs?: number;
  /** The rule's answer unless given (engine/scripted-answer.ts). */
  readonly says?: (asked: Asked) => Words | string;
  readonly trouble?: (asked: Asked) => Trouble | null;
}

const CHARACTERS_A_TOKEN = 4;
const PIECE = 8;
export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_A_TOKEN);

/** One server. Subclasses say what is theirs; everything else is as the protocol has it. */
export abstract class ChatServer {
  readonly asked: Asked[] = [];
  /** Requests that it works on now, and at most so far. */
  now = 0;
  most = 0;
  /** Answers that nobody wanted to the end. */
  hungUp = 0;
  protected readonly with: Required<ServerOptions>;

  constructor(options: ServerOptions) {
    this.with = {
      key: null,
      model: 'tiny',
      firstMs: 20,
      pieceMs: 2,
      says: byRule,
      trouble: () => null,
      ...options,
    };
  }

  /** As `fetch`: rejects where the connection comes to nothing, breaks the body off where it is lost. */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    // The request's own signal follows the caller's only for as long as the request itself is not collected.
    const signal = init?.signal ?? request.signal;
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    aborted.catch(() => undefined);
    return Promise.race([this.handle(request, signal), aborted]);
  };

  /** Rejects where it hangs up without an answer. `signal`: whoever asked has gone. */
  async handle(request: Request, signal: AbortSignal): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === 'GET') return this.models(request);
    let body: ChatBody;
    try {
      body = JSON.parse(await request.text()) as ChatBody;
    } catch {
      return this.refuse(400, 'The body is no JSON.', {});
    }
    const asked: Asked = { path: pathname, headers: request.headers, body, before: this.asked.length };
    this.asked.push(asked);
    this.most = Math.max(this.most, ++this.now);
    let over = false;
    const end = (): void => {
      if (!over) this.now--;
      over = true;
    };
    signal.addEventListener('abort', end);
    try {
      const trouble = this.with.trouble(asked);
      const response =
        trouble?.kind === 'status'
          ? new Response(trouble.body ?? '', {
              status: trouble.status,
              ...(trouble.headers && { headers: trouble.headers }),
            })
          : await this.chat(asked, trouble, signal);
      if (!response.body) end();
      return response.body ? this.#watched(response, signal, end) : response;
    } catch (thrown) {
      end();
      throw thrown;
    }
  }

  /** An error in this server's own form. */
  abstract refuse(
    status: number,
    message: string,
    more: Readonly<Record<string, unknown>>,
    headers?: HeadersInit,
  ): Response;

  protected abstract chat(asked: Asked, trouble: Trouble | null, signal: AbortSignal): Promise<Response>;

  protected models(_request: Request): Promise<Response> {
    const data = [{ id: this.with.model, object: 'model', created: 1_700_000_000, owned_by: 'test' }];
    return Promise.resolve(json({ object: 'list', data }));
  }

  protected authorised(headers: Headers): boolean {
    return this.with.key === null || headers.get('authorization') === `Bearer ${this.with.key}`;
  }

  protected wordsOf(asked: Asked): Words {
    const said = this.with.says(asked);
    const words = typeof said === 'string' ? { text: said } : said;
    const most = asked.body.max_tokens ?? asked.body.max_completion_tokens ?? null;
    return most === null || words.finish !== undefined ? words : cutAt(words, most);
  }

  /** The answer in this server's form, a piece at a time or whole. */
  protected async answer(asked: Asked, words: Words, trouble: Trouble | null, form: AnswerForm): Promise<Response> {
    const { clock, firstMs, pieceMs } = this.with;
    await clock.sleep(firstMs + (trouble?.kind === 'slow' ? trouble.ms : 0));
    if (trouble?.kind === 'silent') return new Promise(() => undefined);
    if (trouble?.kind === 'drop' && trouble.after === null) throw new TypeError('The server hung up.');
    const usage = usageOf(asked.body, words);
    const id = `chatcmpl-${asked.before}`;
    const head = { id, created: 1_700_000_000, model: this.with.model };
    if (asked.body.stream !== true) {
      const message = { role: 'assistant', content: words.text, ...form.reasoning(words.reasoning) };
      const choice = { index: 0, message, finish_reason: words.finish ?? 'stop' };
      return json({ ...head, object: 'chat.completion', choices: [choice], usage });
    }
    const chunk = (delta: object, finish: string | null): string =>
      data({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });
    const pieces = [
      chunk({ role: 'assistant', content: '' }, null),
      ...inPieces(words.reasoning ?? '').map((piece) => chunk(form.reasoning(piece), null)),
      ...inPieces(words.text).map((piece) => chunk({ content: piece }, null)),
    ];
    const after = trouble?.kind === 'drop' || trouble?.kind === 'error' ? (trouble.after ?? 0) : Infinity;
    const end = [
      chunk({}, words.finish ?? 'stop'),
      ...(asked.body.stream_options?.include_usage === true
        ? [data({ ...head, object: 'chat.completion.chunk', choices: [], usage })]
        : []),
      'data: [DONE]\n\n',
    ];
    const all =
      after < pieces.length
        ? [...pieces.slice(0, after + 1), ...(trouble?.kind === 'error' ? form.failing() : [])]
        : [...pieces, ...end];
    return events(clock, pieceMs, all, trouble?.kind === 'drop' && after < pieces.length);
  }

  #watched(response: Response, signal: AbortSignal, end: () => void): Response {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let over = false;
    const hangUp = (): void => {
      if (over) return;
      over = true;
      this.hungUp++;
      end();
      void reader.cancel().catch(() => undefined);
    };
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        signal.addEventListener('abort', () => {
          if (!over) controller.error(signal.reason);
          hangUp();
        });
      },
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (over) return;
          if (done) {
            over = true;
            end();
            controller.close();
          } else controller.enqueue(value);
        } catch (thrown) {
          if (over) return;
          over = true;
          end();
          controller.error(thrown);
        }
      },
      cancel: hangUp,
    });
    return new Response(body, response);
  }
}

/** What of a stream differs between servers. */
export interface AnswerForm {
  readonly reasoning: (text: string | undefined) => object;
  /** Events of an error in the middle of an answer. */
  readonly failing: () => readonly string[];
}

export const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

export const json = (value: unknown, status = 200, headers: HeadersInit = {}): Response => {
  const all = new Headers(headers);
  if (!all.has('content-type')) all.set('content-type', 'application/json');
  return new Response(JSON.stringify(value), { status, headers: all });
};

/** An event stream, a piece every so many ms; `breaks`: the connection is lost behind the last one. */
export function events(
  clock: Clock,
  ms: number,
  pieces: readonly string[],
  breaks = false,
  headers: HeadersInit = {},
): Response {
  const encoder = new TextEncoder();
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (at > 0) await clock.sleep(ms);
      const piece = pieces[at++];
      if (piece !== undefined) controller.enqueue(encoder.encode(piece));
      else if (breaks) controller.error(new TypeError('The connection was lost.'));
      else controller.close();
    },
  });
  const all = new Headers(headers);
  if (!all.has('content-type')) all.set('content-type', 'text/event-stream');
  return new Response(body, { headers: all });
}

/** Requests at once, and how many may wait behind them. */
export class Slots {
  readonly #slots: number;
  readonly #queue: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(slots: number, queue = Infinity) {
    this.#slots = slots;
    this.#queue = queue;
  }

  /** Null: full, and so is the queue. Resolves with what gives the slot back. */
  async take(signal: AbortSignal): Promise<(() => void) | null> {
    if (this.#taken >= this.#slots) {
      if (this.#waiting.length >= this.#queue) return null;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#taken++;
    let given = false;
    const give = (): void => {
      if (given) return;
      given = true;
      this.#taken--;
      this.#waiting.shift()?.();
    };
    if (signal.aborted) give();
    else signal.addEventListener('abort', give);
    return give;
  }
}

/** Gives the slot back when the answer has been read, or nobody wants it any more. */
export function whileRead(response: Response, give: () => void): Response {
  if (!response.body) {
    give();
    return response;
  }
  const through = new TransformStream<Uint8Array, Uint8Array>({ flush: give });
  response.body.pipeTo(through.writable).catch(give);
  return new Response(through.readable, response);
}

/** An answer by rule, the same for the same messages. */
export const byRule = ({ body }: Pick<Asked, 'body'>): string =>
  scriptedAnswer(schemaOf(body), lastOf(body), seededRandom(JSON.stringify(body.messages)));

export const schemaOf = ({ response_format: form }: ChatBody): string | undefined => {
  const schema = form?.json_schema?.schema ?? form?.schema;
  return schema === undefined ? undefined : JSON.stringify(schema);
};

/** A schema that stands in the prompt. */
export function schemaInPrompt({ messages = [] }: ChatBody): string | undefined {
  const found = /JSON Schema:\n(\{.*\})/.exec(messages.map(({ content }) => content).join('\n'))?.[1];
  return found;
}

export const lastOf = ({ messages = [] }: ChatBody): string => messages.at(-1)?.content ?? '';

export const promptTokens = ({ messages = [] }: ChatBody): number =>
  messages.reduce((sum, { content }) => sum + tokensOf(content) + 4, 0);

const usageOf = (body: ChatBody, { text, reasoning = '' }: Words) => {
  const prompt = promptTokens(body);
  const completion = tokensOf(text) + tokensOf(reasoning);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
};

/** Reasoning counts against the limit, as it does everywhere. */
function cutAt(words: Words, most: number): Words {
  const reasoning = (words.reasoning ?? '').slice(0, most * CHARACTERS_A_TOKEN);
  const left = most - tokensOf(reasoning);
  const text = words.text.slice(0, Math.max(0, left) * CHARACTERS_A_TOKEN);
  const whole = text === words.text && reasoning === (words.reasoning ?? '');
  return whole ? words : { text, reasoning, finish: 'length' };
}

function inPieces(text: string): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${PIECE}}`, 'gu')) ?? [];
}
