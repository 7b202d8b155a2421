/** A fault plan (docs/faults.md) of what was broken by hand, so that the same can be done again. */
import { type FaultKind, type FaultLine, FAULTS_FROM_OUTSIDE } from '../../runtime/protocol/protocol.ts';

/** A wait between two faults is not repeated longer than this, ms. */
const LONGEST_GAP = 10_000;

/** Those that a plan can play in this tab. */
export function repeatable(faults: readonly FaultLine[]): readonly FaultLine[] {
  return faults.filter(({ kind }) => !FAULTS_FROM_OUTSIDE.has(kind));
}

/** @param targeted kinds that strike one agent; they strike the same one again */
export function planOf(faults: readonly FaultLine[], targeted: ReadonlySet<FaultKind>): string {
  let at = 0;
  let before: number | null = null;
  const entries = repeatable(faults).map((fault) => {
    if (before !== null) at += Math.min(LONGEST_GAP, Math.max(0, fault.at - before));
    before = fault.at;
    const [agent] = fault.agents;
    const target = targeted.has(fault.kind) && agent !== undefined ? { target: { agent } } : {};
    return { kind: fault.kind, at, ...target };
  });
  return `${JSON.stringify({ 'planaria-faults': 1, name: 'Broken by hand', faults: entries }, null, 2)}\n`;
}
