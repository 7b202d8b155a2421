/** What the command line names is looked at before anything starts: what can be read, what can be written, and what would be lost. */
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { BadInput, wordsOf } from './exits.mjs';

/** Standard input or output. */
export const STREAM = '-';

const STDOUT = new Set(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);
const STDIN = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** @param {string | undefined} file an output as it was named */
export const asOutput = (file) => (file !== undefined && STDOUT.has(file) ? STREAM : file);
/** @param {string | undefined} file an input as it was named */
export const asInput = (file) => (file !== undefined && STDIN.has(file) ? STREAM : file);

const statOf = (/** @type {string} */ file) => statSync(file, { throwIfNoEntry: false });

/** Files that rows can be put in and taken back from; not a pipe, not a device. What is not there yet will be one. @param {string} file */
export function isPlain(file) {
  try {
    return statOf(file)?.isFile() ?? true;
  } catch {
    return true;
  }
}

/** Where it is, with links resolved; a file that is not there yet by its folder. @param {string} file */
function place(file) {
  try {
    return realpathSync(file);
  } catch {
    const folder = path.dirname(path.resolve(file));
    try {
      return path.join(realpathSync(folder), path.basename(file));
    } catch {
      return path.resolve(file);
    }
  }
}

/** @param {string | undefined} file what is to be read; a pipe is a file like any other @throws {BadInput} in the form of a diagnostic */
export function checkInput(file) {
  if (file === undefined || file === STREAM) return;
  const refuse = (/** @type {string} */ why, /** @type {string} */ todo) => {
    throw new BadInput(`${file}:1:1: cannot read this file: ${why}; expected a readable file; ${todo}`);
  };
  try {
    if (statSync(file).isDirectory()) refuse('this is a folder', 'name a file in it');
    accessSync(file, constants.R_OK);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    refuse(wordsOf(error), 'check the path');
  }
}

/**
 * Every output is seen to be writable, and missing folders are made.
 * @param {Readonly<Record<string, string | undefined>>} outputs by option
 * @param {object} how
 * @param {(string | undefined)[]} how.inputs files that must not be written over
 * @param {boolean} how.replace whether what is there may be replaced
 * @param {(file: string) => string} how.hint what to do about a file that is there
 * @param {(line: string) => void} how.say
 * @throws {BadInput}
 */
export function checkOutputs(outputs, { inputs, replace, hint, say }) {
  const read = new Map(
    inputs
      .filter((file) => file !== undefined && file !== STREAM)
      .map((file) => [place(/** @type {string} */ (file)), file]),
  );
  /** @type {Map<string, string>} */
  const taken = new Map();
  for (const [option, file] of Object.entries(outputs)) {
    if (file === undefined) continue;
    const where = file === STREAM ? STREAM : place(checkOutput(option, file, { replace, hint, say }));
    const other = taken.get(where);
    if (other && where === STREAM)
      throw new BadInput(
        `--${other} and --${option}: only one of them can go to standard output; give the other a file`,
      );
    if (other) throw new BadInput(`--${other} and --${option}: both name ${file}; expected two files`);
    if (read.has(where))
      throw new BadInput(`--${option} ${file}: this is an input as well, and would be lost; expected another file`);
    taken.set(where, option);
  }
}

/** @param {string} option @param {string} file @param {Pick<Parameters<typeof checkOutputs>[1], 'replace' | 'hint' | 'say'>} how */
function checkOutput(option, file, { replace, hint, say }) {
  const refuse = (/** @type {string} */ what) => {
    throw new BadInput(`--${option} ${file}: ${what}`);
  };
  const found = statIn(file, refuse);
  const isFolder = found?.isDirectory() ?? /[/\\]$/.test(file);
  if (isFolder) refuse('this is a folder; expected the name of a file, in it for example');
  makeFolder(path.dirname(file), refuse, say);
  // Opening and closing a pipe would end it for its reader.
  if (found && !found.isFile()) return file;
  if (found && found.size > 0 && !replace) refuse(`this file exists and is not empty; ${hint(file)}`);
  const isNew = !lstatSync(file, { throwIfNoEntry: false });
  try {
    closeSync(openSync(file, 'a'));
    if (isNew) rmSync(file);
  } catch (error) {
    refuse(`cannot write this file: ${wordsOf(error)}; expected a file that can be written; check the path`);
  }
  return file;
}

/** @param {string} file @param {(what: string) => void} refuse */
function statIn(file, refuse) {
  try {
    return statOf(file);
  } catch (error) {
    refuse(`cannot write this file: ${wordsOf(error)}; expected a file that can be written; check the path`);
    return undefined;
  }
}

/** @param {string} folder @param {(what: string) => void} refuse @param {(line: string) => void} say */
function makeFolder(folder, refuse, say) {
  try {
    const made = mkdirSync(folder, { recursive: true });
    if (made !== undefined) say(`made the folder ${folder}`);
  } catch (error) {
    refuse(`cannot make the folder ${folder}: ${wordsOf(error)}; check the path`);
  }
}
