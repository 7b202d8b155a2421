import type { Engine } from '../../engine/contract.ts';
import { AbsentEngine } from '../../engine/remote/absent-engine.ts';
import type { DialectStep } from '../../engine/remote/dialect.ts';
import { endpointName, type RemoteEndpoint } from '../../engine/endpoint.ts';
import { EndpointMemory } from '../../engine/remote/line.ts';
import type { NetworkOptions } from '../../engine/remote/network.ts';
import { RemoteEngine } from '../../engine/remote/remote-engine.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';

/** Hears what the endpoint of that name would not take, and what it gets instead. */
export type StepListener = (name: string, step: DialectStep) => void;

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
  engine(endpoint: RemoteEndpoint, onStep: StepListener, own = false): RemoteEngine {
    const { clock, random, network } = this.#with;
    return new RemoteEngine({
      endpoint,
      ...(network && { network }),
      clock,
      random: random.split(`endpoint/${String(this.#engines++)}`),
      memory: this.#memoryOf(endpoint),
      own,
      onStep: (step) => {
        onStep(endpointName(endpoint), step);
      },
    });
  }

  /** The run's own engine: its endpoint, or what stands there until one is named. */
  engineOf(runId: string, onStep: StepListener): Engine {
    const endpoint = this.#own.get(runId);
    return endpoint ? this.engine(endpoint, onStep, true) : new AbsentEngine();
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
