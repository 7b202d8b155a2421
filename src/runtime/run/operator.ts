import type { EventBody, NoticeChoice } from '../../journal/events.ts';
import type { OpenNotice } from '../../journal/notices.ts';
import { CALLED_BACK, type RunState } from '../../journal/run-state.ts';
import { placeIn } from '../../journal/work-item.ts';
import { agentName } from '../../swarm/expand.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Dispatcher } from '../turns/dispatcher.ts';
import type { ResultRecorder } from '../tasks/result-recorder.ts';
import { reviewedText } from '../tasks/result-row.ts';
import type { Definition } from '../definition/definition.ts';
import { taskInput, nextStep, type RunSetup } from '../definition/run-setup.ts';
import type { ActionReply, AgentAction, Decision } from '../protocol/protocol.ts';

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

const no = (message: string): ActionReply => ({ ok: false, message });
const yes = (message: string): ActionReply => ({ ok: true, message });

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
      if (before === decision.kind) return yes(`Decided already: ${before}.`);
      return no(before === null ? 'This is settled already.' : `This was decided already: ${before}.`);
    }
    if (!notice.choices.includes(decision.kind)) return no(`${decision.kind} is not among the choices here.`);
    if (decision.kind === 'edit') return this.#edit(notice, decision.output);
    this.#decided(notice, decision.kind);
    return this.#carryOut(notice, decision.kind);
  }

  act(agent: number, action: AgentAction): ActionReply {
    const { plan, state, dispatcher, supervisor, tell } = this.#with;
    if (!Number.isInteger(agent) || agent < 0 || agent >= state.agents.size) return no('There is no such agent.');
    const name = agentName(plan.layout, agent);
    const held = state.agents.held[agent] === 1;
    switch (action) {
      case 'retry': {
        const reply = this.#retry(agent, name);
        if (reply.ok) tell({ type: 'agent.asked', agent, action });
        return reply;
      }
      case 'restart':
        if (!supervisor) return no('This run has no supervisor that could restart an agent.');
        tell({ type: 'agent.asked', agent, action });
        supervisor.restart(agent);
        return yes(`${name} is made anew from its last good generation; its next turn is its trial.`);
      case 'pause':
        if (held) return yes(`${name} is paused already.`);
        tell({ type: 'agent.held', agent, held: true });
        dispatcher.hold(agent);
        return yes(`${name} gets no more turns until it is resumed.`);
      case 'resume':
        if (!held) return no(`${name} is not paused.`);
        tell({ type: 'agent.held', agent, held: false });
        dispatcher.unhold(agent);
        return yes(`${name} gets turns again.`);
    }
  }

  #retry(agent: number, name: string): ActionReply {
    const { dispatcher, supervisor } = this.#with;
    if (supervisor?.revive(agent)) return yes(`${name} has another chance; its next turn is its trial.`);
    return dispatcher.callBack(agent, CALLED_BACK) === null
      ? no(`${name} has no turn that could be called back.`)
      : yes(`The turn of ${name} was called back and is taken again.`);
  }

  #carryOut(notice: OpenNotice, kind: 'retry' | 'skip' | 'give-up'): ActionReply {
    const { state, dispatcher, run } = this.#with;
    const { of, agent, task } = notice;
    if (kind === 'skip') {
      if (task === null || !state.isOpen(task)) return yes('The task has ended by itself meanwhile.');
      dispatcher.withdraw(task);
      this.#fail(task, 'skipped', 'skipped by a person');
      return yes('The task ends as the named failure "skipped".');
    }
    switch (of) {
      case 'task':
        if (task === null || !state.isOpen(task)) return yes('The task has ended by itself meanwhile.');
        dispatcher.withdraw(task);
        if (kind === 'retry') {
          dispatcher.open(task);
          return yes('The task is taken again, with as many attempts as at first.');
        }
        this.#fail(task, notice.failure ?? 'given-up', 'given up by a person');
        return yes(`The task ends as the named failure "${notice.failure ?? 'given-up'}".`);
      case 'agent':
        if (kind === 'retry') return this.#retry(agent, agentName(this.#with.plan.layout, agent));
        return yes('The agent gets no more work, unless it is the last of its role; what it had others do.');
      default:
        if (kind === 'retry') run.resume();
        else run.cancel();
        return yes(
          kind === 'retry' ? 'It is tried again at once.' : 'The run ends; what was not done yet is cancelled.',
        );
    }
  }

  /** A person's output for the stage at which the task stands: checked as an agent's, and what the stage's result is then. */
  #edit(notice: OpenNotice, text: string): ActionReply {
    const { plan, definition, state, dispatcher, tell, recorder } = this.#with;
    const { task } = notice;
    if (task === null || !state.isOpen(task)) return no('The task has ended by itself meanwhile.');
    const index = state.tasks.stage[task] as number;
    const stage = plan.steps[index];
    if (!stage) return no('The task has no stage that could be edited.');
    const had = state.tasks.agent[task] as number;
    const brief = definition.of(had >= 0 ? had : (plan.layout.roles[stage.roleIndex]?.firstAgent ?? 0));
    const read = readOutput(text, brief.check !== null);
    if (!read.ok) return no(read.message);
    const { item } = reviewedText(stage, state.held.get(task), taskInput(plan, state, task).text);
    const broken = brief.check?.(read.output, item);
    if (broken) return no(`That is not what ${brief.name} has to give: ${broken.detail}`);
    this.#decided(notice, 'edit');
    dispatcher.withdraw(task);
    const { tasks } = state;
    const next = index === plan.tasks.result ? null : nextStep(plan, task, index);
    tell({
      type: 'task.advanced',
      task,
      agent: Math.max(0, tasks.agent[task] as number),
      stage: index,
      ...(notice.slot !== undefined && { slot: notice.slot }),
      next: next ?? index,
      output: read.output,
      attempts: (tasks.attempts[task] as number) + (tasks.failures[task] as number),
      edited: true,
    });
    if (next === null) recorder.done(task, 'edited by a person');
    else dispatcher.open(task);
    return yes('Your output was taken over; the result says that a person gave it.');
  }

  #decided(notice: OpenNotice, decision: NoticeChoice): void {
    const { id, agent, task } = notice;
    this.#with.tell({ type: 'heal.decided', notice: id, agent, task, ...placeIn(notice), decision, by: 'person' });
  }

  /** Ends the task; every attempt at it is in the log. */
  #fail(task: number, failure: string, note: string): void {
    this.#with.recorder.fail(task, failure, note, 0);
  }
}

function readOutput(
  text: string,
  json: boolean,
): { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly message: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, message: 'The output is empty.' };
  if (!json) return { ok: true, output: trimmed };
  try {
    return { ok: true, output: JSON.parse(trimmed) as unknown };
  } catch (error) {
    return { ok: false, message: `That is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` };
  }
}
