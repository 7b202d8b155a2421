/**
 * One replay: the real runtime with its healing, scheduling and store code, over a store in memory, a virtual clock and an engine that plays
 * what was recorded. It touches nothing of this browser: when the tab goes, the replay is gone.
 */
import { FaultyClock } from '../../chaos/clock-seam.ts';
import { KINDS } from '../../chaos/kinds.ts';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import { FaultyMessages } from '../../chaos/message-seam.ts';
import type { DueFault } from '../../chaos/schedule.ts';
import { struck } from '../../chaos/seams.ts';
import { FaultyStore } from '../../chaos/store-seam.ts';
import type { EngineHost } from '../../engine/contract.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { itemOf } from '../../journal/work-item.ts';
import type { Clock } from '../../kernel/clock.ts';
import { memoryLock } from '../../kernel/lock.ts';
import { seededRandom } from '../../kernel/random.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { RunRecord } from '../../store/records.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { Pace, ReplayInfo } from '../protocol/links.ts';
import type { RuntimeOptions } from '../host/opener.ts';
import { Runtime } from '../host/runtime.ts';
import type { Incident } from './incident.ts';
import { Pacer } from './pacer.ts';
import { pausedFor, ActionReplay } from './operator-actions.ts';
import type { RecordedEngine, RecordedFault } from './recorded.ts';
import { recordedParts } from './cuts.ts';
import { healStep, stepKey } from './recording.ts';
import { ReplayEngine } from './replay-engine.ts';
import { Script } from './script.ts';
import { spoilAgain } from './spoil.ts';

/** Virtual time after the end in which the last events reach the store, ms. */
const AFTERMATH_MS = 2000;
/** How often it is looked whether a person is missing, virtual ms. */
const LOOK_MS = 1000;
/** What was decided at a look comes after the look, however times were rounded. */
const JUST_AFTER_MS = 0.002;
/** After the last event that was stored a run is left, however times were rounded: what comes after it was lost. */
const LEFT_AFTER_MS = 0.02;

/** Where a bigger model answered: its loading is in its turns. */
const BESIDE: RecordedEngine = { readyAt: 0, loadMs: 0, residents: 1, contextTokens: 1024, lost: null };

/** Stands for whichever endpoint a person allowed: nothing is ever sent to it. */
const ENDPOINT = { url: 'https://replay.invalid/v1', model: 'recorded', key: null };

const NO_ENGINES: EngineHost = {
  checkGpu: () => Promise.resolve({ ok: false, adapter: null, problem: null, storageFree: null }),
  models: () => Promise.resolve([]),
  create: () => {
    throw new Error('a replay runs no model');
  },
};

export class ReplaySession {
  readonly id: string;
  readonly incident: Incident;
  readonly runtime: Runtime;
  readonly store: RunStore;
  /** The replay's own time; tests drive it, a page does it by `pace`. */
  readonly clock: SimulatedClock;
  readonly #script: Script;
  readonly #pacer: Pacer;
  readonly #people: ActionReplay;
  readonly #faultyClock: FaultyClock;
  readonly #disk = new MemoryDisk();
  readonly #faultyStore: FaultyStore;
  readonly #messages: FaultyMessages;
  /** Recorded steps of healing that have not come yet, by their keys. */
  readonly #expected = new Map<string, number>();
  readonly #heals = { seen: 0, same: 0 };
  #engines = 0;
  #reopened = 0;
  #endedAt: number | null = null;
  /** As a person had it then. */
  #paused = false;

