/** The JSON of an incident, version 2; docs/links.md lists its keys. What it does not name does not fit in. */
import * as v from 'valibot';
import {
  AGENT_ACTIONS,
  DIAGNOSES,
  ENGINE_ERRORS,
  GATE_CAUSES,
  FAULT_KINDS,
  LOSS_DECLARERS,
  NOTICE_CHOICES,
  NOTICE_SUBJECTS,
  RECOVERY_ACTIONS,
  STORED_TABLES,
} from '../../journal/vocabulary.ts';
import { CreatedTasks, ToldRevisions } from './changes.ts';
import { ToldChoices, ToldPicks } from './choices.ts';
import { CutColumns, MergedOutputs, MergeTurns } from './cuts.ts';
import { Verdicts } from './mask-fields.ts';
import { SharedColumns } from './shares.ts';
import { TurnColumns } from './turn-columns.ts';

export const MAX_FAULTS = 10_000;
export const MAX_HEALS = 50_000;
export const MAX_ACTIONS = 10_000;
export const MAX_OUTPUT = 100_000;
/** Turns beyond these are left out, and made up in the replay. */
export const MAX_TURNS = 400_000;
/** Characters of a text from elsewhere. */
export const MAX_TEXT = 500;
/** The end of the year 9999, wall time in milliseconds: later ones have no short name. */
const LAST_DATE = 253_402_300_799_999;
/** Rows of agents. */
const MAX_AGENTS = 1e6;

const ms = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(31 * 86_400_000));
const whole = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));
const short = v.pipe(v.string(), v.maxLength(MAX_TEXT));
const named = v.strictObject({ name: v.pipe(v.string(), v.maxLength(255)), text: v.string() });
/** A row, or -1 for what all share. */
const row = v.pipe(v.number(), v.safeInteger(), v.minValue(-1), v.maxValue(MAX_AGENTS));
const told = v.strictObject({ code: v.literal('told'), text: short });

const Action = v.variant('do', [
  v.strictObject({
    do: v.literal('decide'),
    at: ms,
    of: v.picklist(NOTICE_SUBJECTS),
    about: v.exactOptional(whole(1e9)),
    choice: v.picklist(NOTICE_CHOICES),
    task: v.exactOptional(whole(1e9)),
    stage: v.exactOptional(whole(64)),
    output: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_OUTPUT))),
  }),
  v.strictObject({ do: v.literal('act'), at: ms, agent: whole(MAX_AGENTS), action: v.picklist(AGENT_ACTIONS) }),
  v.strictObject({ do: v.literal('endpoint'), at: ms, allowed: v.boolean() }),
  v.strictObject({ do: v.picklist(['pause', 'continue']), at: ms }),
]);

const Loss = v.strictObject({
  code: v.picklist(ENGINE_ERRORS),
  by: v.picklist(['engine', ...LOSS_DECLARERS]),
  detail: short,
});

const SeatsCause = v.variant('code', [
  v.strictObject({ code: v.literal('busy'), percent: whole(100), waiting: whole(1e9) }),
  v.strictObject({ code: v.picklist(GATE_CAUSES) }),
  v.strictObject({ code: v.literal('idle'), percent: whole(100) }),
  told,
]);

const FaultDetail = v.variant('code', [
  v.strictObject({ code: v.literal('in-flight'), turns: whole(MAX_AGENTS) }),
  v.strictObject({ code: v.literal('turns-ended'), turns: whole(MAX_AGENTS) }),
  v.strictObject({ code: v.literal('agent'), agent: whole(MAX_AGENTS), lasting: v.boolean() }),
  v.strictObject({ code: v.literal('for'), ms }),
  v.strictObject({ code: v.literal('no-room'), ms }),
  v.strictObject({ code: v.literal('record'), table: v.picklist(STORED_TABLES), key: short }),
  v.strictObject({
    code: v.picklist(['tab-frozen', 'clock-moved', 'supervisor-ended', 'page-reloaded', 'struck']),
  }),
  told,
]);

const HealStep = v.union([
  v.strictTuple([v.literal('suspected'), row, v.picklist(DIAGNOSES)]),
  v.strictTuple([v.picklist(['ordered', 'mended']), row, v.picklist(DIAGNOSES), v.picklist(RECOVERY_ACTIONS)]),
]);

