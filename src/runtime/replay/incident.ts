/**
 * An incident: everything that a replay needs, and nothing that a person did not agree to hand on. It is JSON, version 1, in a link (`i1`) or
 * in a `.planaria` file; docs/links.md lists its keys. Only what this schema names fits in: no code, no address, no key, no tool.
 */
import * as v from 'valibot';
import { FAULT_KINDS } from '../../chaos/kinds.ts';
import { PLAN_ENTRIES, PLAN_MS } from '../../chaos/fault-plan.ts';
import { type JournalEvent, NOTICE_CHOICES } from '../../journal/events.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { RunRecord, RunSource } from '../../store/records.ts';
import { parseBounded } from '../../swarm/bounded-json.ts';
import { HUNG } from '../turns/in-flight-turn.ts';
import { SILENT } from '../supervision/orders.ts';
import { type RunSetup, setupOf, type RunSettings } from '../definition/run-setup.ts';
import type { IncidentFacts } from '../protocol/links.ts';
import {
  boundedRevisions,
  boundedTasks,
  CreatedTasks,
  problemInRevisions,
  schemasOfSteps,
  ToldRevisions,
} from './changes.ts';
import { inputOf } from './input-text.ts';
import { maskItems, maskTurns, maskActions } from './mask-run.ts';
import { pausedFor, type RecordedAction } from './operator-actions.ts';
import { type RecordedFault, type Recording, recordingOf } from './recording.ts';
import { fromColumns, toColumns, TurnColumns } from './turn-columns.ts';

const MAX_FAULTS = 10_000;
const MAX_HEALS = 50_000;
/** The end of the year 9999, wall time in milliseconds: later ones have no short name. */
const LAST_DATE = 253_402_300_799_999;
const MAX_ACTIONS = 10_000;
const MAX_OUTPUT = 100_000;
/** Turns beyond these are left out, and made up in the replay. */
const MAX_TURNS = 400_000;
/** A turn is 20 numbers and at most one text. */
const BOUNDS = { depth: 8, values: 20 * MAX_TURNS + 2_000_000 };

const ms = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(31 * 86_400_000));
const whole = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));
const short = v.pipe(v.string(), v.maxLength(500));
const named = v.strictObject({ name: v.pipe(v.string(), v.maxLength(255)), text: v.string() });

const Action = v.variant('do', [
  v.strictObject({
    do: v.literal('decide'),
    at: ms,
    of: v.picklist(['agent', 'task', 'engine', 'storage']),
    about: v.exactOptional(whole(1e9)),
    choice: v.picklist(NOTICE_CHOICES),
    task: v.exactOptional(whole(1e9)),
    stage: v.exactOptional(whole(64)),
    output: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_OUTPUT))),
  }),
  v.strictObject({
    do: v.literal('act'),
    at: ms,
    agent: whole(1e6),
    action: v.picklist(['retry', 'restart', 'pause', 'resume']),
  }),
  v.strictObject({ do: v.literal('endpoint'), at: ms, allowed: v.boolean() }),
  v.strictObject({ do: v.picklist(['pause', 'continue']), at: ms }),
]);

