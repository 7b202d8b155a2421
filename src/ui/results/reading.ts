import type { ResultRow } from '../../runtime/protocol/protocol.ts';
import { charactersOf, num } from '../base/format.ts';
import type { Dictionary } from '../text/en.ts';

/** What of a row's texts was not read: the sentence, and what there is room for beside the text; null where all was. */
export function readingOf(
  { read = [] }: Pick<ResultRow, 'read'>,
  words: Dictionary['results'],
): { readonly short: string; readonly long: string } | null {
  const [first] = read;
  if (!first) return null;
  const long = read.map(({ role, of, characters, read: parts, forgot = 0 }) => {
    const who = of === undefined ? role : words.readOf(role, of);
    const [[from, to] = [0, 0]] = parts;
    const whole = parts.length === 1 && from === 0 && to === characters;
    const one = parts.length === 1 && from === 0;
    const told = one ? words.readTo(to, characters) : words.readParts(charactersOf(parts), characters);
    return `${who}: ${[whole ? '' : told, forgot > 0 ? words.forgot(forgot) : ''].filter((part) => part !== '').join(', ')}`;
  });
  const characters = first.read.reduce((sum, [from, to]) => sum + to - from, 0);
  return { short: `${num(characters)}/${num(first.characters)}`, long: long.join('; ') };
}
