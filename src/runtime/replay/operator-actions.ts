/** What people did to a run (operator actions), as its log tells it, and done again at the same moments of a replay. */
import type { JournalEvent } from '../../journal/events.ts';
import type { NoticeChoice, NoticeSubject } from '../../journal/vocabulary.ts';
import { Notices, type OpenNotice } from '../../journal/notices.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AgentAction, Decision } from '../protocol/protocol.ts';

/** `at`: milliseconds from the run's start. */
export type RecordedAction =
  | {
      readonly do: 'decide';
      readonly at: number;
      readonly of: NoticeSubject;
      /** The agent's row, or the task; absent where the question was about what all share. */
      readonly about?: number;
      readonly choice: NoticeChoice;
      /** Of an edit: the task and the step that the output is for, and the output. */
      readonly task?: number;
      readonly stage?: number;
      readonly output?: string;
    }
  | { readonly do: 'act'; readonly at: number; readonly agent: number; readonly action: AgentAction }
  /** Failed tasks may go to an endpoint from now on, or no longer. Which one is nobody's business. */
  | { readonly do: 'endpoint'; readonly at: number; readonly allowed: boolean }
  /** The whole run waits from now on, or goes on. */
  | { readonly do: 'pause' | 'continue'; readonly at: number };
type Decided = Extract<RecordedAction, { do: 'decide' }>;

const aboutOf = ({ of, agent, task }: OpenNotice): number | undefined =>
  of === 'agent' ? agent : of === 'task' ? (task ?? undefined) : undefined;

/** Reads what people did out of a log, one event after the other. */
export class ActionReader {
  readonly actions: RecordedAction[] = [];
  readonly #notices = new Notices();
  /** Edits whose output the log is about to tell, by task. */
  readonly #edits = new Map<number, Decided>();

  /** @param at milliseconds from the run's start */
  hear(event: JournalEvent, at: number): void {
    switch (event.type) {
      case 'heal.decided': {
        const notice = this.#notices.find(event.notice);
        // Where nobody said a word in time, nobody does in the replay.
        if (!notice || event.by !== 'person') break;
        const about = aboutOf(notice);
        const action: Decided = {
          ...{ do: 'decide', at, of: notice.of, choice: event.decision },
          ...(about !== undefined && { about }),
        };
        if (event.decision === 'edit' && notice.task !== null) this.#edits.set(notice.task, action);
        else this.actions.push(action);
        break;
      }
      case 'task.advanced': {
        const action = event.edited ? this.#edits.get(event.task) : undefined;
        if (!action) break;
        this.#edits.delete(event.task);
        const output = typeof event.output === 'string' ? event.output : JSON.stringify(event.output);
        this.actions.push({ ...action, task: event.task, stage: event.stage, output });
        break;
      }
      case 'agent.held':
        this.actions.push({ do: 'act', at, agent: event.agent, action: event.held ? 'pause' : 'resume' });
        break;
      case 'agent.asked':
        this.actions.push({ do: 'act', at, agent: event.agent, action: event.action });
        break;
      case 'endpoint.allowed':
        this.actions.push({ do: 'endpoint', at, allowed: event.name !== null });
        break;
      case 'run.paused':
      case 'run.continued':
        this.actions.push({ do: event.type === 'run.paused' ? 'pause' : 'continue', at });
        break;
      default:
        break;
    }
    this.#notices.apply(event);
  }
}

/** How long of the time up to `until` the run waited because a person had paused it; times are milliseconds from the run's start. */
export function pausedFor(actions: readonly RecordedAction[], until = Number.POSITIVE_INFINITY): number {
  let since: number | null = null;
  let sum = 0;
  for (const { do: did, at } of actions) {
    if (at > until) break;
    if (did === 'pause') since ??= at;
    else if (did === 'continue' && since !== null) {
      sum += at - since;
      since = null;
    }
  }
  return since === null || !Number.isFinite(until) ? sum : sum + until - since;
}

export interface ActionReplayOptions {
  readonly clock: Clock;
  readonly actions: readonly RecordedAction[];
  readonly decide: (notice: string, decision: Decision) => void;
  readonly act: (agent: number, action: AgentAction) => void;
  readonly allow: (allowed: boolean) => void;
  /** The whole run: it waits, or goes on. */
  readonly hold: (held: boolean) => void;
}

/** Does again what was recorded. A decision on a question that is not asked yet, for clocks tremble, waits for it. */
export class ActionReplay {
  readonly #with: ActionReplayOptions;
  readonly #notices = new Notices();
  readonly #early = new Set<Decided>();

  constructor(options: ActionReplayOptions) {
    this.#with = options;
    for (const action of options.actions)
      options.clock.timeout(action.at, () => {
        this.#repeat(action);
      });
  }

  /** Every event of the replay. */
  hear(event: JournalEvent): void {
    this.#notices.apply(event);
    if (event.type !== 'heal.notice' || this.#early.size === 0) return;
    // Not in the middle of what asks.
    this.#with.clock.timeout(0, () => {
      for (const action of [...this.#early]) this.#decide(action);
    });
  }

  #repeat(action: RecordedAction): void {
    const { act, allow, hold } = this.#with;
    switch (action.do) {
      case 'act':
        act(action.agent, action.action);
        break;
      case 'endpoint':
        allow(action.allowed);
        break;
      case 'decide':
        this.#decide(action);
        break;
      default:
        hold(action.do === 'pause');
    }
  }

  #decide(action: Decided): void {
    const { of, about, choice, output = '' } = action;
    const notice = this.#notices.open().find((open) => open.of === of && aboutOf(open) === about);
    if (!notice) {
      this.#early.add(action);
      return;
    }
    this.#early.delete(action);
    this.#with.decide(notice.id, choice === 'edit' ? { kind: 'edit', output } : { kind: choice });
  }
}
