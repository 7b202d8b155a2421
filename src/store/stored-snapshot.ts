/** Snapshots as bytes on the disk: deflated, for most of their columns say the same many times, under a version and a checksum. */
import { crc32c } from '../kernel/checksum.ts';
import { deflate, inflate } from '../kernel/deflate.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { RunSnapshot } from './records.ts';
import type { StoredSnapshot } from './schema.ts';
import { RECORD_VERSION, type SealFault } from './seal.ts';

export async function packSnapshot({ seq, parts }: RunSnapshot): Promise<Omit<StoredSnapshot, 'run' | 'slot'>> {
  const packed: Uint8Array<ArrayBuffer>[] = [];
  // One after the other: each needs room of its own.
  for (const part of parts) packed.push(await deflate(part));
  const body = new Uint8Array(packed.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of packed) {
    body.set(part, at);
    at += part.length;
  }
  const lengths = parts.map(({ length }, k) => [packed[k]?.length ?? 0, length] as const);
  return { seq, v: RECORD_VERSION, sum: crc32c(body), lengths, body };
}

export async function unpackSnapshot(stored: StoredSnapshot): Promise<Result<RunSnapshot, SealFault>> {
  const { seq, v, sum, lengths, body } = stored;
  if (v !== RECORD_VERSION) return err({ code: 'version', version: String(v) });
  const pairs = Array.isArray(lengths) && lengths.every((pair: unknown) => Array.isArray(pair));
  if (!(body instanceof Uint8Array) || !pairs) return err({ code: 'fields' });
  const is = crc32c(body);
  if (is !== sum) return err({ code: 'checksum', is: is.toString(16), was: String(Number(sum).toString(16)) });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const [packed, whole] of lengths) {
    const part = await inflate(body.subarray(at, at + packed), whole);
    if (!(part instanceof Uint8Array) || part.length !== whole) return err({ code: 'fields' });
    parts.push(part);
    at += packed;
  }
  return ok({ seq, parts });
}
