/**
 * From the text of a swarm file to plain data that remembers where each key and value stood.
 *
 * YAML 1.2 (JSON is a part of it) through the `yaml` package's documents. What YAML can do beyond plain data is refused here: tags,
 * merge keys, other versions, several documents, alias bombs, depth, names that mean something to JavaScript.
 */
import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  visit,
  type YAMLError,
  YAMLParseError,
} from 'yaml';
import { type Diagnostic, listOf, placeIn, type Position, quote } from './diagnostic.ts';
import { foreignFormat, plainText } from './foreign.ts';
import { partsOf } from './parts.ts';
import { syntaxError } from './syntax-error.ts';

export type Path = readonly (string | number)[];

export const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;
const TOO_DEEP = `at most ${MAX_DEPTH} levels`;
const MAX_ALIASES = 64;
/** Values after aliases are written out. */
const MAX_VALUES = 50_000;
const RESERVED_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype'];

export interface Source {
  /** Maps are plain objects without reserved names, lists are arrays, numbers are finite. */
  readonly value: unknown;
  /** Where the value or its key stands; the nearest parent where the path leads nowhere. */
  locate(path: Path, part: 'key' | 'value'): Position;
}

/** `source` is null where the text is not plain data at all. */
export interface ReadSource {
  readonly source: Source | null;
  readonly diagnostics: Diagnostic[];
}

export function readSource(file: string, given: string): ReadSource {
  // YAML 1.2 allows the mark, and ends lines at a lone CR as well, which the parser does not.
  const text = plainText(given);
  const diagnostics: Diagnostic[] = [];
  const report = (at: Position, message: string, expected: string, hint = ''): void => {
    diagnostics.push({ file, line: at.line, column: at.column, message, expected, hint });
  };
  const start = { line: 1, column: 1 };

  if (text.length > MAX_BYTES || new TextEncoder().encode(text).length > MAX_BYTES) {
    report(start, 'the file is larger than 1 MiB', 'at most 1 MiB', 'input belongs into a file of its own');
    return { source: null, diagnostics };
  }
  const strange = unreadable(text);
  if (strange) {
    report(strange.position, strange.message, 'UTF-8 text', strange.hint);
    return { source: null, diagnostics };
  }

  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const parts = partsOf(text);
  if (!parts.ok) {
    const { offset, message, expected, hint } = parts.error;
    report(placeIn(text, offset), message, expected, hint);
    return { source: null, diagnostics };
  }
  const document = withoutStacks(() => parse(text, parts.value, lines));

  const version = document.directives?.yaml;
  if (version?.explicit && version.version !== '1.2') {
    report(
      positionAt(text.indexOf('%YAML')),
      `%YAML ${version.version} is not supported`,
      '%YAML 1.2, or no directive',
    );
    return { source: null, diagnostics };
  }
  for (const warning of document.warnings) {
    if (warning.code === 'TAG_RESOLVE_FAILED') {
      report(
        positionAt(warning.pos[0]),
        `the tag ${tagText(text, warning)} is not supported`,
        'plain values without tags',
        'remove the tag',
      );
    }
  }
  // After a syntax error the rest of the document is a guess, so only the first is reported.
  const [error] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (error) {
    const { offset, message, expected, hint } = syntaxError(text, document, error, TOO_DEEP);
    report(positionAt(offset), message, expected, hint);
    return { source: null, diagnostics };
  }
  if (!document.contents) {
    report(start, 'the file is empty', 'a swarm file that begins with planaria: 1');
    return { source: null, diagnostics };
  }

  const reader = new Reader(document, positionAt, report);
  try {
    const value = reader.read(document.contents, 0);
    return { source: { value, locate: (path, part) => positionAt(reader.offsetOf(value, path, part)) }, diagnostics };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { source: null, diagnostics };
  }
}

/** As `parseDocument` of the package, of lexemes that are there already. */
function parse(text: string, lexemes: readonly string[], lines: LineCounter): Document.Parsed {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    prettyErrors: false,
    // Own checks: these report where the first one stood, and cost linear time.
    uniqueKeys: false,
    logLevel: 'error',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
  });
  function* tokens() {
    lines.addNewLine(0);
    for (const lexeme of lexemes) yield* parser.next(lexeme);
    yield* parser.end();
  }
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens(), true, text.length)) {
    if (!first) {
      first = document;
      continue;
    }
    const [start, end] = document.range;
    first.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', ''));
    break;
  }
  // It is asked for one even where there is none.
  return first as Document.Parsed;
}

/** The parser makes an error of each odd character, and its stack costs more than all else of it. */
function withoutStacks<T>(parse: () => T): T {
  const errors: { stackTraceLimit?: number | undefined } = Error;
  const before = errors.stackTraceLimit;
  errors.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    errors.stackTraceLimit = before;
  }
}

/** Stops the reading; what was wrong has been reported. */
class Refused extends Error {}

interface Entry {
  readonly key: number;
  readonly value: number;
}

type Report = (at: Position, message: string, expected: string, hint?: string) => void;

/** Turns YAML nodes into plain data and keeps the offsets of all entries. */
class Reader {
  readonly #document: Document.Parsed;
  readonly #positionAt: (offset: number) => Position;
  readonly #report: Report;
  readonly #entries = new WeakMap<object, Map<string | number, Entry>>();
  readonly #open = new Set<Node>();
  #targets: ReadonlyMap<Alias, Node> | null = null;
  #aliases = 0;
  #values = 0;

