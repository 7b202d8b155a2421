/** What can be wrong, and the words in which it is told to a person. */

/** What MONITOR concludes; the ladder chooses by it. A fault plan's kinds (chaos) are causes, these are diagnoses. */
export const FAULT_CLASSES = [
  /** No sign of life although a turn is in flight. */
  'stall',
  /** The output goes round in circles. */
  'loop',
  /** The output is not what the role's schema asks for. */
  'invalid',
  /** Cut off by tokens or deadline. */
  'incomplete',
  /** Valid, but others, asked the same, say something else. */
  'disagreement',
  /** The prompt does not fit. */
  'context-full',
  /** A stored record's checksum does not fit its bytes, or it cannot be read. */
  'bad-record',
  /** A stored record of a version that this build cannot read. */
  'old-record',
  /** A turn was handed out and neither its end nor its engine is known. */
  'outcome-lost',
  /** The GPU device is gone. */
  'device-lost',
  /** The inference worker is gone. */
  'worker-dead',
  /** The GPU refused an allocation. */
  'out-of-memory',
  /** The browser refuses to store more. */
  'storage-full',
  /** The engine gave a turn up for a reason of its own. */
  'engine-error',
  /** No veto, but the score stays low or is very low, or the isolation forest finds the agent odd. */
  'low-score',
] as const;
export type FaultClass = (typeof FAULT_CLASSES)[number];

/** Faults of what all agents share. An agent that lost a turn to one of these did nothing wrong. */
export const SHARED_FAULTS: ReadonlySet<FaultClass> = new Set([
  'device-lost',
  'worker-dead',
  'out-of-memory',
  'storage-full',
]);

export type Verdict = 'good' | 'odd' | 'bad' | 'unknown';

/** One observation, readable on its own: "tokens per cycle: 7 repeats of 16; expected fewer than 4; bad". */
export interface Evidence {
  readonly signal: string;
  readonly value: number | string | boolean | null;
  readonly expected: string;
  readonly verdict: Verdict;
  /** Set when this alone moves the agent's state: a veto. */
  readonly hard?: FaultClass;
}

/** The vetoes among the evidence, without repeats, in the order found. */
export function vetoes(evidence: readonly Evidence[]): FaultClass[] {
  const found: FaultClass[] = [];
  for (const { hard } of evidence) if (hard && !found.includes(hard)) found.push(hard);
  return found;
}

/** One line for logs, notices and the journal. */
export function inWords({ signal, value, expected, verdict }: Evidence): string {
  const shown = typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
  return `${signal}: ${shown === null ? 'unknown' : String(shown)}; expected ${expected}; ${verdict}`;
}
