/**
 * Where texts were cut into parts in a recording, and what outputs of parts came to where conditions look at that: placeholders have no lines and no
 * words, so that in a replay they would be cut elsewhere.
 */
import * as v from 'valibot';
import type { JournalEvent } from '../../journal/events.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ranges } from '../../kernel/ranges.ts';
import type { RecordedParts } from '../tasks/created-task.ts';

/** One text that was split. */
export interface RecordedCuts {
  readonly task: number;
  readonly maker: number;
  /** The first of its parts; those after it follow by number. */
  readonly first: number;
  readonly cuts: Ranges;
}

/** A task in which a role read what parts of another one gave. */
export interface RecordedMergeTurn {
  readonly task: number;
  readonly maker: number;
  /** Its number. */
  readonly at: number;
}

/** What parts of the task came to, by code, at that step. */
export interface RecordedMerge {
  readonly task: number;
  readonly step: number;
  readonly text: string;
}

const MAX_CUTS = 400_000;
const MAX_TEXT = 100_000;

const whole = (least: number, most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));
const column = (of: v.GenericSchema<number>) => v.pipe(v.array(of), v.maxLength(MAX_CUTS));

export const CutColumns = v.strictObject({
  task: column(whole(0, 1e9)),
  maker: column(whole(0, 63)),
  first: column(whole(0, 1e9)),
  parts: column(whole(0, 10_001)),
  /** Of each part how far behind the end of the one before it begins, and how long it is. */
  from: column(whole(-1e7, 1e7)),
  length: column(whole(0, 1e7)),
});
type CutColumns = v.InferOutput<typeof CutColumns>;

export const MergeTurns = v.strictObject({
  task: column(whole(0, 1e9)),
  maker: column(whole(0, 63)),
  at: column(whole(0, 1e9)),
});

export const MergedOutputs = v.pipe(
  v.array(
    v.strictObject({
      task: whole(0, 1e9),
      stage: whole(0, 63),
      text: v.pipe(v.string(), v.maxLength(MAX_TEXT)),
    }),
  ),
  v.maxLength(MAX_CUTS),
);

/** Undefined where nothing was split. */
export function toCutColumns(all: readonly RecordedCuts[]): CutColumns | undefined {
  if (all.length === 0) return undefined;
  const columns = { task: [], maker: [], first: [], parts: [], from: [], length: [] } as CutColumns;
  for (const { task, maker, first, cuts } of all) {
    if (columns.from.length + cuts.length > MAX_CUTS) break;
    columns.task.push(task);
    columns.maker.push(maker);
    columns.first.push(first);
    columns.parts.push(cuts.length);
    let end = 0;
    for (const [from, to] of cuts) {
      columns.from.push(from - end);
      columns.length.push(to - from);
      end = to;
    }
  }
  return columns;
}

/** Undefined where there are none. */
export function toMergeTurns(all: readonly RecordedMergeTurn[]): v.InferOutput<typeof MergeTurns> | undefined {
  if (all.length === 0) return undefined;
  const some = all.slice(0, MAX_CUTS);
  return { task: some.map(({ task }) => task), maker: some.map(({ maker }) => maker), at: some.map(({ at }) => at) };
}

export const fromMergeTurns = (columns: v.InferOutput<typeof MergeTurns> | undefined): RecordedMergeTurn[] =>
  (columns?.task ?? []).map((task, k) => ({ task, maker: columns?.maker[k] ?? 0, at: columns?.at[k] ?? 0 }));

export function fromCutColumns(columns: CutColumns | undefined): RecordedCuts[] {
  let at = 0;
  return (columns?.task ?? []).map((task, k) => {
    let end = 0;
    const cuts = Array.from({ length: columns?.parts[k] ?? 0 }, (): readonly [number, number] => {
      const from = Math.max(0, end + (columns?.from[at] ?? 0));
      end = from + (columns?.length[at++] ?? 0);
      return [from, end];
    });
    return { task, maker: columns?.maker[k] ?? 0, first: columns?.first[k] ?? 0, cuts };
  });
}

