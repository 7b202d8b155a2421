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

/** More than this helps nobody: the rest is dropped after sorting. */
const MAX_DIAGNOSTICS = 50;

/** One line, without a newline: `FILE:line:column: what is wrong; expected X; hint`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, message, expected, hint } = diagnostic;
  return [`${file}:${line}:${column}: ${message}`, expected && `expected ${expected}`, hint].filter(Boolean).join('; ');
}

/** In the order of the file, those of one place in the order given, without repeats, at most 50. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...diagnostics]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((diagnostic) => {
      const key = formatDiagnostic(diagnostic);
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, MAX_DIAGNOSTICS);
}

const MAX_SHOWN = 40;

/** A value as a message shows it: short, on one line, with its type where the text alone would not tell. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quote(value)}`;
  return String(value);
}

/** JSON quotes, so that control characters and line ends show; cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text);
}

/** `a, b or c`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
