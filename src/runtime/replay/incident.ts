/**
 * An incident: everything that a replay needs, and nothing that a person did not agree to hand on. It is JSON, in a link or in a
 * `.planaria` file; docs/links.md lists its keys. Only what its schema names fits in: no code, no address, no key, no tool. It is written as
 * version 2, and read as that or as version 1.
 */
import * as v from 'valibot';
import { PLAN_ENTRIES, PLAN_MS } from '../../chaos/fault-plan.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { RunRecord, RunSource } from '../../store/records.ts';
import { parseBounded, sayJsonFault } from '../../swarm/bounded-json.ts';
import { BOUNDS } from '../../swarm/container.ts';
import { cutText, formatDiagnostic, MAX_MESSAGE } from '../../swarm/diagnostic.ts';
import { writeItems } from '../../swarm/input/items.ts';
import type { InputItem } from '../../swarm/input/read-input.ts';
import { type RunSetup, setupOf, type RunSettings } from '../definition/run-setup.ts';
import type { IncidentFacts, LinkProblem } from '../protocol/links.ts';
import {
  type IncidentJson,
  IncidentSchema,
  IncidentSchemaV1,
  MAX_FAULTS,
  MAX_HEALS,
  MAX_OUTPUT,
  MAX_TEXT,
  MAX_TURNS,
  MAX_ACTIONS,
} from './incident-schema.ts';
import { fromV1 } from './incident-v1.ts';
import { boundedRevisions, boundedTasks, problemInRevisions, schemasOfSteps } from './changes.ts';
import { problemInChoices, toldPicks } from './choices.ts';
import { inputOf, needItems } from './input-text.ts';
import { boundedMerges, fromCutColumns, fromMergeTurns, toCutColumns, toMergeTurns } from './cuts.ts';
import { MaskedItems, maskItems, maskMerges, maskShares, maskTurns, maskActions, outputsOf } from './mask-run.ts';
import { maskFields, wholeFields } from './mask-fields.ts';
import { pausedFor, type RecordedAction } from './operator-actions.ts';
import { type Recording, recordingOf } from './recording.ts';
import { fromSharedColumns, problemInShares, toSharedColumns } from './shares.ts';
import { fromColumns, toColumns } from './turn-columns.ts';

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
  const recording = recordingOf(events);
  const outputs = outputsOf(plan, schemasOfSteps(plan, recording.revisions));
  const items = itemsByTask(plan, events);
  const sources = sourcesOf(events);
  const masks = withInput ? items : maskItems(items, plan.input);
  const masked = new MaskedItems({ plan, items, masks, cuts: recording.cuts, sources });
  const turns = withInput ? recording.turns : maskTurns(recording.turns, outputs, masked);
  const actions = withInput ? recording.actions : maskActions(recording.actions, outputs, masked);
  const shares = withInput ? recording.shares : maskShares(recording.shares, recording.turns, outputs, masked);
  const cuts = toCutColumns(recording.cuts);
  const mergeTurns = toMergeTurns(recording.mergeTurns);
  // With the input it comes to the same again.
  const merged = withInput ? [] : boundedMerges(maskMerges(recording.merges, outputs, masked));
  const shared = toSharedColumns(shares);
  const created = boundedTasks(recording.created, masksOfCreated(events, masks));
  const picked = toldPicks(plan);
  const revisions = boundedRevisions(recording.revisions, withInput);
  const given = masks.slice(0, plan.items.length);
  const handed = withInput ? wholeFields(plan) : maskFields(plan);
  // Of a file, items that no step takes would be missed.
  const asItems = plan.tasks.taken !== null || handed.values !== null || needItems(given, plan.input);
  const { seed, vramMiB, askMs = 0, version, model, rules } = plan.settings;
  const json: IncidentJson = {
    incident: 2,
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
    settings: { seed, vramMiB, ...(askMs > 0 && { askMs }), ...(rules === 2 && { rules }) },
    input: {
      name: withInput ? source.input.name : 'placeholders',
      text: asItems ? writeItems(given, handed.values) : inputOf(given, plan.input),
      included: withInput,
      ...(asItems && { items: true as const }),
      ...(handed.verdicts.length > 0 && {
        fields: [...handed.verdicts] as NonNullable<IncidentJson['input']['fields']>,
      }),
    },
    engines: recording.engines.slice(0, MAX_FAULTS).map((engine) => ({
      ...engine,
      lost: engine.lost && { ...engine.lost, loss: shortOf(engine.lost.loss) },
    })),
    seats: recording.seats.slice(0, MAX_FAULTS).map((seats) => ({ ...seats, because: shortOf(seats.because) })),
    faults: recording.faults.slice(0, MAX_FAULTS).map((fault) => ({
      ...fault,
      agents: fault.agents.slice(0, 1024),
      detail: shortOf(fault.detail),
    })),
    ...(created.length > 0 && { created }),
    ...(revisions.length > 0 && { revisions }),
    ...(shared && { shared }),
    ...(cuts && { cuts }),
    ...(merged.length > 0 && { merged }),
    ...(mergeTurns && { mergeTurns }),
    ...(recording.choices.length > 0 && {
      chosen: recording.choices.map(({ maker, places, of }) => ({ maker, places: [...places], of })),
    }),
    ...(picked && { picked }),
    ...(actions.length > 0 && { words: actions.filter(isShort).slice(0, MAX_ACTIONS) }),
    ...(recording.reopens.length > 0 && { reopens: recording.reopens.slice(0, MAX_FAULTS) }),
    // Finer than a clock trembles would be noise that costs bytes.
    turns: toColumns(turns.slice(0, MAX_TURNS), recording.exact ? 1000 : 1),
    heals: recording.heals.slice(0, MAX_HEALS).map((step) => [...step] as IncidentJson['heals'][number]),
  };
  return JSON.stringify(json);
}

