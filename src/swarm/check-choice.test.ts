/** Choices that are none, each with what is said of it; lines and columns are those of the file that `fileOf` writes. */
import { expect, test } from 'vitest';
import { formatDiagnostic, parseSwarm } from './parse.ts';
import { fileOf, saidOf } from './testing/flow-file.ts';

const BROKEN: readonly (readonly [steps: readonly string[], messages: readonly string[]])[] = [
  [
    ['{role: triager, each: input}', '{each: triager, limit: 5}', '{role: writer, each: triager}'],
    ['20:5: flow[1] has no name that other steps could take; expected name beside limit'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, limit: 0}', '{role: writer, each: c}'],
    ['20:37: flow[1].limit is 0; expected a whole number from 1 to 1000000'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, limit: 1.5}', '{role: writer, each: c}'],
    ['20:37: flow[1].limit is 1.5; expected a whole number from 1 to 1000000'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, limit: 200000}', '{role: writer, each: c}'],
    [
      '20:37: flow[1].limit is 200000, and each that is chosen becomes a task; expected a whole number from 1 to 100000',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sort: severity}', '{role: writer, each: c}'],
    [
      '20:36: flow[1].sort is the text "severity"; expected a list of 1 to 8 fields such as [severity, {field: size, order: ascending}]',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sort: []}', '{role: writer, each: c}'],
    [
      '20:36: flow[1].sort is an empty list; expected a list of 1 to 8 fields such as [severity, {field: size, order: ascending}]',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sort: [sevrity]}', '{role: writer, each: c}'],
    [
      '20:37: outputs of triager have no field "sevrity"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port, line; did you mean severity?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sort: [severity, severity]}', '{role: writer, each: c}'],
    ['20:47: "severity" stands here twice; expected each field once'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sort: [severity, {field: severity, order: ascending}]}',
      '{role: writer, each: c}',
    ],
    ['20:55: "severity" stands here twice; expected each field once'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sort: [{field: severity, order: up}]}',
      '{role: writer, each: c}',
    ],
    ['20:37: flow[1].sort[0] is a map; expected a field, or a map such as {field: size, order: ascending}'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sort: [{by: severity, order: ascending}]}',
      '{role: writer, each: c}',
    ],
    ['20:37: flow[1].sort[0] is a map; expected a field, or a map such as {field: size, order: ascending}'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sort: [{field: size, order: ascending}], limit: 3}',
      '{role: writer, each: c}',
    ],
    [
      '20:45: outputs of triager have no field "size"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port, line',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sample: {}}', '{role: writer, each: c}'],
    ['20:38: flow[1].sample does not say what it takes; expected one of first, random, of'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sample: {first: 3, random: 3}}',
      '{role: writer, each: c}',
    ],
    ['20:38: flow[1].sample has first and random; expected one of first, random, of'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sample: {random: 0}}', '{role: writer, each: c}'],
    ['20:47: flow[1].sample.random is 0; expected a whole number from 1 to 1000000'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sample: {random: 3, most: 2}}',
      '{role: writer, each: c}',
    ],
    ['20:50: flow[1].sample.most has no meaning here; expected of beside it: the fields whose values are told apart'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sample: {of: [servity]}}', '{role: writer, each: c}'],
    [
      '20:44: outputs of triager have no field "servity"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sample: {of: []}}', '{role: writer, each: c}'],
    ['20:43: flow[1].sample.of is an empty list; expected a list of 1 to 8 fields such as [kind, subject]'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, sample: {of: [severity]}, limit: 3}',
      '{role: writer, each: c}',
    ],
    ['20:56: flow[1].limit has no meaning here; expected a step of its own, as sample is beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, sample: 5}', '{role: writer, each: c}'],
    ['20:38: flow[1].sample is 5; expected a map with first, random, or of and most'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, group: {by: [severity]}, limit: 3}',
      '{role: writer, each: c}',
    ],
    [
      '20:55: flow[1].limit has no meaning here; expected a step of its own that takes the groups; group has order and limit',
    ],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: triager, group: {by: [severity]}, sort: [severity]}',
      '{role: writer, each: c}',
    ],
    [
      '20:55: flow[1].sort has no meaning here; expected a step of its own that takes the groups; group has order and limit',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, role: writer, limit: 3}'],
    [
      '20:44: flow[1].limit has no meaning here; expected no role beside it: code chooses, and a step with each takes what it chose',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, collect: triager, role: writer, sort: [severity]}'],
    [
      '20:47: flow[1].sort has no meaning here; expected no role beside it: code chooses, and a step with each takes what it chose',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: c, reviews: triager, limit: 3}', '{role: writer, each: c}'],
    ['20:15: flow[1].reviews has no meaning here; expected role beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, limit: 3, with: input}', '{role: writer, each: c}'],
    ['20:40: flow[1].with has no meaning here; expected role beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, limit: 3, dedupe: true}', '{role: writer, each: c}'],
    ['20:40: flow[1].dedupe has no meaning here; expected role beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: triager, limit: 3}', '{role: writer, each: triager, with: c}'],
    ['21:41: c is not of the same task as triager; expected a step that works on items of the input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: c, each: d, limit: 3}',
      '{name: d, each: c, limit: 2}',
      '{role: writer, each: triager}',
    ],
    ['20:21: flow goes round in a circle: c -> d -> c; expected a way back to input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [severity]}}',
      '{name: c, each: g, sort: [subject]}',
      '{role: writer, each: c}',
    ],
    ['21:31: outputs of g have no field "subject"; expected one of severity, count, first, last, lines, quotes, line'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [severity]}}',
      '{name: c, each: g, limit: 3}',
      '{role: writer, each: c, with: triager}',
    ],
    ['22:35: triager is not of the same task as c; expected c, or a step that works on it'],
  ],
  [
    ['{role: triager, each: input}', '{name: c, each: writer, sort: [severity]}', '{role: writer, each: triager}'],
    ['20:36: outputs of writer have no field "severity"; expected one of text, line'],
  ],
  [
    ['{name: c, each: input, limit: 5}', '{role: triager, each: c}', '{role: writer, reviews: c}'],
    ['21:29: c has no output; expected a step with a role'],
  ],
];

