/**
 * Does what a model wrote match its role's `output`?
 *
 * @cfworker/json-schema does the standard part: it interprets schemas, where the better known validators compile them with `new Function`,
 * which the page's Content-Security-Policy forbids. `pattern`, `format` and our own keyword `x-copied-from` are a second walk over both.
 */
import { type Schema, Validator } from '@cfworker/json-schema';
import { accepts } from '../kernel/pattern-automaton.ts';
import type { OutputSchema } from './output-schema.ts';
import { textsOf } from './schema-texts.ts';

export interface CheckContext {
  /** The text of the item, as the agent read it. */
  readonly input: string;
}

/** What is wrong with an output. */
export interface OutputFault {
  /** `copied`: a text is no piece of the input. */
  readonly rule: 'schema' | 'copied';
  /** One sentence with its path (`severity: …`, `tags[2]: …`). */
  readonly detail: string;
}

/** One validator a schema: building one walks the whole schema. */
const validators = new WeakMap<OutputSchema, Validator>();

function validatorFor(schema: OutputSchema): Validator {
  let validator = validators.get(schema);
  if (!validator) {
    // `false` = collect all errors instead of stopping at the first.
    validator = new Validator(withoutTexts(schema) as Schema, '2020-12', false);
    validators.set(schema, validator);
  }
  return validator;
}

/** Without what is checked here: a pattern that a file brought could hold up an engine that backtracks for ever. */
function withoutTexts(schema: OutputSchema): OutputSchema {
  const { pattern: _pattern, format: _format, ...rest } = schema;
  if (rest.items) rest.items = withoutTexts(rest.items);
  if (rest.anyOf) rest.anyOf = rest.anyOf.map(withoutTexts);
  if (rest.properties) {
    rest.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, child]) => [name, withoutTexts(child)]),
    );
  }
  return rest;
}

/** Errors at these keywords only say that something within is wrong, which has an error of its own. */
const OUTER: readonly string[] = ['properties', 'items', 'additionalProperties'];

/**
 * @param schema a role's output schema as engines get it (`plainSchema`)
 * @param value parsed JSON
 * @returns in no particular order; empty when the value passes. Texts and copies are only looked at in values that fit the rest of the schema
 */
export function checkOutput(schema: OutputSchema, value: unknown, context: CheckContext): OutputFault[] {
  const { valid, errors } = validatorFor(schema).validate(value);
  if (valid) return textFaults(schema, value, context.input, '');
  const anyOf = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ keywordLocation }) => `${keywordLocation}/`);
  return (
    errors
      .filter(({ keyword }) => !OUTER.includes(keyword))
      // Why each alternative failed is noise: that none fits is the fault.
      .filter(({ keywordLocation }) => !anyOf.some((location) => keywordLocation.startsWith(location)))
      .map(({ instanceLocation, keyword, error }) => {
        const sentence = keyword === 'false' ? 'is not a property of the schema.' : error;
        return { rule: 'schema', detail: sayAt(pathOf(instanceLocation), sentence) };
      })
  );
}

/** Walks a value that passes its schema. */
function textFaults(schema: OutputSchema, value: unknown, input: string, path: string): OutputFault[] {
  const faults: OutputFault[] = [];
  const texts = typeof value === 'string' ? textsOf(schema) : null;
  if (typeof value === 'string' && texts?.ok && texts.value && !accepts(texts.value, value)) {
    const { pattern, format } = schema;
    const what = [
      pattern === undefined ? [] : `the pattern ${pattern}`,
      format === undefined ? [] : `the format ${format}`,
    ];
    faults.push({ rule: 'schema', detail: sayAt(path, `does not match ${what.flat().join(' and ')}.`) });
  }
  if (schema['x-copied-from'] && typeof value === 'string' && !input.includes(value)) {
    faults.push({ rule: 'copied', detail: sayAt(path, 'is not a piece of the input.') });
  }
  if (schema.items && Array.isArray(value)) {
    const { items } = schema;
    faults.push(...value.flatMap((item, index) => textFaults(items, item, input, `${path}[${index}]`)));
  }
  if (schema.properties && typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(schema.properties)) {
      if (!Object.hasOwn(value, name)) continue;
      faults.push(
        ...textFaults(child, (value as Record<string, unknown>)[name], input, path === '' ? name : `${path}.${name}`),
      );
    }
  }
  if (schema.anyOf) {
    const fitting = schema.anyOf.filter((child) => validatorFor(child).validate(value).valid);
    const byChild = fitting.map((child) => textFaults(child, value, input, path));
    // One alternative that fits in every respect is enough.
    if (!byChild.some((each) => each.length === 0)) faults.push(...(byChild[0] ?? []));
  }
  return faults;
}

function sayAt(path: string, sentence: string): string {
  return path === '' ? sentence : `${path}: ${sentence}`;
}

/** JSON Pointer in a fragment (`#/tags/2`) as people write it (`tags[2]`). */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}
