/** What became of a fault, in words. */
import type { FaultKind, FaultLine, SwarmSummary } from '../../runtime/protocol/protocol.ts';
import { agentName } from '../live/names.ts';
import type { Dictionary } from '../text/en.ts';

export function faultName(kind: FaultKind, t: Dictionary): string {
  return t.faults[kind].name;
}

/** The agent that it struck, or how many; empty where it struck none in particular. */
export function struckWho({ agents }: Pick<FaultLine, 'agents'>, summary: SwarmSummary, t: Dictionary): string {
  const [first] = agents;
  if (first === undefined) return '';
  return agents.length === 1 ? agentName(summary, first) : t.breaking.agents(agents.length);
}

/** Rung and step that cured it; that none was needed; or nothing before it is mended. */
export function mendedBy({ mendedMs, rung, by }: FaultLine, t: Dictionary): string {
  if (mendedMs === null) return '';
  if (rung === null || by === null) return t.breaking.byItself;
  return t.breaking.by(t.rungs[rung], t.remedies[by]);
}

/** Rung and step that is being tried now; nothing where none is. */
export function tryingNow({ trying }: Pick<FaultLine, 'trying'>, t: Dictionary): string {
  if (trying === null) return '';
  return t.breaking.trying(t.rungs[trying.rung], t.remedies[trying.by], trying.nth);
}

/** How far it is: struck, noticed, mended; or over with the run. */
export type Stage = 'unseen' | 'healing' | 'mended' | 'unmended';

/** @param ended nothing is mended any more */
export function stageOf({ detectedMs, mendedMs }: Pick<FaultLine, 'detectedMs' | 'mendedMs'>, ended: boolean): Stage {
  if (mendedMs !== null) return 'mended';
  if (ended) return 'unmended';
  return detectedMs === null ? 'unseen' : 'healing';
}

/** One sentence: struck whom, noticed in, what is tried now, mended in, by what. */
export function outcome(fault: FaultLine, summary: SwarmSummary, t: Dictionary): string {
  const words = t.breaking;
  const who = struckWho(fault, summary, t);
  const healing = fault.detectedMs === null && fault.trying === null ? '' : tryingNow(fault, t) || words.healing;
  return [
    who && words.struck(who),
    fault.detectedMs === null
      ? fault.mendedMs === null && fault.trying === null
        ? words.unseen
        : ''
      : words.detected(fault.detectedMs),
    fault.mendedMs !== null ? words.mended(fault.mendedMs) : healing,
    mendedBy(fault, t),
  ]
    .filter((part) => part !== '')
    .join(', ');
}
