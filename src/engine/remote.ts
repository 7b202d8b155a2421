/**
 * A model behind an OpenAI-compatible endpoint, as an engine: chat completions, streamed, with the output's JSON Schema.
 *
 * What goes there leaves this computer, so only a person can name the endpoint, and only by hand. Its key lives in this object and in the
 * header of its requests: it is in no message, no log and no store. Requests follow no redirect, so that the key goes to that host alone.
 */
import type { Clock } from '../kernel/clock.ts';
import type {
  Engine,
  EngineCounters,
  EngineError,
  EngineReport,
  FinishReason,
  PagedOut,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
  VramSample,
} from './contract.ts';
import { completions, type CompletionChunk } from './remote-stream.ts';

export interface RemoteEndpoint {
  /** As `remoteAddress` gave it: of the chat completions. */
  readonly url: string;
  readonly key: string | null;
  readonly model: string;
}

/** Longer than any output that was asked for; a server that goes on is not worth listening to. */
const CHARACTERS_A_TOKEN = 32;

/** Why a text is no address of an endpoint: none at all, not `https:`, or with a key in it. */
export type AddressFault = 'no-address' | 'not-secure' | 'key-in-address';

/** The address of an endpoint's chat completions, or why this is none. Plain HTTP only on this computer. */
export function remoteAddress(
  text: string,
): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly because: AddressFault } {
  const no = (because: AddressFault) => ({ ok: false, because }) as const;
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return no('no-address');
  }
  const here = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here)) return no('not-secure');
  if (url.username !== '' || url.password !== '') return no('key-in-address');
  url.hash = '';
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/chat/completions') ? path : `${path}/chat/completions`;
  return { ok: true, url: url.href };
}

export class RemoteEngine implements Engine {
  readonly #endpoint: RemoteEndpoint;
  readonly #clock: Clock;
  readonly #fetch: typeof fetch;
  /** Calls each of them off. */
  readonly #inFlight = new Set<() => void>();
  #counters = { turns: 0, prefillTokens: 0, decodeTokens: 0 };

  constructor(endpoint: RemoteEndpoint, clock: Clock, fetcher: typeof fetch = (...given) => fetch(...given)) {
    this.#endpoint = endpoint;
    this.#clock = clock;
    this.#fetch = fetcher;
  }

