/**
 * Which value of a JSON record agents read: `message`, `log.message` within another, `items[].text` each of a list, `items[0]` one of it. A key
 * that is written just so goes before what the dots and brackets would mean, at each level: names of labels hold dots.
 */
import { nearest } from '../nearest.ts';
import { itemsOf, membersOf, type Span } from './json-text.ts';

export interface Found extends Span {
  /** An item of a list (`[]`) in which the rest of the way leads nowhere; the span is the item's. */
  readonly missing?: true;
}

/**
 * All that `field` leads to; null where it leads nowhere. An empty list in the place of `[]` leads to nothing, which is no fault.
 *
 * @param text JSON where `at` begins a value
 */
export function follow(text: string, span: Span, field: string): readonly Found[] | null {
  if (field === '') return [span];
  if (text[span.start] === '[') return followList(text, span, field);
  if (text[span.start] !== '{') return null;
  // The longest key first.
  const cuts = [field.length, ...cutsOf(field)];
  const members = membersOf(text, span.start, new Set(cuts.map((cut) => field.slice(0, cut))));
  for (const cut of cuts) {
    const member = members.get(field.slice(0, cut));
    const found = member && follow(text, member, afterDot(field.slice(cut)));
    if (found) return found;
  }
  return null;
}

function followList(text: string, { start }: Span, field: string): readonly Found[] | null {
  const [whole, brackets, bare] = /^(?:\[(\d*)\]|(\d+)(?=\.|\[|$))/.exec(field) ?? [];
  if (whole === undefined) return null;
  const rest = afterDot(field.slice(whole.length));
  if (brackets !== '') {
    const item = [...itemsOf(text, start)][Number(brackets ?? bare)];
    return item ? follow(text, item, rest) : null;
  }
  return [...itemsOf(text, start)].flatMap((item) => follow(text, item, rest) ?? [{ ...item, missing: true as const }]);
}

/** Where a key may end, the last such place first. */
function cutsOf(field: string): number[] {
  const cuts: number[] = [];
  for (let at = field.length - 1; at > 0; at--) if (field[at] === '.' || field[at] === '[') cuts.push(at);
  return cuts;
}

const afterDot = (rest: string): string => (rest.startsWith('.') ? rest.slice(1) : rest);

/** What a person who asks for `field` may have meant: a key that is spelled almost so, or one of that name within another. */
export function nearestField(value: unknown, field: string): string | null {
  const known = fieldsOf(value);
  const last = field.slice(field.lastIndexOf('.') + 1);
  return nearest(field, known) ?? known.find((each) => each.endsWith(`.${last}`)) ?? null;
}

/** Names of a record's fields, three levels down. */
function fieldsOf(value: unknown, levels = 3): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || levels === 0) return [];
  const members = Object.entries(value).slice(0, 200);
  return members.flatMap(([name, inner]) => [name, ...fieldsOf(inner, levels - 1).map((each) => `${name}.${each}`)]);
}
