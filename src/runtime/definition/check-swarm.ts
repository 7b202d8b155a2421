import { parseSwarm } from '../../swarm/parse.ts';
import { summarize } from '../../swarm/summary.ts';
import type { CheckedSwarm } from '../protocol/protocol.ts';

/** A swarm file as people are told of it. Apart for loading: the parser is fetched with the first file, not with the start screen. */
export function checkSwarm(file: string, text: string): CheckedSwarm {
  const parsed = parseSwarm(file, text);
  return parsed.ok ? { ok: true, summary: summarize(parsed.value.swarm) } : { ok: false, diagnostics: parsed.error };
}
