/** Flows that make tasks, at random, and what they come to when they are evaluated the plain way: all in memory, step by step. */
import fc from 'fast-check';
import { answer, graphFile } from './graphs.ts';

const LEVELS = ['low', 'mid', 'high'];
/** Long enough that few outputs fit one turn beside it: 308 characters of the scripted engine's 1024 tokens. */
const EDITOR = `You are the editor. ${'Be brief. '.repeat(108)}`;
const ROOM = (1024 - 64 - (256 + Math.ceil(EDITOR.length / 2))) * 2;
const QUOTED = 2000;

interface Test {
  readonly where: Record<string, unknown>;
  readonly holds: (output: Output) => boolean;
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
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const order = fc.uniqueArray(fc.constantFrom('count', 'first', 'last', 'level', 'urgent'), {
  minLength: 1,
  maxLength: 3,
});

export const arbitraryMadeGraph: fc.Arbitrary<MadeGraph> = fc
  .record({
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
    const steps: Step[] = [{ name: 's0', role: 'r0', each: 'input' }];
    const outputs = ['s0'];
    if (drawn.second) {
      steps.push({ name: 's1', role: 'r1', each: 's0', test: drawn.second });
      outputs.push('s1');
    }
    const from = outputs.at(-1) ?? 's0';
    const rule = {
      by: drawn.by,
      ...(drawn.order && { order: drawn.order }),
      ...(drawn.limit && { limit: drawn.limit }),
    };
    steps.push({ name: 'g', each: from, group: rule, test: drawn.passing });
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
    return { file: fileOf(steps), steps };
  });

const fileOf = (steps: readonly Step[]): string =>
  graphFile(
    steps.map(({ test, ...step }) => ({ ...step, ...(test && { where: test.where }) })),
    promptOf,
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
  /** What a task has at that name, once it has come so far; `input`: its text. */
  const valueOf = (task: Growing, name: string): string | Output | undefined => {
    const step = find(name);
    if (!step) return task.input;
    if (step.role !== undefined || step.group) return task.outputs[name];
    const output = valueOf(task, step.each ?? '');
    return output !== undefined && typeof output !== 'string' && (step.test?.holds(output) ?? true)
      ? output
      : undefined;
  };
  const passing = (name: string, test: Test | undefined): { task: Growing; value: string | Output }[] =>
    tasks
      .filter(({ of, partial }) => of === makerOf(name) && !partial)
      .flatMap((task) => {
        const value = valueOf(task, name);
        const passes = value !== undefined && (typeof value === 'string' || (test?.holds(value) ?? true));
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
    const keys = [...new Set(members.map(({ value }) => keyOf(by, value)))];
    const groups = keys.map((key) => members.filter(({ value }) => keyOf(by, value) === key));
    const place = (of: typeof members, field: string): number => {
      if (field === 'count') return -of.length;
      if (field === 'first') return tasks.indexOf((of[0] as (typeof members)[0]).task);
      if (field === 'last') return tasks.indexOf((of.at(-1) as (typeof members)[0]).task);
      return Math.min(...of.map(({ value }) => -rank((value as Output)[field])));
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
        of.map(({ value }) => (value as Output)[field]).toSorted((a, b) => rank(b) - rank(a))[0];
      const quotes: { line: number; text: string }[] = [];
      let characters = 0;
      for (const { task } of of) {
        characters += task.input.length;
        if (characters > QUOTED) break;
        quotes.push({ line: task.line, text: task.input });
      }
      const fields = {
        ...Object.fromEntries(by.map((field) => [field, (first.value as Output)[field]])),
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

const keyOf = (by: readonly string[], value: unknown): string =>
  JSON.stringify(by.map((field) => (value as Output)[field]));
const rank = (value: unknown): number => (typeof value === 'boolean' ? Number(value) : LEVELS.indexOf(String(value)));
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
