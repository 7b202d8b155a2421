/** Where an answer to a kind of item stands; the byte in `StepKinds`. */
export const KIND = {
  /** Nobody is asked: the next of its kind is. */
  open: 0,
  /** `first` is asked, or asked again. */
  asked: 1,
  /** `first` has its answer at the step. */
  known: 2,
  /** Its answers cannot be shared: each of its kind is asked itself. */
  apart: 3,
} as const;

const FIRST_ROOM = 64;
const NOT_WAITING = 0;
const LAST = -1;

/**
 * Items of one step by kind: which tasks are of one kind, who of them is asked, and who waits for that one's answer, in the order in which they
 * came. Eight bytes a task, and a few dozen a kind.
 *
 * Invariants:
 * - A task is of one kind for good, or of none; it waits in its kind's line once, or not at all.
 * - Nothing here says what an answer is, or whether a task is open.
 */
export class StepKinds {
  /** By task: 0, nobody looked; -1, of no kind; else its kind and one. */
  #kindOf = new Int32Array(FIRST_ROOM);
  /** By task that waits: the one behind it and one, or `LAST`. */
  #next = new Int32Array(FIRST_ROOM);
  /** Open addressing: the keys of kinds, and each kind and one. */
  #keys = new Float64Array(2 * FIRST_ROOM);
  #values = new Int32Array(2 * FIRST_ROOM);
  /** By kind. */
  #first = new Int32Array(FIRST_ROOM);
  #state = new Uint8Array(FIRST_ROOM);
  #failures = new Uint8Array(FIRST_ROOM);
  #head = new Int32Array(FIRST_ROOM);
  #tail = new Int32Array(FIRST_ROOM);
  /** How many kinds there are; they are numbered from 0. */
  size = 0;
  /** Tasks that wait, of all kinds. */
  waiting = 0;

  /** The task's kind; null: it has none; undefined: nobody looked. */
  of(task: number): number | null | undefined {
    const kind = this.#kindOf[task] ?? 0;
    return kind === 0 ? undefined : kind < 0 ? null : kind - 1;
  }

  /** The kind of that key; undefined where there is none. */
  find(key: number): number | undefined {
    const value = this.#values[this.#slot(key)] as number;
    return value === 0 ? undefined : value - 1;
  }

  /** A kind of that key, of which nobody is asked yet; there is none so far. */
  add(key: number): number {
    if (2 * (this.size + 1) > this.#keys.length) this.#rehash();
    if (this.size === this.#first.length) this.#grow();
    const kind = this.size++;
    const slot = this.#slot(key);
    this.#keys[slot] = key;
    this.#values[slot] = kind + 1;
    this.#first[kind] = -1;
    return kind;
  }

  /** The task is of that kind; null: of none. */
  put(task: number, kind: number | null): void {
    this.#kindOf = room(this.#kindOf, task);
    this.#kindOf[task] = kind === null ? -1 : kind + 1;
  }

  first(kind: number): number {
    return this.#first[kind] as number;
  }

  state(kind: number): number {
    return this.#state[kind] as number;
  }

  set(kind: number, state: number, first = this.first(kind)): void {
    this.#state[kind] = state;
    this.#first[kind] = first;
  }

  /** How many of its kind have failed, this one included. */
  failed(kind: number): number {
    const failures = Math.min(255, (this.#failures[kind] as number) + 1);
    this.#failures[kind] = failures;
    return failures;
  }

  /** The task waits behind the others of its kind; once, however often this is said. */
  wait(task: number, kind: number): void {
    this.#next = room(this.#next, task);
    if (this.#next[task] !== NOT_WAITING) return;
    this.#next[task] = LAST;
    if (this.hasWaiting(kind)) this.#next[this.#tail[kind] as number] = task + 1;
    else this.#head[kind] = task + 1;
    this.#tail[kind] = task;
    this.waiting++;
  }

  hasWaiting(kind: number): boolean {
    return this.#head[kind] !== 0;
  }

  /** The first that waits, which does so no more; undefined where none does. */
  take(kind: number): number | undefined {
    const head = this.#head[kind] as number;
    if (head === 0) return undefined;
    const task = head - 1;
    const next = this.#next[task] as number;
    this.#head[kind] = next === LAST ? 0 : next;
    this.#next[task] = NOT_WAITING;
    this.waiting--;
    return task;
  }

  #slot(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = (key ^ (key / 2 ** 32)) & mask;
    while (this.#values[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #rehash(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(2 * keys.length);
    this.#values = new Int32Array(2 * keys.length);
    for (let k = 0; k < keys.length; k++) {
      if (values[k] === 0) continue;
      const slot = this.#slot(keys[k] as number);
      this.#keys[slot] = keys[k] as number;
      this.#values[slot] = values[k] as number;
    }
  }

  #grow(): void {
    const last = 2 * this.size - 1;
    this.#first = room(this.#first, last);
    this.#state = room(this.#state, last);
    this.#failures = room(this.#failures, last);
    this.#head = room(this.#head, last);
    this.#tail = room(this.#tail, last);
  }
}

/** The column, with room for that place. */
function room<C extends Int32Array | Uint8Array>(column: C, place: number): C {
  if (place < column.length) return column;
  const View = column.constructor as new (length: number) => C;
  const wide = new View(Math.max(2 * column.length, place + 1));
  wide.set(column);
  return wide;
}

/** A number below 2^53 for a text; equal for equal texts, and hardly ever for others. */
export function textKey(text: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 2 ** 32 * (b & 0x1fffff) + (a >>> 0);
}
