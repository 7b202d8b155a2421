/** From the text of a swarm file to a checked swarm, or to everything that is wrong with it, each with its place. */
import * as v from 'valibot';
import { err, ok, type Result } from '../kernel/result.ts';
import { type Broken, checkSwarm } from './check.ts';
import { describe, type Diagnostic, type Position, quote, sortDiagnostics } from './diagnostic.ts';
import { type Swarm, SwarmSchema } from './model.ts';
import { nearest } from './nearest.ts';
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

  const broken: Path[] = [];
  const add = ({ path, part, message, expected, hint }: Broken): void => {
    const { line, column } = source.locate(path, part ?? 'value');
    diagnostics.push({ file, line, column, message, expected, hint: hint ?? '' });
    broken.push(path);
  };

  for (const problem of formProblems(SwarmSchema, source.value, [])) add(problem);
  const parsed = v.safeParse(SwarmSchema, source.value, { abortPipeEarly: true });
  const misshapen = [...broken];
  for (const issue of parsed.issues ?? []) {
    const problem = problemOf(issue);
    // Whatever lies in a value of the wrong form has been said already.
    if (problem && !misshapen.some((path) => startsWith(problem.path, path))) add(problem);
  }
  // Sections that are sound are checked against each other even when others are not: one pass, all messages.
  const sound = (path: Path): boolean => !broken.some((at) => startsWith(at, path) || startsWith(path, at));
  for (const problem of checkSwarm(parsed.output as Swarm, sound)) add(problem);

  if (diagnostics.length > 0) return err(sortDiagnostics(diagnostics));
  return ok({ swarm: parsed.output as Swarm, locate: (path) => source.locate(path, 'value') });
}

function startsWith(path: Path, prefix: Path): boolean {
  return path.length >= prefix.length && prefix.every((name, index) => path[index] === name);
}

/** `roles.triager.limits`, `flow[1].role`; `the file` at the root. */
function nameOf(path: Path): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return name === '' ? 'the file' : name.replace(/^\./, '');
}

type AnySchema = v.GenericSchema &
  Partial<{ entries: Record<string, AnySchema>; value: AnySchema; item: AnySchema; wrapped: AnySchema }> & {
    readonly getter?: (input: unknown) => AnySchema;
    readonly message?: unknown;
  };

/** Maps and lists in the wrong place, and unknown keys with the nearest known one: what the schema library tells too little about. */
function formProblems(given: AnySchema, value: unknown, path: Path): Broken[] {
  const schema = unwrap(given);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (schema.entries ?? schema.value) {
    if (!isMap) return [{ path, ...found(path, value), expected: String(schema.message) }];
    return Object.entries(value).flatMap(([key, child]) => {
      const childPath = [...path, key];
      if (schema.value) return formProblems(schema.value, child, childPath);
      const known = schema.entries ?? {};
      const childSchema = Object.hasOwn(known, key) ? known[key] : undefined;
      return childSchema ? formProblems(childSchema, child, childPath) : [unknownKey(key, path, Object.keys(known))];
    });
  }
  if (schema.item && Array.isArray(value)) {
    const { item } = schema;
    return value.flatMap((child, index) => formProblems(item, child, [...path, index]));
  }
  return [];
}

function unwrap(schema: AnySchema): AnySchema {
  if (schema.wrapped) return unwrap(schema.wrapped);
  return schema.getter ? unwrap(schema.getter(undefined)) : schema;
}

/** Keywords that people know from YAML or JSON Schema and that are left out on purpose. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '<<': 'merge keys are off, write the keys out',
  $ref: 'write the schema out in place',
  oneOf: 'use anyOf',
  allOf: 'write one schema',
  pattern: 'use enum, minLength or maxLength',
  format: 'use enum, minLength or maxLength',
};

function unknownKey(key: string, parent: Path, known: readonly string[]): Broken {
  const near = nearest(key, known);
  const leftOut = Object.hasOwn(LEFT_OUT, key) ? LEFT_OUT[key] : undefined;
  return {
    path: [...parent, key],
    part: 'key',
    message: `unknown key ${quote(key)} in ${nameOf(parent)}`,
    expected: `one of ${known.join(', ')}`,
    hint: leftOut ?? (near ? `did you mean ${near}?` : ''),
  };
}

function found(path: Path, value: unknown): { message: string } {
  return { message: `${nameOf(path)} is ${describe(value)}` };
}

/** A schema library's issue in our words; null where `formProblems` says it better. */
function problemOf(issue: v.BaseIssue<unknown>): Broken | null {
  const items = (issue.path ?? []) as readonly { key: string | number; origin: string }[];
  const path = items.map((item) => item.key);
  const last = items.at(-1);
  const missing = issue.type === 'strict_object' && last?.origin === 'key';
  if (missing && issue.expected === 'never') return null;
  if (missing) {
    const parent = path.slice(0, -1);
    return {
      path: parent,
      part: 'key',
      message: `${nameOf(parent)} has no ${last.key}`,
      expected: `the key ${last.key}`,
    };
  }
  if (last?.origin === 'key') {
    return { path, part: 'key', message: `${quote(String(last.key))} cannot name a role`, expected: issue.message };
  }
  return { path, ...found(path, issue.input), expected: issue.message, hint: hintFor(path, issue) };
}

function hintFor(path: Path, issue: v.BaseIssue<unknown>): string {
  if (typeof issue.input !== 'string') return '';
  if (path.at(-1) === 'model' && /[:/]/.test(issue.input)) {
    return 'a swarm file cannot name an address: give it on the start screen, or with --model';
  }
  // For a choice the library writes what it expected as ("a" | "b").
  const choices = Array.from(issue.expected?.matchAll(/"([^"]*)"/g) ?? [], ([, name]) => name ?? '');
  const near = nearest(issue.input, choices);
  return near ? `did you mean ${near}?` : '';
}
