/** The first rows of a table in its order, whatever number of rows there are. */
import type { Scalar } from '../../swarm/output-schema.ts';
import type { TablePlan } from '../../swarm/report-plan.ts';
import { valueAt, type ValueOf } from '../../swarm/groups.ts';
import { numberOf } from '../../swarm/loose.ts';
import { refOf } from '../../swarm/where.ts';
import type { Read } from './rows.ts';
import type { TableSection } from './answer.ts';
import { scalarOf } from './tally.ts';

interface Kept {
  readonly task: number;
  readonly line: number;
  readonly cells: readonly Scalar[];
  readonly order: readonly unknown[];
}

export class TopRows {
  readonly #plan: TablePlan;
  readonly #values: ReadonlyMap<string, ValueOf>;
  #kept: Kept[] = [];
  #total = 0;

  constructor(plan: TablePlan) {
    this.#plan = plan;
    const { columns, order, source } = plan;
    const fields = [...columns, ...order.map(({ field }) => field)];
    this.#values = new Map(fields.map((field) => [field, valueAt(source.looked, field)]));
  }

  add({ row: { task, line, input }, item }: Read, output: unknown): void {
    this.#total++;
    const { columns, order, limit, source } = this.#plan;
    const value = (field: string): unknown => {
      const own = this.#values.get(field)?.({ output, item }) ?? null;
      if (own !== null) return own;
      return field === 'line' ? line : field === 'input' ? input : null;
    };
    // A text of the input that reads as a number is one.
    const ranks = order.map(({ field }) => {
      const own = value(field);
      return refOf(source.looked, field).input === undefined ? own : (numberOf(own) ?? own);
    });
    this.#kept.push({ task, line, cells: columns.map((field) => scalarOf(value(field))), order: ranks });
    // Sorted now and then, not with each row.
    if (this.#kept.length >= 2 * limit + 64) this.#cut();
  }

  end(): TableSection {
    this.#cut();
    const { title, source, columns } = this.#plan;
    const rows = this.#kept.map(({ task, line, cells }) => ({ task, line, cells }));
    return { kind: 'table', title, of: source.name, columns, rows, total: this.#total };
  }

  #cut(): void {
    const { order, limit } = this.#plan;
    this.#kept.sort((a, b) => {
      for (const [k, { field, values }] of order.entries()) {
        const first = compare(a.order[k], b.order[k], values, field === 'line' || field === 'first');
        if (first !== 0) return first;
      }
      return a.task - b.task;
    });
    this.#kept = this.#kept.slice(0, limit);
  }
}

/** Highest first, an enum by its order (`values`: worst first), lines as they stand; what cannot be compared comes last. */
function compare(a: unknown, b: unknown, values: readonly Scalar[] | null, upward: boolean): number {
  if (values) {
    const place = (value: unknown): number => {
      const at = values.indexOf(value as Scalar);
      return at < 0 ? values.length : at;
    };
    return place(a) - place(b);
  }
  const [x, y] = [size(a), size(b)];
  if (x !== null && y !== null) return upward ? x - y : y - x;
  if (x !== null || y !== null) return x !== null ? -1 : 1;
  const [s, t] = [String(a ?? ''), String(b ?? '')];
  return s < t ? -1 : s > t ? 1 : 0;
}

const size = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null;
