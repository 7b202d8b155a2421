/**
 * One agent's own tokens and their K/V as they lie on the warm tier.
 *
 * K/V is a function of the model and of all tokens before it, so a record names both: a fingerprint of library and weights, and every token
 * id from the first of the shared prefix on. Ids are compared one by one; no hash stands for them, because K/V of other tokens would not
 * fail, it would quietly be wrong. That is also why a record needs no run: whoever has the same tokens may use it.
 */
import { canonicalJson } from '../../../src/kernel/canonical-json.ts';
import { crc32c, crc32cText } from '../../../src/kernel/checksum.ts';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { encodedBytes, type Codec } from '../kv/codec.ts';
import type { KvLayout } from '../kv/kv-transfer.ts';

export const WARM_VERSION = 1;

export interface WarmHeader {
  readonly v: number;
  readonly agent: number;
  /** Counts up with each write; the one before is kept beside it. */
  readonly generation: number;
  /** Library and weights. */
  readonly model: string;
  /** All tokens, those of the shared prefix included. */
  readonly ids: readonly number[];
  /** Of these, how many are the shared prefix's: their K/V is not in the record. */
  readonly shared: number;
  readonly layout: KvLayout;
  readonly codec: Codec;
}

export interface WarmRecord extends WarmHeader {
  /** Keys, then values, of the tokens from `shared` on. */
  readonly pages: Uint8Array<ArrayBuffer>;
}

/** A record with the CRC-32C over its header and all its bytes. */
export interface SealedRecord extends WarmRecord {
  readonly sum: number;
}

export function sealRecord(record: WarmRecord): SealedRecord {
  return { ...record, sum: sumOf(record) };
}

/** The record, or why it cannot be trusted. */
export function openRecord(stored: Partial<SealedRecord>): Result<WarmRecord, string> {
  if (stored.v !== WARM_VERSION) return err(`version ${String(stored.v)} is not known`);
  const { sum, ids, pages, layout, codec, shared } = stored;
  if (!ids || !layout || !codec || shared === undefined) return err('fields are missing');
  if (!(pages instanceof Uint8Array)) return err('bytes are missing');
  const record = stored as SealedRecord;
  if (pages.length !== encodedBytes(codec, valuesOf(record))) return err('bytes are not whole');
  const found = sumOf(record);
  if (found !== sum) return err(`checksum ${found.toString(16)} is not ${String(sum?.toString(16))}`);
  return ok(record);
}

/** Numbers in `pages`. */
function valuesOf({ layout, ids, shared }: WarmHeader): number {
  return 2 * layout.layers * (ids.length - shared) * layout.heads * layout.dimension;
}

export function bytesOf(record: WarmRecord): number {
  return record.pages.length + 4 * record.ids.length;
}

function sumOf({ v, agent, generation, model, ids, shared, layout, codec, pages }: WarmRecord): number {
  const header = canonicalJson({ v, agent, generation, model, ids, shared, layout, codec });
  return crc32c(pages, crc32cText(header));
}
