/** Where rows go as they are committed: a file that holds whole rows whatever happens, or standard output. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { EXIT, Stopped, wordsOf } from './exits.mjs';
import { isPlain, STREAM } from './files.mjs';

/** @typedef {'jsonl' | 'csv'} RowFormat */

/**
 * @typedef {object} Sink
 * @property {RowFormat} format
 * @property {(text: string) => Promise<void>} write whole rows; rejects with `Stopped`
 * @property {() => Promise<string | null>} caughtUp all rows of before are in; a remark for people, if any
 * @property {(whole: () => Promise<Uint8Array>) => Promise<string | null>} finish puts all rows into the order of the input; a remark for
 *   people where that cannot be; rejects with `Stopped` where rows are not there
 * @property {() => Promise<void>} close
 */

/** @param {string} name @param {unknown} error */
function broken(name, error) {
  const { code } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === 'EPIPE') return new Stopped(EXIT.readerGone, 'reader', `${name}: its reader has gone`);
  return new Stopped(
    EXIT.stopped,
    'output',
    `${name}: cannot write: ${wordsOf(error)}; make room or mend it, then go on`,
  );
}

/** What a link points to, which is what is replaced; a pipe has no place but its name. @param {string} file */
const placeOf = (file) => (isPlain(file) && existsSync(file) ? realpathSync(file) : file);

/**
 * Whole or not at all, in place of what was there.
 * @param {string} file @param {Uint8Array | string} content @throws {Stopped}
 */
export async function writeWhole(file, content) {
  const target = placeOf(file);
  const plain = isPlain(target);
  const part = `${target}.part`;
  try {
    const handle = await open(plain ? part : target, 'w');
    try {
      await handle.writeFile(content);
      if (plain) await handle.sync();
    } finally {
      await handle.close();
    }
    if (plain) await rename(part, target);
  } catch (error) {
    if (plain) await rm(part, { force: true }).catch(() => undefined);
    throw broken(file, error);
  }
}

/**
 * Rows are appended and flushed; what could not be written whole is cut off again.
 * Invariants: the file begins with what stands before rows and holds whole rows only; a file of before is replaced once this one has as much.
 * @implements {Sink}
 */
export class FileSink {
  #name;
  #path;
  /** @type {import('node:fs/promises').FileHandle} */
  #handle;
  #plain;
  /** Bytes of whole rows. */
  #good = 0;
  #part;

  /**
   * @param {string} file @param {RowFormat} format @param {{ resumed: boolean }} how `resumed`: what is in the file is written again
   * @throws {Stopped}
   */
  static async open(file, format, { resumed }) {
    const target = placeOf(file);
    const plain = isPlain(target);
    const part = resumed && plain ? `${target}.part` : null;
    try {
      return new FileSink(file, target, format, { plain, part, handle: await open(part ?? target, 'w') });
    } catch (error) {
      throw broken(file, error);
    }
  }

  /**
   * @param {string} name as it was given @param {string} target @param {RowFormat} format
   * @param {{ plain: boolean, part: string | null, handle: import('node:fs/promises').FileHandle }} how
   */
  constructor(name, target, format, { plain, part, handle }) {
    this.#name = name;
    this.#path = target;
    this.format = format;
    this.#plain = plain;
    this.#part = part;
    this.#handle = handle;
  }

  /** @param {string} text */
  async write(text) {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let done = 0; done < bytes.length;) done += (await this.#handle.write(bytes, done)).bytesWritten;
      if (this.#plain) await this.#handle.datasync();
    } catch (error) {
      if (this.#plain) await this.#handle.truncate(this.#good).catch(() => undefined);
      throw broken(this.#name, error);
    }
    this.#good += bytes.length;
  }

  async caughtUp() {
    const part = this.#part;
    if (part === null) return null;
    this.#part = null;
    try {
      const aside = hasMore(this.#path, part) ? await setAside(this.#path) : null;
      await rename(part, this.#path);
      return aside && `${this.#name}: holds what this run has not written; that file is ${aside} now`;
    } catch (error) {
      throw broken(this.#name, error);
    }
  }

  /** @param {() => Promise<Uint8Array>} whole */
  async finish(whole) {
    if (!this.#plain) return null;
    const text = await whole();
    try {
      await writeWhole(this.#path, text);
      return null;
    } catch (error) {
      // A file that was taken away or replaced is not the one that has the rows.
      const [is, was] = await Promise.all([stat(this.#path).catch(() => null), this.#handle.stat()]);
      if (is?.ino !== was.ino) throw error;
      return `${/** @type {Error} */ (error).message}; every row is there, in the order in which they came`;
    }
  }

  async close() {
    await this.#handle.close().catch(() => undefined);
    if (this.#part !== null) await rm(this.#part, { force: true });
  }
}

/** Whether a file has a whole line that the other one lacks. @param {string} file @param {string} other */
function hasMore(file, other) {
  if (!existsSync(file)) return false;
  const lines = (/** @type {string} */ of) =>
    readFileSync(of, 'utf8')
      .replace(/^\uFEFF/, '')
      .split('\n');
  const known = new Set(lines(other));
  // What follows the last line end was never a whole line.
  return lines(file)
    .slice(0, -1)
    .some((line) => !known.has(line));
}

/** @param {string} file @returns {Promise<string>} its new name */
async function setAside(file) {
  for (let k = 1; ; k++) {
    const name = `${file}.before${k === 1 ? '' : `-${k}`}`;
    if (await stat(name).catch(() => null)) continue;
    await rename(file, name);
    return name;
  }
}

/** @implements {Sink} */
export class StreamSink {
  #stream;

  /** @param {NodeJS.WritableStream} stream @param {RowFormat} format */
  constructor(stream, format) {
    this.#stream = stream;
    this.format = format;
  }

  /** Resolves once it is out: a slow reader is waited for. @param {string} text */
  write(text) {
    return writeTo(this.#stream, text);
  }

  async caughtUp() {
    return null;
  }

  /** They are out. */
  async finish() {
    return null;
  }

  async close() {}
}

/** @param {NodeJS.WritableStream} stream @param {string | Uint8Array} text @returns {Promise<void>} rejects with `Stopped` */
export function writeTo(stream, text) {
  return new Promise((resolve, reject) => {
    stream.write(text, (/** @type {Error | null | undefined} */ error) => {
      if (error) reject(broken('standard output', error));
      else resolve();
    });
  });
}

/**
 * @param {{ out?: string | undefined, csv?: string | undefined }} files
 * @param {{ resumed: boolean, stdout: NodeJS.WritableStream }} how
 * @returns {Promise<Sink[]>} rejects with `Stopped`
 */
export async function openSinks({ out, csv }, { resumed, stdout }) {
  /** @type {Sink[]} */
  const sinks = [];
  for (const [file, format] of /** @type {const} */ ([
    [out, 'jsonl'],
    [csv, 'csv'],
  ]))
    if (file === STREAM) sinks.push(new StreamSink(stdout, format));
    else if (file !== undefined) sinks.push(await FileSink.open(file, format, { resumed }));
  return sinks;
}
