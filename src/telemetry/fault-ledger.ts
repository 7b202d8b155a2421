/**
 * The fault ledger: what was done to a run on purpose, when it was noticed, what mended it and when. A fold of the faults that landed and of
 * the run's events, in the order of time; it never asks the run.
 */
import type { JournalEvent } from '../journal/events.ts';
import type { Diagnosis, EngineErrorCode, FaultKind, RecoveryAction, Rung } from '../journal/vocabulary.ts';
import { percentile, wilson, type Interval } from './statistics.ts';

/** A fault that struck. Times in ms on one clock, which also `hear` is given. */
export interface InjectedFault {
  readonly id: number;
  readonly kind: FaultKind;
  readonly at: number;
  /** It lasts so long; before its end nothing can be mended. */
  readonly forMs: number;
  readonly agents: readonly number[];
  readonly tasks: readonly number[];
  /** Diagnoses by which it may be noticed; empty: it needs no noticing. */
  readonly seenAs: readonly (Diagnosis | EngineErrorCode)[];
  /**
   * `agent`: each struck agent must pass a turn; `run`: the run must have come back and pass one; `engine`: a fresh engine must have come, and
   * a turn pass; `any`: any turn that passes.
   */
  readonly mendedBy: 'agent' | 'run' | 'engine' | 'any';
  /** Whether a struck agent is rid of it; a turn of one that is not proves nothing, however well it looks. Absent: it was for one turn. */
  readonly cured?: (agent: number) => boolean;
  readonly survivable: boolean;
}

export interface LedgerEntry extends InjectedFault {
  detectedAt: number | null;
  mendedAt: number | null;
  /** Rung and action of the step that cured; null where none was needed. */
  rung: Rung | null;
  action: RecoveryAction | null;
  /** Completion tokens of turns that were thrown away for it. */
  tokensLost: number;
}

interface Open {
  readonly entry: LedgerEntry;
  readonly waiting: Set<number>;
  cameBack: boolean;
}

export interface SavedLedger {
  readonly entries: readonly (Omit<LedgerEntry, 'cured'> & { readonly lasts: boolean })[];
  /** `entry`: index of it. */
  readonly open: readonly { readonly entry: number; readonly waiting: readonly number[]; readonly cameBack: boolean }[];
  readonly falseAlarms: number;
  readonly turns: number;
  readonly turnsLost: number;
}

export interface KindSummary {
  readonly kind: FaultKind;
  readonly injected: number;
  readonly survivable: number;
  readonly detected: number;
  readonly healed: number;
  readonly success: Interval | null;
  /** Milliseconds from the fault. */
  readonly detectMs: { readonly p50: number | null; readonly p95: number | null };
  readonly mendMs: { readonly p50: number | null; readonly p95: number | null };
  /** How often which rung cured, most first; `none`: it passed without a step. */
  readonly rungs: Readonly<Record<string, number>>;
  readonly tokensLost: number;
}

/** The step that cured is told soon after the turn that proves it; later it is about something else, ms. */
const TOLD_WITHIN_MS = 1000;
/** Entries looked at for a step that cured. */
const LATELY = 200;

export class FaultLedger {
  readonly entries: LedgerEntry[] = [];
  #open: Open[] = [];
  /** Suspicions of agents that no fault had struck. */
  #falseAlarms = 0;
  #turns = 0;
  #turnsLost = 0;

  get falseAlarms(): number {
    return this.#falseAlarms;
  }

  /** Turns whose work was thrown away: not accepted, or lost with their engine. */
  get turnsLost(): number {
    return this.#turnsLost;
  }

  /** Turns that came to their end. */
  get turns(): number {
    return this.#turns;
  }

