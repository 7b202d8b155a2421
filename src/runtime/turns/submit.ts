import type { ContextManager } from '../../agents/context.ts';
import { planTurn } from '../../agents/turn.ts';
import type { TurnProgress, TurnRequest } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import { partsOf } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { WorkItem } from '../../journal/work-item.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Keep } from '../../kernel/ranges.ts';
import type { Escalation } from '../../engine/escalation.ts';
import { type InFlightTurn, GRACE_MS } from './in-flight-turn.ts';
import type { InFlightTurns } from './in-flight-turns.ts';
import { readBy, readsItem } from '../tasks/result-row.ts';
import type { Definition } from '../definition/definition.ts';
import { contextOfTask, taskInput, type RunSetup, type RunStep } from '../definition/run-setup.ts';
import type { Residence } from '../../memory/residence.ts';
import type { Attempts } from '../tasks/attempts.ts';
import type { Settler } from './settler.ts';
import { TurnTracer } from './turn-trace.ts';
import type { TurnSupervision } from './turn-supervision.ts';

/** Before every role's own priority. */
const FIRST = -1;
/** Penalty on repetition for an agent that went round in circles. */
const STEADY_PENALTY = 1.15;
/** A bigger model may have to be loaded first, ms. */
const LOADING_MS = 600_000;

export interface SubmitterOptions {
  readonly clock: Clock;
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  /** Sets turns of one writer apart from those of another. */
  readonly fence: number;
  readonly contexts: ContextManager;
  readonly escalation: Escalation;
  readonly inFlight: InFlightTurns;
  readonly attempts: Attempts;
  readonly residence: Residence;
  readonly supervision: TurnSupervision;
  readonly settler: Settler;
  readonly tell: (event: EventBody) => unknown;
}

/**
 * Makes a turn of a task and an agent and puts it to an engine: the run's own, or the bigger model that the task is to have.
 *
 * Invariants:
 * - A turn is in flight and told as assigned before an engine hears of it; what an engine says of one that is not in flight is not heard.
 * - Names of turns are unique over all writers of a run: they begin with the fence.
 * - What is left to chance in a request is drawn by the run's seed, the item and its failures alone.
 */
export class Submitter {
  readonly #with: SubmitterOptions;
  /** Agents whose next turn samples with a penalty on repetition. */
  readonly #steadied = new Set<number>();
  #contextTokens = 0;
  #turns = 0;

  constructor(options: SubmitterOptions) {
    this.#with = options;
  }

  /** A fresh engine with that much room, tokens a sequence. */
  resize(contextTokens: number): void {
    this.#contextTokens = contextTokens;
  }

  /** The agent's next turn samples with a penalty on repetition. */
  steady(agent: number): void {
    this.#steadied.add(agent);
  }

