/**
 * Copying that cannot fail: which bytes may follow what a model has written, where the schema says that a text is copied.
 *
 * The grammar says what JSON may come; this follows along in it, and where a text with `x-copied-from` is written lets through only pieces
 * of the source: each character may begin one, each may end one, as `minLength`, `maxLength`, `pattern`, `format` and `enum` allow. What could
 * not be ended is not begun: a property, an item or an alternative that nothing can be copied for is not there.
 *
 * Places are values: a place that a byte leads to is another one, so that tokens are tried without a way back.
 */
import type { AnswerSchema } from '../../../src/engine/answer-schema.ts';
import type { Automaton } from '../../../src/kernel/pattern-automaton.ts';
import { type Copy, CopyLimits } from './copy-limits.ts';
import type { CopySource } from './copy-source.ts';
import { MOST_COUNTED, patternsOf, textAutomaton } from './text-automaton.ts';
import { lettersOf, type Match, matched } from './text-match.ts';

/** Where a writer is. */
export interface Place {
  /**
   * `pieces`: only what steps let through may come. `free`: a text that nothing is said about, in which no byte but its closing quote leads
   * anywhere else. `between`: between and around texts, where a grammar lets few tokens through.
   */
  readonly within: 'pieces' | 'free' | 'between';
  /** Null where nothing that begins so can be ended. */
  step(byte: number): Place | null;
}

/** Whether any text of the schema is copied. */
export function copiesAnything({ properties, items, anyOf, ...schema }: AnswerSchema): boolean {
  if (schema['x-copied-from'] !== undefined) return true;
  const within = [...Object.values(properties ?? {}), ...(anyOf ?? []), ...(items ? [items] : [])];
  return within.some(copiesAnything);
}

