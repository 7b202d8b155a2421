/**
 * Share links: a text in the part of an address after `#`, which browsers keep to themselves.
 *
 *     #s1:<deflate-raw, base64url without padding>.<CRC-32C of the compressed bytes, 8 hex digits>
 *
 * Raw deflate has no checksum, so a changed character could pass as another text; and a link whose end is missing is told from one that was
 * changed by whether the checksum is there. A link without one is opened if it unpacks. Later codecs get later numbers; what was shared
 * once opens for ever. What comes out is only text: showing it, and asking before anything runs, is the page's duty.
 */
import { crc32c } from '../kernel/checksum.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { MAX_BYTES } from './source.ts';

const VERSION = 1;
/** No text of 1 MiB packs into more: what deflate cannot shrink it stores, with 5 bytes for every 16 KiB at worst. */
const MAX_LINK_CHARACTERS = Math.ceil((MAX_BYTES * 4) / 3) + 4096;
const SHAPE = /^#?s(\d{1,6}):([^.]*)(?:\.(.*))?$/s;

export type LinkErrorCode = 'not-a-link' | 'unknown-version' | 'broken' | 'truncated' | 'too-long';

export interface LinkError {
  readonly code: LinkErrorCode;
  /** For a person: what is wrong, and the way on where there is one. */
  readonly message: string;
}

const MESSAGES: Readonly<Record<LinkErrorCode, string>> = {
  'not-a-link': 'This address carries no swarm.',
  'unknown-version': 'This link was made by a newer Planaria. Reload the page to update it, then open the link again.',
  broken: 'This link is damaged: some of its characters were changed on the way.',
  truncated: 'This link is cut off: its end is missing.',
  'too-long': 'A link holds at most 1 MiB of text; this is more. Share the file instead.',
};

const fail = (code: LinkErrorCode): Result<never, LinkError> => err({ code, message: MESSAGES[code] });

/** Whether a fragment means to be a swarm, without opening it. */
export function isLink(fragment: string): boolean {
  return SHAPE.test(fragment);
}

/** The fragment for a text, `#` included. Fails as `too-long` above 1 MiB of UTF-8. */
export async function encodeLink(text: string): Promise<Result<string, LinkError>> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_BYTES) return fail('too-long');
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  return ok(`#s${VERSION}:${toBase64Url(packed)}.${checksum(packed)}`);
}

/** The text of a fragment; the leading `#` may be missing. Unpacking stops as soon as there is more than 1 MiB. */
export async function decodeLink(fragment: string): Promise<Result<string, LinkError>> {
  const [, version, body, sum = ''] = SHAPE.exec(fragment) ?? [];
  if (version === undefined || body === undefined) return fail('not-a-link');
  if (Number(version) !== VERSION) return fail('unknown-version');
  if (fragment.length > MAX_LINK_CHARACTERS) return fail('too-long');

  const packed = fromBase64Url(body);
  if (sum.length > 8) return fail('broken');
  const whole = sum.length === 8;
  if (!packed) return fail(whole || /[^\w-]/.test(body) ? 'broken' : 'truncated');
  if (whole && checksum(packed) !== sum) return fail('broken');
  if (!whole && sum !== '') return fail('truncated');

  const bytes = await inflate(packed);
  if (bytes === 'too-long') return fail('too-long');
  if (bytes === null) return fail(whole ? 'broken' : 'truncated');
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return fail('broken');
  }
}

/** Null where the bytes are not deflate-raw, or end too early. */
async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array | 'too-long' | null> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const bytes = new Uint8Array(MAX_BYTES);
  let size = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (size + chunk.value.length > MAX_BYTES) {
        await reader.cancel();
        return 'too-long';
      }
      bytes.set(chunk.value, size);
      size += chunk.value.length;
    }
    return bytes.subarray(0, size);
  } catch {
    // The stream throws on bad bytes, in words that differ between browsers.
    return null;
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
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}
