/** What can go wrong with an endpoint, each by its own name, and how it is told from what a server answers. */
import type { RemoteErrorCode } from '../../journal/vocabulary.ts';
import { parsedJson } from '../../kernel/parsed-json.ts';
import { askedWait } from './wait.ts';

/** Characters of a server's words that are kept. */
const WORDS = 300;
/** What could move or hide other text where the words are shown: controls, and marks of direction. */
const UNSHOWN = /[\p{Cc}\p{Cf}\s]+/gu;

/** A server's words as data: cut, on one line, nothing in them that cannot be seen, and the key taken out. */
export function cutWords(text: string, key: string | null): string {
  const shown = (key === null || key === '' ? text : text.replaceAll(key, '[key]')).replace(UNSHOWN, ' ').trim();
  return shown.length <= WORDS ? shown : `${[...shown.slice(0, WORDS)].slice(0, -1).join('')}…`;
}

/** What a server says in an error, whichever of the usual forms it has. */
export interface Refusal {
  /** HTTP status, or what stands for it in an error within a 200 answer; 0 where nothing does. */
  readonly status: number;
  readonly words: string;
  /** The server's own names for kind and cause, e.g. `invalid_request_error`, `unsupported_parameter`. */
  readonly type: string;
  readonly code: string;
  /** The parameter that it is about; empty where it names none. */
  readonly param: string;
  /** All of it, to look for names in. */
  readonly raw: string;
  /** ms that it asks to wait; null where it does not. */
  readonly waitMs: number | null;
}

/** Longer bodies of errors are not read on. */
const READ = 16_384;

/** @param body the whole body, or the JSON of an event; @param wall ms since the epoch */
export function refusalOf(status: number, headers: Headers, body: string, wall: number): Refusal {
  const raw = body.slice(0, READ);
  const given = parsedJson(raw);
  // Google answers with a list of one.
  const outer = record(Array.isArray(given) ? given[0] : given);
  const error = typeof outer['error'] === 'object' && outer['error'] !== null ? record(outer['error']) : outer;
  const type = text(error['type'] ?? error['status']);
  const code = text(error['code'] ?? outer['code']);
  const detail = error['detail'] ?? outer['detail'];
  const said =
    text(outer['error']) ||
    text(error['message']) ||
    text(record(error['message'])['detail']) ||
    text(detail) ||
    json(error['message'] ?? detail) ||
    (given === undefined ? raw : json(given));
  return {
    status:
      status === 200
        ? statusWithin(error['code'] ?? error['status'] ?? outer['status_code'], `${type} ${code} ${said}`)
        : status,
    words: said,
    type,
    code,
    param: text(error['param']) || locationOf(raw),
    raw,
    waitMs: askedWait(headers, raw, wall),
  };
}

/** The status that an error within a 200 answer stands for: by its number, or by its name. */
function statusWithin(given: unknown, said: string): number {
  return numeric(given) || (BUSY.test(said) ? 429 : 0);
}

/** OpenAI's `rate_limit_exceeded`, Anthropic's `overloaded_error`, Google's `RESOURCE_EXHAUSTED`, Amazon's `ThrottlingException`. */
const BUSY =
  /rate[ _-]?limit|too[ _]?many[ _]?requests|overloaded|throttl|resource_exhausted|server_busy|model is (?:currently )?loading/i;

