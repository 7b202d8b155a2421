/**
 * What a library has shown on this GPU in this browser, so that it need not show it again each time it is loaded: after a lost device every
 * second counts. Kept beside the files it speaks of; anything that cannot be read is shown again.
 */
import type { AdapterInfo } from '../../../src/engine/contract.ts';

/** Where proofs are kept, as text. */
export interface ProofShelf {
  proof(key: string): Promise<string | undefined>;
  keepProof(key: string, text: string): Promise<void>;
}

export interface Proofs {
  /** The answer kept under `name`, or that of `prove`, which is kept from then on. */
  once<T>(name: string, prove: () => Promise<T>): Promise<T>;
  /** Keeps another answer under `name`, where work has shown what the proof had not. */
  keep<T>(name: string, value: T): Promise<void>;
}

/** `fingerprint` names library and weights. Another GPU, driver or browser has to be shown again. */
export function keptProofs(fingerprint: string, adapter: AdapterInfo, shelf: ProofShelf): Proofs {
  const { vendor, architecture, description } = adapter;
  const where = JSON.stringify([fingerprint, vendor, architecture, description, navigator.userAgent]);
  const keep = async (name: string, value: unknown): Promise<void> => {
    try {
      await shelf.keepProof(`${where} ${name}`, JSON.stringify({ value }));
    } catch {
      // No room to keep it: shown again next time.
    }
  };
  return {
    keep,
    async once<T>(name: string, prove: () => Promise<T>): Promise<T> {
      const key = `${where} ${name}`;
      try {
        const kept = await shelf.proof(key);
        if (kept !== undefined) return (JSON.parse(kept) as { readonly value: T }).value;
      } catch {
        // Not to be read: shown again below.
      }
      const value = await prove();
      await keep(name, value);
      return value;
    },
  };
}
