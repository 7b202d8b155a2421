/** Flows at random, a model that answers by rule, and what a flow comes to when it is evaluated the plain way: item by item, in memory. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { TurnRequest } from '../../engine/contract.ts';
import type { Random } from '../../kernel/random.ts';

const LEVELS = ['low', 'mid', 'high'] as const;

export interface Output {
  readonly level: (typeof LEVELS)[number];
  readonly count: number;
  readonly urgent: boolean;
  readonly note: string;
}

/** A step as the file has it. */
export interface GraphStep {
  readonly name: string;
  readonly role?: string;
  readonly each?: string;
  readonly reviews?: string;
  readonly with?: string;
  readonly where?: object;
  readonly share?: number;
}

/** A `where` beside the plain way to say the same. */
interface Test {
  readonly where: Record<string, unknown>;
  readonly holds: (output: Output) => boolean;
}

export interface Graph {
  readonly file: string;
  readonly steps: readonly GraphStep[];
  readonly tests: ReadonlyMap<string, Test>;
}

const level = fc.constantFrom(...LEVELS);
const rank = (value: string): number => LEVELS.findIndex((each) => each === value);

const leaf: fc.Arbitrary<Test> = fc.oneof(
  level.map((value): Test => ({ where: { level: value }, holds: (output) => output.level === value })),
  fc
    .uniqueArray(level, { minLength: 1 })
    .map((values): Test => ({ where: { level: values }, holds: (output) => values.includes(output.level) })),
  level.map((least): Test => ({
    where: { level: { gte: least } },
    holds: (output) => rank(output.level) >= rank(least),
  })),
  fc.nat(9).map((most): Test => ({ where: { count: { lt: most } }, holds: (output) => output.count < most })),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([low, high]): Test => ({
    where: { count: { gte: low, lte: high } },
    holds: ({ count }) => count >= low && count <= high,
  })),
  fc.boolean().map((urgent): Test => ({ where: { urgent }, holds: (output) => output.urgent === urgent })),
  fc.nat(9).map((digit): Test => ({
    where: { note: { contains: `NOTE ${String(digit)}` } },
    holds: ({ note }) => note.startsWith(`note ${String(digit)}`),
  })),
  level.map((value): Test => ({ where: { level: { not: value } }, holds: (output) => output.level !== value })),
);

const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((of): Test => ({
    where: { any: of.map(({ where }) => where) },
    holds: (output) => of.some(({ holds }) => holds(output)),
  })),
  fc.tuple(leaf, leaf).map(([a, b]): Test => ({
    where: { all: [a.where, { not: b.where }] },
    holds: (output) => a.holds(output) && !b.holds(output),
  })),
);

/** One step of each kind at random; what it takes is named by a number among the steps before it. */
const step = fc.record({
  kind: fc.constantFrom('map', 'map', 'map', 'filter', 'review'),
  source: fc.nat(),
  beside: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
  test: fc.option(test, { nil: undefined, freq: 2 }),
  role: fc.nat(2),
  share: fc.constantFrom(undefined, 0.5),
});

/** Flows of up to nine steps, in any order of the file. */
export const arbitraryGraph: fc.Arbitrary<Graph> = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 8 }), test, fc.infiniteStream(fc.nat()))
  .map(([drawn, otherwise, places]) => {
    const steps: GraphStep[] = [{ name: 's0', role: 'r0', each: 'input' }];
    const tests = new Map<string, Test>();
    const outputs = ['s0'];
    const reviewed = new Set<string>();
    const baseOf = (name: string): string => {
      const found = steps.find((each) => each.name === name);
      return found?.role === undefined && found?.each !== undefined ? baseOf(found.each) : name;
    };
    for (const { kind, source, beside, test: given, role, share } of drawn) {
      const name = `s${String(steps.length)}`;
      const sources = ['input', ...outputs];
      const from = sources[kind === 'map' ? source % sources.length : 1 + (source % outputs.length)] ?? 's0';
      const about = kind === 'filter' ? (given ?? otherwise) : from === 'input' ? undefined : given;
      if (kind === 'review') {
        if (reviewed.has(baseOf(from))) continue;
        reviewed.add(baseOf(from));
        steps.push({ name, role: 'critic', reviews: from, ...(share !== undefined && { share }) });
        continue;
      }
      if (about) tests.set(name, about);
      const second = sources[(beside ?? 0) % sources.length];
      const joins = kind === 'map' && beside !== undefined && second !== from;
      steps.push({
        name,
        each: from,
        ...(kind === 'map' && { role: `r${String(role)}` }),
        ...(joins && second !== undefined && { with: second }),
        ...(about && { where: about.where }),
      });
      outputs.push(name);
    }
    // What lets pass for nobody is no step.
    const taken = (name: string): boolean =>
      steps.some((each) => each.each === name || each.with === name || each.reviews === name);
    for (const filter of steps.filter(({ name, role }) => role === undefined && !taken(name)).reverse())
      steps.push({ name: `${filter.name}t`, role: 'r1', each: filter.name });
    const shuffled = [...steps];
    for (let k = shuffled.length - 1; k > 0; k--) {
      const other = (places.next().value as number) % (k + 1);
      [shuffled[k], shuffled[other]] = [shuffled[other] as GraphStep, shuffled[k] as GraphStep];
    }
    return { file: graphFile(shuffled), steps: shuffled, tests };
  });

