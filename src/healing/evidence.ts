/** What follows from observations. */
import type { Evidence } from '../journal/evidence.ts';
import type { Diagnosis } from '../journal/vocabulary.ts';

/** Faults of what all agents share. An agent that lost a turn to one of these did nothing wrong. */
export const SHARED_FAULTS: ReadonlySet<Diagnosis> = new Set([
  'device-lost',
  'worker-dead',
  'out-of-memory',
  'storage-full',
]);

/** The vetoes among the evidence, without repeats, in the order found. */
export function vetoes(evidence: readonly Evidence[]): Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const { hard } of evidence) if (hard && !found.includes(hard)) found.push(hard);
  return found;
}
