/**
 * Turns one by one through WebLLM's public chat API: the peer that the batched engine is measured against, and what it falls back to.
 */
import type { ChatCompletionMessageParam, ChatCompletionRequestStreaming, MLCEngine } from '@mlc-ai/web-llm';
import type { Clock } from '../../../src/kernel/clock.ts';
import type {
  EngineCounters,
  EngineError,
  FinishReason,
  TurnHandle,
  TurnProgress,
  TurnRequest,
} from '../../../src/engine/contract.ts';
import { fault, toEngineError } from '../device/engine-faults.ts';
import type { Needs } from '../device/fit.ts';
import { answerGrammar } from '../grammar/answer-grammar.ts';
import { Counters, Turn, type TurnRunner } from './runner.ts';
import { TurnQueue } from './turn-queue.ts';

export class StockRunner implements TurnRunner {
  readonly batched = false;
  readonly residents = 1;
  readonly notes: readonly string[];
  readonly #engine: MLCEngine;
  readonly #model: string;
  readonly #needs: Needs;
  readonly #clock: Clock;
  readonly #queue = new TurnQueue<Turn>();
  readonly #counters = new Counters();
  #running: Turn | null = null;
  /** Why the running turn was interrupted. */
  #interrupted: 'cancelled' | 'deadline' | null = null;
  #stopped: { finish: FinishReason; error: EngineError | undefined } | null = null;

  constructor(engine: MLCEngine, model: string, needs: Needs, clock: Clock, notes: readonly string[] = []) {
    this.#engine = engine;
    this.#model = model;
    this.#needs = needs;
    this.#clock = clock;
    this.notes = notes;
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const turn = new Turn(request, this.#clock, onProgress, (cancelled, finish) => {
      this.#cancel(cancelled, finish);
    });
    if (this.#stopped) turn.end(this.#stopped.finish, this.#stopped.error);
    else {
      this.#queue.push(request, turn);
      this.#next();
    }
    return turn;
  }

  counters(): EngineCounters {
    return this.#counters.snapshot();
  }

  memory(): { weights: number; kv: number; workspace: number } {
    return { weights: this.#needs.weightBytes, kv: this.#needs.kvBytesPerAgent, workspace: this.#needs.workspaceBytes };
  }

  stop(finish: FinishReason, error?: EngineError): void {
    if (this.#stopped) return;
    this.#stopped = { finish, error };
    for (const turn of this.#queue.drain()) turn.end(finish, error);
    this.#running?.end(finish, error);
    void this.#engine.interruptGenerate();
  }

  #cancel(turn: Turn, finish: 'cancelled' | 'deadline'): void {
    if (turn === this.#running) {
      this.#interrupted = finish;
      void this.#engine.interruptGenerate();
    } else if (this.#queue.remove(turn.id)) {
      turn.end(finish);
    }
  }

  #next(): void {
    if (this.#running || this.#stopped) return;
    const turn = this.#queue.peek();
    if (!turn) return;
    this.#queue.remove(turn.id);
    this.#running = turn;
    this.#interrupted = null;
    void this.#run(turn).finally(() => {
      this.#running = null;
      this.#next();
    });
  }

  async #run(turn: Turn): Promise<void> {
    const begun = this.#clock.now();
    this.#counters.peakResidents = 1;
    turn.admit();
    try {
      const finish = await this.#generate(turn);
      turn.end(this.#interrupted ?? finish);
    } catch (thrown) {
      turn.end('error', this.#stopped?.error ?? toEngineError(thrown));
    } finally {
      this.#counters.turns += 1;
      this.#counters.busyMs += this.#clock.now() - begun;
    }
  }

  async #generate(turn: Turn): Promise<FinishReason> {
    const { sampling, schema, stop, maxTokens } = turn.request;
    const request: ChatCompletionRequestStreaming = {
      messages: chatMessages(turn.request),
      model: this.#model,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: maxTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      seed: sampling.seed,
      presence_penalty: sampling.presencePenalty ?? 0,
      frequency_penalty: sampling.frequencyPenalty ?? 0,
      repetition_penalty: sampling.repetitionPenalty ?? 1,
      ...(stop ? { stop: [...stop] } : {}),
      ...(schema === undefined ? {} : { response_format: { type: 'grammar', grammar: grammarOf(schema) } }),
    };
    let text = '';
    let finish: FinishReason = 'stop';
    for await (const chunk of await this.#engine.chat.completions.create(request)) {
      // WebLLM forgets an interrupt that comes before its first token.
      if (this.#interrupted) void this.#engine.interruptGenerate();
      const choice = chunk.choices[0];
      if (choice?.delta.content) {
        text += choice.delta.content;
        turn.say(text, turn.completionTokens + 1);
      }
      if (choice?.finish_reason === 'length') finish = 'length';
      if (chunk.usage) {
        turn.promptTokens = chunk.usage.prompt_tokens;
        turn.completionTokens = chunk.usage.completion_tokens;
        this.#counters.prefillTokens += chunk.usage.prompt_tokens;
        this.#counters.decodeTokens += chunk.usage.completion_tokens;
      }
      if (turn.ended) break;
    }
    turn.text = text;
    return finish;
  }
}

/** @throws EngineFault `schema-unsupported` */
function grammarOf(schema: string): string {
  try {
    return answerGrammar(schema).ebnf;
  } catch (thrown) {
    throw fault('schema-unsupported', 'The output schema cannot be turned into a grammar.', thrown);
  }
}

/** One system message first, as WebLLM wants it. */
function chatMessages(request: TurnRequest): ChatCompletionMessageParam[] {
  const all = [...request.prefix, ...request.messages];
  const system = all.filter((message) => message.role === 'system').map((message) => message.content);
  const rest = all.filter((message) => message.role !== 'system');
  // WebLLM puts messages into its template with String.replace, where $ is special; doubled, it stands for itself.
  const plain = (text: string): string => text.replaceAll('$', '$$$$');
  return [
    ...(system.length > 0 ? [{ role: 'system' as const, content: plain(system.join('\n\n')) }] : []),
    ...rest.map((message) => ({ role: message.role, content: plain(message.content) }) as ChatCompletionMessageParam),
  ];
}
