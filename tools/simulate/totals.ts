/** What many seeds say together. */
import { summarizeKinds, type KindSummary } from '../../src/telemetry/fault-ledger.ts';
import { wilson } from '../../src/telemetry/statistics.ts';
import type { SimulationResult } from './simulate.ts';

export interface Totals {
  readonly seeds: number;
  readonly failedSeeds: readonly number[];
  readonly injected: number;
  readonly survivable: number;
  readonly healed: number;
  readonly failedAgents: number;
  readonly agents: number;
  readonly tasks: number;
  /** Tasks that ended without a row; with two; with a named failure; with an answer that a sound agent would not give. */
  readonly lost: number;
  readonly duplicated: number;
  readonly failedTasks: number;
  readonly wrong: number;
  /** Acknowledged rows that changed. */
  readonly changed: number;
  readonly falseFailed: number;
  readonly falseAlarms: number;
  readonly agentHours: number;
  /** Mean virtual seconds that a run took. */
  readonly meanSeconds: number;
  readonly tokensLost: number;
  /** Turns that ended, and those of them whose work was thrown away. */
  readonly turns: number;
  readonly turnsLost: number;
  readonly byKind: readonly KindSummary[];
}

export function totalsOf(results: readonly SimulationResult[]): Totals {
  const entries = results.flatMap(({ ledger }) => ledger.entries);
  const survivable = entries.filter((entry) => entry.survivable);
  const sum = (pick: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  return {
    seeds: results.length,
    failedSeeds: results.filter(({ problems }) => problems.length > 0).map(({ seed }) => seed),
    injected: entries.length,
    survivable: survivable.length,
    healed: survivable.filter(({ mendedAt }) => mendedAt !== null).length,
    failedAgents: sum(({ failedAgents }) => failedAgents),
    agents: sum(({ agents }) => agents),
    tasks: sum(({ tasks }) => tasks),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    failedTasks: sum(({ failedTasks }) => failedTasks),
    wrong: sum(({ wrong }) => wrong),
    changed: sum(({ changed }) => changed),
    falseFailed: sum(({ falseFailed }) => falseFailed),
    falseAlarms: sum(({ ledger }) => ledger.falseAlarms),
    agentHours: Math.round(sum(({ agentHours }) => agentHours) * 10) / 10,
    meanSeconds: Math.round(sum(({ virtualMs }) => virtualMs) / Math.max(1, results.length) / 100) / 10,
    tokensLost: entries.reduce((total, { tokensLost }) => total + tokensLost, 0),
    turns: sum(({ ledger }) => ledger.turns),
    turnsLost: sum(({ ledger }) => ledger.turnsLost),
    byKind: summarizeKinds(entries),
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const seconds = (ms: number | null): string => (ms === null ? '-' : (ms / 1000).toFixed(1));

/** For people: totals, then a line a kind. Times in seconds from the fault, median / 95th percentile. */
export function table(title: string, totals: Totals): string {
  const interval = wilson(totals.healed, totals.survivable);
  const lines = [
    `${title}: ${totals.seeds} seeds, ${totals.failedSeeds.length} failed`,
    `  faults   ${totals.injected} injected, ${totals.survivable} survivable, ${totals.healed} mended` +
      (interval ? ` = ${percent(interval.share)} (95 %: ${percent(interval.low)} to ${percent(interval.high)})` : ''),
    `  tasks    ${totals.tasks}: ${totals.lost} lost, ${totals.duplicated} twice, ${totals.changed} changed, ${totals.failedTasks} named failures, ${totals.wrong} wrong answers`,
    `  agents   ${totals.agents}: ${totals.failedAgents} failed, of these ${totals.falseFailed} healthy; ${totals.falseAlarms} false alarms in ${totals.agentHours} agent-hours`,
    `  time     ${totals.meanSeconds} virtual seconds a run; ${totals.turnsLost} of ${totals.turns} turns thrown away`,
    `  ${'kind'.padEnd(20)} ${'faults'.padStart(7)} ${'seen'.padStart(7)} ${'mended'.padStart(7)}  ${'seen after'.padEnd(14)} ${'mended after'.padEnd(14)} by`,
  ];
  for (const { kind, injected, detected, healed, detectMs, mendMs, rungs } of totals.byKind) {
    const by = Object.entries(rungs)
      .map(([rung, times]) => `${rung} ${times}`)
      .join(', ');
    const seen = `${seconds(detectMs.p50)} / ${seconds(detectMs.p95)}`;
    const mended = `${seconds(mendMs.p50)} / ${seconds(mendMs.p95)}`;
    lines.push(
      `  ${kind.padEnd(20)} ${String(injected).padStart(7)} ${String(detected).padStart(7)} ${String(healed).padStart(7)}  ${seen.padEnd(14)} ${mended.padEnd(14)} ${by}`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
