/**
 * JSON Schemas as grammars over the model's vocabulary: compiled once a schema, one matcher a sequence.
 *
 * The same xgrammar that WebLLM bundles (0.1.27), with the grammar that stock turns hand to its `response_format`, so that both allow the same texts.
 */
import type { CompiledGrammar, GrammarCompiler, GrammarMatcher } from '@mlc-ai/web-xgrammar';
import type { ChatConfig } from '../device/webllm-internals.ts';
import { fault } from '../device/engine-faults.ts';
import { answerGrammar } from '../grammar/answer-grammar.ts';

/** One megabyte of script, wanted with the first schema. */
const xgrammar = (): Promise<typeof import('@mlc-ai/web-xgrammar')> => import('@mlc-ai/web-xgrammar');

/** Schemas kept compiled; roles share theirs, so a swarm has few. */
const KEPT = 32;

/** Which tokens may come next, 32 to a word, and what has come. */
export interface Matcher {
  /** Bit t of word t / 32 is set when token t may come next. */
  mask(): Promise<Int32Array>;
  /** False when the grammar does not allow the token. */
  accept(id: number): boolean;
  /** The text is complete: nothing but the end may follow. */
  complete(): boolean;
  dispose(): void;
}

interface Compiled {
  readonly grammar: CompiledGrammar;
  /** The end of a text says that it is one. */
  readonly closed: boolean;
}

export class Grammars {
  readonly #vocabulary: readonly string[];
  readonly #config: ChatConfig;
  readonly #compiled = new Map<string, Promise<Compiled>>();
  #compiler: Promise<GrammarCompiler> | null = null;

  constructor(vocabulary: readonly string[], config: ChatConfig) {
    this.#vocabulary = vocabulary;
    this.#config = config;
  }

  /** @throws EngineFault `schema-unsupported` */
  async matcher(schema: string): Promise<Matcher> {
    let compiled = this.#compiled.get(schema);
    if (compiled)
      this.#compiled.delete(schema); // and set again, as the newest
    else compiled = this.#compile(schema);
    this.#compiled.set(schema, compiled);
    this.#forgetOldest();
    let matcher: GrammarMatcher;
    try {
      const { GrammarMatcher } = await xgrammar();
      const { grammar, closed } = await compiled;
      // A text that closes itself ends the turn one step earlier than the model's own end would.
      matcher = await GrammarMatcher.createGrammarMatcher(grammar, undefined, closed);
    } catch (thrown) {
      throw fault('schema-unsupported', 'The output schema cannot be turned into a grammar.', thrown);
    }
    return {
      mask: () => matcher.getNextTokenBitmask(),
      accept: (id) => matcher.acceptToken(id),
      complete: () => matcher.isTerminated(),
      dispose: () => {
        matcher.dispose();
      },
    };
  }

  async #compile(schema: string): Promise<Compiled> {
    const { ebnf, closed } = answerGrammar(schema);
    this.#compiler ??= this.#createCompiler();
    return { grammar: await (await this.#compiler).compileGrammar(ebnf), closed };
  }

  async #createCompiler(): Promise<GrammarCompiler> {
    const { GrammarCompiler, TokenizerInfo } = await xgrammar();
    const { tokenizer_info, token_table_postproc_method, vocab_size, conv_template } = this.#config;
    const info = await TokenizerInfo.createTokenizerInfo(
      [...this.#vocabulary],
      tokenizer_info?.token_postproc_method ?? token_table_postproc_method ?? 'raw',
      tokenizer_info?.prepend_space_in_encode ?? false,
      vocab_size,
      [...conv_template.stop_token_ids],
    );
    return GrammarCompiler.createGrammarCompiler(info);
  }

  #forgetOldest(): void {
    for (const [schema, compiled] of this.#compiled) {
      if (this.#compiled.size <= KEPT) return;
      this.#compiled.delete(schema);
      void compiled.then(
        ({ grammar }) => {
          grammar.dispose();
        },
        () => undefined,
      );
    }
  }
}
