/**
 * Turns that wait for a seat: lower priority number first, equal priorities oldest first. Thousands may wait, and any may be taken out.
 */
import { Heap } from '../../../src/kernel/heap.ts';
import type { TurnRequest } from '../../../src/engine/contract.ts';

interface Entry<T> {
  readonly priority: number;
  readonly age: number;
  readonly value: T;
  /** Cleared when taken out of the middle; the heap drops it when it comes up. */
  waiting: boolean;
}

export class TurnQueue<T> {
  readonly #heap = new Heap<Entry<T>>(
    (a, b) => a.priority < b.priority || (a.priority === b.priority && a.age < b.age),
  );
  readonly #byId = new Map<string, Entry<T>>();
  #age = 0;

  get size(): number {
    return this.#byId.size;
  }

  push(request: TurnRequest, value: T): void {
    const entry = { priority: request.priority, age: (this.#age += 1), value, waiting: true };
    this.#byId.set(request.id, entry);
    this.#heap.push(entry);
  }

  peek(): T | undefined {
    while (this.#heap.peek()?.waiting === false) this.#heap.pop();
    return this.#heap.peek()?.value;
  }

  remove(id: string): T | undefined {
    const entry = this.#byId.get(id);
    if (!entry) return undefined;
    entry.waiting = false;
    this.#byId.delete(id);
    return entry.value;
  }

  /** All that wait, in no particular order; the queue is empty afterwards. */
  drain(): T[] {
    const all = [...this.#byId.values()].map((entry) => entry.value);
    this.#byId.clear();
    this.#heap.clear();
    return all;
  }
}
