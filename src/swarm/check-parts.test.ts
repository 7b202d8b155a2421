/** Flows that split what has no parts, or merge what was not split, each with what is said of it; lines and columns are those of the file. */
import { expect, test } from 'vitest';
import { parseSwarm } from './parse.ts';
import { summarize } from './summary.ts';
import { fileOf, saidOf } from './testing/flow-file.ts';

const ROLES = `planaria: 1
name: Parts
roles:
  triager: {prompt: a, output: {type: object, properties: {severity: {enum: [low, high]}}, required: [severity]}}
  writer: {prompt: b}
flow:
`;
const said = (steps: readonly string[]): string[] => saidOf(fileOf(steps, ROLES));

const SPLIT = '{name: parts, each: input, split: {by: lines, size: 9}}';
const READ = '{role: triager, each: parts}';
const WRITE = '{role: writer, each: input}';

const BROKEN: readonly (readonly [steps: readonly string[], messages: readonly string[]])[] = [
  [
    ['{name: parts, role: triager, each: input, split: {by: lines, size: 9}}', WRITE],
    [
      '7:47: flow[0].split has no meaning here; expected no role beside it: parts are cut by code, and a step with each takes them',
    ],
  ],
  [
    ['{each: input, split: {by: lines, size: 9}}', '{role: triager, each: input}', WRITE],
    ['7:5: flow[0] has no name that other steps could take; expected name beside split'],
  ],
  [
    ['{name: parts, split: {by: lines, size: 9}}', READ, WRITE],
    ['7:5: flow[0] does not say what parts works on; expected each'],
  ],
  [
    [SPLIT, '{role: triager, each: input}', WRITE],
    ['7:5: nothing takes the parts that flow[0] makes; expected a step with each: parts'],
  ],
  [
    [SPLIT.replace('size: 9', 'size: 9, overlap: 9'), READ, WRITE],
    ['7:69: flow[0].split.overlap is 9, as much as a whole part; expected at most 8'],
  ],
  [
    [SPLIT.replace('size: 9', 'size: 1, overlap: 1'), READ, WRITE],
    ['7:69: flow[0].split.overlap is 1, as much as a whole part; expected no overlap'],
  ],
  [
    [SPLIT.replace('size: 9', 'size: 0'), READ, WRITE],
    ['7:57: flow[0].split.size is 0; expected a whole number from 1 to 262144'],
  ],
  [
    [SPLIT.replace('lines', 'words'), READ, WRITE],
    ['7:44: flow[0].split.by is the text "words"; expected one of tokens, characters, lines, paragraphs, pages'],
  ],
  [
    [SPLIT.replace(', size: 9', ''), READ, WRITE],
    ['7:32: flow[0].split has no size; expected size: a whole number from 1 to 262144'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: parts, each: triager, split: {by: lines, size: 9}}',
      '{role: writer, each: parts}',
    ],
    ['8:25: outputs of triager are no text that could be split; expected input, or a step whose role writes free text'],
  ],
  [
    [
      '{role: triager, each: input}',
      '{name: g, each: triager, group: {by: [severity]}}',
      '{name: parts, each: g, split: {by: lines, size: 9}}',
      '{role: writer, each: parts}',
    ],
    ['9:25: g makes groups, which are no text; expected a step whose role writes text'],
  ],
  [
    ['{role: triager, each: input}', '{name: whole, merge: triager}', WRITE],
    [
      '8:26: triager works on whole items of the input, not on parts of a text; expected a step that works on parts: each: and the name of a step with split',
    ],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: parts}', WRITE],
    ['9:26: parts gives parts, and nothing came of them yet; expected one of triager'],
  ],
  [
    [
      SPLIT,
      READ,
      '{name: g, each: triager, group: {by: [severity]}}',
      '{role: writer, each: g}',
      '{name: whole, merge: writer}',
    ],
    ['11:26: writer works on groups of g, not on parts of a text; expected one of triager'],
  ],
  [
    [SPLIT, READ, '{role: writer, collect: triager}', '{name: whole, merge: writer}'],
    ['10:26: writer works on what writer collects, not on parts of a text; expected one of triager'],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: triager}', '{name: twice, merge: whole}', WRITE],
    ['10:26: whole works on whole items of the input, not on parts of a text; expected one of triager'],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: triger}', WRITE],
    [
      '9:26: flow[2].merge names "triger", which is not a step; expected one of parts, triager, whole, writer; did you mean triager?',
    ],
  ],
  [
    [SPLIT, READ, '{merge: triager}', WRITE],
    ['9:5: flow[2] has no name that other steps could take; expected name beside merge'],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: triager, each: parts}', WRITE],
    ['9:5: flow[2] has both each and merge; expected one of each, merge'],
  ],
  [
    [SPLIT, READ, '{role: writer, merge: triager, with: input}'],
    ['9:36: flow[2].with has no meaning here; expected each beside it'],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: triager, dedupe: true}', WRITE],
    ['9:35: flow[2].dedupe has no meaning here; expected role beside it'],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: triager, split: {by: lines, size: 1}}', WRITE],
    ['9:35: flow[2].split has no meaning here; expected each beside it, in place of merge'],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: triager, where: {severity: loud}}', WRITE],
    ['9:53: severity is never the text "loud"; expected one of low, high'],
  ],
  [
    [SPLIT, '{role: triager, each: parts, where: {number: 1}}', WRITE],
    ['8:42: outputs of parts have no field "number"; expected one of part, of, first, last'],
  ],
  [
    [SPLIT, '{role: triager, each: parts, with: input}', WRITE],
    ['8:40: input is not of the same task as parts; expected parts, or a step that works on it'],
  ],
  [
    [SPLIT, READ, '{role: writer, reviews: parts}'],
    ["9:29: parts is cut by code, and nobody's answer; expected a step with a role"],
  ],
  [
    [SPLIT.replace('size: 9', 'size: 9, context: {first: 80}'), '{role: triager, each: parts, dedupe: true}', WRITE],
    [
      '8:34: flow[1].dedupe shares answers of parts, which are read with what stands around each; expected no context in parts',
    ],
  ],
  [
    [SPLIT, READ, '{name: whole, merge: again}', '{name: again, role: writer, each: whole}'],
    ['9:26: flow goes round in a circle: whole -> again -> whole; expected a way back to input'],
  ],
];

