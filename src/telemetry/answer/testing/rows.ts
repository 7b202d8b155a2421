/** Rows as a run commits them, made by hand: items with a triage, then groups over them. */
import type { ResultRow } from '../../../store/records.ts';
import type { Swarm } from '../../../swarm/model.ts';
import { parseSwarm } from '../../../swarm/parse.ts';

export const SEVERITIES = ['debug', 'info', 'notice', 'warning', 'error', 'critical'];
export const ACTIONS = ['none', 'watch', 'investigate', 'page'];

export interface Triage {
  readonly severity: string;
  readonly kind: string;
  readonly subject: string;
  readonly action: string;
}

const FILE = `planaria: 1
name: Incident room
roles:
  triager:
    prompt: Triage this log line.
    output:
      type: object
      properties:
        severity: {enum: [${SEVERITIES.join(', ')}]}
        kind: {enum: [auth, network, memory]}
        subject: {type: string}
        action: {enum: [${ACTIONS.join(', ')}]}
  writer: {prompt: Write.}
  editor: {prompt: Write all.}
  reviewer: {kind: specialist, prompt: Review., output: {type: object, properties: {agree: {type: boolean}}}}
flow:
  - {role: triager, each: input}
  - {role: writer, each: triager}
  - {role: editor, each: triager}
  - {role: reviewer, reviews: triager}
`;

/** Triage, groups of what is a warning or worse, those of them that are bad, and a writer of each, whose texts become one. */
export function incidentRoom(report: object, limit = 1000): Swarm {
  const parsed = parseSwarm('room.yaml', FILE);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const group = { by: ['kind', 'subject'], order: ['severity', 'count'], limit };
  const worst = { any: [{ severity: ['error', 'critical'] }, { count: { gte: 3 } }] };
  const flow = [
    { role: 'triager', each: 'input' },
    { name: 'incidents', each: 'triager', where: { severity: { gte: 'warning' } }, group },
    { name: 'worst', each: 'incidents', where: worst },
    { role: 'writer', each: 'worst' },
    { role: 'editor', collect: 'writer' },
    { role: 'reviewer', reviews: 'triager', share: 0.5 },
  ];
  return { ...parsed.value.swarm, flow: flow as Swarm['flow'], report: report as NonNullable<Swarm['report']> };
}

const BARE = { failure: null, agent: 'triager.1', attempts: 1, tokens: 9, durationMs: 1, review: null } as const;

export const itemRow = (
  task: number,
  input: string,
  output: Triage | null,
  more: Partial<ResultRow> = {},
): ResultRow => ({
  ...BARE,
  ...{ task, line: task + 1, input, output },
  ...(output === null && { failure: 'schema-mismatch' }),
  ...more,
});

export const madeRow = (task: number, of: string, group: { first: number }, more: Partial<ResultRow> = {}): ResultRow =>
  ({
    ...BARE,
    agent: '',
    task,
    line: group.first,
    input: JSON.stringify(group),
    output: group,
    of,
    ...more,
  }) as ResultRow;

/** With what a role wrote about it. */
export const writtenRow = (
  task: number,
  of: string,
  group: { first: number },
  step: string,
  text: unknown,
): ResultRow => madeRow(task, of, group, { output: text, step, outputs: { [of]: group }, agent: `${step}.1` });

const rank = (severity: string): number => SEVERITIES.indexOf(severity);

/** Groups of item rows, in their order: worst first, then most members, then the first member. */
export function groupsOf(rows: readonly ResultRow[]) {
  const groups = new Map<string, ResultRow[]>();
  for (const row of rows) {
    const output = row.output as Triage | null;
    if (!output || rank(output.severity) < rank('warning')) continue;
    const key = JSON.stringify([output.kind, output.subject]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()]
    .map((members) => {
      const outputs = members.map(({ output }) => output as Triage);
      const [{ kind, subject }] = outputs as [Triage];
      const severity = SEVERITIES[Math.max(...outputs.map((each) => rank(each.severity)))] ?? '';
      const lines = members.map(({ line }) => line).toSorted((a, b) => a - b);
      const quotes = members.slice(0, 3).map(({ line, input }) => ({ line, text: input }));
      const [first, last] = [Math.min(...lines), Math.max(...lines)];
      return { kind, subject, severity, count: members.length, first, last, lines, quotes };
    })
    .toSorted((a, b) => rank(b.severity) - rank(a.severity) || b.count - a.count || a.first - b.first);
}
