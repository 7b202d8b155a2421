/** Rules that tie the keywords of an output schema together. What passes them has a grammar, and values that pass the schema. */
import { accepts, AutomatonWork } from '../kernel/pattern-automaton.ts';
import { MAX_DIAGNOSTICS, quote, someOf } from './diagnostic.ts';
import {
  ANNOTATIONS,
  childrenOf,
  type MergeRule,
  NUMBER_FORMATS,
  type OutputSchema,
  type OutputType,
  type Scalar,
  typesOf,
} from './output-schema.ts';
import { nearest } from './nearest.ts';
import {
  circleFrom,
  goesRound,
  MOST_DEFINITIONS,
  MOST_SCHEMAS,
  references,
  referredTo,
  sizeWrittenOut,
} from './schema-references.ts';
import { textsOf } from './schema-texts.ts';

/** For all patterns of a swarm file: the time of a few that are at the limit. */
export const MOST_WORK = 60_000;

type Path = readonly (string | number)[];

/** A rule that a well-typed schema breaks; `path` leads from the schema's root to the key at fault. */
export interface SchemaFault {
  readonly path: Path;
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
}

type Report = (at: Path, message: string, expected: string, hint?: string) => void;

/**
 * @param root a role's whole output, of the right form
 * @param work for all patterns of the file
 * @returns the first 50 or so: after that no more is looked at
 */
export function outputSchemaFaults(
  root: OutputSchema,
  path: Path = [],
  work = new AutomatonWork(MOST_WORK),
): SchemaFault[] {
  for (const key of ['$defs', 'definitions'] as const) {
    const { length } = Object.keys(root[key] ?? {});
    if (length <= MOST_DEFINITIONS) continue;
    // Looking further would follow them, however long the way is.
    const message = `${key} has ${length} definitions`;
    return [
      {
        path: [...path, key],
        message,
        expected: `at most ${MOST_DEFINITIONS}`,
        hint: 'leave out those that nothing refers to',
      },
    ];
  }
  const faults: SchemaFault[] = [];
  faultsWithin(root, { root, work, known: references(root), circular: goesRound(root) }, path, faults);
  if (faults.length === 0 && sizeWrittenOut(root) > MOST_SCHEMAS) {
    faults.push({
      path,
      message: `with its references written out the output has more than ${MOST_SCHEMAS} schemas`,
      expected: `at most ${MOST_SCHEMAS}`,
    });
  }
  return faults;
}

/** What is the same for all schemas of one output. */
interface Whole {
  readonly root: OutputSchema;
  readonly work: AutomatonWork;
  /** What could be referred to. */
  readonly known: readonly string[];
  /** Some references of it go round in a circle. */
  readonly circular: boolean;
}

function faultsWithin(schema: OutputSchema, whole: Whole, path: Path, faults: SchemaFault[]): void {
  if (faults.length > MAX_DIAGNOSTICS) return;
  const report: Report = (at, message, expected, hint = '') => {
    faults.push({ path: [...path, ...at], message, expected, hint });
  };
  if (schema !== whole.root) checkPlace(schema, report);
  if (schema.$ref === undefined) checkKeywords(schema, whole.work, report);
  else checkReference(schema, schema.$ref, whole, report);
  for (const [at, child] of childrenOf(schema)) {
    checkName(at, report);
    faultsWithin(child, whole, [...path, ...at], faults);
  }
}

function checkKeywords(schema: OutputSchema, work: AutomatonWork, report: Report): void {
  checkSaysSomething(schema, report);
  checkTypes(schema, report);
  checkBounds(schema, report);
  checkArray(schema, report);
  checkTexts(schema, work, report);
  checkValues(schema, report);
  checkMerge(schema, report);
  checkRequired(schema, report);
}

function checkRequired({ required = [], properties = {} }: OutputSchema, report: Report): void {
  const names = Object.keys(properties);
  const missing = required.flatMap((name, index) => (Object.hasOwn(properties, name) ? [] : [{ name, index }]));
  for (const { name, index } of missing.slice(0, MAX_DIAGNOSTICS)) {
    const near = nearest(name, names);
    const message = `required names ${quote(name)}, which properties does not have`;
    report(['required', index], message, 'a name in properties', near ? `did you mean ${near}?` : '');
  }
}

/** What the values must be that a rule makes one of; a rule that is not here takes any. */
const MERGED: Partial<Readonly<Record<MergeRule, readonly OutputType[]>>> = {
  highest: ['integer', 'number', 'boolean'],
  lowest: ['integer', 'number', 'boolean'],
  sum: ['integer', 'number'],
  any: ['boolean'],
  all: ['boolean'],
  union: ['array'],
  list: ['array'],
  join: ['string'],
};

function checkMerge(schema: OutputSchema, report: Report): void {
  const { 'x-merge': rule, enum: values } = schema;
  const types = rule && MERGED[rule];
  if (!types || typesOf(schema).some((type) => types.includes(type))) return;
  const ordered = rule === 'highest' || rule === 'lowest';
  if (ordered && values) return;
  const needs = `type: ${types.join(' or ')}${ordered ? ', or an enum,' : ''} beside it`;
  report(['x-merge'], `x-merge: ${rule} cannot be followed here`, needs);
}

