import { beginTurn, dropTurns, endWork, rest } from './agent-states.ts';
import type { JournalEvent } from './events.ts';
import { Notices } from './notices.ts';
import { type CreatedTask, heldFrom, type HeldOutput, type MadeTasks, type Reading, type ReadPart } from './outputs.ts';
import { Revisions } from './revisions.ts';
import { add, AGENT, AgentTable, columns, copyColumns, TASK, TaskTable, TIER } from './tables.ts';
import { TaskItems } from './task-items.ts';
import { AGENT_STATES, ENDPOINT_LOSSES, ENGINE_LOSSES, type RequeueReason } from './vocabulary.ts';
import { itemOf, type Place, type WorkItem } from './work-item.ts';

export { AGENT, TASK, TIER };

/** Why a turn waits again that was lost with its engine. */
export const ENGINE_LOST: ReadonlySet<RequeueReason> = new Set(ENGINE_LOSSES);
/** The same, where the engine is an endpoint: what a turn asked for is not what ended it. */
export const ENDPOINT_LOST: ReadonlySet<RequeueReason> = new Set(ENDPOINT_LOSSES);
/** Why one waits again through nobody's fault. */
export const BLAMELESS: ReadonlySet<RequeueReason> = new Set([
  ...ENGINE_LOSSES,
  ...ENDPOINT_LOSSES,
  'cancelled',
  'second-opinion',
  'called-back',
]);

/** No step of the flow takes the task. */
export const NOWHERE = 255;

/** Weight of the newest turn in an agent's health: the share of its recent turns that passed. */
const HEALTH_STEP = 0.3;

export interface RunTotals {
  results: number;
  failed: number;
  turns: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  retries: number;
  requeued: number;
  engineLosses: number;
}

/**
 * The state of a run: a fold of its events, in the running program and after a reload alike.
 *
 * Invariants:
 * - `apply` never throws; an event that makes no sense where it stands changes nothing but the place in the log.
 * - Nothing else changes it, but for what no event tells: an agent's tier, which whoever seats agents shows here, and counters that its cold
 *   record knows better where a piece of the log was set aside.
 * - A task that is over stays so, but for `task.reopened`; `totals.results + totals.failed` are those that are over, `open` the others.
 * - Tasks get the next number and keep it; agents are as many as at first.
 * - `held`, `parts` and `reads` have open tasks only.
 */
export class RunState {
  readonly tasks: TaskTable;
  readonly agents: AgentTable;
  /** Work items of tasks: where each stands, and how often it failed. */
  readonly items: TaskItems;
  /** Tasks that were not there at first, by their number. */
  readonly created = new Map<number, CreatedTask>();
  /** Steps of the flow that have made all their tasks, by their index among those that make any. */
  readonly made = new Map<number, MadeTasks>();
  /** Tasks that each of them has made so far. */
  readonly makes = new Map<number, number>();
  /** Outputs of finished steps, by task, in the order of steps. */
  readonly held = new Map<number, HeldOutput[]>();
  /** Parts of texts that were read, by task, as long as others of the same text are not. */
  readonly parts = new Map<number, readonly ReadPart[]>();
  /** What the newest turns of open tasks did not read, by task. */
  readonly reads = new Map<number, readonly Reading[]>();
  /** What agents are told and held to, as far as it was revised. */
  readonly revisions: Revisions;
  /** What a person is asked now. */
  readonly notices: Notices;
  /** Step of the flow at which each task of the input begins, `NOWHERE` where there is none; null: all at the first. */
  first: Uint8Array | null = null;
  readonly totals: RunTotals = {
    results: 0,
    failed: 0,
    turns: 0,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    retries: 0,
    requeued: 0,
    engineLosses: 0,
  };
  paused = false;
  cancelled = false;
  ended = false;
  /** What the last engine reported of itself, and its figures at the run's end; null before. */
  engineReport: unknown = null;
  figures: unknown = null;
  /** Number and run time of the last event. */
  seq = 0;
  at = 0;
  wall = 0;

  /** @param tasks those that the run begins with */
  constructor(tasks: number, agents: number, notices = new Notices(), revisions = new Revisions(agents)) {
    this.notices = notices;
    this.revisions = revisions;
    this.tasks = new TaskTable(tasks);
    this.items = new TaskItems(this.tasks);
    this.agents = new AgentTable(agents);
  }

