import { decodeEvents } from '../../journal/journal.ts';
import { AGENT, type RunState, TIER } from '../../journal/run-state.ts';
import type { EngineReport } from '../../engine/contract.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { JournalEvent, RunFrame, RunPhase, RunStatus } from '../protocol/protocol.ts';
import { CellDiff, statusOf } from './status.ts';
import type { RunView } from './run-view.ts';

/** Tokens a second are told over this time before the moment, ms: as the live figure is. */
const RATE_MS = 10_000;

/** Stretches of the log that are kept: a hand that goes to and fro stays within a few. */
const KEPT = 4;
/** Events of a stretch that is kept: a few tens of megabytes. */
const MOST_KEPT = 50_000;

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly events: readonly JournalEvent[];
}

/**
 * Moments of one run, folded from its log: from the checkpoint before, through the events of the stretch. The last stretches that were
 * read are kept, so that scrubbing along does not read the log again at every step.
 */
export class Moments {
  readonly #view: RunView;
  readonly #store: RunStore;
  /** The stretches read last, the newest at the end. */
  #stretches: readonly Stretch[] = [];
  #last: { readonly at: number; readonly seq: number } | null = null;

  constructor(view: RunView, store: RunStore) {
    this.#view = view;
    this.#store = store;
  }

  /** The run as it was at that run time, ms, as a full frame. */
  async at(at: number): Promise<RunFrame> {
    const view = this.#view;
    const state = await this.#fold(at);
    const { cells } = new CellDiff().next(state);
    return { runId: view.id, full: true, cells, status: this.#status(state, at) };
  }

  /** Number of the last event by that run time, ms. */
  async seqAt(at: number): Promise<number> {
    if (this.#last?.at !== at) await this.#fold(at);
    return this.#last?.seq ?? 0;
  }

  async #fold(at: number): Promise<RunState> {
    const { items, layout, first } = this.#view.plan;
    const { state, lastSeq } = this.#view.history.checkpoints.before(at, items.length, layout.agents, first);
    const kept = this.#stretches.find((stretch) => stretch.from === state.seq && stretch.to === lastSeq);
    if (kept) applyUpTo(state, kept.events, at);
    else await this.#read(state, lastSeq, at);
    this.#last = { at, seq: state.seq };
    return state;
  }

  /**
   * Folds what the log has beyond the state, up to that event and that time. The stretch is kept, unless it still grows or is too long: that one
   * is read in pieces each time.
   */
  async #read(state: RunState, to: number, at: number): Promise<void> {
    const from = state.seq;
    const events: JournalEvent[] = [];
    /** The moment has passed. */
    let over = false;
    let long = false;
    // First what is not stored: what is stored in between is in both, what is asked for in the other order may be in neither.
    const unsaved = this.#view.unsaved();
    let last = from;
    await this.#store.eachChunk(this.#view.id, from, to, (chunks) => {
      for (const chunk of chunks) {
        const some = decodeEvents(chunk);
        last = Math.max(last, some.at(-1)?.seq ?? 0);
        over ||= !applyUpTo(state, some, at);
        if (!long) events.push(...some);
      }
      if (events.length > MOST_KEPT) {
        long = true;
        events.length = 0;
      }
      return !(long && over);
    });
    const fresh = unsaved.filter(({ seq }) => seq > last && seq <= to);
    if (!over) applyUpTo(state, fresh, at);
    if (long || !(Number.isFinite(to) || this.#view.state.ended)) return;
    this.#stretches = [...this.#stretches, { from, to, events: [...events, ...fresh] }].slice(-KEPT);
  }

  #status(state: RunState, at: number): RunStatus {
    const view = this.#view;
    const now = view.status();
    const residents = [...state.agents.tier.keys()].filter((agent) => state.agents.tier[agent] === TIER.hot);
    const taskOf = residents.length > 0 ? state.items.assignments() : new Map<number, number>();
    const { results, failed } = state.totals;
    const record = { ...now, phase: phaseOf(state), results, failed, endedAt: state.ended ? now.endedAt : null };
    return {
      ...now,
      ...statusOf(record, view.plan, state, {
        writer: now.writer,
        waits: null,
        problem: null,
        loading: null,
        report: state.engineReport as EngineReport | null,
        // Memory is sampled, not told by the log: only the run's end knows it.
        vram: null,
        seats: { ...now.seats, now: residents.length },
        elapsedMs: Math.max(0, Math.min(at, now.elapsedMs)),
        tokensPerSecond: view.history.tokensPerSecond(at, RATE_MS),
        residents: residents.map((agent) => ({ agent, task: taskOf.get(agent) ?? -1, tokens: 0, maxTokens: 0 })),
        ...view.history.figures(at),
      }),
    };
  }
}

/** Applies the events up to that run time, ms. False where one of them is of a later time; those behind it are left out. */
function applyUpTo(state: RunState, events: readonly JournalEvent[], at: number): boolean {
  for (const event of events) {
    if (event.at > at) return false;
    if (event.seq > state.seq) state.apply(event);
  }
  return true;
}

function phaseOf(state: RunState): RunPhase {
  if (state.ended) return state.cancelled ? 'cancelled' : 'done';
  if (state.paused) return 'paused';
  if (state.engineReport === null && state.totals.turns === 0 && !anyRuns(state)) return 'loading';
  return 'running';
}

function anyRuns(state: RunState): boolean {
  return state.agents.state.includes(AGENT.running);
}
