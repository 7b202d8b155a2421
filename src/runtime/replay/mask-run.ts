/** A whole recording without the input: what people and agents wrote about each line becomes the same about its placeholder. */
import type { InputItem } from '../../swarm/input.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import type { RunPlan } from '../definition/run-plan.ts';
import { maskLines, maskOutput, type Masked } from './mask.ts';
import type { RecordedAction } from './operator-actions.ts';
import type { RecordedTurn } from './recorded-turn.ts';

export function maskItems(items: readonly InputItem[], { format, field }: RunPlan['swarm']['input']): InputItem[] {
  const masks = maskLines(items.map(({ text }) => text));
  return items.map(({ line }, index) => {
    const mask = masks[index] ?? '';
    // A whole JSON line must stay one.
    const isJson = format === 'jsonl' && field === undefined;
    return { line, text: isJson ? JSON.stringify(mask.slice(0, Math.max(1, mask.length - 2))) : mask };
  });
}

/** Items of a run by task, those that were created while it went on behind those of the input, and their masks. */
export interface MaskedItems {
  readonly items: readonly InputItem[];
  readonly masks: readonly InputItem[];
}

export function maskTurns(turns: readonly RecordedTurn[], plan: RunPlan, masked: MaskedItems): RecordedTurn[] {
  /** What agents were given: the line, and what others wrote about it. */
  const given = new Map<number, Masked[]>();
  return turns.map((turn) => {
    let known = given.get(turn.task);
    if (!known) {
      known = [givenOf(masked, turn.task)];
      given.clear();
      given.set(turn.task, known);
    }
    if (turn.text === '') return turn;
    const mask = maskOutput(turn.text, schemaOf(plan, turn.step), known);
    known.push({ text: turn.text, mask });
    return { ...turn, text: mask };
  });
}

/** Results that a person wrote; the rest of what people do names nothing of the input. */
export function maskActions(actions: readonly RecordedAction[], plan: RunPlan, masked: MaskedItems): RecordedAction[] {
  return actions.map((action) => {
    if (action.do !== 'decide' || action.output === undefined) return action;
    const { stage = 0, task = 0, output } = action;
    return { ...action, output: maskOutput(output, schemaOf(plan, stage), [givenOf(masked, task)]) };
  });
}

const schemaOf = ({ stages, swarm }: RunPlan, stage: number): OutputSchema | undefined =>
  swarm.roles[stages[stage]?.role ?? '']?.output;

const givenOf = ({ items, masks }: MaskedItems, task: number): Masked => ({
  text: items[task]?.text ?? '',
  mask: masks[task]?.text ?? '',
});
