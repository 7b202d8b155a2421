/**
 * llama.cpp's server (tools/server/README.md, tools/server/server.cpp).
 *
 * - While the model loads every path but /health answers 503 `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`,
 *   without a `Retry-After` (mostlygeek/llama-swap#146).
 * - Requests beyond its slots wait, as many as come. It takes any name of a model, and both forms of a schema.
 * - A prompt that is too long is a 400 of the type `exceed_context_size_error`, with `n_ctx`.
 * - Until September 2025 an error in the middle of an answer came as a field `error:` of the event stream, which is none by the standard
 *   (ggml-org/llama.cpp#16109); since then as `data: {"error": ...}`.
 * - Reasoning is in `reasoning_content`.
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

export interface LlamaCppOptions extends ServerOptions {
  readonly slots?: number;
  /** On the clock: until then its model loads. */
  readonly loadedAt?: number;
  readonly contextTokens?: number;
  /** Of before September 2025. */
  readonly old?: boolean;
  /** It cannot make a grammar of any schema. */
  readonly noGrammar?: boolean;
}

const FAILED = { code: 500, message: 'failed to decode the batch', type: 'server_error' };

export class LlamaCppServer extends ChatServer {
  readonly #options: LlamaCppOptions;
  readonly #slots: Slots;

  constructor(options: LlamaCppOptions) {
    super(options);
    this.#options = options;
    this.#slots = new Slots(options.slots ?? 1);
  }

  refuse(status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Response {
    return json({ error: { code: status, message, type: 'invalid_request_error', ...more } }, status);
  }

  protected override models(request: Request): Promise<Response> {
    return this.#loads() ? Promise.resolve(this.#loading()) : super.models(request);
  }

  protected override async chat(asked: Asked, trouble: Trouble | null, signal: AbortSignal): Promise<Response> {
    const { old = false, noGrammar = false, contextTokens = 4096 } = this.#options;
    if (this.#loads()) return this.#loading();
    if (!/^(\/v1)?\/chat\/completions$/.test(asked.path))
      return this.refuse(404, 'File Not Found', { type: 'not_found_error' });
    if (!this.authorised(asked.headers)) return this.refuse(401, 'Invalid API Key', { type: 'authentication_error' });
    const { body } = asked;
    const tokens = promptTokens(body);
    if (tokens >= contextTokens)
      return this.refuse(
        400,
        `request (${tokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`,
        { type: 'exceed_context_size_error', n_prompt_tokens: tokens, n_ctx: contextTokens },
      );
    const { type, json_schema, schema } = body.response_format ?? {};
    if (noGrammar && (json_schema ?? schema) !== undefined)
      return this.refuse(
        400,
        `Failed to initialize samplers: failed to parse grammar (response_format ${String(type)})`,
      );
    const give = await this.#slots.take(signal);
    if (!give) return this.refuse(503, 'No slot.');
    try {
      const response = await this.answer(asked, this.wordsOf(asked), trouble, {
        reasoning: (text) => (text === undefined ? {} : { reasoning_content: text }),
        failing: () => (old ? [`error: ${JSON.stringify(FAILED)}\n\n`, 'data: [DONE]\n\n'] : [data({ error: FAILED })]),
      });
      return whileRead(response, give);
    } catch (thrown) {
      give();
      throw thrown;
    }
  }

  #loads(): boolean {
    return this.with.clock.now() < (this.#options.loadedAt ?? 0);
  }

  #loading(): Response {
    return this.refuse(503, 'Loading model', { type: 'unavailable_error' });
  }
}
