/** What is wrong with a report is told with its place, and with what was most likely meant. */
import { describe, expect, test } from 'vitest';
import { checkReport } from './check-report.ts';
import type { Swarm } from './model.ts';
import { formatDiagnostic, parseSwarm } from './parse.ts';

const file = (report: string): string => `planaria: 1
name: Small
roles:
  triager:
    prompt: Triage.
    output:
      type: object
      properties:
        severity: {enum: [info, warning, error]}
        subject: {type: string}
        place: {type: object, properties: {host: {type: string}}}
        open: {type: boolean}
  writer: {prompt: Write.}
  reviewer: {kind: specialist, prompt: Review., output: {type: object, properties: {agree: {type: boolean}}}}
flow:
  - {role: triager, each: input}
  - {name: bad, each: triager, where: {severity: error}}
  - {role: writer, each: bad}
  - {role: reviewer, reviews: triager}
${report}
`;

const messages = (report: string): string[] => {
  const result = parseSwarm('f.yaml', file(report));
  return result.ok ? [] : result.error.map(formatDiagnostic);
};
const sections = (...list: string[]): string =>
  `report:\n  title: What happened\n  sections:\n${list.map((section) => `    - ${section}`).join('\n')}`;

describe('a report that is one', () => {
  test.each([
    ['counts of a field', '{counts: severity, of: triager}'],
    ['counts of a field within', '{title: Hosts, counts: place.host, of: triager}'],
    ['counts of what a filter lets pass', '{counts: open, of: bad}'],
    ['counts of a review', '{counts: agree, of: reviewer}'],
    ['counts of free text', '{counts: text, of: writer}'],
    ['a table', '{table: triager, columns: [line, severity, place.host, input], order: [severity, line], limit: 5}'],
    ['texts of what a filter lets pass', '{text: bad}'],
    ['a text', '{title: In short, text: writer, limit: 3}'],
  ])('%s', (_what, section) => {
    expect(messages(sections(section))).toEqual([]);
  });
});

