/** The last time that an agent was hurt, from the fault to the committed result, cut into spans. Pure. */
import type { FaultLine, JournalEvent } from '../../runtime/protocol/protocol.ts';
import { passes, wounds } from './steps.ts';

export const SPANS = ['notice', 'decide', 'wait', 'turn', 'commit'] as const;
export type SpanName = (typeof SPANS)[number];

export interface Episode {
  /** Run time of the fault, ms, and of the commit; null: not yet. */
  readonly from: number;
  readonly to: number | null;
  readonly spans: readonly { readonly name: SpanName; readonly ms: number }[];
  /** Completion tokens and milliseconds of the turns since the fault, good and bad. */
  readonly tokens: number;
  readonly gpuMs: number;
  /** The step that was ordered last and has not worked yet, and the how manieth it is; null: none. */
  readonly trying: FaultLine['trying'];
}

interface Marks {
  readonly from: number;
  noticed: number | null;
  decided: number | null;
  began: number | null;
  passed: number | null;
  committed: number | null;
  tokens: number;
  gpuMs: number;
  trying: Episode['trying'];
}

/** Null where nothing went wrong. */
export function lastEpisode(events: readonly JournalEvent[]): Episode | null {
  let last: Marks | null = null;
  for (const event of events) {
    const over = last?.passed !== null;
    if (wounds(event) && (last === null || over)) {
      last = {
        from: event.at,
        noticed: null,
        decided: null,
        began: null,
        passed: null,
        committed: null,
        tokens: 0,
        gpuMs: 0,
        trying: null,
      };
    }
    if (last) note(last, event);
  }
  return last && read(last);
}

function note(marks: Marks, event: JournalEvent): void {
  const { at } = event;
  if (marks.committed !== null) return;
  switch (event.type) {
    case 'heal.suspected':
      marks.noticed ??= at;
      break;
    case 'heal.ordered':
      marks.decided ??= at;
      marks.trying = { rung: event.rung, by: event.action, nth: (marks.trying?.nth ?? 0) + 1 };
      break;
    case 'turn.started':
      if (marks.passed === null) marks.began = at;
      break;
    case 'turn.ended':
      if (marks.passed !== null) break;
      marks.tokens += event.tokens.completion;
      marks.gpuMs += event.ms;
      if (passes(event)) marks.passed = at;
      break;
    case 'task.advanced':
    case 'task.part':
    case 'task.committed':
      if (marks.passed !== null) marks.committed = at;
      break;
    default:
      break;
  }
}

function read({ from, noticed, decided, began, passed, committed, tokens, gpuMs, trying }: Marks): Episode {
  const at: Record<SpanName, number | null> = {
    notice: noticed,
    decide: decided,
    // A turn that had begun before the step was ordered is not what the step led to.
    wait: began !== null && began >= (decided ?? from) ? began : null,
    turn: passed,
    commit: committed,
  };
  const spans: { name: SpanName; ms: number }[] = [];
  let before = from;
  for (const name of SPANS) {
    const end = at[name];
    if (end === null || end < before) continue;
    spans.push({ name, ms: end - before });
    before = end;
  }
  return { from, to: committed, spans, tokens, gpuMs, trying: passed === null ? trying : null };
}
