/** What a row tells of answers that several tasks share, and back: what was held of a task that is over. */
import { type HeldOutput, outputOf } from '../../journal/outputs.ts';
import type { ResultRow } from '../../store/records.ts';
import { agentRow } from '../../swarm/expand.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import { givenIn } from '../storage/row-outputs.ts';

/**
 * Outputs that the row tells, reviews aside, in the order of steps. Whose they are only the result says: -1 elsewhere, and where a person gave
 * it.
 */
export function heldIn(plan: Pick<RunSetup, 'steps' | 'tasks' | 'layout'>, row: ResultRow): HeldOutput[] {
  const result = row.failure !== null ? null : (row.step ?? plan.steps[plan.tasks.result]?.name);
  const given = givenIn(row, plan.tasks).filter(({ step }) => plan.steps[step]?.review === false);
  return given.map(({ step, output }): HeldOutput => {
    const name = plan.steps[step]?.name ?? '';
    const mine = name === result;
    const written = mine ? row.written?.output : ownOf(row.written?.outputs, name);
    const shared = row.sharedAt ? ownOf(row.sharedAt, name) : mine ? row.shared : undefined;
    return {
      ...{ step, slot: 0, output },
      agent: mine ? (agentRow(plan.layout, row.agent) ?? -1) : -1,
      ...(written !== undefined && { written }),
      ...(mine && row.edited && row.agent === '' && { edited: true }),
      ...(mine && row.model !== undefined && { model: row.model }),
      ...(shared !== undefined && { shared }),
    };
  });
}

/** A step may be called `constructor`, as every object has one. */
const ownOf = <Value>(of: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined =>
  of && Object.hasOwn(of, name) ? of[name] : undefined;

/** What a row tells of outputs that others were asked for. */
export function sharedOf(
  { steps }: Pick<RunSetup, 'steps'>,
  held: readonly HeldOutput[],
  result: HeldOutput | undefined,
  lineOf: (task: number) => number,
): Pick<ResultRow, 'shared' | 'sharedLine' | 'sharedAt'> {
  if (!held.some(({ shared }) => shared !== undefined)) return {};
  const at = steps.flatMap(({ name }, step): [string, number][] => {
    const shared = outputOf(held, step)?.shared;
    return shared === undefined ? [] : [[name, shared]];
  });
  const shared = result?.shared ?? at[0]?.[1];
  if (shared === undefined) return {};
  const ofResult = result?.shared !== undefined && at.length === 1;
  return {
    shared,
    sharedLine: lineOf(shared),
    ...(!ofResult && { sharedAt: Object.fromEntries(at) }),
  };
}
