/** From the text of a swarm file to a checked swarm, or to everything that is wrong with it, each with its place. */
import * as v from 'valibot';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Broken } from './broken.ts';
import { checkSwarm } from './check.ts';
import {
  cutText,
  describe,
  type Diagnostic,
  MAX_DIAGNOSTICS,
  type Position,
  quote,
  sortDiagnostics,
} from './diagnostic.ts';
import { type Swarm, SwarmSchema } from './model.ts';
import { formatInsteadOf, insteadOf, typeInsteadOf } from './left-out.ts';
import { nearest } from './nearest.ts';
import { OUTPUT_TYPES } from './output-schema.ts';
import { type Path, readSource } from './source.ts';

export { type Diagnostic, formatDiagnostic } from './diagnostic.ts';

export interface ParsedSwarm {
  readonly swarm: Swarm;
  /** Where a value stands in the file, e.g. `['model']`; the nearest parent's place for what the file leaves to its default. */
  locate(path: Path): Position;
}

/**
 * @param file name for messages only
 * @param text YAML 1.2 or JSON, at most 1 MiB
 * @returns the swarm with defaults filled in, or at least one diagnostic, in the order of the file
 */
export function parseSwarm(file: string, text: string): Result<ParsedSwarm, readonly Diagnostic[]> {
  const { source, diagnostics } = readSource(file, text);
  if (!source) return err(sortDiagnostics(diagnostics));

  const broken = new BrokenPaths();
  // More than there is room for is counted, and not put into words.
  let untold = 0;
  /** Each pass is silent about places that an earlier one spoke of. */
  const pass = (problems: Iterable<Broken | Unworded>): void => {
    const taken = new Set(diagnostics.map(({ line, column }) => `${line}:${column}`));
    for (const problem of problems) {
      broken.add(problem.path);
      if (diagnostics.length >= 2 * MAX_DIAGNOSTICS) {
        untold++;
        continue;
      }
      const { path, part = 'value', message, expected, hint = '' } = 'words' in problem ? problem.words() : problem;
      const { line, column } = source.locate(path, part);
      if (!taken.has(`${line}:${column}`)) diagnostics.push({ file, line, column, message, expected, hint });
    }
  };
  const failed = () => err(sortDiagnostics(diagnostics, untold));

  const tooMany = tooManySchemas(source.value);
  pass(tooMany);
  if (tooMany.length > 0) return failed();
  pass(halfCharacters(source.value, []));
  pass(formProblems(SwarmSchema, source.value, []));
  // What follows compares parts of the file with each other, for which there have to be few.
  if (untold > 0) return failed();
  const parsed = v.safeParse(SwarmSchema, source.value, { abortPipeEarly: true });
  const inForm = (path: Path): boolean => !broken.leadTo(path);
  // All of one pass are looked at before any is spoken of: none silences another.
  pass((parsed.issues ?? []).flatMap(valueProblem).filter(({ path }) => inForm(path)));
  if (untold > 0) return failed();
  // Sections that are sound are checked against each other even when others are not: one pass, all messages.
  const sound = (path: Path): boolean => !broken.touch(path);
  pass(checkSwarm(parsed.output as Swarm, sound, inForm(['roles'])));

  if (diagnostics.length > 0) return failed();
  return ok({ swarm: parsed.output as Swarm, locate: (path) => source.locate(path, 'value') });
}

/** Maps within the outputs of all roles: each may be a schema, which has many keywords to be looked for. */
const MOST_SCHEMAS = 1500;

function tooManySchemas(value: unknown): Broken[] {
  let maps = 0;
  const count = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!Array.isArray(node)) maps++;
    for (const child of Object.values(node)) count(child);
  };
  for (const [name, role] of Object.entries(mapAt(value, 'roles'))) {
    count(mapAt(role, 'output'));
    if (maps <= MOST_SCHEMAS) continue;
    const message = `with the output of ${cutText(name, 80)} the roles have more than ${MOST_SCHEMAS} schemas`;
    return [
      { path: ['roles', name, 'output'], part: 'key', message, expected: `at most ${MOST_SCHEMAS} in all`, hint: '' },
    ];
  }
  return [];
}