  /** `proof`: it is to show that its agent is well, and waits for nobody. */
  submit(item: WorkItem, agent: number, proof = false): void {
    const { clock, plan, definition, state, fence, tell, attempts, inFlight, supervision, escalation } = this.#with;
    const { task, step, slot } = item;
    const place = plan.steps[step] as RunStep;
    const brief = definition.of(agent);
    // Until an agent on trial has passed, its mend is not proven.
    const first = proof || supervision.onTrial(agent);
    const { failures } = state.items.of(item);
    const id = `${String(fence)}-${String(++this.#turns)}`;
    const model = attempts.takeModel(item);
    const { seed, rules = 1 } = plan.settings;
    const whole = readBy(place, state.held.get(task), taskInput(plan, state, task).text);
    const offset = partsOf(state.parts.get(task), item).at(-1)?.next ?? 0;
    const text = { ...whole, item: whole.item.slice(offset) };
    const contextTokens = (model === null ? null : escalation.contextTokens(model)) ?? this.#contextTokens;
    const request = planTurn({
      id,
      agent,
      priority: first ? FIRST : place.priority,
      brief,
      ...text,
      // A bigger model begins as boldly as the first one did.
      failures: model === null ? failures : 0,
      goesOn: offset > 0,
      ...(readsItem(place) && { above: contextOfTask(plan, state, task) }),
      keep: keepOf(plan.input, place),
      trimmed: attempts.shrunk(item),
      contexts: this.#with.contexts,
      seedKey: seedKeyOf(seed, item),
    });
    const turn: InFlightTurn = {
      id,
      task,
      step,
      slot,
      brief,
      agent,
      failures,
      input: rules === 1 ? formerly(text.item) : text.item,
      whole: rules === 1 ? formerly(whole.item) : whole.item,
      offset,
      asked: request.messages.at(-1)?.content ?? '',
      elastic: request.elastic ?? NOTHING,
      contextTokens,
      submitted: clock.now(),
      tracer: new TurnTracer(clock),
      first,
      model,
      handle: null,
      watchdog: () => undefined,
      held: false,
      started: false,
      over: false,
      text: '',
      tokens: 0,
    };
    inFlight.add(turn);
    tell({
      type: 'task.assigned',
      task,
      agent,
      stage: step,
      ...(slot !== 0 && { slot }),
      attempt: failures + 1,
      ...(model !== null && { model }),
    });
    this.#watch(turn, request);
    if (model === null) supervision.began(turn);
    this.#send(turn, request);
  }

  /** An engine that lets it pass its deadline by far keeps none. */
  #watch(turn: InFlightTurn, { deadlineMs }: TurnRequest): void {
    const { clock, inFlight, settler } = this.#with;
    turn.watchdog();
    turn.watchdog = clock.timeout(deadlineMs + (turn.model === null ? GRACE_MS : LOADING_MS), () => {
      if (inFlight.holds(turn)) settler.overdue(turn);
    });
  }

  #send(turn: InFlightTurn, request: TurnRequest): void {
    const { inFlight, escalation, residence, supervision, settler } = this.#with;
    const { model, agent, id } = turn;
    const onProgress = ({ text, completionTokens }: TurnProgress): void => {
      if (!inFlight.holds(turn)) return;
      inFlight.begin(turn);
      turn.text = text;
      turn.tokens = completionTokens;
      turn.tracer.alive(completionTokens);
      if (model === null) supervision.alive(id, completionTokens, text);
    };
    // Nobody works on a turn that waits for its place at an endpoint: it is neither late nor silent.
    const onHeld = (held: boolean): void => {
      if (!inFlight.holds(turn) || held === turn.held) return;
      turn.held = held;
      turn.watchdog();
      if (!held) this.#watch(turn, request);
      if (model !== null) return;
      if (held) supervision.dropped(id);
      else supervision.began(turn);
    };
    turn.handle =
      model === null
        ? residence.submit(this.#sampled(request, agent), onProgress, onHeld)
        : escalation.submit(model, request, onProgress, onHeld);
    void turn.handle.done.then((outcome) => {
      if (inFlight.holds(turn)) settler.finish(turn, outcome);
    });
  }

  #sampled(request: TurnRequest, agent: number): TurnRequest {
    if (!this.#steadied.delete(agent)) return request;
    return { ...request, sampling: { ...request.sampling, repetitionPenalty: STEADY_PENALTY } };
  }
}

const NOTHING = { from: 0, to: 0 };

/** What stays of a text that does not fit. */
const keepOf = ({ long = 'head' }: RunSetup['input'], { review }: RunStep): Keep =>
  // A review is of the whole: what it cannot read of that is in the middle.
  long === 'split' ? (review ? 'middle' : 'head') : long;

/** A text as agents saw it under the first rules; what they copied then was copied from that. */
const formerly = (text: string): string => text.replaceAll('<|', '< |').replaceAll('|>', '| >');

/** Slots draw differently, or they would say the same. */
const seedKeyOf = (seed: number, { task, step, slot }: WorkItem): string =>
  [seed, task, step, ...(slot === 0 ? [] : [slot])].join('/');
