/**
 * OpenAI's chat completions, as its reference and its users' reports have them.
 *
 * - Models that reason take no `max_tokens`, no `temperature` but 1, no `stop` and no `top_p`, and say so one at a time: `unsupported_parameter`
 *   and `unsupported_value` (griptape-ai/ComfyUI-Griptape#312, QwenLM/qwen-code#921).
 * - Some stream only for verified organisations (charmbracelet/crush#1216).
 * - Limits are 429s with `Retry-After` and a message that names the time; an account without credit is a 429 too, `insufficient_quota`, and no
 *   wait helps there (help.openai.com/en/articles/5955604).
 */
import { type Asked, ChatServer, json, type ServerOptions, tokensOf, type Trouble } from './server.ts';

export interface OpenAiOptions extends ServerOptions {
  /** What models that reason refuse. */
  readonly reasons?: boolean;
  /** It streams for nobody but others. */
  readonly unverified?: boolean;
  /** Requests in any `windowMs`; null: no limit. */
  readonly limit?: { readonly requests: number; readonly windowMs: number } | null;
  /** Its account has no credit. */
  readonly broke?: boolean;
  /** Where it answers a limit, `Retry-After` is a date instead of seconds. */
  readonly dates?: boolean;
  readonly contextTokens?: number;
}

export class OpenAiServer extends ChatServer {
  readonly #options: OpenAiOptions;
  /** When requests were let through. */
  #times: number[] = [];

  constructor(options: OpenAiOptions) {
    super(options);
    this.#options = options;
  }

  refuse(
    status: number,
    message: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: HeadersInit = {},
  ): Response {
    return json(
      { error: { message, type: 'invalid_request_error', param: null, code: null, ...more } },
      status,
      headers,
    );
  }

  protected override models(request: Request): Promise<Response> {
    return this.authorised(request.headers) ? super.models(request) : Promise.resolve(this.#noKey(request.headers));
  }

  protected override async chat(asked: Asked, trouble: Trouble | null): Promise<Response> {
    if (!asked.path.endsWith('/v1/chat/completions')) return this.refuse(404, `Invalid URL (POST ${asked.path})`);
    if (!this.authorised(asked.headers)) return this.#noKey(asked.headers);
    const refused = this.#unwilling(asked) ?? this.#limited();
    if (refused) return refused;
    return this.answer(asked, this.wordsOf(asked), trouble, {
      // It keeps reasoning to itself.
      reasoning: () => ({}),
      failing: () => [
        `data: ${JSON.stringify({ error: { message: 'The server had an error while processing your request. Sorry about that!', type: 'server_error', param: null, code: null } })}\n\n`,
      ],
    });
  }

  #noKey(headers: Headers): Response {
    const given = headers.get('authorization')?.replace('Bearer ', '') ?? '';
    return this.refuse(
      401,
      given === ''
        ? "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth."
        : `Incorrect API key provided: ${given}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      { code: 'invalid_api_key' },
    );
  }

  #unwilling({ body }: Asked): Response | null {
    const { model, reasons = false, unverified = false, contextTokens = 128_000 } = { ...this.#options, ...this.with };
    if (body.model !== model)
      return this.refuse(404, `The model \`${String(body.model)}\` does not exist or you do not have access to it.`, {
        code: 'model_not_found',
      });
    const tokens = (body.messages ?? []).reduce((sum, { content }) => sum + tokensOf(content), 0);
    if (tokens > contextTokens)
      return this.refuse(
        400,
        `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
        { param: 'messages', code: 'context_length_exceeded' },
      );
    if (unverified && body.stream === true)
      return this.refuse(
        400,
        'Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.',
        { param: 'stream', code: 'unsupported_value' },
      );
    if (!reasons) return null;
    if (body.max_tokens !== undefined)
      return this.refuse(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        { param: 'max_tokens', code: 'unsupported_parameter' },
      );
    if (body['temperature'] !== undefined && body['temperature'] !== 1)
      return this.refuse(
        400,
        `Unsupported value: 'temperature' does not support ${String(body['temperature'])} with this model. Only the default (1) value is supported.`,
        { param: 'temperature', code: 'unsupported_value' },
      );
    for (const param of ['top_p', 'stop', 'presence_penalty', 'frequency_penalty'])
      if (body[param] !== undefined)
        return this.refuse(400, `Unsupported parameter: '${param}' is not supported with this model.`, {
          param,
          code: 'unsupported_parameter',
        });
    return null;
  }

  #limited(): Response | null {
    const { limit = null, broke = false, dates = false } = this.#options;
    const { clock, model } = this.with;
    if (broke)
      return this.refuse(429, 'You exceeded your current quota, please check your plan and billing details.', {
        type: 'insufficient_quota',
        code: 'insufficient_quota',
      });
    if (!limit) return null;
    const now = clock.now();
    this.#times = this.#times.filter((at) => at > now - limit.windowMs);
    if (this.#times.length < limit.requests) {
      this.#times.push(now);
      return null;
    }
    const seconds = Math.ceil(((this.#times[0] ?? now) + limit.windowMs - now) / 1000);
    const message = `Rate limit reached for ${model} in organization org-test on requests per min (RPM): Limit ${limit.requests}, Used ${limit.requests}, Requested 1. Please try again in ${seconds}s. Visit https://platform.openai.com/account/rate-limits to learn more.`;
    const after = dates ? new Date(clock.wall() + seconds * 1000).toUTCString() : String(seconds);
    return this.refuse(429, message, { type: 'requests', code: 'rate_limit_exceeded' }, { 'retry-after': after });
  }
}
