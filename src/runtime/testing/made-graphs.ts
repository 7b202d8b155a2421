/** Flows that make tasks, at random, and what they come to when they are evaluated the plain way: all in memory, step by step. */
import fc from 'fast-check';
import { answer, graphFile } from './graphs.ts';
import { arbitraryLineTest, fieldOf, type LineTest } from './line-tests.ts';

const LEVELS = ['low', 'mid', 'high'];
/** Long enough that few outputs fit one turn beside it: 308 characters of the scripted engine's 1024 tokens. */
const EDITOR = `You are the editor. ${'Be brief. '.repeat(108)}`;
const ROOM = (1024 - 64 - (256 + Math.ceil(EDITOR.length / 2))) * 2;
const QUOTED = 2000;

interface Test {
  readonly where: Record<string, unknown>;
  /** @param line the item that the output is about */
  readonly holds: (output: Output, line: string) => boolean;
}
type Output = Readonly<Record<string, unknown>>;

interface Step {
  readonly name: string;
  readonly role?: string;
  readonly each?: string;
  readonly collect?: string;
  readonly group?: { readonly by: readonly string[]; readonly order?: readonly string[]; readonly limit?: number };
  readonly test?: Test | undefined;
}

export interface MadeGraph {
  /** Whether it looks at fields of lines, which are those of a log then. */
  readonly fields: boolean;
  readonly file: string;
  readonly steps: readonly Step[];
}

const level = fc.constantFrom(...LEVELS);
const ofOutput: fc.Arbitrary<Test> = fc.oneof(
  level.map((value): Test => ({
    where: { level: { gte: value } },
    holds: (output) => LEVELS.indexOf(String(output.level)) >= LEVELS.indexOf(value),
  })),
  fc.nat(9).map((most): Test => ({ where: { count: { lt: most } }, holds: ({ count }) => Number(count) < most })),
  fc.boolean().map((urgent): Test => ({ where: { urgent }, holds: (output) => output.urgent === urgent })),
);
const ofGroup: fc.Arbitrary<Test> = fc
  .integer({ min: 1, max: 3 })
  .map((least): Test => ({ where: { count: { gte: least } }, holds: ({ count }) => Number(count) >= least }));
