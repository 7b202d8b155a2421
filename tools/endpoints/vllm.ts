/**
 * vLLM's server, alone or behind Ray Serve (docs.vllm.ai, vllm/entrypoints/openai).
 *
 * - It listens once its model is loaded: before that a connection is refused. Requests beyond what it runs at once wait, without a limit;
 *   Ray Serve's proxy answers 503 beyond its own (`max_queued_requests`, backpressure).
 * - Fields that it does not know it passes over. Errors were flat until the end of 2025, `{"object": "error", ...}`, and are nested since.
 * - An error within an answer is an event, and `[DONE]` follows all the same: whoever looks for the end alone takes it for a whole answer
 *   (create_streaming_error_response; vllm-project/guidellm#743).
 * - Reasoning is in `reasoning_content`, since 0.16 in `reasoning`. The list of models has `max_model_len`.
 * - A wrong key is `{"error": "Unauthorized"}`.
 */
import {
  type Asked,
  ChatServer,
  data,
  json,
  promptTokens,
  type ServerOptions,
  Slots,
  type Trouble,
  whileRead,
} from './server.ts';

export interface VllmOptions extends ServerOptions {
  /** Sequences that it runs at once. */
  readonly sequences?: number;
  /** Behind Ray Serve: requests that may wait; null: all. */
  readonly queued?: number | null;
  /** On the clock: until then nobody listens. */
  readonly loadedAt?: number;
  readonly contextTokens?: number;
  /** Errors and reasoning in the older form. */
  readonly old?: boolean;
}

export class VllmServer extends ChatServer {
  readonly #options: VllmOptions;
  readonly #slots: Slots;

  constructor(options: VllmOptions) {
    super(options);
    this.#options = options;
    this.#slots = new Slots(options.sequences ?? 8, options.queued ?? Infinity);
  }

  refuse(status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Response {
    return json(this.#error(status, message, more), status);
  }

  override handle(request: Request, signal: AbortSignal): Promise<Response> {
    if (this.with.clock.now() < (this.#options.loadedAt ?? 0))
      return Promise.reject(new TypeError('Connection refused.'));
    return super.handle(request, signal);
  }

  protected override models(request: Request): Promise<Response> {
    if (!this.authorised(request.headers)) return Promise.resolve(json({ error: 'Unauthorized' }, 401));
    const entry = {
      id: this.with.model,
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'vllm',
      max_model_len: this.#context,
    };
    return Promise.resolve(json({ object: 'list', data: [entry] }));
  }

  protected override async chat(asked: Asked, trouble: Trouble | null, signal: AbortSignal): Promise<Response> {
    const { old = false } = this.#options;
    if (!this.authorised(asked.headers)) return json({ error: 'Unauthorized' }, 401);
    // FastAPI's own, before any of vLLM's code.
    if (asked.path !== '/v1/chat/completions') return json({ detail: 'Not Found' }, 404);
    const { body } = asked;
    if (body.model !== this.with.model)
      return this.refuse(404, `The model \`${String(body.model)}\` does not exist.`, { type: 'NotFoundError' });
    const tokens = promptTokens(body);
    const wanted = body.max_tokens ?? body.max_completion_tokens ?? 0;
    if (tokens + wanted > this.#context)
      return this.refuse(
        400,
        `This model's maximum context length is ${this.#context} tokens. However, you requested ${tokens + wanted} tokens (${tokens} in the messages, ${wanted} in the completion). Please reduce the length of the messages or completion.`,
      );
    const give = await this.#slots.take(signal);
    // Ray Serve's proxy, in plain text.
    if (!give)
      return new Response('Request dropped due to backpressure (num_queued_requests exceeds max_queued_requests).', {
        status: 503,
      });
    try {
      const response = await this.answer(asked, this.wordsOf(asked), trouble, {
        reasoning: (text) => (text === undefined ? {} : { [old ? 'reasoning_content' : 'reasoning']: text }),
        failing: () => [
          data(this.#error(500, 'EngineCore encountered an issue.', { type: 'InternalServerError' })),
          'data: [DONE]\n\n',
        ],
      });
      return whileRead(response, give);
    } catch (thrown) {
      give();
      throw thrown;
    }
  }

  get #context(): number {
    return this.#options.contextTokens ?? 8192;
  }

  #error(status: number, message: string, more: Readonly<Record<string, unknown>>): object {
    const error = { message, type: 'BadRequestError', param: null, code: status, ...more };
    return this.#options.old === true ? { object: 'error', ...error } : { error };
  }
}