describe('a report that is none', () => {
  const S = 'report.sections[0]';
  test.each([
    ['no map', 'report: yes', ['f.yaml:20:9: report is the text "yes"; expected a map with title, sections']],
    [
      'no title',
      'report:\n  sections: [{counts: severity, of: triager}]',
      ['f.yaml:20:1: report has no title; expected title: a text of 1 to 200 characters'],
    ],
    [
      'no sections',
      'report: {title: T}',
      [
        'f.yaml:20:1: report has no sections; expected sections: a list of sections such as {counts: severity, of: triager}',
      ],
    ],
    [
      'an empty list',
      'report: {title: T, sections: []}',
      ['f.yaml:20:30: report.sections is an empty list; expected at least one section'],
    ],
    [
      'an unknown key',
      'report: {titel: T, title: T, sections: [{text: writer}]}',
      ['f.yaml:20:10: unknown key "titel" in report; expected one of title, sections; did you mean title?'],
    ],
    [
      'an unknown key of a section',
      sections('{count: severity, of: triager}'),
      [
        'f.yaml:23:8: unknown key "count" in report.sections[0]; expected one of title, counts, of, table, columns, order, groups, fields, text, limit; did you mean counts?',
      ],
    ],
    [
      'an unknown field',
      sections('{groups: bad, fields: {sevrity: x}}'),
      [
        `f.yaml:23:30: unknown key "sevrity" in ${S}.fields; expected one of severity, subject, title, action; did you mean severity?`,
      ],
    ],
    [
      'a section of no kind',
      sections('{title: T}'),
      [`f.yaml:23:7: ${S} does not say what it shows; expected one of counts, table, groups, text`],
    ],
    [
      'a section of two kinds',
      sections('{table: triager, text: writer, columns: [line]}'),
      [`f.yaml:23:7: ${S} has table and text; expected only one of counts, table, groups, text`],
    ],
    [
      'counts of nobody',
      sections('{counts: severity}'),
      [`f.yaml:23:7: ${S} does not say whose severity it counts; expected of: the name of a step`],
    ],
    [
      'a step that is none',
      sections('{counts: severity, of: triagger}'),
      [
        `f.yaml:23:30: ${S}.of names "triagger", which is not a step; expected one of triager, bad, writer, reviewer; did you mean triager?`,
      ],
    ],
    [
      'the input as a text of a role',
      sections('{text: input}'),
      ['f.yaml:23:14: no role writes input; expected a step whose role writes text'],
    ],
    [
      'groups that are the input',
      sections('{groups: input}'),
      ['f.yaml:23:16: input has no groups; expected a step with group:'],
    ],
    [
      'a field that is none',
      sections('{counts: severty, of: bad}'),
      [
        'f.yaml:23:16: outputs of triager have no field "severty"; expected one of severity, subject, place, place.host, open; did you mean severity?',
      ],
    ],
    [
      'a field of free text',
      sections('{counts: severity, of: writer}'),
      ['f.yaml:23:16: outputs of writer have no field "severity"; expected one of text'],
    ],
    [
      'a table without columns',
      sections('{table: triager}'),
      [`f.yaml:23:7: ${S} does not say which columns it has; expected columns: a list of fields`],
    ],
    [
      'no columns',
      sections('{table: triager, columns: []}'),
      [`f.yaml:23:33: ${S}.columns is an empty list; expected a list of 1 to 16 fields such as [line, severity]`],
    ],
    [
      'a column that is none',
      sections('{table: triager, columns: [line, host]}'),
      [
        'f.yaml:23:40: outputs of triager have no field "host"; expected one of severity, subject, place, place.host, open, line, input',
      ],
    ],
    [
      'a column twice',
      sections('{table: triager, columns: [line, line]}'),
      ['f.yaml:23:40: line stands there twice; expected each field once'],
    ],
    [
      'an order by what is none',
      sections('{table: triager, columns: [line], order: [serverity]}'),
      [
        'f.yaml:23:49: outputs of triager have no field "serverity"; expected one of severity, subject, place, place.host, open, line, input; did you mean severity?',
      ],
    ],
    [
      'a limit of none',
      sections('{text: writer, limit: 0}'),
      [`f.yaml:23:29: ${S}.limit is 0; expected a whole number from 1 to 1000`],
    ],
    [
      'a limit of counts',
      sections('{counts: severity, of: triager, limit: 5}'),
      [`f.yaml:23:39: ${S}.limit has no meaning beside counts; expected one of title, counts, of`],
    ],
    [
      'columns of groups',
      sections('{groups: bad, columns: [line]}'),
      [`f.yaml:23:21: ${S}.columns has no meaning beside groups; expected one of title, groups, fields, limit`],
    ],
    [
      'groups of a step without',
      sections('{groups: bad}'),
      ['f.yaml:23:16: bad has no groups; expected a step with group:'],
    ],
    [
      'text of a review',
      sections('{text: reviewer}'),
      ['f.yaml:23:14: reviewer only reviews; expected a step whose role writes text'],
    ],
    [
      'several at once',
      sections('{counts: severity, of: triagger}', '{text: wirter}'),
      [
        `f.yaml:23:30: ${S}.of names "triagger", which is not a step; expected one of triager, bad, writer, reviewer; did you mean triager?`,
        'f.yaml:24:14: report.sections[1].text names "wirter", which is not a step; expected one of triager, bad, writer, reviewer; did you mean writer?',
      ],
    ],
  ])('%s', (_what, report, expected) => {
    expect(messages(report)).toEqual(expected);
  });

  test('names of steps are looked for only in a flow that is one', () => {
    const text = file(sections('{counts: severity, of: nobody}')).replace('each: bad}', 'each: bat}');
    const result = parseSwarm('f.yaml', text);
    expect(result.ok ? [] : result.error.map(({ message }) => message)).toEqual([
      'nothing takes what flow[1] lets pass',
      'flow[2].each names "bat", which is not a step',
    ]);
  });
});

