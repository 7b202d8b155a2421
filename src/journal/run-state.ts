import { type LifeEvent, type LifeFacts, nextState } from './agent-life.ts';
import type { JournalEvent } from './events.ts';
import { Notices } from './notices.ts';
import { add, AGENT, AGENT_NAMES, AgentTable, columns, copyColumns, TASK, TaskTable, TIER } from './tables.ts';

export { AGENT, AGENT_NAMES, TASK, TIER };

/** Errors that end the engine and not the turn alone; why a turn waits again that was lost with it. */
export const ENGINE_LOST: ReadonlySet<string> = new Set(['device-lost', 'worker-dead', 'out-of-memory']);
/** A person wanted it taken again. */
export const CALLED_BACK = 'called back by a person';
/** Why one waits again through nobody's fault. */
export const BLAMELESS: ReadonlySet<string> = new Set([...ENGINE_LOST, 'cancelled', 'second opinion', CALLED_BACK]);

/** Weight of the newest turn in an agent's health: the share of its recent turns that passed. */
const HEALTH_STEP = 0.3;

/** Output of a step that waits for the rest of the flow. */
export interface HeldOutput {
  readonly stage: number;
  readonly agent: number;
  readonly output: unknown;
  /** A person gave it. */
  readonly edited?: true;
  /** A bigger model gave it, in place of the run's own. */
  readonly model?: string;
}

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
 * The state of a run: a fold of its events, in the running program and after a reload alike. `apply` is the only way to change it and
 * never throws; an event that makes no sense where it stands changes nothing.
 */
export class RunState {
  readonly tasks: TaskTable;
  readonly agents: AgentTable;
  /** Outputs of finished steps, by task, in the order of steps. */
  readonly held = new Map<number, HeldOutput[]>();
  /** What a person is asked now. */
  readonly notices: Notices;
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

  constructor(tasks: number, agents: number, notices = new Notices()) {
    this.notices = notices;
    this.tasks = new TaskTable(tasks);
    this.agents = new AgentTable(agents);
  }

  get open(): number {
    return this.tasks.size - this.totals.results - this.totals.failed;
  }

  /** Bytes of its columns, roughly what a copy takes. */
  get bytes(): number {
    return [...columns(this.tasks), ...columns(this.agents)].reduce((sum, [, column]) => sum + column.byteLength, 0);
  }

