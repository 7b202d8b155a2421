/** What a schema says of a text beside its length: `pattern` and `format`, by the same automaton that the grammar is made of. */
import { err, ok, type Result } from '../kernel/result.ts';
import { parsePattern, type Pattern } from '../kernel/pattern.ts';
import { type Automaton, automatonOf, type AutomatonWork } from '../kernel/pattern-automaton.ts';
import { formatPattern, TEXT_FORMATS, type TextFormat } from '../kernel/text-formats.ts';
import type { OutputSchema } from './output-schema.ts';

/** Why a pattern cannot be used, and what to write instead. */
export interface TextFault {
  readonly key: 'pattern' | 'format';
  readonly message: string;
  readonly hint: string;
}

const known = new WeakMap<OutputSchema, Result<Automaton | null, TextFault>>();

/**
 * The texts that pass `pattern`, `format` and, beside them, the lengths; null where a schema has neither pattern nor format.
 *
 * @param work shared by all patterns of a file; absent where the file was checked before
 */
export function textsOf(schema: OutputSchema, work?: AutomatonWork): Result<Automaton | null, TextFault> {
  let texts = known.get(schema);
  if (!texts) known.set(schema, (texts = readOnce(schema, work)));
  return texts;
}

/** What is written often in a file is made once: by what the file may spend on patterns. */
const ofFile = new WeakMap<AutomatonWork, Map<string, Result<Automaton | null, TextFault>>>();

function readOnce(schema: OutputSchema, work: AutomatonWork | undefined): Result<Automaton | null, TextFault> {
  if (!work) return read(schema, work);
  let made = ofFile.get(work);
  if (!made) ofFile.set(work, (made = new Map()));
  const { pattern, format, minLength, maxLength } = schema;
  const key = JSON.stringify([pattern, format, minLength, maxLength]);
  let texts = made.get(key);
  if (!texts) made.set(key, (texts = read(schema, work)));
  return texts;
}

function read(
  { pattern, format, minLength, maxLength }: OutputSchema,
  work: AutomatonWork | undefined,
): Result<Automaton | null, TextFault> {
  const patterns: Pattern[] = [];
  if (pattern !== undefined) {
    const parsed = parsePattern(pattern);
    if (!parsed.ok) return err({ key: 'pattern', ...parsed.error });
    patterns.push(parsed.value);
  }
  if (isTextFormat(format)) patterns.push(formatPattern(format));
  if (patterns.length === 0) return ok(null);
  const key = pattern === undefined ? 'format' : 'pattern';
  if (work?.spent) {
    const message = `the ${key} comes after others that took all the time there is for patterns`;
    return err({ key, message, hint: 'fewer patterns, with fewer and smaller counts' });
  }
  const automaton = automatonOf(patterns, minLength, maxLength, work);
  if (!automaton.ok) {
    return err({
      key,
      message: `the ${key} has too many states for a grammar`,
      hint: 'give it fewer and smaller counts, and anchor it with ^ and $',
    });
  }
  const [start] = automaton.value.states;
  if (start?.final !== true && start?.edges.length === 0) {
    const beside = [format !== undefined && pattern !== undefined ? ['format'] : [], 'minLength and maxLength'].flat();
    return err({ key, message: `no text passes the ${key}`, hint: `look at it beside ${beside.join(', ')}` });
  }
  return ok(automaton.value);
}

function isTextFormat(format: string | undefined): format is TextFormat {
  return TEXT_FORMATS.some((name) => name === format);
}
