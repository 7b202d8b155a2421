import type { Engine } from '../../engine/contract.ts';
import { AbsentEngine } from '../../engine/remote/absent-engine.ts';
import { endpointName, type RemoteEndpoint } from '../../engine/endpoint.ts';
import { EndpointMemory } from '../../engine/remote/line.ts';
import type { NetworkOptions } from '../../engine/remote/network.ts';
import { RemoteEngine } from '../../engine/remote/remote-engine.ts';
import type { EventBody } from '../../journal/events.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';

/** Hears what an endpoint would not take and what it gets instead, and for how long it takes nothing. */
export type EndpointListener = (news: Extract<EventBody, { type: 'endpoint.lacks' | 'endpoint.waits' }>) => void;

/** The endpoint at which all agents of one run work. */
export interface OwnEndpoint {
  /** As it may be shown; null where nobody has named one in this tab. */
  readonly name: string | null;
  set(endpoint: RemoteEndpoint | null): void;
}

export interface EndpointsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The way there; this thread's own unless given. */
  readonly network?: NetworkOptions;
}

/**
 * Endpoints that people named in this tab: what was learned of each, and which runs work at which. All of it, keys too, is in memory alone and
 * goes with the tab.
 */
export class Endpoints {
  readonly #with: EndpointsOptions;
  readonly #memories = new Map<string, EndpointMemory>();
  readonly #own = new Map<string, RemoteEndpoint>();
  #engines = 0;

  constructor(options: EndpointsOptions) {
    this.#with = options;
  }

  /** `own`: all turns of a run go there. */
  engine(endpoint: RemoteEndpoint, onNews: EndpointListener, own = false): RemoteEngine {
    const { clock, random, network } = this.#with;
    const name = endpointName(endpoint);
    return new RemoteEngine({
      endpoint,
      ...(network && { network }),
      clock,
      random: random.split(`endpoint/${String(this.#engines++)}`),
      memory: this.#memoryOf(endpoint),
      own,
      onStep: (step) => {
        onNews({ type: 'endpoint.lacks', name, ...step });
      },
      onWait: (wait) => {
        onNews({ type: 'endpoint.waits', name, ...wait });
      },
    });
  }

  /** The run's own engine: its endpoint, or what stands there until one is named. */
  engineOf(runId: string, onNews: EndpointListener): Engine {
    const endpoint = this.#own.get(runId);
    return endpoint ? this.engine(endpoint, onNews, true) : new AbsentEngine();
  }

  of(runId: string): OwnEndpoint {
    const own = this.#own;
    return {
      get name() {
        const endpoint = own.get(runId);
        return endpoint ? endpointName(endpoint) : null;
      },
      set: (endpoint) => {
        if (endpoint) own.set(runId, endpoint);
        else own.delete(runId);
      },
    };
  }

  #memoryOf({ url, model }: RemoteEndpoint): EndpointMemory {
    const name = JSON.stringify([url, model]);
    const found = this.#memories.get(name) ?? new EndpointMemory();
    this.#memories.set(name, found);
    return found;
  }
}
