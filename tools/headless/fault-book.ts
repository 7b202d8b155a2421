/**
 * What a fault plan does to a run in a real tab, told from the run's own log: which faults landed, when each was noticed and mended, and by
 * what. Faults that are done to the page from outside (a reload, a killed browser, a second tab) are told by whoever does them.
 */
import { jumpOf } from '../../src/chaos/clock-seam.ts';
import { KINDS } from '../../src/chaos/kinds.ts';
import { FAULTS_FROM_OUTSIDE } from '../../src/journal/vocabulary.ts';
import { type FaultPlan, parseFaultPlan } from '../../src/chaos/fault-plan.ts';
import { type DueFault, scheduleFaults } from '../../src/chaos/schedule.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { decodeEvents } from '../../src/journal/journal.ts';
import type { JournalChunk } from '../../src/store/records.ts';
import { type Sealed, unseal } from '../../src/store/seal.ts';
import { formatDiagnostic } from '../../src/swarm/diagnostic.ts';
import { FaultLedger, type KindSummary, type LedgerEntry, summarizeKinds } from '../../src/telemetry/fault-ledger.ts';
import { percentile, wilson } from '../../src/telemetry/statistics.ts';
import { sayEn } from '../../src/ui/text/say.en.ts';

/** Events of a stored piece of a log; null where it cannot be trusted. */
export function eventsOf(sealed: Sealed): JournalEvent[] | null {
  const opened = unseal<JournalChunk>(sealed);
  return opened.ok ? decodeEvents(opened.value) : null;
}

export type Entry = Omit<LedgerEntry, 'cured' | 'tasks'>;

export interface FaultFigures {
  readonly injected: number;
  readonly detected: number;
  readonly mended: number;
  /** Of those that were to be mended, with the 95 % interval. */
  readonly share: { readonly share: number; readonly low: number; readonly high: number } | null;
  /** Milliseconds from the fault to the turn that proves the mend. */
  readonly mendMs: { readonly p50: number | null; readonly p95: number | null };
  /** Milliseconds on the GPU of the turns that passed, and how many those are. */
  readonly turnMs: { readonly p50: number | null; readonly p95: number | null; readonly turns: number };
  readonly falseAlarms: number;
  readonly engineLosses: number;
  readonly tokensLost: number;
  readonly byKind: readonly KindSummary[];
}

/** @returns the plan, or why it is none, one line each in the form `FILE:line:column: ...` */
export function readPlan(file: string, text: string): { plan: FaultPlan } | { errors: readonly string[] } {
  const parsed = parseFaultPlan(file, text);
  return parsed.ok ? { plan: parsed.value } : { errors: parsed.error.map(formatDiagnostic) };
}

export class FaultBook {
  readonly #due: ReadonlyMap<number, DueFault>;
  readonly #ledger = new FaultLedger();
  /** Agents with what outlasts a turn. */
  readonly #ill = new Set<number>();
  readonly #turns: number[] = [];
  readonly #told = new Set<LedgerEntry>();
  #losses = 0;
  /** How far the run's wall clock is off. */
  #offset = 0;
  #tab: string | null = null;
  #replaced = false;

  /** @param seed of the run, for plans without one */
  constructor(plan: FaultPlan, seed: number) {
    this.#due = new Map(scheduleFaults(plan, plan.seed ?? seed).map((fault) => [fault.id, fault]));
  }

