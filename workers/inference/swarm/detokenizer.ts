/**
 * Token ids to text, a token at a time, without ever showing half a character.
 *
 * A token's text can depend on the one before it (a leading space) and a character can span tokens. So each new token is decoded together
 * with a few before it, and the difference is held back while it ends in U+FFFD, the mark of an unfinished character.
 */
import type { Tokenizer } from '../device/webllm-internals.ts';

const UNFINISHED = '\ufffd';
/** Tokens decoded again for context. */
const CONTEXT = 4;
/** A character has at most four bytes, so at most four tokens; a longer run of marks is what the model means to say. */
const LONGEST = 4;

export class Detokenizer {
  readonly #tokenizer: Pick<Tokenizer, 'decode'>;
  readonly #ids: number[] = [];
  #text = '';
  /** Tokens whose text is in `#text`. */
  #shown = 0;

  constructor(tokenizer: Pick<Tokenizer, 'decode'>) {
    this.#tokenizer = tokenizer;
  }

  get ids(): readonly number[] {
    return this.#ids;
  }

  /** All text so far in whole characters. */
  get text(): string {
    return this.#text;
  }

  /** Adds a token and gives all text so far. */
  push(id: number): string {
    this.#ids.push(id);
    const from = Math.max(0, this.#shown - CONTEXT);
    const context = this.#decode(from, this.#shown);
    const whole = this.#decode(from, this.#ids.length);
    const held = this.#ids.length - this.#shown;
    if (whole.endsWith(UNFINISHED) && held < LONGEST) return this.#text;
    this.#text += whole.slice(context.length);
    this.#shown = this.#ids.length;
    return this.#text;
  }

  #decode(from: number, to: number): string {
    return from === to ? '' : this.#tokenizer.decode(Int32Array.from(this.#ids.slice(from, to)));
  }
}
