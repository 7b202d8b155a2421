/** How long mending takes and how much of the restart budget it uses: a fold of a run's events. */
import type { JournalEvent } from '../journal/events.ts';
import { percentile } from './statistics.ts';

export interface HealFigures {
  /** Milliseconds from the first suspicion to the turn that proves the mend; null before there was one. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** Cases closed by a mend, and cases in which a step was ordered and that have no end yet. */
  readonly mended: number;
  readonly open: number;
  /** Restarts in the window that the fullest shard has seen, of what its supervisor takes before it gives the fault upward. */
  readonly restarts: { readonly used: number; readonly of: number; readonly windowMs: number };
}

interface Heal {
  readonly at: number;
  readonly ms: number;
}

interface OpenCase {
  readonly agent: number;
  readonly since: number;
}

export interface SavedHeals {
  readonly heals: readonly Heal[];
  readonly open: readonly (readonly [name: string, each: OpenCase])[];
  readonly closed: readonly { readonly from: number; readonly to: number }[];
  readonly restarts: readonly { readonly at: number; readonly shard: number }[];
}

export class HealFold {
  readonly #intensity: number;
  readonly #windowMs: number;
  readonly #shardOf: (agent: number) => number;
  readonly #heals: Heal[] = [];
  #last: { readonly p50: number | null; readonly p95: number | null; readonly mended: number } | null = null;
  /** Open cases, each with the agent it is about. */
  readonly #open = new Map<string, OpenCase>();
  readonly #closed: { readonly from: number; readonly to: number }[] = [];
  readonly #restarts: { readonly at: number; readonly shard: number }[] = [];

  /** @param shardOf names the shard that supervises an agent */
  constructor(intensity: number, windowMs: number, shardOf: (agent: number) => number) {
    this.#intensity = intensity;
    this.#windowMs = windowMs;
    this.#shardOf = shardOf;
  }

  /** As JSON. */
  saved(): SavedHeals {
    return { heals: this.#heals, open: [...this.#open], closed: this.#closed, restarts: this.#restarts };
  }

  restore({ heals, open, closed, restarts }: SavedHeals): void {
    this.#heals.push(...heals);
    for (const [name, each] of open) this.#open.set(name, each);
    this.#closed.push(...closed);
    this.#restarts.push(...restarts);
  }

  hear(event: JournalEvent): void {
    switch (event.type) {
      case 'heal.ordered':
        if (!this.#open.has(event.case)) this.#open.set(event.case, { agent: event.agent, since: event.at });
        if (event.rung === 'restart' && event.agent >= 0)
          this.#restarts.push({ at: event.at, shard: this.#shardOf(event.agent) });
        break;
      case 'heal.mended':
        this.#heals.push({ at: event.at, ms: event.ms });
        this.#close(event.case, event.at);
        break;
      case 'heal.notice':
      case 'heal.absolved':
        this.#close(event.case, event.at);
        break;
      case 'agent.state':
        if (event.to === 'failed')
          for (const [name, { agent }] of this.#open) if (agent === event.agent) this.#close(name, event.at);
        break;
      // A supervisor that starts anew opens what is still wrong under a name of its own.
      case 'run.resumed':
      case 'run.ended':
        for (const name of [...this.#open.keys()]) this.#close(name, event.at);
        break;
      default:
        break;
    }
  }

  /** The figures as they stood at that run time, ms. */
  figures(at: number): HealFigures {
    const { p50, p95, mended } = this.#spread(at);
    const since = at - this.#windowMs;
    const shards = new Map<number, number>();
    for (let k = this.#restarts.length - 1; k >= 0; k--) {
      const restart = this.#restarts[k];
      if (!restart || restart.at <= since) break;
      if (restart.at <= at) shards.set(restart.shard, (shards.get(restart.shard) ?? 0) + 1);
    }
    const stillOpen = [...this.#open.values()].filter(({ since: from }) => from <= at).length;
    let closedLater = 0;
    for (let k = this.#closed.length - 1; k >= 0; k--) {
      const closed = this.#closed[k];
      if (!closed || closed.to <= at) break;
      if (closed.from <= at) closedLater++;
    }
    return {
      p50,
      p95,
      mended,
      open: stillOpen + closedLater,
      restarts: { used: Math.max(0, ...shards.values()), of: this.#intensity, windowMs: this.#windowMs },
    };
  }

  /** Asked for with every frame, and another only when something was mended. */
  #spread(at: number): { readonly p50: number | null; readonly p95: number | null; readonly mended: number } {
    let mended = this.#heals.length;
    while (mended > 0 && (this.#heals[mended - 1] as Heal).at > at) mended--;
    if (this.#last?.mended !== mended) {
      const times = this.#heals.slice(0, mended).map(({ ms }) => ms);
      this.#last = { p50: percentile(times, 0.5), p95: percentile(times, 0.95), mended };
    }
    return this.#last;
  }

  #close(name: string, at: number): void {
    const open = this.#open.get(name);
    if (!open) return;
    this.#open.delete(name);
    this.#closed.push({ from: open.since, to: at });
  }
}
