import type { Path } from './source.ts';

/** Something wrong at a path of the file. */
export interface Broken {
  readonly path: Path;
  /** Default: the value. */
  readonly part?: 'key' | 'value';
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
}
