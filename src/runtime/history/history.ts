/**
 * What a run's log tells beyond its state: faults and heals, the timeline, and checkpoints from which any moment of it can be folded again.
 * A fold itself: heard event by event, while the run goes on and when it is read back alike.
 */
import type { JournalEvent } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import { LearnedSteps, type SavedSteps, type StepRecord } from '../../healing/step-record.ts';
import { SHARD_SIZE } from '../../healing/supervision.ts';
import { HealFold, type SavedHeals } from '../../telemetry/heals.ts';
import type { KindSummary } from '../../telemetry/fault-ledger.ts';
import { type SavedTimeline, TimelineFold } from '../../telemetry/timeline.ts';
import { Asides, type SavedAsides } from './asides.ts';
import { Checkpoints } from './checkpoints.ts';
import { FaultStory, type SavedFaults } from './fault-story.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RunStatus, Timeline, TimelineEvent } from '../protocol/protocol.ts';

const LINES = 20;
const MOST_FAULTS = 2000;
const MOST_EVENTS = 500;
/** Wall time between two events that may be true; more, or less than none, and somebody has set the clock or closed the tab. */
const PLAUSIBLE_MS = 600_000;

const TOLD: Readonly<Partial<Record<JournalEvent['type'], TimelineEvent['kind']>>> = {
  'engine.lost': 'engine-lost',
  'engine.loaded': 'engine-loaded',
  'run.paused': 'paused',
  'run.continued': 'continued',
  'run.resumed': 'resumed',
  'heal.notice': 'notice',
};

/** What of the status a log alone tells. */
export type HistoryFigures = Pick<RunStatus, 'faults' | 'healing' | 'seatsChanged' | 'storageNotes' | 'endpoint'>;

export interface SavedHistory {
  readonly learned: SavedSteps;
  readonly faults: SavedFaults;
  readonly heals: SavedHeals;
  readonly asides: SavedAsides;
  readonly timeline: SavedTimeline;
  readonly events: readonly TimelineEvent[];
  readonly last: { readonly at: number; readonly wall: number } | null;
  readonly lived: number;
  readonly paused: boolean;
}

export class History {
  readonly checkpoints = new Checkpoints();
  readonly #learned = new LearnedSteps();
  readonly #faults = new FaultStory();
  readonly #heals: HealFold;
  readonly #asides = new Asides();
  readonly #timeline = new TimelineFold();
  #events: TimelineEvent[] = [];
  #last: { readonly at: number; readonly wall: number } | null = null;
  /** Run time, and the time in which the run waited for an engine or for storage: what a fault costs its people. */
  #lived = 0;
  #paused = false;

  constructor(plan: Pick<RunSetup, 'layout' | 'supervision'>) {
    const { intensity, period } = plan.supervision;
    const { roles, roleOf } = plan.layout;
    this.#heals = new HealFold(intensity, period, (agent) => {
      const role = roles[roleOf[agent] ?? 0];
      const first = role?.firstAgent ?? 0;
      // Shards of a role begin at its first row; the row of a shard's first agent names it.
      return agent - ((agent - first) % SHARD_SIZE);
    });
  }

  /** As JSON: all but the checkpoints. */
  saved(): SavedHistory {
    return {
      learned: this.#learned.saved(),
      faults: this.#faults.saved(),
      heals: this.#heals.saved(),
      asides: this.#asides.saved(),
      timeline: this.#timeline.saved(),
      events: this.#events,
      last: this.#last,
      lived: this.#lived,
      paused: this.#paused,
    };
  }

  /** Takes over what a history had heard, of a run of the same setup; `state` is as it was then. */
  restore(saved: SavedHistory, state: RunState): void {
    this.#learned.restore(saved.learned);
    this.#faults.restore(saved.faults);
    this.#heals.restore(saved.heals);
    this.#asides.restore(saved.asides);
    this.#timeline.restore(saved.timeline);
    this.#events = [...saved.events];
    this.#last = saved.last;
    this.#lived = saved.lived;
    this.#paused = saved.paused;
    this.checkpoints.consider(state);
  }

  /** @param state as it is after the event */
  hear(event: JournalEvent, state: RunState): void {
    const now = this.#pass(event);
    this.#faults.hear(event, now);
    this.#heals.hear(event);
    this.#learned.hear(event);
    this.#asides.hear(event);
    this.#timeline.hear(event, 'agent' in event ? (state.agents.health[event.agent] ?? 0) : 0);
    const kind = TOLD[event.type];
    if (kind) {
      this.#events.push({ at: event.at, kind });
      if (this.#events.length > 2 * MOST_EVENTS) this.#events = this.#events.slice(-MOST_EVENTS);
    }
    this.checkpoints.consider(state);
  }

  /** What the ladder of the run has learned. */
  get learned(): StepRecord {
    return this.#learned.record;
  }

  /** Part of the status: as it stood at that run time, ms. */
  figures(at: number): HistoryFigures {
    return { faults: this.#faults.lines(at, LINES), healing: this.#heals.figures(at), ...this.#asides.figures(at) };
  }

  /** Faults that struck on purpose, by kind. */
  faultsByKind(): KindSummary[] {
    return this.#faults.byKind();
  }

  /** Completion tokens a second over the time before that run time, ms. */
  tokensPerSecond(at: number, windowMs: number): number {
    return this.#timeline.tokensPerSecond(at, windowMs);
  }

  timeline(): Timeline {
    return {
      ...this.#timeline.read(),
      endAt: this.#last?.at ?? 0,
      faults: this.#faults.marks(MOST_FAULTS),
      events: this.#events.slice(-MOST_EVENTS),
    };
  }

  #pass({ type, at, wall }: JournalEvent): number {
    const ran = at - (this.#last?.at ?? at);
    const passed = wall - (this.#last?.wall ?? wall);
    const plausible = !this.#paused && passed >= ran && passed <= PLAUSIBLE_MS;
    this.#lived += plausible ? passed : ran;
    this.#last = { at, wall };
    if (type === 'run.paused') this.#paused = true;
    else if (type === 'run.continued' || type === 'run.resumed') this.#paused = false;
    return this.#lived;
  }
}
