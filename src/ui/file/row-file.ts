import type { RowFormat, RowTexts } from '../../runtime/protocol/protocol.ts';

/** What the browser hands out for a file that a person chose: of `FileSystemFileHandle` what is needed here. */
export interface ChosenFile {
  readonly name: string;
  getFile(): Promise<{ readonly size: number }>;
  createWritable(options: { readonly keepExistingData: boolean }): Promise<FileWriter>;
}

interface FileWriter {
  write(data: BufferSource): Promise<void>;
  seek(position: number): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}

/**
 * Why nothing can be written. `full`: its disk has no room; `removed`: the file or its folder is gone; `refused`: the browser, or a person
 * in its settings, has taken the permission back; `changed`: somebody else wrote it since.
 */
export type FileFault = 'full' | 'removed' | 'refused' | 'changed' | 'failed';

export interface RowFileState {
  readonly name: string;
  readonly format: RowFormat;
  /** Rows that are in the file, whatever happens to this tab. */
  readonly rows: number;
  /** It holds all rows of a run that is over. */
  readonly whole: boolean;
  readonly fault: { readonly code: FileFault; readonly detail: string } | null;
}

export interface RowFileOptions {
  readonly file: ChosenFile;
  readonly format: RowFormat;
  /** Rows that were committed after that place; see the page's call `rowTexts`. */
  readonly ask: (after: number) => Promise<RowTexts>;
  /** Steady clock, ms. */
  readonly now: () => number;
  readonly onChange: (state: RowFileState) => void;
}

/** A browser puts what is written into the file when it is closed, and copies the file to open it again: that may take this share of the time. */
const CLOSING_SHARE = 0.1;
const LEAST_OPEN_MS = 2000;

const FAULTS: Readonly<Record<string, FileFault>> = {
  QuotaExceededError: 'full',
  NotFoundError: 'removed',
  NotAllowedError: 'refused',
  SecurityError: 'refused',
};

/** Spreadsheets take it for the encoding of the country otherwise. */
const BYTE_ORDER_MARK = '\uFEFF';

/** How far the file has come. */
interface Mark {
  /** Place in the order of commits. */
  readonly after: number;
  readonly bytes: number;
  readonly rows: number;
}

const NOTHING: Mark = { after: -1, bytes: 0, rows: 0 };

/**
 * A file that gets a run's rows as they are committed, in that order.
 *
 * Invariants:
 * - It holds whole rows only, and a task's row once, whatever the runtime tells twice.
 * - What a failed write took is written again by the next try: nothing counts as in the file before the browser has closed it.
 * - A file that is not as it was left is not written on.
 */
export class RowFile {
  readonly #with: RowFileOptions;
  /** By task: its row was written. */
  #seen = new Uint8Array(1024);
  /** Tasks whose rows were written since the file was closed. */
  #sinceClosed: number[] = [];
  #closed = NOTHING;
  #now = NOTHING;
  #writer: FileWriter | null = null;
  #openedAt = 0;
  /** What opening and closing it took the last time, ms. */
  #openingMs = 0;
  #closingMs = 0;
  #fault: RowFileState['fault'] = null;
  #whole = false;
  /** One at a time: two would write the same rows. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: RowFileOptions) {
    this.#with = options;
  }

  get state(): RowFileState {
    const { file, format } = this.#with;
    return { name: file.name, format, rows: this.#closed.rows, whole: this.#whole, fault: this.#fault };
  }

  /** Writes what is new. @param committed rows that there are. @param over no more will come */
  pull(committed: number, over: boolean): Promise<void> {
    return this.#alone(() => this.#pull(committed, over));
  }

  /** Puts into the file what was written, e.g. because the page may go. */
  save(): Promise<void> {
    return this.#alone(() => this.#close());
  }

  /** Goes on after a fault, with what was last in the file for good. */
  retry(): void {
    this.#fault = null;
    this.#tell();
  }

  #alone(work: () => Promise<void>): Promise<void> {
    const next = this.#last.then(async () => {
      if (this.#fault || this.#whole) return;
      try {
        await work();
      } catch (error) {
        await this.#fail(error);
      }
    });
    this.#last = next;
    return next;
  }

  async #pull(committed: number, over: boolean): Promise<void> {
    if (!(await this.#take())) return;
    if (over && this.#now.rows < committed) {
      // An order that was passed over is not missed.
      this.#now = { ...this.#now, after: -1 };
      if (!(await this.#take())) return;
    }
    const openMs = Math.max(LEAST_OPEN_MS, (this.#openingMs + this.#closingMs) / CLOSING_SHARE);
    const due = this.#with.now() - this.#openedAt >= openMs;
    if (over || due) await this.#close();
    if (!over || this.#now.rows < committed) return;
    this.#whole = true;
    this.#tell();
  }

  /** False where the runtime cannot answer now. */
  async #take(): Promise<boolean> {
    for (;;) {
      const { after } = this.#now;
      const piece = await this.#with.ask(after).catch(() => null);
      if (piece === null) return false;
      const fresh = piece.rows.filter(({ task }) => this.#isNew(task));
      const text = fresh.map((row) => row.text).join('');
      if (text !== '' || this.#now.bytes === 0) await this.#write(this.#head(piece) + text);
      this.#now = { ...this.#now, after: piece.upTo, rows: this.#now.rows + fresh.length };
      if (piece.upTo <= after) return true;
    }
  }

  #head({ head }: RowTexts): string {
    if (this.#now.bytes > 0) return '';
    return this.#with.format === 'csv' ? BYTE_ORDER_MARK + head : head;
  }

  async #write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    this.#writer ??= await this.#open();
    await this.#writer.write(bytes);
    this.#now = { ...this.#now, bytes: this.#now.bytes + bytes.byteLength };
  }

  async #open(): Promise<FileWriter> {
    const { file, now } = this.#with;
    const from = now();
    const { bytes } = this.#closed;
    if (bytes > 0 && (await file.getFile()).size !== bytes) throw new Changed();
    const writer = await file.createWritable({ keepExistingData: bytes > 0 });
    if (bytes > 0) await writer.seek(bytes);
    this.#openedAt = now();
    this.#openingMs = this.#openedAt - from;
    return writer;
  }

  async #close(): Promise<void> {
    const writer = this.#writer;
    if (!writer) return;
    const { now } = this.#with;
    const from = now();
    await writer.close();
    this.#writer = null;
    this.#closingMs = now() - from;
    this.#closed = this.#now;
    this.#sinceClosed = [];
    this.#tell();
  }

  async #fail(error: unknown): Promise<void> {
    const { name, message } = error as Error;
    const code = error instanceof Changed ? 'changed' : (FAULTS[name] ?? 'failed');
    this.#fault = { code, detail: message };
    await this.#writer?.abort().catch(() => undefined);
    this.#writer = null;
    for (const task of this.#sinceClosed) this.#seen[task] = 0;
    this.#sinceClosed = [];
    this.#now = this.#closed;
    this.#tell();
  }

  /** Asked once: from then on it is known. */
  #isNew(task: number): boolean {
    if (this.#seen[task] === 1) return false;
    if (task >= this.#seen.length) {
      const longer = new Uint8Array(Math.max(2 * this.#seen.length, task + 1));
      longer.set(this.#seen);
      this.#seen = longer;
    }
    this.#seen[task] = 1;
    this.#sinceClosed.push(task);
    return true;
  }

  #tell(): void {
    this.#with.onChange(this.state);
  }
}

class Changed extends Error {
  constructor() {
    super('The file is not as it was left.');
    this.name = 'Changed';
  }
}
