/**
 * What of a model's words is its answer, and what it wrote before that to reason with: for endpoints, whose text comes piece by piece and whose
 * template nobody knows, and for models on this machine, whose template says whether it has opened the tag itself.
 */
import { isJson } from '../kernel/parsed-json.ts';

/** Tags in which open models reason within their text: Qwen, DeepSeek; Cohere and others; EXAONE; Mistral; Seed; Kimi; OpenThinker. */
const TAGS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<reasoning>', '</reasoning>'],
  ['<thought>', '</thought>'],
  ['[THINK]', '[/THINK]'],
  ['<seed:think>', '</seed:think>'],
  ['◁think▷', '◁/think▷'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  // OpenAI's open models, where a server does not read their channels itself.
  ['<|channel|>analysis<|message|>', '<|channel|>final<|message|>'],
  ['<|start|>assistant<|channel|>analysis<|message|>', '<|channel|>final<|message|>'],
  // Cohere's, and Gemma's.
  ['<|START_THINKING|>', '<|END_THINKING|>'],
  ['<|channel>thought', '<channel|>'],
];
/** Tags are told apart by their letters, whatever their case; every character stays in its place. */
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const placeOf = (tag: string, text: string): number => lower(text).indexOf(lower(tag));

/** What templates write around an answer that comes behind reasoning, where a server passes it on: OpenAI's open models, Cohere's. */
const AROUND = /^<\|START_(?:RESPONSE|TEXT)\|>|<\|(?:return|end|END_RESPONSE|END_TEXT)\|>\s*$/g;

const LONGEST_OPEN = Math.max(...TAGS.map(([open]) => open.length));

/**
 * Parts a text that comes piece by piece into reasoning and answer. Reasoning can only stand first, in one block or several: a tag further
 * on is the answer's own.
 *
 * Invariants: `reasoning + tags + answer` is all that was pushed, in its order; what is held back because it may be a tag is in neither.
 */
export class ReasoningSplitter {
  #reasoning = '';
  #answer = '';
  #held = '';
  #state: 'unknown' | 'reasoning' | 'answer' = 'unknown';
  #close = '';
  #begun: string | null;
  #reasoned = false;

  /** `begun`: the template has written the opening tag already, and this one closes it (`closesBegun`). */
  constructor(begun: string | null = null) {
    this.#begun = begun;
  }

  /** Reasoning so far, a server's own field not counted. */
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
    while (this.#begins() || this.#ends());
  }

  /**
   * All has come. Templates of DeepSeek and Qwen write the opening tag into the prompt, so that only the closing one is to be seen: what
   * stands before the first of these is reasoning as well.
   */
  end(): void {
    if (this.#begun !== null && this.#state === 'unknown') this.#state = 'reasoning';
    if (this.#state === 'reasoning') this.#reasoning += this.#held;
    else this.#answer += this.#reasoned ? this.#held.trimStart() : this.#held;
    this.#held = '';
    if (this.#state === 'reasoning') return;
    if (this.#reasoned) this.#answer = this.#answer.replace(AROUND, '');
    const text = this.#answer;
    // A tag within a JSON text is data.
    if (isJsonAnswer(text)) return;
    for (const [open, close] of TAGS) {
      const at = placeOf(close, text);
      if (at < 0 || placeOf(open, text.slice(0, at)) >= 0) continue;
      this.#reasoning += text.slice(0, at);
      this.#answer = text.slice(at + close.length).trimStart();
      return;
    }
  }

  /** True: it is now in reasoning. */
  #begins(): boolean {
    if (this.#state !== 'unknown') return false;
    const seen = this.#held.trimStart();
    for (const [open, close] of TAGS) {
      if (!lower(seen).startsWith(lower(open))) continue;
      this.#close = close;
      this.#state = 'reasoning';
      this.#held = seen.slice(open.length);
      return true;
    }
    if (seen.length < LONGEST_OPEN && TAGS.some(([open]) => lower(open).startsWith(lower(seen)))) return false;
    if (this.#begun !== null) {
      this.#close = this.#begun;
      this.#state = 'reasoning';
      return true;
    }
    this.#state = 'answer';
    this.#answer = this.#reasoned ? seen : this.#held;
    this.#held = '';
    return false;
  }

  /** True: the reasoning has ended, and what follows may be more of it. */
  #ends(): boolean {
    if (this.#state !== 'reasoning') return false;
    const at = placeOf(this.#close, this.#held);
    if (at >= 0) {
      this.#reasoning += this.#held.slice(0, at);
      this.#held = this.#held.slice(at + this.#close.length).trimStart();
      this.#state = 'unknown';
      this.#begun = null;
      this.#reasoned = true;
      return true;
    }
    // The end of what is there may be the beginning of the tag.
    const keep = Math.min(this.#held.length, this.#close.length - 1);
    this.#reasoning += this.#held.slice(0, this.#held.length - keep);
    this.#held = this.#held.slice(this.#held.length - keep);
    return false;
  }
}

/** Also within a fence; a bare number or word is no sign that the answer has begun. */
function isJsonAnswer(given: string): boolean {
  const text = /^\s*```[\w-]*\n([^]*)```\s*$/.exec(given)?.[1] ?? given;
  return /^\s*["[{]/.test(text) && isJson(text);
}

export interface Reasoned {
  /** Empty where the model did not reason, or not within its text. */
  readonly reasoning: string;
  readonly answer: string;
  /** It still reasoned when it ended: there is no answer. */
  readonly open: boolean;
}

/** As `ReasoningSplitter`, of a text that is there in one piece. */
export function splitReasoning(text: string, begun: string | null = null): Reasoned {
  const splitter = new ReasoningSplitter(begun);
  splitter.push(text);
  splitter.end();
  const { reasoning, answer, open } = splitter;
  return { reasoning, answer, open };
}

/** The tag that ends reasoning which a prompt with that end has begun for the model; null where it has begun none. */
export function closesBegun(promptEnd: string): string | null {
  return TAGS.find(([open]) => promptEnd.trimEnd().endsWith(open))?.[1] ?? null;
}
