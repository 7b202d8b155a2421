/** `sort`, `limit` and `sample` of a step without a role: the keys as the file has them. What they choose is in chooser.ts. */
import * as v from 'valibot';

/** Outputs that one step chooses at most, but for items of the input. */
export const MAX_CHOSEN = 100_000;
/** Directions of a field in `sort`. */
const ORDERS = ['ascending', 'descending'] as const;

const SORT = 'a list of 1 to 8 fields such as [severity, {field: size, order: ascending}]';
const SORT_FIELD = 'a field, or a map such as {field: size, order: ascending}';
const FIELDS = 'a list of 1 to 8 fields such as [kind, subject]';

const field = (expected: string) =>
  v.pipe(v.string(expected), v.nonEmpty(expected), v.maxLength(128, 'a text of 1 to 128 characters'));

export const SortSchema = v.pipe(
  v.array(
    v.union(
      [
        field(SORT_FIELD),
        v.strictObject({ field: field('a field'), order: v.exactOptional(v.picklist(ORDERS)) }, SORT_FIELD),
      ],
      SORT_FIELD,
    ),
    SORT,
  ),
  v.minLength(1, SORT),
  v.maxLength(8, SORT),
);

/** @param most items of an input */
export const sampleSchema = (most: number) => {
  const whole = (max: number) => {
    const expected = `a whole number from 1 to ${String(max)}`;
    return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(1, expected), v.maxValue(max, expected));
  };
  return v.strictObject(
    {
      first: v.pipe(v.exactOptional(whole(most)), v.description('The first so many.')),
      random: v.pipe(v.exactOptional(whole(most)), v.description('So many at random, by the seed.')),
      of: v.pipe(
        v.exactOptional(v.pipe(v.array(field(FIELDS), FIELDS), v.minLength(1, FIELDS), v.maxLength(8, FIELDS))),
        v.description(
          'Fields of the source: of those that are the same in all of them the first, or as many as most says.',
        ),
      ),
      most: v.pipe(v.exactOptional(whole(MAX_CHOSEN)), v.description('With of: how many of each; absent = 1.')),
    },
    'a map with first, random, or of and most',
  );
};

/** One of `sort`: a field, and which way where the file says it. */
export type SortField = v.InferOutput<typeof SortSchema>[number];
export type Sample = v.InferOutput<ReturnType<typeof sampleSchema>>;

/** What a step without a role chooses of its source. */
export interface ChoiceRule {
  readonly sort?: readonly SortField[];
  readonly limit?: number;
  readonly sample?: Sample;
}

/** The field, and its direction; undefined: worst first, as groups are. */
export const sortOf = (given: SortField): { readonly field: string; readonly order?: 'ascending' | 'descending' } =>
  typeof given === 'string' ? { field: given } : given;

/** The place in the input, which can be sorted by as if it were a field. */
export const PLACE = 'line';

/** The rule in signs that need no language: `severity, size ↑ ≤ 5`. */
export function choiceText({ sort = [], limit, sample }: ChoiceRule): string {
  const fields = sort.map((each) => {
    const { field, order } = sortOf(each);
    return order === undefined ? field : `${field} ${order === 'ascending' ? '↑' : '↓'}`;
  });
  const of = sample?.of && `${sample.of.join(', ')}: ${String(sample.most ?? 1)}`;
  const most = limit ?? sample?.first ?? sample?.random;
  return [fields.join(', '), of ?? '', most === undefined ? '' : `≤ ${String(most)}`]
    .filter((part) => part !== '')
    .join(' ');
}

/** Fields that it looks at, the place in the input aside where it is sorted by that. */
export const fieldsOfRule = ({ sort = [], sample }: ChoiceRule): string[] => [
  ...sort.map((given) => sortOf(given).field).filter((field) => field !== PLACE),
  ...(sample?.of ?? []),
];
