/**
 * What a library of MLC's says of itself, and what follows from it before anything of the model is fetched or on the GPU. Whoever compiled
 * it is not known, so no number is believed that is none.
 */

/** Fields beyond WebLLM's own come from MLC's compiler and may be missing. */
export interface LibraryMetadata {
  readonly prefill_chunk_size: number;
  readonly max_batch_size?: number;
  readonly kv_state_kind?: string;
  readonly sliding_window_size?: number;
  /** Bytes of temporary memory by function. */
  readonly memory_usage?: Readonly<Record<string, number>>;
}

/**
 * The functions of a library that the engine calls. TVM keeps one set of buffers for each that has been called, so they add up; what is never
 * called (`batch_verify`, often the largest entry, `prefill`, `image_embed`) takes nothing.
 */
const CALLED = [
  'embed',
  'batch_prefill',
  'batch_decode',
  'decode',
  'create_tir_paged_kv_cache',
  'apply_bitmask_inplace',
  'apply_penalty_inplace',
  'softmax_with_temperature',
  'argsort_probs',
  'sample_with_top_p',
  'planaria_sample',
] as const;

/** Bytes of the functions that are called, as the library states them; null where it states none. */
export function calledBytes({ memory_usage: usage }: LibraryMetadata): number | null {
  const stated = CALLED.flatMap((name) => {
    const bytes: unknown = usage && Object.hasOwn(usage, name) ? usage[name] : undefined;
    return isBytes(bytes) ? [bytes] : [];
  });
  return stated.length === 0 ? null : stated.reduce((sum, bytes) => sum + bytes, 0);
}

const isBytes = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Sequences that the library takes in one batch, at least 1; what says nothing of batches takes one. */
export function batchOf({ max_batch_size: most }: LibraryMetadata): number {
  return Number.isSafeInteger(most) && (most as number) > 1 ? (most as number) : 1;
}

/** Why a model's state is none that the pipeline can share out, in words; null where it is a K/V cache. */
export function oddState({ kv_state_kind: kind = 'kv_cache' }: LibraryMetadata): string | null {
  return kind === 'kv_cache' ? null : 'the model keeps more state than a K/V cache';
}

/**
 * Tokens that layers with a window of their own look back (gemma3); null where every layer sees all of the context. Not the window of a whole
 * model, `sliding_window_size`. `config` is that of `mlc-chat-config.json`.
 */
export function layerWindow(config: { readonly context_window_size: number }): number | null {
  const { model_config: own } = config as { model_config?: Windows & { text_config?: Windows | null } };
  const windows = [own?.sliding_window, own?.text_config?.sliding_window].filter(
    (size): size is number => Number.isSafeInteger(size) && (size as number) > 0,
  );
  const least = Math.min(...windows);
  return least < config.context_window_size ? least : null;
}
interface Windows {
  readonly sliding_window?: unknown;
}

/** So far before a name in the text its opening brace is looked for. */
const BEFORE = 4096;
const MOST_BYTES = 4 * 2 ** 20;

/**
 * What the library will say once it runs, read out of its bytes: the compiler leaves it there as JSON. Null where it cannot be found, e.g. in a
 * library of another make.
 */
export function metadataIn(library: ArrayBuffer): LibraryMetadata | null {
  const bytes = new Uint8Array(library);
  const name = new TextEncoder().encode('"prefill_chunk_size"');
  for (let at = indexOf(bytes, name, 0); at >= 0; at = indexOf(bytes, name, at + 1)) {
    for (let from = at; from >= Math.max(0, at - BEFORE); from -= 1) {
      if (bytes[from] !== OPEN || bytes[from + 1] !== QUOTE) continue;
      const found = objectAt(bytes, from);
      if (found && Number.isSafeInteger(found['prefill_chunk_size'])) return found as unknown as LibraryMetadata;
    }
  }
  return null;
}

const [OPEN, CLOSE, QUOTE, ESCAPE] = [0x7b, 0x7d, 0x22, 0x5c];

/** The JSON object whose brace stands at `from`; null where there is none that closes. */
function objectAt(bytes: Uint8Array, from: number): Record<string, unknown> | null {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < Math.min(bytes.length, from + MOST_BYTES); at += 1) {
    const byte = bytes[at];
    if (quoted) {
      if (byte === ESCAPE) at += 1;
      else if (byte === QUOTE) quoted = false;
      continue;
    }
    if (byte === QUOTE) quoted = true;
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE && --depth === 0) {
      try {
        return JSON.parse(new TextDecoder().decode(bytes.subarray(from, at + 1))) as Record<string, unknown>;
      } catch {
        return null;
      }
    }
  }
  return null;
}

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(part[0] as number, from); at >= 0; at = bytes.indexOf(part[0] as number, at + 1)) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