  /**
   * The state before the first event.
   * @param first by task: the step at which it begins, or `NOWHERE`; null: all at the first
   */
  static begin(tasks: number, agents: number, first: Uint8Array | null): RunState {
    const state = new RunState(tasks, agents);
    state.first = first;
    for (let task = 0; task < (first?.length ?? 0); task++) state.tasks.step[task] = state.#firstOf(task);
    return state;
  }

  /** Whether no step takes the task: code alone ends it. */
  isIdle(task: number): boolean {
    return this.first?.[task] === NOWHERE;
  }

  get open(): number {
    return this.tasks.size - this.totals.results - this.totals.failed;
  }

  /** Bytes of its columns, roughly what a copy takes. */
  get bytes(): number {
    const all = [...columns(this.tasks), ...columns(this.agents)];
    return all.reduce((sum, [, column]) => sum + column.byteLength, this.revisions.bytes);
  }

  /** A state of its own that is as this one is now. */
  copy(): RunState {
    const { tasks, agents, items, created, made, makes, held, parts, reads, totals, notices, revisions, ...plain } =
      this;
    const copy = Object.assign(new RunState(tasks.size, agents.size, notices.copy(), revisions.copy()), plain);
    copyColumns(tasks, copy.tasks);
    copyColumns(agents, copy.agents);
    copy.items.copyFrom(items);
    for (const [task, one] of created) copy.created.set(task, one);
    for (const [maker, tasks] of made) copy.made.set(maker, tasks);
    for (const [maker, tasks] of makes) copy.makes.set(maker, tasks);
    for (const [task, outputs] of held) copy.held.set(task, [...outputs]);
    for (const [task, read] of parts) copy.parts.set(task, read);
    for (const [task, read] of reads) copy.reads.set(task, read);
    Object.assign(copy.totals, totals);
    return copy;
  }

  /** Whether the task has not ended yet. */
  isOpen(task: number): boolean {
    return task >= 0 && task < this.tasks.size && !this.#over(task);
  }

