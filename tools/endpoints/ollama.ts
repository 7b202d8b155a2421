/**
 * Ollama's `/v1/chat/completions` (docs/openai.md, openai/openai.go, middleware/openai.go).
 *
 * - It takes `max_tokens` and passes over what it does not know, `max_completion_tokens` among it: no limit holds then.
 * - A request waits while its model loads, and behind others up to OLLAMA_MAX_QUEUE (512); beyond that it is a 503 (server/sched.go).
 * - A prompt that does not fit the window, 4,096 tokens unless somebody said otherwise, is cut in silence.
 * - An error in the middle of an answer cannot be written in this form: the stream gets an empty piece and ends, with no finish reason and no
 *   `[DONE]` (middleware/openai.go, writeResponse).
 * - Reasoning is in `reasoning`. The list of models names its library as owner. A key is not looked at.
 */
import { type Asked, ChatServer, data, json, type ServerOptions, Slots, type Trouble, whileRead } from './server.ts';

export interface OllamaOptions extends ServerOptions {
  /** OLLAMA_NUM_PARALLEL and OLLAMA_MAX_QUEUE. */
  readonly parallel?: number;
  readonly queue?: number;
  /** ms from the first request until the model is loaded. */
  readonly loadMs?: number;
  /** Before 0.5: formats are passed over, and the model writes what it likes. */
  readonly old?: boolean;
}

export class OllamaServer extends ChatServer {
  readonly #options: OllamaOptions;
  readonly #slots: Slots;
  #loadedAt: number | null = null;

  constructor(options: OllamaOptions) {
    super(options);
    this.#options = options;
    this.#slots = new Slots(options.parallel ?? 1, options.queue ?? 512);
  }

  refuse(status: number, message: string): Response {
    const type = status === 400 ? 'invalid_request_error' : status === 404 ? 'not_found_error' : 'api_error';
    return json({ error: { message, type, param: null, code: null } }, status);
  }

  protected override models(): Promise<Response> {
    const entry = { id: `${this.with.model}:latest`, object: 'model', created: 1_700_000_000, owned_by: 'library' };
    return Promise.resolve(json({ object: 'list', data: [entry] }));
  }

  protected override async chat(asked: Asked, trouble: Trouble | null, signal: AbortSignal): Promise<Response> {
    if (asked.path !== '/v1/chat/completions')
      return new Response('404 page not found', { status: 404, headers: { 'content-type': 'text/plain' } });
    const { body } = asked;
    const { clock, model } = this.with;
    if (body.model !== model && body.model !== `${model}:latest`)
      return this.refuse(404, `model "${String(body.model)}" not found, try pulling it first`);
    const give = await this.#slots.take(signal);
    if (!give) return this.refuse(503, 'server busy, please try again.  maximum pending requests exceeded');
    this.#loadedAt ??= clock.now() + (this.#options.loadMs ?? 0);
    await clock.sleep(Math.max(0, this.#loadedAt - clock.now()));
    const { max_completion_tokens: _, response_format: format, ...known } = body;
    const understood = this.#options.old === true ? known : { ...known, ...(format && { response_format: format }) };
    const words = this.wordsOf({ ...asked, body: understood });
    try {
      const response = await this.answer(asked, words, trouble, {
        reasoning: (text) => (text === undefined ? {} : { reasoning: text }),
        failing: () => [
          data({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
        ],
      });
      return whileRead(response, give);
    } catch (thrown) {
      give();
      throw thrown;
    }
  }
}
