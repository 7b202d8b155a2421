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

export function seal(value: unknown): Sealed {
  const body = JSON.stringify(value);
  return { v: RECORD_VERSION, sum: crc32cText(body), body };
}

/** The value, or why the record cannot be trusted. */
export function unseal<T>(record: Partial<Sealed>): Result<T, string> {
  if (record.v !== RECORD_VERSION) return err(`version ${String(record.v)} is not known`);
  if (typeof record.body !== 'string' || typeof record.sum !== 'number') return err('fields are missing');
  const sum = crc32cText(record.body);
  if (sum !== record.sum) return err(`checksum ${sum.toString(16)} is not ${record.sum.toString(16)}`);
  try {
    return ok(JSON.parse(record.body) as T);
  } catch {
    return err('body is not JSON');
  }
}
