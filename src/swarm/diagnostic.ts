/** Where a file is wrong, what was expected there, and what to do. The same shape that the runtime sends to the page. */
export interface Diagnostic {
  readonly file: string;
  /** Both from 1; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Empty where the message says it all. */
  readonly expected: string;
  /** Nearest valid name or the thing to do; empty where there is none. */
  readonly hint: string;
}

export interface Position {
  /** Both from 1; columns count UTF-16 code units. */
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset in a text whose lines end in LF. */
export function placeIn(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    start = end + 1;
    line++;
  }
  return { line, column: offset - start + 1 };
}

/** More than this helps nobody. */
export const MAX_DIAGNOSTICS = 50;
/** Characters of each text of a diagnostic. */
export const MAX_MESSAGE = 600;

/** One line, without a newline: `FILE:line:column: what is wrong; expected X; hint`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, message, expected, hint } = diagnostic;
  return [`${file}:${line}:${column}: ${message}`, expected && `expected ${expected}`, hint].filter(Boolean).join('; ');
}

/**
 * In the order of the file, those of one place in the order given, without repeats, texts no longer than `MAX_MESSAGE`; at most 50, of which the
 * last says how many more there are.
 *
 * @param untold faults that were counted and not put into words
 */
export function sortDiagnostics(diagnostics: readonly Diagnostic[], untold = 0): Diagnostic[] {
  const seen = new Set<string>();
  const all = [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((diagnostic) => {
      const key = formatDiagnostic(diagnostic);
      return !seen.has(key) && seen.add(key);
    })
    .map(shortened);
  const next = all[MAX_DIAGNOSTICS - 1];
  const more = all.length + untold - MAX_DIAGNOSTICS;
  if (!next || more <= 0) return all;
  const rest = { ...next, message: `and ${more + 1} more`, expected: '', hint: 'mend those before it first' };
  return [...all.slice(0, MAX_DIAGNOSTICS - 1), rest];
}

function shortened({ line, column, ...texts }: Diagnostic): Diagnostic {
  const [file, message, expected, hint] = [texts.file, texts.message, texts.expected, texts.hint].map((text) =>
    cutText(text, MAX_MESSAGE),
  ) as [string, string, string, string];
  return { file, line, column, message, expected, hint };
}

/** As it is where it is no longer than that; else its beginning, and how long it was: `aaaa… (1,000,000 characters)`. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).toWellFormed()}… (${text.length.toLocaleString('en')} characters)`;
}

const MAX_SHOWN = 40;
/** Names that a message lists. */
const MAX_NAMES = 20;

/** A value as a message shows it: short, on one line, with its type where the text alone would not tell. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quote(value)}`;
  return String(value);
}

/** JSON quotes, so that control characters and line ends show; cut where it is long, which is said of very long ones. */
export function quote(text: string): string {
  if (text.length <= MAX_SHOWN) return JSON.stringify(text);
  const shown = JSON.stringify(`${text.slice(0, MAX_SHOWN - 1).toWellFormed()}…`);
  return text.length <= MAX_MESSAGE ? shown : `${shown} (${text.length.toLocaleString('en')} characters)`;
}

/** `a, b or c`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** `a, b, c`; of more than 20 the first, and how many more there are. Long names are cut. */
export function someOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => cutText(name, 2 * MAX_SHOWN));
  return `${shown.join(', ')}${names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''}`;
}
