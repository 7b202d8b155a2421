/** What all turns that go to one endpoint share: the way there, what was learned of it, and how long it wants to be left alone. */
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { TurnRequest } from '../contract.ts';
import { type Changed, type Dialect, type DialectStep, FULL, guess } from './dialect.ts';
import type { RemoteEndpoint } from '../endpoint.ts';
import { cutWords } from './faults.ts';
import { Gate, type GateOptions } from './gate.ts';
import { type NetworkOptions, ownNetwork } from './network.ts';

/** What is known of an endpoint; kept for as long as the tab lives, beyond the engine that learned it. Nothing secret is in it. */
export class EndpointMemory {
  dialect: Dialect = FULL;
  /** It has answered. */
  proven = false;
  /** What an unexplained refusal is about is looked for: what was known before, and the steps taken since. */
  search: { readonly before: Dialect; readonly steps: readonly DialectStep[] } | null = null;
  /** It was looked for in vain. */
  searched = false;
  /** Tokens of its model's context, where it has said so. */
  contextTokens: number | null = null;
  /** It cuts in silence what does not fit that. */
  cuts = false;
}

export interface LineOptions {
  readonly endpoint: RemoteEndpoint;
  readonly clock: Clock;
  readonly random: Random;
  readonly network?: NetworkOptions;
  /** Of earlier engines for the same endpoint. */
  readonly memory?: EndpointMemory;
  /** The server would not take part of a request; it goes without from now on. */
  readonly onStep?: (step: DialectStep) => void;
  /** Nothing is sent there for a while. */
  readonly onWait?: (wait: EndpointWait) => void;
  readonly onSeats?: GateOptions['onSeats'];
}

/** `words`: the server's, cut; data. */
export interface EndpointWait {
  readonly ms: number;
  readonly words: string;
}

/** Requests at once that are never passed; over plain HTTP browsers open six connections to a host and keep further ones back, unseen. */
const MOST = { 'http:': 6, 'https:': 64 } as const;

const FIRST_WAIT_MS = 500;
const WAIT_CAP_MS = 30_000;
/** Added to what a server asks for, so that those who were refused together do not come back together. */
const JITTER = 0.1;
const JITTER_CAP_MS = 2000;

export class Line {
  readonly endpoint: RemoteEndpoint;
  readonly clock: Clock;
  readonly network: NetworkOptions;
  readonly memory: EndpointMemory;
  readonly gate: Gate;
  readonly most: number;
  readonly #random: Random;
  readonly #onStep: (step: DialectStep) => void;
  readonly #onWait: (wait: EndpointWait) => void;
  /** Refusals in a row that named no time, those of one moment counted once. */
  #row = 0;
  #rowUntil = Number.NEGATIVE_INFINITY;

  constructor(options: LineOptions) {
    const {
      endpoint,
      clock,
      random,
      network = ownNetwork,
      memory = new EndpointMemory(),
      onStep,
      onWait,
      onSeats,
    } = options;
    this.endpoint = endpoint;
    this.clock = clock;
    this.network = network;
    this.memory = memory;
    this.most = new URL(endpoint.url).protocol === 'https:' ? MOST['https:'] : MOST['http:'];
    this.gate = new Gate({ clock, most: this.most, ...(onSeats && { onSeats }) });
    this.#random = random;
    this.#onStep = onStep ?? (() => undefined);
    this.#onWait = onWait ?? (() => undefined);
  }

  /** Headers and the like of any request there: the key, and nothing of this page. Redirects are not followed: the key goes to one host. */
  request(signal: AbortSignal): RequestInit {
    const { key } = this.endpoint;
    return {
      headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
      signal,
      redirect: 'manual',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    };
  }

  /** It took a request: what it refused before is over, and what was left out on trial is left out for good. */
  proven(): void {
    const { memory } = this;
    const steps = memory.search?.steps ?? [];
    memory.proven = true;
    memory.search = null;
    this.#row = 0;
    for (const step of steps) this.#onStep(step);
  }

  /** It refused something by name. */
  step({ dialect, step }: Changed): void {
    this.memory.dialect = dialect;
    if (step) this.#onStep(step);
  }

  /** It refused a request and did not say what of it; true where a request with less in it is worth a try. */
  search(request: TurnRequest): boolean {
    const { memory } = this;
    if (memory.proven || memory.searched) return false;
    const before = memory.search?.before ?? memory.dialect;
    const found = guess(memory.dialect, request);
    if (found) {
      memory.dialect = found.dialect;
      memory.search = { before, steps: [...(memory.search?.steps ?? []), ...(found.step ? [found.step] : [])] };
      return true;
    }
    // The request as such is not to its taste.
    memory.dialect = before;
    memory.search = null;
    memory.searched = true;
    return false;
  }

  /** Nothing goes there for so long, ms; told once for all who are refused together. */
  close(ms: number, words: string): void {
    const known = this.gate.closed;
    this.gate.close(ms);
    if (!known) this.#onWait({ ms, words: cutWords(words, this.endpoint.key) });
  }

  /**
   * How long nothing is to go there, ms.
   * @param asked what the server asks for; null: it does not say
   */
  waitAfter(asked: number | null): number {
    const told = asked === null ? 0 : asked + this.#random.next() * Math.min(JITTER_CAP_MS, 100 + asked * JITTER);
    // Who says again and again to come back at once is not asked a thousand times.
    return Math.ceil(asked === null || asked < FIRST_WAIT_MS ? Math.max(told, this.#backoff()) : told);
  }

  /** Twice as long after each refusal in a row, half of it drawn. */
  #backoff(): number {
    const now = this.clock.now();
    if (now >= this.#rowUntil) this.#row++;
    const whole = Math.min(WAIT_CAP_MS, FIRST_WAIT_MS * 2 ** Math.max(0, this.#row - 1));
    const ms = whole / 2 + this.#random.next() * (whole / 2);
    this.#rowUntil = Math.max(this.#rowUntil, now + ms);
    return ms;
  }
}