  /** As JSON. */
  saved(): SavedLedger {
    return {
      entries: this.entries.map(({ cured, ...entry }) => ({ ...entry, lasts: cured !== undefined })),
      open: this.#open.map(({ entry, waiting, cameBack }) => ({
        entry: this.entries.indexOf(entry),
        waiting: [...waiting],
        cameBack,
      })),
      falseAlarms: this.#falseAlarms,
      turns: this.#turns,
      turnsLost: this.#turnsLost,
    };
  }

  /** @param cured of faults that last: see `InjectedFault` */
  restore({ entries, open, falseAlarms, turns, turnsLost }: SavedLedger, cured: (agent: number) => boolean): void {
    for (const { lasts, ...entry } of entries) this.entries.push({ ...entry, ...(lasts && { cured }) });
    this.#open = open.flatMap(({ entry, waiting, cameBack }): Open[] => {
      const found = this.entries[entry];
      return found ? [{ entry: found, waiting: new Set(waiting), cameBack }] : [];
    });
    this.#falseAlarms = falseAlarms;
    this.#turns = turns;
    this.#turnsLost = turnsLost;
  }

  inject(fault: InjectedFault): void {
    const entry: LedgerEntry = { ...fault, detectedAt: null, mendedAt: null, rung: null, action: null, tokensLost: 0 };
    this.entries.push(entry);
    this.#open.push({
      entry,
      waiting: new Set(fault.agents),
      cameBack: fault.mendedBy !== 'run' && fault.mendedBy !== 'engine',
    });
  }

  /** One event of the run, `now` on the faults' clock. */
  hear(event: JournalEvent, now: number): void {
    switch (event.type) {
      case 'heal.suspected':
        this.#suspected(rowOf(event.agent), event.fault, now);
        break;
      case 'engine.lost':
        this.#suspected(null, event.code, now);
        break;
      case 'run.resumed':
        for (const open of this.#open) {
          if (open.entry.mendedBy !== 'run') continue;
          open.cameBack = true;
          open.entry.detectedAt ??= now;
        }
        break;
      case 'engine.loaded':
        for (const open of this.#open) if (open.entry.mendedBy === 'engine') open.cameBack = true;
        break;
      case 'heal.mended':
        this.#mended(rowOf(event.agent), event.rung, event.action, now);
        break;
      case 'turn.ended':
        this.#turns++;
        if (event.pending || event.model !== undefined) break;
        if (event.finish === 'stop' && event.rejected === undefined) this.#passed(event.agent, now);
        else {
          this.#turnsLost++;
          this.#lost(event.agent, event.tokens.completion);
        }
        break;
      default:
        break;
    }
  }

  /** Faults that are not mended yet. */
  get open(): number {
    return this.#open.length;
  }

  byKind(): KindSummary[] {
    return summarizeKinds(this.entries);
  }

  #suspected(agent: number | null, fault: Diagnosis | EngineErrorCode, now: number): void {
    let known = false;
    for (const { entry } of this.#open) {
      const struck = agent === null || entry.agents.length === 0 || entry.agents.includes(agent);
      if (!struck) continue;
      known = true;
      // Of an agent any suspicion will do: two faults may strike one turn, and it can be told for one of them only.
      if (agent !== null || entry.seenAs.includes(fault)) entry.detectedAt ??= now;
    }
    if (!known && agent !== null) this.#falseAlarms++;
  }

  /** Which step cured is told right after the turn that proves it. */
  #mended(agent: number | null, rung: Rung, action: RecoveryAction, now: number): void {
    // The turn that proves it may still wait for another's word, as every turn does of one that had lied.
    if (agent !== null) this.#passed(agent, now, true);
    for (const entry of this.entries.slice(-LATELY)) {
      const meant =
        agent === null ? entry.mendedBy !== 'agent' : entry.mendedBy === 'agent' && entry.agents.includes(agent);
      if (!meant || entry.detectedAt === null || entry.rung !== null) continue;
      if (entry.mendedAt !== null && now - entry.mendedAt > TOLD_WITHIN_MS) continue;
      entry.rung = rung;
      entry.action = action;
    }
  }

  #passed(agent: number, now: number, ofAgent = false): void {
    for (const open of [...this.#open]) {
      const { entry } = open;
      if (now < entry.at + entry.forMs || !open.cameBack) continue;
      if (entry.mendedBy !== 'agent') {
        if (!ofAgent) this.#close(open, now);
      } else if (entry.cured?.(agent) ?? true) this.#rid(open, agent, now);
    }
  }

  #rid(open: Open, agent: number, now: number): void {
    if (!open.waiting.delete(agent) || open.waiting.size > 0) return;
    this.#close(open, now);
  }

  #close(open: Open, now: number): void {
    open.entry.mendedAt = now;
    this.#open = this.#open.filter((other) => other !== open);
  }

  #lost(agent: number, tokens: number): void {
    for (const { entry } of this.#open) {
      if (!entry.agents.includes(agent)) continue;
      entry.tokensLost += tokens;
      break;
    }
  }
}

/** -1 stands for what all share. */
const rowOf = (agent: number): number | null => (agent < 0 ? null : agent);

/** Figures of each kind, by name. */
export function summarizeKinds(entries: readonly LedgerEntry[]): KindSummary[] {
  const kinds = new Map<FaultKind, LedgerEntry[]>();
  for (const entry of entries) {
    const some = kinds.get(entry.kind);
    if (some) some.push(entry);
    else kinds.set(entry.kind, [entry]);
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, some]) => summarizeKind(kind, some));
}

function summarizeKind(kind: FaultKind, entries: readonly LedgerEntry[]): KindSummary {
  const survivable = entries.filter((entry) => entry.survivable);
  const healed = survivable.filter(({ mendedAt }) => mendedAt !== null);
  const times = (pick: (entry: LedgerEntry) => number | null): number[] =>
    entries.flatMap((entry) => {
      const at = pick(entry);
      return at === null ? [] : [at - entry.at];
    });
  const spread = (values: readonly number[]) => ({ p50: percentile(values, 0.5), p95: percentile(values, 0.95) });
  const rungs: Record<string, number> = {};
  for (const { rung } of healed) rungs[rung ?? 'none'] = (rungs[rung ?? 'none'] ?? 0) + 1;
  return {
    kind,
    injected: entries.length,
    survivable: survivable.length,
    detected: entries.filter(({ detectedAt }) => detectedAt !== null).length,
    healed: healed.length,
    success: wilson(healed.length, survivable.length),
    detectMs: spread(times(({ detectedAt }) => detectedAt)),
    mendMs: spread(times(({ mendedAt }) => mendedAt)),
    rungs: Object.fromEntries(Object.entries(rungs).sort(([, a], [, b]) => b - a)),
    tokensLost: entries.reduce((sum, { tokensLost }) => sum + tokensLost, 0),
  };
}
