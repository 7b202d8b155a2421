import type { EventBody } from '../../journal/events.ts';
import type { NoticeChoice, TaskFailure } from '../../journal/vocabulary.ts';
import type { OpenNotice } from '../../journal/notices.ts';
import type { RunState } from '../../journal/run-state.ts';
import { placeIn } from '../../journal/work-item.ts';
import { writtenNumbers } from '../../kernel/written-json.ts';
import { agentName } from '../../swarm/expand.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Dispatcher } from '../turns/dispatcher.ts';
import type { RowNote } from '../protocol/row-note.ts';
import type { ResultRecorder } from '../tasks/result-recorder.ts';
import { readBy } from '../tasks/result-row.ts';
import type { Definition } from '../definition/definition.ts';
import { taskInput, nextStep, type RunSetup } from '../definition/run-setup.ts';
import type { ActionDone, ActionRefused, ActionReply, AgentAction, Decision } from '../protocol/protocol.ts';

export interface OperatorOptions {
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  readonly dispatcher: Dispatcher;
  /** Null where nobody supervises. */
  readonly supervisor: Supervisor | null;
  readonly tell: (event: EventBody) => unknown;
  readonly recorder: ResultRecorder;
  readonly run: RunControl;
}

/** What a person's word can do to the run as a whole. */
interface RunControl {
  /** Tries engine and storage again at once. */
  resume(): void;
  /** Ends the run. */
  cancel(): void;
}

const no = (why: ActionRefused): ActionReply => ({ ok: false, ...why });
const yes = (what: ActionDone): ActionReply => ({ ok: true, ...what });

/**
 * The last rung of the ladder: a person's word, put into effect. Each notice takes one decision; everything else that is pressed, pressed
 * twice or pressed late changes nothing and is told why. Whatever is pressed, a task ends in one row: only tasks that are open are touched.
 */