  /** Asks nothing of the endpoint: the first turn shows whether it answers. */
  load(): Promise<EngineReport> {
    const { model } = this.#endpoint;
    return Promise.resolve({
      engine: 'remote',
      batched: false,
      residents: 1,
      adapter: null,
      model: { id: model, library: '', contextTokens: 0, weightBytes: 0 },
      notes: [`Turns go to ${new URL(this.#endpoint.url).host}.`],
      loadMs: 0,
    });
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const stop = new AbortController();
    let why: FinishReason = 'error';
    const end = (reason: FinishReason) => (): void => {
      if (stop.signal.aborted) return;
      why = reason;
      stop.abort();
    };
    const cancel = end('cancelled');
    this.#inFlight.add(cancel);
    const cancelDeadline = this.#clock.timeout(request.deadlineMs, end('deadline'));
    const done = this.#run(request, stop, () => why, onProgress).finally(() => {
      cancelDeadline();
      this.#inFlight.delete(cancel);
    });
    return { id: request.id, done, cancel };
  }

  pageOut(agent: number): Promise<PagedOut> {
    return Promise.resolve({ agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 });
  }

  forget(): Promise<void> {
    return Promise.resolve();
  }

  freeWarm(): Promise<number> {
    return Promise.resolve(0);
  }

  vram(): Promise<VramSample> {
    return Promise.resolve({ now: 0, peak: 0, weights: 0, kv: 0, workspace: 0, budget: 0, limit: 0 });
  }

  counters(): Promise<EngineCounters> {
    const none = { prefixHits: 0, peakResidents: 0, busyMs: 0, starvedMs: 0, pageIns: 0, pageOuts: 0 };
    return Promise.resolve({ ...this.#counters, ...none, restores: 0, warmBytes: 0 });
  }

  /** It is never lost: each turn stands for itself. */
  onLost(): void {
    // Nobody is called.
  }

  dispose(): Promise<void> {
    for (const cancel of this.#inFlight) cancel();
    return Promise.resolve();
  }

  async #run(
    request: TurnRequest,
    stop: AbortController,
    why: () => FinishReason,
    onProgress: ((progress: TurnProgress) => void) | undefined,
  ): Promise<TurnOutcome> {
    const begun = this.#clock.now();
    const since = (): number => this.#clock.now() - begun;
    let text = '';
    let chunks = 0;
    let firstTokenMs: number | null = null;
    let finish: FinishReason = 'error';
    let error: EngineError | undefined;
    let usage: CompletionChunk['usage'] = null;
    let ended = false;
    try {
      const response = await this.#post(request, stop.signal);
      if (!response.ok) throw new Refused(await this.#refusal(response));
      for await (const chunk of completions(response)) {
        usage = chunk.usage ?? usage;
        if (chunk.text !== '') {
          firstTokenMs ??= since();
          text += chunk.text;
          chunks++;
          if (text.length > request.maxTokens * CHARACTERS_A_TOKEN)
            throw new Refused(problem('internal', 'The endpoint wrote far more than it was asked for.'));
          onProgress?.({ id: request.id, text, completionTokens: chunks });
        }
        if (chunk.finish !== null) {
          ended = true;
          finish = chunk.finish === 'length' ? 'length' : 'stop';
        }
      }
      if (!ended)
        throw new Refused(problem('remote-unreachable', 'The endpoint broke off in the middle of its answer.'));
    } catch (thrown) {
      finish = stop.signal.aborted ? why() : 'error';
      if (finish === 'error') error = this.#errorOf(thrown);
      // A server that goes on writing is told to stop.
      stop.abort();
    }
    const promptTokens = usage?.prompt ?? 0;
    const completionTokens = usage?.completion ?? chunks;
    this.#counters.turns++;
    this.#counters.prefillTokens += promptTokens;
    this.#counters.decodeTokens += completionTokens;
    return {
      id: request.id,
      finish,
      text,
      usage: { promptTokens, cachedTokens: 0, restoredTokens: 0, completionTokens },
      timing: { admittedMs: 0, firstTokenMs, endedMs: since() },
      meanLogprob: null,
      ...(error && { error }),
    };
  }

  #post(request: TurnRequest, signal: AbortSignal): Promise<Response> {
    const { url, key, model } = this.#endpoint;
    const { sampling, schema, stop } = request;
    const body = {
      model,
      messages: [...request.prefix, ...request.messages],
      temperature: sampling.temperature,
      top_p: sampling.topP,
      seed: sampling.seed,
      max_tokens: request.maxTokens,
      ...(sampling.presencePenalty !== undefined && { presence_penalty: sampling.presencePenalty }),
      ...(sampling.frequencyPenalty !== undefined && { frequency_penalty: sampling.frequencyPenalty }),
      ...(stop && stop.length > 0 && { stop }),
      ...(schema !== undefined && {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'output', schema: plainSchema(JSON.parse(schema)) },
        },
      }),
      stream: true,
      stream_options: { include_usage: true },
    };
    return this.#fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
      signal,
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
  }

  async #refusal(response: Response): Promise<EngineError> {
    const said = this.#redacted((await response.text().catch(() => '')).slice(0, 300));
    const detail = `HTTP ${String(response.status)}${said === '' ? '' : `: ${said}`}`;
    switch (response.status) {
      case 401:
      case 403:
        return problem('remote-refused', 'The endpoint refused the key.', detail);
      case 404:
        return problem(
          'model-unknown',
          `The endpoint has no model ${this.#endpoint.model}, or the address is wrong.`,
          detail,
        );
      case 429:
        return problem('remote-refused', 'The endpoint takes no more requests for now.', detail);
      default:
        return problem('remote-refused', 'The endpoint refused the request.', detail);
    }
  }

  #errorOf(thrown: unknown): EngineError {
    if (thrown instanceof Refused) return thrown.error;
    // Browsers do not say whether the network, CORS or the page's own policy stood in the way.
    const detail = this.#redacted(thrown instanceof Error ? thrown.message : String(thrown));
    return problem(
      'remote-unreachable',
      `${new URL(this.#endpoint.url).host} could not be reached, or it does not let pages of this origin ask it.`,
      detail,
    );
  }

  #redacted(text: string): string {
    const { key } = this.#endpoint;
    return key === null || key === '' ? text : text.replaceAll(key, '[key]');
  }
}

class Refused extends Error {
  readonly error: EngineError;
  constructor(error: EngineError) {
    super(error.message);
    this.error = error;
  }
}

function problem(code: EngineError['code'], message: string, detail?: string): EngineError {
  const remedy = 'Check address, model and key of the endpoint; the task goes on without it.';
  return { code, message, remedy, ...(detail !== undefined && { detail }) };
}

/** Without our own keywords, which a strict server does not know; names of properties are left alone. */
function plainSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plainSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, value]: [string, unknown]) => {
        if (key !== 'properties' || typeof value !== 'object' || value === null) return [key, plainSchema(value)];
        return [key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainSchema(each)]))];
      }),
  );
}
