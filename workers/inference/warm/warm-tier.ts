/**
 * What the batched pipeline asks of the warm tier: put a sequence's own tokens away, and bring them back into a fresh fork.
 */
import type { KvTransfer } from '../kv/kv-transfer.ts';
import { decode, encode, type Codec, type Values } from '../kv/codec.ts';
import { tokensOf } from '../kv/pieces.ts';
import type { WarmRecord } from './record.ts';
import type { PutOutcome, WarmStore } from './warm-store.ts';

/** Fewer tokens are computed sooner than they are found. */
const LEAST_TOKENS = 8;

export interface Saved {
  readonly outcome: PutOutcome;
  readonly tokens: number;
}

/** Own tokens that can be brought back into a sequence that ends at `at`. */
export interface Restorable {
  readonly at: number;
  readonly tokens: number;
  /** Read from storage. */
  readonly bytes: number;
  /** Appends them. Handed to the GPU, not waited for. */
  append(sequence: number): void;
}

export class WarmTier {
  readonly #transfer: KvTransfer;
  readonly #store: WarmStore;
  readonly #codec: Codec;
  readonly #model: string;

  /** `model` names library and weights: K/V of one is noise to another. */
  constructor(transfer: KvTransfer, store: WarmStore, codec: Codec, model: string) {
    this.#transfer = transfer;
    this.#store = store;
    this.#codec = codec;
    this.#model = model;
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  has(agent: number): boolean {
    return this.#store.has(agent);
  }

  /**
   * Reads the K/V of `ids` from `shared` on out of the sequence, which may be removed as soon as `read` settles, and writes it down; `saved`
   * settles when it is durable, or could not be made so.
   */
  save(
    agent: number,
    sequence: number,
    ids: readonly number[],
    shared: number,
  ): { readonly read: Promise<void>; readonly saved: Promise<Saved> } {
    const tokens = ids.length - shared;
    if (tokens < LEAST_TOKENS) {
      const outcome: PutOutcome = { ok: false, because: { code: 'warm-too-small' } };
      return { read: Promise.resolve(), saved: Promise.resolve({ outcome, tokens }) };
    }
    const values = this.#transfer.read(sequence, shared, ids.length);
    const saved = values.then(async (read): Promise<Saved> => {
      const pages = encode(this.#codec, read);
      const { layout } = this.#transfer;
      const record = { agent, model: this.#model, ids, shared, layout, codec: this.#codec, pages };
      return { outcome: await this.#store.put(record), tokens };
    });
    return { read: values.then(() => undefined), saved };
  }

  /** The agent's record; null without one that can be trusted and is this model's. Takes milliseconds: ask before it is needed. */
  async fetch(agent: number): Promise<WarmRecord | null> {
    const record = await this.#store.get(agent);
    return record?.model === this.#model && sameLayout(record, this.#transfer) ? record : null;
  }

  /** Why the agent's pages could not be trusted when they were fetched last; told once. */
  takeTrouble(agent: number): string | undefined {
    return this.#store.takeTrouble(agent);
  }

  /**
   * What of a record serves a prompt whose first `base` tokens a fork will have. At least one token of the prompt is left over: its logits
   * are wanted. Null when nothing worth the way matches.
   */
  restorable(record: WarmRecord, prompt: readonly number[], base: number): Restorable | null {
    // The fork must reach to where the record's K/V begins.
    if (base < record.shared) return null;
    const end = Math.min(record.ids.length, prompt.length - 1);
    let same = 0;
    while (same < end && record.ids[same] === prompt[same]) same++;
    const tokens = same - base;
    if (tokens < LEAST_TOKENS) return null;
    return {
      at: base,
      tokens,
      bytes: record.pages.length,
      append: (sequence) => {
        this.#transfer.append(sequence, base, this.#slice(record, base, same));
      },
    };
  }

  forget(agent: number): Promise<void> {
    return this.#store.forget(agent);
  }

  trim(bytes: number): Promise<number> {
    return this.#store.trim(bytes);
  }

  close(): void {
    this.#store.close();
  }

  /** Tokens [from, to) of the prompt, out of the record. */
  #slice({ layout, ids, shared, codec, pages }: WarmRecord, from: number, to: number): Values {
    const { layers, heads, dimension, dtype } = layout;
    const held = ids.length - shared;
    const all = decode(codec, pages, 2 * layers * held * heads * dimension, dtype);
    return tokensOf(layout, all, held, from - shared, to - from);
  }
}

function sameLayout({ layout }: WarmRecord, { layout: mine }: KvTransfer): boolean {
  return (
    layout.layers === mine.layers &&
    layout.heads === mine.heads &&
    layout.dimension === mine.dimension &&
    layout.dtype === mine.dtype
  );
}
