/** What a person hands in: text files, told apart, measured and kept within limits. */

export const INPUT_MOST = 50 * 1024 * 1024;
export const SWARM_MOST = 1024 * 1024;

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

export interface InputFile extends TextFile {
  readonly bytes: number;
  readonly lines: number;
}

/** Lines with something in them; a last line without a newline counts. */
export function countLines(text: string): number {
  let lines = 0;
  let filled = false;
  for (let k = 0; k < text.length; k += 1) {
    const code = text.charCodeAt(k);
    if (code === 10) {
      if (filled) lines += 1;
      filled = false;
    } else if (code > 32) filled = true;
  }
  return filled ? lines + 1 : lines;
}

/** By name where the name tells, else by whether the text begins as a swarm file does. */
export function kindOf(name: string, text: string): 'swarm' | 'input' {
  if (/\.ya?ml$/i.test(name)) return 'swarm';
  if (/\.(log|txt|csv|jsonl|ndjson|tsv)$/i.test(name)) return 'input';
  return /^\s*(planaria\s*:|\{\s*"planaria"\s*:)/m.test(text.slice(0, 4096)) ? 'swarm' : 'input';
}

/** True for text that was not UTF-8: decoding leaves replacement characters or NULs in its beginning. */
export function looksBinary(text: string): boolean {
  const start = text.slice(0, 8192);
  const odd = start.split(/[\uFFFD\0]/).length - 1;
  return odd > 0 && odd > start.length / 200;
}

/** An http(s) address of a model folder, or null. */
export function modelAddress(text: string): string | null {
  try {
    const url = new URL(text.trim());
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/** A whole number from 0 up, null for an empty field, undefined for anything else. */
export function wholeNumber(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : undefined;
}
