import { readTable } from '../../swarm/input/read-input.ts';
import { parseSwarm } from '../../swarm/parse.ts';
import type { CheckedInput, GivenInput } from '../protocol/protocol.ts';
import { textOfInput } from './given-input.ts';

const FIRST = 3;
const FIRST_CHARACTERS = 200;
const SKIPPED = 50;

/** An input file as a run would read it, told before there is one. Apart for loading, as the check of swarm files is. */
export function checkInput(swarmText: string, given: GivenInput): CheckedInput {
  const parsed = parseSwarm('swarm', swarmText);
  if (!parsed.ok) return { ok: false, diagnostics: [] };
  const { input } = parsed.value.swarm;
  const { name, text, decoding } = textOfInput(given, input);
  const read = readTable(name, text, input, { decoding });
  if (!read.ok) return { ok: false, diagnostics: read.error };
  const { items, notes, skipped } = read.value;
  const first = items.first(FIRST).map(({ line, lastLine, text: whole }) => ({
    line,
    ...(lastLine !== undefined && { lastLine }),
    text: whole.slice(0, FIRST_CHARACTERS).toWellFormed(),
  }));
  return { ok: true, items: items.length, first, notes, skipped: skipped.slice(0, SKIPPED) };
}
