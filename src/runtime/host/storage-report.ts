import type { EngineStorage } from '../../engine/contract.ts';
import type { StorageReport } from '../protocol/protocol.ts';

/** What Chrome tells beyond the standard: bytes by kind of storage. */
interface Estimate extends StorageEstimate {
  readonly usageDetails?: { readonly indexedDB?: number; readonly caches?: number };
}

/**
 * What this page takes up in the browser, by what it is for. Runs and warm pages share one kind of storage, models and the page itself
 * another; what the browser does not tell apart is told apart by what we know of warm pages and models.
 */
export async function storageReport(
  engines: EngineStorage,
  estimate: () => Promise<Estimate> = () => navigator.storage.estimate(),
): Promise<StorageReport> {
  const [{ models, warmBytes }, { usage, quota, usageDetails }] = await Promise.all([
    engines.stored(),
    estimate().catch((): Estimate => ({})),
  ]);
  const modelBytes = models.reduce((sum, { bytes }) => sum + bytes, 0);
  const rest = (whole: number | undefined, known: number): number | null =>
    whole === undefined ? null : Math.max(0, whole - known);
  return {
    usage: usage ?? null,
    quota: quota ?? null,
    models,
    warmBytes,
    runBytes: rest(usageDetails && (usageDetails.indexedDB ?? 0), warmBytes),
    pageBytes: rest(usageDetails && (usageDetails.caches ?? 0), modelBytes),
  };
}
