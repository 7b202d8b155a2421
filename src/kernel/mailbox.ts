/** An unbounded queue between one or more senders and takers; items come out in the order they went in. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #takers: ((item: IteratorResult<T, undefined>) => void)[] = [];
  #closed = false;

  get size(): number {
    return this.#items.length;
  }

  /** False when the mailbox is closed and the item was not taken. */
  push(item: T): boolean {
    if (this.#closed) return false;
    const taker = this.#takers.shift();
    if (taker) taker({ value: item, done: false });
    else this.#items.push(item);
    return true;
  }

  /** The next item; `done` once the mailbox is closed and empty. */
  take(): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) return Promise.resolve({ value: this.#items.shift() as T, done: false });
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** No more items; what is inside can still be taken. */
  close(): void {
    this.#closed = true;
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.take() };
  }
}
