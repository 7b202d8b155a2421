/** Flows that choose, at random, and what they come to when they are evaluated the plain way: all in memory, step by step. */
import fc from 'fast-check';
import { hash32 } from '../../kernel/random.ts';
import { answer, graphFile } from './graphs.ts';

const LEVELS = ['low', 'mid', 'high'];
/** Of the files that `graphFile` makes. */
const SEED = 5;

type Output = Readonly<Record<string, unknown>>;

interface Test {
  readonly where: Record<string, unknown>;
  readonly holds: (output: Output) => boolean;
}

interface Sample {
  readonly first?: number;
  readonly random?: number;
  readonly of?: readonly string[];
  readonly most?: number;
}

interface Choice {
  readonly sort?: readonly (string | { readonly field: string; readonly order: string })[];
  readonly limit?: number;
  readonly sample?: Sample;
}

interface Step extends Choice {
  readonly name: string;
  readonly role?: string;
  readonly each?: string;
  readonly with?: string;
  readonly collect?: string;
  readonly group?: { readonly by: readonly string[] };
  readonly test?: Test | undefined;
}

export interface ChosenGraph {
  readonly file: string;
  readonly steps: readonly Step[];
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq });
const few = fc.integer({ min: 1, max: 4 });
const ofOutput: fc.Arbitrary<Test> = fc.oneof(
  fc.constantFrom(...LEVELS).map((value): Test => ({
    where: { level: { gte: value } },
    holds: (output) => LEVELS.indexOf(String(output.level)) >= LEVELS.indexOf(value),
  })),
  fc.boolean().map((urgent): Test => ({ where: { urgent }, holds: (output) => output.urgent === urgent })),
);
const sample = (fields: readonly string[]): fc.Arbitrary<Choice> =>
  fc.oneof(
    few.map((first) => ({ sample: { first } })),
    few.map((random) => ({ sample: { random } })),
    fc
      .tuple(fc.subarray([...fields], { minLength: 1 }), maybe(few))
      .map(([of, most]) => ({ sample: { of, ...(most !== undefined && { most }) } })),
  );
const choice = (fields: readonly string[], keys: readonly string[]): fc.Arbitrary<Choice> =>
  fc.oneof(
    fc
      .tuple(
        fc.subarray([...fields], { minLength: 1 }).chain((some) => fc.shuffledSubarray(some, { minLength: 1 })),
        fc.array(fc.constantFrom(undefined, 'ascending', 'descending'), { minLength: 8, maxLength: 8 }),
        maybe(few),
      )
      .map(([some, orders, limit]) => ({
        sort: some.map((field, k) => (orders[k] === undefined ? field : { field, order: orders[k] })),
        ...(limit !== undefined && { limit }),
      })),
    few.map((limit) => ({ limit })),
    sample(keys),
  );
const ofInput: fc.Arbitrary<Choice> = fc.oneof(
  few.map((limit) => ({ limit })),
  few.map((first) => ({ sample: { first } })),
  few.map((random) => ({ sample: { random } })),
  fc.tuple(few, fc.constantFrom('ascending', 'descending')).map(([limit, order]) => ({
    sort: [{ field: 'line', order }],
    limit,
  })),
);
const FIELDS = ['level', 'count', 'urgent', 'note', 'line'];
const ofOutputs = choice(FIELDS, ['level', 'urgent']);
const ofGroups = choice(['level', 'count', 'first', 'last', 'line'], ['level']);

export const arbitraryChosenGraph: fc.Arbitrary<ChosenGraph> = fc
  .record({
    pick: maybe(ofInput),
    again: maybe(ofInput, 3),
    whole: fc.boolean(),
    second: maybe(ofOutput),
    filter: maybe(ofOutput),
    grouped: fc.boolean(),
    groups: ofGroups,
    first: ofOutputs,
    test: maybe(ofOutput),
    writer: fc.boolean(),
    beside: fc.constantFrom(undefined, 'input', 's1'),
    next: maybe(ofOutputs),
    nextOf: fc.boolean(),
    last: fc.boolean(),
    regroup: fc.boolean(),
    collect: fc.boolean(),
  })
  .map((drawn) => {
    const steps: Step[] = [];
    if (drawn.pick) {
      steps.push({ name: 'p', each: 'input', ...drawn.pick });
      if (drawn.again) steps.push({ name: 'q', each: 'p', ...drawn.again }, { name: 'y', role: 'r3', each: 'q' });
      if (drawn.whole) steps.push({ name: 'x', role: 'r3', each: 'input' });
    }
    steps.push({ name: 's0', role: 'r0', each: drawn.pick ? 'p' : 'input' });
    if (drawn.second) steps.push({ name: 's1', role: 'r1', each: 's0', test: drawn.second });
    let from = 's0';
    if (drawn.filter) {
      steps.push({ name: 'f', each: 's0', test: drawn.filter });
      from = 'f';
    }
    const grouped = drawn.grouped;
    if (grouped) {
      steps.push({ name: 'g', each: from, group: { by: ['level'] } });
      from = 'g';
    }
    steps.push({
      name: 'c',
      each: from,
      ...(grouped ? drawn.groups : drawn.first),
      test: grouped ? undefined : drawn.test,
    });
    let outputs = 'c';
    if (drawn.writer || grouped) {
      const beside = drawn.beside === 's1' && !drawn.second ? undefined : drawn.beside;
      steps.push({ name: 'w', role: 'r2', each: 'c', ...(beside !== undefined && !grouped && { with: beside }) });
      outputs = 'w';
    } else if (drawn.filter) steps.push({ name: 'w', role: 'r2', each: 'c', test: ofCount });
    if (drawn.next) {
      steps.push({ name: 'd', each: drawn.nextOf && !grouped ? 'c' : outputs, ...drawn.next });
      if (drawn.last) steps.push({ name: 'z', role: 'r1', each: 'd' });
      outputs = 'd';
    }
    if (drawn.regroup) steps.push({ name: 'gg', each: outputs, group: { by: ['urgent'] } });
    if (drawn.collect) steps.push({ name: 'e', role: 'editor', collect: outputs });
    return { file: fileOf(steps), steps };
  });

