/** Raw deflate by the browser's own streams; what comes out is held to a size, so that no small text can fill the memory. */

export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * @param most bytes that may come out; unpacking stops as soon as there are more
 * @param look is shown what comes out piece by piece, and ends the unpacking with false, as if there were more
 * @returns null where the bytes are not deflate-raw, or end too early
 */
export async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  most: number,
  look: (piece: Uint8Array) => boolean = () => true,
): Promise<Uint8Array<ArrayBuffer> | 'too-long' | null> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      size += chunk.value.length;
      if (size > most || !look(chunk.value)) {
        await reader.cancel();
        return 'too-long';
      }
      chunks.push(chunk.value);
    }
  } catch {
    // The stream throws on bad bytes, in words that differ between browsers.
    return null;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
