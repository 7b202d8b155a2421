/** From a run's log to what a replay plays: each turn's outcome, the engine's lives, the faults that landed, what healing did. */
import type { EngineLoss } from '../../journal/engine-events.ts';
import type { JournalEvent } from '../../journal/events.ts';
import type { Diagnosis, FaultKind, RecoveryAction } from '../../journal/vocabulary.ts';
import { ItemMap, type WorkItem } from '../../journal/work-item.ts';
import { ChoiceReader } from './choices.ts';
import { CutReader, type RecordedCuts, type RecordedMerge, type RecordedMergeTurn } from './cuts.ts';
import { type RecordedAction, ActionReader } from './operator-actions.ts';
import type { RecordedEngine, RecordedFault, RecordedRevision, RecordedSeats, RecordedTask } from './recorded.ts';
import { RunClock } from './run-clock.ts';
import { cutOff, ended, type RecordedTurn, SILENT_TURN } from './recorded-turn.ts';
import type { RecordedChoice } from '../tasks/choice-maker.ts';
import type { RecordedShare } from '../tasks/sharing.ts';
import { TaskSteps } from './task-steps.ts';

/** What healing did, and to whom (a row, or -1); with a step of the ladder where one was taken. */
export type HealStep =
  | readonly ['suspected', agent: number, fault: Diagnosis]
  | readonly ['ordered' | 'mended', agent: number, fault: Diagnosis, action: RecoveryAction];

export interface Recording {
  /** By task, then step, then time. */
  readonly turns: readonly RecordedTurn[];
  readonly engines: readonly RecordedEngine[];
  readonly seats: readonly RecordedSeats[];
  readonly created: readonly RecordedTask[];
  readonly revisions: readonly RecordedRevision[];
  /** Who was not asked, and whose answer it had. */
  readonly shares: readonly RecordedShare[];
  /** Texts that were split, and what outputs of their parts came to by code. */
  readonly cuts: readonly RecordedCuts[];
  readonly merges: readonly RecordedMerge[];
  readonly mergeTurns: readonly RecordedMergeTurn[];
  /** What steps chose of what others gave. */
  readonly choices: readonly RecordedChoice[];
  readonly faults: readonly RecordedFault[];
  /** What people did, in order. */
  readonly actions: readonly RecordedAction[];
  /** What healing did, in order. */
  readonly heals: readonly HealStep[];
  readonly mended: number;
  /** When a person ended it; null where nobody did. */
  readonly cancelledAt: number | null;
  /** Whether times are exact, as on a virtual clock; else they tremble by milliseconds. */
  readonly exact: boolean;
  /** When it was opened again: after a reload, in another tab, or because a stored record had gone bad. */
  readonly reopens: readonly number[];
  /** Milliseconds of the whole run, without the time in which it was not open. */
  readonly ms: number;
}

/** Faults that end the engine; it says nothing more from the moment they strike. */
const ENGINE_FAULTS: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'worker-kill',
  'device-lost',
  'device-lost-twice',
  'out-of-memory',
]);

/** Far less than any time that a supervisor looks at, ms. */
const APART_MS = 0.001;
/** What people do. */
const ACTIONS: ReadonlySet<JournalEvent['type']> = new Set([
  'heal.decided',
  'agent.held',
  'agent.asked',
  'endpoint.allowed',
  'run.paused',
  'run.continued',
]);

/** What an event of healing comes to, for comparison; null for other events. */
export function healStep(event: JournalEvent): HealStep | null {
  switch (event.type) {
    case 'heal.suspected':
      return ['suspected', event.agent, event.fault];
    case 'heal.ordered':
      return ['ordered', event.agent, event.fault, event.action];
    case 'heal.mended':
      return ['mended', event.agent, event.fault, event.action];
    default:
      return null;
  }
}

/** Equal for equal steps. */
export const stepKey = (step: HealStep): string => step.join(' ');

/** An engine that its supervisor gave up, for what it saw of it: in a replay it does so again. */
const bySupervisor = ({ by }: EngineLoss): boolean => by === 'silence' || by === 'deadline';

