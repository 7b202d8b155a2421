/**
 * The `.planaria` file: what a link holds, for what is too long for one. All numbers are big-endian.
 *
 *     0   8  89 50 4C 41 4E 0D 0A 1A   signature; a transfer that takes it for text breaks it, as PNG's
 *     8   2  version of the container, 1
 *     10  2  what is in it: 1 a swarm with what belongs to it, 2 an incident of version 1, 3 one of a later version
 *     12  4  length of the body, bytes
 *     16  4  CRC-32C of the body
 *     20     the body: UTF-8 JSON, deflate-raw
 */
import { crc32c } from '../kernel/checksum.ts';
import { ok, type Result } from '../kernel/result.ts';
import { deflate, inflate } from '../kernel/deflate.ts';
import { type JsonBounds, JsonScan } from './bounded-json.ts';
import { linkError, type LinkError } from './link.ts';

const SIGNATURE = [0x89, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a, 0x1a] as const;
export const SIGNATURE_BYTES = SIGNATURE.length;
const VERSION = 1;
const HEADER = 20;
/** What may come out of a file: an input of 50 MiB and what was said about it. */
const MAX_TEXT_BYTES = 96 * 1024 * 1024;
/** Deflate never makes more of it. */
const MAX_FILE_BYTES = MAX_TEXT_BYTES + 65_536;

/** Deflate makes a thousand bytes of one at most; of an incident it makes five, of a log that repeats itself fifty. */
const MOST_FOLD = 100;
/** What little may become so much is no trouble. */
const NO_TROUBLE = 8 * 1024 * 1024;

/** As it is written; and whatever was ever written. */
const KINDS = { swarm: 1, incident: 3 } as const;
export type ContainerKind = keyof typeof KINDS;
const KNOWN: Readonly<Record<number, ContainerKind>> = { 1: 'swarm', 2: 'incident', 3: 'incident' };

/** Far more than a shared swarm has; and an incident, in which a turn is 20 numbers and at most one text. */
export const BOUNDS: Readonly<Record<ContainerKind, JsonBounds>> = {
  swarm: { depth: 4, values: 32 },
  incident: { depth: 8, values: 10_000_000 },
};

export interface Contained {
  readonly kind: ContainerKind;
  readonly text: string;
}

/** Whether the bytes begin as our file does; so a text never does. */
export function isContainer(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, at) => bytes[at] === byte);
}

/** Fails as `too-long` above 96 MiB of text. */
export async function packContainer({ kind, text }: Contained): Promise<Result<Uint8Array<ArrayBuffer>, LinkError>> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_TEXT_BYTES) return linkError('too-long');
  const packed = await deflate(bytes);
  // What would be taken for a bomb, and is none, goes as it is.
  const opens = bytes.length <= mostOut(packed.length) && isWithin(bytes, boundsOf(kind, packed.length));
  const body = opens || !isWithin(bytes, BOUNDS[kind]) ? packed : stored(bytes);
  const file = new Uint8Array(HEADER + body.length);
  file.set(SIGNATURE);
  const view = new DataView(file.buffer);
  view.setUint16(8, VERSION);
  view.setUint16(10, KINDS[kind]);
  view.setUint32(12, body.length);
  view.setUint32(16, crc32c(body));
  file.set(body, HEADER);
  return ok(file);
}

export async function unpackContainer(file: Uint8Array<ArrayBuffer>): Promise<Result<Contained, LinkError>> {
  if (!isContainer(file)) return linkError('not-a-link');
  if (file.length > MAX_FILE_BYTES) return linkError('too-long');
  if (file.length < HEADER) return linkError('truncated');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kind = KNOWN[view.getUint16(10)];
  if (view.getUint16(8) !== VERSION || !kind) return linkError('unknown-version');
  const body = file.subarray(HEADER);
  if (body.length < view.getUint32(12)) return linkError('truncated');
  if (body.length > view.getUint32(12) || crc32c(body) !== view.getUint32(16)) return linkError('broken');
  // Looked over while it is unpacked: a hundred million brackets never are in one piece.
  const scan = new JsonScan(boundsOf(kind, body.length));
  let refused = false;
  const most = Math.min(MAX_TEXT_BYTES, mostOut(body.length));
  const bytes = await inflate(body, most, (piece) => !(refused = scan.take(piece) !== null));
  if (bytes === 'too-long') return linkError(refused ? 'not-ours' : 'too-long');
  try {
    return bytes === null
      ? linkError('broken')
      : ok({ kind, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) });
  } catch {
    return linkError('broken');
  }
}

const isWithin = (bytes: Uint8Array, bounds: JsonBounds): boolean => new JsonScan(bounds).take(bytes) === null;

/** A value takes about a byte when it is packed. */
function boundsOf(kind: ContainerKind, packed: number): JsonBounds {
  const { depth, values } = BOUNDS[kind];
  return { depth, values: Math.min(values, 500_000 + 4 * packed) };
}

/** Bytes that so many may become. */
const mostOut = (packed: number): number => Math.max(NO_TROUBLE, MOST_FOLD * packed);

/** Blocks of deflate that hold bytes without packing them (RFC 1951, 3.2.4). */
function stored(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const most = 0xffff;
  const blocks = Math.ceil(bytes.length / most);
  const out = new Uint8Array(bytes.length + 5 * blocks);
  for (let block = 0, at = 0; block < blocks; block++) {
    const piece = bytes.subarray(block * most, (block + 1) * most);
    const { length } = piece;
    out.set([Number(block === blocks - 1), length & 255, length >> 8, ~length & 255, (~length >> 8) & 255], at);
    out.set(piece, at + 5);
    at += 5 + length;
  }
  return out;
}
