/** What this browser keeps for the page: runs, and what else takes up space. Read anew after every change. */
import { onlyHere } from '../live/only-here.ts';
import type { PageApi, RunInfo, RunPhase, RunsMoved, StorageReport } from '../../runtime/protocol/protocol.ts';

/** `unknown`: not asked yet, or this browser has no such thing. `refused`: it was asked and did not agree. */
export type Protection = 'unknown' | 'no' | 'yes' | 'refused';

const ENDED: ReadonlySet<RunPhase> = new Set(['done', 'cancelled', 'failed']);

class Stored {
  runs = $state.raw<readonly RunInfo[]>([]);
  /** False until the list of runs has been read once. */
  known = $state(false);
  report = $state.raw<StorageReport | null>(null);
  protection = $state<Protection>('unknown');
  /** Whether runs are where a full disk does not take them along; null: not asked in this page. */
  moved = $state<RunsMoved | null>(null);
  /** Bytes that the browser says are left for this page; null: it does not say. */
  left = $state<number | null>(null);
  /** Why the last reading or deletion failed; empty when it did not. */
  broken = $state('');

  readonly ended = $derived(this.runs.filter(({ phase }) => ENDED.has(phase)));

  async loadRuns(runtime: PageApi): Promise<void> {
    await this.#try(async () => {
      this.runs = [...(await runtime.runs())].sort((a, b) => b.startedAt - a.startedAt);
      this.known = true;
    });
  }

  /** Bytes of everything; asks the inference worker, so after what a person waits for. */
  async weigh(runtime: PageApi): Promise<void> {
    await this.#try(async () => {
      this.report = await runtime.storage();
    });
    await this.lookAtProtection();
  }

  async lookAtProtection(): Promise<void> {
    this.protection = await protectionNow(this.protection);
  }

  /** @returns bytes that storage shrank by, null where the browser does not tell */
  async removeRuns(runtime: PageApi, runs: readonly RunInfo[]): Promise<number | null> {
    const before = this.report?.runBytes ?? null;
    await this.#try(async () => {
      for (const { id } of runs) {
        await runtime.remove(id);
        onlyHere(id, false);
      }
    });
    await this.loadRuns(runtime);
    await this.weigh(runtime);
    const after = this.report?.runBytes ?? null;
    return before === null || after === null ? null : Math.max(0, before - after);
  }

  /** Deletes something else and weighs again. @returns bytes freed, null when it failed */
  async free(runtime: PageApi, work: () => Promise<number>): Promise<number | null> {
    let freed: number | null = null;
    await this.#try(async () => {
      freed = await work();
    });
    const { broken } = this;
    await this.weigh(runtime);
    if (broken !== '') this.broken = broken;
    return freed;
  }

  /**
   * Asks the browser not to clear this page's storage by itself; some browsers ask the person, Chrome decides by itself. Runs go then where
   * a full disk does not take them along, where there is such a place.
   */
  async protect(runtime: Pick<PageApi, 'moveRuns'>): Promise<void> {
    const agreed = await navigator.storage.persist().catch(() => false);
    this.protection = agreed ? 'yes' : 'refused';
    this.moved = await runtime.moveRuns().catch(() => 'refused' as const);
  }

  async lookAtSpace(): Promise<void> {
    // Typed as always there; absent on pages that are not secure.
    const { storage } = navigator as { readonly storage?: Partial<StorageManager> };
    const { quota, usage } = (await storage?.estimate?.().catch(() => null)) ?? {};
    this.left = quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      this.broken = '';
      await work();
    } catch (error) {
      this.broken = error instanceof Error ? error.message : String(error);
    }
  }
}

async function protectionNow(before: Protection): Promise<Protection> {
  // Typed as always there; absent on pages that are not secure.
  const storage = (navigator as { readonly storage?: Partial<StorageManager> }).storage;
  if (!storage?.persisted || !storage.persist) return 'unknown';
  if (await storage.persisted().catch(() => false)) return 'yes';
  return before === 'refused' ? 'refused' : 'no';
}

export const stored = new Stored();
