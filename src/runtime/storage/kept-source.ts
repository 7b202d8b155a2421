import type { RunSource } from '../../store/records.ts';
import { deflate } from '../../kernel/deflate.ts';
import { textOf } from './packed-text.ts';

/** Characters that are packed together; a shorter input is kept as it is. */
const PIECE = 2 ** 18;

/** What the open run was started from, for a store that has lost it: a long input packed, so that it is not in memory twice. */
export class KeptSource {
  readonly #source: RunSource;
  readonly #pieces: (string | Uint8Array<ArrayBuffer>)[];
  /** Resolves when all of it is packed. */
  readonly settled: Promise<void>;

  constructor({ input, ...rest }: RunSource) {
    this.#source = { ...rest, input: { name: input.name, text: '' } };
    this.#pieces = cut(input.text);
    this.settled = this.#pack();
  }

  async get(): Promise<RunSource> {
    const texts: string[] = [];
    for (const piece of this.#pieces) texts.push(typeof piece === 'string' ? piece : await textOf(piece));
    return { ...this.#source, input: { name: this.#source.input.name, text: texts.join('') } };
  }

  /** A piece that is packed is no part of the text any more; the last is let go of with the others. */
  async #pack(): Promise<void> {
    if (this.#pieces.length === 1) return;
    for (const [at, piece] of this.#pieces.entries())
      // Half a pair of surrogates has no bytes of its own.
      if (typeof piece === 'string' && piece.isWellFormed())
        this.#pieces[at] = await deflate(new TextEncoder().encode(piece));
  }
}

function cut(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length || pieces.length === 0;) {
    const to = from + PIECE;
    const within = (text.charCodeAt(to - 1) & 0xfc00) === 0xd800;
    pieces.push(text.slice(from, within ? to + 1 : to));
    from = within ? to + 1 : to;
  }
  return pieces;
}
