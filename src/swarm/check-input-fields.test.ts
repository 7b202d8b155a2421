/** Fields of the input in a flow and a report: which are known before the input is read, each fault with its place. */
import { describe, expect, test } from 'vitest';
import { fieldsNamed, yearOf } from './input-names.ts';
import { formatDiagnostic, parseSwarm } from './parse.ts';

const file = (input: string, flow: readonly string[], report = ''): string => `planaria: 1
name: Fields
input: {${input}}
roles:
  triager:
    prompt: a
    output: {type: object, properties: {severity: {enum: [low, high]}, input.odd: {type: integer}}, required: [severity]}
  writer: {prompt: b, kind: guardian}
flow:
${flow.map((step) => `  - ${step}\n`).join('')}${report}`;

const messages = (text: string): string[] => {
  const parsed = parseSwarm('f', text);
  return parsed.ok ? [] : parsed.error.map(formatDiagnostic);
};

const SYSLOG = 'format: lines, fields: syslog';
const SYSLOG_FIELDS = 'time, host, program, pid, message, severity, facility, id, day, hour, minute, line, text';
const TRIAGE = '{role: triager, each: input}';

describe('is told before the input is read:', () => {
  test.each([
    [
      'a field that the format does not have',
      file(SYSLOG, ['{role: triager, each: input, where: {progam: kernel}}']),
      [`f:10:42: the input has no field "progam"; expected one of ${SYSLOG_FIELDS}; did you mean program?`],
    ],
    [
      'one with a prefix where none belongs',
      file(SYSLOG, ['{role: triager, each: input, where: {input.host: web}}']),
      [`f:10:42: the input has no field "input.host"; expected one of ${SYSLOG_FIELDS}; did you mean host?`],
    ],
    [
      'one behind a filter of the input',
      file(SYSLOG, [
        '{name: kernel, each: input, where: {program: kernel}}',
        '{role: triager, each: kernel, where: {hots: a}}',
      ]),
      [`f:11:43: the input has no field "hots"; expected one of ${SYSLOG_FIELDS}; did you mean host?`],
    ],
    [
      'one with its prefix',
      file(SYSLOG, [TRIAGE, '{name: g, each: triager, group: {by: [input.hosts]}}']),
      [`f:11:43: the input has no field "hosts"; expected one of ${SYSLOG_FIELDS}; did you mean input.host?`],
    ],
    [
      'one without the prefix that it needs',
      file(SYSLOG, [TRIAGE, '{name: g, each: triager, group: {by: [host]}}']),
      [
        'f:11:43: outputs of triager have no field "host"; expected one of severity, input.odd; did you mean input.host?',
      ],
    ],
    [
      'none of lines that are not looked into',
      file('format: lines, fields: none', ['{role: triager, each: input, where: {host: a}}']),
      ['f:10:42: the input has no field "host"; expected one of line, text'],
    ],
    [
      'a bound that is no number and no time',
      file(SYSLOG, ['{role: triager, each: input, where: {time: {gte: noon}}}']),
      [
        'f:10:54: time cannot be compared with the text "noon"; expected a number, or a time or the first part of one, such as "2005-06-14T15:00"',
      ],
    ],
    [
      'a day that no calendar has',
      file(SYSLOG, ['{role: triager, each: input, where: {time: {gte: "2005-02-30"}}}']),
      [
        'f:10:54: time cannot be compared with the text "2005-02-30"; expected a number, or a time or the first part of one, such as "2005-06-14T15:00"',
      ],
    ],
    [
      'a field of the input where a task is made of many items',
      file(SYSLOG, [
        TRIAGE,
        '{name: g, each: triager, group: {by: [severity]}}',
        '{role: writer, each: g, where: {input.host: a}}',
      ]),
      [
        'f:12:37: outputs of g have no field "input.host"; expected one of severity, count, first, last, lines, quotes; what is made of several items has those fields of the input that group.by names',
      ],
    ],
    [
      'a group by what groups have themselves',
      file(SYSLOG, [TRIAGE, '{name: g, each: input, group: {by: [count]}}']),
      ['f:11:41: "count" is what a group itself has; expected a field of input with another name'],
    ],
    [
      'fields beside another format',
      file('format: csv, column: a, fields: syslog', [TRIAGE]),
      ['f:3:33: input.fields has no meaning here; expected format: lines beside it'],
    ],
    [
      'a format of lines that is none',
      file('fields: nginx', [TRIAGE]),
      ['f:3:17: input.fields is the text "nginx"; expected one of auto, none, syslog, iso, apache, json, logfmt'],
    ],
    [
      'a year beside another format',
      file('format: jsonl, year: 2005', [TRIAGE]),
      ['f:3:24: input.year has no meaning here; expected format: lines beside it'],
    ],
    [
      'a column of a report',
      file(SYSLOG, [TRIAGE], 'report: {title: R, sections: [{table: triager, columns: [line, input.hst]}]}\n'),
      [`f:11:64: the input has no field "hst"; expected one of ${SYSLOG_FIELDS}; did you mean input.host?`],
    ],
  ])('%s', (_, text, expected) => {
    expect(messages(text)).toEqual(expected);
  });
});

test.each([
  ['the input alone', ['{name: g, each: input, group: {by: [host, day], order: [time]}}', '{role: triager, each: g}']],
  [
    'outputs, groups and groups of groups',
    [
      TRIAGE,
      '{name: g, each: triager, where: {any: [{severity: high}, {input.program: {contains: ssh}}]}, group: {by: [input.day, severity]}}',
      '{name: late, each: g, where: {input.day: {gte: "2005-07"}}}',
      '{name: gg, each: late, group: {by: [input.day]}}',
      '{role: writer, collect: input, where: {host: a}}',
    ],
  ],
  ['an output of that name', [TRIAGE, '{name: g, each: triager, group: {by: [input.odd]}}']],
])('%s may be looked at', (_, flow) => {
  expect(messages(file(SYSLOG, flow))).toEqual([]);
});

test('each field is named once, with the key that names it first', () => {
  const parsed = parseSwarm(
    'f',
    file(
      SYSLOG,
      [
        '{role: triager, each: input, where: {not: {time: {lt: "2006-01"}}}}',
        '{name: g, each: triager, where: {input.time: {gte: "2005-06-14"}, input.odd: 1}, group: {by: [input.host], order: [count, input.pid]}}',
      ],
      'report: {title: R, sections: [{counts: input.program, of: triager}, {table: input, columns: [line, day]}, {groups: g, fields: {subject: input.id}}]}\n',
    ),
  );
  if (!parsed.ok) throw new Error(parsed.error.map(formatDiagnostic).join('\n'));
  expect(fieldsNamed(parsed.value.swarm).map(({ field, by }) => `${by} ${field}`)).toEqual([
    'flow[0].where time',
    'flow[1].group host',
    'flow[1].group pid',
    'report.sections[0] program',
    'report.sections[1] day',
    'report.sections[2] id',
  ]);
  expect(yearOf(parsed.value.swarm)).toBe(2005);
});
