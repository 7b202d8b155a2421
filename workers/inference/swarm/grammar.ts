/**
 * JSON Schemas as grammars over the model's vocabulary: compiled once a schema, one matcher a sequence.
 *
 * The same xgrammar that WebLLM bundles (0.1.27), with the grammar that stock turns hand to its `response_format`, so that both allow the same texts.
 */
import type { CompiledGrammar, GrammarCompiler, GrammarMatcher } from '@mlc-ai/web-xgrammar';
import type { ChatConfig } from '../device/webllm-internals.ts';
import { fault } from '../device/engine-faults.ts';
import type { AnswerSchema } from '../../../src/engine/answer-schema.ts';
import { answerGrammar } from '../grammar/answer-grammar.ts';
import { narrowed, stepped } from '../grammar/copy-mask.ts';
import { CopySource } from '../grammar/copy-source.ts';
import { beginCopying, copiesAnything, type Place } from '../grammar/copying.ts';
import { TokenTrie, writingOf } from '../grammar/token-trie.ts';

type Xgrammar = Pick<typeof import('@mlc-ai/web-xgrammar'), 'GrammarCompiler' | 'GrammarMatcher' | 'TokenizerInfo'>;

/** One megabyte of script, wanted with the first schema. */
const xgrammar = (): Promise<Xgrammar> => import('@mlc-ai/web-xgrammar');

/** Schemas kept compiled; roles share theirs, so a swarm has few. */
const KEPT = 32;
/** Items that are kept as they are copied from: attempts and reviews follow one another. */
const KEPT_SOURCES = 64;

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
  /** With texts that are copied; null: without. */
  readonly copies: AnswerSchema | null;
}

export class Grammars {
  readonly #vocabulary: readonly string[];
  readonly #config: ChatConfig;
  readonly #compiled = new Map<string, Promise<Compiled>>();
  /** By schema and source: where an answer begins; null where nothing can be written. */
  readonly #begun = new Map<string, Place | null>();
  #trie: TokenTrie | null = null;
  #compiler: Promise<GrammarCompiler> | null = null;

  readonly #library: () => Promise<Xgrammar>;

  constructor(vocabulary: readonly string[], config: ChatConfig, library = xgrammar) {
    this.#vocabulary = vocabulary;
    this.#config = config;
    this.#library = library;
  }

  /**
   * @param sources the texts that answers are copied from; null: what is copied is left to the check of the answer
   * @throws EngineFault `schema-unsupported`
   */
  async matcher(schema: string, sources: readonly string[] | null = null): Promise<Matcher> {
    const key = `${sources ? 'copies' : 'checked'} ${schema}`;
    let compiled = this.#compiled.get(key);
    if (compiled)
      this.#compiled.delete(key); // and set again, as the newest
    else compiled = this.#compile(schema, sources !== null);
    this.#compiled.set(key, compiled);
    this.#forgetOldest();
    let matcher: GrammarMatcher;
    let place: Place | null = null;
    let trie: TokenTrie | null = null;
    try {
      const { GrammarMatcher } = await this.#library();
      const { grammar, closed, copies } = await compiled;
      if (copies && sources) {
        place = this.#begin(schema, copies, sources);
        if (!place) throw new Error('nothing of the item can be copied as the schema asks');
        trie = this.#trieOf();
      }
      // A text that closes itself ends the turn one step earlier than the model's own end would.
      matcher = await GrammarMatcher.createGrammarMatcher(grammar, undefined, closed);
    } catch (thrown) {
      throw fault('schema-unsupported', 'The output schema cannot be turned into a grammar.', thrown);
    }
    return {
      mask: async () => {
        const mask = await matcher.getNextTokenBitmask();
        return place && trie ? narrowed(mask, place, trie) : mask;
      },
      accept: (id) => {
        if (!matcher.acceptToken(id)) return false;
        if (!place || !trie) return true;
        place = stepped(place, trie.bytes(id));
        return place !== null;
      },
      complete: () => matcher.isTerminated(),
      dispose: () => {
        matcher.dispose();
      },
    };
  }

  #begin(schema: string, copies: AnswerSchema, sources: readonly string[]): Place | null {
    const key = JSON.stringify([schema, ...sources]);
    let place = this.#begun.get(key);
    if (place === undefined) place = beginCopying(copies, new CopySource(sources));
    this.#begun.delete(key); // and set again, as the newest
    this.#begun.set(key, place);
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= KEPT_SOURCES) break;
      this.#begun.delete(oldest);
    }
    return place;
  }

  #trieOf(): TokenTrie {
    const { tokenizer_info, token_table_postproc_method, conv_template } = this.#config;
    const writing = writingOf(tokenizer_info?.token_postproc_method ?? token_table_postproc_method);
    return (this.#trie ??= new TokenTrie(this.#vocabulary, writing, conv_template.stop_token_ids));
  }

  async #compile(schema: string, copies: boolean): Promise<Compiled> {
    const { ebnf, closed } = answerGrammar(schema, { copies });
    this.#compiler ??= this.#createCompiler();
    const parsed = JSON.parse(schema) as AnswerSchema;
    const grammar = await (await this.#compiler).compileGrammar(ebnf);
    return { grammar, closed, copies: copies && copiesAnything(parsed) ? parsed : null };
  }

  async #createCompiler(): Promise<GrammarCompiler> {
    const { GrammarCompiler, TokenizerInfo } = await this.#library();
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
