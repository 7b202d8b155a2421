import { instructionSigns } from '../../agents/instruction-signs.ts';
import type { TurnRules } from '../../agents/verdict.ts';
import type { MemoryBudget, ModelSource } from '../../engine/contract.ts';
import { type HeldOutput, outputOf } from '../../journal/outputs.ts';
import { NOWHERE, type RunState } from '../../journal/run-state.ts';
import type { InstructionSign } from '../../journal/vocabulary.ts';
import type { Result } from '../../kernel/result.ts';
import { err, ok } from '../../kernel/result.ts';
import type { RunSource } from '../../store/records.ts';
import { expand, type Layout } from '../../swarm/expand.ts';
import type { Decoding } from '../../swarm/input/decode.ts';
import { readItems } from '../../swarm/input/items.ts';
import type { InputNote } from '../../swarm/input/notes.ts';
import { ItemTable } from '../../swarm/input/item-table.ts';
import { type InputItem, readTable, type ReadTable, type SkippedRecord } from '../../swarm/input/read-input.ts';
import type { Reading } from '../../swarm/input/sink.ts';
import { MAX_STEPS, type Swarm } from '../../swarm/model.ts';
import { parseSwarm } from '../../swarm/parse.ts';
import { REMOTE_MODEL } from '../../swarm/remote-model.ts';
import { type ReportPlan, reportPlan } from '../../swarm/report-plan.ts';
import { admits, goesThrough, planTasks } from '../../swarm/flow.ts';
import { type FlowStep, meets, type OutputPlace, type TaskPlan } from '../../swarm/task-plan.ts';
import { type ItemFields, itemFields, NO_FIELDS } from '../../swarm/input/item-fields.ts';
import { fieldsNamed, yearOf } from '../../swarm/input-names.ts';
import type { ItemValues } from '../../swarm/where.ts';
import { contextOf, type PartRecord } from '../../swarm/split.ts';
import { summarize } from '../../swarm/summary.ts';
import type { GroupRecord } from '../../swarm/groups.ts';
import { type FieldVerdicts, verdictsOf } from './field-tests.ts';
import type { Diagnostic, StartRequest, SwarmSummary } from '../protocol/protocol.ts';

/** The start request with every choice made; stored with the run, so that a reload plans the same. */
export interface RunSettings {
  /** `remote`: all agents work at an endpoint that a person names in each tab anew; its address is stored nowhere. */
  readonly engine: StartRequest['engine'] | 'remote';
  readonly model: ModelSource;
  readonly seed: number;
  /** Null: all items. */
  readonly limit: number | null;
  readonly vramMiB: number;
  /** How long a task that has failed all its attempts waits for a person's word, ms; 0, or absent in runs of earlier versions: not at all. */
  readonly askMs?: number;
  /** Version of Planaria that started the run. */
  readonly version: string;
  /**
   * Rules by which the input was read, and is as long as the run is stored; absent in runs of earlier versions: 1. `items`: it is no file of the
   * swarm's own format but items as an incident hands them on.
   */
  readonly reading?: Reading | 'items';
  /** Rules by which turns are judged; absent in runs of earlier versions: 1. */
  readonly rules?: TurnRules;
  /** Of an incident: items that steps chose of the input, for each its choice, by place among the items there are. */
  readonly picked?: readonly (readonly number[])[];
  /** How the input's text came out of its bytes; absent where it was given as text. */
  readonly decoding?: Decoding;
  /** Of an incident without its input: which values of fields pass which tests. */
  readonly verdicts?: readonly FieldVerdicts[];
}

/** A step of the flow as turns are handed out for it. */
export interface RunStep extends FlowStep {
  /** Index into the layout's roles. */
  readonly roleIndex: number;
  /** Lower goes first. */
  readonly priority: number;
}

