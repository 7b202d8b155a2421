/**
 * What `--resume` goes on from: a folder beside the output with the browser's profile, where the page keeps the run, and with what the run was
 * begun with. It is there from the start of a run to its end.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BadInput, wordsOf } from './exits.mjs';
import { isPlain, STREAM } from './files.mjs';

const VERSION = 1;
/** All that stands in it. */
const ENTRIES = ['lock', 'profile', 'run.json', 'run.json.part', 'swarm', 'input'];
/** Longest wait for the browser of a command that was killed, ms. */
const BROWSER_GONE_MS = 15_000;
const POLL_MS = 100;

/**
 * @typedef {object} Given what was handed in
 * @property {string} shown as it was named
 * @property {number} bytes
 * @property {string} sha256
 */

/**
 * @typedef {object} Settings what makes a run this run
 * @property {string | undefined} [engine]
 * @property {string | undefined} [model]
 * @property {number | undefined} [limit]
 * @property {number | undefined} [seed]
 * @property {number | undefined} [vram]
 * @property {boolean | undefined} [ask]
 */

/**
 * @typedef {object} KeptRun
 * @property {string} run id in the profile
 * @property {Given} swarm
 * @property {Given | null} input
 * @property {Settings} settings
 * @property {{ out?: string | undefined, csv?: string | undefined, report?: string | undefined, markdown?: string | undefined }} outputs absolute
 */

/** Where the state of a run with these outputs is; null where it can be nowhere. @param {{ state?: string | undefined, out?: string | undefined, csv?: string | undefined, report?: string | undefined, markdown?: string | undefined }} options */
export function stateFolder({ state, out, csv, report, markdown }) {
  if (state !== undefined) return state;
  const beside = [out, csv, report, markdown].find((file) => file !== undefined && file !== STREAM && isPlain(file));
  return beside === undefined ? null : `${beside}.resume`;
}

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** Whether that process is a command like this one; a number is used again once its process is gone. @param {number} pid */
function isOurs(pid) {
  if (pid === process.pid || !isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cli.mjs');
  } catch {
    return true;
  }
}

export class RunFolder {
  /** Kept after the command has ended. */
  keep = false;
  /** Where it is, as people are told; null where it is of no use to them. */
  name;
  #path;

  /** @param {string} folder @param {string | null} name */
  constructor(folder, name) {
    this.#path = folder;
    this.name = name;
  }

  /**
   * The folder, for this process alone until `leave`.
   * @param {string | null} name null: one that nobody can go on from
   * @param {{ resume: boolean, overwrite: boolean }} how
   * @throws {BadInput}
   */
  static open(name, { resume, overwrite }) {
    if (name === null) return new RunFolder(mkdtempSync(path.join(os.tmpdir(), 'planaria-headless-')), null);
    const folder = new RunFolder(path.resolve(name), name);
    try {
      folder.#enter({ resume, overwrite });
    } catch (error) {
      if (error instanceof BadInput) throw error;
      throw new BadInput(
        `${name}: cannot write in this folder: ${wordsOf(error)}; expected a folder for what --resume needs; name another with --state`,
      );
    }
    return folder;
  }

  /** @param {{ resume: boolean, overwrite: boolean }} how */
  #enter({ resume, overwrite }) {
    const at = this.#path;
    const strange = existsSync(at) ? readdirSync(at).find((entry) => !ENTRIES.includes(entry)) : undefined;
    if (strange !== undefined)
      throw new BadInput(
        `${this.name}: this folder holds other things (${strange}); expected a new folder, or one that a run left`,
      );
    const holder = Number(this.#read('lock') ?? 'NaN');
    if (Number.isInteger(holder) && isOurs(holder))
      throw new BadInput(
        `${this.name}: process ${holder} works on this run; expected one command at a time; wait for it, or end it`,
      );
    const isKept = existsSync(path.join(at, 'run.json'));
    if (resume && !isKept) throw nothingThere(String(this.name));
    if (isKept && !resume && !overwrite)
      throw new BadInput(
        `${this.name}: a run stopped here before its end; add --resume to go on with it, or --overwrite to begin anew`,
      );
    // What a command left that ended before its run began is of no use.
    if (!resume) this.#clear();
    mkdirSync(at, { recursive: true });
    this.keep = resume;
    writeFileSync(path.join(at, 'lock'), `${process.pid}\n`);
  }

