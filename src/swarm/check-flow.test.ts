/** Flows that are none, each with what is said of it; lines and columns are those of the file that `fileOf` writes. */
import { expect, test } from 'vitest';
import { formatDiagnostic, parseSwarm } from './parse.ts';

const ROLES = `planaria: 1
name: Graph
roles:
  triager:
    prompt: a
    output:
      type: object
      properties:
        severity: {enum: [debug, info, warning, error, critical]}
        subject: {type: string}
        count: {type: integer}
        urgent: {type: boolean}
        tags: {type: array, items: {type: string}}
        place: {type: object, properties: {host: {type: string}, port: {type: [integer, "null"]}}}
      required: [severity, subject]
  writer: {prompt: b}
  judge: {prompt: c, kind: guardian}
flow:
`;

const fileOf = (steps: readonly string[]): string => ROLES + steps.map((step) => `  - ${step}\n`).join('');

const BROKEN: readonly (readonly [steps: readonly string[], messages: readonly string[]])[] = [
  [['{each: input}'], ['19:5: flow[0] says neither who works nor what it lets pass; expected role, or name and where']],
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
    ['20:5: flow[1] says neither who works nor what it lets pass; expected role, or name and where'],
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
    [
      '{name: bad, each: input, where: {severity: error}}',
      '{role: triager, each: bad}',
      '{role: writer, each: triager}',
    ],
    ['19:30: flow[0].where has no meaning here; expected a step as each: the input is a text, and has no fields'],
  ],
  [
    ['{role: triager, each: input, where: {severity: error}}', '{role: writer, each: triager}'],
    ['19:34: flow[0].where has no meaning here; expected a step as each: the input is a text, and has no fields'],
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
      '20:35: unknown key "wheer" in flow[1]; expected one of name, role, each, reviews, with, where, share, marked; did you mean where?',
    ],
  ],
];

test.each(BROKEN)('%j', (steps, messages) => {
  const parsed = parseSwarm('f', fileOf(steps));
  expect(parsed.ok ? [] : parsed.error.map((each) => formatDiagnostic(each).replace(/^f:/, ''))).toEqual(messages);
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
])('%j is a flow', (steps) => {
  expect(parseSwarm('f', fileOf(steps))).toMatchObject({ ok: true });
});
