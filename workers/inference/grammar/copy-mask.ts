/** Which tokens may follow: the grammar's mask, less what is no piece of the source. */
import type { Place } from './copying.ts';
import type { TokenTrie } from './token-trie.ts';

/** Where these bytes lead to; null where they may not come. */
export function stepped(place: Place, bytes: Uint8Array): Place | null {
  let at: Place | null = place;
  for (const byte of bytes) {
    at = at.step(byte);
    if (!at) return null;
  }
  return at;
}

/** @param mask bit t of word t / 32 is set where the grammar lets token t through; it stays as it is */
export function narrowed(mask: Int32Array, place: Place, trie: TokenTrie): Int32Array {
  if (place.within === 'pieces') {
    const allowed = new Int32Array(mask.length);
    allow(trie, 0, place, allowed);
    for (let word = 0; word < mask.length; word++) allowed[word] = (allowed[word] ?? 0) & (mask[word] ?? 0);
    return allowed;
  }
  const allowed = mask.slice();
  const tryToken = (id: number): void => {
    if (!stepped(place, trie.bytes(id))) allowed[id >> 5] = (allowed[id >> 5] ?? 0) & ~(1 << (id & 31));
  };
  if (place.within === 'free') {
    for (const id of trie.spanning) if ((mask[id >> 5] ?? 0) & (1 << (id & 31))) tryToken(id);
    return allowed;
  }
  for (let word = 0; word < mask.length; word++)
    for (let rest = mask[word] ?? 0; rest !== 0; rest &= rest - 1) tryToken(word * 32 + 31 - Math.clz32(rest & -rest));
  return allowed;
}

function allow(trie: TokenTrie, node: number, place: Place, allowed: Int32Array): void {
  trie.eachChild(node, (byte, child) => {
    const next = place.step(byte);
    if (!next) return;
    trie.eachToken(child, (id) => {
      allowed[id >> 5] = (allowed[id >> 5] ?? 0) | (1 << (id & 31));
    });
    allow(trie, child, next, allowed);
  });
}
