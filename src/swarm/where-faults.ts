/** What is wrong with a `where`: fields that no output has, values that none can have, comparisons of what has no order. */
import type { Broken } from './broken.ts';
import { describe, quote, someOf } from './diagnostic.ts';
import { numberOf } from './loose.ts';
import { boundOf } from './moments.ts';
import { nearest } from './nearest.ts';
import { type OutputSchema, type Scalar, typesOf } from './output-schema.ts';
import type { Path } from './source.ts';
import {
  COMPARISONS,
  fieldOf,
  fieldsOf,
  INPUT_PREFIX,
  isJoin,
  isMap,
  JOINS,
  type Looked,
  refOf,
  TESTS,
  type Where,
  type WhereValue,
  WHOLE_TEXT,
} from './where.ts';

/** Conditions in one `where`, and how deep they may stand in each other. */
const MOST_CONDITIONS = 200;
const MOST_LEVELS = 8;

/** Whose fields conditions, groups and reports name. */
export interface Fields {
  readonly looked: Looked;
  /** What the input's fields are called; null: that is known once it is read. */
  readonly known: readonly string[] | null;
  /** Role, or step, whose outputs they are. */
  readonly role: string;
}

/** @param path of the `where` */
export function whereFaults(where: Where, fields: Fields, path: Path): Broken[] {
  const size = sizeOf(where);
  if (size.conditions > MOST_CONDITIONS || size.levels > MOST_LEVELS) {
    const expected = `at most ${MOST_CONDITIONS} conditions, ${MOST_LEVELS} levels deep`;
    return [{ path, part: 'key', message: 'where is too long', expected }];
  }
  return new Faults(fields).in(where, path);
}

function sizeOf(where: WhereValue, levels = 1): { readonly conditions: number; readonly levels: number } {
  if (typeof where !== 'object' || where === null) return { conditions: 1, levels };
  const sizes = Object.values(where).map((each) => sizeOf(each as WhereValue, levels + 1));
  return {
    conditions: sizes.reduce((sum, { conditions }) => sum + conditions, 0),
    levels: Math.max(levels, ...sizes.map((size) => size.levels)),
  };
}

/** What is wrong with the name of a field; null where it is one. @param besides names that are right as well */
export function fieldFault(
  field: string,
  { looked, known, role }: Fields,
  besides: readonly string[] = [],
): Omit<Broken, 'path'> | null {
  const { output, items } = looked;
  const { input, held } = refOf(looked, field);
  if (held || (input === undefined && fieldOf(output, field))) return null;
  if (input !== undefined) {
    if (input !== '' && (known === null || known.includes(input))) return null;
    const bare = items === 'own' && input.startsWith(INPUT_PREFIX) ? input.slice(INPUT_PREFIX.length) : input;
    const near = known?.includes(bare) ? bare : nearest(bare, known ?? []);
    return {
      message: `the input has no field ${quote(input)}`,
      expected: known ? `one of ${someOf(known)}` : 'the name of a field',
      hint: near ? `did you mean ${items === 'own' ? near : INPUT_PREFIX + near}?` : '',
    };
  }
  const fields = [...fieldsOf(output), ...besides];
  const near = items === 'prefixed' && known?.includes(field) ? INPUT_PREFIX + field : nearest(field, fields);
  const ofInput = items === null && field.startsWith(INPUT_PREFIX);
  const mend = ofInput ? 'what is made of several items has those fields of the input that group.by names' : '';
  return {
    message: `outputs of ${role} have no field ${quote(field)}`,
    expected: `one of ${someOf(fields)}`,
    hint: near ? `did you mean ${near}?` : mend,
  };
}

class Faults {
  readonly #fields: Fields;
  readonly #output: OutputSchema | null;
  readonly #role: string;

  constructor(fields: Fields) {
    this.#fields = fields;
    this.#output = fields.looked.output;
    this.#role = fields.role;
  }

  in(where: Where, path: Path): Broken[] {
    const entries = Object.entries(where);
    if (entries.length === 0)
      return [{ path, message: 'where is empty', expected: 'a field, as in {severity: [error, critical]}' }];
    return entries.flatMap(([key, value]) =>
      isJoin(key) ? this.#join(key, value, [...path, key]) : this.#field(key, value, [...path, key]),
    );
  }

