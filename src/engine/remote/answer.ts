/** The one JSON value in what a model wrote, where JSON was asked for: without what is around it. */
import { isJson } from '../../kernel/parsed-json.ts';

/** Values in prose that are tried, and how long a text is looked through, characters. */
const CANDIDATES = 32;
const LOOKED = 256_000;

/**
 * The one JSON value in what a model wrote, as it was written: the text itself, what a fence holds, or the only one in prose. Null where there
 * is none, or two that differ: which of them is the answer is not guessed.
 * @param bracket with which the value must begin in prose: `{` where an object was asked for, `[` for a list
 */
export function jsonIn(text: string, bracket: '{' | '[' = '{'): string | null {
  const whole = text.trim();
  if (isJson(whole)) return whole;
  if (whole.length > LOOKED) return null;
  const fenced = [...whole.matchAll(/```[\w-]*[^\S\n]*\n?([\s\S]*?)```/g)].map(([, inside = '']) => inside.trim());
  return only(fenced.filter(isJson)) ?? only(inProse(whole).filter((value) => value.startsWith(bracket)));
}

const only = (found: readonly string[]): string | null =>
  found.length > 0 && new Set(found).size === 1 ? (found[0] as string) : null;

/** Objects and lists that stand in the text, the outermost ones. */
function inProse(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (let tries = 0; tries < CANDIDATES; tries++) {
    const from = text.slice(at).search(/[{[]/);
    if (from < 0) break;
    const begin = at + from;
    const end = endOf(text, begin);
    // Of an object or list that was cut off no part stands for the whole.
    if (end === null && /^(?:\{\s*"|\[\s*[[{"\d-])/.test(text.slice(begin, begin + 64))) return [];
    const value = end === null ? '' : text.slice(begin, end);
    if (end !== null && isJson(value)) {
      found.push(value);
      at = end;
    } else at = begin + 1;
  }
  return found;
}

/** Where the brackets that open at `begin` are closed again, texts left out; null where they are not. */
function endOf(text: string, begin: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = begin; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return null;
}
