/** Reads what is handed in, from a file, a pipe or standard input, within the page's limits. */
import { createReadStream } from 'node:fs';
import { BadInput, wordsOf } from './exits.mjs';
import { STREAM } from './files.mjs';

/** As the page has them (src/ui/start/draft.ts), bytes. */
export const MOST = Object.freeze({ swarm: 1024 * 1024, input: 50 * 1024 * 1024 });

/**
 * @param {string} file @param {keyof typeof MOST} part
 * @param {AsyncIterable<Uint8Array> & { destroy?: () => unknown }} stdin
 * @returns {Promise<Uint8Array>} rejects with `BadInput`; reads no further than the limit
 */
export async function readGiven(file, part, stdin) {
  const shown = file === STREAM ? 'stdin' : file;
  const stream = file === STREAM ? stdin : createReadStream(file);
  const most = MOST[part];
  /** @type {Uint8Array[]} */
  const pieces = [];
  let bytes = 0;
  try {
    for await (const piece of stream) {
      bytes += piece.length;
      if (bytes > most) break;
      pieces.push(piece);
    }
  } catch (error) {
    throw new BadInput(
      `${shown}:1:1: cannot read this file: ${wordsOf(error)}; expected a readable file; check the path`,
    );
  }
  if (bytes > most)
    throw new BadInput(`${shown}:1:1: it is larger than ${most / 2 ** 20} MiB; expected at most that; split it`);
  return Buffer.concat(pieces);
}
