/** Words for one event of a story: a heading and a sentence. */
import type { JournalEvent } from '../../journal/events.ts';
import type { AgentState } from '../../runtime/protocol.ts';
import { num, span } from '../format.ts';
import type { Dictionary } from '../text/en.ts';

export interface StepWords {
  readonly title: string;
  readonly text: string;
}

export function wordsOf(event: JournalEvent, t: Dictionary): StepWords {
  const words = t.story;
  const stateName = (name: string): string => t.states[name as AgentState] ?? name;
  const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');
  switch (event.type) {
    case 'task.assigned':
      return {
        title: words.took(event.task),
        text: join(event.attempt > 1 ? words.attempt(event.attempt) : '', event.stage > 0 ? words.review : ''),
      };
    case 'turn.started':
      return { title: words.started, text: '' };
    case 'turn.ended': {
      if (event.rejected !== undefined) return { title: words.rejected, text: event.rejected };
      if (event.finish !== 'stop') return { title: words.cut(event.finish), text: span(event.ms) };
      return {
        title: words.passed,
        text: join(
          words.passedNote(event.tokens.completion, event.ms),
          event.tokens.cached > 0 ? words.cachedNote(event.tokens.cached) : '',
        ),
      };
    }
    case 'task.retried':
      return { title: words.retry, text: join(words.retryIn(event.delayMs), event.reason) };
    case 'task.committed':
      return { title: words.committed(event.task), text: words.attempts(event.attempts) };
    case 'task.failed':
      return { title: words.taskFailed(event.task), text: event.failure };
    case 'agent.state':
      return { title: words.state(stateName(event.from), stateName(event.to)), text: event.because };
    case 'engine.lost':
      return { title: words.lost, text: join(event.message, words.lostNote(event.inFlight)) };
    case 'engine.loaded':
      return { title: words.loaded, text: join(event.model, span(event.ms)) };
    case 'task.requeued':
      return { title: words.requeued, text: join(words.requeuedNote, event.reason) };
    case 'task.advanced':
      return { title: words.advanced(event.task), text: words.attempts(event.attempts) };
    case 'task.reopened':
      return { title: words.reopened(event.task), text: event.reason };
    case 'run.waiting':
      return { title: words.waiting, text: event.message };
    case 'fault.injected':
      return { title: words.fault(event.kind), text: event.detail };
    case 'heal.suspected':
      return { title: words.suspected(event.fault), text: event.evidence.join('; ') };
    case 'heal.ordered':
      return { title: words.ordered(event.rung, event.action), text: event.reasons.join('; ') };
    case 'heal.mended':
      return { title: words.mended, text: join(event.action, span(event.ms)) };
    case 'heal.notice':
      return { title: event.title, text: event.story.join(' ') };
    case 'run.created':
      return { title: words.created, text: num(event.tasks) };
    case 'run.resumed':
      return { title: words.resumed, text: '' };
    case 'run.paused':
      return { title: words.paused, text: '' };
    case 'run.continued':
      return { title: words.continued, text: '' };
    case 'run.cancelled':
      return { title: words.cancelled, text: '' };
    case 'run.ended':
      return { title: words.ended, text: '' };
    default:
      // A journal written by a newer version may hold events that this page has no words for.
      return { title: (event as { type: string }).type, text: '' };
  }
}