/** Everything about a run that never changes. What can be revised while it goes on is told by `Definition`. */
export interface RunSetup extends Pick<Swarm, 'supervision' | 'input'> {
  readonly settings: RunSettings;
  readonly summary: SwarmSummary;
  readonly layout: Layout;
  readonly items: ItemTable;
  /** Items of the input, those included that no step takes. */
  readonly inputItems: number;
  /** Fields of them that the flow and the report name, and what stands there. */
  readonly named: readonly string[];
  readonly fields: ItemFields;
  readonly tasks: TaskPlan;
  readonly steps: readonly RunStep[];
  /** Step at which each item begins, `NOWHERE` where conditions on the input let it through none; null: all at step 0. */
  readonly first: Uint8Array | null;
  readonly budget: MemoryBudget;
  /** Tokens of the whole run; null: no limit. */
  readonly tokenLimit: number | null;
  /** What was guessed, changed or left out on the way in, and records that were passed over. */
  readonly notes: readonly InputNote[];
  readonly skipped: readonly SkippedRecord[];
  /** The answer that rows are put into; null: the swarm file has none. */
  readonly report: ReportPlan | null;
  /** Roles as the swarm file has them, revision 0: for `Definition`, and nobody else. */
  readonly roles: Swarm['roles'];
}

/** Who goes first when everybody is ready, by kind; lower goes first. */
const PRIORITY = { coordinator: 1, specialist: 2, guardian: 2, worker: 3, messenger: 4 } as const;
/** Choices of a start request, with the swarm file's own where the person made none. */
export function settingsOf(request: StartRequest, swarm: Swarm, version: string): RunSettings {
  const id = request.modelId ?? swarm.model;
  const remote = request.modelUrl === undefined && id === REMOTE_MODEL && request.engine !== 'scripted';
  return {
    engine: remote ? 'remote' : request.engine,
    model: request.modelUrl === undefined ? { id } : { id: nameOf(request.modelUrl), url: request.modelUrl },
    seed: request.seed ?? swarm.seed,
    limit: request.limit ?? swarm.input.limit ?? null,
    vramMiB: request.vramMiB ?? swarm.budget.vram,
    askMs: request.askMs ?? swarm.supervision.ask ?? 0,
    version,
    reading: 2,
    rules: 2,
  };
}