/** What each task is about; of those that steps made, it is known here only of what was chosen. */
function itemsByTask(plan: RunSetup, events: readonly JournalEvent[]): InputItem[] {
  const items: InputItem[] = [...plan.items];
  for (const event of events) {
    if (event.type !== 'task.created') continue;
    const { task, text, maker, given, from } = event;
    const own = maker === undefined ? text : '';
    items[task] = (given && items[from[0] ?? -1]) ?? { line: 0, text: own };
  }
  return items;
}

/** What tasks were chosen of. */
function sourcesOf(events: readonly JournalEvent[]): Map<number, number> {
  const sources = new Map<number, number>();
  for (const event of events) {
    if (event.type !== 'task.created' || !event.given) continue;
    const [source] = event.from;
    if (source !== undefined) sources.set(event.task, source);
  }
  return sources;
}

const masksOfCreated = (events: readonly JournalEvent[], masks: readonly InputItem[]): InputItem[] =>
  events.flatMap((event) =>
    event.type === 'task.created' && event.maker === undefined ? (masks[event.task] ?? []) : [],
  );

/** Why a text is no incident that can be replayed; `unknown-version`: a newer Planaria made it. */
export interface IncidentProblem {
  readonly problem: Extract<LinkProblem, 'not-ours' | 'unknown-version'>;
  /** The checker's own words. */
  readonly detail: string;
}

const notOurs = (detail: string): Result<never, IncidentProblem> =>
  err({ problem: 'not-ours', detail: cutText(detail, MAX_MESSAGE) });

export function readIncident(text: string): Result<Incident, IncidentProblem> {
  const given = parseBounded(text, BOUNDS.incident);
  if (!given.ok) return notOurs(sayJsonFault(given.error));
  const version = versionOf(given.value);
  if (version > 2) return err({ problem: 'unknown-version', detail: `incident: ${String(version)}` });
  const json = version === 1 ? parsed(IncidentSchemaV1, given.value) : parsed(IncidentSchema, given.value);
  if (!json.ok) return notOurs(json.error);
  return incidentOf(json.value.incident === 1 ? fromV1(json.value) : json.value);
}

/** 0 where it says none. */
function versionOf(given: unknown): number {
  const version = typeof given === 'object' && given !== null && 'incident' in given ? given.incident : 0;
  return Number.isSafeInteger(version) ? Number(version) : 0;
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, given: unknown): Result<v.InferOutput<Schema>, string> {
  const parse = v.safeParse(schema, given, { abortEarly: true });
  if (parse.success) return ok(parse.output);
  const [issue] = parse.issues;
  return err(`${cutText(v.getDotPath(issue) ?? 'The incident', 200)}: ${cutText(issue.message, 300)}`);
}

function incidentOf(json: IncidentJson): Result<Incident, IncidentProblem> {
  const { run, swarm, input, version } = json;
  const settings: RunSettings = {
    engine: 'scripted',
    model: { id: run.model },
    limit: null,
    version,
    ...json.settings,
    ...(input.items && { reading: 'items' as const }),
    ...(json.picked && { picked: json.picked }),
    ...(input.fields && { verdicts: input.fields }),
  };
  const source: RunSource = {
    swarm: { file: swarm.name, text: swarm.text },
    input: { name: input.name, text: input.text },
    settings: settings as unknown as RunSource['settings'],
  };
  const planned = setupOf(source);
  if (!planned.ok) {
    const [first] = planned.error;
    return notOurs(first ? formatDiagnostic(first) : 'Its swarm file cannot be read.');
  }
  const plan = planned.value;
  const problem = problemInRevisions(plan, json.revisions ?? []);
  if (problem !== null) return notOurs(`revisions: ${problem}`);
  const nowhere = json.created?.findIndex(({ stage = 0 }) => stage >= plan.steps.length) ?? -1;
  if (nowhere >= 0) return notOurs(`created.${String(nowhere)}.stage: the flow has no such step`);
  const shares = fromSharedColumns(json.shared);
  const unshared = problemInShares(plan, shares);
  if (unshared !== null) return notOurs(`shared: ${unshared}`);
  const choices = json.chosen ?? [];
  const unchosen = problemInChoices(plan, choices);
  if (unchosen !== null) return notOurs(`chosen: ${unchosen}`);
  const turns = fromColumns(json.turns);
  const recording: Recording = {
    turns,
    engines: json.engines,
    seats: json.seats,
    created: json.created ?? [],
    revisions: json.revisions ?? [],
    shares,
    cuts: fromCutColumns(json.cuts),
    mergeTurns: fromMergeTurns(json.mergeTurns),
    merges: (json.merged ?? []).map(({ task, stage: step, text }) => ({ task, step, text })),
    choices,
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
  const file = input.items ? { name: input.name, text: inputOf([...plan.items], plan.input, plan) } : source.input;
  return ok({ source, plan, recording, facts, input: input.included ? file : null });
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

const isShort = (action: RecordedAction): boolean =>
  action.do !== 'decide' || (action.output?.length ?? 0) <= MAX_OUTPUT;

/** Text from elsewhere, no longer than fits. */
function shortOf<Code extends object>(code: Code): Code {
  const entries = Object.entries(code).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
  ]);
  return Object.fromEntries(entries) as Code;
}