export class Operator {
  readonly #with: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#with = options;
  }

  decide(id: string, decision: Decision): ActionReply {
    const { notices } = this.#with.state;
    const notice = notices.find(id);
    if (!notice) {
      const before = notices.decision(id);
      if (before === decision.kind) return yes({ code: 'decided-already', choice: before });
      return no(before === null ? { code: 'settled' } : { code: 'decided-otherwise', choice: before });
    }
    if (!notice.choices.includes(decision.kind)) return no({ code: 'no-choice', choice: decision.kind });
    if (decision.kind === 'edit') return this.#edit(notice, decision.output);
    this.#decided(notice, decision.kind);
    return this.#carryOut(notice, decision.kind);
  }

  act(agent: number, action: AgentAction): ActionReply {
    const { plan, state, dispatcher, supervisor, tell } = this.#with;
    if (!Number.isInteger(agent) || agent < 0 || agent >= state.agents.size) return no({ code: 'no-agent' });
    const name = agentName(plan.layout, agent);
    const held = state.agents.held[agent] === 1;
    switch (action) {
      case 'retry': {
        const reply = this.#retry(agent, name);
        if (reply.ok) tell({ type: 'agent.asked', agent, action });
        return reply;
      }
      case 'restart':
        if (!supervisor) return no({ code: 'no-supervisor' });
        tell({ type: 'agent.asked', agent, action });
        supervisor.restart(agent);
        return yes({ code: 'restarted', agent: name });
      case 'pause':
        if (held) return yes({ code: 'paused-already', agent: name });
        tell({ type: 'agent.held', agent, held: true });
        dispatcher.hold(agent);
        return yes({ code: 'paused', agent: name });
      case 'resume':
        if (!held) return no({ code: 'not-paused', agent: name });
        tell({ type: 'agent.held', agent, held: false });
        dispatcher.unhold(agent);
        return yes({ code: 'resumed', agent: name });
    }
  }

  #retry(agent: number, name: string): ActionReply {
    const { dispatcher, supervisor } = this.#with;
    if (supervisor?.revive(agent)) return yes({ code: 'revived', agent: name });
    return dispatcher.callBack(agent, 'called-back') === null
      ? no({ code: 'no-turn', agent: name })
      : yes({ code: 'called-back', agent: name });
  }

  #carryOut(notice: OpenNotice, kind: 'retry' | 'skip' | 'give-up'): ActionReply {
    const { state, dispatcher, run } = this.#with;
    const { of, agent, task } = notice;
    if (kind === 'skip') {
      if (task === null || !state.isOpen(task)) return yes({ code: 'task-ended' });
      dispatcher.withdraw(task);
      this.#fail(task, 'skipped', { code: 'skipped' });
      return yes({ code: 'task-fails', failure: 'skipped' });
    }
    switch (of) {
      case 'task':
        if (task === null || !state.isOpen(task)) return yes({ code: 'task-ended' });
        dispatcher.withdraw(task);
        if (kind === 'retry') {
          dispatcher.open(task);
          return yes({ code: 'task-again' });
        }
        this.#fail(task, notice.failure ?? 'given-up', { code: 'given-up' });
        return yes({ code: 'task-fails', failure: notice.failure ?? 'given-up' });
      case 'agent':
        if (kind === 'retry') return this.#retry(agent, agentName(this.#with.plan.layout, agent));
        return yes({ code: 'agent-given-up' });
      default:
        if (kind === 'retry') run.resume();
        else run.cancel();
        return yes({ code: kind === 'retry' ? 'tried-again' : 'run-ends' });
    }
  }

  /** A person's output for the step at which the task stands: checked as an agent's, and what the step's result is then. */
  #edit(notice: OpenNotice, text: string): ActionReply {
    const { plan, definition, state, dispatcher, tell, recorder } = this.#with;
    const { task } = notice;
    if (task === null || !state.isOpen(task)) return no({ code: 'task-over' });
    const index = state.tasks.step[task] as number;
    const step = plan.steps[index];
    if (!step) return no({ code: 'no-step' });
    const had = state.tasks.agent[task] as number;
    const brief = definition.of(had >= 0 ? had : (plan.layout.roles[step.roleIndex]?.firstAgent ?? 0));
    const read = readOutput(text, brief.check !== null);
    if (!read.ok) return no(read.why);
    const { item } = readBy(step, state.held.get(task), taskInput(plan, state, task).text);
    const broken = brief.check?.(read.output, item);
    const written = brief.check ? writtenNumbers(text) : null;
    if (broken) return no({ code: 'output-refused', role: brief.name, detail: broken.detail });
    this.#decided(notice, 'edit');
    dispatcher.withdraw(task);
    const { tasks } = state;
    const given = { step: index, slot: notice.slot ?? 0, agent: Math.max(0, had), output: read.output };
    const held = [...(state.held.get(task) ?? []), { ...given, edited: true as const }];
    const next = nextStep(plan, state, task, index, held);
    tell({
      type: 'task.advanced',
      task,
      agent: given.agent,
      stage: index,
      ...(notice.slot !== undefined && { slot: notice.slot }),
      next: next ?? index,
      output: read.output,
      ...(written !== null && { written }),
      attempts: (tasks.attempts[task] as number) + (tasks.failures[task] as number),
      edited: true,
    });
    if (next === null) recorder.done(task, { code: 'edited' });
    else dispatcher.open(task);
    return yes({ code: 'edited' });
  }

  #decided(notice: OpenNotice, decision: NoticeChoice): void {
    const { id, agent, task } = notice;
    this.#with.tell({ type: 'heal.decided', notice: id, agent, task, ...placeIn(notice), decision, by: 'person' });
  }

  /** Ends the task; every attempt at it is in the log. */
  #fail(task: number, failure: TaskFailure, note: RowNote): void {
    this.#with.recorder.fail(task, failure, note, 0);
  }
}

function readOutput(
  text: string,
  json: boolean,
): { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly why: ActionRefused } {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, why: { code: 'output-empty' } };
  if (!json) return { ok: true, output: trimmed };
  try {
    return { ok: true, output: JSON.parse(trimmed) as unknown };
  } catch (error) {
    return {
      ok: false,
      why: { code: 'output-not-json', detail: error instanceof Error ? error.message : String(error) },
    };
  }
}
