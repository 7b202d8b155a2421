import type { FinishReason, TurnRequest } from '../contract.ts';
import { ReasoningSplitter } from '../reasoning.ts';
import { jsonIn } from './answer.ts';
import type { Usage } from './stream.ts';

/** A server's words for how an answer ended that mean something else than that it is whole. */
const FINISHES: Readonly<Record<string, 'length' | 'filtered' | 'failed'>> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  // Mistral: the end of the model's context.
  model_length: 'length',
  content_filter: 'filtered',
  // Google's.
  safety: 'filtered',
  recitation: 'filtered',
  blocklist: 'filtered',
  prohibited_content: 'filtered',
  spii: 'filtered',
  language: 'filtered',
  // OpenRouter; vLLM and SGLang; DeepSeek; Ollama, where it loaded a model and asked it nothing.
  error: 'failed',
  abort: 'failed',
  insufficient_system_resource: 'failed',
  load: 'failed',
  timeout: 'failed',
  cancelled: 'failed',
  canceled: 'failed',
  interrupted: 'failed',
  // Google's, for an answer that broke off for whatever reason.
  other: 'failed',
  malformed_function_call: 'failed',
};

/** How an answer ended, by the server's word for it. */
export const endOf = (word: string | null): 'stop' | 'length' | 'filtered' | 'failed' =>
  FINISHES[word?.toLowerCase() ?? ''] ?? 'stop';

/** What was read of one answer. */
export class Heard {
  readonly splitter = new ReasoningSplitter();
  /** Reasoning that the server itself keeps apart. */
  apart = '';
  declined = '';
  finish: string | null = null;
  usage: Usage | null = null;
  /** Pieces that had something in them: what tokens are counted by where the server does not count. */
  chunks = 0;
  /** Of these, pieces before the answer's first. */
  before = 0;

  get reasoning(): string {
    return this.apart + this.splitter.reasoning;
  }

  /** Tokens of the answer beside its reasoning; null where that is not known. */
  get answerTokens(): number | null {
    const { usage } = this;
    return usage?.reasoning == null ? null : usage.completion - usage.reasoning;
  }

  /** The limit came while the model still reasoned, or because it had. */
  hadNoRoom({ maxTokens }: Pick<TurnRequest, 'maxTokens'>): boolean {
    const { reasoning, usage, answerTokens } = this;
    if (reasoning === '' && !usage?.reasoning) return false;
    return answerTokens === null || answerTokens < maxTokens;
  }

  /** Something was written, and no JSON is in it. */
  isAstray(schema: string): boolean {
    const { answer } = this.splitter;
    return answer.trim() !== '' && jsonIn(answer, bracketOf(schema)) === null;
  }

  /** Where JSON was asked for, what stands around it is left out; free text stays as it was written. */
  text(finish: FinishReason, { schema }: Pick<TurnRequest, 'schema'>): string {
    const { reasoning } = this;
    const { answer } = this.splitter;
    if (schema === undefined || finish !== 'stop') return answer;
    // vLLM's parsers have put whole answers into the reasoning's field (vllm-project/vllm#40816).
    if (answer.trim() === '' && isWhole(reasoning)) return reasoning.trim();
    return jsonIn(answer, bracketOf(schema)) ?? answer;
  }
}

const bracketOf = (schema: string): '{' | '[' =>
  (JSON.parse(schema) as { readonly type?: unknown }).type === 'array' ? '[' : '{';

const isWhole = (text: string): boolean => text.trim() !== '' && jsonIn(text) === text.trim();
