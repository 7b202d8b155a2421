/** Injected faults and what became of each, from a run's log alone: the fault ledger, fed by `fault.injected` events. */
import { KINDS } from '../../chaos/kinds.ts';
import type { FaultDetail } from '../../journal/fault-events.ts';
import type { FaultKind } from '../../journal/vocabulary.ts';
import type { JournalEvent } from '../../journal/events.ts';
import {
  FaultLedger,
  type InjectedFault,
  type KindSummary,
  type LedgerEntry,
  type SavedLedger,
} from '../../telemetry/fault-ledger.ts';
import { type Tried, TriedSteps } from './tried-steps.ts';
import type { FaultLine, Timeline } from '../protocol/protocol.ts';

/** The tab itself ends for it: mended when the run has come back. */
const ENDS_TAB: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'reload-mid-write',
  'power-loss',
  'second-tab',
  'corrupt-record',
  'old-version',
]);

/** A fault with its times on both clocks: those of the log's events, and the ledger's. */
interface Note {
  readonly seq: number;
  readonly at: number;
  readonly detail: FaultDetail;
  readonly agents: readonly number[];
  readonly entry: LedgerEntry;
  readonly tried: TriedSteps;
  /** Run time at which it was noticed, and mended. */
  detectedAt: number | null;
  mendedAt: number | null;
}

export interface SavedFaults {
  readonly ledger: SavedLedger;
  /** `entry`: index into the ledger's entries. */
  readonly notes: readonly (Omit<Note, 'entry' | 'tried'> & {
    readonly entry: number;
    readonly tried: readonly Tried[];
    readonly open: boolean;
  })[];
  readonly ill: readonly number[];
}

export class FaultStory {
  readonly #ledger = new FaultLedger();
  readonly #notes: Note[] = [];
  #open: Note[] = [];
  /** Agents that are ill beyond their turn; a turn of one of them proves nothing. */
  readonly #ill = new Set<number>();

  /** As JSON. */
  saved(): SavedFaults {
    const { entries } = this.#ledger;
    return {
      ledger: this.#ledger.saved(),
      notes: this.#notes.map(({ entry, tried, ...note }) => ({
        ...note,
        entry: entries.indexOf(entry),
        tried: tried.saved(),
        open: note.mendedAt === null,
      })),
      ill: [...this.#ill],
    };
  }

  restore({ ledger, notes, ill }: SavedFaults): void {
    this.#ledger.restore(ledger, this.#cured);
    for (const { entry, tried, open, ...rest } of notes) {
      const found = this.#ledger.entries[entry];
      if (!found) continue;
      const note: Note = { ...rest, entry: found, tried: new TriedSteps(tried) };
      this.#notes.push(note);
      if (open) this.#open.push(note);
    }
    for (const agent of ill) this.#ill.add(agent);
  }

  /** @param now the time of the event on a clock that also goes on while the run waits, ms */
  hear(event: JournalEvent, now: number): void {
    if (event.type === 'fault.injected') {
      this.#inject(event, now);
      return;
    }
    if (event.type === 'fault.over') this.#ill.delete(event.agent);
    // What a fault did to an agent does not outlive the program that kept it there.
    if (event.type === 'run.resumed') this.#ill.clear();
    this.#ledger.hear(event, now);
    if (this.#open.length === 0) return;
    for (const note of this.#open) {
      if (event.type === 'heal.ordered' || event.type === 'heal.mended' || event.type === 'heal.absolved') {
        const { agents } = note.entry;
        if (agents.length === 0 ? event.agent < 0 : agents.includes(event.agent)) note.tried.hear(event);
      }
      if (note.entry.detectedAt !== null) note.detectedAt ??= event.at;
      if (note.entry.mendedAt !== null) note.mendedAt ??= event.at;
    }
    this.#open = this.#open.filter(({ mendedAt }) => mendedAt === null);
  }

  byKind(): KindSummary[] {
    return this.#ledger.byKind();
  }

  /** The last faults as they stood at that run time, oldest first. */
  lines(at: number, most: number): FaultLine[] {
    let end = this.#notes.length;
    while (end > 0 && (this.#notes[end - 1] as Note).at > at) end--;
    return this.#notes.slice(Math.max(0, end - most), end).map((note) => {
      const { entry } = note;
      const mended = note.mendedAt !== null && note.mendedAt <= at;
      const detected = note.detectedAt !== null && note.detectedAt <= at;
      return {
        seq: note.seq,
        fault: entry.id,
        kind: entry.kind,
        at: note.at,
        agents: note.agents,
        detail: note.detail,
        detectedMs: detected ? (entry.detectedAt ?? entry.at) - entry.at : null,
        mendedMs: mended ? (entry.mendedAt ?? entry.at) - entry.at : null,
        rung: mended ? entry.rung : null,
        by: mended ? entry.action : null,
        trying: mended ? null : note.tried.at(at),
      };
    });
  }

  marks(most: number): Timeline['faults'] {
    return this.#notes
      .slice(-most)
      .map(({ seq, entry, at, detectedAt, mendedAt }) => ({ seq, kind: entry.kind, at, detectedAt, mendedAt }));
  }

  #inject(event: Extract<JournalEvent, { type: 'fault.injected' }>, now: number): void {
    const fault = this.#describe(event, now);
    this.#ledger.inject(fault);
    if (event.lasting) for (const agent of event.agents) this.#ill.add(agent);
    const entry = this.#ledger.entries.at(-1) as LedgerEntry;
    const { seq, at, detail, agents } = event;
    const note: Note = { seq, at, detail, agents, entry, tried: new TriedSteps(), detectedAt: null, mendedAt: null };
    this.#notes.push(note);
    this.#open.push(note);
  }

  #describe(event: Extract<JournalEvent, { type: 'fault.injected' }>, now: number): InjectedFault {
    const info = KINDS[event.kind];
    return {
      id: event.fault,
      kind: event.kind,
      at: now,
      forMs: event.forMs ?? info.lastsMs ?? 0,
      agents: info.seam === 'turn' ? event.agents : [],
      tasks: [],
      seenAs: info.seenAs,
      mendedBy: info.seam === 'turn' ? 'agent' : ENDS_TAB.has(event.kind) ? 'run' : 'any',
      survivable: true,
      ...(event.lasting && { cured: this.#cured }),
    };
  }

  readonly #cured = (agent: number): boolean => !this.#ill.has(agent);
}
