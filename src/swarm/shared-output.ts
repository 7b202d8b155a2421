/** What the answer to one text is for another of the same shape. */
import { partitionPoint } from '../kernel/partition-point.ts';
import { checkOutput } from './json-schema.ts';
import type { OutputSchema } from './output-schema.ts';
import type { TextShape } from './shape.ts';

/** Texts that stand in the same place, of the one that was answered and of the other. */
export type Pair = readonly [answered: TextShape, other: TextShape];

/** Places of a copied text that are looked at. */
const MOST_PLACES = 64;

/**
 * The output for the other texts: what was copied from the first text is copied from the same place of the other. Null where it cannot be said:
 * a copied text does not lie on tokens, or lies on several that differ; or anything else of the output repeats a number or a name that the
 * other texts do not have in that place.
 *
 * Linear in texts and output, but for `MOST_PLACES`. What it gives is still to be checked as any output.
 * @param schema as engines get it (`plainSchema`); null: free text
 * @param pairs at least one; copies are from the first
 */
export function sharedOutput(
  schema: OutputSchema | null,
  output: unknown,
  pairs: readonly [Pair, ...Pair[]],
): { readonly output: unknown } | null {
  if (pairs.some(([answered, other]) => answered.shape !== other.shape)) return null;
  const [[answered, other]] = pairs;
  // Equal texts have equal answers.
  if (pairs.every(([a, b]) => a.text === b.text)) return { output };
  const own = ownPieces(pairs);
  const says = (said: string): boolean => piecesOf(said).some((piece) => own.has(piece));
  const anew = (value: unknown, at: OutputSchema | undefined): unknown => {
    if (typeof value === 'string' && at?.['x-copied-from']) return copied(value, answered, other);
    if (typeof value === 'string' || typeof value === 'number') return says(String(value)) ? NOTHING : value;
    if (typeof value !== 'object' || value === null) return value;
    const within = alternative(at, value, answered.text);
    if (Array.isArray(value)) {
      const items = value.map((item) => anew(item, alternative(within?.items, item, answered.text)));
      return items.includes(NOTHING) ? NOTHING : items;
    }
    const members = Object.entries(value).map(([name, member]): [string, unknown] => {
      const child = within?.properties && Object.hasOwn(within.properties, name) ? within.properties[name] : undefined;
      // Names that the schema does not have are the model's own words.
      if (!child && says(name)) return [name, NOTHING];
      return [name, anew(member, alternative(child, member, answered.text))];
    });
    return members.some(([, member]) => member === NOTHING) ? NOTHING : Object.fromEntries(members);
  };
  const made = anew(output, alternative(schema ?? undefined, output, answered.text));
  return made === NOTHING ? null : { output: made };
}

/** Stands for a value that cannot be said. */
const NOTHING = Symbol('nothing');

/** The schema that the value is of, where there are several. */
function alternative(schema: OutputSchema | undefined, value: unknown, input: string): OutputSchema | undefined {
  return schema?.anyOf?.find((each) => checkOutput(each, value, { input }).length === 0) ?? schema;
}

/** The same piece of the other text. */
function copied(value: string, answered: TextShape, other: TextShape): string | typeof NOTHING {
  if (value === '') return value;
  let found: string | undefined;
  let from = answered.text.indexOf(value);
  for (let places = 0; from >= 0; from = answered.text.indexOf(value, from + 1)) {
    if (++places > MOST_PLACES) return NOTHING;
    const [start, end] = [placeIn(answered, other, from), placeIn(answered, other, from + value.length)];
    if (start === null || end === null) continue;
    const piece = other.text.slice(start, end);
    // Which of two was meant nobody knows.
    if (found !== undefined && found !== piece) return NOTHING;
    found = piece;
  }
  return found ?? NOTHING;
}

/** Where the other text has what the first has at that character; null within what may differ. */
function placeIn(answered: TextShape, other: TextShape, at: number): number | null {
  const token = tokenAt(answered.starts, at);
  const within = at - (answered.starts[token] as number);
  if (within > 0 && (answered.varies(token) || /^\s/.test(answered.text.slice(at - within, at)))) return null;
  return (other.starts[token] as number) + within;
}

/** The last token that begins there or before; that behind the last one, at the end of the text. */
function tokenAt(starts: readonly number[], at: number): number {
  return Math.max(0, partitionPoint(starts.length, (token) => (starts[token] as number) <= at) - 1);
}

/** Pieces of numbers and names that the first texts have and the others have not in that place. */
function ownPieces(pairs: readonly Pair[]): ReadonlySet<string> {
  const own = new Set<string>();
  for (const [answered, other] of pairs)
    for (let token = 0; token + 1 < answered.starts.length; token++) {
      if (!answered.varies(token)) continue;
      const [mine, its] = [tokenText(answered, token), tokenText(other, token)];
      if (mine === its) continue;
      const others = piecesOf(its);
      for (const piece of piecesOf(mine)) if (!others.includes(piece)) own.add(piece);
    }
  return own;
}

const tokenText = ({ text, starts }: TextShape, token: number): string => text.slice(starts[token], starts[token + 1]);

/** Words and numbers, in small letters; of a word with digits these as well, and of a number with commas the whole. */
const piecesOf = (text: string): readonly string[] => {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{Nd}]+/gu) ?? [];
  const wholes = text.match(/\p{Nd}{1,3}(?:,\p{Nd}{3})+/gu) ?? [];
  return [
    ...words,
    ...words.flatMap((word) => (/\p{L}/u.test(word) ? (word.match(/\p{Nd}+/gu) ?? []) : [])),
    ...wholes.map((whole) => whole.replaceAll(',', '')),
  ];
};
