import type { EngineReport } from '../../engine/contract.ts';
import { AGENT, TASK } from '../../journal/run-state.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { RunRecord } from '../../store/records.ts';
import type { RunStore } from '../../store/run-store.ts';
import { RateMeter } from '../../telemetry/rate.ts';
import type { EngineFigures } from '../../telemetry/report.ts';
import { foldNew, type LoadedRun } from '../run/load-run.ts';
import type { AgentStory, JournalEvent, RunStatus } from '../protocol/protocol.ts';
import { statusOf } from '../views/status.ts';
import type { RunView } from '../views/run-view.ts';

const POLL_MS = 1000;
const RATE_WINDOW_MS = 10_000;

/** A run that another tab writes: read from the store as it grows, never written. */
export class Follower implements RunView {
  readonly id: string;
  readonly plan: LoadedRun['plan'];
  readonly definition: LoadedRun['definition'];
  readonly state: LoadedRun['state'];
  readonly history: LoadedRun['history'];
  readonly index: LoadedRun['index'];
  readonly rows: LoadedRun['rows'];
  readonly #kept: LoadedRun['kept'];
  readonly #store: RunStore;
  readonly #rate = new RateMeter(RATE_WINDOW_MS);
  readonly #clock: Clock;
  readonly #takeOver: () => void;
  readonly #stopPolling: Cancel;
  #record: RunRecord;
  #polling = false;

  /** @param takeOver asked for when a person wants this tab to go on with the run */
  constructor(loaded: LoadedRun, options: { store: RunStore; clock: Clock; takeOver: () => void }) {
    this.id = loaded.record.id;
    this.plan = loaded.plan;
    this.definition = loaded.definition;
    this.state = loaded.state;
    this.history = loaded.history;
    this.index = loaded.index;
    this.rows = loaded.rows;
    this.#kept = loaded.kept;
    this.#record = loaded.record;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#takeOver = options.takeOver;
    this.#stopPolling = options.clock.every(POLL_MS, () => {
      void this.#poll();
    });
  }

  status(): RunStatus {
    const { agents, tasks } = this.state;
    const residents = [...agents.state.keys()].filter((agent) => agents.state[agent] === AGENT.running);
    return statusOf(this.#record, this.plan, this.state, {
      writer: false,
      waits: this.state.ended ? null : { code: 'watching' },
      problem: null,
      loading: null,
      report: this.state.engineReport as EngineReport | null,
      vram: this.figures()?.vram ?? null,
      elapsedMs: this.state.at,
      steps: this.index.counts.now(this.state),
      shared: this.index.shared,
      leftOut: this.index.leftOut,
      tokensPerSecond: this.#rate.perSecond(),
      residents: residents.map((agent) => ({ agent, task: tasks.agent.lastIndexOf(agent), tokens: 0, maxTokens: 0 })),
      ...this.history.figures(this.state.at),
    });
  }

  figures(): EngineFigures | null {
    return this.state.figures as EngineFigures | null;
  }

  now(): AgentStory['now'] {
    return null;
  }

  unsaved(): readonly JournalEvent[] {
    return [];
  }

  writeAnew(): Promise<void> {
    // Only the writer can.
    return Promise.resolve();
  }

  pause(): void {
    // Only the writer can.
  }

  resume(): void {
    this.#takeOver();
  }

  cancel(): void {
    // Only the writer can.
  }

  stop(): Promise<void> {
    this.#stopPolling();
    return Promise.resolve();
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    try {
      await foldNew(this.#store, this.id, this.state, this.history);
      this.#record = (await this.#store.record(this.id)) ?? this.#record;
      const { status } = this.state.tasks;
      const missing: number[] = [];
      for (let task = 0; task < status.length; task++)
        if ((status[task] as number) >= TASK.committed && !this.index.has(task)) missing.push(task);
      if (missing.length > 0) {
        const rows = await this.#store.rows(this.id, missing);
        this.index.add(rows);
        this.#kept.add(rows);
      }
      this.#rate.sample(this.#clock.now(), this.state.totals.completionTokens);
    } catch {
      // The next poll tries again; what is on screen stays.
    } finally {
      this.#polling = false;
    }
  }
}
