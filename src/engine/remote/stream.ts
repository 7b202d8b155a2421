/**
 * Chat completions as they come over the line: server-sent events, one JSON body from servers that do not stream, or JSON line by line. Which
 * of them it is shows in the first characters: content types are wrong too often to go by.
 */
import { parsedJson } from '../../kernel/parsed-json.ts';
import { RemoteFault } from './faults.ts';

export type Chunk =
  | {
      readonly kind: 'delta';
      readonly text: string;
      /** What the server itself keeps apart as reasoning. */
      readonly reasoning: string;
      /** The model declines, in a field of its own. */
      readonly declined: string;
      /** Why it ended, in the server's word; null while it goes on. */
      readonly finish: string | null;
      readonly usage: Usage | null;
    }
  /** `[DONE]`: the server says that this was all. */
  | { readonly kind: 'done' }
  /** An error within a 200 answer, as JSON. */
  | { readonly kind: 'error'; readonly json: string };

export interface Usage {
  readonly prompt: number;
  readonly cached: number;
  readonly completion: number;
  /** Of the completion, those of reasoning; null where the server does not say. */
  readonly reasoning: number | null;
}

/** A line, or a whole body, may not grow without end, characters. */
const LONGEST = 4_000_000;
/** A body that is not whole after so many of its lines is looked at again at its end only. */
const TRIES = 1000;

/**
 * Ends where the connection does, whether or not all was said, and where `signal` calls it off.
 * @throws RemoteFault `remote-page`, `remote-garbled`; and whatever reading the body throws
 */
export async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<Chunk> {
  if (!response.body) return;
  const lines = linesOf(response.body, signal);
  let form: 'events' | 'json' | null = null;
  let event: string[] = [];
  let body: string[] = [];
  let size = 0;
  try {
    for await (const line of lines) {
      form ??= formOf(line);
      if (form === 'events') {
        if (line === '') {
          yield* ofEvent(event);
          event = [];
        } else event.push(line);
      } else if (form === 'json') {
        body.push(line);
        size += line.length;
        if (size > LONGEST) throw new RemoteFault('remote-garbled');
        // Whole as soon as it parses: an object a line, or one object over many.
        const whole = /[}\]]\s*$/.test(line) && body.length <= TRIES ? parsedJson(body.join('\n')) : undefined;
        if (whole === undefined) continue;
        body = [];
        size = 0;
        yield* ofJson(whole);
      }
    }
  } finally {
    await lines.return(undefined).catch(() => undefined);
  }
  yield* ofLast(event);
  const rest = body.join('\n');
  if (rest.trim() === '') return;
  const whole = parsedJson(rest);
  if (whole === undefined) throw new RemoteFault('remote-garbled', rest);
  yield* ofJson(whole);
}

/** By the first line that says anything; null for one that does not. */
function formOf(line: string): 'events' | 'json' | null {
  const first = line.trim();
  if (first === '') return null;
  if (first.startsWith('{') || first.startsWith('[')) return 'json';
  if (first.startsWith('<')) throw new RemoteFault('remote-page', line);
  if (/^(data|event|id|retry|error)?:/.test(first) || 'data'.startsWith(first)) return 'events';
  throw new RemoteFault('remote-garbled', line);
}

/**
 * Lines of one event. `error:` is no field of the standard: llama.cpp wrote it until September 2025 (ggml-org/llama.cpp#16109), and others pass
 * on a backend's error as bare JSON within the stream (lemonade-sdk/lemonade#2826). Both would be dropped by the letter.
 */
function* ofEvent(lines: readonly string[]): Generator<Chunk> {
  const data: string[] = [];
  let name = '';
  for (const line of lines) {
    const [, field = '', value = ''] = /^([a-z]*): ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value.trim();
    else if (field === 'error') yield { kind: 'error', json: value };
    else if (line.startsWith('{')) yield { kind: 'error', json: line };
  }
  const text = data.join('\n').trim();
  if (text === '') return;
  if (text === '[DONE]') yield { kind: 'done' };
  else if (name === 'error') yield { kind: 'error', json: text };
  else {
    const whole = parsedJson(text);
    // Some servers end events with one line break only: each line is an event of its own then.
    if (whole !== undefined) yield* ofJson(whole);
    else if (data.length > 1) for (const line of data) yield* ofEvent([`data:${line}`]);
    else throw new RemoteFault('remote-garbled', text);
  }
}