const onLine = (test: fc.Arbitrary<LineTest>): fc.Arbitrary<Test> =>
  test.map(({ where, holds }) => ({ where, holds: (_, line) => holds(line) }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const order = fc.uniqueArray(fc.constantFrom('count', 'first', 'last', 'level', 'urgent'), {
  minLength: 1,
  maxLength: 3,
});

/** What a flow looks at of the lines themselves. */
const ofLines = fc.record({
  first: maybe(onLine(arbitraryLineTest())),
  filter: maybe(onLine(arbitraryLineTest())),
  passing: maybe(onLine(arbitraryLineTest('input.'))),
  by: fc.uniqueArray(fc.constantFrom('input.host', 'input.day', 'input.pid'), { maxLength: 2 }),
  order: fc.boolean(),
  group: maybe(fc.uniqueArray(fc.constantFrom('host', 'hour', 'program'), { minLength: 1 })),
});

export const arbitraryMadeGraph: fc.Arbitrary<MadeGraph> = fc
  .record({
    lines: maybe(ofLines),
    second: maybe(ofOutput),
    by: fc.uniqueArray(fc.constantFrom('level', 'urgent'), { minLength: 1 }),
    order: maybe(order),
    limit: maybe(fc.integer({ min: 1, max: 3 })),
    passing: maybe(ofOutput),
    filter: maybe(ofGroup),
    writer: maybe(ofGroup),
    again: maybe(fc.nat()),
    collect: maybe(fc.nat()),
    collecting: maybe(ofOutput),
    after: fc.boolean(),
    items: fc.boolean(),
  })
  .map((drawn) => {
    const { lines } = drawn;
    const steps: Step[] = [];
    if (lines?.filter) steps.push({ name: 'i', each: 'input', test: lines.filter });
    steps.push({ name: 's0', role: 'r0', each: lines?.filter ? 'i' : 'input', test: lines?.first });
    if (lines?.group) steps.push({ name: 'h', each: 'input', group: { by: lines.group, order: ['count'] } });
    const outputs = ['s0'];
    if (drawn.second) {
      steps.push({ name: 's1', role: 'r1', each: 's0', test: drawn.second });
      outputs.push('s1');
    }
    const from = outputs.at(-1) ?? 's0';
    const rule = {
      by: [...drawn.by, ...(lines?.by ?? [])],
      ...(drawn.order && { order: lines?.order ? ['input.pid', ...drawn.order] : drawn.order }),
      ...(drawn.limit && { limit: drawn.limit }),
    };
    steps.push({ name: 'g', each: from, group: rule, test: lines?.passing ?? drawn.passing });
    const groups = ['g'];
    if (drawn.filter) {
      steps.push({ name: 'f', each: 'g', test: drawn.filter });
      groups.push('f');
      // What lets pass for nobody is no step.
      steps.push({ name: 'x', role: 'r2', each: 'f' });
    }
    const source = groups.at(-1) ?? 'g';
    if (drawn.writer) {
      steps.push({ name: 'w', role: 'r3', each: source, test: drawn.writer });
      outputs.push('w');
    }
    if (drawn.again !== undefined) {
      const again = drawn.writer ? 'w' : source;
      const field = drawn.writer ? 'level' : (drawn.by[drawn.again % drawn.by.length] ?? 'level');
      steps.push({ name: 'gg', each: again, group: { by: [field], order: ['count'] } });
    }
    if (drawn.collect !== undefined) {
      const all = [...outputs, ...(drawn.items ? ['input'] : []), source];
      const collect = all[drawn.collect % all.length] ?? 's0';
      const test = outputs.includes(collect) ? drawn.collecting : undefined;
      steps.push({ name: 'c', role: 'editor', collect, test });
      if (drawn.after) steps.push({ name: 'z', role: 'r1', each: 'c' });
    }
    return { fields: lines !== undefined, file: fileOf(steps, lines !== undefined), steps };
  });

const fileOf = (steps: readonly Step[], fields: boolean): string =>
  graphFile(
    steps.map(({ test, ...step }) => ({ ...step, ...(test && { where: test.where }) })),
    promptOf,
    fields ? { fields: 'syslog', year: 2005 } : undefined,
  );

const promptOf = (role: string): string => (role === 'editor' ? EDITOR : `You are ${role}.`);

/** A task as it ends: of the input, or made by a step. */
export interface Ended {
  readonly of: string | null;
  readonly partial: boolean;
  readonly line: number;
  readonly input: string;
  /** By step; a group by the name of its own. */
  readonly outputs: Readonly<Record<string, Output>>;
}

/** Every task, in the order in which those of one step are made. */
export function evaluateMade({ steps }: MadeGraph, items: readonly string[]): Ended[] {
  interface Growing {
    of: string | null;
    partial: boolean;
    line: number;
    input: string;
    outputs: Record<string, Output>;
  }
  const tasks: Growing[] = items.map((input, k) => ({ of: null, partial: false, line: k + 1, input, outputs: {} }));
  const find = (name: string): Step | undefined => steps.find((step) => step.name === name);
  const makerOf = (name: string): string | null => {
    const step = find(name);
    if (!step) return null;
    return step.group || step.collect !== undefined ? name : makerOf(step.each ?? '');
  };
  const holds = (test: Test | undefined, value: string | Output, { input }: Growing): boolean =>
    test?.holds(typeof value === 'string' ? {} : value, input) ?? true;
  /** What a task has at that name, once it has come so far; `input`: its text. */
  const valueOf = (task: Growing, name: string): string | Output | undefined => {
    const step = find(name);
    if (!step) return task.input;
    if (step.role !== undefined || step.group) return task.outputs[name];
    const output = valueOf(task, step.each ?? '');
    return output !== undefined && holds(step.test, output, task) ? output : undefined;
  };
  const passing = (name: string, test: Test | undefined): { task: Growing; value: string | Output }[] =>
    tasks
      .filter(({ of, partial }) => of === makerOf(name) && !partial)
      .flatMap((task) => {
        const value = valueOf(task, name);
        const passes = value !== undefined && holds(test, value, task);
        return passes ? [{ task, value }] : [];
      });

  for (const { name, role = '', each = 'input', collect, group, test } of steps) {
    if (group) {
      for (const made of grouped(name, group, passing(each, test))) tasks.push(made);
    } else if (collect !== undefined) {
      let level = passing(collect, test).map(({ task, value }) => ({ line: task.line, value }));
      while (level.length > 0) {
        const parts = inParts(level.map(({ line, value }) => ({ line, text: `${String(line)}: ${textOf(value)}` })));
        const next: typeof level = [];
        for (const part of parts) {
          const input = part.map(({ text }) => text).join('\n');
          const line = part[0]?.line ?? 0;
          const output = answer(EDITOR, input) as unknown as Output;
          tasks.push({ of: name, partial: parts.length > 1, line, input, outputs: { [name]: output } });
          next.push({ line, value: output });
        }
        level = parts.length > 1 ? next : [];
      }
    } else if (role !== '') {
      for (const { task, value } of passing(each, test)) {
        const isGroup = find(each)?.group !== undefined || (find(each)?.role === undefined && makerOf(each) !== null);
        const text = isGroup ? task.input : textOf(value);
        task.outputs[name] = answer(promptOf(role), text) as unknown as Output;
      }
    }
  }
  return tasks;

  function grouped(
    name: string,
    { by, order: given = ['first'], limit = 1000 }: NonNullable<Step['group']>,
    members: { task: Growing; value: string | Output }[],
  ): Growing[] {
    const keyOf = (member: (typeof members)[0]): string => JSON.stringify(by.map((field) => fieldIn(member, field)));
    const keys = [...new Set(members.map(keyOf))];
    const groups = keys.map((key) => members.filter((member) => keyOf(member) === key));
    const place = (of: typeof members, field: string): number => {
      if (field === 'count') return -of.length;
      if (field === 'first') return tasks.indexOf((of[0] as (typeof members)[0]).task);
      if (field === 'last') return tasks.indexOf((of.at(-1) as (typeof members)[0]).task);
      return Math.min(...of.map((member) => -rank(fieldIn(member, field))));
    };
    const sorted = groups.toSorted((a, b) => {
      for (const field of [...given, 'first']) {
        const difference = place(a, field) - place(b, field);
        if (difference !== 0) return difference;
      }
      return 0;
    });
    return sorted.slice(0, limit).map((of): Growing => {
      const first = of[0] as (typeof members)[0];
      const extra = given.filter((field) => !['count', 'first', 'last', ...by].includes(field));
      const worst = (field: string): unknown =>
        of.map((member) => fieldIn(member, field)).toSorted((a, b) => rank(b) - rank(a))[0];
      const quotes: { line: number; text: string }[] = [];
      let characters = 0;
      for (const { task } of of) {
        characters += task.input.length;
        if (characters > QUOTED) break;
        quotes.push({ line: task.line, text: task.input });
      }
      const fields = {
        ...Object.fromEntries(by.map((field) => [field, fieldIn(first, field)])),
        ...Object.fromEntries(extra.map((field) => [field, worst(field)])),
      };
      const last = of.at(-1)?.task.line ?? 0;
      const lines = of.map(({ task }) => task.line).toSorted((a, b) => a - b);
      const record = { ...fields, count: of.length, first: first.task.line, last, lines, quotes };
      const more = of.length - quotes.length;
      const input = [
        ...Object.entries(fields).map(([field, value]) => `${field}: ${String(value)}`),
        `count: ${String(of.length)}`,
        `lines: ${String(first.task.line)} to ${String(last)}`,
        ...quotes.map(({ line, text }) => `${String(line)}: ${text}`),
        ...(more > 0 ? [`and ${String(more)} more`] : []),
      ].join('\n');
      return { of: name, partial: false, line: first.task.line, input, outputs: { [name]: record } };
    });
  }
}

/** Of an output, of the line that it is about, or of the line itself. */
function fieldIn({ task, value }: { task: { input: string }; value: string | Output }, field: string): unknown {
  if (typeof value === 'string') return fieldOf(task.input, field);
  if (Object.hasOwn(value, field) || !field.startsWith('input.')) return value[field];
  return fieldOf(task.input, field.slice('input.'.length));
}

function rank(value: unknown): number {
  if (value === null) return -Infinity;
  return typeof value === 'boolean' || typeof value === 'number' ? Number(value) : LEVELS.indexOf(String(value));
}
const textOf = (value: string | Output): string => (typeof value === 'string' ? value : JSON.stringify(value));

function inParts<Each extends { readonly text: string }>(all: readonly Each[]): Each[][] {
  const parts: Each[][] = [];
  for (const each of all) {
    const part = parts.at(-1);
    const length = part?.reduce((sum, { text }) => sum + text.length + 1, each.text.length + 1) ?? 0;
    if (part && (part.length < 2 || length <= ROOM)) part.push(each);
    else parts.push([each]);
  }
  if (parts.length > 1 && parts.at(-1)?.length === 1) {
    const [alone] = parts.pop() ?? [];
    if (alone) parts.at(-1)?.push(alone);
  }
  return parts;
}
