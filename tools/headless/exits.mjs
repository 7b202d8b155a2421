/** What the command ends with, and what it throws to end so. docs/command-line.md tells the same to people. */

export const EXIT = Object.freeze({
  /** Every task ended in a result. */
  ok: 0,
  /** The run ended; some tasks ended in a named failure. */
  failed: 1,
  /** Nothing was started. */
  badUse: 2,
  /** Stopped before the end; what was committed is kept. */
  stopped: 3,
  /** No browser, no GPU, no build. */
  noStart: 4,
  /** Whoever read standard output has gone: 128 and SIGPIPE. */
  readerGone: 141,
});

/** 128 and the signal's number, as a shell has it. @type {Readonly<Record<string, number>>} */
export const SIGNALS = Object.freeze({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 });

/** Bad input of the command line: the caller prints the message and exits 2. */
export class BadInput extends Error {}

/** It could not start, for a reason outside the command line: exit 4. */
export class NoStart extends Error {}

/** The run is to stop before its end; what was committed is kept. */
export class Stopped extends Error {
  /** @param {number} code exit code @param {string} why one word for the summary @param {string} message for people */
  constructor(code, why, message) {
    super(message);
    this.code = code;
    this.why = why;
  }
}

/** @type {Readonly<Record<string, string>>} */
const WORDS = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'this is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'a part of the path is no folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'no space is left on the disk for this user',
  EFBIG: 'the file has become too large',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk failed',
  EPIPE: 'its reader has gone',
  ERR_INVALID_ARG_VALUE: 'the name holds a character that no file can have',
};

/** A fault of the system in plain words. @param {unknown} error @returns {string} */
export function wordsOf(error) {
  const { code = '', message = String(error) } = /** @type {NodeJS.ErrnoException} */ (error ?? {});
  return WORDS[code] ?? message;
}