/** Property names stand in grammars, paths and columns. */
const PROPERTY_NAME = /^[^"\\\p{Cc}]{1,64}$/u;
const PROPERTY_NAME_EXPECTED = '1 to 64 characters without quotes, backslashes and control characters';

function checkName(at: Path, report: Report): void {
  const [key, name] = at;
  if (key !== 'properties' || PROPERTY_NAME.test(String(name))) return;
  report(at, `${quote(String(name))} cannot name a property`, PROPERTY_NAME_EXPECTED);
}

function checkPlace(schema: OutputSchema, report: Report): void {
  for (const key of ['$defs', 'definitions'] as const) {
    if (!(key in schema)) continue;
    report([key], `${key} stands within a schema`, `${key} at the beginning of output`, `refer to it as #/${key}/NAME`);
  }
}

function checkReference(
  schema: OutputSchema,
  reference: string,
  { root, known, circular }: Whole,
  report: Report,
): void {
  const allowed: readonly string[] = ['$ref', 'nullable', '$defs', 'definitions', ...ANNOTATIONS];
  for (const key of Object.keys(schema).filter((each) => !allowed.includes(each))) {
    report(
      [key],
      `${key} stands beside $ref`,
      '$ref with nullable, title or description at most',
      'put the keyword into the definition, or write the schema out in place',
    );
  }
  if (reference === '#' || reference === '') {
    report(['$ref'], 'the output refers to itself', 'a schema that ends', OUT_OF_CIRCLES);
  } else if (!referredTo(root, reference)) {
    const near = nearest(reference, known);
    const hint = /^#\/(\$defs|definitions)\//.test(reference)
      ? near
        ? `did you mean ${near}?`
        : 'define it at the beginning of output'
      : 'only definitions of the same output can be referred to: nothing is fetched, and no place within another schema is named';
    report(
      ['$ref'],
      `$ref names ${quote(reference)}, which the output does not define`,
      known.length > 0 ? `one of ${someOf(known)}` : '#/$defs/NAME, with $defs at the beginning of output',
      hint,
    );
  } else {
    const circle = circular ? circleFrom(root, reference) : null;
    if (circle) report(['$ref'], `references go round in a circle: ${circle}`, 'a schema that ends', OUT_OF_CIRCLES);
  }
}

const OUT_OF_CIRCLES = 'write out as many levels as are wanted, or use a list of items that name their parent';

function checkSaysSomething(schema: OutputSchema, report: Report): void {
  const { type } = schema;
  const isChoice = schema.enum !== undefined || schema.const !== undefined;
  if (type === undefined && !isChoice && !schema.anyOf) {
    report([], 'the schema allows anything', 'type, enum, const or anyOf');
  }
  if (schema.anyOf && (type !== undefined || isChoice)) {
    // The grammar holds a model to one of them alone; the check afterwards would ask for both.
    report(['anyOf'], 'anyOf stands beside type, enum or const', 'anyOf alone, with a type in each of its schemas');
  }
}

/** Keywords that only say something about values of one type. */
const KEYWORDS_OF: Readonly<Record<string, readonly OutputType[]>> = {
  properties: ['object'],
  required: ['object'],
  additionalProperties: ['object'],
  items: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
  uniqueItems: ['array'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  'x-copied-from': ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  exclusiveMinimum: ['integer', 'number'],
  exclusiveMaximum: ['integer', 'number'],
};

function checkTypes(schema: OutputSchema, report: Report): void {
  const types = typesOf(schema);
  if (new Set(types).size < types.length) report(['type'], 'type names one twice', 'each type once');
  const ofNumbers = NUMBER_FORMATS.some((name) => name === schema.format);
  const allOf = { ...KEYWORDS_OF, format: ofNumbers ? NUMERIC : (['string'] as const) };
  for (const [keyword, meant] of Object.entries<readonly OutputType[]>(allOf)) {
    if (!(keyword in schema) || types.some((type) => meant.includes(type))) continue;
    const found = types.length === 0 ? 'this schema has no type' : `this is type ${types.join(', ')}`;
    report([keyword], `${keyword} is for type ${meant.join(' or ')}, ${found}`, `type: ${meant[0]} beside it`);
  }
}

const NUMERIC = ['integer', 'number'] as const;
const BOUNDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;
const RANGES = [
  ['minItems', 'maxItems'],
  ['minLength', 'maxLength'],
  ['minimum', 'maximum'],
] as const;

function checkBounds(schema: OutputSchema, report: Report): void {
  const types = typesOf(schema);
  for (const [low, high] of RANGES) {
    const [min, max] = [schema[low], schema[high]];
    if (min !== undefined && max !== undefined && min > max) {
      report([low], `${low} ${min} is above ${high} ${max}`, `at most ${max}`);
    }
  }
  for (const key of BOUNDS) {
    const bound = schema[key];
    if (bound === undefined) continue;
    if (types.includes('integer') && !Number.isSafeInteger(bound)) {
      report([key], `${key} ${bound} is no whole number that can be counted to`, 'a whole number');
    } else if (types.includes('number')) checkDecimal(key, bound, report);
  }
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  const step = types.includes('integer') && !types.includes('number') ? 1 : 0;
  const isEmpty =
    minimum >= exclusiveMaximum || maximum <= exclusiveMinimum || exclusiveMinimum + step >= exclusiveMaximum;
  if (!isEmpty) return;
  const key = exclusiveMinimum === -Infinity ? 'exclusiveMaximum' : 'exclusiveMinimum';
  report([key], `no number lies within ${key} and the other bound`, 'bounds with something between them');
}

/** What the grammar of numbers can tell apart by their digits. */
function checkDecimal(key: (typeof BOUNDS)[number], bound: number, report: Report): void {
  const size = Math.abs(bound);
  if (size >= 1e21 || (size !== 0 && size < 1e-12)) {
    report([key], `${key} ${bound} takes too many digits`, '0, or a number from 1e-12 to 1e21', 'leave it out');
  } else if (key.startsWith('exclusive') && (size >= 1e6 || Number(bound.toFixed(6)) !== bound)) {
    const other = key === 'exclusiveMinimum' ? 'minimum' : 'maximum';
    report([key], `${key} ${bound} takes too many digits`, 'below a million, with at most 6 decimals', `use ${other}`);
  }
}

function checkArray(schema: OutputSchema, report: Report): void {
  const { items, minItems = 0, uniqueItems = false } = schema;
  // A list of anything is a list of what nobody can check.
  if (typesOf(schema).includes('array') && !items) {
    report([], 'the array does not say what it holds', 'the key items', 'as in items: {type: string}');
  }
  const different = uniqueItems && items ? differentValues(items) : Infinity;
  if (minItems > different) {
    report(['minItems'], `minItems ${minItems} is more than the ${different} different values of items`, 'fewer');
  }
}

/** How many different values pass, where that is easily told. */
function differentValues(schema: OutputSchema): number {
  if (schema.const !== undefined) return 1;
  if (schema.enum) return new Set(schema.enum).size;
  const counts = typesOf(schema).map((type) => ({ boolean: 2, null: 1 })[type as string] ?? Infinity);
  return counts.length === 0 ? Infinity : counts.reduce((sum, each) => sum + each, 0) + (schema.nullable ? 1 : 0);
}

function checkTexts(schema: OutputSchema, work: AutomatonWork, report: Report): void {
  const texts = textsOf(schema, work);
  if (texts.ok) return;
  const { key, message, hint } = texts.error;
  report([key], message, 'a regular expression that a grammar can hold', hint);
}

/** A schema's own values must pass the rest of it: a model that is held to one that cannot would only ever fail. */
function checkValues(schema: OutputSchema, report: Report): void {
  const values: { value: Scalar; at: Path }[] = (schema.enum ?? []).map((value, index) => ({
    value,
    at: ['enum', index],
  }));
  if (schema.const !== undefined) values.push({ value: schema.const, at: ['const'] });
  for (const { value, at } of values) {
    const elsewhere =
      at[0] === 'const' && schema.enum && !schema.enum.includes(value) && !(value === null && schema.nullable);
    const why = elsewhere ? 'is not in enum' : misfit(value, schema);
    if (why) report(at, `${shown(value)} ${why}`, 'a value that the rest of the schema allows');
  }
}

const shown = (value: Scalar): string => (typeof value === 'string' ? quote(value) : String(value));

/** Why one of a schema's own values can never pass the rest of it; null where it can. */
function misfit(value: Scalar, schema: OutputSchema): string | null {
  const { minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = schema;
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  const types = typesOf(schema);
  if (value === null && schema.nullable) return null;
  if (types.length > 0 && !types.includes(typeOf(value)) && !(types.includes('number') && typeof value === 'number')) {
    return `is not of type ${types.join(', ')}`;
  }
  if (typeof value === 'string') {
    // JSON Schema counts characters, not UTF-16 code units.
    const length = minLength > 0 || maxLength < Infinity ? charactersOf(value) : 0;
    if (length < minLength || length > maxLength) return 'is not as long as minLength and maxLength ask';
    const texts = textsOf(schema);
    return texts.ok && texts.value && !accepts(texts.value, value) ? 'does not match pattern or format' : null;
  }
  // 9007199254740993 would be asked for as …992.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return 'has more digits than a number holds';
  }
  if (typeof value === 'number') {
    if (value < minimum || value > maximum) return 'is not within minimum and maximum';
    if (value <= exclusiveMinimum || value >= exclusiveMaximum) {
      return 'is not within exclusiveMinimum and exclusiveMaximum';
    }
  }
  return null;
}

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function typeOf(value: Scalar): OutputType {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : 'boolean';
}
