/** What was changed, guessed or left out on the way from a file to items. Codes and parameters: the page has the words. */
import type { Encoding, FieldsOf } from '../model.ts';

/** Where something happened, and how often. */
export interface Places {
  readonly count: number;
  /** Lines of the file, from 1, in order and without repeats; the first 20 of them. */
  readonly lines: readonly number[];
}

export type InputNote =
  /** Read as `encoding`: it begins with the encoding's mark, or its bytes look like that. */
  | { readonly code: 'encoding'; readonly encoding: Encoding; readonly by: 'mark' | 'pattern' }
  /** The file asks for `asked` but begins with the mark of `encoding`. */
  | { readonly code: 'other-encoding'; readonly encoding: Encoding; readonly asked: Encoding }
  /** Each line is an item as it stands, header and all, though by its name the file is in a format that could be read. */
  | { readonly code: 'by-lines'; readonly named: 'csv' | 'jsonl' | 'json' }
  /** Bytes that the encoding does not have, read as U+FFFD. `byte`: the first of them, two hexadecimal digits; absent where only text was given. */
  | ({
      readonly code: 'replaced';
      readonly encoding: Encoding;
      readonly column: number;
      readonly byte?: string;
      /** What such bytes most likely are. */
      readonly likely?: Encoding;
    } & Places)
  /** NUL characters, read as one space a run, or as nothing at an end of a line. */
  | ({ readonly code: 'nul' } & Places)
  /** Halves of a character (lone surrogates), read as U+FFFD. */
  | ({ readonly code: 'half-character' } & Places)
  /** Byte order marks within the file, dropped. */
  | ({ readonly code: 'inner-mark' } & Places)
  /** What parts fields: guessed from the file, or told by its first line (`sep=;`). Of `records` records `agreeing` have that many columns. */
  | {
      readonly code: 'delimiter';
      readonly delimiter: string;
      readonly by: 'guess' | 'file';
      readonly columns: number;
      readonly records: number;
      readonly agreeing: number;
    }
  /** The file's own `sep=` is not what the swarm file asks for, which was used. */
  | { readonly code: 'other-delimiter'; readonly delimiter: string; readonly told: string }
  /** Lines that begin with `#`, passed over. */
  | ({ readonly code: 'comments' } & Places)
  /** Spaces around names and before quotes were passed over. */
  | { readonly code: 'padded' }
  /** Records without a text, passed over. */
  | ({ readonly code: 'blank' } & Places)
  /** Fields that held text as a list of bytes, as journald writes it. */
  | ({ readonly code: 'byte-lists' } & Places)
  /** Records that could not be read, passed over because the swarm file says so. */
  | ({ readonly code: 'skipped' } & Places)
  /** Lines that were joined to the one they belong to; `items`: how many have such lines. */
  | ({ readonly code: 'joined'; readonly items: number } & Places)
  /**
   * lines: in which format fields are looked for, found out or named; which fields there are, in how many items of how many. `year`: times name none,
   * and count as of that year, or, null, as of 2000; `utc`: times of several zones are told in UTC.
   */
  | {
      readonly code: 'fields';
      readonly format: Exclude<FieldsOf, 'auto' | 'none'>;
      readonly by: 'asked' | 'guess';
      readonly fields: readonly string[];
      readonly items: number;
      readonly of: number;
      readonly year?: number | null;
      readonly utc?: true;
    }
  /** Items of which no more than `most` characters are kept. */
  | ({ readonly code: 'cut'; readonly most: number } & Places);

export type PlacesCode = Extract<InputNote, Places>['code'];

const MOST_LINES = 20;

/** Counts what happens where. */
export class Tally implements Places {
  count = 0;
  readonly lines: number[] = [];

  add(line: number, times = 1): void {
    this.count += times;
    if (this.lines.length < MOST_LINES && this.lines.at(-1) !== line) this.lines.push(line);
  }
}

/** Lines of a text at offsets that are asked for in rising order; each line end is passed once. */
export class LineAt {
  readonly #text: string;
  #line: number;
  #start = 0;
  #next: number;

  constructor(text: string, line = 1) {
    this.#text = text;
    this.#line = line;
    this.#next = text.indexOf('\n');
  }

  /** From 1. */
  of(offset: number): number {
    while (this.#next >= 0 && this.#next < offset) {
      this.#line++;
      this.#start = this.#next + 1;
      this.#next = this.#text.indexOf('\n', this.#next + 1);
    }
    return this.#line;
  }

  /** Where the line begins that was told last. */
  get start(): number {
    return this.#start;
  }
}
