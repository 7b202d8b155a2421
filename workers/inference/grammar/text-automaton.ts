import type { AnswerSchema } from '../../../src/engine/answer-schema.ts';
import { ANYTHING, parsePattern, type Pattern } from '../../../src/kernel/pattern.ts';
import { type Automaton, automatonOf } from '../../../src/kernel/pattern-automaton.ts';
import { formatPattern, TEXT_FORMATS, type TextFormat } from '../../../src/kernel/text-formats.ts';

/** Characters that a text of any characters is counted to, a state for each: beyond, its length is left to the check. */
export const MOST_COUNTED = 256;

/** What `pattern` and `format` say; empty where the schema has neither. @throws Error where one is not known */
export function patternsOf({ pattern, format }: AnswerSchema): Pattern[] {
  const patterns: Pattern[] = [];
  if (pattern !== undefined) {
    const parsed = parsePattern(pattern);
    if (!parsed.ok) throw new Error(parsed.error.message);
    patterns.push(parsed.value);
  }
  if (format !== undefined) {
    if (!TEXT_FORMATS.some((name) => name === format)) throw new Error(`the format ${format} has no grammar`);
    patterns.push(formatPattern(format as TextFormat));
  }
  return patterns;
}

/** The texts of these patterns, or any, of so many characters. @throws Error where it would be too large */
export function textAutomaton(patterns: readonly Pattern[], least: number, most: number): Automaton {
  const automaton = automatonOf(patterns.length > 0 ? patterns : [ANYTHING], least, most);
  if (!automaton.ok) throw new Error('a text has too many states for a grammar');
  return automaton.value;
}