/** A swarm file of that flow, whose roles write an `Output`. @param promptOf what a role is told @param input how the input is read; absent: by lines */
export function graphFile(
  flow: readonly { readonly role?: string }[],
  promptOf = (role: string): string => `You are ${role}.`,
  input: object | undefined = undefined,
): string {
  const output = {
    type: 'object',
    properties: {
      level: { enum: LEVELS },
      count: { type: 'integer' },
      urgent: { type: 'boolean' },
      note: { type: 'string' },
    },
    required: ['level', 'count', 'urgent', 'note'],
  };
  const used = new Set(flow.map(({ role }) => role));
  const roles = ['r0', 'r1', 'r2', 'r3', 'editor', 'critic'].filter((name) => used.has(name));
  return stringify(
    {
      planaria: 1,
      name: 'graph',
      seed: 5,
      budget: { resident: 4 },
      ...(input && { input }),
      roles: Object.fromEntries(
        roles.map((name) => [name, { replicas: 3, prompt: promptOf(name), output, attempts: 5 }]),
      ),
      flow,
    },
    { aliasDuplicateObjects: false },
  );
}

/** What the model writes for a prompt and a message, whoever asks. */
export function answer(prompt: string, message: string): Output {
  let hash = 2166136261;
  for (const character of `${prompt}|${message}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
  return {
    level: LEVELS[hash % 3] ?? 'low',
    count: (hash >>> 4) % 10,
    urgent: ((hash >>> 9) & 1) === 1,
    note: `note ${String((hash >>> 12) % 10)} of ${String(hash)}`,
  };
}

/** The same as an engine is told to say it; now and then it stalls, ends in an error or says what is no answer. */
export function modelFault({ prefix, messages }: TurnRequest, random: Random, faults: number): ScriptedFault {
  if (random.chance(faults)) {
    return random.pick<ScriptedFault>([{ kind: 'stall' }, { kind: 'say', text: 'none' }, { kind: 'loop' }]);
  }
  const text = JSON.stringify(answer(prefix[0]?.content ?? '', messages.at(-1)?.content ?? ''));
  return { kind: 'say', text };
}

export interface Expected {
  /** Step that gives the result. */
  readonly step: string;
  readonly outputs: Readonly<Record<string, Output>>;
  /** Reviews by the step that they are of, with what share of items they are. */
  readonly reviews: readonly {
    readonly name: string;
    readonly of: string;
    readonly output: Output;
    readonly sure: boolean;
  }[];
}

/** What a step gives for the texts that it reads. */
export type Ask = (step: GraphStep, item: string, below: string | null) => Output;

const askModel: Ask = ({ role = '' }, item, below) =>
  answer(`You are ${role}.`, below === null ? item : `${item}\n${below}`);

/** What one item comes to. */
export function evaluate({ steps, tests }: Graph, item: string, ask: Ask = askModel): Expected {
  const byName = new Map(steps.map((each) => [each.name, each]));
  const holds = (name: string, output: Output): boolean => tests.get(name)?.holds(output) ?? true;
  const textOf = (given: string | Output): string => (typeof given === 'string' ? given : JSON.stringify(given));

  /** The item's text, an output, or undefined where the item does not come through. */
  const valueOf = (name: string): string | Output | undefined => {
    if (name === 'input') return item;
    const at = byName.get(name) as GraphStep;
    const source = valueOf(at.each ?? at.reviews ?? '');
    if (source === undefined || (typeof source !== 'string' && !holds(name, source))) return undefined;
    if (at.role === undefined) return source;
    const beside = at.with === undefined ? null : valueOf(at.with);
    if (beside === undefined) return undefined;
    if (at.reviews !== undefined) return ask(at, item, textOf(source));
    if (beside === null) return ask(at, textOf(source), null);
    const [first, second] = at.with === 'input' ? [beside, source] : [source, beside];
    return ask(at, textOf(first), textOf(second));
  };
  const baseOf = (name: string): string => {
    const at = byName.get(name);
    return at?.role === undefined && at?.each !== undefined ? baseOf(at.each) : name;
  };

  // The order in which steps stand: each as early as the file has it once its sources stand.
  const order: string[] = [];
  const working = steps.filter(({ role, reviews }) => role !== undefined && reviews === undefined);
  const stands = (name: string): boolean =>
    name === 'input' || order.includes(baseOf(name)) || baseOf(name) === 'input';
  while (order.length < working.length) {
    const next = working.find(
      ({ name, each = '', with: beside }) =>
        !order.includes(name) && stands(each) && (beside === undefined || stands(beside)),
    );
    if (!next) throw new Error('a circle');
    order.push(next.name);
  }
  const outputs: Record<string, Output> = {};
  for (const name of order) {
    const output = valueOf(name);
    if (output !== undefined) outputs[name] = output as Output;
  }
  const reviews = steps.flatMap(({ name, reviews: of, share }) => {
    const output = of === undefined ? undefined : valueOf(name);
    if (of === undefined || output === undefined) return [];
    return [{ name, of: baseOf(of), output: output as Output, sure: share === undefined }];
  });
  return { step: order.findLast((name) => name in outputs) ?? '', outputs, reviews };
}
