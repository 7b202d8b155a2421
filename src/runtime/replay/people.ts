/** What people did to a run, as its log tells it, and done again at the same moments of a replay. */
import type { JournalEvent, NoticeChoice, NoticeSubject } from '../../journal/events.ts';
import { Notices, type OpenNotice } from '../../journal/notices.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AgentAction, Decision } from '../protocol/protocol.ts';

/** A person's word. `at`: milliseconds from the run's start. */
export type RecordedWord =
  | {
      readonly do: 'decide';
      readonly at: number;
      readonly of: NoticeSubject;
      /** The agent's row, or the task; absent where the question was about what all share. */
      readonly about?: number;
      readonly choice: NoticeChoice;
      /** Of an edit: the task and the stage that the output is for, and the output. */
      readonly task?: number;
      readonly stage?: number;
      readonly output?: string;
    }
  | { readonly do: 'act'; readonly at: number; readonly agent: number; readonly action: AgentAction }
  /** Failed tasks may go to an endpoint from now on, or no longer. Which one is nobody's business. */
  | { readonly do: 'endpoint'; readonly at: number; readonly allowed: boolean }
  /** The whole run waits from now on, or goes on. */
  | { readonly do: 'pause' | 'continue'; readonly at: number };
type Decided = Extract<RecordedWord, { do: 'decide' }>;

const aboutOf = ({ of, agent, task }: OpenNotice): number | undefined =>
  of === 'agent' ? agent : of === 'task' ? (task ?? undefined) : undefined;

/** Reads people's words out of a log, one event after the other. */
export class WordsOfPeople {
  readonly words: RecordedWord[] = [];
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
        const word: Decided = {
          ...{ do: 'decide', at, of: notice.of, choice: event.decision },
          ...(about !== undefined && { about }),
        };
        if (event.decision === 'edit' && notice.task !== null) this.#edits.set(notice.task, word);
        else this.words.push(word);
        break;
      }
      case 'task.advanced': {
        const word = event.edited ? this.#edits.get(event.task) : undefined;
        if (!word) break;
        this.#edits.delete(event.task);
        const output = typeof event.output === 'string' ? event.output : JSON.stringify(event.output);
        this.words.push({ ...word, task: event.task, stage: event.stage, output });
        break;
      }
      case 'agent.held':
        this.words.push({ do: 'act', at, agent: event.agent, action: event.held ? 'pause' : 'resume' });
        break;
      case 'agent.asked':
        this.words.push({ do: 'act', at, agent: event.agent, action: event.action });
        break;
      case 'endpoint.allowed':
        this.words.push({ do: 'endpoint', at, allowed: event.name !== null });
        break;
      case 'run.paused':
      case 'run.continued':
        this.words.push({ do: event.type === 'run.paused' ? 'pause' : 'continue', at });
        break;
      default:
        break;
    }
    this.#notices.apply(event);
  }
}

/** How long of the time up to `until` the run waited because a person had paused it; times are milliseconds from the run's start. */
export function pausedFor(words: readonly RecordedWord[], until = Number.POSITIVE_INFINITY): number {
  let since: number | null = null;
  let sum = 0;
  for (const { do: did, at } of words) {
    if (at > until) break;
    if (did === 'pause') since ??= at;
    else if (did === 'continue' && since !== null) {
      sum += at - since;
      since = null;
    }
  }
  return since === null || !Number.isFinite(until) ? sum : sum + until - since;
}

export interface PeopleOptions {
  readonly clock: Clock;
  readonly words: readonly RecordedWord[];
  readonly decide: (notice: string, decision: Decision) => void;
  readonly act: (agent: number, action: AgentAction) => void;
  readonly allow: (allowed: boolean) => void;
  /** The whole run: it waits, or goes on. */
  readonly hold: (held: boolean) => void;
}

/** Says recorded words again. A decision on a question that is not asked yet, for clocks tremble, waits for it. */
export class People {
  readonly #with: PeopleOptions;
  readonly #notices = new Notices();
  readonly #early = new Set<Decided>();

  constructor(options: PeopleOptions) {
    this.#with = options;
    for (const word of options.words)
      options.clock.timeout(word.at, () => {
        this.#say(word);
      });
  }

  /** Every event of the replay. */
  hear(event: JournalEvent): void {
    this.#notices.apply(event);
    if (event.type !== 'heal.notice' || this.#early.size === 0) return;
    // Not in the middle of what asks.
    this.#with.clock.timeout(0, () => {
      for (const word of [...this.#early]) this.#decide(word);
    });
  }

  #say(word: RecordedWord): void {
    const { act, allow, hold } = this.#with;
    switch (word.do) {
      case 'act':
        act(word.agent, word.action);
        break;
      case 'endpoint':
        allow(word.allowed);
        break;
      case 'decide':
        this.#decide(word);
        break;
      default:
        hold(word.do === 'pause');
    }
  }

  #decide(word: Decided): void {
    const { of, about, choice, output = '' } = word;
    const notice = this.#notices.open().find((open) => open.of === of && aboutOf(open) === about);
    if (!notice) {
      this.#early.add(word);
      return;
    }
    this.#early.delete(word);
    this.#with.decide(notice.id, choice === 'edit' ? { kind: 'edit', output } : { kind: choice });
  }
}