const mapAt = (value: unknown, key: string): object => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof found === 'object' && found !== null ? found : {};
};

/** A fault whose words are found when they are wanted. */
interface Unworded {
  readonly path: Path;
  words(): Broken;
}

/** Places where something is wrong, asked about in time that depends on the length of a path alone. */
class BrokenPaths {
  readonly #broken = new Set<string>();
  readonly #above = new Set<string>();

  add(path: Path): void {
    const ways = waysTo(path);
    for (const way of ways) this.#above.add(way);
    this.#broken.add(ways.at(-1) ?? '');
  }

  /** Something is wrong there or around it. */
  leadTo(path: Path): boolean {
    return waysTo(path).some((way) => this.#broken.has(way));
  }

  /** Something is wrong there, around it or within it. */
  touch(path: Path): boolean {
    return this.leadTo(path) || this.#above.has(waysTo(path).at(-1) ?? '');
  }
}

/** From the root to a place, each as one text. */
function waysTo(path: Path): string[] {
  const ways = [''];
  for (const name of path) ways.push(`${ways.at(-1) ?? ''}/${JSON.stringify(name)}`);
  return ways;
}

/** `roles.triager.limits`, `flow[1].role`; `the file` at the root. */
function nameOf(path: Path): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${cutText(part, 80)}`)).join('');
  return name === '' ? 'the file' : name.replace(/^\./, '');
}

/** Escapes can spell what no text holds, and no model could be sent. */
function* halfCharacters(value: unknown, path: Path): Generator<Unworded> {
  if (typeof value === 'string' && !value.isWellFormed()) {
    const expected = 'a whole character: both halves of it, as in \\uD83D\\uDE00';
    const message = () => `${nameOf(path)} holds half a character`;
    yield { path, words: () => ({ path, message: message(), expected, hint: 'write the character itself' }) };
  }
  if (typeof value !== 'object' || value === null) return;
  const children = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, child] of children) yield* halfCharacters(child, [...path, key]);
}

type AnySchema = v.GenericSchema &
  Partial<{ entries: Record<string, AnySchema>; value: AnySchema; item: AnySchema; wrapped: AnySchema }> & {
    readonly getter?: (input: unknown) => AnySchema;
    readonly message?: unknown;
  };

/** What the schema library tells too little about: maps and lists in the wrong place, unknown keys with the nearest known one, missing keys. */
function* formProblems(given: AnySchema, value: unknown, path: Path): Generator<Unworded> {
  const schema = unwrap(given);
  if (schema.item && Array.isArray(value)) {
    for (const [index, child] of value.entries()) yield* formProblems(schema.item, child, [...path, index]);
    return;
  }
  if (!schema.entries && !schema.value) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield { path, words: () => ({ path, message: found(path, value), expected: String(schema.message) }) };
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const childSchema = schema.value ?? ownEntry(schema.entries, key);
    const childPath = [...path, key];
    if (childSchema) yield* formProblems(childSchema, child, childPath);
    else yield { path: childPath, words: () => unknownKey(key, path, Object.keys(schema.entries ?? {})) };
  }
  for (const [key, child] of Object.entries(schema.entries ?? {})) {
    if (Object.hasOwn(value, key) || child.wrapped) continue;
    const at = [...path, key];
    const expected = `${key}: ${String(child.message)}`;
    yield { path: at, words: () => ({ path: at, part: 'key', message: `${nameOf(path)} has no ${key}`, expected }) };
  }
}

function ownEntry(entries: Record<string, AnySchema> | undefined, key: string): AnySchema | undefined {
  return entries && Object.hasOwn(entries, key) ? entries[key] : undefined;
}

function unwrap(schema: AnySchema): AnySchema {
  if (schema.wrapped) return unwrap(schema.wrapped);
  return schema.getter ? unwrap(schema.getter(undefined)) : schema;
}

function unknownKey(key: string, parent: Path, known: readonly string[]): Broken {
  const near = nearest(key, known);
  return {
    path: [...parent, key],
    part: 'key',
    message: `unknown key ${quote(key)} in ${nameOf(parent)}`,
    expected: `one of ${known.join(', ')}`,
    hint: insteadOf(key) ?? oddKey(key) ?? (near ? `did you mean ${near}?` : ''),
  };
}

/** Slips that leave YAML valid and make a name of what was to be none. */
function oddKey(key: string): string | null {
  if (key.startsWith('//') || key.startsWith('/*')) return 'a comment begins with #';
  const space = /(?! )\p{Zs}|[\u200B\u2060]/u.exec(key)?.[0];
  if (space === undefined) return null;
  const name = `U+${(space.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return `it holds ${name}, which looks like a space or like nothing; type ordinary spaces`;
}

function found(path: Path, value: unknown): string {
  return `${nameOf(path)} is ${describe(value)}`;
}

/** A schema library's issue in our words; nothing where `formProblems` has said it. */
function valueProblem(issue: v.BaseIssue<unknown>): Broken[] {
  if (issue.type === 'strict_object') return [];
  const items = (issue.path ?? []) as readonly { key: string | number; origin: string }[];
  const path = items.map((item) => item.key);
  const last = items.at(-1);
  if (last?.origin === 'key') {
    return [{ path, part: 'key', message: `${quote(String(last.key))} cannot name a role`, expected: issue.message }];
  }
  return [{ path, message: found(path, issue.input), expected: issue.message, hint: hintFor(path, issue) }];
}

/** What people call a choice of a key elsewhere. */
const CALLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  format: {
    tsv: 'write format: csv, and delimiter: tab',
    ndjson: 'write format: jsonl',
    text: 'write format: lines',
    txt: 'write format: lines',
    log: 'write format: lines',
    xlsx: 'save the sheet as CSV, and write format: csv',
  },
  encoding: {
    'iso-8859-1': 'write encoding: latin1',
    'latin-9': 'write encoding: iso-8859-15',
    ansi: 'write encoding: windows-1252',
    cp1252: 'write encoding: windows-1252',
    cp1251: 'write encoding: windows-1251',
    cp949: 'write encoding: euc-kr',
    cp932: 'write encoding: shift_jis',
    sjis: 'write encoding: shift_jis',
    gbk: 'write encoding: gb18030',
    'utf-16': 'write encoding: utf-16le, as Windows does, or utf-16be',
  },
};

function hintFor(path: Path, issue: v.BaseIssue<unknown>): string {
  if (path.at(-1) === 'type' && [issue.input].flat().includes(null)) {
    return 'put quotes around "null": without them YAML reads no value';
  }
  if (path.at(-1) === 'type' && Array.isArray(issue.input)) return hintForTypes(issue.input);
  if (typeof issue.input !== 'string') return '';
  const called = path[0] === 'input' ? CALLED[String(path[1])]?.[issue.input.toLowerCase()] : undefined;
  if (called !== undefined) return called;
  if (path.at(-1) === 'format') return formatInsteadOf(issue.input) ?? nearestOf(issue);
  const type = path.at(-1) === 'type' ? typeInsteadOf(issue.input) : null;
  if (type !== null) return `write ${type}`;
  if (path.at(-1) === 'model' && /[:/]/.test(issue.input)) {
    return 'a swarm file cannot name an address: give it on the start screen, or with --model';
  }
  return nearestOf(issue);
}

function nearestOf(issue: v.BaseIssue<unknown>): string {
  // For a choice the library writes what it expected as ("a" | "b").
  const choices = Array.from(issue.expected?.matchAll(/"([^"]*)"/g) ?? [], ([, name]) => name ?? '');
  const near = nearest(String(issue.input), choices);
  return near ? `did you mean ${near}?` : '';
}

/** The first name in a list of types that is none. */
function hintForTypes(names: readonly unknown[]): string {
  const odd = names.find((name) => !OUTPUT_TYPES.some((type) => type === name));
  const near = typeof odd === 'string' ? (typeInsteadOf(odd) ?? nearest(odd, OUTPUT_TYPES)) : undefined;
  return near ? `write ${near}` : '';
}