  /** A state of its own that is as this one is now. */
  copy(): RunState {
    const { tasks, agents, held, totals, notices, ...plain } = this;
    const copy = Object.assign(new RunState(tasks.size, agents.size, notices.copy()), plain);
    copyColumns(tasks, copy.tasks);
    copyColumns(agents, copy.agents);
    for (const [task, outputs] of held) copy.held.set(task, [...outputs]);
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
    if ('task' in event && event.task != null && !(event.task >= 0 && event.task < this.tasks.size)) return;
    if ('agent' in event && !(event.agent >= 0 && event.agent < this.agents.size)) return;
    const { tasks, agents, totals } = this;
    switch (event.type) {
      case 'run.resumed':
        this.#dropTurns();
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
        this.#end();
        break;
      case 'engine.loaded':
        this.engineReport = event.report ?? null;
        break;
      case 'engine.lost':
        totals.engineLosses++;
        break;
      case 'task.assigned':
        if (this.#over(event.task)) break;
        tasks.status[event.task] = TASK.assigned;
        tasks.stage[event.task] = event.stage;
        tasks.agent[event.task] = event.agent;
        break;
      case 'turn.started':
        this.#move(event.agent, 'ASSIGN');
        agents.tier[event.agent] = TIER.hot;
        break;
      case 'turn.ended': {
        const { prompt, cached, completion } = event.tokens;
        totals.turns++;
        totals.promptTokens += prompt;
        totals.cachedTokens += cached;
        totals.completionTokens += completion;
        add(tasks.tokens, event.task, prompt + completion);
        add(tasks.ms, event.task, event.ms);
        add(agents.turns, event.agent, 1);
        add(agents.promptTokens, event.agent, prompt);
        add(agents.completionTokens, event.agent, completion);
        add(agents.computeMs, event.agent, event.ms);
        const counts = event.finish !== 'cancelled' && event.finish !== 'error';
        const passed = event.rejected === undefined && !event.pending;
        const own = event.model === undefined;
        this.#rest(event.agent, counts && passed && own);
        if (counts && own && !event.pending) {
          const health = agents.health[event.agent] as number;
          agents.health[event.agent] = health + HEALTH_STEP * ((event.health ?? (passed ? 1 : 0)) - health);
        }
        break;
      }
      case 'task.retried':
        if (this.#over(event.task)) break;
        totals.retries++;
        add(tasks.failures, event.task, 1);
        tasks.status[event.task] = TASK.pending;
        break;
      case 'task.escalated':
        if (!event.failed || this.#over(event.task)) break;
        add(tasks.failures, event.task, 1);
        tasks.status[event.task] = TASK.pending;
        break;
      case 'task.requeued':
        if (this.#over(event.task)) break;
        totals.requeued++;
        if (!BLAMELESS.has(event.reason) && tasks.losses[event.task] !== 255) add(tasks.losses, event.task, 1);
        tasks.status[event.task] = TASK.pending;
        this.#rest(event.agent);
        break;
      case 'task.advanced': {
        if (this.#over(event.task)) break;
        const held = this.held.get(event.task) ?? [];
        held.push({
          stage: event.stage,
          agent: event.agent,
          output: event.output,
          ...(event.edited && { edited: true }),
          ...(event.model !== undefined && { model: event.model }),
        });
        this.held.set(event.task, held);
        tasks.status[event.task] = TASK.pending;
        tasks.stage[event.task] = event.next;
        tasks.failures[event.task] = 0;
        tasks.losses[event.task] = 0;
        tasks.attempts[event.task] = event.attempts;
        break;
      }
      case 'task.committed':
        if (this.#over(event.task)) break;
        tasks.status[event.task] = TASK.committed;
        totals.results++;
        this.held.delete(event.task);
        break;
      case 'task.failed':
        if (this.#over(event.task)) break;
        tasks.status[event.task] = TASK.failed;
        totals.failed++;
        this.held.delete(event.task);
        break;
      case 'task.reopened':
        if (tasks.status[event.task] === TASK.committed) totals.results--;
        else if (tasks.status[event.task] === TASK.failed) totals.failed--;
        else break;
        this.#reset(event.task);
        this.ended = false;
        break;
      case 'agent.state': {
        const state = AGENT_NAMES.indexOf(event.to as (typeof AGENT_NAMES)[number]);
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
        add(tasks.failures, event.task, 1);
        tasks.status[event.task] = TASK.pending;
        break;
      case 'heal.decided':
        if (event.decision !== 'retry' || event.task === null || this.#over(event.task)) break;
        add(tasks.attempts, event.task, tasks.failures[event.task] as number);
        tasks.failures[event.task] = 0;
        tasks.losses[event.task] = 0;
        break;
      default:
        break;
    }
  }

  #over(task: number): boolean {
    return (this.tasks.status[task] as number) >= TASK.committed;
  }

  /** The agent's state after an event of its life; what is illegal where it stands changes nothing. */
  #move(agent: number, event: LifeEvent, facts: Partial<LifeFacts> = {}): void {
    const { state } = this.agents;
    state[agent] = nextState(state[agent] as number, event, facts) ?? (state[agent] as number);
  }

  /** The agent's turn is over. Whether a degraded one that passed is calm again, healing says. */
  #rest(agent: number, passed = false): void {
    this.#move(agent, passed ? 'PASS' : 'TURN_LOST');
    this.agents.tier[agent] = TIER.cold;
  }

  /** The program that ran these turns is gone. */
  #dropTurns(): void {
    this.ended = false;
    for (let task = 0; task < this.tasks.size; task++) {
      if (this.tasks.status[task] === TASK.assigned) this.tasks.status[task] = TASK.pending;
    }
    for (let agent = 0; agent < this.agents.size; agent++) {
      if (this.agents.state[agent] === AGENT.done) this.#move(agent, 'REVIVE');
      this.#rest(agent);
    }
  }

  #end(): void {
    this.ended = true;
    const { turns, size } = this.agents;
    for (let agent = 0; agent < size; agent++) this.#move(agent, 'RETIRE', { worked: (turns[agent] as number) > 0 });
  }

  #reset(task: number): void {
    const { tasks } = this;
    tasks.status[task] = TASK.pending;
    tasks.stage[task] = 0;
    tasks.failures[task] = 0;
    tasks.losses[task] = 0;
    tasks.attempts[task] = 0;
    this.held.delete(task);
  }
}
