/** Flows that are none, each with what is said of it; lines and columns are those of the file that `fileOf` writes. */
import { expect, test } from 'vitest';
import { formatDiagnostic, parseSwarm } from './parse.ts';
import { fileOf, saidOf } from './testing/flow-file.ts';

const BROKEN: readonly (readonly [steps: readonly string[], messages: readonly string[]])[] = [
  [
    ['{each: input}'],
    [
      '19:5: flow[0] says neither who works nor what it lets pass; expected role, or name with where, group, split, merge, sort, limit or sample',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, name: Writer}'],
    [
      '20:41: flow[1].name is the text "Writer"; expected lower-case letters, digits and hyphens, a letter first, at most 32, and not input',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, name: input}'],
    [
      '20:41: flow[1].name is the text "input"; expected lower-case letters, digits and hyphens, a letter first, at most 32, and not input',
    ],
  ],
  [
    ['{role: triager, each: input}', '{each: triager, where: {severity: error}}', '{role: writer, each: triager}'],
    ['20:5: flow[1] has no name that other steps could take; expected name beside where'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: bad, each: triager, where: {severity: error}}',
      '{role: writer, each: triager}',
    ],
    ['20:5: nothing takes what flow[1] lets pass; expected a step with each: bad'],
  ],
  [
    ['{role: triager, each: input}', '{name: bad, each: triager}', '{role: writer, each: bad}'],
    [
      '20:5: flow[1] says neither who works nor what it lets pass; expected role, or name with where, group, split, merge, sort, limit or sample',
    ],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: bad, reviews: triager, where: {severity: error}}',
      '{role: writer, each: bad}',
    ],
    ['20:17: flow[1].reviews has no meaning here; expected role beside it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: bad, each: triager, where: {severity: error}, share: 0.5}',
      '{role: writer, each: bad}',
    ],
    ['20:58: flow[1].share has no meaning here; expected role beside it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: bad, each: triager, where: {severity: error}, with: input}',
      '{role: writer, each: bad}',
    ],
    ['20:58: flow[1].with has no meaning here; expected role beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: bad, where: {severity: error}}', '{role: writer, each: bad}'],
    ['20:5: flow[1] does not say what bad works on; expected each'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, with: triager}'],
    ['20:41: flow[1] takes "triager" twice; expected another step'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, with: inptu}'],
    [
      '20:41: flow[1].with names "inptu", which is not a step; expected one of input, triager, writer, judge; did you mean input?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, reviews: triager, with: input}'],
    ['20:38: flow[1].with has no meaning here; expected each beside it'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, name: triager}'],
    ['20:41: flow[1] has the name of flow[0], "triager"; expected a name of its own'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager}', '{role: writer, each: input}'],
    [
      '21:12: flow[2] has the name of flow[1], "writer"; expected a name of its own; a role that has several steps needs name: beside each but one',
    ],
  ],
  [
    ['{name: first, role: triager, each: input}', '{role: writer, each: triager}'],
    ['20:26: triager has no step of its own in flow; expected one of first'],
  ],
  [
    ['{role: triager, each: input, with: writer}', '{role: writer, each: triager}'],
    ['19:40: flow goes round in a circle: triager -> writer -> triager; expected a way back to input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: a, each: b, where: {severity: error}}',
      '{name: b, each: a, where: {severity: error}}',
      '{role: writer, each: a}',
    ],
    ['20:21: flow goes round in a circle: a -> b -> a; expected a way back to input'],
  ],
  [
    ['{role: triager, each: input}', '{name: a, each: a, where: {severity: error}}', '{role: writer, each: a}'],
    ['20:21: flow goes round in a circle: a -> a; expected a way back to input'],
  ],
  // Whoever reviews what goes round does not go round with it.
  [
    [
      '{role: triager, each: input}',
      '{role: writer, each: triager}',
      '{name: a, each: b, where: {severity: error}}',
      '{name: b, each: a, where: {severity: error}}',
      '{role: judge, reviews: a}',
    ],
    ['21:21: flow goes round in a circle: a -> b -> a; expected a way back to input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{role: writer, each: triager}',
      '{name: a, each: a, where: {severity: error}}',
      '{role: judge, reviews: a}',
    ],
    ['21:21: flow goes round in a circle: a -> a; expected a way back to input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{role: judge, reviews: triager}',
      '{name: a, each: judge, where: {text: {contains: x}}}',
      '{role: writer, each: a}',
    ],
    ['21:21: judge only reviews; expected a step that works on each item'],
  ],
  [
    ['{role: triager, each: input}', '{role: judge, reviews: input}', '{role: writer, each: triager}'],
    ['20:28: flow[1].reviews names "input", which is not a step; expected one of triager, judge, writer'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: bad, each: triager, where: {severity: error}}',
      '{role: judge, reviews: bad}',
      '{role: writer, reviews: triager}',
    ],
    ['22:20: triager has a second review; expected at most one step with reviews for each step; the first is flow[2]'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severty: error}}'],
    [
      '20:43: outputs of triager have no field "severty"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port; did you mean severity?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severity: eror}}'],
    [
      '20:53: severity is never the text "eror"; expected one of debug, info, warning, error, critical; did you mean error?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severity: [error, fatal]}}'],
    ['20:61: severity is never the text "fatal"; expected one of debug, info, warning, error, critical'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severity: {gte: high}}}'],
    ['20:59: severity is never the text "high"; expected one of debug, info, warning, error, critical'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severity: {gte: 3}}}'],
    [
      '20:59: severity cannot be compared with 3; expected one of debug, info, warning, error, critical, which stand in order from low to high',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {subject: {gt: a}}}'],
    ['20:53: subject has no order; expected a field of numbers, or with an enum'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {count: {gt: many}}}'],
    ['20:55: count cannot be compared with the text "many"; expected a number'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {count: two}}'],
    ['20:50: count is never the text "two"; expected a value of type integer'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {count: {more: 2}}}'],
    ['20:51: "more" is no test of count; expected one of gte, lte, gt, lt, contains, not'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {count: {contains: 2}}}'],
    ['20:51: count holds nothing: it is neither text nor list; expected gte, lte, gt, lt or not'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {subject: {contains: 5}}}'],
    ['20:63: contains is 5; expected a text, at least one character long'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {urgent: "yes"}}'],
    ['20:51: urgent is never the text "yes"; expected a value of type boolean'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {place.hsot: db1}}'],
    [
      '20:43: outputs of triager have no field "place.hsot"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port; did you mean place.host?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {place.port: "80"}}'],
    ['20:55: place.port is never the text "80"; expected a value of type integer or null'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {}}'],
    ['20:42: where is empty; expected a field, as in {severity: [error, critical]}'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severity: []}}'],
    ['20:53: severity is an empty list; expected at least one value'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {severity: {}}}'],
    ['20:53: severity is an empty map; expected one of gte, lte, gt, lt, contains, not'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {any: {severity: error}}}'],
    ['20:48: any is a map; expected a list of maps such as [{severity: critical}, {urgent: true}]'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {not: error}}'],
    ['20:48: not is the text "error"; expected a map such as {severity: debug}'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {any: [{severity: error}, {subjct: x}]}}'],
    [
      '20:69: outputs of triager have no field "subjct"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port; did you mean subject?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: severity}'],
    ['20:42: flow[1].where is the text "severity"; expected a map such as {severity: [error, critical]}'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{role: writer, each: triager}',
      '{role: judge, each: writer, where: {severity: error}}',
    ],
    ['21:41: outputs of writer have no field "severity"; expected text: it writes free text'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, where: {tags: {contains: [a]}}}'],
    ['20:60: contains is a list; expected a value of the list'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, each: triager, wheer: {severity: error}}'],
    [
      '20:35: unknown key "wheer" in flow[1]; expected one of name, role, each, group, sort, limit, sample, split, merge, collect, reviews, with, where, dedupe, share, marked; did you mean where?',
    ],
  ],
  // Steps that make tasks.
  [
    ['{role: triager, each: input}', '{name: g, group: {by: [subject]}}', '{role: writer, each: g}'],
    ['20:5: flow[1] does not say what g works on; expected each'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, role: writer, each: triager, group: {by: [subject]}}'],
    [
      '20:44: flow[1].group has no meaning here; expected no role beside it: groups are made by code, and a step with each takes them',
    ],
  ],
  [
    ['{role: triager, each: input}', '{name: g, each: triager, group: {by: []}}', '{role: writer, each: g}'],
    ['20:42: flow[1].group.by is an empty list; expected a list of 1 to 8 fields such as [kind, subject]'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, each: triager, group: {by: subject}}', '{role: writer, each: g}'],
    ['20:42: flow[1].group.by is the text "subject"; expected a list of 1 to 8 fields such as [kind, subject]'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, each: triager, group: {order: [count]}}', '{role: writer, each: g}'],
    ['20:30: flow[1].group has no by; expected by: a list of 1 to 8 fields such as [kind, subject]'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, each: triager, group: {by: [subjekt]}}', '{role: writer, each: g}'],
    [
      '20:43: outputs of triager have no field "subjekt"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port; did you mean subject?',
    ],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject, subject]}}',
      '{role: writer, each: g}',
    ],
    ['20:52: "subject" stands here twice; expected each field once'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, each: triager, group: {by: [count]}}', '{role: writer, each: g}'],
    ['20:43: "count" is what a group itself has; expected a field of triager with another name'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject], order: [lines]}}',
      '{role: writer, each: g}',
    ],
    ['20:61: "lines" is what a group itself has; expected a field of triager with another name'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject], order: [size]}}',
      '{role: writer, each: g}',
    ],
    [
      '20:61: outputs of triager have no field "size"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port, count, first, last',
    ],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject], limit: 0}}',
      '{role: writer, each: g}',
    ],
    ['20:60: flow[1].group.limit is 0; expected a whole number from 1 to 100000'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject], most: 3}}',
      '{role: writer, each: g}',
    ],
    ['20:53: unknown key "most" in flow[1].group; expected one of by, order, limit'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, share: 0.5, group: {by: [subject]}}',
      '{role: writer, each: g}',
    ],
    ['20:30: flow[1].share has no meaning here; expected role beside it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, with: input, group: {by: [subject]}}',
      '{role: writer, each: g}',
    ],
    ['20:30: flow[1].with has no meaning here; expected role beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, reviews: triager, group: {by: [subject]}}', '{role: writer, each: g}'],
    ['20:15: flow[1].reviews has no meaning here; expected role beside it'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, collect: triager, group: {by: [subject]}}', '{role: writer, each: g}'],
    ['20:15: flow[1].collect has no meaning here; expected role beside it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: g, where: {urgent: true}}',
    ],
    ['21:37: outputs of g have no field "urgent"; expected one of subject, count, first, last, lines, quotes'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: g, where: {count: {contains: 3}}}',
    ],
    ['21:45: count holds nothing: it is neither text nor list; expected gte, lte, gt, lt or not'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: g}',
      '{role: judge, reviews: g}',
    ],
    ['22:28: g is made by code, and counts right; expected a step with a role'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: g, with: input}',
    ],
    ['21:35: input is not of the same task as g; expected g, or a step that works on it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: g, with: triager}',
    ],
    ['21:35: triager is not of the same task as g; expected g, or a step that works on it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: triager, with: g}',
    ],
    ['21:41: g is not of the same task as triager; expected a step that works on items of the input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [subject]}}',
      '{role: writer, each: g}',
      '{role: judge, each: triager, with: writer}',
    ],
    ['22:40: writer is not of the same task as triager; expected a step that works on items of the input'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, each: writer, group: {by: [text]}}', '{role: writer, each: g}'],
    ['20:21: flow goes round in a circle: g -> writer -> g; expected a way back to input'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: gg, group: {by: [subject]}}',
      '{name: gg, each: g, group: {by: [subject]}}',
      '{role: writer, each: g}',
    ],
    ['20:21: flow goes round in a circle: g -> gg -> g; expected a way back to input'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: triager, each: input}'],
    ['20:5: flow[1] has both each and collect; expected one of each, reviews, collect, merge'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: triger}'],
    [
      '20:29: flow[1].collect names "triger", which is not a step; expected one of input, triager, writer, judge; did you mean triager?',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: triager, with: input}'],
    ['20:38: flow[1].with has no meaning here; expected each beside it'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: triager, share: 0.5}'],
    ['20:38: flow[1].share has no meaning here; expected reviews beside it'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: writer}'],
    ['20:29: flow goes round in a circle: writer -> writer; expected a way back to input'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: judge}', '{role: judge, reviews: triager}'],
    ['20:29: judge only reviews; expected a step that works on each item'],
  ],
  [
    ['{role: triager, collect: input}', '{role: writer, each: triager}'],
    ['18:1: no step of flow works on the input; expected a step with each: input'],
  ],
  [
    ['{role: triager, each: input}', '{name: g, collect: triager}'],
    [
      '20:5: flow[1] says neither who works nor what it lets pass; expected role, or name with where, group, split, merge, sort, limit or sample',
    ],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, collect: triager, where: {severity: loud}}'],
    ['20:56: severity is never the text "loud"; expected one of debug, info, warning, error, critical'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, where: {severity: error}, group: {by: [place.hots]}}',
      '{role: writer, each: g}',
    ],
    [
      '20:69: outputs of triager have no field "place.hots"; expected one of severity, subject, count, urgent, tags, place, place.host, place.port; did you mean place.host?',
    ],
  ],
];

