import { inflate } from '../../kernel/deflate.ts';

/** The text of our own packed bytes: they are whole. */
export async function textOf(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = await inflate(packed, Infinity);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes as Uint8Array);
}