  apply(event: JournalEvent): void {
    this.seq = event.seq;
    this.at = event.at;
    this.wall = event.wall;
    this.notices.apply(event);
    if (event.type === 'task.created') {
      this.#create(event);
      return;
    }
    if (event.type === 'tasks.made') {
      const { maker, tasks, of } = event;
      if (!this.made.has(maker)) this.made.set(maker, { tasks, of });
      return;
    }
    if ('task' in event && event.task != null && !(event.task >= 0 && event.task < this.tasks.size)) return;
    // What code made, or ends, names no agent.
    const nobodys = 'agent' in event && event.agent === -1 && (this.#isByCode(event) || this.#endsIdle(event));
    if ('agent' in event && !nobodys && !(event.agent >= 0 && event.agent < this.agents.size)) return;
    const { tasks, agents, items, totals } = this;
    switch (event.type) {
      case 'run.resumed':
        this.ended = false;
        items.dropTurns();
        dropTurns(agents);
        break;
      case 'run.paused':
        this.paused = true;
        break;
      case 'run.continued':
        this.paused = false;
        break;
      case 'run.cancelled':
        this.cancelled = true;
        break;
      case 'run.ended':
        this.figures = event.figures ?? null;
        this.ended = true;
        endWork(agents);
        break;
      case 'engine.loaded':
        this.engineReport = event.report ?? null;
        break;
      case 'engine.lost':
        totals.engineLosses++;
        break;
      case 'definition.revised':
        this.revisions.apply(event);
        break;
      case 'task.assigned':
        if (this.#over(event.task)) break;
        this.#begin(event);
        items.assigned(this.#item(event, event.task), event.agent);
        break;
      case 'turn.started':
        beginTurn(agents, event.agent, event.model === undefined);
        break;
      case 'turn.ended': {
        const { prompt, cached, completion } = event.tokens;
        totals.turns++;
        totals.promptTokens += prompt;
        totals.cachedTokens += cached;
        totals.completionTokens += completion;
        if (!this.#over(event.task)) this.#read(event);
        add(tasks.tokens, event.task, prompt + completion);
        add(tasks.ms, event.task, event.ms);
        add(agents.turns, event.agent, 1);
        add(agents.promptTokens, event.agent, prompt);
        add(agents.completionTokens, event.agent, completion);
        add(agents.computeMs, event.agent, event.ms);
        const counts = event.finish !== 'cancelled' && event.finish !== 'error';
        const passed = event.rejected === undefined && !event.pending;
        const own = event.model === undefined;
        rest(agents, event.agent, counts && passed && own);
        if (counts && own && !event.pending) {
          const health = agents.health[event.agent] as number;
          agents.health[event.agent] = health + HEALTH_STEP * ((event.health ?? (passed ? 1 : 0)) - health);
        }
        break;
      }
      case 'task.retried':
        if (this.#over(event.task)) break;
        totals.retries++;
        items.waits(this.#item(event, event.task), { failed: true });
        break;
      case 'task.escalated':
        if ((!event.failed && !event.unrun) || this.#over(event.task)) break;
        items.waits(this.#item(event, event.task), { failed: event.failed === true });
        break;
      case 'task.requeued':
        if (this.#over(event.task)) break;
        totals.requeued++;
        items.waits(this.#item(event, event.task), { lost: !BLAMELESS.has(event.reason) });
        rest(agents, event.agent);
        break;
      case 'task.part':
        if (this.#over(event.task)) break;
        this.#part(event);
        break;
      case 'task.advanced':
        if (this.#over(event.task)) break;
        this.#advance(event);
        break;
      case 'task.committed':
        if (this.#over(event.task)) break;
        tasks.status[event.task] = TASK.committed;
        totals.results++;
        this.#end(event.task);
        break;
      case 'task.failed':
        if (this.#over(event.task)) break;
        tasks.status[event.task] = TASK.failed;
        totals.failed++;
        this.#end(event.task);
        break;
      case 'task.reopened':
        if (tasks.status[event.task] === TASK.committed) totals.results--;
        else if (tasks.status[event.task] === TASK.failed) totals.failed--;
        else break;
        tasks.attempts[event.task] = 0;
        items.restarted(event.task, this.created.get(event.task)?.stage ?? this.#firstOf(event.task));
        this.#forget(event.task);
        this.#hold(event.task);
        this.ended = false;
        break;
      case 'agent.state': {
        const state = AGENT_STATES.indexOf(event.to);
        if (state < 0) break;
        if (state === AGENT.recovering && agents.state[event.agent] !== AGENT.recovering)
          add(agents.restarts, event.agent, 1);
        agents.state[event.agent] = state;
        break;
      }
      case 'agent.held':
        agents.held[event.agent] = event.held ? 1 : 0;
        break;
      case 'heal.notice':
        // The task waits for a word; the attempt that failed last is counted here, as no retry will.
        if (event.of !== 'task' || event.task == null || this.#over(event.task)) break;
        items.waits(this.#item(event, event.task), { failed: !event.unrun });
        break;
      case 'heal.decided':
        if (event.decision !== 'retry' || event.task === null || this.#over(event.task)) break;
        add(tasks.attempts, event.task, items.renewed(this.#item(event, event.task)));
        break;
      default:
        break;
    }
  }

  #isByCode(event: JournalEvent): boolean {
    if (event.type !== 'task.committed') return event.type === 'task.advanced';
    const { task } = event;
    return isByCode(this.created.get(task)) || (this.held.get(task)?.some(({ agent }) => agent === -1) ?? false);
  }

  #over(task: number): boolean {
    return (this.tasks.status[task] as number) >= TASK.committed;
  }

  #endsIdle(event: JournalEvent): boolean {
    return event.type === 'task.committed' && this.isIdle(event.task);
  }

  #firstOf(task: number): number {
    return this.isIdle(task) ? 0 : (this.first?.[task] ?? 0);
  }

  #item(place: Place, task: number): WorkItem {
    return itemOf(task, place, this.tasks.step[task] as number);
  }

  #create(event: Extract<JournalEvent, { type: 'task.created' }>): void {
    const { task, from, text, stage, maker, group, cut, above, given, partial } = event;
    if (task !== this.tasks.size) return;
    this.tasks.add();
    this.tasks.step[task] = stage ?? 0;
    this.created.set(task, {
      from: from.filter((each) => each >= 0 && each < task),
      text,
      ...(stage !== undefined && { stage }),
      ...(maker !== undefined && { maker }),
      ...(group && { group }),
      ...(cut && { cut }),
      ...(above !== undefined && { above }),
      ...(given && { given }),
      ...(partial && { partial }),
    });
    if (maker !== undefined) this.makes.set(maker, (this.makes.get(maker) ?? 0) + 1);
    this.#hold(task);
    this.ended = false;
  }

  /** Its failures are over with it: the next part has attempts of its own. */
  #part(event: Extract<JournalEvent, { type: 'task.part' }>): void {
    const { task, next } = event;
    const item = this.#item(event, task);
    const { step, slot } = item;
    this.parts.set(task, [...(this.parts.get(task) ?? []), { step, slot, ...outputIn(event), next }]);
    this.items.waits(item);
    add(this.tasks.attempts, task, this.items.renewed(item));
  }

  #advance(event: Extract<JournalEvent, { type: 'task.advanced' }>): void {
    const { task, agent, next, attempts } = event;
    this.#begin(event);
    const item = this.#item(event, task);
    const held = this.held.get(task) ?? [];
    held.push({
      step: item.step,
      slot: item.slot,
      agent,
      ...outputIn(event),
      ...(event.edited && { edited: true }),
      ...(event.model !== undefined && { model: event.model }),
      ...(event.shared !== undefined && { shared: event.shared }),
      ...(event.missing && { missing: event.missing }),
    });
    this.held.set(task, held);
    const parts = this.parts.get(task)?.filter((each) => each.step !== item.step || each.slot !== item.slot) ?? [];
    if (parts.length > 0) this.parts.set(task, parts);
    else this.parts.delete(task);
    this.items.ended(item, next);
    this.tasks.attempts[task] = attempts;
  }

  /** An item of the input begins where its first turn is, or where it first has an output. */
  #begin({ task, stage }: { readonly task: number; readonly stage: number }): void {
    const { tasks } = this;
    const untouched = tasks.agent[task] === -1 && tasks.attempts[task] === 0 && !this.held.has(task);
    if (untouched && !this.created.has(task)) tasks.step[task] = stage;
  }

  /** What the task has from the beginning. */
  #hold(task: number): void {
    const held = heldFrom(this.created.get(task) ?? {});
    if (held) this.held.set(task, held);
  }

  #end(task: number): void {
    this.items.over(task);
    this.#forget(task);
  }

  #read(event: Extract<JournalEvent, { type: 'turn.ended' }>): void {
    const { read, dropped = 0 } = event;
    // A turn that never came to its prompt says nothing of it.
    if (event.finish === 'cancelled' || event.finish === 'error') return;
    const { step, slot } = this.#item(event, event.task);
    const before = this.reads.get(event.task)?.find((each) => each.step === step && each.slot === slot);
    const others = this.reads.get(event.task)?.filter((each) => each.step !== step || each.slot !== slot) ?? [];
    // Of the parts that had turns before; a part that is read once more counts once.
    const earlier =
      event.offset === undefined ? [] : (before?.read ?? []).filter(([from]) => from < (event.offset ?? 0));
    const now =
      read || dropped > 0 ? [...others, { step, slot, ...(read && { read: [...earlier, ...read] }), dropped }] : others;
    if (now.length > 0) this.reads.set(event.task, now);
    else this.reads.delete(event.task);
  }

  #forget(task: number): void {
    this.held.delete(task);
    this.parts.delete(task);
    this.reads.delete(task);
  }
}

/** Whether code made what the task is about, so that it may end without a turn. */
const isByCode = (task: CreatedTask | undefined): boolean => task?.group !== undefined || task?.given !== undefined;

/** A number that is no double (`1e400`) does not survive in the event's own output. */
function outputIn({ output, written }: { readonly output: unknown; readonly written?: string }): {
  readonly output: unknown;
  readonly written?: string;
} {
  return written === undefined ? { output } : { output: JSON.parse(written) as unknown, written };
}