test.each(BROKEN)('%j', (steps, messages) => {
  expect(saidOf(fileOf(steps))).toEqual(messages);
});

test.each([
  [['{role: triager, each: input}', '{role: writer, each: input}', '{role: judge, each: triager, with: writer}']],
  [
    [
      '{role: writer, each: bad, with: input}',
      '{name: bad, each: triager, where: {severity: {gte: warning}}}',
      '{role: triager, each: input}',
    ],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: second, role: triager, each: triager, where: {any: [{urgent: true}, {not: {place.port: null}}]}}',
      '{role: writer, reviews: second, share: 0.5}',
      '{role: judge, reviews: triager}',
    ],
  ],
  [
    [
      '{role: writer, each: input}',
      '{role: triager, each: writer, where: {text: {contains: fail, not: {contains: "0 fail"}}}}',
    ],
  ],
  [
    [
      '{role: writer, collect: worst}',
      '{name: worst, each: kinds, where: {any: [{severity: {gte: error}}, {count: {gte: 20}}]}}',
      '{name: kinds, each: triager, group: {by: [subject, place.host], order: [severity, count, first], limit: 5}}',
      '{role: triager, each: input}',
      '{role: judge, each: writer, where: {text: {contains: fail}}}',
      '{name: hosts, each: kinds, group: {by: [place.host]}}',
    ],
  ],
])('%j is a flow', (steps) => {
  expect(parseSwarm('f', fileOf(steps))).toMatchObject({ ok: true });
});

