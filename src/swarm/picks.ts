/** Which items of the input steps choose before the run starts: by number, place or chance, at the cost of a bit each. */
import { type ChoiceRule, fieldsOfRule } from './choice.ts';
import { Chooser } from './chooser.ts';
import { numberOf } from './loose.ts';
import { type ItemValues, NO_ITEM } from './where.ts';

/** Items of the input that a step without a role chose, before the run starts. */
export interface ItemPick {
  readonly name: string;
  /** By item, as those of `TaskPlan.chosen`. */
  readonly bits: Uint8Array;
  readonly items: number;
}

/** A step that chooses items of the input. */
export interface Picker {
  readonly name: string;
  readonly rule: ChoiceRule;
  /** The choice that it chooses of; null: the input. */
  readonly of: number | null;
  /** Whether the item is among those that it chooses of; null: all are. */
  readonly lets: ((item: ItemValues) => boolean) | null;
}

/** For each step that chooses of the input what it chose; `all`: each took all items that are left. */
export type RecordedPicks = readonly (readonly number[])[] | 'all';

interface ChooseOptions {
  readonly pickers: readonly Picker[];
  readonly items: number;
  readonly seed: number;
  /** What is known to have been chosen; `all`: whatever there is; null: nothing is known. */
  readonly recorded: RecordedPicks | null;
  readonly itemOf: (item: number) => ItemValues;
}

/** What takes outputs: see `FlowStep`. */
interface Reader {
  readonly maker?: number;
  readonly on: number | null;
  readonly picks?: readonly number[];
}

interface TakenItems {
  readonly taken: Uint32Array<ArrayBuffer> | null;
  readonly picks: readonly ItemPick[];
}

/** Items of the input by choice, in their order. */
export function chooseItems({ pickers, items, seed, recorded, itemOf }: ChooseOptions): Uint32Array<ArrayBuffer>[] {
  const found: Uint32Array<ArrayBuffer>[] = [];
  for (const [index, { name, rule, of, lets }] of pickers.entries()) {
    if (recorded === 'all') {
      found.push(Uint32Array.from({ length: items }, (_, item) => item));
      continue;
    }
    const known = recorded?.[index];
    if (known) {
      found.push(Uint32Array.from(known.filter((item) => item < items)));
      continue;
    }
    const chooser = new Chooser(rule, { output: null, groups: false }, seed, name, items);
    const fields = fieldsOfRule(rule);
    const looked = lets !== null || fields.length > 0;
    const from = of === null ? null : found[of];
    for (let k = 0; k < (from?.length ?? items); k++) {
      const item = from ? (from[k] as number) : k;
      const values = looked ? itemOf(item) : NO_ITEM;
      if (lets && !lets(values)) continue;
      chooser.add(item, item, fields.length > 0 ? valuesIn(values, fields, rule) : null);
    }
    found.push(Uint32Array.from(chooser.end().places).sort());
  }
  return found;
}

/** What is sorted by is a number where a text of the input reads as one; what is told apart stays as it stands, as in groups. */
const valuesIn = (item: ItemValues, fields: readonly string[], { sample }: ChoiceRule): Record<string, unknown> =>
  Object.fromEntries(
    fields.map((field) => {
      const value = item.valueOf(field);
      return [field, sample?.of ? value : (numberOf(value) ?? value)];
    }),
  );

/** Which items of the input go on, and the choices among these: an item that no step takes is no task. */
export function takenOf(
  pickers: readonly Picker[],
  chosen: readonly Uint32Array[],
  readers: readonly Reader[],
  items: number,
): TakenItems {
  // What works on an output goes where that one went.
  const entries = readers.filter(({ maker, on }) => maker === undefined && on === null);
  const all = pickers.length === 0 || entries.some(({ picks }) => picks === undefined);
  const bits = chosen.map((each) => bitsOf(items, each));
  const taken = all ? null : new Uint32Array(items);
  let count = 0;
  if (taken)
    for (let item = 0; item < items; item++)
      if (entries.some(({ picks = [] }) => picks.every((pick) => hasBit(bits[pick] as Uint8Array, item))))
        taken[count++] = item;
  const kept = taken?.slice(0, count) ?? null;
  const picks = pickers.map(({ name }, index): ItemPick => {
    const before = bits[index] as Uint8Array;
    if (!kept) return { name, bits: before, items: chosen[index]?.length ?? 0 };
    const after = new Uint8Array(Math.ceil(count / 8));
    for (const [at, item] of kept.entries()) if (hasBit(before, item)) setBit(after, at);
    return { name, bits: after, items: countBits(after) };
  });
  return { taken: kept, picks };
}

export const hasBit = (bits: Uint8Array, item: number): boolean => ((bits[item >> 3] ?? 0) & (1 << (item & 7))) !== 0;

export function setBit(bits: Uint8Array, item: number): void {
  bits[item >> 3] = (bits[item >> 3] as number) | (1 << (item & 7));
}

/** Bits of so many items. @param set those that are set; null: all of them */
export function bitsOf(items: number, set: Uint32Array | null): Uint8Array {
  const bits = new Uint8Array(Math.ceil(items / 8));
  if (set) for (const item of set) setBit(bits, item);
  else {
    bits.fill(255);
    if (items % 8 > 0) bits[bits.length - 1] = (1 << (items % 8)) - 1;
  }
  return bits;
}

export function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) for (; byte > 0; byte &= byte - 1) count++;
  return count;
}