/** FastAPI's (Mistral, gateways before vLLM): `"loc": ["body", "seed"]`, in the body or in a JSON text within it. */
function locationOf(raw: string): string {
  const [, first, second] = /\\?"loc\\?": ?\[\\?"(\w+)\\?"(?:, ?\\?"(\w+)\\?")?/.exec(raw) ?? [];
  return second ?? first ?? '';
}

/** The name of what the refusal says; null where it only asks to come again later. */
export function nameOf(refusal: Refusal, html: boolean): RemoteErrorCode | 'prompt-too-long' | null {
  const { status, type, code } = refusal;
  const said = `${type} ${code} ${refusal.words}`.toLowerCase();
  // Of a gateway's 413 nobody knows what is too much but the request itself.
  if (tooLong(said) || status === 413) return 'prompt-too-long';
  if (FILTERED.test(said)) return 'remote-filtered';
  // Who says when to come again says that it is worth it, whatever else it says (Google's free tier speaks of quota and billing then).
  if (status === 402 || (status !== 503 && refusal.waitMs === null && OWES.test(said))) return 'remote-quota';
  if (isBusy(status)) return null;
  if (status === 401 || KEY.test(said)) return 'remote-key';
  if (status === 403) return 'remote-forbidden';
  // OpenRouter: "No endpoints found that can handle the requested parameters."
  if (status === 404 && !html && /parameter/.test(said)) return 'remote-refused';
  if (status === 404 && !html && MODEL.test(said)) return 'remote-model';
  if (status === 404 || status === 405 || status === 410) return 'remote-path';
  if (status === 400 && NO_SUCH_MODEL.test(said)) return 'remote-model';
  if (status >= 500 || status === 0 || isShaky(status)) return 'remote-failed';
  if (html) return 'remote-page';
  return 'remote-refused';
}

/** It takes no request now, but will: too many, a model that loads (llama.cpp), a full queue (Ollama), overload (Anthropic's 529). */
export const isBusy = (status: number): boolean => status === 429 || status === 503 || status === 529;

/** Something between here and there failed, for a moment as a rule: another try may do. */
export const isShaky = (status: number): boolean =>
  status === 408 || status === 409 || status === 425 || (status >= 500 && status !== 501 && !isBusy(status));

/** No wait helps where nothing is left to spend (OpenAI's `insufficient_quota` is a 429 as well). */
const OWES =
  /insufficient[_ ](quota|balance|credit)|exceeded your current quota|credit_balance|spend_limit|usage_limit_exceeded/;
const FILTERED = /content[_ ]?(filter|policy|management)|responsibleaipolicy|moderation|flagged/;
const KEY = /invalid[_ ]api[_ ]key|incorrect api key|invalid_authentication|authentication_error|api key not valid/;
const MODEL = /model|deployment/;
const NO_SUCH_MODEL =
  /model[^.]*(not found|does not exist|unknown|not supported by|no such)|unknown model|invalid model|model_not_found/;

/**
 * llama.cpp: `exceed_context_size_error`; OpenAI: `context_length_exceeded`; vLLM: "maximum context length is", "longer than the maximum model
 * length"; TGI: "`inputs` tokens + `max_new_tokens` must be"; Google: "input token count exceeds"; Amazon: "input is too long".
 */
function tooLong(said: string): boolean {
  return /exceed_context_size|context_length_exceeded|maximum context length|context (size|length|window)|prompt is too long|too many (input )?tokens|string_above_max_length|maximum model length|max_new_tokens\W+must be <=|input token count.{0,40}exceeds|input (?:is|was) too long|input tokens exceed|must be at least 1, got -\d/.test(
    said,
  );
}

/** Tokens that the refusal says the model's context has; null where it does not. */
export function contextIn({ raw }: Pick<Refusal, 'raw'>): number | null {
  const found =
    /"n_ctx": ?(\d+)/.exec(raw) ??
    /maximum context length (?:is|of) (\d+)/i.exec(raw) ??
    /context (?:size|length|window)(?: of| is)?(?: only)? \(?(\d+)/i.exec(raw) ??
    /(\d+) maximum context length/i.exec(raw) ??
    /maximum model length of (\d+)/i.exec(raw) ??
    /tokens allowed \((\d+)\)/i.exec(raw) ??
    /max_new_tokens\W+must be <= (\d+)/i.exec(raw) ??
    /maximum: (\d+)/i.exec(raw) ??
    /tokens > (\d+) maximum/i.exec(raw);
  return found ? Number(found[1]) : null;
}

/** Tokens that the refusal says the prompt has; null where it does not. */
export function promptIn({ raw }: Pick<Refusal, 'raw'>): number | null {
  const found =
    /"n_prompt_tokens": ?(\d+)/.exec(raw) ??
    /\((\d+) in the messages/i.exec(raw) ??
    /(?:resulted in|request has|prompt contains(?: at least)?) (\d+)/i.exec(raw) ??
    /(?:request \(|input \(|too long: )(\d+) tokens/i.exec(raw) ??
    /prompt \(length (\d+)\)/i.exec(raw) ??
    /passed (\d+) input tokens/i.exec(raw) ??
    /token count \((\d+)\)/i.exec(raw) ??
    /Given: (\d+) `inputs`/i.exec(raw);
  return found ? Number(found[1]) : null;
}

/** An error of one turn, or of all that would go there. */
export class RemoteFault extends Error {
  readonly code: RemoteErrorCode | 'prompt-too-long' | 'internal';
  /** The server's, or the browser's; data. Not cut yet. */
  readonly words: string;
  constructor(code: RemoteFault['code'], words = '') {
    super(code);
    this.name = 'RemoteFault';
    this.code = code;
    this.words = words;
  }
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
const json = (value: unknown): string => (value === undefined || value === null ? '' : JSON.stringify(value));
const numeric = (value: unknown): number => (/^[1-5]\d\d$/.test(text(value)) ? Number(value) : 0);

/** @throws RemoteFault where it sends elsewhere: that is not followed */
export function refuseRedirect({ type, status, headers }: Response): void {
  if (type === 'opaqueredirect' || (status >= 300 && status < 400))
    throw new RemoteFault('remote-redirected', headers.get('location') ?? '');
}

/** Longer bodies of errors are not read on, bytes. */
const ERROR_BYTES = 65_536;

/** As much of it as is worth reading; what is lost on the way is not missed. */
export async function bodyOfError(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < ERROR_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The status is told all the same.
  }
  void reader.cancel().catch(() => undefined);
  return text;
}
