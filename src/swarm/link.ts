/**
 * Links: a text in the part of an address after `#`, which browsers keep to themselves.
 *
 *     #<codec>:<deflate-raw, base64url without padding>.<CRC-32C of the compressed bytes, 8 hex digits>
 *
 * `s1` a swarm file, `s2` a swarm file with more (share.ts), `i1` and `i2` an incident of version 1 or 2. Raw deflate has no checksum, so a changed character could
 * pass as another text; and a link whose end is missing is told from one that was changed by whether the checksum is there. A link without
 * one is opened if it unpacks. Later codecs get later numbers; what was shared once opens for ever (docs/links.md). What comes out is only
 * text: reading it, and asking before anything runs, is for whoever opens it.
 */
import { crc32c } from '../kernel/checksum.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { deflate, inflate } from '../kernel/deflate.ts';
import { MAX_BYTES } from './source.ts';

export const LINK_CODECS = ['s1', 's2', 'i1', 'i2'] as const;
export type LinkCodec = (typeof LINK_CODECS)[number];

/** No text of 1 MiB packs into more: what deflate cannot shrink it stores, with 5 bytes for every 16 KiB at worst. */
const MAX_LINK_CHARACTERS = Math.ceil((MAX_BYTES * 4) / 3) + 4096;
const SHAPE = /^#?([si]\d{1,6}):([^.]*)(?:\.(.*))?$/s;

export const LINK_ERRORS = ['not-a-link', 'unknown-version', 'broken', 'truncated', 'too-long', 'not-ours'] as const;
export type LinkErrorCode = (typeof LINK_ERRORS)[number];

export interface LinkError {
  readonly code: LinkErrorCode;
  /** For a person: what is wrong, and the way on where there is one. */
  readonly message: string;
}

export interface LinkText {
  readonly codec: LinkCodec;
  readonly text: string;
}

const MESSAGES: Readonly<Record<LinkErrorCode, string>> = {
  'not-a-link': 'This address carries no swarm.',
  'unknown-version': 'This link was made by a newer Planaria. Reload the page to update it, then open the link again.',
  broken: 'This link is damaged: some of its characters were changed on the way.',
  truncated: 'This link is cut off: its end is missing.',
  'too-long': 'A link holds at most 1 MiB of text; this is more. Share the file instead.',
  'not-ours': 'This is whole, but what is in it is no swarm that this version of Planaria knows.',
};

export const linkError = (code: LinkErrorCode): Result<never, LinkError> => err({ code, message: MESSAGES[code] });

/** The fragment for a text, `#` included. Fails as `too-long` above 1 MiB of UTF-8. */
export async function encodeLink(text: string, codec: LinkCodec = 's1'): Promise<Result<string, LinkError>> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_BYTES) return linkError('too-long');
  const packed = await deflate(bytes);
  return ok(`#${codec}:${toBase64Url(packed)}.${checksum(packed)}`);
}

/** The text of a fragment; the leading `#` may be missing. Unpacking stops as soon as there is more than 1 MiB. */
export async function decodeLink(fragment: string): Promise<Result<LinkText, LinkError>> {
  const [, version, body, sum = ''] = SHAPE.exec(fragment) ?? [];
  if (version === undefined || body === undefined) return linkError('not-a-link');
  const codec = LINK_CODECS.find((known) => known === version);
  if (!codec) return linkError('unknown-version');
  if (fragment.length > MAX_LINK_CHARACTERS) return linkError('too-long');

  const packed = fromBase64Url(body);
  if (sum.length > 8) return linkError('broken');
  const whole = sum.length === 8;
  if (!packed) return linkError(whole || /[^\w-]/.test(body) ? 'broken' : 'truncated');
  if (whole && checksum(packed) !== sum) return linkError('broken');
  if (!whole && sum !== '') return linkError('truncated');

  const bytes = await inflate(packed, MAX_BYTES);
  if (bytes === 'too-long') return linkError('too-long');
  if (bytes === null) return linkError(whole ? 'broken' : 'truncated');
  try {
    return ok({ codec, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) });
  } catch {
    return linkError('broken');
  }
}

function checksum(packed: Uint8Array): string {
  return crc32c(packed).toString(16).padStart(8, '0');
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Null for text that is not base64url. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