  /** Faults that are done to the page from outside, in order of time. */
  get outside(): readonly DueFault[] {
    return [...this.#due.values()].filter(({ kind }) => FAULTS_FROM_OUTSIDE.has(kind));
  }

  /** Run time of the plan's last fault, ms. */
  get lastAt(): number {
    return Math.max(0, ...[...this.#due.values()].map(({ at }) => at));
  }

  /** Something was done to the page at `wall`, ms since the epoch. */
  strike(fault: DueFault, wall: number, detail: string): string {
    this.#replaced = true;
    this.#inject(fault, wall, [], []);
    return `${fault.kind}: ${detail}`;
  }

  /** The run's next event. @returns what a person may want to hear of it, one line each */
  hear(event: JournalEvent): string[] {
    this.#follow(event);
    const now = event.wall - this.#offset;
    const lines: string[] = [];
    if (event.type === 'fault.injected') {
      const fault = this.#due.get(event.fault);
      if (fault?.kind === event.kind) {
        if (event.lasting === true) for (const agent of event.agents) this.#ill.add(agent);
        this.#inject(fault, now, event.agents, []);
        lines.push(`${event.kind}: ${sayEn.fault(event.kind, event.detail)}`);
      }
    }
    if (event.type === 'fault.over') this.#ill.delete(event.agent);
    if (event.type === 'engine.lost') this.#losses++;
    if (event.type === 'turn.ended' && event.finish === 'stop' && event.rejected === undefined)
      this.#turns.push(event.ms);
    this.#ledger.hear(event, now);
    for (const entry of this.#ledger.entries) {
      if (entry.mendedAt === null || this.#told.has(entry)) continue;
      this.#told.add(entry);
      lines.push(`${entry.kind}: mended after ${((entry.mendedAt - entry.at) / 1000).toFixed(2)} s`);
    }
    return lines;
  }

  /** Faults that landed and are not mended yet. */
  get open(): number {
    return this.#ledger.open;
  }

  get entries(): readonly Entry[] {
    return this.#ledger.entries.map(({ cured: _, tasks: __, ...entry }) => entry);
  }

  get turns(): readonly number[] {
    return this.#turns;
  }

  figures(): FaultFigures {
    return figuresOf(this.#ledger.entries, this.#turns, this.#ledger.falseAlarms, this.#losses);
  }

  /** The wall clock of a tab may jump, by faults that are in its log; a new tab has one that has not. */
  #follow(event: JournalEvent): void {
    if (event.type === 'run.resumed') {
      if (this.#replaced && event.tab !== this.#tab) this.#offset = 0;
      this.#replaced = false;
      this.#tab = event.tab;
      this.#ill.clear();
    } else if (event.type === 'fault.injected' && event.kind === 'clock-jump') {
      const fault = this.#due.get(event.fault);
      if (fault) this.#offset += jumpOf(fault.seed);
    }
  }

  #inject(fault: DueFault, at: number, agents: readonly number[], tasks: readonly number[]): void {
    const { seam, seenAs } = KINDS[fault.kind];
    const comesBack =
      FAULTS_FROM_OUTSIDE.has(fault.kind) || fault.kind === 'corrupt-record' || fault.kind === 'old-version';
    this.#ledger.inject({
      id: this.#ledger.entries.length,
      kind: fault.kind,
      at,
      forMs: fault.forMs,
      agents,
      tasks,
      seenAs,
      mendedBy: seam === 'turn' ? 'agent' : seam === 'engine' ? 'engine' : comesBack ? 'run' : 'any',
      cured: (agent) => !this.#ill.has(agent),
      survivable: true,
    });
  }
}

/** Of one run or of several. */
export function figuresOf(
  entries: readonly LedgerEntry[],
  turns: readonly number[],
  falseAlarms: number,
  engineLosses: number,
): FaultFigures {
  const mended = entries.filter(({ mendedAt }) => mendedAt !== null);
  const times = mended.map(({ at, mendedAt }) => (mendedAt ?? at) - at);
  return {
    injected: entries.length,
    detected: entries.filter(({ detectedAt }) => detectedAt !== null).length,
    mended: mended.length,
    share: wilson(mended.length, entries.length),
    mendMs: { p50: percentile(times, 0.5), p95: percentile(times, 0.95) },
    turnMs: { p50: percentile(turns, 0.5), p95: percentile(turns, 0.95), turns: turns.length },
    falseAlarms,
    engineLosses,
    tokensLost: entries.reduce((sum, { tokensLost }) => sum + tokensLost, 0),
    byKind: summarizeKinds(entries),
  };
}

const seconds = (ms: number | null): string => (ms === null ? '-' : (ms / 1000).toFixed(2));

/** A Markdown table, a line a kind; times in seconds. */
export function faultTable({ byKind, injected, detected, mended, mendMs, tokensLost, turnMs }: FaultFigures): string {
  const rows = byKind.map(({ kind, injected, detected, healed, detectMs, mendMs, rungs, tokensLost }) => [
    kind,
    injected,
    detected,
    healed,
    `${seconds(detectMs.p50)} / ${seconds(detectMs.p95)}`,
    `${seconds(mendMs.p50)} / ${seconds(mendMs.p95)}`,
    Object.entries(rungs)
      .map(([rung, times]) => `${rung} ${String(times)}`)
      .join(', '),
    tokensLost,
  ]);
  const head = [
    'kind',
    'injected',
    'detected',
    'mended',
    'to detect p50 / p95, s',
    'to mend p50 / p95, s',
    'cured by',
    'tokens lost',
  ];
  const total = [
    'all',
    injected,
    detected,
    mended,
    '',
    `${seconds(mendMs.p50)} / ${seconds(mendMs.p95)}`,
    '',
    tokensLost,
  ];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, k) => (k === 0 || k === 6 ? '---' : '---:'));
  return [
    ...[head, rule, ...rows, total].map(line),
    '',
    `An ordinary turn of the same run: median ${seconds(turnMs.p50)} s, p95 ${seconds(turnMs.p95)} s, of ${String(turnMs.turns)} that passed.`,
  ].join('\n');
}
