/** Fields of the input that a swarm file names, and what is known of them before the input is read. */
import { fieldsOfRule } from './choice.ts';
import { lookedAt } from './groups.ts';
import { type FieldsOf, INPUT_NAME, type Swarm, type SwarmInput } from './model.ts';
import { boundOf, TIME_PARTS } from './moments.ts';
import { sourcesOf, stepsByName } from './steps.ts';
import { conditionOf, type Looked, refOf, type Test, testsOf } from './where.ts';

/** A field of the input, and the key of the swarm file that names it, as `flow[0].where`. */
export interface NamedField {
  readonly field: string;
  readonly by: string;
}

/** What every item has: where it begins in the file, and what agents read. */
export const OF_EVERY_ITEM = ['line', 'text'] as const;
export const isOfEveryItem = (field: string): boolean => OF_EVERY_ITEM.some((name) => name === field);
/** Of a line that has a time, besides that. */
export const OF_A_TIME = ['time', ...TIME_PARTS] as const;

/** Fields of lines by their format; null: whatever names the lines hold. */
export const LINE_FIELDS = {
  syslog: ['time', 'host', 'program', 'pid', 'message', 'severity', 'facility', 'id'],
  iso: ['time', 'level', 'logger', 'thread', 'pid', 'message'],
  apache: [
    ...([
      'time',
      'client',
      'user',
      'method',
      'path',
      'protocol',
      'status',
      'bytes',
      'referer',
      'agent',
      'host',
    ] as const),
    ...(['level', 'module', 'pid', 'tid', 'message'] as const),
  ],
  json: null,
  logfmt: null,
} as const satisfies Record<Exclude<FieldsOf, 'auto' | 'none'>, readonly string[] | null>;

/** Fields that files may name: each is kept for all items. */
export const MOST_NAMED = 64;

type Names = Pick<Swarm, 'flow' | 'roles' | 'report'>;

/** Each once, with the first key that names it. @param swarm checked, or sound as far as flow goes */
export function fieldsNamed(swarm: Names): NamedField[] {
  const found = new Map<string, string>();
  const take = (by: string, looked: Looked, field: string): void => {
    const { input } = refOf(looked, field);
    if (input !== undefined && !found.has(input)) found.set(input, by);
  };
  const { flow, roles, report } = swarm;
  const steps = stepsByName(flow);
  for (const [index, step] of flow.entries()) {
    const looked = lookedAt(roles, steps, sourcesOf(step)[0] ?? INPUT_NAME);
    for (const test of testsIn(step, looked)) take(`flow[${index}].where`, looked, test.field);
    for (const field of [...(step.group?.by ?? []), ...(step.group?.order ?? [])])
      if (!isOfGroups(field)) take(`flow[${index}].group`, looked, field);
    if (looked.items === 'own')
      for (const field of fieldsOfRule(step)) take(`flow[${index}].${step.sort ? 'sort' : 'sample'}`, looked, field);
  }
  for (const [index, section] of (report?.sections ?? []).entries()) {
    const { counts, of, table, columns = [], order = [], fields = {}, groups } = section;
    const name = `report.sections[${index}]`;
    const look = (at: string | undefined): Looked => lookedAt(roles, steps, at ?? '');
    if (counts !== undefined) take(name, look(of), counts);
    for (const field of [...columns, ...order])
      if (field !== 'line' && field !== 'input') take(name, look(table), field);
    const members = membersOf(swarm, groups);
    for (const field of [fields.subject, fields.action]) if (field !== undefined && members) take(name, members, field);
  }
  return [...found].map(([field, by]) => ({ field, by }));
}

const isOfGroups = (field: string): boolean => field === 'count' || field === 'first' || field === 'last';

const testsIn = ({ where }: Swarm['flow'][number], looked: Looked): Test[] =>
  where ? testsOf(conditionOf(where, looked)) : [];

/** What was grouped, of groups or of what works on them. */
function membersOf({ flow, roles }: Names, name: string | undefined): Looked | null {
  const steps = stepsByName(flow);
  for (let step = steps.get(name ?? ''); step; step = steps.get(sourcesOf(step)[0] ?? INPUT_NAME))
    if (step.group) return lookedAt(roles, steps, sourcesOf(step)[0] ?? INPUT_NAME);
  return null;
}

/** The year of times that name none: what the file says, else the first that conditions on a time name; null: nobody names one. */
export function yearOf(swarm: Pick<Swarm, 'flow' | 'roles' | 'input'>): number | null {
  if (swarm.input.year !== undefined) return swarm.input.year;
  const steps = stepsByName(swarm.flow);
  const years = swarm.flow.flatMap((step): number[] => {
    const looked = lookedAt(swarm.roles, steps, sourcesOf(step)[0] ?? INPUT_NAME);
    return testsIn(step, looked)
      .filter(({ input = '' }) => OF_A_TIME.some((name) => name === input))
      .flatMap((test) => (test.kind === 'is' ? test.values : [test.value]))
      .flatMap((value) => {
        const bound = typeof value === 'string' || typeof value === 'number' ? boundOf(value) : null;
        return bound ? Number(bound.prefix.slice(0, 4)) : [];
      });
  });
  return years.length > 0 ? Math.min(...years) : null;
}

/** What fields lines may have, where the swarm file says their format; null: that is known once the input is read. */
export function fieldsKnown({
  format,
  fields = 'auto',
}: Pick<SwarmInput, 'format' | 'fields'>): readonly string[] | null {
  if (format !== 'lines') return null;
  if (fields === 'none') return OF_EVERY_ITEM;
  const own = fields === 'auto' ? null : LINE_FIELDS[fields];
  return own && [...own, ...TIME_PARTS, ...OF_EVERY_ITEM];
}