  private constructor(id: string, incident: Incident, real: Clock, noteWords: RuntimeOptions['noteWords']) {
    this.id = id;
    this.incident = incident;
    this.clock = new SimulatedClock(incident.facts.startedAt);
    this.#faultyClock = new FaultyClock(this.clock);
    this.#messages = new FaultyMessages(this.clock);
    this.#script = new Script(incident.recording.turns);
    for (const step of incident.recording.heals) {
      const key = stepKey(step);
      this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1);
    }
    const { actions, cancelledAt } = incident.recording;
    // A pause that nothing ends is not hurried through.
    const goesOnAt = actions.findLast(({ do: did }) => did === 'continue')?.at ?? cancelledAt ?? 0;
    this.#pacer = new Pacer(this.clock, real, {
      done: () => this.over,
      idle: () => this.#paused && this.clock.now() < goesOnAt,
    });
    this.#faultyStore = new FaultyStore(new MemoryStore(this.#disk), this.clock);
    this.store = this.#faultyStore;
    this.runtime = new Runtime({
      clock: this.#faultyClock,
      frameClock: real,
      random: seededRandom(`replay/${String(incident.facts.seed)}`),
      store: this.#faultyStore,
      lock: memoryLock(),
      engines: NO_ENGINES,
      examples: { list: () => Promise.resolve([]), swarm: () => Promise.resolve(''), input: () => Promise.resolve('') },
      version: incident.facts.version,
      tab: id,
      healing: { tap: this.#messages.tap },
      fixedSeats: true,
      shares: incident.recording.shares,
      parts: recordedParts(incident.recording, this.clock),
      choices: incident.recording.choices,
      ...(noteWords && { noteWords }),
      onEvent: (event) => {
        this.#hear(event);
      },
      scripted: (seed, beside) => this.#engine(seed, beside ? BESIDE : this.#nextEngine()),
      remote: () => {
        const engine = this.#engine(incident.facts.seed, BESIDE);
        void engine.load({ id: ENDPOINT.model }, { vramMiB: 0, occupancy: 0, resident: 1 }, () => undefined);
        return engine;
      },
    });
    this.#people = new ActionReplay({
      clock: this.clock,
      actions: incident.recording.actions,
      decide: (notice, decision) => void this.runtime.decide(id, notice, decision),
      act: (agent, action) => void this.runtime.act(id, agent, action),
      allow: (allowed) => void this.runtime.allowRemote(id, allowed ? ENDPOINT : null),
      hold: (held) => void (held ? this.runtime.pause(id) : this.runtime.resume(id)),
    });
  }

  #engine(seed: number, recorded: RecordedEngine | null): ReplayEngine {
    const tolerance = this.incident.recording.exact ? 0.1 : 1.5;
    return new ReplayEngine({
      ...{ clock: this.clock, origin: 0, seed, script: this.#script, recorded, tolerance },
    });
  }

  /** What the run's next engine was; null: the record has no more. */
  #nextEngine(): RecordedEngine | null {
    const { engines, reopens } = this.incident.recording;
    const left = reopens[this.#reopened] ?? Number.POSITIVE_INFINITY;
    const next = engines[this.#engines];
    if (next && next.readyAt <= left) {
      this.#engines++;
      return next;
    }
    // It was still loading when the run was left.
    return Number.isFinite(left) ? { ...BESIDE, loadMs: Math.max(0, left - this.clock.now()) + AFTERMATH_MS } : null;
  }

  /** The run is left and opened again. */
  #reopen(at: number): void {
    this.#reopened++;
    const { engines } = this.incident.recording;
    while ((engines[this.#engines]?.readyAt ?? Number.POSITIVE_INFINITY) <= at) this.#engines++;
    void this.runtime.reopen(this.id);
  }

  /** A replay that stands at its first moment. */
  static async open(
    id: string,
    incident: Incident,
    real: Clock,
    noteWords?: RuntimeOptions['noteWords'],
  ): Promise<ReplaySession> {
    const session = new ReplaySession(id, incident, real, noteWords);
    const { source, facts, recording } = incident;
    const record: RunRecord = {
      id,
      name: facts.name,
      phase: 'loading',
      startedAt: session.clock.wall(),
      endedAt: null,
      tasks: incident.plan.items.length,
      results: 0,
      failed: 0,
      agents: facts.agents,
      modelId: facts.modelId,
      engine: 'scripted',
    };
    await session.store.create(record, source);
    await session.runtime.open(id);
    recording.faults.forEach((fault, index) => {
      session.clock.timeout(fault.at, () => {
        session.#strike(fault, index);
      });
    });
    for (const { at, ...change } of recording.seats)
      session.clock.timeout(at + JUST_AFTER_MS, () => {
        session.runtime.setSeats(change);
      });
    for (const { at, ...change } of recording.revisions)
      session.clock.timeout(at + JUST_AFTER_MS, () => {
        session.runtime.revise(change);
      });
    for (const { at, ...task } of recording.created)
      session.clock.timeout(at + JUST_AFTER_MS, () => {
        session.runtime.createTask(task);
      });
    if (recording.cancelledAt !== null)
      session.clock.timeout(recording.cancelledAt, () => void session.runtime.cancel(id));
    for (const at of recording.reopens)
      session.clock.timeout(at + LEFT_AFTER_MS, () => {
        session.#reopen(at);
      });
    session.clock.every(LOOK_MS, () => {
      session.#press();
    });
    return session;
  }

  /** The run has ended and everything of it is in the store. */
  get over(): boolean {
    return this.#endedAt !== null && this.clock.now() >= this.#endedAt + AFTERMATH_MS;
  }

  set pace(pace: Pace) {
    this.#pacer.pace = pace;
  }

  info(): ReplayInfo {
    const { recording, facts } = this.incident;
    const { played, improvised } = this.#script;
    const at = Math.min(this.clock.now(), this.#endedAt ?? Number.POSITIVE_INFINITY);
    return {
      pace: this.#pacer.pace,
      at: at - pausedFor(recording.actions, at),
      recordedMs: facts.ms,
      recordedAt: facts.startedAt,
      engine: facts.engine,
      modelId: facts.modelId,
      played,
      improvised,
      recorded: recording.turns.length,
      heals: { ...this.#heals, recorded: recording.heals.length },
      inputIncluded: facts.inputIncluded,
    };
  }

  async close(): Promise<void> {
    this.#pacer.stop();
    const closed = this.runtime.close();
    await this.clock.advance(AFTERMATH_MS);
    await closed;
  }

  #hear(event: JournalEvent): void {
    this.#people.hear(event);
    if (event.type === 'task.assigned') this.#script.assign(event.agent, itemOf(event.task, event, event.stage));
    if (event.type === 'run.ended') this.#endedAt = this.clock.now();
    if (event.type === 'run.paused') this.#paused = true;
    if (event.type === 'run.continued' || event.type === 'run.cancelled') this.#paused = false;
    const step = healStep(event);
    if (!step) return;
    const key = stepKey(step);
    const expected = this.#expected.get(key) ?? 0;
    if (expected > 0) this.#heals.same++;
    this.#expected.set(key, expected - 1);
    this.#heals.seen++;
  }

  /** After many losses only a person starts the engine again: where one did, that is done again. */
  #press(): void {
    const next = this.incident.recording.engines[this.#engines];
    if (next && this.clock.now() > next.readyAt - next.loadMs + LOOK_MS) void this.runtime.resume(this.id);
  }

  /** What a fault did to turns and engines is in their records; what it did elsewhere is done again. */
  #strike({ kind, agents, detail, seed, forMs, at }: RecordedFault, index: number): void {
    const fault: DueFault = { id: index, kind, at, target: 'random', forMs, seed };
    const tell = (): void => {
      this.runtime.tellFault(fault, { ...struck(detail), agents });
    };
    switch (KINDS[fault.kind].seam) {
      case 'messages':
        this.#messages.strike(
          kind as 'message-lost' | 'message-doubled' | 'message-reordered',
          forMs,
          seededRandom(seed),
          () => undefined,
        );
        tell();
        break;
      case 'clock':
        if (kind === 'hidden-tab') this.#faultyClock.freeze(forMs);
        tell();
        break;
      case 'store':
        if (kind === 'quota') this.#faultyStore.fill(forMs);
        else spoilAgain(this.#disk, this.id, kind, detail);
        tell();
        break;
      case 'run':
        tell();
        if (kind === 'supervisor-crash') this.runtime.crashSupervisor();
        break;
      default:
        tell();
    }
  }
}
