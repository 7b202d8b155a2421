import { Heap } from '../kernel/heap.ts';

interface Waiting {
  readonly task: number;
  readonly priority: number;
  readonly order: number;
}

/** Tasks that wait for a turn: lower priority number first, then the one that waited longest. O(log n). */
export class ReadyQueue {
  #order = 0;
  readonly #heap = new Heap<Waiting>((a, b) =>
    a.priority === b.priority ? a.order < b.order : a.priority < b.priority,
  );

  get size(): number {
    return this.#heap.size;
  }

  push(task: number, priority: number): void {
    this.#heap.push({ task, priority, order: this.#order++ });
  }

  pop(): number | undefined {
    return this.#heap.pop()?.task;
  }

  clear(): void {
    this.#heap.clear();
  }
}
