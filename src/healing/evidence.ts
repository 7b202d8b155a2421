/** What can be wrong, and the words in which it is told to a person. */
import type { Diagnosis, EvidenceVerdict } from '../journal/vocabulary.ts';

/** Faults of what all agents share. An agent that lost a turn to one of these did nothing wrong. */
export const SHARED_FAULTS: ReadonlySet<Diagnosis> = new Set([
  'device-lost',
  'worker-dead',
  'out-of-memory',
  'bad-weights',
  'storage-full',
]);

/** One observation, readable on its own: "tokens per cycle: 7 repeats of 16; expected fewer than 4; bad". */
export interface Evidence {
  readonly signal: string;
  readonly value: number | string | boolean | null;
  readonly expected: string;
  readonly verdict: EvidenceVerdict;
  /** Set when this alone moves the agent's state: a veto. */
  readonly hard?: Diagnosis;
}

/** The vetoes among the evidence, without repeats, in the order found. */
export function vetoes(evidence: readonly Evidence[]): Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const { hard } of evidence) if (hard && !found.includes(hard)) found.push(hard);
  return found;
}

/** One line for logs, notices and the journal. */
export function inWords({ signal, value, expected, verdict }: Evidence): string {
  const shown = typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
  return `${signal}: ${shown === null ? 'unknown' : String(shown)}; expected ${expected}; ${verdict}`;
}