const ofCount: Test = { where: { count: { lt: 6 } }, holds: ({ count }) => Number(count) < 6 };

const fileOf = (steps: readonly Step[]): string =>
  graphFile(steps.map(({ test, ...step }) => ({ ...step, ...(test && { where: test.where }) })));

/** A task as it ends: of the input, or made by a step. */
export interface EndedTask {
  readonly of: string | null;
  readonly line: number;
  readonly input: string;
  /** What it came to by step, that which it was chosen for first. */
  readonly outputs: Readonly<Record<string, Output>>;
}

interface Growing {
  readonly of: string | null;
  readonly line: number;
  readonly input: string;
  readonly outputs: Record<string, Output>;
  /** What it was chosen of. */
  readonly source: Growing | null;
}

/** Every task, in the order in which those of one step are made. */
export function evaluateChosen({ steps }: ChosenGraph, items: readonly string[]): EndedTask[] {
  const made = new Map<string | null, Growing[]>();
  const find = (name: string): Step | undefined => steps.find((step) => step.name === name);
  const isChoice = ({ sort, limit, sample: drawn }: Step): boolean =>
    sort !== undefined || limit !== undefined || drawn !== undefined;
  const picks = new Map<string, Growing[]>();
  made.set(
    null,
    items.map((input, k) => ({ of: null, line: k + 1, input, outputs: {}, source: null })),
  );
  const isPick = (name: string): boolean => name === 'input' || picks.has(name);
  const makerOf = (name: string): string | null => {
    const step = find(name);
    if (!step || isPick(name)) return null;
    return step.group || step.collect !== undefined || isChoice(step) ? name : makerOf(step.each ?? '');
  };
  const valueOf = (task: Growing, name: string): string | Output | undefined => {
    if (name === 'input') return task.input;
    const step = find(name);
    if (!step) return undefined;
    if (picks.has(name)) return picks.get(name)?.includes(task) ? task.input : undefined;
    if (step.role !== undefined || step.group)
      return task.outputs[name] ?? (task.source ? valueOf(task.source, name) : undefined);
    if (isChoice(step))
      return task.of === name ? valueOf(task, step.each ?? '') : task.source ? valueOf(task.source, name) : undefined;
    const value = valueOf(task, step.each ?? '');
    return value !== undefined && holds(step, value) ? value : undefined;
  };
  const holds = ({ test }: Step, value: string | Output): boolean =>
    typeof value === 'string' || (test?.holds(value) ?? true);
  const passing = (step: Step, name: string): { task: Growing; value: string | Output }[] =>
    (made.get(makerOf(name)) ?? []).flatMap((task) => {
      const value = valueOf(task, name);
      return value !== undefined && holds(step, value) ? [{ task, value }] : [];
    });
  const isGroup = (name: string): boolean => {
    const step = find(name);
    return step !== undefined && (step.group !== undefined || (step.role === undefined && isGroup(step.each ?? '')));
  };

  for (const step of steps) {
    const { name, role = '', each = '', with: beside, collect, group } = step;
    if (isChoice(step)) {
      const ofInput = isPick(each);
      const given = passing(step, each);
      const all = made.get(makerOf(each)) ?? [];
      const chosen = choose(step, given, (task) => all.indexOf(task), isGroup(each));
      if (ofInput) picks.set(name, chosen);
      else
        made.set(
          name,
          chosen.map((source) => ({ of: name, line: source.line, input: source.input, outputs: {}, source })),
        );
    } else if (group) made.set(name, grouped(name, passing(step, each)));
    else if (collect !== undefined) {
      const given = passing(step, collect);
      const input = given.map(({ task, value }) => `${String(task.line)}: ${textOf(value)}`).join('\n');
      const output = answer('You are editor.', input) as unknown as Output;
      made.set(
        name,
        given.length === 0
          ? []
          : [{ of: name, line: given[0]?.task.line ?? 0, input, outputs: { [name]: output }, source: null }],
      );
    } else if (role !== '') {
      for (const { task, value } of passing(step, each)) {
        const second = beside === undefined ? null : valueOf(task, beside);
        if (second === undefined) continue;
        const own = isGroup(each) ? task.input : textOf(value);
        const texts = second === null ? [own] : beside === 'input' ? [textOf(second), own] : [own, textOf(second)];
        task.outputs[name] = answer(`You are ${role}.`, texts.join('\n')) as unknown as Output;
      }
    }
  }
  const entered = (made.get(null) ?? []).filter(({ outputs }) => Object.keys(outputs).length > 0);
  made.set(null, entered);
  return [...made.values()].flat().map(({ of, line, input, outputs, source }) => {
    const base = baseOf(of);
    const value = base === null || !source ? undefined : valueOf(source, base);
    return {
      of,
      line,
      input,
      outputs: { ...(base !== null && typeof value === 'object' && { [base]: value }), ...outputs },
    };
  });

  /** The step that gave what is chosen there. */
  function baseOf(name: string | null): string | null {
    const step = name === null ? undefined : find(name);
    if (!step || name === null) return null;
    return step.role !== undefined || step.group ? name : baseOf(step.each ?? '');
  }

  function grouped(name: string, members: { task: Growing; value: string | Output }[]): Growing[] {
    const by = find(name)?.group?.by[0] ?? '';
    const values = [...new Set(members.map(({ value }) => (value as Output)[by]))];
    return values.map((value): Growing => {
      const of = members.filter((member) => (member.value as Output)[by] === value).map(({ task }) => task);
      const [first] = of as [Growing];
      const last = of.at(-1)?.line ?? 0;
      const quotes: { line: number; text: string }[] = [];
      let characters = 0;
      for (const { line, input } of of) {
        characters += input.length;
        if (characters > 2000) break;
        quotes.push({ line, text: input });
      }
      const lines = of.map(({ line }) => line).sort((a, b) => a - b);
      const record = { [by]: value, count: of.length, first: first.line, last, lines, quotes };
      const more = of.length - quotes.length;
      const input = [
        `${by}: ${String(value)}`,
        `count: ${String(of.length)}`,
        `lines: ${String(first.line)} to ${String(last)}`,
        ...quotes.map(({ line, text }) => `${String(line)}: ${text}`),
        ...(more > 0 ? [`and ${String(more)} more`] : []),
      ].join('\n');
      return { of: name, line: first.line, input, outputs: { [name]: record }, source: null };
    });
  }
}

