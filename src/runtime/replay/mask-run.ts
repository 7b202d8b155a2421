/** A whole recording without the input: what people and agents wrote about each line becomes the same about its placeholder. */
import type { Ranges } from '../../kernel/ranges.ts';
import { parsedJson } from '../../kernel/parsed-json.ts';
import type { InputItem } from '../../swarm/input/read-input.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import type { Condition } from '../../swarm/where.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RecordedCuts, RecordedMerge } from './cuts.ts';
import { maskLines, maskOutput, type Masked } from './mask.ts';
import { alike } from './mask-where.ts';
import type { RecordedAction } from './operator-actions.ts';
import { type RecordedTurn, SILENT_TURN } from './recorded-turn.ts';
import type { RecordedShare } from '../tasks/sharing.ts';

export function maskItems(items: readonly InputItem[], { format, field }: RunSetup['input']): InputItem[] {
  const masks = maskLines(items.map(({ text }) => text));
  return items.map(({ line, lastLine }, index) => {
    const mask = masks[index] ?? '';
    // A whole JSON value must stay one.
    const isJson = (format === 'jsonl' || format === 'json') && field === undefined;
    return {
      line,
      ...(lastLine !== undefined && { lastLine }),
      text: isJson ? JSON.stringify(mask.slice(0, Math.max(1, mask.length - 2))) : mask,
    };
  });
}

export interface MaskedOptions {
  readonly plan: RunSetup;
  readonly items: readonly InputItem[];
  readonly masks: readonly InputItem[];
  readonly cuts?: readonly RecordedCuts[];
  /** What tasks were chosen of, whose outputs they have; by task. */
  readonly sources?: ReadonlyMap<number, number>;
}

/** What tasks were given, and its masks: items of a run by task, those that were created while it went on behind them, and parts of their texts. */
export class MaskedItems {
  readonly #with: MaskedOptions;
  readonly #parts = new Map<number, { readonly of: RecordedCuts; readonly cut: Ranges[number] }>();
  /** Texts that were written, and then split, by task and step. */
  readonly #written = new Map<string, Masked>();
  /** See `MaskedOptions`. */
  readonly sources: ReadonlyMap<number, number>;

  constructor(options: MaskedOptions) {
    this.#with = options;
    const { cuts = [], sources = new Map<number, number>() } = options;
    this.sources = sources;
    for (const of of cuts) for (const [k, cut] of of.cuts.entries()) this.#parts.set(of.first + k, { of, cut });
  }

  given(task: number): Masked {
    const { plan, items, masks } = this.#with;
    const part = this.#parts.get(task);
    if (!part) return { text: items[task]?.text ?? '', mask: masks[task]?.text ?? '' };
    const { on = null } = plan.tasks.makers[part.of.maker] ?? {};
    const own = on === null || on < 0;
    const whole = own ? this.given(part.of.task) : this.#written.get(`${String(part.of.task)}/${String(on)}`);
    return { text: whole?.text.slice(...part.cut) ?? '', mask: whole?.mask.slice(...part.cut) ?? '' };
  }