test.each(BROKEN)('%j', (steps, messages) => {
  expect(saidOf(fileOf(steps))).toEqual(messages);
});

const GOOD: readonly (readonly string[])[] = [
  [
    '{role: triager, each: input}',
    '{name: c, each: triager, sort: [{field: severity}, line]}',
    '{role: writer, each: c}',
  ],
  ['{role: triager, each: input}', '{name: c, each: triager, limit: 3}', '{role: writer, each: triager}'],
  [
    '{role: triager, each: input}',
    '{name: c, each: triager, sort: [place.host], limit: 3}',
    '{role: writer, each: c, with: input}',
  ],
  [
    '{role: triager, each: input}',
    '{role: writer, each: triager}',
    '{name: c, each: writer, sort: [text]}',
    '{name: d, each: c, limit: 1}',
  ],
  ['{name: c, each: input, limit: 1000000}', '{role: triager, each: c}', '{role: writer, collect: c}'],
  [
    '{name: c, each: input, sample: {random: 9}}',
    '{name: d, each: c, sort: [{field: line, order: descending}], limit: 3}',
    '{role: triager, each: d}',
    '{role: writer, each: c}',
  ],
  [
    '{role: triager, each: input}',
    '{name: c, each: triager, limit: 3}',
    '{role: writer, each: c, with: triager}',
    '{role: judge, reviews: triager}',
  ],
  [
    '{role: triager, each: input}',
    '{name: c, each: triager, limit: 3}',
    '{role: writer, reviews: c}',
    '{role: judge, reviews: triager}',
  ],
];

test.each(GOOD.map((steps) => [steps]))('%j is a flow', (steps) => {
  const parsed = parseSwarm('graph.yaml', fileOf(steps));
  expect(parsed.ok ? [] : parsed.error.map(formatDiagnostic)).toEqual([]);
});

const OF_SYSLOG: readonly (readonly [step: string, message: string | null])[] = [
  ['{name: c, each: input, sort: [program, {field: line, order: descending}], limit: 5}', null],
  ['{name: c, each: input, sample: {of: [host], most: 2}}', null],
  ['{name: c, each: input, where: {program: kernel}, limit: 5}', null],
  ['{name: c, each: input, sort: [prgram]}', '20:35: the input has no field "prgram"; did you mean program?'],
  ['{name: c, each: input, sample: {of: [hots]}}', '20:42: the input has no field "hots"; did you mean host?'],
  [
    '{name: c, each: input, where: {programm: x}, limit: 5}',
    '20:36: the input has no field "programm"; did you mean program?',
  ],
];

test.each(OF_SYSLOG)('of the input itself: %s', (step, message) => {
  const steps = [step, '{role: triager, each: c}', '{role: writer, each: triager}'];
  const parsed = parseSwarm('a.yaml', fileOf(steps).replace('roles:', 'input: {fields: syslog}\nroles:'));
  const told = parsed.ok
    ? null
    : parsed.error.map((each) => formatDiagnostic({ ...each, expected: '' }).replace('a.yaml:', '')).join();
  expect(told).toBe(message);
});
