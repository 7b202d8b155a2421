/**
 * Turns one by one through WebLLM's public chat API: the peer that the batched engine is measured against, and what it falls back to.
 */
import type { ChatCompletionMessageParam, ChatCompletionRequestStreaming, MLCEngine } from '@mlc-ai/web-llm';
import type { Clock } from '../../../src/kernel/clock.ts';
import type {
  ChatMessage,
  EngineCounters,
  EngineError,
  FinishReason,
  TurnHandle,
  TurnProgress,
  TurnRequest,
} from '../../../src/engine/contract.ts';
import { defuse, restore } from '../../../src/engine/defuse.ts';
import { cutTo } from '../../../src/engine/fit.ts';
import { fault, toEngineError } from '../device/engine-faults.ts';
import type { Needs } from '../device/fit.ts';
import { answerGrammar } from '../grammar/answer-grammar.ts';
import { Counters, Turn, type TurnRunner } from './runner.ts';
import { TurnQueue } from './turn-queue.ts';

/** Less of a text than so many characters is not worth a turn. */
const LEAST = 64;

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
      const finish = await this.#generateFitting(turn);
      turn.end(this.#interrupted ?? finish);
    } catch (thrown) {
      turn.end('error', this.#stopped?.error ?? toEngineError(thrown));
    } finally {
      this.#counters.turns += 1;
      this.#counters.busyMs += this.#clock.now() - begun;
    }
  }

  /** The chat API counts tokens only by refusing: what of a prompt does not fit is left out by halves until the rest does. */
  async #generateFitting(turn: Turn): Promise<FinishReason> {
    const { request } = turn;
    const { elastic } = request;
    let most = elastic ? Math.min(elastic.to - elastic.from, elastic.most ?? Infinity) : 0;
    for (let tries = 0; ; tries++) {
      const fitted = cutTo(request, most, tries === 0);
      turn.fitted = fitted;
      try {
        return await this.#generate(turn, fitted.messages);
      } catch (thrown) {
        const { code } = toEngineError(thrown);
        if (code !== 'prompt-too-long' || turn.ended || (most <= LEAST && (tries > 0 || !request.memory))) throw thrown;
        // Memory goes first.
        if (tries > 0 || !request.memory) most = Math.max(LEAST, most >> 1);
      }
    }
  }

  async #generate(turn: Turn, messages: readonly ChatMessage[]): Promise<FinishReason> {
    const { prefix, sampling, schema, stop, maxTokens } = turn.request;
    const request: ChatCompletionRequestStreaming = {
      messages: chatMessages([...prefix, ...messages]),
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
    // A stream that just ends has not come to its end.
    let finish: FinishReason = 'length';
    for await (const chunk of await this.#engine.chat.completions.create(request)) {
      // WebLLM forgets an interrupt that comes before its first token.
      if (this.#interrupted) void this.#engine.interruptGenerate();
      const choice = chunk.choices[0];
      if (choice?.delta.content) {
        text += choice.delta.content;
        turn.say(restore(text), turn.completionTokens + 1);
      }
      if (choice?.finish_reason) finish = choice.finish_reason === 'length' ? 'length' : 'stop';
      if (chunk.usage) {
        turn.promptTokens = chunk.usage.prompt_tokens;
        turn.completionTokens = chunk.usage.completion_tokens;
        this.#counters.prefillTokens += chunk.usage.prompt_tokens;
        this.#counters.decodeTokens += chunk.usage.completion_tokens;
      }
      if (turn.ended) break;
    }
    turn.text = restore(text);
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

/** One system message first, as WebLLM wants it; nothing in them can speak as somebody else. */
function chatMessages(all: readonly ChatMessage[]): ChatCompletionMessageParam[] {
  const system = all.filter((message) => message.role === 'system').map((message) => message.content);
  const rest = all.filter((message) => message.role !== 'system');
  // WebLLM puts messages into its template with String.replace, where $ is special; doubled, it stands for itself.
  const plain = (text: string): string => defuse(text).replaceAll('$', '$$$$');
  return [
    ...(system.length > 0 ? [{ role: 'system' as const, content: plain(system.join('\n\n')) }] : []),
    ...rest.map((message) => ({ role: message.role, content: plain(message.content) }) as ChatCompletionMessageParam),
  ];
}
