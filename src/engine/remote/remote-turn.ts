import type { EngineError, FinishReason, TurnOutcome, TurnProgress, TurnRequest } from '../contract.ts';
import { restore, restoreJson } from '../defuse.ts';
import { bodyOf, type Changed, type Dialect, moreRoom, stepDown, tellSchema } from './dialect.ts';
import {
  bodyOfError,
  contextIn,
  isShaky,
  nameOf,
  promptIn,
  type Refusal,
  refusalOf,
  refuseRedirect,
  RemoteFault,
} from './faults.ts';
import type { GateEnd, Pass } from './gate.ts';
import { endOf, Heard } from './heard.ts';
import type { Line } from './line.ts';
import { networkFault } from './network.ts';
import { firstOf, type Shortened, shorterOf } from './shortening.ts';
import { type Chunk, chunksOf } from './stream.ts';

/** Longer than any output that was asked for; a server that goes on is not worth listening to. */
const CHARACTERS_A_TOKEN = 32;
/** The same for reasoning, which nobody bounds but the server, tokens. */
const REASONING_TOKENS = 65_536;
/** A turn that the endpoint has not taken after so long is given up, and so is one that is told to wait for longer, ms. */
const PATIENCE_MS = 600_000;
const LONGEST_WAIT_MS = 300_000;
/** Tries in a row that may fail for a reason that passes as a rule. */
const SHAKY_TRIES = 4;

/** A server that has ended its answer and keeps the line open is not waited for any longer, ms. */
const AFTER_FINISH_MS = 2000;

/** What is to be done after a try. */
type Next =
  | { readonly do: 'end'; readonly finish: 'stop' | 'length' }
  /** The request is made anew and sent at once. */
  | { readonly do: 'again' }
  /** The endpoint is left alone for so long, by all, then the request is sent again. */
  | { readonly do: 'wait'; readonly ms: number; readonly words: string }
  /** It alone waits for so long: what befell it need not befall others. */
  | { readonly do: 'pause'; readonly ms: number };

/** What the end of a try says of how much the endpoint bears. */
const HOW = { end: 'ok', again: 'neither', wait: 'pushed', pause: 'neither' } as const satisfies Record<
  Next['do'],
  GateEnd
>;

/** Why a turn ends before its answer does. */
export type CalledOff = 'cancelled' | 'deadline' | RemoteFault;

export interface RemoteTurnOptions {
  readonly line: Line;
  readonly request: TurnRequest;
  readonly onProgress?: ((progress: TurnProgress) => void) | undefined;
  /** True: it waits here and nothing of it is there; false: it was sent, and its deadline counts from now. */
  readonly onHeld?: ((held: boolean) => void) | undefined;
  /** Nobody else takes the turn again where its answer breaks off: it is asked for anew here. */
  readonly insists: boolean;
  /** Makes the outcome's error of what went wrong. */
  readonly errorOf: (fault: RemoteFault) => EngineError;
}

/**
 * One turn at an endpoint, from the line to its outcome.
 *
 * Invariants: it is through the gate exactly while a request of it is out; its deadline counts from where that leaves, never the time in line;
 * a request is sent again only while nothing of an answer was read, but where reasoning left no room for one, the schema was not held to, or
 * the turn insists; then what was read is dropped.
 */
export class RemoteTurn {
  readonly #with: RemoteTurnOptions;
  readonly #submitted: number;
  /** Calls off the request that is out, or takes the turn out of the line. */
  #stop: () => void = () => undefined;
  #called: CalledOff | null = null;
  /** As it was told last. */
  #held: boolean | null = null;
  /** Of the try that counts, and when it left. */
  #answer = new Heard();
  #sentAt: number | null = null;
  #firstAt: number | null = null;
  /** Tokens of tries that came to nothing. */
  #spent = { prompt: 0, completion: 0 };
  #refusedAt: number | null = null;
  /** As it is sent; null before. */
  #sent: Shortened | null = null;
  #shaken = 0;

