/** Fields of the input without what stands in them: values that are equal stay equal, pass what they passed, and come in the order that they had. */
import * as v from 'valibot';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { greatestFirst } from '../../swarm/groups.ts';
import { numberOf } from '../../swarm/loose.ts';
import { type FieldVerdicts, fieldTests, orderedFields } from '../definition/field-tests.ts';
import type { RunSetup } from '../definition/run-setup.ts';

const MAX_VALUES = 1_000_000;
const MAX_TESTS = 10_000;
const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_VALUES));
/** What `maskOf` makes, and no more. */
const mask = v.union([
  v.null(),
  v.boolean(),
  v.pipe(v.number(), v.safeInteger()),
  v.pipe(v.string(), v.maxLength(MAX_VALUES)),
  v.pipe(v.array(place), v.maxLength(1)),
]);

/** In an incident, by field in the order of `fieldTests`. */
export const Verdicts = v.pipe(
  v.array(
    v.strictObject({
      values: v.pipe(v.array(mask), v.maxLength(MAX_VALUES)),
      pass: v.pipe(v.array(v.pipe(v.array(place), v.maxLength(MAX_VALUES))), v.maxLength(MAX_TESTS)),
    }),
  ),
  v.maxLength(64),
);

export interface HandedFields {
  /** Of each item the values of its fields, in the order in which the swarm file names them; null: the items need none beside them. */
  readonly values: ((item: number) => readonly unknown[]) | null;
  readonly verdicts: readonly FieldVerdicts[];
}

type Setup = Pick<RunSetup, 'items' | 'fields' | 'named' | 'tasks' | 'report' | 'input'>;

/** Fields as they are: those of lines stand in their texts. */
export function wholeFields({ items, named }: Setup): HandedFields {
  const { fields } = items;
  if (!fields) return { values: null, verdicts: [] };
  return { values: (item) => named.map((field) => fields.get(field)?.at(item) ?? null), verdicts: [] };
}

export function maskFields(setup: Setup): HandedFields {
  const { items, fields, named } = setup;
  if (named.length === 0) return { values: null, verdicts: [] };
  const ordered = orderedFields(setup);
  const masks = new Map(
    named.map((field) => {
      const all = new Map<string, unknown>();
      for (let item = 0; item < items.length; item++) {
        const value = fields.of(item).valueOf(field);
        all.set(keyOf(value), value);
      }
      return [field, masksOf([...all.values()], ordered.has(field))];
    }),
  );
  const maskOf = (field: string, value: unknown): unknown => masks.get(field)?.get(keyOf(value)) ?? null;
  const verdicts = [...fieldTests(setup)].map(([field, tests]): FieldVerdicts => {
    const known = [...(masks.get(field) ?? [])];
    const { holds } = fields.of(0);
    return {
      values: known.map(([, masked]) => masked),
      pass: tests.map((test) =>
        known.flatMap(([key], k) => (holds(test, field, JSON.parse(key) as unknown) ? [k] : [])),
      ),
    };
  });
  return {
    values: (item) => named.map((field) => maskOf(field, fields.of(item).valueOf(field))),
    verdicts,
  };
}

/** Keys of an object may come in any order, as in groups. */
const keyOf = (value: unknown): string => canonicalJson(value ?? null);

/** By the values' JSON. Other ones for other values, of the same kind; sorted as they are, where somebody looks at their order. */
function masksOf(values: readonly unknown[], ordered: boolean): Map<string, unknown> {
  const inOrder = ordered ? values.toSorted(greatestFirst) : values;
  const numbers = [...new Set(inOrder.map(numberOf).filter((number) => number !== null))];
  const rank = new Map(numbers.map((number, k) => [number, numbers.length - k]));
  const zeros = new Map<number, number>();
  let others = 0;
  const width = String(values.length).length;
  return new Map(
    inOrder.map((value): [string, unknown] => {
      const key = keyOf(value);
      if (value === null || value === undefined || typeof value === 'boolean') return [key, value ?? null];
      const number = numberOf(value);
      if (number !== null) {
        const of = rank.get(number) ?? 0;
        if (typeof value === 'number') return [key, of];
        // `7` and `07` are the same number, and not the same text.
        const before = zeros.get(of) ?? 0;
        zeros.set(of, before + 1);
        return [key, '0'.repeat(before) + String(of)];
      }
      const at = others++;
      return [key, typeof value === 'string' ? `value-${String(at).padStart(width, '0')}` : [at]];
    }),
  );
}
