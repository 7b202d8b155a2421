/** What of a model's words is its answer: without reasoning that stands in front of it, and, where JSON was asked for, without what is around that. */

/** Tags in which open models reason within their text: Qwen, DeepSeek; Cohere and others; Mistral; Granite. */
const TAGS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<reasoning>', '</reasoning>'],
  ['<thought>', '</thought>'],
  ['[THINK]', '[/THINK]'],
  ['<seed:think>', '</seed:think>'],
  // OpenAI's open models, where a server does not read their channels itself.
  ['<|channel|>analysis<|message|>', '<|channel|>final<|message|>'],
];
const LONGEST_OPEN = Math.max(...TAGS.map(([open]) => open.length));

/**
 * Parts a text that comes piece by piece into reasoning and answer. Reasoning can only stand first: a tag further on is the answer's own.
 *
 * Invariants: `reasoning + tags + answer` is all that was pushed, in its order; what is held back because it may be a tag is in neither.
 */
export class ReasoningSplitter {
  #reasoning = '';
  #answer = '';
  #held = '';
  #state: 'unknown' | 'reasoning' | 'answer' = 'unknown';
  #close = '';

  /** Reasoning so far, the server's own field not counted. */
  get reasoning(): string {
    return this.#reasoning;
  }

  /** Answer so far. */
  get answer(): string {
    return this.#answer;
  }

  /** It has not come to an answer yet. */
  get open(): boolean {
    return this.#state === 'reasoning';
  }

  push(text: string): void {
    if (this.#state === 'answer') {
      this.#answer += text;
      return;
    }
    this.#held += text;
    if (this.#state === 'unknown') this.#begin();
    if (this.#state === 'reasoning') this.#reason();
  }

  /**
   * All has come. Templates of DeepSeek and Qwen write the opening tag into the prompt, so that only the closing one is to be seen: what
   * stands before the first of these is reasoning as well.
   */
  end(): void {
    if (this.#state === 'reasoning') this.#reasoning += this.#held;
    else this.#answer += this.#held;
    this.#held = '';
    if (this.#state === 'reasoning') return;
    const text = this.#answer;
    for (const [open, close] of TAGS) {
      const at = text.indexOf(close);
      if (at < 0 || text.slice(0, at).includes(open)) continue;
      this.#reasoning += text.slice(0, at);
      this.#answer = text.slice(at + close.length).trimStart();
      return;
    }
  }

  #begin(): void {
    const seen = this.#held.trimStart();
    for (const [open, close] of TAGS) {
      if (!seen.startsWith(open)) continue;
      this.#close = close;
      this.#state = 'reasoning';
      this.#held = seen.slice(open.length);
      return;
    }
    if (seen.length < LONGEST_OPEN && TAGS.some(([open]) => open.startsWith(seen))) return;
    this.#state = 'answer';
    this.#answer = this.#held;
    this.#held = '';
  }

  #reason(): void {
    const at = this.#held.indexOf(this.#close);
    if (at >= 0) {
      this.#reasoning += this.#held.slice(0, at);
      const rest = this.#held.slice(at + this.#close.length).trimStart();
      this.#held = '';
      this.#state = 'answer';
      this.#answer = rest;
      return;
    }
    // The end of what is there may be the beginning of the tag.
    const keep = Math.min(this.#held.length, this.#close.length - 1);
    this.#reasoning += this.#held.slice(0, this.#held.length - keep);
    this.#held = this.#held.slice(this.#held.length - keep);
  }
}

/** Values in prose that are tried, and how long a text is looked through, characters. */
const CANDIDATES = 32;
const LOOKED = 256_000;

/**
 * The one JSON value in what a model wrote, as it was written: the text itself, what a fence holds, or the only one in prose. Null where there
 * is none, or two that differ: which of them is the answer is not guessed.
 * @param bracket with which the value must begin in prose: `{` where an object was asked for, `[` for a list
 */
export function jsonIn(text: string, bracket: '{' | '[' = '{'): string | null {
  const whole = text.trim();
  if (isJson(whole)) return whole;
  if (whole.length > LOOKED) return null;
  const fenced = [...whole.matchAll(/```[\w-]*[^\S\n]*\n?([\s\S]*?)```/g)].map(([, inside = '']) => inside.trim());
  return only(fenced.filter(isJson)) ?? only(inProse(whole).filter((value) => value.startsWith(bracket)));
}

const only = (found: readonly string[]): string | null =>
  found.length > 0 && new Set(found).size === 1 ? (found[0] as string) : null;

/** Objects and lists that stand in the text, the outermost ones. */
function inProse(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (let tries = 0; tries < CANDIDATES; tries++) {
    const from = text.slice(at).search(/[{[]/);
    if (from < 0) break;
    const begin = at + from;
    const end = endOf(text, begin);
    const value = end === null ? '' : text.slice(begin, end);
    if (end !== null && isJson(value)) {
      found.push(value);
      at = end;
    } else at = begin + 1;
  }
  return found;
}

/** Where the brackets that open at `begin` are closed again, texts left out; null where they are not. */
function endOf(text: string, begin: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = begin; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
