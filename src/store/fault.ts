export type StoreFaultCode =
  /** The origin's storage is full; nothing was written, nothing was lost. */
  | 'quota'
  /** Another tab writes this run since; this writer must stop. */
  | 'stale-writer'
  /** A result of this task is there already; nothing of the batch was written. */
  | 'duplicate-result'
  /** The record is not there. */
  | 'missing'
  /** Neither this record nor an older generation of it can be read. */
  | 'corrupt'
  /** A newer version of Planaria wrote it, in a way that this one does not know. */
  | 'newer'
  /** The browser has thrown away what was stored: the database is another than the one that this writer wrote to. It stays so. */
  | 'gone'
  /** The database cannot be opened or was closed. */
  | 'unavailable';

export class StoreFault extends Error {
  readonly code: StoreFaultCode;
  constructor(code: StoreFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreFault';
    this.code = code;
  }
}

interface NamedError {
  readonly name?: string;
  readonly message?: string;
  readonly inner?: NamedError | null;
  readonly failures?: readonly NamedError[];
}

/** The error and all that it was brought about by. */
function chain(error: NamedError | null | undefined): NamedError[] {
  if (!error) return [];
  return [error, ...chain(error.inner), ...(error.failures ?? []).flatMap(chain)];
}

/** What LevelDB and file systems say of a disk without room; it comes as an UnknownError, within an AbortError more often than not. */
const NO_ROOM = /NO_SPACE|ENOSPC|no space left|disk is full|not enough space/i;
/** After these a database answers nothing more until it is opened anew. */
const DEAD: ReadonlySet<string> = new Set([
  'AbortError',
  'DatabaseClosedError',
  'InvalidStateError',
  'NotFoundError',
  'OpenFailedError',
  'TimeoutError',
  'UnknownError',
]);

/** What a database error means to the run; faults pass through. */
export function asStoreFault(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const found = chain(error as NamedError);
  const message = error instanceof Error ? error.message : String(error);
  if (found.some(({ name, message: text }) => name === 'QuotaExceededError' || NO_ROOM.test(text ?? '')))
    return new StoreFault('quota', `Storage is full: ${message}`, { cause: error });
  if (found.some(({ name }) => name === 'ConstraintError'))
    return new StoreFault('duplicate-result', message, { cause: error });
  return new StoreFault('unavailable', `The database refused: ${message}`, { cause: error });
}

/** Whether a write met the end of the disk: not the browser's quota, which it looks at before it writes. */
export const metFullDisk = (error: unknown): boolean =>
  chain(error as NamedError).some(({ message = '' }) => NO_ROOM.test(message));

/** Whether the browser refused by its quota. */
export const overQuota = (error: unknown): boolean =>
  chain(error as NamedError).some(({ name }) => name === 'QuotaExceededError');

/** Whether the handle on which it happened may be dead. True more often than it is: a handle that lives is as soon opened again. */
export function maybeDead(error: unknown): boolean {
  if (error instanceof StoreFault) return false;
  return chain(error as NamedError).some(({ name = '', message = '' }) => DEAD.has(name) || NO_ROOM.test(message));
}
