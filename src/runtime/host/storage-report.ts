import type { EngineStorage } from '../../engine/contract.ts';
import type { StorageReport } from '../protocol/protocol.ts';

/** What Chrome tells beyond the standard: bytes by kind of storage. */
interface Estimate extends StorageEstimate {
  readonly usageDetails?: { readonly indexedDB?: number; readonly caches?: number };
}

/**
 * What this page takes up in the browser, by what it is for. Runs, warm pages, models and the page itself share one kind of storage; what
 * the browser does not tell apart is told apart by what we know of the others.
 * @param pageFiles bytes of the page's own files; rejects where they cannot be told
 */
export async function storageReport(
  engines: EngineStorage,
  pageFiles: () => Promise<number>,
  estimate: () => Promise<Estimate> = () => navigator.storage.estimate(),
): Promise<StorageReport> {
  const [{ models, modelUsage, cachedModelBytes, warmBytes }, pageBytes, { usage, quota, usageDetails }] =
    await Promise.all([engines.stored(), pageFiles().catch(() => null), estimate().catch((): Estimate => ({}))]);
  // As the browser counts them, where it does: it may pack what it stores.
  const modelBytes = modelUsage ?? models.reduce((sum, { bytes }) => sum + bytes, 0) - cachedModelBytes;
  const rest = (whole: number | undefined, known: number): number | null =>
    whole === undefined ? null : Math.max(0, whole - known);
  return {
    usage: usage ?? null,
    quota: quota ?? null,
    models,
    warmBytes,
    runBytes: rest(usageDetails && (usageDetails.indexedDB ?? 0), warmBytes + modelBytes + (pageBytes ?? 0)),
    pageBytes,
  };
}