  /** The output is held: parts of it may have been given to others. */
  wrote({ task, step }: Pick<RecordedTurn, 'task' | 'step'>, { text, mask }: Masked): void {
    if (!this.#with.plan.tasks.makers.some(({ split, on }) => split && on === step)) return;
    this.#written.set(`${String(task)}/${String(step)}`, { text: spoken(text), mask: spoken(mask) });
  }
}

/** A text as an agent wrote it, freely or as JSON. */
function spoken(text: string): string {
  const value = text.startsWith('"') ? parsedJson(text) : undefined;
  return typeof value === 'string' ? value : text.trim();
}

/** Schemas that outputs of the step may be of, that of the swarm file first; none: free text. */
export type SchemasOf = (step: number) => readonly OutputSchema[];

/** What is known of outputs of a step. */
export interface OutputsOf {
  readonly schemasOf: SchemasOf;
  /** Conditions that look at them. */
  readonly conditionsOf: (step: number) => readonly Condition[];
}

export function outputsOf(
  { steps, tasks: { makers, merges } }: Pick<RunSetup, 'steps' | 'tasks'>,
  schemasOf: SchemasOf,
): OutputsOf {
  const looks = [...steps, ...makers, ...merges].flatMap(({ where = [] }) => where);
  return {
    schemasOf,
    conditionsOf: (of) => {
      // What a role makes of outputs of parts is looked at as what those came to.
      const { merges: turns, name } = makers[steps[of]?.maker ?? -1] ?? {};
      const at = turns ? merges.find((each) => each.name === name)?.at : of;
      return looks.flatMap(({ step, condition }) => (step === at ? [condition] : []));
    },
  };
}

export function maskTurns(turns: readonly RecordedTurn[], of: OutputsOf, masked: MaskedItems): RecordedTurn[] {
  /** What agents were given: the line, and what others wrote about it. */
  const given = new Map<number, Masked[]>();
  // Those that others were chosen of are asked for again.
  const kept = new Set(masked.sources.values());
  let last = -1;
  return turns.map((turn) => {
    let known = given.get(turn.task);
    if (!known) {
      let source = masked.sources.get(turn.task);
      while (source !== undefined && !given.has(source)) source = masked.sources.get(source);
      known = [...((source !== undefined && given.get(source)) || [masked.given(turn.task)])];
      if (!kept.has(last)) given.delete(last);
      given.set(turn.task, known);
      last = turn.task;
    }
    if (turn.text === '') return turn;
    const mask = maskAt(turn.step, turn.text, of, known);
    known.push({ text: turn.text, mask });
    masked.wrote(turn, { text: turn.text, mask });
    return { ...turn, text: mask };
  });
}

/** Answers of others as they were copied for each; what the item itself had come to before is known from its own turns. */
export function maskShares(
  shares: readonly RecordedShare[],
  turns: readonly RecordedTurn[],
  of: OutputsOf,
  masked: MaskedItems,
): RecordedShare[] {
  const own = new Set(shares.map(({ task }) => task));
  const all = [
    ...turns.filter(({ task }) => own.has(task)).map((turn) => ({ ...turn, share: null })),
    ...shares.map((share) => ({ ...SILENT_TURN, ...share, at: 0, text: share.text ?? '', share })),
  ].sort((a, b) => a.task - b.task || a.step - b.step);
  return maskTurns(all, of, masked).flatMap(({ text }, k) => {
    const share = all[k]?.share;
    return share ? [{ ...share, text: share.text === null ? null : text }] : [];
  });
}

/** Results that a person wrote; the rest of what people do names nothing of the input. */
export function maskActions(actions: readonly RecordedAction[], of: OutputsOf, masked: MaskedItems): RecordedAction[] {
  return actions.map((action) => {
    if (action.do !== 'decide' || action.output === undefined) return action;
    const { stage = 0, task = 0, output } = action;
    return { ...action, output: maskAt(stage, output, of, [masked.given(task)]) };
  });
}

/** What code made of outputs of parts, where conditions look at it: as many parts, but other outputs. */
export function maskMerges(merges: readonly RecordedMerge[], of: OutputsOf, masked: MaskedItems): RecordedMerge[] {
  return merges
    .filter(({ step }) => of.conditionsOf(step).length > 0)
    .map((merge) => ({ ...merge, text: maskAt(merge.step, merge.text, of, [masked.given(merge.task)]) }));
}

/** What stands for an output of the step; the item goes on from there as it did. */
function maskAt(step: number, text: string, { schemasOf, conditionsOf }: OutputsOf, given: readonly Masked[]): string {
  const schema = schemaOf(text, schemasOf(step));
  const mask = maskOutput(text, schema, given);
  const conditions = conditionsOf(step);
  if (conditions.length === 0) return mask;
  if (!schema) {
    const like = alike(text.trim(), mask, conditions, (tried) => tried !== '');
    return typeof like === 'string' ? like : mask;
  }
  const [output, masked] = [parsedJson(text), parsedJson(mask)];
  const fits = (tried: unknown): boolean =>
    given.some((each) => checkOutput(schema, tried, { input: each.mask }).length === 0);
  // What was no output goes nowhere.
  return output === undefined || !fits(masked) ? mask : JSON.stringify(alike(output, masked, conditions, fits));
}

/** The schema that the text is of. */
function schemaOf(text: string, [first, ...others]: readonly OutputSchema[]): OutputSchema | undefined {
  if (!first || others.length === 0) return first;
  const value = parsedJson(text);
  if (value === undefined) return first;
  return [first, ...others].find((schema) => checkOutput(schema, value, { input: text }).length === 0) ?? first;
}