/** @returns null where no text can be copied that the schema needs */
export function beginCopying(schema: AnswerSchema, source: CopySource): Place | null {
  const copying = new Copying(source);
  const options = copying.options([schema]);
  return options.length === 0 ? null : new ValuePlace(copying, options, null, false);
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What the schemas of one answer come to with this source. */
class Copying {
  readonly source: CopySource;
  readonly #possible = new Map<AnswerSchema, boolean>();
  readonly #limits = new Map<AnswerSchema, CopyLimits>();
  readonly #automata = new Map<AnswerSchema, Automaton>();

  constructor(source: CopySource) {
    this.source = source;
  }

  /** The alternatives of a value for which something can be written. */
  options(schemas: readonly AnswerSchema[]): AnswerSchema[] {
    return schemas.flatMap(alternatives).filter((schema) => this.#isPossible(schema));
  }

  isPossible(schema: AnswerSchema): boolean {
    return alternatives(schema).some((each) => this.#isPossible(each));
  }

  #isPossible(schema: AnswerSchema): boolean {
    let possible = this.#possible.get(schema);
    if (possible === undefined) this.#possible.set(schema, (possible = this.#tried(schema)));
    return possible;
  }

  #tried(schema: AnswerSchema): boolean {
    const values = fixedValues(schema);
    if (values) return values.some((value) => this.#mayBe(schema, value));
    const { properties = {}, required = [], items, minItems = 0 } = schema;
    const types = typesOf(schema);
    return (
      types.length === 0 ||
      types.some((type) => {
        if (type === 'string') return !isCopied(schema) || this.limits(schema).anywhere;
        if (type === 'object') return required.every((name) => this.isPossible(properties[name] ?? {}));
        return type !== 'array' || minItems === 0 || items === undefined || this.isPossible(items);
      })
    );
  }

  #mayBe(schema: AnswerSchema, value: unknown): boolean {
    return typeof value !== 'string' || !isCopied(schema) || this.source.has(value);
  }

  /** What may stand within the quotes of a text. */
  texts(schemas: readonly AnswerSchema[]): TextOptions {
    const literals: string[] = [];
    const copies: Copy[] = [];
    const matches: Match[] = [];
    let free = false;
    for (const schema of schemas) {
      const values = fixedValues(schema);
      if (values) {
        for (const value of values)
          if (typeof value === 'string' && this.#mayBe(schema, value)) literals.push(lettersOf(value));
        continue;
      }
      const types = typesOf(schema);
      if (types.length > 0 && !types.includes('string')) continue;
      if (isCopied(schema)) copies.push(this.limits(schema).begin);
      else if (TEXT_KEYWORDS.some((keyword) => schema[keyword] !== undefined))
        matches.push({ automaton: this.#automaton(schema), state: 0, pending: '' });
      else free = true;
    }
    return { free, literals, copies: copies.filter(({ limits }) => limits.anywhere), matches };
  }

  limits(schema: AnswerSchema): CopyLimits {
    let limits = this.#limits.get(schema);
    if (!limits) this.#limits.set(schema, (limits = new CopyLimits(schema, this.source)));
    return limits;
  }

  #automaton(schema: AnswerSchema): Automaton {
    let automaton = this.#automata.get(schema);
    if (!automaton) {
      const { minLength = 0, maxLength = Infinity } = schema;
      // As far as the grammar counts; the rest is left to the check, as there.
      const most = maxLength > MOST_COUNTED ? Infinity : maxLength;
      automaton = textAutomaton(patternsOf(schema), Math.min(minLength, MOST_COUNTED), most);
      this.#automata.set(schema, automaton);
    }
    return automaton;
  }
}

const TEXT_KEYWORDS = ['pattern', 'format', 'minLength', 'maxLength'] as const;

const isCopied = (schema: AnswerSchema): boolean => schema['x-copied-from'] !== undefined;
const typesOf = ({ type }: AnswerSchema): readonly string[] => [type ?? []].flat();

const fixedValues = (schema: AnswerSchema): readonly unknown[] | null =>
  'const' in schema ? [schema.const] : (schema.enum ?? null);

/** A schema's own alternatives; what is said beside `anyOf` of copying holds for each. */
function alternatives(schema: AnswerSchema): AnswerSchema[] {
  let all = flattened.get(schema);
  if (!all) {
    const copied = schema['x-copied-from'];
    all = schema.anyOf
      ? schema.anyOf.flatMap((each) =>
          alternatives(copied === undefined || isCopied(each) ? each : { ...each, 'x-copied-from': copied }),
        )
      : [schema];
    flattened.set(schema, all);
  }
  return all;
}
const flattened = new WeakMap<AnswerSchema, AnswerSchema[]>();

interface TextOptions {
  /** Any text. */
  readonly free: boolean;
  /** Bytes of fixed texts, as letters. */
  readonly literals: readonly string[];
  readonly copies: readonly Copy[];
  readonly matches: readonly Match[];
}

/** An object or a list around a value. */
interface Frame {
  readonly list: boolean;
  /** The schemas that it may be of. */
  readonly options: readonly AnswerSchema[];
  /** Of an object: the property that is being written, as JSON within its quotes. */
  readonly key: string | null;
  readonly up: Frame | null;
}

/** Within a text, behind its opening quote. */
class TextPlace implements Place {
  readonly #copying: Copying;
  readonly #options: TextOptions;
  readonly #up: Frame | null;
  /** So far, as letters. */
  readonly #written: string;
  readonly #escaped: boolean;
  #byByte: Map<number, [copy: Copy, places: number[]][]> | null = null;

  constructor(copying: Copying, options: TextOptions, up: Frame | null, written = '', escaped = false) {
    this.#copying = copying;
    this.#options = options;
    this.#up = up;
    this.#written = written;
    this.#escaped = escaped;
  }

  get within(): 'pieces' | 'free' {
    return this.#options.free ? 'free' : 'pieces';
  }

  step(byte: number): Place | null {
    if (byte === QUOTE && !this.#escaped) return this.#ended();
    const { free, literals, copies, matches } = this.#options;
    const at = this.#written.length;
    const options: TextOptions = {
      free,
      literals: literals.filter((each) => each.charCodeAt(at) === byte),
      copies: free ? [] : this.#going(copies, byte),
      matches: free ? [] : matches.map((each) => matched(each, byte)).filter((each) => each !== null),
    };
    if (!free && options.literals.length + options.copies.length + options.matches.length === 0) return null;
    const written = this.#written + String.fromCharCode(byte);
    return new TextPlace(this.#copying, options, this.#up, written, !this.#escaped && byte === BACKSLASH);
  }

  #going(copies: readonly Copy[], byte: number): Copy[] {
    if (copies.length === 0) return [];
    if (!this.#byByte) {
      const { bytes } = this.#copying.source;
      this.#byByte = new Map();
      for (const copy of copies)
        for (let place = 0; place < copy.at.length; place++) {
          const next = bytes[copy.at[place] ?? 0] ?? 0;
          let going = this.#byByte.get(next);
          if (!going) this.#byByte.set(next, (going = []));
          if (going.at(-1)?.[0] === copy) going.at(-1)?.[1].push(place);
          else going.push([copy, [place]]);
        }
    }
    return (this.#byByte.get(byte) ?? [])
      .map(([copy, places]) => copy.limits.step(copy, Int32Array.from(places)))
      .filter((copy) => copy !== null);
  }

  #ended(): Place | null {
    const { free, literals, copies, matches } = this.#options;
    const may =
      free ||
      literals.some((each) => each.length === this.#written.length) ||
      copies.some((copy) => copy.limits.mayEnd(copy)) ||
      matches.some(({ automaton, state, pending }) => pending === '' && automaton.states[state]?.final === true);
    return may ? behind(this.#copying, this.#up, this.#written) : null;
  }
}

/** Where texts are neither begun nor written; `up` is what is around. */
abstract class BetweenPlace<Up extends Frame | null> implements Place {
  readonly within = 'between';
  protected readonly copying: Copying;
  protected readonly up: Up;

  constructor(copying: Copying, up: Up) {
    this.copying = copying;
    this.up = up;
  }

  abstract step(byte: number): Place | null;
}

/** Before a value. */
class ValuePlace implements Place {
  readonly within = 'between';
  readonly #copying: Copying;
  readonly #options: readonly AnswerSchema[];
  readonly #up: Frame | null;
  /** The list may end here, before its first item. */
  readonly #mayClose: boolean;

  constructor(copying: Copying, options: readonly AnswerSchema[], up: Frame | null, mayClose: boolean) {
    this.#copying = copying;
    this.#options = options;
    this.#up = up;
    this.#mayClose = mayClose;
  }

  step(byte: number): Place | null {
    switch (byte) {
      case SPACE:
        return this;
      case CLOSE_LIST:
        return this.#mayClose ? behind(this.#copying, this.#up?.up ?? null, null) : null;
      case QUOTE: {
        const texts = this.#copying.texts(this.#options);
        const any = texts.free || texts.literals.length + texts.copies.length + texts.matches.length > 0;
        return any ? new TextPlace(this.#copying, texts, this.#up) : null;
      }
      case OPEN_OBJECT: {
        const options = this.#of('object');
        const up = { list: false, options, key: null, up: this.#up };
        return options.length === 0 ? null : new NamePlace(this.#copying, up, true);
      }
      case OPEN_LIST: {
        const lists = this.#of('array');
        const items = this.#copying.options(lists.map(({ items }) => items ?? {}));
        const up = { list: true, options: lists, key: null, up: this.#up };
        return lists.length === 0 ? null : new ValuePlace(this.#copying, items, up, true);
      }
      default:
        return this.#options.some(isScalar) ? new ScalarPlace(this.#copying, this.#up) : null;
    }
  }

  #of(type: 'object' | 'array'): AnswerSchema[] {
    return this.#options.filter((schema) => {
      if (fixedValues(schema)) return false;
      const types = typesOf(schema);
      return types.length === 0 || types.includes(type);
    });
  }
}

const isScalar = (schema: AnswerSchema): boolean => {
  const values = fixedValues(schema);
  if (values) return values.some((value) => typeof value !== 'string');
  const types = typesOf(schema);
  return types.length === 0 || types.some((type) => !['string', 'object', 'array'].includes(type));
};

/** Within a number, `true`, `false` or `null`. */
class ScalarPlace extends BetweenPlace<Frame | null> {
  step(byte: number): Place | null {
    const ends = byte === SPACE || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT;
    return ends ? (behind(this.copying, this.up, null)?.step(byte) ?? null) : this;
  }
}

/** Before the name of a property, or in the middle of it. */
class NamePlace implements Place {
  readonly #copying: Copying;
  readonly #up: Frame;
  readonly #mayClose: boolean;
  /** Names that can come, as letters; null where any can. */
  readonly #names: readonly string[] | null;
  /** So far; null before the opening quote. */
  readonly #written: string | null;
  readonly #escaped: boolean;

  constructor(copying: Copying, up: Frame, mayClose: boolean, names?: readonly string[] | null, written?: string) {
    this.#copying = copying;
    this.#up = up;
    this.#mayClose = mayClose;
    this.#names = names === undefined ? namesIn(copying, up) : names;
    this.#written = written ?? null;
    this.#escaped = /(?<!\\)(?:\\\\)*\\$/.test(written ?? '');
  }

  get within(): Place['within'] {
    if (this.#written === null) return 'between';
    return this.#names ? 'pieces' : 'free';
  }

  step(byte: number): Place | null {
    const [copying, up, names, written] = [this.#copying, this.#up, this.#names, this.#written];
    if (written === null) {
      if (byte === SPACE) return this;
      if (byte === CLOSE_OBJECT) return this.#mayClose ? behind(copying, up.up, null) : null;
      if (byte !== QUOTE || names?.length === 0) return null;
      return new NamePlace(copying, up, false, names, '');
    }
    if (byte === QUOTE && !this.#escaped) {
      if (names && !names.includes(written)) return null;
      return new ColonPlace(copying, { ...up, key: written });
    }
    const longer = written + String.fromCharCode(byte);
    const left = names?.filter((name) => name.startsWith(longer)) ?? null;
    return left?.length === 0 ? null : new NamePlace(copying, up, false, left, longer);
  }
}

/** Between a name and its value. */
class ColonPlace extends BetweenPlace<Frame> {
  step(byte: number): Place | null {
    if (byte === SPACE) return this;
    if (byte !== COLON) return null;
    const { options, key } = this.up;
    const children = options.map((schema) => child(schema, key ?? '')).filter((schema) => schema !== null);
    const possible = this.copying.options(children);
    return possible.length === 0 ? null : new ValuePlace(this.copying, possible, this.up, false);
  }
}

/** Behind a value, within whatever is around it. */
class BehindPlace extends BetweenPlace<Frame | null> {
  step(byte: number): Place | null {
    const [copying, up] = [this.copying, this.up];
    if (byte === SPACE || up === null) return this;
    if (byte === (up.list ? CLOSE_LIST : CLOSE_OBJECT)) return behind(copying, up.up, null);
    if (byte !== COMMA) return null;
    if (up.list) {
      const items = copying.options(up.options.map(({ items }) => items ?? {}));
      return items.length === 0 ? null : new ValuePlace(copying, items, up, false);
    }
    const names = namesIn(copying, up);
    return names?.length === 0 ? null : new NamePlace(copying, up, false, names);
  }
}

/** @param written a text that was the value, as letters; null: the value was something else */
function behind(copying: Copying, up: Frame | null, written: string | null): Place {
  if (up === null || up.list || up.key === null || written === null) return new BehindPlace(copying, up);
  const { key, options } = up;
  // What the property says may tell of which of several kinds the object is.
  const left = options.filter((schema) => {
    const of = child(schema, key);
    return of !== null && alternatives(of).some((each) => mayBeText(each, written));
  });
  return new BehindPlace(copying, { ...up, options: left });
}

function mayBeText(schema: AnswerSchema, written: string): boolean {
  const values = fixedValues(schema);
  if (values) return values.some((value) => typeof value === 'string' && lettersOf(value) === written);
  const types = typesOf(schema);
  return types.length === 0 || types.includes('string');
}

/** What the schema says of a property; null where there can be none of that name. */
function child({ properties, additionalProperties }: AnswerSchema, key: string): AnswerSchema | null {
  const found = Object.entries(properties ?? {}).find(([name]) => lettersOf(name) === key);
  if (found) return found[1];
  return (additionalProperties ?? Object.keys(properties ?? {}).length === 0) ? {} : null;
}

/** Names that can come next, as letters; null where any can. Properties keep the schema's order. */
function namesIn(copying: Copying, { options, key }: Frame): string[] | null {
  const names = new Set<string>();
  for (const { properties = {}, additionalProperties } of options) {
    const own = Object.keys(properties);
    if (additionalProperties ?? own.length === 0) return null;
    const after = key === null ? 0 : own.findIndex((name) => lettersOf(name) === key) + 1;
    for (const name of own.slice(after)) if (copying.isPossible(properties[name] ?? {})) names.add(lettersOf(name));
  }
  return [...names];
}
