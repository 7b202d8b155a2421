import type { JournalEvent } from './events.ts';
import type { NoticeTitle, StoryLine } from './healing-events.ts';
import type { NoticeChoice, NoticeSubject, TaskFailure } from './vocabulary.ts';
import { type Place, placeIn } from './work-item.ts';

/** A question to a person that nobody has answered yet. */
export interface OpenNotice extends Place {
  readonly id: string;
  readonly of: NoticeSubject;
  /** Row, or -1 where it is about what all share. */
  readonly agent: number;
  readonly task: number | null;
  readonly title: NoticeTitle;
  readonly story: readonly StoryLine[];
  /** Run time at which it was asked, ms. */
  readonly at: number;
  readonly choices: readonly NoticeChoice[];
  /** What the task ends as where nobody helps. */
  readonly failure: TaskFailure | null;
}

export interface SavedNotices {
  readonly open: readonly (readonly [key: string, notice: OpenNotice])[];
  readonly decided: readonly (readonly [id: string, decision: NoticeChoice])[];
}

/** Decisions remembered, so that a button that is pressed twice does nothing twice. */
const REMEMBERED = 256;
const ENGINE = 'engine';
const STORAGE = 'storage';

/**
 * What people are asked: a fold of the log, so that questions outlive the tab.
 *
 * Invariants:
 * - There is one notice a subject at most (an agent, a work item, the engine, the storage): a newer one takes the place of the older.
 * - A notice ends with a decision, or by itself when what it is about does: the agent works again, the task has ended, the engine is back, the
 *   run is over.
 */
export class Notices {
  readonly #open = new Map<string, OpenNotice>();
  readonly #decided = new Map<string, NoticeChoice>();

  /** Oldest first. */
  open(): readonly OpenNotice[] {
    return [...this.#open.values()];
  }

  find(id: string): OpenNotice | null {
    for (const notice of this.#open.values()) if (notice.id === id) return notice;
    return null;
  }

  /** The notice that the task's item there waits for; null where it waits for none. */
  ofTask(task: number, place: Place = {}): OpenNotice | null {
    // Asked of every task that comes up, and there is seldom a notice.
    return this.#open.size === 0 ? null : (this.#open.get(taskKey(task, place)) ?? null);
  }

  ofEngine(): OpenNotice | null {
    return this.#open.get(ENGINE) ?? null;
  }

  /** What was decided on it, as far as that is remembered. */
  decision(id: string): NoticeChoice | null {
    return this.#decided.get(id) ?? null;
  }

  /** One of its own that is as this one is now. */
  copy(): Notices {
    return Notices.from(this.saved());
  }

  /** As JSON. */
  saved(): SavedNotices {
    return { open: [...this.#open], decided: [...this.#decided] };
  }

  static from({ open, decided }: SavedNotices): Notices {
    const notices = new Notices();
    for (const [key, notice] of open) notices.#open.set(key, notice);
    for (const [id, decision] of decided) notices.#decided.set(id, decision);
    return notices;
  }

  apply(event: JournalEvent): void {
    switch (event.type) {
      case 'heal.notice': {
        const { agent, title, story, task = null, failure = null, at } = event;
        const of = event.of ?? (agent >= 0 ? 'agent' : ENGINE);
        const key = of === 'agent' ? agentKey(agent) : of === 'task' ? taskKey(task ?? -1, event) : of;
        const id = event.notice ?? event.case;
        const choices = event.choices ?? ['retry', 'give-up'];
        this.#open.delete(key);
        this.#open.set(key, { id, of, agent, task, ...placeIn(event), title, story, at, choices, failure });
        break;
      }
      case 'heal.decided':
        this.#decided.set(event.notice, event.decision);
        if (this.#decided.size > REMEMBERED)
          for (const old of this.#decided.keys()) if (this.#decided.delete(old)) break;
        for (const [key, { id }] of this.#open) if (id === event.notice) this.#open.delete(key);
        break;
      case 'agent.state':
        if (event.from === 'failed') this.#open.delete(agentKey(event.agent));
        break;
      case 'heal.absolved':
        this.#open.delete(agentKey(event.agent));
        break;
      case 'heal.mended':
        this.#open.delete(event.agent >= 0 ? agentKey(event.agent) : event.fault === 'storage-full' ? STORAGE : ENGINE);
        break;
      case 'engine.loaded':
        this.#open.delete(ENGINE);
        break;
      case 'task.committed':
      case 'task.failed':
      case 'task.reopened':
        this.#taskEnded(event.task);
        break;
      case 'run.cancelled':
      case 'run.ended':
        this.#open.clear();
        break;
      default:
        break;
    }
  }

  /** Its own notices are over; one about an agent that failed at it goes on about the agent alone. */
  #taskEnded(task: number): void {
    for (const [key, notice] of this.#open) {
      if (notice.task !== task) continue;
      if (notice.of === 'task') {
        this.#open.delete(key);
        continue;
      }
      const choices = notice.choices.filter((choice) => choice !== 'skip' && choice !== 'edit');
      this.#open.set(key, { ...notice, task: null, choices });
    }
  }
}

const agentKey = (agent: number): string => `agent ${String(agent)}`;
const taskKey = (task: number, { stage, slot = 0 }: Place): string =>
  `task ${String(task)} ${String(stage ?? '')} ${String(slot)}`;