const IncidentSchema = v.strictObject({
  incident: v.literal(1),
  /** Version of Planaria that recorded it. */
  version: short,
  run: v.strictObject({
    startedAt: v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_DATE)),
    engine: v.picklist(['webllm', 'scripted']),
    model: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)),
    ms,
    mended: whole(1e9),
    /** A person ended it then; absent where nobody did. */
    cancelledAt: v.exactOptional(ms),
  }),
  swarm: named,
  settings: v.strictObject({
    seed: whole(Number.MAX_SAFE_INTEGER),
    vramMiB: whole(1024 * 1024),
    /** How long a question to a person waits; absent where nobody was to be asked. */
    askMs: v.exactOptional(ms),
  }),
  /** A file that the swarm file reads; `included` false: its items are placeholders. */
  input: v.strictObject({ ...named.entries, included: v.boolean() }),
  engines: v.pipe(
    v.array(
      v.strictObject({
        readyAt: ms,
        loadMs: ms,
        residents: v.pipe(whole(64), v.minValue(1)),
        contextTokens: whole(1e7),
        lost: v.nullable(v.strictObject({ at: ms, silentFrom: ms, code: short, message: short })),
      }),
    ),
    v.maxLength(MAX_FAULTS),
  ),
  seats: v.pipe(
    v.array(
      v.strictObject({ at: ms, from: whole(64), to: v.pipe(whole(64), v.minValue(1)), max: whole(64), because: short }),
    ),
    v.maxLength(MAX_FAULTS),
  ),
  /** What was changed while it went on; absent where nothing was. */
  created: v.exactOptional(CreatedTasks),
  revisions: v.exactOptional(ToldRevisions),
  faults: v.pipe(
    v.array(
      v.strictObject({
        kind: v.picklist(FAULT_KINDS),
        at: ms,
        agents: v.pipe(v.array(whole(1e6)), v.maxLength(1024)),
        detail: short,
        seed: whole(Number.MAX_SAFE_INTEGER),
        forMs: ms,
      }),
    ),
    v.maxLength(MAX_FAULTS),
  ),
  /** What people did; absent where nobody did anything. */
  words: v.exactOptional(v.pipe(v.array(Action), v.maxLength(MAX_ACTIONS))),
  /** Absent where it was never opened again. */
  reopens: v.exactOptional(v.pipe(v.array(ms), v.maxLength(MAX_FAULTS))),
  turns: TurnColumns,
  heals: v.pipe(v.array(short), v.maxLength(MAX_HEALS)),
});
type IncidentJson = v.InferOutput<typeof IncidentSchema>;

/** An incident, read: what can be replayed. */
export interface Incident {
  readonly source: RunSource;
  readonly plan: RunSetup;
  readonly recording: Recording;
  readonly facts: IncidentFacts;
  /** The input's file as in the run; null where there are only placeholders. */
  readonly input: RunSource['input'] | null;
}

/** What a run is stored as. */
export interface StoredRun {
  readonly record: RunRecord;
  readonly source: RunSource;
  readonly events: readonly JournalEvent[];
}

/**
 * @param withInput false: lines of the input are placeholders of the same length, and so is what agents took from them
 * @returns its JSON; throws where the stored swarm file cannot be read any more
 */
export function writeIncident({ record, source, events }: StoredRun, withInput: boolean): string {
  const planned = setupOf(source);
  if (!planned.ok) throw new Error(`The swarm file of run ${record.id} can no longer be read.`);
  const plan = planned.value;
  const recording = recordingOf(events, bySupervisor);
  const schemasOf = schemasOfSteps(plan, recording.revisions);
  const items = [...plan.items, ...recording.created.map(({ text }) => ({ line: 0, text }))];
  const masks = withInput ? items : maskItems(items, plan.input);
  const turns = withInput ? recording.turns : maskTurns(recording.turns, schemasOf, { items, masks });
  const actions = withInput ? recording.actions : maskActions(recording.actions, schemasOf, { items, masks });
  const created = boundedTasks(recording.created, masks.slice(plan.items.length));
  const revisions = boundedRevisions(recording.revisions, withInput);
  const { seed, vramMiB, askMs = 0, version, model } = plan.settings;
  const json: IncidentJson = {
    incident: 1,
    version,
    run: {
      startedAt: record.startedAt,
      engine: record.engine,
      model: model.id,
      ms: recording.ms,
      mended: recording.mended,
      ...(recording.cancelledAt !== null && { cancelledAt: recording.cancelledAt }),
    },
    swarm: { name: source.swarm.file, text: source.swarm.text },
    settings: { seed, vramMiB, ...(askMs > 0 && { askMs }) },
    input: {
      name: withInput ? source.input.name : 'placeholders',
      text: inputOf(masks.slice(0, plan.items.length), plan.input),
      included: withInput,
    },
    engines: recording.engines.slice(0, MAX_FAULTS).map((engine) => ({
      ...engine,
      lost: engine.lost && { ...engine.lost, message: engine.lost.message.slice(0, 500) },
    })),
    seats: recording.seats.slice(0, MAX_FAULTS),
    ...(created.length > 0 && { created }),
    ...(revisions.length > 0 && { revisions }),
    faults: recording.faults.filter(isKnown).slice(0, MAX_FAULTS).map(short500),
    ...(actions.length > 0 && { words: actions.filter(isShort).slice(0, MAX_ACTIONS) }),
    ...(recording.reopens.length > 0 && { reopens: recording.reopens.slice(0, MAX_FAULTS) }),
    // Finer than a clock trembles would be noise that costs bytes.
    turns: toColumns(turns.slice(0, MAX_TURNS), recording.exact ? 1000 : 1),
    heals: recording.heals.slice(0, MAX_HEALS),
  };
  return JSON.stringify(json);
}

