import type { Encoding, FieldsOf } from '../model.ts';
import type { NamedField } from '../input-names.ts';
import type { InputNote, PlacesCode } from './notes.ts';

/** One record of a file, as agents are to read it. */
export interface ReadRecord {
  /** Lines of the file on which it begins and ends, from 1. */
  readonly line: number;
  readonly lastLine: number;
  readonly text: string;
  /** What stands in the fields that are kept beside it (`RecordSink.kept`), in their order; undefined where the record has no such field. */
  readonly values?: readonly unknown[];
  /** A name of the record that is spelled almost so; null: it has none. */
  readonly near?: (field: string) => string | null;
}

/** Where something is wrong, what was expected there, and what to do. */
export interface Wrong {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
}

/** Takes what is read. */
export interface RecordSink {
  /** Nothing more is wanted. */
  readonly full: boolean;
  /** Fields of records that are kept beside what agents read: the flow names them. */
  readonly kept: readonly NamedField[];
  add(record: ReadRecord): void;
  /** A line that is no record. True: it belongs to the record before it, and is taken with it. */
  takesStray?(line: number, text: string): boolean;
  /** A record that cannot be read: the file is refused for it, or it is passed over, as the swarm file says. `line`: its first line. */
  bad(wrong: Wrong, line?: number): void;
  /** The file cannot be read. */
  refuse(wrong: Wrong): void;
  note(note: InputNote): void;
  /** One more of what the note of that code counts. */
  tally(code: PlacesCode, line: number, times?: number): void;
}

/**
 * By which rules a file is read. Runs keep the number they were started with, so that the same text gives the same items as long as they are
 * stored: 1 is what versions before 0.2 did (delimiter guessed from a few records, the first of equal names, numbers as doubles).
 */
export type Reading = 1 | 2;

/** The swarm file's `input`, as far as it says how to read. */
export interface InputFormat {
  readonly format: 'lines' | 'csv' | 'jsonl' | 'json';
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly column?: string | number;
  readonly field?: string;
  /** lines: the format in which fields of them are looked for. */
  readonly fields?: FieldsOf;
  /** lines: the year of the first time that names none. */
  readonly year?: number;
  readonly join?: 'none' | 'traces';
  readonly bad?: 'stop' | 'skip';
  readonly limit?: number;
}
