/** Who had whose answer, in an incident: columns, as there may be one for nearly each task, with texts once. */
import * as v from 'valibot';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RecordedShare } from '../tasks/sharing.ts';

const MAX_SHARES = 400_000;
const MAX_TEXT = 100_000;

const whole = (least: number, most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most));
const column = (of: v.GenericSchema<number>) => v.pipe(v.array(of), v.maxLength(MAX_SHARES));

export const SharedColumns = v.strictObject({
  /** Each after the one before: how much higher its number is, in one step of the flow; the first of a step by itself. */
  task: column(whole(0, 1e9)),
  stage: column(whole(0, 63)),
  from: column(whole(0, 1e9)),
  /** Place of its output in `texts`; -1: nobody knows it any more. */
  text: column(whole(-1, MAX_SHARES)),
  texts: v.pipe(v.array(v.pipe(v.string(), v.maxLength(MAX_TEXT))), v.maxLength(MAX_SHARES)),
});
type SharedColumns = v.InferOutput<typeof SharedColumns>;

/** Undefined where there are none. */
export function toSharedColumns(shares: readonly RecordedShare[]): SharedColumns | undefined {
  if (shares.length === 0) return undefined;
  const columns = { task: [], stage: [], from: [], text: [], texts: [] } as SharedColumns;
  const places = new Map<string, number>();
  const placeOf = (text: string | null): number => {
    if (text === null || text.length > MAX_TEXT) return -1;
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, columns.texts.length);
    return columns.texts.push(text) - 1;
  };
  let before: RecordedShare | undefined;
  for (const share of shares.toSorted((a, b) => a.step - b.step || a.task - b.task).slice(0, MAX_SHARES)) {
    columns.task.push(share.task - (before?.step === share.step ? before.task : 0));
    columns.stage.push(share.step);
    columns.from.push(share.from);
    columns.text.push(placeOf(share.text));
    before = share;
  }
  return columns;
}

/** @throws nothing: what makes no sense is told by `problemInShares` */
export function fromSharedColumns(columns: SharedColumns | undefined): RecordedShare[] {
  let task = 0;
  return (columns?.task ?? []).map((more, k) => {
    const step = columns?.stage[k] ?? 0;
    task = more + (k > 0 && columns?.stage[k - 1] === step ? task : 0);
    return { task, step, slot: 0, from: columns?.from[k] ?? 0, text: columns?.texts[columns.text[k] ?? -1] ?? null };
  });
}

/** Why the shares are none of this swarm's runs; null where they may be. Who waits in a replay must wait for somebody who is asked. */
export function problemInShares({ steps }: Pick<RunSetup, 'steps'>, shares: readonly RecordedShare[]): string | null {
  const waits = new Set(shares.map(({ task, step }) => `${String(task)}/${String(step)}`));
  if (waits.size < shares.length) return 'a task has two answers';
  for (const { step, from } of shares) {
    if (!steps[step]?.dedupe) return `no answer is shared at step ${String(step)}`;
    if (waits.has(`${String(from)}/${String(step)}`)) return `task ${String(from)} was not asked`;
  }
  return null;
}
