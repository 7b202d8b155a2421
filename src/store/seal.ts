import { crc32cText } from '../kernel/checksum.ts';
import type { Result } from '../kernel/result.ts';
import { err, ok } from '../kernel/result.ts';

/** A stored value with what is needed to trust it again: the version of its layout and CRC-32C over the UTF-8 bytes of `body`. */
export interface Sealed {
  readonly v: number;
  readonly sum: number;
  /** JSON. */
  readonly body: string;
}

export const RECORD_VERSION = 1;

/** Why a record cannot be trusted. `told`: as an earlier version said it. */
export type SealFault =
  | { readonly code: 'version'; readonly version: string }
  | { readonly code: 'fields' }
  /** CRC-32C of what is there, and of what was written; hex digits. */
  | { readonly code: 'checksum'; readonly is: string; readonly was: string }
  | { readonly code: 'not-json' }
  | { readonly code: 'told'; readonly text: string };

export function seal(value: unknown): Sealed {
  const body = JSON.stringify(value);
  return { v: RECORD_VERSION, sum: crc32cText(body), body };
}

/** The value, or why the record cannot be trusted. */
export function unseal<T>(record: Partial<Sealed>): Result<T, SealFault> {
  if (record.v !== RECORD_VERSION) return err({ code: 'version', version: String(record.v) });
  if (typeof record.body !== 'string' || typeof record.sum !== 'number') return err({ code: 'fields' });
  const sum = crc32cText(record.body);
  if (sum !== record.sum) return err({ code: 'checksum', is: sum.toString(16), was: record.sum.toString(16) });
  try {
    return ok(JSON.parse(record.body) as T);
  } catch {
    return err({ code: 'not-json' });
  }
}
