/**
 * The records of a CSV text (RFC 4180 with any delimiter), each with its place. A record that is wrong costs one line, whatever it is: reading
 * goes on behind that line, so that a stray quote does not take the rest of the file with it.
 */

export interface CsvRecord {
  /** Lines of the text on which it begins and ends, from 1. */
  readonly line: number;
  readonly lastLine: number;
  /** Offsets of its first character and of the line end behind it. */
  readonly start: number;
  readonly end: number;
  readonly fields: readonly string[];
  /** Offset of each field. */
  readonly offsets: readonly number[];
  /**
   * A quote that never closes, or a field that goes on behind its closing quote; `at`: offset of the opening quote. Or more fields than a record has:
   * offset of the first too many.
   */
  readonly fault: { readonly kind: 'unclosed' | 'after-quote' | 'wide'; readonly at: number } | null;
}

export interface CsvForm {
  /** One character; empty: a record is one field. */
  readonly delimiter: string;
  /** Spaces around fields are there for the eye; within quotes they stay. */
  readonly padded: boolean;
  /** White space of any kind may stand between a closing quote and a delimiter, as the first rules had it; absent: spaces. */
  readonly loose?: true;
}

/** Where to begin: at the beginning of a line. */
export interface CsvStart {
  readonly offset: number;
  readonly line: number;
}

const QUOTE = '"';
/** As many as a sheet of Excel has. */
export const MAX_COLUMNS = 16_384;

/**
 * @param text lines end in LF
 * @param visit is given each record, but for empty lines; false ends the reading
 */
export function eachRecord(text: string, form: CsvForm, from: CsvStart, visit: (record: CsvRecord) => boolean): void {
  const scanner = new Scanner(text, form);
  let { offset, line } = from;
  while (offset < text.length) {
    if (text.charCodeAt(offset) === 0x0a) {
      offset++;
      line++;
      continue;
    }
    const record = scanner.recordAt(offset, line);
    if (!visit(record)) return;
    offset = record.end + 1;
    line = record.lastLine + 1;
  }
}

class Scanner {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #padded: boolean;
  readonly #loose: boolean;
  /** The delimiter that was found last, and from where: a rare one is not looked for anew on each line. */
  #found = -1;
  #searched = Infinity;

  constructor(text: string, { delimiter, padded, loose }: CsvForm) {
    this.#text = text;
    this.#delimiter = delimiter;
    this.#padded = padded && delimiter !== ' ';
    this.#loose = loose === true;
  }

  recordAt(start: number, line: number): CsvRecord {
    const text = this.#text;
    const fields: string[] = [];
    const offsets: number[] = [];
    const firstEnd = endOfLine(text, start);
    let [lineEnd, lastLine] = [firstEnd, line];
    const until = (end: number): CsvRecord => ({ line, lastLine, start, end, fields, offsets, fault: null });

    for (let at = start; ;) {
      if (fields.length === MAX_COLUMNS) {
        const fault = { kind: 'wide', at } as const;
        return { line, lastLine: line, start, end: firstEnd, fields, offsets, fault };
      }
      const opens = this.#padded ? skipSpaces(text, at) : at;
      const quoted = text[opens] === QUOTE ? this.#quotedAt(opens) : null;
      offsets.push(at);
      if (!quoted || 'fault' in quoted) {
        // What is parted by tabs is seldom quoted: a quote that makes no sense is a character like others.
        if (quoted && this.#delimiter !== '\t') {
          const fault = { kind: quoted.fault, at: opens };
          return { line, lastLine: line, start, end: firstEnd, fields, offsets, fault };
        }
        const end = Math.min(this.#nextDelimiter(at), lineEnd);
        fields.push(this.#padded ? text.slice(at, end).trim() : text.slice(at, end));
        if (end === lineEnd) return until(end);
        at = end + 1;
        continue;
      }
      while (lineEnd < quoted.close) {
        lastLine++;
        lineEnd = endOfLine(text, lineEnd + 1);
      }
      fields.push(text.slice(opens + 1, quoted.close).replaceAll('""', QUOTE));
      if (quoted.end === lineEnd) return until(lineEnd);
      at = quoted.end + 1;
    }
  }

  /** The quoted field whose first quote is at `opens`: its last quote, and the delimiter or line end behind it. */
  #quotedAt(
    opens: number,
  ): { readonly close: number; readonly end: number } | { readonly fault: 'unclosed' | 'after-quote' } {
    const text = this.#text;
    let close = text.indexOf(QUOTE, opens + 1);
    while (close >= 0 && text[close + 1] === QUOTE) close = text.indexOf(QUOTE, close + 2);
    if (close < 0) return { fault: 'unclosed' };
    const end = this.#behindQuote(close + 1);
    const ends = end >= text.length || text[end] === '\n' || text[end] === this.#delimiter;
    return ends ? { close, end } : { fault: 'after-quote' };
  }

  #behindQuote(at: number): number {
    const [text, delimiter] = [this.#text, this.#delimiter];
    if (!this.#loose) return delimiter === ' ' ? at : skipSpaces(text, at);
    let end = at;
    while (end < text.length && text[end] !== delimiter && /[^\S\n]/.test(text[end] ?? '')) end++;
    return end;
  }

  #nextDelimiter(at: number): number {
    if (this.#delimiter === '') return Infinity;
    if (at < this.#searched || at > this.#found) {
      const found = this.#text.indexOf(this.#delimiter, at);
      this.#searched = at;
      this.#found = found < 0 ? Infinity : found;
    }
    return this.#found;
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}
