/**
 * What a library has shown on this GPU in this browser, so that it need not show it again each time it is loaded: after a lost device every
 * second counts. Kept in Cache storage, beside the files it speaks of; anything that cannot be read is shown again.
 */
import { crc32cText } from '../../../src/kernel/checksum.ts';
import type { AdapterInfo } from '../../../src/engine/contract.ts';

const SCOPE = 'planaria/proofs';

export interface Proofs {
  /** The answer kept under `name`, or that of `prove`, which is kept from then on. */
  once<T>(name: string, prove: () => Promise<T>): Promise<T>;
}

/** `fingerprint` names library and weights. Another GPU, driver or browser has to be shown again. */
export function keptProofs(fingerprint: string, adapter: AdapterInfo): Proofs {
  const { vendor, architecture, description } = adapter;
  const where = JSON.stringify([fingerprint, vendor, architecture, description, navigator.userAgent]);
  return {
    async once<T>(name: string, prove: () => Promise<T>): Promise<T> {
      const key = `${where} ${name}`;
      // Cache storage wants an address; this one is never fetched.
      const address = `https://planaria.invalid/proofs/${crc32cText(key).toString(16)}`;
      try {
        const kept = await (await caches.open(SCOPE)).match(address);
        const record = (await kept?.json()) as { key: string; value: T } | undefined;
        if (record?.key === key) return record.value;
      } catch {
        // Not to be read: shown again below.
      }
      const value = await prove();
      try {
        await (await caches.open(SCOPE)).put(address, new Response(JSON.stringify({ key, value })));
      } catch {
        // No room to keep it: shown again next time.
      }
      return value;
    },
  };
}