/** Fails with one sentence where it is no incident that this version knows. */
export function readIncident(text: string): Result<Incident, string> {
  const given = parseBounded(text, BOUNDS);
  if (!given.ok) return given;
  const parsed = v.safeParse(IncidentSchema, given.value, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return err(`${v.getDotPath(issue) ?? 'The incident'}: ${issue.message}`);
  }
  const json = parsed.output;
  const { run, swarm, input, version } = json;
  const settings: RunSettings = {
    engine: 'scripted',
    model: { id: run.model },
    limit: null,
    version,
    ...json.settings,
  };
  const source: RunSource = {
    swarm: { file: swarm.name, text: swarm.text },
    input: { name: input.name, text: input.text },
    settings: settings as unknown as RunSource['settings'],
  };
  const planned = setupOf(source);
  if (!planned.ok) return err(planned.error[0]?.message ?? 'Its swarm file cannot be read.');
  const plan = planned.value;
  const problem = problemInRevisions(plan, json.revisions ?? []);
  if (problem !== null) return err(`revisions: ${problem}`);
  const turns = fromColumns(json.turns);
  const recording: Recording = {
    turns,
    engines: json.engines,
    seats: json.seats,
    created: json.created ?? [],
    revisions: json.revisions ?? [],
    faults: json.faults,
    actions: json.words ?? [],
    heals: json.heals,
    mended: run.mended,
    cancelledAt: run.cancelledAt ?? null,
    exact: json.turns.unit === 1000,
    reopens: json.reopens ?? [],
    ms: run.ms,
  };
  const worked = (at: number): number => Math.max(0, at - pausedFor(recording.actions, at));
  const facts: IncidentFacts = {
    name: plan.summary.name,
    startedAt: run.startedAt,
    engine: run.engine,
    modelId: run.model,
    seed: json.settings.seed,
    agents: plan.layout.agents,
    tasks: plan.items.length + recording.created.length,
    turns: turns.length,
    ms: worked(run.ms),
    faults: json.faults.map(({ kind, at, agents }) => ({ kind, at: worked(at), agents })),
    actions: recording.actions.length,
    mended: run.mended,
    inputIncluded: input.included,
    version,
  };
  return ok({ source, plan, recording, facts, input: input.included ? source.input : null });
}

/** The faults that landed, as a fault plan (docs/faults.md) that a live run can be given: what of them such a plan may hold; null: nothing. */
export function faultPlanOf({ recording, facts, plan }: Incident): string | null {
  const timed = recording.faults.map((fault) => ({
    ...fault,
    at: Math.max(0, Math.round(fault.at - pausedFor(recording.actions, fault.at))),
  }));
  const faults = timed
    .filter(({ at }) => at <= PLAN_MS)
    .slice(0, PLAN_ENTRIES)
    .map(({ kind, at, agents, forMs }) => ({
      kind,
      at,
      ...(agents.length === 1 && (agents[0] ?? 0) < plan.layout.agents && { target: { agent: agents[0] } }),
      ...(forMs > 0 && { for: Math.min(PLAN_MS, Math.round(forMs)) }),
    }));
  if (faults.length === 0) return null;
  return JSON.stringify({ 'planaria-faults': 1, name: facts.name.slice(0, 80), seed: facts.seed, faults });
}

/** Losses of the engine that its supervisor declared: in a replay it does so again. */
const bySupervisor = (message: string): boolean => message === SILENT.message || message === HUNG.message;

const isKnown = (fault: RecordedFault): fault is RecordedFault & { kind: (typeof FAULT_KINDS)[number] } =>
  FAULT_KINDS.some((kind) => kind === fault.kind);

const isShort = (action: RecordedAction): boolean =>
  action.do !== 'decide' || (action.output?.length ?? 0) <= MAX_OUTPUT;

const short500 = <T extends RecordedFault>(fault: T) => ({
  ...fault,
  agents: fault.agents.slice(0, 1024),
  detail: fault.detail.slice(0, 500),
});
