/** Makes prompts fit an endpoint, whose tokenizer is not here: by what it says when it refuses one, or by halves. */
import type { ChatMessage, TurnRequest } from '../contract.ts';
import { cutTo, type Fitted, fitTurn, LEAST } from '../fit.ts';

/** Characters left out beyond what the counts ask for: tokens do not lie evenly in a text. */
const SPARE = 1.05;
/** Tokens of a chat template around one message. */
const AROUND = 16;

export interface Shortened extends Omit<Fitted, 'tokens' | 'prefix'> {
  /** Characters of the text that may be shortened. */
  readonly size: number;
}

/** What the server said when it refused a prompt, tokens; null: it does not say. */
export interface Counts {
  readonly context: number | null;
  readonly prompt: number | null;
}

/**
 * The request as it is sent first: whole, unless the server would cut it in silence.
 * @param silent tokens of a context that cuts; null: what does not fit is refused
 */
export function firstOf(request: TurnRequest, silent: number | null): Shortened {
  const { elastic } = request;
  const size = elastic ? Math.min(elastic.to - elastic.from, elastic.most ?? Infinity) : 0;
  const fitted = silent === null ? null : fitTurn(request, silent, roughly);
  if (!fitted) return { ...cutTo(request, size, true), size };
  const { messages, read, dropped } = fitted;
  const left = read ? read.reduce((sum, [from, to]) => sum + to - from, 0) : size;
  return { messages, ...(read && { read }), ...(dropped !== undefined && { dropped }), size: left };
}

/** The next, shorter one after a refusal: memory goes first. Null where nothing more can be left out. */
export function shorterOf(request: TurnRequest, sent: Shortened, { context, prompt }: Counts): Shortened | null {
  const { memory = 0 } = request;
  if (memory > (sent.dropped ?? 0)) return { ...cutTo(request, sent.size, false), size: sent.size };
  if (sent.size <= LEAST) return null;
  let size = sent.size >> 1;
  if (context !== null && prompt !== null) {
    const room = context - Math.min(request.maxTokens, context >> 1);
    const all = [...request.prefix, ...sent.messages].reduce((sum, { content }) => sum + content.length, 0);
    const less = Math.ceil(((prompt - room) * all * SPARE) / Math.max(1, prompt));
    if (less > 0 && sent.size - less >= LEAST) size = sent.size - less;
  }
  size = Math.max(LEAST, size);
  return { ...cutTo(request, size, false), size };
}

/** Tokens of a prompt, rather too many: digits and marks one each, as in vocabularies that part numbers, words by three, other scripts by bytes. */
function roughly(prefix: readonly ChatMessage[], messages: readonly ChatMessage[]): number {
  return [...prefix, ...messages].reduce((sum, { content }) => sum + AROUND + tokensOf(content), 0);
}

function tokensOf(text: string): number {
  let thirds = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const letter = (code | 32) >= 97 && (code | 32) <= 122;
    thirds += letter || code === 32 ? 1 : code < 128 ? 3 : code < 0x800 ? 3 : 5;
  }
  return Math.ceil(thirds / 3);
}