  constructor(options: RemoteTurnOptions) {
    this.#with = options;
    this.#submitted = options.line.clock.now();
  }

  /** Ends it early. */
  callOff(as: CalledOff): void {
    this.#called ??= as;
    this.#stop();
  }

  async run(): Promise<TurnOutcome> {
    try {
      for (;;) {
        const pass = await this.#enter();
        if (!pass) return this.#ended(this.#called ?? 'cancelled');
        const next = await this.#through(pass);
        if (next.do === 'end') return this.#outcome(next.finish);
        if (next.do === 'pause') await this.#pause(next.ms);
      }
    } catch (thrown) {
      return this.#ended(
        this.#called ?? (thrown instanceof RemoteFault ? thrown : new RemoteFault('internal', String(thrown))),
      );
    }
  }

  /** Null: called off while it waited. */
  #enter(): Promise<Pass | null> {
    const { line, request } = this.#with;
    if (this.#called) return Promise.resolve(null);
    return new Promise((resolve) => {
      let through = false;
      const leave = line.gate.enter(request.priority, (pass) => {
        through = true;
        resolve(pass);
      });
      if (through) return;
      this.#hold(true);
      this.#stop = () => {
        leave();
        resolve(null);
      };
    });
  }

  /** Tells whether no request of it is out, where that has changed. */
  #hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.#with.onHeld?.(held);
  }

  /** Less where it is called off. */
  async #pause(ms: number): Promise<void> {
    const { line } = this.#with;
    this.#hold(true);
    await new Promise<void>((resolve) => {
      const cancel = line.clock.timeout(ms, resolve);
      this.#stop = () => {
        cancel();
        resolve();
      };
    });
  }

  async #through(pass: Pass): Promise<Next> {
    const { line } = this.#with;
    let how: GateEnd = 'neither';
    try {
      let next: Next = { do: 'again' };
      while (next.do === 'again') next = await this.#try(pass);
      if (next.do === 'wait') line.close(next.ms, next.words);
      how = HOW[next.do];
      return next;
    } catch (thrown) {
      // Silent to its deadline: too much at once, for all that can be told from here.
      if (this.#called === 'deadline' && this.#answer.chunks === 0) how = 'pushed';
      throw thrown;
    } finally {
      pass.end(how);
    }
  }

  async #try(pass: Pass): Promise<Next> {
    const { line, request } = this.#with;
    const out = new AbortController();
    const { dialect } = line.memory;
    this.#stop = () => {
      out.abort();
    };
    // What was heard of an earlier try is over.
    if (this.#sentAt !== null) this.#hold(true);
    this.#answer = new Heard();
    this.#firstAt = null;
    this.#sentAt = line.clock.now();
    this.#hold(false);
    const late = line.clock.timeout(request.deadlineMs, () => {
      this.callOff('deadline');
    });
    try {
      return await this.#ask(dialect, out, pass);
    } finally {
      late();
      // A server that goes on writing is told to stop.
      out.abort();
    }
  }

  async #ask(used: Dialect, out: AbortController, pass: Pass): Promise<Next> {
    const { line, request } = this.#with;
    const { endpoint, network } = line;
    let response: Response;
    try {
      const { messages } = (this.#sent ??= firstOf(request, line.memory.cuts ? line.memory.contextTokens : null));
      const body = JSON.stringify(bodyOf({ ...request, messages }, endpoint.model, used));
      response = await network.fetch(endpoint.url, { method: 'POST', body, ...line.request(out.signal) });
    } catch (thrown) {
      if (this.#called) throw thrown;
      const fault = await networkFault(thrown, endpoint.url, network);
      // It passes by itself only where it has been otherwise.
      if (fault.code === 'remote-blocked' && !line.memory.proven) throw fault;
      return this.#shaky('wait', fault, null);
    }
    const { status, headers } = response;
    refuseRedirect(response);
    if (response.ok) return this.#read(response, used, out, pass);
    const body = await bodyOfError(response);
    const html = /^\s*</.test(body) || headers.get('content-type')?.includes('html') === true;
    return this.#refused(refusalOf(status, headers, body, line.clock.wall()), html, used);
  }

  async #read(response: Response, used: Dialect, out: AbortController, pass: Pass): Promise<Next> {
    const { clock } = this.#with.line;
    const answer = this.#answer;
    let done = false;
    let enough = (): void => undefined;
    try {
      for await (const chunk of chunksOf(response, out.signal)) {
        if (chunk.kind === 'error') return this.#errorWithin(chunk.json, used);
        done = chunk.kind === 'done';
        if (chunk.kind === 'done') break;
        this.#hear(chunk, pass);
        if (chunk.finish !== null)
          enough = clock.timeout(AFTER_FINISH_MS, () => {
            out.abort();
          });
      }
    } catch (thrown) {
      if (this.#called || thrown instanceof RemoteFault) throw thrown;
      // What comes after the end of the answer is not missed.
      if (answer.finish === null) return this.#broken(String(thrown));
    } finally {
      enough();
    }
    if (this.#called) throw new Error('called off');
    if (answer.finish === null && !done) return this.#broken('');
    return this.#conclude(used);
  }

  #hear(chunk: Extract<Chunk, { kind: 'delta' }>, pass: Pass): void {
    const { line, request, onProgress } = this.#with;
    const answer = this.#answer;
    line.proven();
    answer.usage = chunk.usage ?? answer.usage;
    // Some say it all once more at the end.
    if (answer.finish !== null) return;
    answer.finish = chunk.finish;
    answer.declined += chunk.declined;
    if (chunk.text === '' && chunk.reasoning === '') return;
    const now = line.clock.now();
    this.#firstAt ??= now;
    pass.began(now - (this.#sentAt ?? now), request.deadlineMs);
    answer.chunks++;
    answer.apart += chunk.reasoning;
    answer.splitter.push(chunk.text);
    const text = answer.splitter.answer;
    if (text === '') answer.before = answer.chunks;
    if (
      text.length > request.maxTokens * CHARACTERS_A_TOKEN ||
      answer.reasoning.length > REASONING_TOKENS * CHARACTERS_A_TOKEN
    )
      throw new RemoteFault('remote-overlong');
    onProgress?.({ id: request.id, text: restore(text), completionTokens: answer.chunks });
  }

  /** The answer has come to its end, as the server says. */
  #conclude(used: Dialect): Next {
    const { line, request } = this.#with;
    const answer = this.#answer;
    const { finish, splitter, declined } = answer;
    splitter.end();
    const ended = endOf(finish);
    if (ended === 'filtered') throw new RemoteFault('remote-filtered');
    if (ended === 'failed') throw new RemoteFault('remote-failed', finish ?? '');
    if (declined !== '' && splitter.answer === '') throw new RemoteFault('remote-declined', declined);
    const { dialect } = line.memory;
    const changed =
      ended === 'length'
        ? answer.hadNoRoom(request) && moreRoom(dialect, used)
        : request.schema !== undefined && answer.isAstray(request.schema) && tellSchema(dialect, used, request.schema);
    return changed ? this.#again(changed) : { do: 'end', finish: ended };
  }

  #again(changed: Changed): Next {
    const { usage, chunks } = this.#answer;
    this.#spent.prompt += usage?.prompt ?? 0;
    this.#spent.completion += usage?.completion ?? chunks;
    this.#with.line.step(changed);
    return { do: 'again' };
  }

  #refused(refusal: Refusal, html: boolean, used: Dialect): Next {
    const { line, request } = this.#with;
    const { memory } = line;
    const name = nameOf(refusal, html);
    if (name === null) return this.#busy(refusal);
    if (name === 'prompt-too-long') {
      memory.contextTokens = contextIn(refusal) ?? memory.contextTokens;
      const counts = { context: memory.contextTokens, prompt: promptIn(refusal) };
      const shorter = this.#sent && shorterOf(request, this.#sent, counts);
      if (shorter) {
        this.#sent = shorter;
        return { do: 'again' };
      }
    }
    if (name === 'remote-refused' || name === 'remote-failed') {
      const changed = stepDown(memory.dialect, used, refusal, request);
      if (changed) return this.#again(changed);
      // Another turn's search may have gone on meanwhile.
      const stale = memory.dialect !== used && !memory.proven;
      if (name === 'remote-refused' && (stale || line.search(request))) return { do: 'again' };
    }
    const fault = new RemoteFault(name, refusal.words);
    if (isShaky(refusal.status)) return this.#shaky('pause', fault, refusal.waitMs);
    throw fault;
  }

  #errorWithin(json: string, used: Dialect): Next {
    const refusal = refusalOf(200, new Headers(), json, this.#with.line.clock.wall());
    if (this.#answer.chunks === 0) return this.#refused(refusal, false, used);
    const name = nameOf(refusal, false) === 'remote-filtered' ? 'remote-filtered' : 'remote-failed';
    return this.#brokenBy(new RemoteFault(name, refusal.words));
  }

  #busy({ waitMs: asked, words }: Refusal): Next {
    const { line } = this.#with;
    const now = line.clock.now();
    this.#refusedAt ??= now;
    const ms = line.waitAfter(asked);
    if ((asked ?? 0) > LONGEST_WAIT_MS || now + ms - this.#refusedAt > PATIENCE_MS)
      throw new RemoteFault('remote-busy', words);
    return { do: 'wait', ms, words };
  }

  /** The connection was lost. */
  #broken(words: string): Next {
    return this.#brokenBy(new RemoteFault('remote-dropped', words));
  }

  #brokenBy(fault: RemoteFault): Next {
    if (fault.code === 'remote-filtered' || (this.#answer.chunks > 0 && !this.#with.insists)) throw fault;
    return this.#shaky('pause', fault, null);
  }

  #shaky(how: 'wait' | 'pause', fault: RemoteFault, asked: number | null): Next {
    if (++this.#shaken >= SHAKY_TRIES || (asked ?? 0) > LONGEST_WAIT_MS) throw fault;
    return { do: how, ms: this.#with.line.waitAfter(asked), words: fault.words };
  }

  #ended(why: CalledOff): TurnOutcome {
    if (why instanceof RemoteFault) return this.#outcome('error', this.#with.errorOf(why));
    return this.#outcome(why);
  }

  #outcome(finish: FinishReason, error?: EngineError): TurnOutcome {
    const { line, request } = this.#with;
    const { usage, chunks, reasoning, before } = this.#answer;
    const reasoned = usage?.reasoning ?? (reasoning.trim() === '' ? 0 : before);
    const since = (at: number): number => at - this.#submitted;
    const now = line.clock.now();
    return {
      id: request.id,
      finish,
      text: (request.schema === undefined ? restore : restoreJson)(this.#answer.text(finish, request)).toWellFormed(),
      usage: {
        promptTokens: this.#spent.prompt + (usage?.prompt ?? 0),
        cachedTokens: usage?.cached ?? 0,
        restoredTokens: 0,
        completionTokens: this.#spent.completion + (usage?.completion ?? chunks),
        ...(reasoned > 0 && { reasoningTokens: Math.min(reasoned, usage?.completion ?? chunks) }),
      },
      timing: {
        admittedMs: since(this.#sentAt ?? now),
        firstTokenMs: this.#firstAt === null ? null : since(this.#firstAt),
        endedMs: since(now),
      },
      meanLogprob: null,
      ...(this.#sent?.read && { read: this.#sent.read }),
      ...(this.#sent?.dropped !== undefined && { dropped: this.#sent.dropped }),
      ...(reasoning !== '' && { reasoning }),
      ...(error && { error }),
    };
  }
}
