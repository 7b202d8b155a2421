/** What a person hands in: text files, told apart, measured and kept within limits. */
import type { GivenInput } from '../../runtime/protocol/protocol.ts';

export const INPUT_MOST = 50 * 1024 * 1024;
export const SWARM_MOST = 1024 * 1024;

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** As the runtime is given it: the bytes of a file, or text that was pasted. */
export interface InputFile {
  readonly given: GivenInput;
  readonly size: number;
  readonly lines: number;
}

export function inputFile(given: GivenInput): InputFile {
  const { bytes } = given;
  const size = bytes ? bytes.length : new Blob([given.text]).size;
  return { given, size, lines: countLines(bytes ?? given.text) };
}

/** Lines with something in them; a last line without a newline counts. Of bytes, whatever their encoding. */
export function countLines(text: string | Uint8Array): number {
  let lines = 0;
  let filled = false;
  for (let k = 0; k < text.length; k += 1) {
    const code = typeof text === 'string' ? text.charCodeAt(k) : (text[k] as number);
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