/** What is as it was in version 1. */
export const common = {
  /** Version of Planaria that recorded it. */
  version: short,
  run: v.strictObject({
    startedAt: v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_DATE)),
    engine: v.picklist(['webllm', 'scripted', 'remote']),
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
    /** Rules by which turns were judged; absent: the first. */
    rules: v.exactOptional(v.literal(2)),
  }),
  /** A file that the swarm file reads; `included` false: its items are placeholders. */
  input: v.strictObject({
    ...named.entries,
    included: v.boolean(),
    /** It is items, and no file that the swarm file reads. */
    items: v.exactOptional(v.literal(true)),
    /** Without the input: which values that stand for those of its fields pass which conditions; absent: none are looked at. */
    fields: v.exactOptional(Verdicts),
  }),
  /** What people did; absent where nobody did anything. */
  words: v.exactOptional(v.pipe(v.array(Action), v.maxLength(MAX_ACTIONS))),
  /** Absent where it was never opened again. */
  reopens: v.exactOptional(v.pipe(v.array(ms), v.maxLength(MAX_FAULTS))),
  turns: TurnColumns,
};

/** Lists in which version 1 had sentences: with what stands in their place. */
export const lists = <
  Lost extends v.GenericSchema,
  Cause extends v.GenericSchema,
  Detail extends v.GenericSchema,
  Heal extends v.GenericSchema,
>(
  lost: Lost,
  because: Cause,
  detail: Detail,
  heal: Heal,
) => ({
  engines: v.pipe(
    v.array(
      v.strictObject({
        readyAt: ms,
        loadMs: ms,
        residents: v.pipe(whole(64), v.minValue(1)),
        contextTokens: whole(1e7),
        lost: v.nullable(lost),
      }),
    ),
    v.maxLength(MAX_FAULTS),
  ),
  seats: v.pipe(
    v.array(v.strictObject({ at: ms, from: whole(64), to: v.pipe(whole(64), v.minValue(1)), max: whole(64), because })),
    v.maxLength(MAX_FAULTS),
  ),
  faults: v.pipe(
    v.array(
      v.strictObject({
        kind: v.picklist(FAULT_KINDS),
        at: ms,
        agents: v.pipe(v.array(whole(MAX_AGENTS)), v.maxLength(1024)),
        detail,
        seed: whole(Number.MAX_SAFE_INTEGER),
        forMs: ms,
      }),
    ),
    v.maxLength(MAX_FAULTS),
  ),
  heals: v.pipe(v.array(heal), v.maxLength(MAX_HEALS)),
});

export const IncidentSchema = v.strictObject({
  incident: v.literal(2),
  ...common,
  ...lists(v.strictObject({ at: ms, silentFrom: ms, loss: Loss }), SeatsCause, FaultDetail, HealStep),
  /** What was changed while it went on; absent where nothing was. */
  created: v.exactOptional(CreatedTasks),
  revisions: v.exactOptional(ToldRevisions),
  /** Who had whose answer; absent where each was asked. */
  shared: v.exactOptional(SharedColumns),
  /** Where texts were cut into parts, and what those came to where a condition looks at it; absent where nothing was split. */
  cuts: v.exactOptional(CutColumns),
  merged: v.exactOptional(MergedOutputs),
  mergeTurns: v.exactOptional(MergeTurns),
  /** What steps chose, of outputs and of the input; absent where nothing was chosen, or of the input all that there is here. */
  chosen: v.exactOptional(ToldChoices),
  picked: v.exactOptional(ToldPicks),
});
export type IncidentJson = v.InferOutput<typeof IncidentSchema>;

/** As version 1 had it: `code` and `message` of a loss, and sentences where there are codes now. */
export const IncidentSchemaV1 = v.strictObject({
  incident: v.literal(1),
  ...common,
  ...lists(v.strictObject({ at: ms, silentFrom: ms, code: short, message: short }), short, short, short),
});
export type IncidentJsonV1 = v.InferOutput<typeof IncidentSchemaV1>;