test.each(BROKEN)('%j', (steps, messages) => {
  expect(said(steps)).toEqual(messages);
});

test.each([
  [[SPLIT, READ, '{name: whole, merge: triager}', '{role: writer, each: whole, with: input}']],
  [
    [
      SPLIT,
      '{name: sub, each: parts, split: {by: characters, size: 50}}',
      '{role: triager, each: sub}',
      '{name: a, merge: triager}',
      '{name: whole, role: writer, merge: a}',
    ],
  ],
  [
    [
      WRITE,
      '{name: parts, each: writer, split: {by: lines, size: 9}}',
      READ,
      '{name: whole, merge: triager, where: {severity: high}}',
    ],
  ],
  [
    [
      SPLIT,
      '{name: some, each: parts, where: {part: {lte: 3}}}',
      '{role: triager, each: some}',
      '{role: writer, reviews: triager}',
      '{name: whole, merge: triager}',
    ],
  ],
])('%j is a flow', (steps) => {
  expect(said(steps)).toEqual([]);
});

test('parts are drawn behind what is split, and what they come to behind them', () => {
  const steps = ['{name: whole, merge: triager}', READ, SPLIT, '{role: writer, each: whole}'];
  const parsed = parseSwarm('f', fileOf(steps, ROLES));
  if (!parsed.ok) throw new Error('no flow');
  expect(summarize(parsed.value.swarm).flow.map(({ name, role, on, of }) => [name, role, on, of])).toEqual([
    ['parts', null, 'input', undefined],
    ['triager', 'triager', 'parts', 'parts'],
    ['whole', null, 'triager', undefined],
    ['writer', 'writer', 'whole', undefined],
  ]);
});
