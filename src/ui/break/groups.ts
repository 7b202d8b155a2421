/** The kinds of faults in the order in which they are offered, what is understood and mended soonest first; the runtime decides which of them there are. */
import type { FaultKind } from '../../runtime/protocol/protocol.ts';

export type FaultGroup = 'agents' | 'engine' | 'storage' | 'hidden';

const GROUPS: Readonly<Record<FaultGroup, readonly FaultKind[]>> = {
  engine: ['worker-kill', 'device-lost', 'device-lost-twice', 'out-of-memory'],
  agents: ['loop', 'stall', 'poisoned-output', 'lying-voter', 'all-residents-crash'],
  storage: ['corrupt-record', 'old-version', 'quota', 'reload-mid-write'],
  hidden: ['supervisor-crash', 'message-lost', 'message-doubled', 'message-reordered', 'clock-jump', 'hidden-tab'],
};

/** Offered at one press: what is understood at once. */
export const QUICK: readonly FaultKind[] = [
  'worker-kill',
  'device-lost',
  'loop',
  'stall',
  'poisoned-output',
  'all-residents-crash',
  'reload-mid-write',
];

/** Whether a fault strikes what computes: in a run at an endpoint that is the connection to it. */
export const isOfEngine = (kind: FaultKind): boolean => GROUPS.engine.includes(kind);

/** Groups with the kinds that there are; a kind that this page does not know goes into the last. */
export function grouped(
  kinds: readonly FaultKind[],
): readonly { readonly group: FaultGroup; readonly kinds: FaultKind[] }[] {
  const known = new Set(Object.values(GROUPS).flat());
  return (Object.keys(GROUPS) as FaultGroup[])
    .map((group) => ({
      group,
      kinds: [
        ...GROUPS[group].filter((kind) => kinds.includes(kind)),
        ...(group === 'hidden' ? kinds.filter((kind) => !known.has(kind)) : []),
      ],
    }))
    .filter((one) => one.kinds.length > 0);
}