/** As a checked file has it. */
const parsed = (report: object): Parameters<typeof checkReport>[0] => {
  const result = parseSwarm('f.yaml', file(''));
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'));
  const { roles, flow, input } = result.value.swarm;
  const groups = [
    { name: 'incidents', each: 'triager', group: { by: ['subject'], order: ['severity', 'count'], limit: 1000 } },
    { name: 'worst', each: 'incidents', where: { severity: 'error' } },
  ] as unknown as Swarm['flow'];
  const writes = [{ name: 'say', role: 'writer', each: 'worst' }] as Swarm['flow'];
  return {
    roles,
    input,
    flow: [...flow.filter(({ role }) => role !== 'writer'), ...groups, ...writes],
    report: report as NonNullable<Swarm['report']>,
  };
};
test('counts of groups are not told as lines', () => {
  const swarm = parsed({ title: 'T', sections: [{ groups: 'again' }] });
  const again = { name: 'again', each: 'worst', group: { by: ['severity'], limit: 9 } } as Swarm['flow'][number];
  expect(checkReport({ ...swarm, flow: [...swarm.flow, again] })).toMatchObject([
    {
      path: ['report', 'sections', 0, 'groups'],
      message: 'again counts what incidents made, not lines',
      expected: 'one of incidents, worst, say',
    },
  ]);
});

const faults = (section: object): string[] =>
  checkReport(parsed({ title: 'T', sections: [section] })).map(
    ({ path, message, expected, hint = '' }) =>
      `${path.slice(2).join('.')}: ${message}; ${expected}${hint && `; ${hint}`}`,
  );

describe('groups', () => {
  test.each([
    [{ groups: 'incidents' }],
    [{ groups: 'worst', fields: { severity: 'severity', subject: 'place.host', action: 'open' }, limit: 9 }],
    [{ groups: 'say' }],
    [{ table: 'worst', columns: ['subject', 'count', 'first', 'severity'], order: ['count'] }],
    [{ counts: 'severity', of: 'incidents' }],
    [{ text: 'say' }],
  ])('are shown: %j', (section) => {
    expect(faults(section)).toEqual([]);
  });

  test.each([
    [{ groups: 'triager' }, '0.groups: triager has no groups; one of incidents, worst, say'],
    [
      { groups: 'incident' },
      '0.groups: report.sections[0].groups names "incident", which is not a step; one of triager, bad, reviewer, incidents, worst, say; did you mean incidents?',
    ],
    [
      { groups: 'worst', fields: { severity: 'level' } },
      '0.fields.severity: outputs of incidents have no field "level"; one of subject, severity, count, first, last, lines, quotes',
    ],
    [
      { groups: 'worst', fields: { subject: 'host' } },
      '0.fields.subject: outputs of triager have no field "host"; one of severity, subject, place, place.host, open',
    ],
    [
      { groups: 'worst', fields: { action: 'opn' } },
      '0.fields.action: outputs of triager have no field "opn"; one of severity, subject, place, place.host, open; did you mean open?',
    ],
    [
      { groups: 'worst', fields: { title: 'text' } },
      '0.fields.title: no role writes a title for worst; no fields.title, or the step of a role as groups',
    ],
    [{ groups: 'say', fields: { title: 'name' } }, '0.fields.title: outputs of say have no field "name"; one of text'],
    [
      { table: 'worst', columns: ['open'] },
      '0.columns.0: outputs of incidents have no field "open"; one of subject, severity, count, first, last, lines, quotes, line, input',
    ],
    [{ text: 'worst' }, '0.text: no role writes worst; a step whose role writes text'],
  ])('are not: %j', (section, expected) => {
    expect(faults(section)).toEqual([expected]);
  });
});