function choose(
  { name, sort, limit, sample: drawn }: Step,
  given: readonly { readonly task: Growing; readonly value: string | Output }[],
  placeOf: (task: Growing) => number,
  groups: boolean,
): Growing[] {
  if (drawn?.of) {
    const seen = new Map<string, number>();
    return given.flatMap(({ task, value }) => {
      const key = JSON.stringify(drawn.of?.map((field) => (value as Output)[field]));
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return (seen.get(key) ?? 0) <= (drawn.most ?? 1) ? [task] : [];
    });
  }
  if (drawn?.random !== undefined) {
    const drawnAs = (task: Growing): number => hash32(`${String(SEED)}/sample/${name}/${String(placeOf(task))}`);
    const first = given.map(({ task }) => task).toSorted((a, b) => drawnAs(a) - drawnAs(b) || placeOf(a) - placeOf(b));
    return first.slice(0, drawn.random).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
  const sorted = given.toSorted((a, b) => {
    for (const each of sort ?? []) {
      const field = typeof each === 'string' ? each : each.field;
      const [x, y] = [a, b].map(({ task, value }) => (field === 'line' ? task.line : (value as Output)[field]));
      const upward = ['line', ...(groups ? ['first', 'last'] : []), 'note'].includes(field);
      const order = typeof each === 'string' ? (upward ? 'ascending' : 'descending') : each.order;
      const sign = order === 'ascending' ? 1 : -1;
      const rank = (of: unknown): number => (typeof of === 'string' ? LEVELS.indexOf(of) : Number(of));
      const difference = field === 'note' ? (String(x) < String(y) ? -1 : x === y ? 0 : 1) : rank(x) - rank(y);
      if (difference !== 0) return sign * difference;
    }
    return placeOf(a.task) - placeOf(b.task);
  });
  return sorted.slice(0, limit ?? drawn?.first).map(({ task }) => task);
}

const textOf = (value: string | Output): string => (typeof value === 'string' ? value : JSON.stringify(value));
