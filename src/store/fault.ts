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
  readonly inner?: NamedError;
  readonly failures?: readonly NamedError[];
}

function names(error: NamedError | undefined): string[] {
  if (!error) return [];
  return [error.name ?? '', ...names(error.inner), ...(error.failures ?? []).flatMap(names)];
}

/** What a database error means to the run; faults pass through. */
export function asStoreFault(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const found = names(error as NamedError);
  const message = error instanceof Error ? error.message : String(error);
  if (found.includes('QuotaExceededError'))
    return new StoreFault('quota', `Storage is full: ${message}`, { cause: error });
  if (found.includes('ConstraintError')) return new StoreFault('duplicate-result', message, { cause: error });
  return new StoreFault('unavailable', `The database refused: ${message}`, { cause: error });
}
