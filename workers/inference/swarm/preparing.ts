/**
 * What a turn needs and needs no seat for: its tokens, and a matcher of its grammar. Made while the turn waits and the GPU is at work; between
 * two steps, when the turn is given its seat, the GPU would wait for it.
 */
import type { ChatMessage, TurnRequest } from '../../../src/engine/contract.ts';
import { type Fitted, fitTurn } from '../../../src/engine/fit.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import { Grammars, type Matcher } from './grammar.ts';
import { PromptEncoder, type Prompt } from './prompt-encoder.ts';

export interface Prepared {
  /** Too long for the context where nothing could be left out of it. */
  readonly prompt: Prompt;
  readonly fitted: Pick<Fitted, 'read' | 'dropped'> | null;
  readonly matcher: Matcher | null;
}

export class Preparing {
  readonly #encoder: PromptEncoder;
  readonly #grammars: Grammars;
  readonly #most: number;
  readonly #context: number;
  readonly #chunk: number;
  readonly #byTurn = new Map<string, Promise<Prepared>>();

  /**
   * Thousands of turns may wait; at most `most` are made ready ahead of time. `context`: tokens that a prompt and what is written after it may
   * have together; `chunk`: a prompt alone.
   */
  constructor(model: ModelInternals, most: number, context: number, chunk: number) {
    const { tokenizer, config } = model;
    const vocabulary = Array.from({ length: tokenizer.getVocabSize() }, (_, id) => tokenizer.idToToken(id));
    this.#encoder = new PromptEncoder(tokenizer, config.conv_template, vocabulary);
    this.#grammars = new Grammars(vocabulary, config);
    this.#most = most;
    this.#context = context;
    this.#chunk = chunk;
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

  async #prepare(request: TurnRequest): Promise<Prepared> {
    const { schema } = request;
    const fit = this.#fit(request);
    const matcher = schema === undefined ? null : await this.#grammars.matcher(schema, sourcesOf(request, fit.fitted));
    return { ...fit, matcher };
  }

  /** What of the prompt does not fit is left out, as far as the request allows that. */
  #fit(request: TurnRequest): Pick<Prepared, 'prompt' | 'fitted'> {
    const { prefix, messages, elastic, memory = 0, maxTokens } = request;
    const encoded = new Map<string, Prompt>();
    const encode = (given: readonly ChatMessage[]): Prompt => {
      const key = JSON.stringify(given);
      const prompt = encoded.get(key) ?? this.#encoder.encode(prefix, given);
      encoded.set(key, prompt);
      return prompt;
    };
    if (!elastic && memory === 0) return { prompt: encode(messages), fitted: null };
    // A prompt that must go in at once leaves what is written its own room.
    const context = Math.min(this.#context, this.#chunk + Math.min(maxTokens, this.#context >> 1));
    const fitted = fitTurn(request, context, (_prefix, given) => encode(given).ids.length);
    return { prompt: encode(fitted?.messages ?? messages), fitted };
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

/** The parts of the item that the model reads: what is copied is copied from them. Null where it is not known which text the item is. */
function sourcesOf({ messages, elastic }: TurnRequest, fitted: Prepared['fitted']): string[] | null {
  const content = elastic && messages[elastic.message]?.content;
  if (!elastic || content === undefined) return null;
  const item = content.slice(elastic.from, elastic.to);
  return (fitted?.read ?? [[0, item.length]]).map(([from, to]) => item.slice(from, to));
}
