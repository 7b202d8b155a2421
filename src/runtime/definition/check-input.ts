import { parseSwarm } from '../../swarm/parse.ts';
import type { CheckedInput, GivenInput } from '../protocol/protocol.ts';
import { textOfInput } from './given-input.ts';
import { planPreview } from './plan-preview.ts';
import { type RunSettings, setupOf } from './run-setup.ts';

const FIRST = 3;
const FIRST_CHARACTERS = 200;
const SKIPPED = 50;

/** An input file as a run would read it, and what that run would do, told before there is one. Apart for loading, as the check of swarm files is. */
export function checkInput(swarmText: string, given: GivenInput): CheckedInput {
  const parsed = parseSwarm('swarm', swarmText);
  if (!parsed.ok) return { ok: false, diagnostics: [] };
  const { input, seed, budget } = parsed.value.swarm;
  const { name, text, decoding } = textOfInput(given, input);
  const settings: RunSettings = {
    ...{ engine: 'scripted', model: { id: '' }, seed, limit: null, vramMiB: budget.vram, version: '', reading: 2 },
    ...(decoding && { decoding }),
  };
  const setup = setupOf({
    swarm: { file: 'swarm', text: swarmText },
    input: { name, text },
    settings: settings as unknown as Readonly<Record<string, unknown>>,
  });
  if (!setup.ok) return { ok: false, diagnostics: setup.error };
  const { items, notes, skipped, inputItems } = setup.value;
  const first = items.first(FIRST).map(({ line, lastLine, text: whole }) => ({
    line,
    ...(lastLine !== undefined && { lastLine }),
    text: whole.slice(0, FIRST_CHARACTERS).toWellFormed(),
  }));
  const plan = planPreview(setup.value);
  return { ok: true, items: inputItems, first, notes, skipped: skipped.slice(0, SKIPPED), plan };
}