interface Open extends RecordedTurn {
  readonly order: number;
}

type EngineReport = { readonly residents?: number; readonly model?: { readonly contextTokens?: number } } | undefined;

/** @param events the whole log, in order */
export function recordingOf(events: readonly JournalEvent[]): Recording {
  const clock = new RunClock();
  const turns: Open[] = [];
  const steps = new TaskSteps();
  /** The item's last submission; its place in `turns`. */
  const last = new ItemMap<number>();
  const dropped = new Set<number>();
  /** Called back because the run was paused, since it was last. */
  let recalled: number[] = [];
  const open = new Set<number>();
  /** Ends of which the log says too little: earlier versions, and logs that were trimmed. */
  const guessed = new Set<number>();
  const engines: RecordedEngine[] = [];
  const seats: RecordedSeats[] = [];
  const created: RecordedTask[] = [];
  const revisions: RecordedRevision[] = [];
  const shares = new ItemMap<RecordedShare>();
  const faults: RecordedFault[] = [];
  const people = new ActionReader();
  const parts = new CutReader();
  const choices = new ChoiceReader();
  const heals: HealStep[] = [];
  const reopens: number[] = [];
  /** When the item's turn gave its first sign of life. */
  const started = new ItemMap<number>();
  let cancelledAt: number | null = null;
  let exact = false;
  let mended = 0;
  let ms = 0;
  const change = (item: WorkItem, how: Partial<RecordedTurn>): void => {
    const at = last.get(item);
    const turn = at === undefined ? undefined : turns[at];
    if (at !== undefined && turn) turns[at] = { ...turn, ...how };
  };

  /** What a replay does by a timer of its own, when it did so last: in the order of the log, also where a clock had them at one moment. */
  let doneAt = Number.NEGATIVE_INFINITY;
  let before = 0;
  const next = (): number => (doneAt = Math.max(before === ms ? ms + APART_MS : ms, doneAt + APART_MS));

  for (const event of events) {
    before = ms;
    ms = clock.at(event);
    parts.hear(event);
    choices.hear(event);
    people.hear(event, ACTIONS.has(event.type) ? next() : ms);
    // Clocks of machines tell whole milliseconds.
    exact ||= !Number.isInteger(event.wall);
    const step = healStep(event);
    if (step) heals.push(step);
    switch (event.type) {
      case 'task.assigned': {
        const item = steps.itemOf(event);
        // One at a time: the one before is over, however that came about.
        open.delete(last.get(item) ?? -1);
        last.set(item, turns.length);
        started.delete(item);
        open.add(turns.length);
        turns.push({ ...SILENT_TURN, at: ms, ...item, order: turns.length });
        shares.delete(item);
        break;
      }
      case 'turn.started':
        started.set(steps.itemOf(event), ms);
        break;
      case 'turn.ended': {
        const item = steps.itemOf(event);
        open.delete(last.get(item) ?? -1);
        if (!event.trace) guessed.add(last.get(item) ?? -1);
        change(item, ended(event));
        break;
      }
      case 'task.advanced': {
        const item = steps.itemOf(event);
        open.delete(last.get(item) ?? -1);
        if (event.shared !== undefined) {
          // Of a log that was trimmed nobody knows it any more.
          const text = event.output === null ? null : writtenOf(event);
          // What was asked once, before its row was lost, is asked again.
          if (last.get(item) === undefined) shares.set(item, { ...item, from: event.shared, text });
          break;
        }
        // A person's word, or a review that failed.
        if (event.edited || event.output === null) break;
        if (turns[last.get(item) ?? -1]?.text === '') change(item, { text: writtenOf(event) });
        break;
      }
      case 'task.part': {
        const item = steps.itemOf(event);
        open.delete(last.get(item) ?? -1);
        if (turns[last.get(item) ?? -1]?.text === '') change(item, { text: writtenOf(event) });
        break;
      }
      // Where a turn never spoke, nothing but this says that it is over.
      case 'task.retried':
      case 'task.escalated':
        open.delete(last.get(steps.itemOf(event)) ?? -1);
        break;
      case 'task.committed':
      case 'task.failed':
        for (const at of open) if (turns[at]?.task === event.task) open.delete(at);
        break;
      case 'task.requeued': {
        const at = last.get(steps.itemOf(event)) ?? -1;
        open.delete(at);
        if (event.reason === 'cancelled') recalled.push(at);
        break;
      }
      case 'run.paused':
        recalled = [];
        break;
      case 'run.resumed':
        reopens.push(before);
        for (const at of open) {
          const turn = turns[at] as Open;
          turns[at] = { ...turn, ...cutOff(turn.at, started.get(turn), before) };
        }
        open.clear();
        break;
      case 'engine.loaded': {
        const report = event.report as EngineReport;
        engines.push({
          readyAt: ms,
          loadMs: event.ms,
          residents: report?.residents ?? 1,
          contextTokens: report?.model?.contextTokens ?? 1024,
          lost: null,
        });
        break;
      }
      case 'engine.lost': {
        const engine = engines.at(-1);
        if (!engine || bySupervisor(event)) break;
        const fault = faults.findLast(({ kind }) => ENGINE_FAULTS.has(kind));
        const earlier = engines.length > 1 ? (engines.at(-2)?.lost?.at ?? 0) : 0;
        const silentFrom = fault && fault.at > earlier ? Math.min(fault.at, ms) : ms;
        const { code, by, detail } = event;
        engines[engines.length - 1] = { ...engine, lost: { at: next(), silentFrom, loss: { code, by, detail } } };
        break;
      }
      case 'seats.changed': {
        const { from, to, max, because } = event;
        seats.push({ at: next(), from, to, max, because });
        break;
      }
      case 'task.created': {
        const { from, text, stage, maker } = event;
        // Steps of the flow make theirs in the replay as well.
        if (maker !== undefined) break;
        created.push({ at: next(), from, text, ...(stage !== undefined && { stage }) });
        break;
      }
      case 'definition.revised': {
        const { revision, from = 0, roles = {}, agents } = event;
        revisions.push({ at: next(), revision, from, roles, agents });
        break;
      }
      case 'fault.injected': {
        const { kind, agents, detail, seed = 1, forMs = 0 } = event;
        faults.push({ kind, at: next(), agents, detail, seed, forMs });
        break;
      }
      case 'run.cancelled':
        cancelledAt = next();
        break;
      case 'heal.mended':
        mended++;
        break;
      default:
        break;
    }
    steps.hear(event);
  }
  // Still under way when the log was read: nobody knows how they went on.
  for (const at of open) dropped.add(at);
  const actions = [...people.actions];
  const lastPause = actions.findLastIndex(({ do: did }) => did === 'pause' || did === 'continue');
  if (actions[lastPause]?.do === 'pause' && cancelledAt === null) {
    // Nor how long it was to wait: its replay goes on.
    actions.splice(lastPause, 1);
    for (const at of recalled) dropped.add(at);
  }
  // Without its answer a turn is better made up than played.
  const kept = turns.filter(({ order, text }) => !dropped.has(order) && !(guessed.has(order) && text === ''));
  kept.sort((a, b) => a.task - b.task || a.step - b.step || a.order - b.order);
  return {
    turns: kept.map(({ order: _, ...turn }) => turn),
    engines,
    seats,
    created,
    revisions,
    cuts: parts.cuts,
    merges: parts.merges,
    mergeTurns: parts.mergeTurns,
    choices: choices.choices,
    shares: shares.values().filter(({ step, from }) => !shares.get({ task: from, step, slot: 0 })),
    faults,
    actions,
    heals,
    mended,
    cancelledAt,
    exact,
    reopens,
    ms,
  };
}

const writtenOf = ({ output, written }: { readonly output: unknown; readonly written?: string }): string =>
  typeof output === 'string' ? output : (written ?? JSON.stringify(output));
