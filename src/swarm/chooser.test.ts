/** What is chosen of outputs and of items, beside the plain way to choose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChoiceRule, choiceText } from './choice.ts';
import { Chooser } from './chooser.ts';
import { planTasks } from './flow.ts';
import type { SwarmStep } from './model.ts';
import type { OutputSchema } from './output-schema.ts';
import { chooseItems, hasBit } from './picks.ts';
import { NO_ITEM } from './where.ts';

const OUTPUT: OutputSchema = {
  type: 'object',
  properties: {
    severity: { enum: ['debug', 'info', 'error'] },
    size: { type: 'number' },
    note: { type: 'string' },
    urgent: { type: 'boolean' },
  },
};
type Row = Readonly<Record<string, unknown>>;

function chosen(rule: ChoiceRule, rows: readonly (Row | string)[], output: OutputSchema | null = OUTPUT): number[] {
  const chooser = new Chooser(rule, { output, groups: false }, 7, 'c');
  for (const [place, row] of rows.entries()) chooser.add(place, place + 1, row);
  return [...chooser.end().places];
}

const ROWS: readonly Row[] = [
  { severity: 'info', size: 3, note: 'b', urgent: false },
  { severity: 'error', size: 1, note: 'a', urgent: true },
  { severity: 'debug', note: 'c', urgent: true },
  { severity: 'error', size: 9, note: 'd', urgent: false },
  { size: 2, note: 'a' },
];

describe('sort', () => {
  test.each<[string, ChoiceRule, number[]]>([
    ['puts the last of an enum first, and what is missing last', { sort: ['severity'] }, [1, 3, 0, 2, 4]],
    ['turns an enum round', { sort: [{ field: 'severity', order: 'ascending' }] }, [2, 0, 1, 3, 4]],
    ['puts the greatest number first, and what is missing last', { sort: ['size'] }, [3, 0, 4, 1, 2]],
    ['leaves what is missing last the other way', { sort: [{ field: 'size', order: 'ascending' }] }, [1, 4, 0, 3, 2]],
    ['puts true first', { sort: ['urgent'] }, [1, 2, 0, 3, 4]],
    ['puts texts from a to z, equals as they came', { sort: ['note'] }, [1, 4, 0, 2, 3]],
    ['puts texts from z to a', { sort: [{ field: 'note', order: 'descending' }] }, [3, 2, 0, 1, 4]],
    ['goes on with the next field', { sort: ['severity', { field: 'size', order: 'ascending' }] }, [1, 3, 0, 2, 4]],
    ['knows the place in the input', { sort: [{ field: 'line', order: 'descending' }], limit: 2 }, [4, 3]],
    ['takes the first so many', { sort: ['size'], limit: 2 }, [3, 0]],
    ['takes all where the limit is larger than what is there', { sort: ['size'], limit: 99 }, [3, 0, 4, 1, 2]],
    ['takes the first of the input without a field', { limit: 2 }, [0, 1]],
  ])('%s', (_, rule, places) => {
    expect(chosen(rule, ROWS)).toEqual(places);
  });

  test('a field called line is that of the output', () => {
    const output: OutputSchema = { type: 'object', properties: { line: { type: 'integer' } } };
    expect(chosen({ sort: ['line'] }, [{ line: 2 }, { line: 8 }, { line: 5 }], output)).toEqual([1, 2, 0]);
  });

  test('a field of groups that is one of the input is compared as numbers are', () => {
    const held = new Map([['input.size', 'size']]);
    const chooser = new Chooser({ sort: ['input.size'] }, { output: {}, groups: true, held }, 7, 'c');
    for (const [place, size] of ['9', '10', null, 'x', '07'].entries())
      chooser.add(place, place, { 'input.size': size });
    expect(chooser.end().places).toEqual([1, 0, 4, 3, 2]);
  });

  test('what is the same in another order of keys is told apart from nothing', () => {
    expect(chosen({ sample: { of: ['at'] } }, [{ at: { a: 1, b: 2 } }, { at: { b: 2, a: 1 } }], {})).toEqual([0]);
  });

  test('free text is sorted as a text', () => {
    expect(chosen({ sort: ['text'] }, ['pear', 'apple', 'fig'], null)).toEqual([1, 2, 0]);
  });

  test('of groups first, last and line come in the order of the input, count the most first', () => {
    const output: OutputSchema = {
      type: 'object',
      properties: { count: { type: 'integer' }, first: { type: 'integer' }, last: { type: 'integer' } },
    };
    const groups = [
      { count: 1, first: 9, last: 9 },
      { count: 7, first: 4, last: 5 },
      { count: 3, first: 6, last: 30 },
    ];
    const sorted = (field: string): number[] => {
      const chooser = new Chooser({ sort: [field] }, { output, groups: true }, 7, 'c');
      for (const [place, group] of groups.entries()) chooser.add(place, group.first, group);
      return [...chooser.end().places];
    };
    expect([sorted('count'), sorted('first'), sorted('last'), sorted('line')]).toEqual([
      [1, 2, 0],
      [1, 2, 0],
      [1, 0, 2],
      [1, 2, 0],
    ]);
  });
});

describe('sample', () => {
  test.each<[string, ChoiceRule, number[]]>([
    ['takes the first so many', { sample: { first: 3 } }, [0, 1, 2]],
    ['takes one of each value', { sample: { of: ['severity'] } }, [0, 1, 2, 4]],
    ['takes so many of each value', { sample: { of: ['severity'], most: 2 } }, [0, 1, 2, 3, 4]],
    ['tells values of several fields apart', { sample: { of: ['severity', 'urgent'] } }, [0, 1, 2, 3, 4]],
    ['takes nothing of nothing', { sample: { random: 3 } }, []],
  ])('%s', (name, rule, places) => {
    expect(chosen(rule, name.includes('nothing of nothing') ? [] : ROWS)).toEqual(places);
  });

  test('random takes so many, in the order of the source, others for another seed or step', () => {
    const draw = (seed: number, name: string): number[] => {
      const chooser = new Chooser({ sample: { random: 10 } }, { output: null, groups: false }, seed, name);
      for (let place = 0; place < 1000; place++) chooser.add(place, place, '');
      return [...chooser.end().places];
    };
    const drawn = draw(1, 'a');
    expect(drawn).toHaveLength(10);
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    expect(drawn).toEqual(draw(1, 'a'));
    expect(drawn).not.toEqual(draw(2, 'a'));
    expect(drawn).not.toEqual(draw(1, 'b'));
  });

  test('random takes each as often as the others', () => {
    const taken = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 1000; seed++) {
      const chooser = new Chooser({ sample: { random: 3 } }, { output: null, groups: false }, seed, 'c');
      for (let place = 0; place < 10; place++) chooser.add(place, place, '');
      for (const place of chooser.end().places) taken[place] = (taken[place] ?? 0) + 1;
    }
    for (const times of taken) expect(Math.abs(times - 300)).toBeLessThan(75);
  });
});

test('what is chosen is the same in whatever order outputs come, and as a plain sort has it', () => {
  const value = fc.oneof(fc.constantFrom('debug', 'info', 'error', 'odd'), fc.constant(null), fc.nat(3));
  const row = fc.record({ severity: value, size: fc.option(fc.nat(4), { nil: null }) });
  const rule = fc.oneof(
    fc.record({
      sort: fc.shuffledSubarray(['severity', 'size', 'line'], { minLength: 1 }),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ limit: fc.integer({ min: 1, max: 90 }) }),
    fc.integer({ min: 1, max: 9 }).map((random) => ({ sample: { random } })),
    fc.integer({ min: 1, max: 3 }).map((most) => ({ sample: { of: ['size'], most } })),
  );
  fc.assert(
    fc.property(rule, fc.array(row, { maxLength: 200 }), fc.infiniteStream(fc.nat()), (given, rows, numbers) => {
      const order = [...rows.keys()];
      for (let k = order.length - 1; k > 0; k--) {
        const other = (numbers.next().value as number) % (k + 1);
        [order[k], order[other]] = [order[other] as number, order[k] as number];
      }
      const shuffled = new Chooser(given, { output: OUTPUT, groups: false }, 7, 'c');
      for (const place of order) shuffled.add(place, place + 1, rows[place]);
      const found = shuffled.end();
      expect(found.all).toBe(rows.length);
      expect(found.places).toEqual(chosen(given, rows));
      if ('limit' in given && !('sort' in given)) expect(found.places).toEqual([...rows.keys()].slice(0, given.limit));
    }),
  );
});

test('a million outputs are looked at and none but those that may be chosen kept', () => {
  const chooser = new Chooser({ sort: ['size'], limit: 100 }, { output: OUTPUT, groups: false }, 7, 'c');
  for (let place = 0; place < 1_000_000; place++) chooser.add(place, place, { size: (place * 7919) % 1_000_003 });
  const { places, all } = chooser.end();
  const sizes = places.map((place) => (place * 7919) % 1_000_003);
  expect([all, places.length]).toEqual([1_000_000, 100]);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

const planOf = (flow: readonly SwarmStep[], items: number) => planTasks({ flow: [...flow], roles: {}, seed: 3 }, items);
const taken = ({ taken: items, items: all }: ReturnType<typeof planOf>): number[] =>
  items ? [...items] : Array.from({ length: all }, (_, item) => item);

describe('items of the input', () => {
  test('those that no step takes are no tasks', () => {
    const limited = planOf(
      [
        { name: 'c', each: 'input', limit: 3 },
        { role: 'r', each: 'c' },
      ],
      1_000_000,
    );
    expect([limited.items, taken(limited), limited.turns]).toEqual([3, [0, 1, 2], 3]);
    const last = planOf(
      [
        { name: 'c', each: 'input', sort: [{ field: 'line', order: 'descending' }], limit: 2 },
        { role: 'r', each: 'c' },
      ],
      9,
    );
    expect(taken(last)).toEqual([7, 8]);
  });

  test('where a step takes all, all are, and the choice is a bit of each', () => {
    const plan = planOf(
      [
        { name: 'c', each: 'input', limit: 3 },
        { role: 'r', each: 'c' },
        { role: 's', each: 'input' },
      ],
      10,
    );
    expect(plan.taken).toBeNull();
    // Where every item begins.
    expect(plan.steps.map(({ name }) => name)).toEqual(['s', 'r']);
    expect([plan.items, plan.turns]).toEqual([10, 13]);
  });

  test('a choice of a choice is of those alone; what reads two is of both', () => {
    const plan = planOf(
      [
        { name: 'd', each: 'c', sample: { first: 2 } },
        { name: 'c', each: 'input', sort: [{ field: 'line', order: 'descending' }], limit: 4 },
        { name: 'e', each: 'input', limit: 7 },
        { role: 'r', each: 'd' },
        { role: 's', each: 'e' },
        { role: 't', each: 'e', with: 'c' },
      ],
      10,
    );
    const of = (name: string): number[] => {
      const bits = plan.chosen[plan.steps.findIndex((step) => step.name === name)];
      return taken(plan).filter((_, at) => bits && hasBit(bits, at));
    };
    expect([of('r'), of('s'), of('t')]).toEqual([[6, 7], [0, 1, 2, 3, 4, 5, 6], [6]]);
    expect(taken(plan)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('a random choice of what was chosen at random once is told, not drawn again', () => {
    const flow: SwarmStep[] = [
      { name: 'c', each: 'input', sample: { random: 3 } },
      { name: 'd', each: 'input', sample: { random: 3 } },
      { role: 'r', each: 'c' },
      { role: 's', each: 'd' },
    ];
    const plan = planOf(flow, 100);
    const told = plan.picks.map(({ bits }) =>
      Array.from({ length: plan.items }, (_, at) => at).filter((at) => hasBit(bits, at)),
    );
    const again = planTasks({ flow, roles: {}, seed: 3 }, plan.items, 3, { recorded: told });
    expect(again.picks).toEqual(plan.picks);
    expect(again.taken?.length).toBe(plan.items);
  });
});

test('a choice is told in signs', () => {
  const rules: ChoiceRule[] = [
    { sort: ['severity', { field: 'size', order: 'ascending' }, { field: 'note', order: 'descending' }], limit: 5 },
    { limit: 9 },
    { sample: { random: 3 } },
    { sample: { of: ['kind', 'level'], most: 2 } },
  ];
  expect(rules.map(choiceText)).toEqual(['severity, size ↑, note ↓ ≤ 5', '≤ 9', '≤ 3', 'kind, level: 2']);
});

test('of the input long numbers that differ are told apart', () => {
  const ids = ['12345678901234567890', '12345678901234567891', '12345678901234567890'];
  const [chosen = []] = chooseItems({
    pickers: [{ name: 's', rule: { sample: { of: ['id'] } }, of: null, lets: null }],
    ...{ items: 3, seed: 1, recorded: null },
    itemOf: (item) => ({ ...NO_ITEM, valueOf: () => ids[item] }),
  });
  expect([...chosen]).toEqual([0, 1]);
});
