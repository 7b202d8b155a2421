/** What the page keeps in this browser. */
import type { StoredModel } from '../../engine/contract.ts';

/** Whether runs are where the browser keeps them; `unsupported`: it has no such place. */
export type { Moved as RunsMoved } from '../../store/places.ts';

/** What the page takes up in this browser, bytes; null what the browser does not tell. */
export interface StorageReport {
  readonly usage: number | null;
  /** What it may take up. */
  readonly quota: number | null;
  readonly models: readonly StoredModel[];
  /** K/V of agents that are not on the GPU: computed again where it is missing. */
  readonly warmBytes: number;
  readonly runBytes: number | null;
  /** The page's own files, kept for use without a network. */
  readonly pageBytes: number | null;
}