export const boundedMerges = (all: readonly RecordedMerge[]): v.InferOutput<typeof MergedOutputs> =>
  all
    .filter(({ text }) => text.length <= MAX_TEXT)
    .slice(0, MAX_CUTS)
    .map(({ task, step, text }) => ({ task, stage: step, text }));

const keyOf = (task: number, at: number): string => `${String(task)}/${String(at)}`;

/** Virtual time after which a task is made though others should have come before it, which a replay that goes other ways may never have, ms. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 1000;

/** What a replay looks up instead of cutting and merging placeholders, and which numbers tasks had. */
export function recordedParts(
  {
    cuts,
    merges,
    mergeTurns,
  }: {
    readonly cuts: readonly RecordedCuts[];
    readonly merges: readonly RecordedMerge[];
    readonly mergeTurns: readonly RecordedMergeTurn[];
  },
  clock: Clock,
): RecordedParts {
  const cut = new Map(cuts.map((each) => [keyOf(each.task, each.maker), each.cuts]));
  const merged = new Map(merges.map(({ task, step, text }) => [keyOf(task, step), text]));
  const numbers = new Map<string, number[]>(cuts.map(({ task, maker, first }) => [keyOf(task, maker), [first]]));
  for (const { task, maker, at } of mergeTurns) {
    const known = numbers.get(keyOf(task, maker)) ?? [];
    known.push(at);
    numbers.set(keyOf(task, maker), known);
  }
  /** Since when somebody waits. */
  const since = new Map<string, number>();
  return {
    cuts: (task, maker) => cut.get(keyOf(task, maker)),
    merged: (task, step) => merged.get(keyOf(task, step)),
    mayMake: (task, maker, made, tasks) => {
      const number = numbers.get(keyOf(task, maker))?.[made];
      if (number === undefined || tasks >= number) return true;
      const key = `${keyOf(task, maker)}/${String(made)}`;
      const from = since.get(key) ?? clock.now();
      since.set(key, from);
      return clock.now() - from >= PATIENCE_MS;
    },
    again: (look) => {
      clock.timeout(LOOK_MS, look);
    },
  };
}

/** Hears a log for what was split, and what became of it. */
export class CutReader {
  readonly #cuts = new Map<
    string,
    { task: number; maker: number; first: number; cuts: (readonly [number, number])[] }
  >();
  readonly #merges = new Map<string, RecordedMerge>();
  /** Tasks that were made, with what they come from. */
  readonly #from = new Map<number, { readonly from: number; readonly part: boolean }>();
  readonly mergeTurns: RecordedMergeTurn[] = [];

  hear(event: JournalEvent): void {
    if (event.type === 'task.created' && event.cut && event.maker !== undefined) {
      const [task = 0] = event.from;
      const key = keyOf(task, event.maker);
      const known = this.#cuts.get(key) ?? { task, maker: event.maker, first: event.task, cuts: [] };
      known.cuts.push(event.cut);
      this.#cuts.set(key, known);
    }
    if (event.type === 'task.created' && event.maker !== undefined && !event.group) {
      const task = this.#split(event.from[0] ?? -1);
      if (task !== undefined) this.mergeTurns.push({ task, maker: event.maker, at: event.task });
    }
    if (event.type === 'task.created')
      this.#from.set(event.task, { from: event.from[0] ?? -1, part: event.cut !== undefined });
    // Of a log that was trimmed nobody knows it any more.
    if (event.type === 'task.advanced' && event.agent === -1 && event.output !== null) {
      const { task, stage: step, output, written } = event;
      const text = typeof output === 'string' ? output : (written ?? JSON.stringify(output));
      this.#merges.set(keyOf(task, step), { task, step, text });
    }
  }

  /** The task whose text was split that this one is a part of, or made of parts of. */
  #split(task: number): number | undefined {
    for (let at = this.#from.get(task); at; at = this.#from.get(at.from)) if (at.part) return at.from;
    return undefined;
  }

  get cuts(): RecordedCuts[] {
    return [...this.#cuts.values()];
  }

  get merges(): RecordedMerge[] {
    return [...this.#merges.values()];
  }
}
