/** The faults that a plan can name: where each enters, by what it may be found, and what is seen afterwards. docs/faults.md tells the same to people. */
import type { FaultClass } from '../healing/evidence.ts';

export const FAULT_KINDS = [
  'worker-kill',
  'device-lost',
  'device-lost-twice',
  'out-of-memory',
  'reload-mid-write',
  'power-loss',
  'quota',
  'corrupt-record',
  'old-version',
  'clock-jump',
  'hidden-tab',
  'message-lost',
  'message-doubled',
  'message-reordered',
  'poisoned-output',
  'lying-voter',
  'second-tab',
  'loop',
  'stall',
  'supervisor-crash',
  'all-residents-crash',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Where a fault enters; each is a real place in the product. */
export type Seam = 'turn' | 'engine' | 'store' | 'clock' | 'messages' | 'run';

export interface KindInfo {
  readonly seam: Seam;
  /** What happens, in one line for the page's button. */
  readonly does: string;
  /** What a person sees afterwards when all is well. */
  readonly afterwards: string;
  /** Diagnoses by which it may be found; empty where it must pass without a trace. */
  readonly seenAs: readonly FaultClass[];
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
    does: 'Terminates the inference worker without a word, with all turns that it holds.',
    afterwards: 'A fresh worker has the model back; the turns were taken again.',
    seenAs: ['worker-dead', 'stall', 'outcome-lost'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'device-lost': {
    seam: 'engine',
    does: 'Destroys the GPU device under the running model.',
    afterwards: 'A fresh worker has the model back; the turns were taken again.',
    seenAs: ['device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'device-lost-twice': {
    seam: 'engine',
    does: 'Destroys the GPU device, and the next one as soon as it works.',
    afterwards: 'The second time the run waited before it asked for a device, and said so.',
    seenAs: ['device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'out-of-memory': {
    seam: 'engine',
    does: 'Lets the GPU refuse the next allocation.',
    afterwards: 'The pool was built again, one size down where that was needed; the turns were taken again.',
    seenAs: ['out-of-memory', 'device-lost', 'worker-dead'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'reload-mid-write': {
    seam: 'run',
    does: 'Reloads the tab while results are being written.',
    afterwards: 'The run resumed from its log; every result is there once.',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'power-loss': {
    seam: 'run',
    does: 'Ends everything at once; only what the store had acknowledged is left.',
    afterwards: 'The run resumed from its log; every acknowledged result is there once, the others were done again.',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  quota: {
    seam: 'store',
    does: 'Lets every write fail as if the disk were full, for a while.',
    afterwards: 'The run waited, said why, and wrote everything when there was room again.',
    seenAs: ['storage-full'],
    takesTarget: false,
    lastsMs: 3000,
    inTab: true,
  },
  'corrupt-record': {
    seam: 'store',
    does: 'Flips a bit in a stored record, then reloads.',
    afterwards: 'The record was set aside; its result was done again, or the generation before it was used.',
    seenAs: ['bad-record'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'old-version': {
    seam: 'store',
    does: 'Gives a stored record a version that this build does not know, then reloads.',
    afterwards: 'The record was set aside; its result was done again, or the generation before it was used.',
    seenAs: ['old-record', 'bad-record'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'clock-jump': {
    seam: 'clock',
    does: 'Moves the wall clock by hours, either way.',
    afterwards: 'Nothing: durations are measured on a clock that does not jump.',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'hidden-tab': {
    seam: 'clock',
    does: 'Freezes all timers, as a browser does with a tab in the background.',
    afterwards: 'The run went on where it was; nobody was accused of the silence.',
    seenAs: [],
    takesTarget: false,
    lastsMs: 60_000,
    inTab: true,
  },
  'message-lost': {
    seam: 'messages',
    does: 'Loses some messages between the parts of the supervisor, for a while.',
    afterwards: 'What was not heard was said again; nothing was lost with it.',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
    inTab: true,
  },
  'message-doubled': {
    seam: 'messages',
    does: 'Delivers some messages between the parts of the supervisor twice, for a while.',
    afterwards: 'Nothing was done twice.',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
    inTab: true,
  },
  'message-reordered': {
    seam: 'messages',
    does: 'Lets some messages between the parts of the supervisor overtake others, for a while.',
    afterwards: 'Nothing: each message names what it is about.',
    seenAs: [],
    takesTarget: false,
    lastsMs: 5000,
    inTab: true,
  },
  'poisoned-output': {
    seam: 'turn',
    does: 'Lets an agent give answers of the right form with the wrong content, until its context is reset.',
    afterwards: 'Others, asked the same, disagreed; their answer was kept, and the agent was reset.',
    seenAs: ['disagreement', 'invalid', 'low-score'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  'lying-voter': {
    seam: 'turn',
    does: 'Lets a reviewer say the opposite of what it found, until its context is reset.',
    afterwards: 'Others, asked the same, disagreed; their vote was kept, and the reviewer was reset.',
    seenAs: ['disagreement', 'low-score'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  'second-tab': {
    seam: 'run',
    does: 'Lets a second tab take over the run while the first still writes.',
    afterwards: 'One of them writes; the other only watches. Every result is there once.',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  loop: {
    seam: 'turn',
    does: 'Lets an agent repeat itself without end.',
    afterwards: 'The turn was stopped, the agent mended, the task done.',
    seenAs: ['loop', 'incomplete', 'invalid'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  stall: {
    seam: 'turn',
    does: 'Lets an agent fall silent in the middle of its turn.',
    afterwards: 'The silence was noticed long before the deadline; the turn was taken again.',
    seenAs: ['stall', 'outcome-lost', 'incomplete'],
    takesTarget: true,
    lastsMs: null,
    inTab: true,
  },
  'supervisor-crash': {
    seam: 'run',
    does: 'Ends MONITOR and RECOVER; both start again knowing only what the run knows.',
    afterwards: 'Turns in flight were taken over; open cases were opened again where there was still a fault.',
    seenAs: [],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
  'all-residents-crash': {
    seam: 'turn',
    does: 'Ends every turn on the GPU with an error at once.',
    afterwards: 'Each agent took its turn again.',
    seenAs: ['engine-error'],
    takesTarget: false,
    lastsMs: null,
    inTab: true,
  },
};
