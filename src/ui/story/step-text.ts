/** Words for one event of a story: a heading and a sentence. */
import type { JournalEvent } from '../../journal/events.ts';
import type { AgentState } from '../../runtime/protocol/protocol.ts';
import { charactersOf, num } from '../base/format.ts';
import type { Dictionary } from '../text/en.ts';

export interface StepText {
  readonly title: string;
  readonly text: string;
  /** Observations, or the story so far; one a line. */
  readonly list?: readonly string[];
  /** What a model wrote to reason with. */
  readonly reasoning?: string;
  /** Why each other step was not taken. */
  readonly against?: readonly string[];
}

/** What is said in codes ends without a full stop where more may follow it. */
const sentence = (text: string): string => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`);

export function stepText(event: JournalEvent, t: Dictionary): StepText {
  const words = t.story;
  const { say } = t;
  const stateName = (name: AgentState): string => t.states[name];
  const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');
  switch (event.type) {
    case 'task.assigned':
      return {
        title: words.took(event.task),
        text: join(
          event.attempt > 1 ? words.attempt(event.attempt) : '',
          event.stage > 0 ? words.step(event.stage + 1) : '',
        ),
      };
    case 'turn.started':
      return { title: words.started, text: '' };
    case 'turn.ended': {
      const { read, dropped = 0, tokens } = event;
      const { reasoning } = event.trace ?? {};
      const notes = [
        read ? words.readNote(charactersOf(read)) : '',
        dropped > 0 ? words.droppedNote(dropped / 2) : '',
        tokens.reasoning === undefined ? '' : words.reasonedNote(tokens.reasoning),
      ];
      const more = reasoning === undefined ? {} : { reasoning };
      if (event.rejected !== undefined)
        return { title: words.rejected, text: join(sentence(say.failure(event.rejected)), ...notes), ...more };
      if (event.pending)
        return { title: words.pending, text: join(words.passedNote(tokens.completion, event.ms), ...notes), ...more };
      if (event.finish !== 'stop')
        return { title: words.cut(event.finish), text: join(t.span(event.ms), ...notes), ...more };
      return {
        title: words.passed,
        text: join(
          words.passedNote(tokens.completion, event.ms),
          tokens.cached > 0 ? words.cachedNote(tokens.cached) : '',
          ...notes,
        ),
        ...more,
      };
    }
    case 'task.retried':
      return { title: words.retry, text: join(words.retryIn(event.delayMs), say.retried(event.reason)) };
    case 'task.committed':
      return { title: words.committed(event.task), text: words.attempts(event.attempts) };
    case 'task.failed':
      return { title: words.taskFailed(event.task), text: say.failure(event.failure) };
    case 'task.blamed':
      return {
        title: words.blamed(event.task),
        text: join(words.blamedNote(event.agents.length), say.failure(event.failure)),
      };
    case 'agent.state':
      return { title: words.state(stateName(event.from), stateName(event.to)), text: say.cause(event.because) };
    case 'engine.lost':
      return { title: words.lost, text: join(say.loss(event), words.lostNote(event.inFlight)) };
    case 'engine.loaded':
      return { title: words.loaded, text: join(event.model, t.span(event.ms)) };
    case 'task.requeued':
      return {
        title: words.requeued,
        text: join(words.requeuedNote, sentence(say.requeued(event.reason))),
      };
    case 'task.advanced':
      return { title: words.advanced(event.task), text: words.attempts(event.attempts) };
    case 'task.part':
      return { title: words.part(event.task), text: words.partNote(event.next) };
    case 'task.reopened':
      return { title: words.reopened(event.task), text: say.reopened(event.reason) };
    case 'run.waiting':
      return { title: words.waiting, text: say.wait(event.waits) };
    case 'fault.injected':
      return { title: words.fault(t.faults[event.kind].name), text: t.faults[event.kind].does };
    case 'fault.over':
      return { title: t.spans.over, text: t.spans.overNote };
    case 'heal.suspected':
      return { title: words.suspected(t.diagnoses[event.fault]), text: '', list: event.evidence.map(say.evidence) };
    case 'heal.ordered': {
      const [why = '', ...against] = event.reasons.map(say.reason);
      return {
        title: words.ordered(t.rungs[event.rung], t.remedies[event.action]),
        text: join(sentence(why), event.delayMs > 0 ? words.retryIn(event.delayMs) : ''),
        against,
      };
    }
    case 'heal.carried-out':
      return { title: t.spans.carriedOut(t.remedies[event.action]), text: sentence(say.carriedOut(event.detail)) };
    case 'heal.absolved':
      return { title: words.absolved, text: words.absolvedNote(event.task) };
    case 'heal.mended':
      return { title: words.mended, text: join(`${t.remedies[event.action]}.`, t.span(event.ms)) };
    case 'heal.notice':
      return { title: t.spans.notice_, text: say.title(event.title), list: event.story.map(say.story) };
    case 'heal.decided':
      return { title: t.spans.decided(t.alerts.choices[event.decision], event.by), text: '' };
    case 'agent.held':
      return { title: event.held ? t.spans.held : t.spans.released, text: '' };
    case 'agent.asked':
      return { title: t.spans.asked(event.action), text: '' };
    case 'endpoint.allowed':
      return { title: event.name === null ? t.spans.endpointOff : t.spans.endpointOn(event.name), text: '' };
    case 'endpoint.named':
      return { title: event.name === null ? t.spans.endpointNone : t.spans.endpointNamed(event.name), text: '' };
    case 'endpoint.lacks': {
      const { endpointParts: parts, endpointLacks } = t.spans;
      const { name, without, instead } = event;
      const told = (part: string): string => parts[part] ?? part;
      return { title: endpointLacks(name, told(without), instead === null ? null : told(instead)), text: '' };
    }
    case 'endpoint.waits':
      return { title: t.spans.endpointWaits(event.name, event.ms), text: sentence(event.words) };
    case 'task.escalated':
      return { title: t.spans.escalated(event.to), text: say.escalated(event.because) };
    case 'seats.changed':
      return { title: t.spans.seats(event.from, event.to), text: say.seats(event.because) };
    case 'storage.note':
      return { title: t.spans.storage, text: say.storage(event.detail) };
    case 'task.created':
      return { title: t.spans.taskCreated(event.task), text: '' };
    case 'tasks.made':
      return { title: t.spans.tasksMade(event.tasks), text: '' };
    case 'definition.revised':
      return { title: t.spans.revised(event.revision), text: '' };
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
      // Only a log that was damaged has others.
      return { title: (event satisfies never as { readonly type: string }).type, text: '' };
  }
}