test.each([
  [
    ['{role: triager, each: input, dedupe: often}', '{role: writer, each: triager}'],
    ['19:42: flow[0].dedupe is the text "often"; expected true or false'],
  ],
  [
    ['{role: triager, each: input}', '{role: writer, reviews: triager, dedupe: true}'],
    ['20:38: flow[1].dedupe has no meaning here; expected each beside it'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: bad, each: triager, where: {severity: error}, dedupe: true}',
      '{role: writer, each: bad}',
    ],
    ['20:58: flow[1].dedupe has no meaning here; expected role beside it'],
  ],
])('%j: where dedupe may stand', (steps, messages) => {
  expect(saidOf(fileOf(steps))).toEqual(messages);
});

test('dedupe is for agents that remember nothing', () => {
  const file = (memory: string) =>
    `planaria: 1\nname: G\nroles:\n  a: {prompt: a${memory}}\nflow:\n  - {role: a, each: input, dedupe: true}\n`;
  const parsed = parseSwarm('f', file(', memory: {turns: 2}'));
  expect(parsed.ok ? [] : parsed.error.map(formatDiagnostic)).toEqual([
    'f:6:28: flow[0].dedupe shares answers of a, whose agents remember earlier exchanges; expected memory.turns: 0 in roles.a',
  ]);
  expect(parseSwarm('f', file(', memory: {turns: 0}'))).toMatchObject({ ok: true });
  expect(parseSwarm('f', file(''))).toMatchObject({ ok: true });
});
