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
  /** Whether a real tab can have it: from its own runtime, or from whoever drives its page and its browser. */
  readonly inTab: boolean;
}

export const KINDS: Readonly<Record<FaultKind, KindInfo>> = {
  'worker-kill': {
    seam: 'engine',
    seenAs: ['worker-dead', 'stall', 'outcome-lost'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'device-lost': {
    seam: 'engine',
    seenAs: ['device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'device-lost-twice': {
    seam: 'engine',
    seenAs: ['device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'out-of-memory': {
    seam: 'engine',
    seenAs: ['out-of-memory', 'device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'reload-mid-write': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'power-loss': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  quota: {
    seam: 'store',
    seenAs: ['storage-full'],
    takesTarget: false,
    lastsMs: 3000,
    inTab: true,
  },
  'corrupt-record': {
    seam: 'store',
    seenAs: ['bad-record'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'old-version': {
    seam: 'store',
    seenAs: ['old-record', 'bad-record'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'clock-jump': {
    seam: 'clock',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'hidden-tab': {
    seam: 'clock',
    seenAs: [],
    takesTarget: false,
    lastsMs: 60_000,
    inTab: true,
  },
  'message-lost': {
    seam: 'messages',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
    inTab: true,
  },
  'message-doubled': {
    seam: 'messages',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
    inTab: true,
  },
  'message-reordered': {
    seam: 'messages',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
    inTab: true,
  },
  'poisoned-output': {
    seam: 'turn',
    seenAs: ['disagreement', 'invalid', 'low-score'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  'lying-voter': {
    seam: 'turn',
    seenAs: ['disagreement', 'low-score'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  'second-tab': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  loop: {
    seam: 'turn',
    seenAs: ['loop', 'incomplete', 'invalid'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  stall: {
    seam: 'turn',
    seenAs: ['stall', 'outcome-lost', 'incomplete'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  'supervisor-crash': {
    seam: 'run',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'all-residents-crash': {
    seam: 'turn',
    seenAs: ['engine-error'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
};