  constructor(document: Document.Parsed, positionAt: (offset: number) => Position, report: Report) {
    this.#document = document;
    this.#positionAt = positionAt;
    this.#report = report;
  }

  /** Throws `Refused` where the document asks for more than a swarm file may. */
  read(node: Node, depth: number): unknown {
    if (++this.#values > MAX_VALUES) {
      this.#refuse(
        node,
        `the file has more than ${MAX_VALUES} values`,
        `at most ${MAX_VALUES}, counting what aliases repeat`,
      );
    }
    if (depth > MAX_DEPTH) this.#refuse(node, 'values are nested too deeply', TOO_DEEP);
    if (isAlias(node)) return this.#readAlias(node, depth);
    if (isScalar(node)) return this.#readScalar(node);
    this.#open.add(node);
    const value = isMap(node)
      ? this.#readMap(node.items, depth)
      : isSeq(node)
        ? this.#readList(node.items, depth)
        : null;
    this.#open.delete(node);
    return value;
  }

  /** Offset of what a path leads to from the root value, or of the nearest parent. */
  offsetOf(root: unknown, path: Path, part: 'key' | 'value'): number {
    let container = root;
    let offset = startOf(this.#document.contents);
    for (const [index, name] of path.entries()) {
      if (typeof container !== 'object' || container === null) break;
      const entry = this.#entries.get(container)?.get(name);
      if (!entry) break;
      offset = index === path.length - 1 && part === 'value' ? entry.value : entry.key;
      container = (container as Record<string | number, unknown>)[name];
    }
    return offset;
  }

  #readAlias(node: Alias, depth: number): unknown {
    if (++this.#aliases > MAX_ALIASES) {
      this.#refuse(
        node,
        `the file has more than ${MAX_ALIASES} aliases`,
        `at most ${MAX_ALIASES}`,
        'write the values out',
      );
    }
    const target = this.#targetOf(node);
    if (!target)
      this.#refuse(node, `the alias *${node.source} has no anchor before it`, `&${node.source} at an earlier value`);
    if (this.#open.has(target))
      this.#refuse(node, `the alias *${node.source} repeats the value it is in`, 'a value that ends');
    return this.read(target, depth);
  }

  /** The library would look through the whole document for each. */
  #targetOf(alias: Alias): Node | undefined {
    this.#targets ??= targetsIn(this.#document);
    return this.#targets.get(alias);
  }

  #readScalar(node: Node & { value: unknown }): unknown {
    const { value } = node;
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    this.#report(this.#at(node), 'the number is not finite', 'a finite number');
    return 0;
  }

  #readList(items: readonly unknown[], depth: number): unknown[] {
    const list: unknown[] = [];
    const entries = new Map<string | number, Entry>();
    for (const item of items) {
      const offset = startOf(item);
      entries.set(list.length, { key: offset, value: offset });
      list.push(isNode(item) ? this.read(item, depth + 1) : null);
    }
    this.#entries.set(list, entries);
    return list;
  }

  #readMap(items: readonly Pair[], depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const entries = new Map<string | number, Entry>();
    for (const { key: keyNode, value } of items) {
      const key = isScalar(keyNode) ? String(keyNode.value ?? '') : '';
      const first = entries.get(key);
      if (key === '') {
        this.#report(
          this.#at(keyNode),
          isScalar(keyNode) ? 'a key is empty' : 'a key is not a plain text',
          'a name before the colon',
        );
      } else if (RESERVED_NAMES.includes(key)) {
        this.#report(
          this.#at(keyNode),
          `${quote(key)} cannot be a name`,
          `a name other than ${listOf(RESERVED_NAMES)}`,
        );
      } else if (first) {
        const { line } = this.#positionAt(first.key);
        this.#report(
          this.#at(keyNode),
          `${quote(key)} is given twice`,
          'each key once',
          `the first is on line ${line}`,
        );
      } else {
        entries.set(key, { key: startOf(keyNode), value: isNode(value) ? startOf(value) : startOf(keyNode) });
        map[key] = isNode(value) ? this.read(value, depth + 1) : null;
      }
    }
    this.#entries.set(map, entries);
    return map;
  }

  #at(node: unknown): Position {
    return this.#positionAt(startOf(node));
  }

  #refuse(node: Node, message: string, expected: string, hint?: string): never {
    this.#report(this.#at(node), message, expected, hint);
    throw new Refused(message);
  }
}

/** What each alias of a document repeats: the last value before it that has its name. */
function targetsIn(document: Document.Parsed): Map<Alias, Node> {
  const named = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = named.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) named.set(node.anchor, node);
    },
  });
  return targets;
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Signs that the bytes were not UTF-8 text: a replaced character, or a control character that YAML does not allow. */
function unreadable(text: string): { position: Position; message: string; hint: string } | null {
  // eslint-disable-next-line no-control-regex -- these are what it looks for
  const index = text.search(/[\uFFFD\uFEFF\x00-\x08\x0B\x0C\x0E-\x1F\x7F]/);
  if (index < 0) return null;
  const position = placeIn(text, index);
  const foreign = foreignFormat(text);
  if (foreign) return { position, ...foreign };
  const code = text.charCodeAt(index);
  if (code === 0xfffd) return { position, message: 'the file is not UTF-8 here', hint: 'save it as UTF-8' };
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return { position, message: `the character ${name} cannot stand here`, hint: 'delete it' };
}

function tagText(text: string, warning: YAMLError): string {
  return quote(text.slice(warning.pos[0], warning.pos[1]));
}