/** Name of a model by its folder's address; in the hub's layout it stands before `resolve/<branch>`. */
function nameOf(url: string): string {
  const parts =
    url
      .split(/[?#]/, 1)[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  const branch = parts.indexOf('resolve');
  return parts.at(branch > 0 ? branch - 1 : -1) ?? 'model';
}

/** Agents, tasks and steps of a run; the same source and settings give the same setup. */
export function setupOf(source: RunSource): Result<RunSetup, readonly Diagnostic[]> {
  const settings = source.settings as unknown as RunSettings;
  const parsed = parseSwarm(source.swarm.file, source.swarm.text);
  if (!parsed.ok) return err(parsed.error);
  const { swarm } = parsed.value;
  const read = itemsOf(source, swarm, settings);
  if (!read.ok) return err(read.error);

  const layout = expand(swarm);
  const whole = read.value.items;
  const report = reportPlan(swarm);
  const named = fieldsNamed(swarm);
  const asked = { file: source.input.name, items: whole, input: swarm.input, named, year: yearOf(swarm) };
  // What an incident says of values hangs on the plan, and of what was chosen it says that itself.
  const own = settings.verdicts ? null : itemFields(asked);
  if (own && !own.ok) return err(own.error);
  // An incident that names none has those items alone that every step chose.
  const recorded = settings.picked ?? (settings.reading === 'items' ? 'all' : null);
  const tasks = planTasks(swarm, whole.length, settings.seed, { recorded, fields: own?.value.fields });
  const found =
    own ?? itemFields({ ...asked, verdicts: settings.verdicts && verdictsOf(settings.verdicts, { tasks, report }) });
  if (!found.ok) return err(found.error);
  const { taken } = tasks;
  const items = taken ? itemsAt(whole, taken) : whole;
  const fields = taken ? fieldsAt(found.value.fields, taken) : found.value.fields;
  const summary = summarize(swarm);
  const steps = tasks.steps.map((step, index) => runStep(layout, step, index));
  return ok({
    settings,
    supervision: swarm.supervision,
    input: swarm.input,
    roles: swarm.roles,
    summary: { ...summary, seed: settings.seed, model: settings.model.id },
    layout,
    items,
    inputItems: whole.length,
    named: named.map(({ field }) => field),
    fields,
    tasks,
    steps,
    first: firstSteps({ steps, tasks, items, fields }),
    budget: { vramMiB: settings.vramMiB, occupancy: swarm.budget.occupancy, resident: swarm.budget.resident },
    tokenLimit: swarm.budget.tokens ?? null,
    notes: [...read.value.notes, ...found.value.notes],
    skipped: read.value.skipped,
    report,
  });
}

/** Of those that no step takes nothing is kept, where nobody asks for fields of lines by their format. */
function itemsAt(items: ItemTable, taken: Uint32Array): ItemTable {
  const columns = items.fields && [...items.fields];
  const table = new ItemTable(0, columns && columns.map(([field]) => field));
  for (const index of taken) {
    const item = items.at(index);
    if (item)
      table.add(
        item,
        columns?.map(([, column]) => column.at(index)),
      );
  }
  return table;
}

const fieldsAt = (fields: ItemFields, taken: Uint32Array): ItemFields =>
  fields === NO_FIELDS ? fields : { of: (item) => fields.of(taken[item] ?? -1) };

function itemsOf(
  { input }: RunSource,
  swarm: Swarm,
  { limit, reading = 1, decoding }: RunSettings,
): Result<ReadTable, readonly Diagnostic[]> {
  const fields = fieldsNamed(swarm);
  if (reading !== 'items')
    return readTable(input.name, input.text, swarm.input, { limit: limit ?? undefined, reading, decoding, fields });
  const items = readItems(
    input.text,
    fields.map(({ field }) => field),
  );
  if (items.ok) return ok({ items: items.value, notes: [], skipped: [] });
  return err([{ file: input.name, line: 1, column: 1, message: items.error, expected: '', hint: '' }]);
}

function runStep(layout: Layout, step: FlowStep, index: number): RunStep {
  const named = layout.roles.findIndex((role) => role.name === (step.as ?? step.role));
  // Who stands where code splits a text is of no account.
  const roleIndex = step.slots === 0 ? Math.max(0, named) : named;
  const role = layout.roles[roleIndex];
  if (!role) throw new Error(`step ${String(index)} names ${step.role}, which the swarm does not have`);
  // Kind comes before place in the flow; of equals, the later step: what was begun is finished before more is begun.
  return { ...step, roleIndex, priority: PRIORITY[role.kind] * MAX_STEPS - index };
}

/** Null where every item begins at the first step, as it does unless conditions look at the input, or steps choose of it. */
function firstSteps(setup: Pick<RunSetup, 'steps' | 'tasks' | 'items' | 'fields'>): Uint8Array | null {
  const [step] = setup.steps;
  if (step && step.maker === undefined && !step.where && !step.picks) return null;
  const state = { created: new Map<number, never>() };
  const first = new Uint8Array(setup.items.length);
  for (let item = 0; item < first.length; item++) first[item] = nextStep(setup, state, item, -1, []) ?? NOWHERE;
  return first;
}

/** What is known of the item that the task is about; of those that a step of the flow made, nothing. */
export function itemOf(
  { items, fields }: Pick<RunSetup, 'items' | 'fields'>,
  { created }: Pick<RunState, 'created'>,
  task: number,
): ItemValues {
  let item: number | undefined = task;
  while (item !== undefined && item >= items.length) {
    const made = created.get(item);
    // What was chosen is what it was chosen of.
    item = made?.maker === undefined || made.given ? made?.from[0] : undefined;
  }
  return fields.of(item ?? -1);
}

/** Whether conditions on the input kept the item from all that works on it, or is made of it. */
export function isLeftOut(
  { first, tasks, fields }: Pick<RunSetup, 'first' | 'tasks' | 'fields'>,
  item: number,
): boolean {
  if (first?.[item] !== NOWHERE) return false;
  const taken = tasks.makers.some(
    ({ maker, on, where }) => maker === undefined && on === null && meets(where, () => undefined, fields.of(item)),
  );
  return !taken;
}

/** What the task's agents are given: an item of the input, or what was created while the run went on, at the line that it comes from. */
export function taskInput(
  setup: Pick<RunSetup, 'items'>,
  { created }: Pick<RunState, 'created'>,
  task: number,
): InputItem {
  const item = setup.items.at(task);
  if (item) return item;
  const { group, given, text = '', cut, from: [source] = [] } = created.get(task) ?? {};
  // What was chosen is what it was chosen of, once more.
  if (given && source !== undefined) return taskInput(setup, { created }, source);
  if (group) {
    const { first: line, last } = group as GroupRecord;
    const part = cut && text === '' ? taskInput(setup, { created }, source ?? -1).text.slice(...cut) : text;
    return { line, ...(last !== line && { lastLine: last }), text: part };
  }
  // Each comes from one of a lower number, through however many.
  let first: number | undefined = task;
  while (first !== undefined && first >= setup.items.length) first = created.get(first)?.from[0];
  const line = first === undefined ? undefined : setup.items.at(first)?.line;
  return { line: line ?? 0, text };
}

/** Signs of an instruction in what strangers wrote for the task: of what code or agents made, in the members that a group quotes. */
export function signsOf(
  setup: Pick<RunSetup, 'items'>,
  state: Pick<RunState, 'created'>,
  task: number,
): readonly InstructionSign[] {
  const { maker, group, cut, given, from: [source] = [] } = state.created.get(task) ?? {};
  if (given && source !== undefined) return signsOf(setup, state, source);
  if (maker === undefined || cut) return instructionSigns(taskInput(setup, state, task).text);
  const { quotes = [] } = (group as GroupRecord | undefined) ?? {};
  return [...new Set(quotes.flatMap(({ text }) => instructionSigns(text)))];
}

/**
 * The first step of `task` after `step` (-1: the first of all) that what it has come to lets it go through; null when there is none.
 * @param held what its steps gave so far
 */
export function nextStep(
  setup: Pick<RunSetup, 'steps' | 'tasks' | 'items' | 'fields'>,
  state: Pick<RunState, 'created'>,
  task: number,
  step: number,
  held: readonly HeldOutput[],
): number | null {
  const { steps, tasks } = setup;
  const { maker, group, partial } = state.created.get(task) ?? {};
  const item = itemOf(setup, state, task);
  const given = (of: OutputPlace): unknown => {
    if (of < 0) return group;
    const output = outputOf(held, of)?.output;
    // Of no part there was anything: there is nothing to go on with.
    return output === null && steps[of]?.slots === 0 ? undefined : output;
  };
  for (let next = step + 1; next < steps.length; next++) {
    const at = steps[next] as RunStep;
    if (at.maker !== maker || (partial && tasks.makers[maker ?? 0]?.step !== next)) continue;
    if (at.review && isEditedResult(setup, held, at.on)) continue;
    if (!admits(at, given, item)) continue;
    if (goesThrough(tasks, task, next)) return next;
    // Looked for only where it decides: it costs a walk over the text.
    if (at.marked && signsOf(setup, state, task).length > 0) return next;
  }
  return null;
}

/** The output of the last step that the task went through, reviews not counted; that it was split, where that is all that became of it. */
export function resultOf(
  { tasks: { steps } }: Pick<RunSetup, 'tasks'>,
  held: readonly HeldOutput[],
): HeldOutput | undefined {
  let split: HeldOutput | undefined;
  for (let step = steps.length - 1; step >= 0; step--) {
    const at = steps[step];
    const found = at?.review ? undefined : outputOf(held, step);
    if (!found || found.beside || (at?.slots === 0 && found.output === null)) continue;
    if (at?.split === undefined) return found;
    split ??= found;
  }
  return split;
}

/** What agents of a part are given above it; null: nothing, or the task is no part. */
export function contextOfTask(
  setup: Pick<RunSetup, 'items' | 'tasks'>,
  state: Pick<RunState, 'created'>,
  task: number,
): string | null {
  const { cut, above, maker = -1, group, given, from = [], text } = state.created.get(task) ?? {};
  if (given && from[0] !== undefined) return contextOfTask(setup, state, from[0]);
  const rule = setup.tasks.makers[maker]?.split;
  if (!cut || !rule?.context) return null;
  if (text !== '') return above ?? null;
  return contextOf(taskInput(setup, state, from[0] ?? -1).text, cut, group as unknown as PartRecord, rule);
}

/** Whether the item ends in that output and a person gave it: their word is not reviewed. */
function isEditedResult(setup: Pick<RunSetup, 'tasks'>, held: readonly HeldOutput[], on: number | null): boolean {
  return on === resultOf(setup, held)?.step && held.some(({ step, edited }) => edited && step === on);
}