/** What the connection was lost in the middle of is no event; that it was lost is told by the end that is missing. */
function* ofLast(lines: readonly string[]): Generator<Chunk> {
  try {
    yield* ofEvent(lines);
  } catch (thrown) {
    if (!(thrown instanceof RemoteFault) || thrown.code !== 'remote-garbled') throw thrown;
  }
}

interface Said {
  readonly content?:
    string | null | readonly { readonly type?: string; readonly text?: string; readonly thinking?: unknown }[];
  readonly reasoning_content?: unknown;
  readonly reasoning?: unknown;
  readonly refusal?: string | null;
}

interface Wire {
  readonly choices?: readonly {
    readonly index?: number;
    readonly delta?: Said | null;
    readonly message?: Said | null;
    readonly text?: string;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
  } | null;
  readonly error?: unknown;
  readonly object?: string;
  readonly detail?: unknown;
}

function* ofJson(whole: unknown): Generator<Chunk> {
  const json = JSON.stringify(whole);
  const wire = (Array.isArray(whole) ? (whole[0] as unknown) : whole) as Wire | null;
  if (typeof wire !== 'object' || wire === null) throw new RemoteFault('remote-garbled', json);
  if (wire.error || wire.object === 'error' || (wire.detail !== undefined && !wire.choices))
    yield { kind: 'error', json };
  if (!wire.choices && !wire.usage) {
    if (!wire.error && wire.object !== 'error' && wire.detail === undefined)
      throw new RemoteFault('remote-garbled', json);
    return;
  }
  const choice = wire.choices?.find(({ index = 0 }) => index === 0);
  const said = choice?.delta ?? choice?.message ?? {};
  const parts = Array.isArray(said.content) ? said.content : null;
  yield {
    kind: 'delta',
    // Mistral's reasoning models write a list of parts, `thinking` and `text`.
    text: parts ? joined(parts, 'text') : typeof said.content === 'string' ? said.content : (choice?.text ?? ''),
    // `reasoning_content` until vLLM 0.15 and in llama.cpp, DeepSeek, SGLang; `reasoning` in vLLM since, Ollama, Groq, OpenRouter.
    reasoning: parts ? joined(parts, 'thinking') : textOf(said.reasoning_content ?? said.reasoning),
    declined: said.refusal ?? '',
    // A whole message is whole, whether or not a reason stands beside it.
    finish: choice?.finish_reason ?? (choice?.message ? 'stop' : null),
    usage: usageOf(wire.usage),
  };
}

function joined(
  parts: readonly { readonly type?: string; readonly text?: string; readonly thinking?: unknown }[],
  type: string,
): string {
  return parts
    .filter((part) => (part.type ?? 'text') === type)
    .map((part) => (type === 'text' ? (part.text ?? '') : textOf(part.thinking)))
    .join('');
}

/** A text, or a list of parts with texts. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.map((part: unknown) => textOf((part as { text?: unknown } | null)?.text)).join('');
}

function usageOf(usage: Wire['usage']): Usage | null {
  if (!usage) return null;
  return {
    prompt: usage.prompt_tokens ?? 0,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    completion: usage.completion_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? null,
  };
}

/** Lines end with LF, CR LF or CR; a byte order mark before the first is left out. The last one may have no end. */
async function* linesOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string, undefined> {
  const reader = body.getReader();
  const hangUp = (): void => {
    void reader.cancel().catch(() => undefined);
  };
  signal.addEventListener('abort', hangUp, { once: true });
  const decoder = new TextDecoder();
  /** Of the line that has not ended. */
  let begun: string[] = [];
  let size = 0;
  let carriage = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      let text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      // Half of a line's end came with what was read before.
      if (carriage && text.startsWith('\n')) text = text.slice(1);
      if (text !== '') carriage = text.endsWith('\r');
      const [first = '', ...lines] = text.split(/\r\n|\n|\r/);
      begun.push(first);
      size += first.length;
      for (const line of lines) {
        yield begun.join('');
        begun = [line];
        size = line.length;
      }
      if (size > LONGEST) throw new RemoteFault('remote-garbled');
      if (!done) continue;
      if (size > 0) yield begun.join('');
      return undefined;
    }
  } finally {
    signal.removeEventListener('abort', hangUp);
    hangUp();
  }
}
