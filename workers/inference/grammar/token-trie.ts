/** The tokens of a vocabulary by their bytes, as a tree: tokens that begin alike share what they begin with. */

/** How a vocabulary writes its tokens: GPT-2's letters for bytes, `<0x0A>` beside plain text with `▁` for a space, or as they are. */
export type TokenWriting = 'byte_level' | 'byte_fallback' | 'raw';

/** As a model's configuration names it; what it does not know is taken as it is. */
export const writingOf = (name: string | undefined): TokenWriting =>
  name === 'byte_level' || name === 'byte_fallback' ? name : 'raw';

const encoder = new TextEncoder();
/** Tokens that control a model, as vocabularies write them. */
export const isControl = /^(<[^<>\s]{1,40}>|\[\/?[A-Z_]{2,40}\]|\[\|[^[\]\s]{1,40}\|\]|\[[gs]MASK\])$/;
const isByte = /^<0x([0-9A-Fa-f]{2})>$/;

/** GPT-2's way of writing bytes as letters: printable ones stand for themselves, the others follow from U+0100 on. */
const BYTE_OF: ReadonlyMap<string, number> = new Map(
  (() => {
    const plain = (byte: number): boolean =>
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    let next = 0x100;
    return Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(plain(byte) ? byte : next++), byte] as const);
  })(),
);

/** The bytes of a token; empty for those that control the model and stand for no text. */
export function tokenBytes(token: string, writing: TokenWriting): Uint8Array {
  const byte = writing === 'byte_fallback' ? isByte.exec(token) : null;
  if (byte) return Uint8Array.of(Number.parseInt(byte[1] ?? '0', 16));
  if (isControl.test(token)) return new Uint8Array();
  if (writing === 'byte_fallback') return encoder.encode(token.replaceAll('\u2581', ' '));
  if (writing === 'raw') return encoder.encode(token);
  const bytes = Array.from(token, (letter) => BYTE_OF.get(letter));
  // A token that is not written so was added by hand, as it is.
  return bytes.includes(undefined) ? encoder.encode(token) : Uint8Array.from(bytes as number[]);
}

const QUOTE = 0x22;

/** Nodes are numbers, the root is 0; -1: there is none. */
export class TokenTrie {
  readonly #first: Int32Array;
  readonly #sibling: Int32Array;
  readonly #byte: Uint8Array;
  readonly #tokens: Int32Array;
  readonly #sameAs: Int32Array;
  readonly #bytes: readonly Uint8Array[];
  /** Tokens with a quote that something follows: they may begin a text, or end one and begin another. */
  readonly spanning: Int32Array;

  /** @param skipped tokens that no text has, such as the ends of turns */
  constructor(vocabulary: readonly string[], writing: TokenWriting, skipped: readonly number[] = []) {
    this.#bytes = vocabulary.map((token) => tokenBytes(token, writing));
    for (const id of skipped) if (id < this.#bytes.length) (this.#bytes as Uint8Array[])[id] = new Uint8Array();
    const ids = Array.from(this.#bytes.keys()).filter((id) => (this.#bytes[id]?.length ?? 0) > 0);
    ids.sort((a, b) => compared(this.#bytes[a], this.#bytes[b]));
    // Sorted, each token shares with the one before it a path from the root: nodes are counted first, then made.
    let nodes = 1;
    for (let k = 0; k < ids.length; k++) nodes += lengthOf(this.#bytes, ids[k]) - this.#shared(ids[k - 1], ids[k]);
    this.#first = new Int32Array(nodes).fill(-1);
    this.#sibling = new Int32Array(nodes).fill(-1);
    this.#byte = new Uint8Array(nodes);
    this.#tokens = new Int32Array(nodes).fill(-1);
    this.#sameAs = new Int32Array(vocabulary.length).fill(-1);
    const path: number[] = [0];
    const last: number[] = [];
    let next = 1;
    for (let k = 0; k < ids.length; k++) {
      const id = ids[k] ?? 0;
      const bytes = this.#bytes[id] ?? new Uint8Array();
      const shared = this.#shared(ids[k - 1], id);
      path.length = shared + 1;
      last.length = shared + 1;
      for (let depth = shared; depth < bytes.length; depth++) {
        const parent = path[depth] ?? 0;
        const before = last[depth];
        this.#byte[next] = bytes[depth] ?? 0;
        if (before === undefined) this.#first[parent] = next;
        else this.#sibling[before] = next;
        last[depth] = next;
        last.length = depth + 1;
        path.push(next++);
      }
      const node = path.at(-1) ?? 0;
      this.#sameAs[id] = this.#tokens[node] ?? -1;
      this.#tokens[node] = id;
    }
    this.spanning = Int32Array.from(
      ids.filter((id) => {
        const at = this.#bytes[id]?.indexOf(QUOTE) ?? -1;
        return at >= 0 && at < lengthOf(this.#bytes, id) - 1;
      }),
    );
  }

  bytes(id: number): Uint8Array {
    return this.#bytes[id] ?? new Uint8Array();
  }

  /** Tells of each child: its byte and its node. */
  eachChild(node: number, visit: (byte: number, child: number) => void): void {
    for (let child = this.#first[node] ?? -1; child >= 0; child = this.#sibling[child] ?? -1)
      visit(this.#byte[child] ?? 0, child);
  }

  /** Tells of each token that ends at the node. */
  eachToken(node: number, visit: (id: number) => void): void {
    for (let id = this.#tokens[node] ?? -1; id >= 0; id = this.#sameAs[id] ?? -1) visit(id);
  }

  #shared(a: number | undefined, b: number | undefined): number {
    if (a === undefined || b === undefined) return 0;
    const [one, other] = [this.#bytes[a], this.#bytes[b]];
    const most = Math.min(one?.length ?? 0, other?.length ?? 0);
    let at = 0;
    while (at < most && one?.[at] === other?.[at]) at++;
    return at;
  }
}

const lengthOf = (bytes: readonly Uint8Array[], id: number | undefined): number => bytes[id ?? -1]?.length ?? 0;

function compared(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  const most = Math.min(a?.length ?? 0, b?.length ?? 0);
  for (let at = 0; at < most; at++) if (a?.[at] !== b?.[at]) return (a?.[at] ?? 0) - (b?.[at] ?? 0);
  return (a?.length ?? 0) - (b?.length ?? 0);
}
