/**
 * What a turn needs and needs no seat for: its tokens, and a matcher of its grammar. Made while the turn waits and the GPU is at work; between
 * two steps, when the turn is given its seat, the GPU would wait for it.
 */
import type { TurnRequest } from '../../../src/engine/contract.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import { Grammars, type Matcher } from './grammar.ts';
import { PromptEncoder, type Prompt } from './prompt-encoder.ts';

export interface Prepared {
  readonly prompt: Prompt;
  readonly matcher: Matcher | null;
}

export class Preparing {
  readonly #encoder: PromptEncoder;
  readonly #grammars: Grammars;
  readonly #most: number;
  readonly #byTurn = new Map<string, Promise<Prepared>>();

  /** Thousands of turns may wait; at most `most` are made ready ahead of time. */
  constructor(model: ModelInternals, most: number) {
    const { tokenizer, config } = model;
    const vocabulary = Array.from({ length: tokenizer.getVocabSize() }, (_, id) => tokenizer.idToToken(id));
    this.#encoder = new PromptEncoder(tokenizer, config.conv_template, vocabulary);
    this.#grammars = new Grammars(vocabulary, config);
    this.#most = most;
  }

  begin(request: TurnRequest): void {
    if (this.#byTurn.size < this.#most) this.of(request).catch(() => undefined); // whoever seats the turn hears of it
  }

  /** @throws EngineFault `schema-unsupported` */
  of(request: TurnRequest): Promise<Prepared> {
    let prepared = this.#byTurn.get(request.id);
    if (!prepared) this.#byTurn.set(request.id, (prepared = this.#prepare(request)));
    return prepared;
  }

  async #prepare({ prefix, messages, schema }: TurnRequest): Promise<Prepared> {
    const prompt = this.#encoder.encode(prefix, messages);
    return { prompt, matcher: schema === undefined ? null : await this.#grammars.matcher(schema) };
  }

  /** The turn has its seat, and the matcher with it. */
  taken(turn: string): void {
    this.#byTurn.delete(turn);
  }

  /** Nobody wants it any more; nothing where it was taken. */
  drop(turn: string): void {
    const prepared = this.#byTurn.get(turn);
    this.#byTurn.delete(turn);
    void prepared?.then(
      ({ matcher }) => matcher?.dispose(),
      () => undefined,
    );
  }
}
