import { parsePattern } from '../kernel/pattern.ts';
import { automatonOf, simplestText } from '../kernel/pattern-automaton.ts';
import type { Random } from '../kernel/random.ts';
import { formatPattern, TEXT_FORMATS } from '../kernel/text-formats.ts';
import type { AnswerSchema } from './answer-schema.ts';

/** Words that speak for a choice; the first row that a line has wins. */
const SPEAKS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/panic|fatal|emerg|corrupt|segfault/i, ['critical', 'page', 'process']],
  [/\b(fail|error|denied|refused|invalid|unable|cannot)/i, ['error', 'investigate']],
  [/warn|retry|slow|timeout|timed out/i, ['warning', 'watch']],
  [/debug|trace/i, ['debug', 'none']],
];
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/sshd|login|passw|auth|pam|session|user/i, 'auth'],
  [/memory|heap|oom/i, 'memory'],
  [/disk|file|mount|block|i\/o/i, 'storage'],
  [/permission|denied|forbidden/i, 'permission'],
  [/connect|network|port|socket|tcp|dns/i, 'network'],
  [/config|option|setting/i, 'config'],
  [/GET |POST |http|request/i, 'request'],
  [/cron|schedul|timer/i, 'scheduler'],
  [/process|pid|daemon|start|stop|kernel/i, 'process'],
];

/**
 * A value that meets `schema`, from simple rules over the prompt's text: known words choose among enums, copied texts are words of the
 * input. It understands nothing; it only stands in for a model where a model is not what is tested.
 * @param schema JSON AnswerSchema as text; undefined: free text
 * @param input text of the turn's last message
 */
export function scriptedAnswer(schema: string | undefined, input: string, random: Random): string {
  if (schema === undefined) return `Read: ${input.slice(0, 120)}`;
  return JSON.stringify(valueFor(JSON.parse(schema) as AnswerSchema, input, random));
}

function valueFor(schema: AnswerSchema, input: string, random: Random): unknown {
  if ('const' in schema) return schema.const;
  if (schema.enum) return chooseFrom(schema.enum, input, random);
  const [first] = schema.anyOf ?? [];
  if (first) return valueFor(first, input, random);
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required === undefined || schema.required.includes(name))
          .map(([name, property]) => [name, valueFor(property, input, random)]),
      );
    case 'array':
      return listFor(schema, input, random);
    case 'string':
      return textFor(schema, input);
    case 'integer':
    case 'number':
      return numberFor(schema, type);
    case 'boolean':
      // As a verdict on somebody else's work: mostly yes.
      return random.chance(0.9);
    default:
      return null;
  }
}

function chooseFrom(options: readonly unknown[], input: string, random: Random): unknown {
  for (const [words, meanings] of SPEAKS) {
    const meant = words.test(input) ? options.find((option) => meanings.includes(String(option))) : undefined;
    if (meant !== undefined) return meant;
  }
  for (const [words, kind] of KINDS) if (words.test(input) && options.includes(kind)) return kind;
  for (const quiet of ['info', 'none', 'other']) if (options.includes(quiet)) return quiet;
  return random.pick(options);
}

function listFor(
  { items = {}, minItems = 0, uniqueItems = false }: AnswerSchema,
  input: string,
  random: Random,
): unknown[] {
  const values = Array.from({ length: minItems }, () => valueFor(items, input, random));
  if (!uniqueItems) return values;
  const others = items.enum ?? ([items.type].flat()[0] === 'boolean' ? [true, false] : []);
  const taken = new Set<unknown>();
  return values.map((value, k) => {
    // Null may be one of them.
    const free = others.filter((other) => !taken.has(other));
    const own = !taken.has(value) ? value : free.length > 0 ? free[0] : another(value, k, items);
    taken.add(own);
    return own;
  });
}

/** The value made different, as far as its schema is known to bear it. */
function another(value: unknown, k: number, { maxLength = Infinity }: AnswerSchema): unknown {
  if (typeof value === 'number') return value + k;
  if (typeof value !== 'string') return value;
  const mark = String(k);
  return value.slice(0, Math.max(0, maxLength - mark.length)) + mark;
}

function numberFor(schema: AnswerSchema, type: string): number {
  const { exclusiveMinimum: above = -Infinity, exclusiveMaximum: below = Infinity } = schema;
  const start = schema.minimum ?? Math.min(0, schema.maximum ?? 0);
  if (start > above && start < below) return start;
  if (type === 'integer') return start <= above ? above + 1 : below - 1;
  const [low, high] = [Math.max(above, schema.minimum ?? -Infinity), Math.min(below, schema.maximum ?? Infinity)];
  return high === Infinity ? low + 1 : low === -Infinity ? high - 1 : (low + high) / 2;
}

function textFor(schema: AnswerSchema, input: string): string {
  const shaped = shapedText(schema);
  if (shaped !== null) return shaped;
  const least = schema.minLength ?? 0;
  const most = schema.maxLength ?? 64;
  const line = input.split('\n', 1)[0] ?? '';
  // The word before a colon names who speaks in most logs.
  const speaker = /([A-Za-z][\w.-]*)(?:\[\d+\])?:\s/.exec(line)?.[1];
  const word = speaker ?? line.split(/\s+/).find((part) => part.length > 2) ?? line;
  const text = word.length >= least ? word : line;
  const cut = text.slice(0, most);
  return schema['x-copied-from'] ? cut : cut.padEnd(least, '-');
}

/** A text of the pattern and format; null where there is neither. */
function shapedText({ pattern, format, minLength, maxLength }: AnswerSchema): string | null {
  const parsed = pattern === undefined ? null : parsePattern(pattern);
  const known = TEXT_FORMATS.find((name) => name === format);
  const patterns = [parsed?.ok ? [parsed.value] : [], known ? [formatPattern(known)] : []].flat();
  const texts = patterns.length > 0 ? automatonOf(patterns, minLength, maxLength) : null;
  return texts?.ok ? simplestText(texts.value) : null;
}
