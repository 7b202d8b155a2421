import { repetition } from '../../healing/repetition.ts';
import { template } from '../../healing/witnesses.ts';
import { seededRandom } from '../../kernel/random.ts';
import { parsedJson } from '../../kernel/parsed-json.ts';
import { simplestText } from '../../kernel/pattern-automaton.ts';
import type { OutputSchema, Scalar } from '../../swarm/output-schema.ts';
import { textsOf } from '../../swarm/schema-texts.ts';

/** A text and what stands for it. */
export interface Masked {
  readonly text: string;
  readonly mask: string;
}

/**
 * Placeholders of the same length for lines that are not to be shown. Lines that are alike but for names and numbers get placeholders that are
 * alike in the same way, because healing compares the answers to such lines; nothing else of the line is in it.
 */
export function maskLines(lines: readonly string[]): string[] {
  const groups = new Map<string, string>();
  return lines.map((line) => {
    const form = template(line);
    let word = groups.get(form);
    if (word === undefined) groups.set(form, (word = letters(groups.size)));
    return `${word} ${noise(line.length)}`.slice(0, line.length);
  });
}

let made = '';

/**
 * Letters and digits in no order, the same for every line: one word that `template` takes for a number, no piece of which looks like a loop, and
 * that costs nothing when packed.
 */
function noise(length: number): string {
  if (made.length < length) {
    const random = seededRandom('placeholder');
    made = '0';
    while (made.length < length) made += random.int(36 ** 5).toString(36);
  }
  return made.slice(0, length);
}

/** 0 is `a`, 26 is `ba`. */
function letters(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26)) + last;
}

/**
 * What an agent wrote without anything of the input: choices of the schema, yes and no stay; what was copied becomes the same piece of the
 * placeholder, so that it still is a copy; other texts and numbers become fillers.
 * @param schema the role's output; undefined: free text
 * @param given what the agent was given, with its masks
 */
export function maskOutput(text: string, schema: OutputSchema | undefined, given: readonly Masked[]): string {
  if (!schema) return maskText(text, given);
  const value = parsedJson(text);
  if (value === undefined) return maskText(text, given);
  return JSON.stringify(maskValue(value, schema, given));
}

function maskValue(value: unknown, schema: OutputSchema | undefined, given: readonly Masked[]): unknown {
  if (value === null || typeof value === 'boolean' || isChoice(value, schema)) return value;
  if (typeof value === 'string') return shaped(schema) ?? maskText(value, given);
  if (typeof value === 'number') return number(schema);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, schema?.items, given));
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([name]) => schema?.properties && Object.hasOwn(schema.properties, name))
      .map(([name, part]) => [name, maskValue(part, schema?.properties?.[name], given)]),
  );
}

function isChoice(value: unknown, schema: OutputSchema | undefined): boolean {
  if (!schema) return false;
  const choices: readonly Scalar[] = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  return choices.some((choice) => choice === value) || (schema.anyOf ?? []).some((each) => isChoice(value, each));
}

/** A text of the schema's pattern or format; null where it has neither. */
function shaped(schema: OutputSchema | undefined): string | null {
  const texts = schema ? textsOf(schema) : null;
  return texts?.ok && texts.value ? simplestText(texts.value) : null;
}

function number(schema: OutputSchema | undefined): number {
  const above = schema?.exclusiveMinimum;
  const below = schema?.exclusiveMaximum;
  const least = Math.max(schema?.minimum ?? -Infinity, above ?? -Infinity);
  const most = Math.min(schema?.maximum ?? Infinity, below ?? Infinity);
  const near = Math.min(Math.max(0, Math.ceil(least)), most);
  // Nobody is told the bound itself where it is left out.
  if (near !== above && near !== below) return near;
  if (near === above && near + 1 < most) return near + 1;
  return near === below && near - 1 > least ? near - 1 : (least + most) / 2;
}

function maskText(text: string, given: readonly Masked[]): string {
  for (const { text: source, mask } of given) {
    const at = text === '' ? -1 : source.indexOf(text);
    if (at >= 0) return mask.slice(at, at + text.length);
  }
  // A loop stays one; anything else must not look like one.
  if (repetition(text).looping) return '?'.repeat(text.length);
  let filler = '?';
  for (let k = 1; filler.length < text.length; k++) filler += ` ${(k * 7919).toString(36)}`;
  return filler.slice(0, text.length);
}
