import { Continuation } from './continuation.ts';
import type { InputNote, PlacesCode } from './notes.ts';
import { Tally } from './notes.ts';
import type { NamedField } from '../input-names.ts';
import type { ReadRecord, RecordSink, Wrong } from './sink.ts';

/** Stands before a sink and joins what belongs together: a record goes on when the first of another is there, or with `end`. */
export class Joiner implements RecordSink {
  readonly #to: RecordSink;
  readonly #keepsBlankLines: boolean;
  readonly #continuation = new Continuation();
  readonly #joined = new Tally();
  #items = 0;
  #open: {
    readonly line: number;
    lastLine: number;
    readonly texts: string[];
    /** What else is known of the record that it begins with. */
    readonly own: Pick<ReadRecord, 'values' | 'near'>;
  } | null = null;

  /** @param keepsBlankLines the records are lines, and what lies between two that are joined belongs to them */
  constructor(to: RecordSink, keepsBlankLines: boolean) {
    this.#to = to;
    this.#keepsBlankLines = keepsBlankLines;
  }

  get full(): boolean {
    return this.#to.full;
  }

  get kept(): readonly NamedField[] {
    return this.#to.kept;
  }

  add(record: ReadRecord): void {
    // A record of several lines is told by its first.
    const [first = ''] = record.text.split('\n', 1);
    const follows = this.#continuation.follows(first);
    this.#continuation.take(first, follows);
    if (follows && this.#open) {
      this.#append(record);
      return;
    }
    this.#close();
    const { line, lastLine, text, ...own } = record;
    if (!this.full) this.#open = { line, lastLine, texts: [text], own };
  }

  takesStray(line: number, text: string): boolean {
    if (!this.#open || !this.#continuation.follows(text)) return false;
    this.#continuation.take(text, true);
    this.#append({ line, lastLine: line, text });
    return true;
  }

  bad(wrong: Wrong, line?: number): void {
    this.#to.bad(wrong, line);
  }

  refuse(wrong: Wrong): void {
    this.#to.refuse(wrong);
  }

  note(note: InputNote): void {
    this.#to.note(note);
  }

  tally(code: PlacesCode, line: number, times?: number): void {
    this.#to.tally(code, line, times);
  }

  /** Nothing more comes. */
  end(): void {
    this.#close();
    const { count, lines } = this.#joined;
    if (count > 0) this.#to.note({ code: 'joined', items: this.#items, count, lines });
  }

  #append({ line, lastLine, text }: ReadRecord): void {
    const open = this.#open;
    if (!open) return;
    if (open.texts.length === 1) this.#items++;
    this.#joined.add(open.line);
    const before = open.texts.at(-1) ?? '';
    const gap = this.#keepsBlankLines ? line - open.lastLine : before.endsWith('\n') ? 0 : 1;
    open.texts.push('\n'.repeat(gap) + text);
    open.lastLine = lastLine;
  }

  #close(): void {
    if (this.#open) {
      const { line, lastLine, texts, own } = this.#open;
      this.#to.add({ line, lastLine, text: texts.join(''), ...own });
    }
    this.#open = null;
  }
}