  #join(key: (typeof JOINS)[number], value: WhereValue, path: Path): Broken[] {
    if (key === 'not') {
      if (isMap(value)) return this.in(value, path);
      return [{ path, message: `not is ${describe(value)}`, expected: 'a map such as {severity: debug}' }];
    }
    const wheres = Array.isArray(value) ? (value as readonly WhereValue[]) : [];
    if (wheres.length > 0 && wheres.every(isMap))
      return wheres.flatMap((each, k) => this.in(each as Where, [...path, k]));
    const expected = 'a list of maps such as [{severity: critical}, {urgent: true}]';
    return [{ path, message: `${key} is ${describe(value)}`, expected }];
  }

  #field(field: string, value: WhereValue, path: Path): Broken[] {
    const { input } = refOf(this.#fields.looked, field);
    if (input !== undefined) {
      const fault = fieldFault(field, this.#fields);
      return fault ? [{ path, part: 'key', ...fault }] : this.#test(field, null, value, path);
    }
    const schema = fieldOf(this.#output, field);
    if (!schema) return [this.#unknown(field, path)];
    return this.#test(field, schema, value, path);
  }

  /** @param schema null: a field of the input, in which anything may stand */
  #test(field: string, schema: OutputSchema | null, value: WhereValue, path: Path): Broken[] {
    if (Array.isArray(value)) {
      const values = value as readonly WhereValue[];
      if (values.length === 0) return [{ path, message: `${field} is an empty list`, expected: 'at least one value' }];
      return values.flatMap((each, k) => this.#value(field, schema, each, [...path, k]));
    }
    if (!isMap(value)) return this.#value(field, schema, value, path);
    const entries = Object.entries(value);
    if (entries.length === 0)
      return [{ path, message: `${field} is an empty map`, expected: `one of ${TESTS.join(', ')}` }];
    return entries.flatMap(([test, to]): Broken[] => {
      const at = [...path, test];
      if (test === 'not') return this.#test(field, schema, to, at);
      if (test === 'contains') return this.#contains(field, schema ?? {}, to, at);
      if (COMPARISONS.some((name) => name === test))
        return schema ? this.#compared(field, schema, to, at) : this.#comparedLoosely(field, to, at);
      const near = nearest(test, TESTS);
      const hint = near ? `did you mean ${near}?` : '';
      const message = `${quote(test)} is no test of ${field}`;
      return [{ path: at, part: 'key', message, expected: `one of ${TESTS.join(', ')}`, hint }];
    });
  }

  #value(field: string, schema: OutputSchema | null, value: WhereValue, path: Path): Broken[] {
    if (typeof value === 'object' && value !== null)
      return [{ path, message: `${field} is ${describe(value)}`, expected: 'a text, number, true, false or null' }];
    if (!schema) return [];
    const choices = choicesOf(schema);
    if (choices) {
      if (choices.includes(value)) return [];
      const near = nearest(String(value), choices.map(String));
      return [
        {
          path,
          message: `${field} is never ${describe(value)}`,
          expected: `one of ${someOf(choices.map(String))}`,
          hint: near ? `did you mean ${near}?` : '',
        },
      ];
    }
    const types = typesOf(schema);
    if (types.length === 0 || (value === null && schema.nullable) || types.some((type) => fits(type, value))) return [];
    return [
      { path, message: `${field} is never ${describe(value)}`, expected: `a value of type ${types.join(' or ')}` },
    ];
  }

  #contains(field: string, schema: OutputSchema, value: WhereValue, path: Path): Broken[] {
    const types = typesOf(schema);
    const list = types.includes('array');
    if (types.length > 0 && !list && !types.includes('string'))
      return [
        {
          path,
          part: 'key',
          message: `${field} holds nothing: it is neither text nor list`,
          expected: `gte, lte, gt, lt or not`,
        },
      ];
    if (list ? typeof value !== 'object' : typeof value === 'string' && value !== '') return [];
    const expected = list ? 'a value of the list' : 'a text, at least one character long';
    return [{ path, message: `contains is ${describe(value)}`, expected }];
  }

  #compared(field: string, schema: OutputSchema, value: WhereValue, path: Path): Broken[] {
    const types = typesOf(schema);
    const choices = choicesOf(schema);
    if (choices && typeof value === 'string') return this.#value(field, schema, value, path);
    const numbers = types.length === 0 || types.includes('number') || types.includes('integer');
    const ordered = choices?.some((choice) => typeof choice === 'number') ?? true;
    if (numbers && ordered && typeof value === 'number') return [];
    const expected = choices
      ? `one of ${someOf(choices.map(String))}, which stand in order from low to high`
      : 'a number';
    if (!numbers && !choices)
      return [{ path, part: 'key', message: `${field} has no order`, expected: 'a field of numbers, or with an enum' }];
    return [{ path, message: `${field} cannot be compared with ${describe(value)}`, expected }];
  }

  #comparedLoosely(field: string, value: WhereValue, path: Path): Broken[] {
    if (typeof value === 'number') return [];
    if (typeof value === 'string' && (boundOf(value) !== null || numberOf(value) !== null)) return [];
    const expected = 'a number, or a time or the first part of one, such as "2005-06-14T15:00"';
    return [{ path, message: `${field} cannot be compared with ${describe(value)}`, expected }];
  }

  #unknown(field: string, path: Path): Broken {
    const fields = fieldsOf(this.#output);
    const near = nearest(field, [...fields, ...JOINS]);
    const free = this.#output === null || (fields.length === 1 && fields[0] === WHOLE_TEXT);
    return {
      path,
      part: 'key',
      message: `outputs of ${this.#role} have no field ${quote(field)}`,
      expected: free ? `${WHOLE_TEXT}: it writes free text` : `one of ${someOf(fields)}`,
      hint: near ? `did you mean ${near}?` : (fieldFault(field, this.#fields)?.hint ?? ''),
    };
  }
}

const choicesOf = (schema: OutputSchema): readonly Scalar[] | undefined =>
  schema.enum && schema.nullable
    ? [...schema.enum, null]
    : (schema.enum ?? ('const' in schema ? [schema.const ?? null] : undefined));

function fits(type: string, value: Scalar): boolean {
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
