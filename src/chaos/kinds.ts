/** The faults that a plan can name: where each enters, by what it may be found, how long it lasts. docs/faults.md tells people more. */
import type { Diagnosis, FaultKind } from '../journal/vocabulary.ts';

/** Where a fault enters; each is a real place in the product. */
export type Seam = 'turn' | 'engine' | 'store' | 'clock' | 'messages' | 'run';

export interface KindInfo {
  readonly seam: Seam;
  /** Diagnoses by which it may be found; empty where it must pass without a trace. */
  readonly seenAs: readonly Diagnosis[];
  /** It strikes one agent, which can be named. */
  readonly takesTarget: boolean;
  /** Milliseconds it lasts when the plan does not say; null for what is over at once. */
  readonly lastsMs: number | null;
}

export const KINDS: Readonly<Record<FaultKind, KindInfo>> = {
  'worker-kill': {
    seam: 'engine',
    seenAs: ['worker-dead', 'stall', 'outcome-lost'],
    takesTarget: false,
    lastsMs: null,
  },
  'device-lost': {
    seam: 'engine',
    seenAs: ['device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
  },
  'device-lost-twice': {
    seam: 'engine',
    seenAs: ['device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
  },
  'out-of-memory': {
    seam: 'engine',
    seenAs: ['out-of-memory', 'device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
  },
  'reload-mid-write': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
  },
  'power-loss': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
  },
  quota: {
    seam: 'store',
    seenAs: ['storage-full'],
    takesTarget: false,
    lastsMs: 3000,
  },
  'corrupt-record': {
    seam: 'store',
    seenAs: ['bad-record'],
    takesTarget: false,
    lastsMs: null,
  },
  'old-version': {
    seam: 'store',
    seenAs: ['old-record', 'bad-record'],
    takesTarget: false,
    lastsMs: null,
  },
  'clock-jump': {
    seam: 'clock',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
  },
  'hidden-tab': {
    seam: 'clock',
    seenAs: [],
    takesTarget: false,
    lastsMs: 60_000,
  },
  'message-lost': {
    seam: 'messages',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
  },
  'message-doubled': {
    seam: 'messages',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
  },
  'message-reordered': {
    seam: 'messages',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
  },
  'poisoned-output': {
    seam: 'turn',
    seenAs: ['disagreement', 'invalid', 'low-score'],
    takesTarget: true,
    lastsMs: null,
  },
  'lying-voter': {
    seam: 'turn',
    seenAs: ['disagreement', 'low-score'],
    takesTarget: true,
    lastsMs: null,
  },
  'second-tab': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
  },
  loop: {
    seam: 'turn',
    seenAs: ['loop', 'incomplete', 'invalid'],
    takesTarget: true,
    lastsMs: null,
  },
  stall: {
    seam: 'turn',
    seenAs: ['stall', 'outcome-lost', 'incomplete'],
    takesTarget: true,
    lastsMs: null,
  },
  'supervisor-crash': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
  },
  'all-residents-crash': {
    seam: 'turn',
    seenAs: ['engine-error'],
    takesTarget: false,
    lastsMs: null,
  },
};