  /** Takes away what is ours, and the folder with it where that was all. */
  #clear() {
    for (const entry of ENTRIES)
      rmSync(path.join(this.#path, entry), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (existsSync(this.#path) && readdirSync(this.#path).length === 0) rmdirSync(this.#path);
  }

  /** @param {string} file */
  #read(file) {
    try {
      return readFileSync(path.join(this.#path, file), 'utf8');
    } catch {
      return null;
    }
  }

  /** Of the browser. */
  get profile() {
    return path.join(this.#path, 'profile');
  }

  /** Waits for the browser of a command that was killed: it ends by itself, a moment later. @returns {Promise<void>} rejects with `BadInput` */
  async browserGone() {
    for (const end = Date.now() + BROWSER_GONE_MS; ;) {
      const pid = holderOf(this.profile);
      if (pid === null || !isAlive(pid)) return;
      if (Date.now() > end)
        throw new BadInput(
          `${this.profile}: the browser of the earlier command still works on it (process ${pid}); end it`,
        );
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /**
   * Puts a copy of what is handed in where the page can have it, so that what was read is what is worked on.
   * @param {'swarm' | 'input'} part @param {string} shown @param {Uint8Array} bytes
   * @returns {Given & { path: string }}
   */
  put(part, shown, bytes) {
    const folder = path.join(this.#path, part);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, shown === STREAM ? 'stdin' : path.basename(shown));
    writeFileSync(file, bytes);
    return { shown: shown === STREAM ? 'stdin' : shown, bytes: bytes.length, sha256: sha256(bytes), path: file };
  }

  /** The page has read them. */
  dropGiven() {
    for (const part of ['swarm', 'input']) rmSync(path.join(this.#path, part), { recursive: true, force: true });
  }

  /** From now on there is something to go on with. @param {KeptRun} kept */
  begun(kept) {
    if (this.name === null) return;
    const file = path.join(this.#path, 'run.json');
    writeFileSync(`${file}.part`, `${JSON.stringify({ version: VERSION, ...kept }, null, 2)}\n`);
    renameSync(`${file}.part`, file);
    this.keep = true;
  }

  /** Leaves it; nothing of it stays where there is nothing to go on with. @param {(line: string) => void} tell */
  leave(tell) {
    try {
      if (this.keep) rmSync(path.join(this.#path, 'lock'), { force: true });
      else this.#clear();
    } catch (error) {
      tell(`${this.#path}: could not be taken away: ${wordsOf(error)}; it is of no use any more`);
    }
  }
}

/** @param {string} folder */
const nothingThere = (folder) =>
  new BadInput(
    `${folder}: there is nothing to go on with: the run has ended, or never began; begin it without --resume`,
  );

/** Whether there is a run to go on with. @param {string | null} folder */
export const isStopped = (folder) => folder !== null && existsSync(path.join(folder, 'run.json'));

/** What a run that stopped was begun with. @param {string} folder @returns {KeptRun} @throws {BadInput} */
export function readKept(folder) {
  const file = path.join(folder, 'run.json');
  if (!isStopped(folder)) throw nothingThere(folder);
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    if (kept.version === VERSION) return kept;
  } catch {
    // Told below.
  }
  throw new BadInput(
    `${file}: this is not what this version of the command writes; go on with the version that began the run, or begin anew with --overwrite`,
  );
}

/** The browser that has the profile open, as Chromium notes it: a link to `HOST-PID`. @param {string} profile @returns {number | null} */
function holderOf(profile) {
  try {
    const pid = Number(/-(\d+)$/.exec(readlinkSync(path.join(profile, 'SingletonLock')))?.[1]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

const NAMES = /** @type {const} */ (['engine', 'model', 'limit', 'seed', 'vram', 'ask']);

/**
 * What was given again must be what the run was begun with; what was left out is.
 * @param {KeptRun} kept
 * @param {{ swarm: Given | null, input: Given | null, settings: Settings }} now
 * @throws {BadInput} a line for each difference
 */
export function mustMatch(kept, now) {
  const changed = /** @type {const} */ (['swarm', 'input']).flatMap((part) => {
    const [before, given] = [kept[part], now[part]];
    if (given === null || before?.sha256 === given.sha256) return [];
    const what = part === 'swarm' ? 'swarm file' : 'input';
    const was = before
      ? `it was ${before.bytes} bytes of ${before.shown} then, and is ${given.bytes} now`
      : 'there was none then';
    const leave = part === 'swarm' ? 'FILE' : '--input';
    return [
      `${given.shown}:1:1: this is not the ${what} that the run was begun with: ${was}; leave ${leave} out to go on with what it was, or begin anew with --overwrite`,
    ];
  });
  const settings = NAMES.flatMap((name) => {
    const [before, given] = [kept.settings[name], now.settings[name]];
    if (given === undefined || given === before) return [];
    return [
      `--${name} ${String(given)}: the run was begun with ${before === undefined ? 'none' : String(before)}; leave it out to go on, or begin anew with --overwrite`,
    ];
  });
  const found = [...changed, ...settings];
  if (found.length > 0) throw new BadInput(found.join('\n'));
}
