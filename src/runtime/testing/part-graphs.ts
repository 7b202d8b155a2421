/** Flows that split texts and make one of what the parts came to, at random, and what they come to when they are evaluated the plain way. */
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { TurnRequest } from '../../engine/contract.ts';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { Random } from '../../kernel/random.ts';

const LEVELS = ['low', 'mid', 'high'];
/** Long enough that few outputs fit one turn beside it: 308 characters of the scripted engine's 1024 tokens. */
const EDITOR = `You are the editor. ${'Be brief. '.repeat(108)}`;
const ROOM = (1024 - 64 - (256 + Math.ceil(EDITOR.length / 2))) * 2;
const WRITER = 'You write.';

interface Output {
  readonly level: string;
  readonly count: number;
  readonly notes: readonly string[];
}
type Value = string | Output;

const OUTPUT = {
  type: 'object',
  properties: {
    level: { enum: LEVELS },
    count: { type: 'integer', 'x-merge': 'sum' },
    notes: { type: 'array', items: { type: 'string' }, 'x-merge': 'list' },
  },
  required: ['level', 'count', 'notes'],
};

const promptOf = (role: string): string =>
  role === 'editor' ? EDITOR : role === 'writer' ? WRITER : `You are ${role}.`;

/** What a model writes for a prompt and a message. */
function answer(prompt: string, message: string): Value {
  let hash = 2166136261;
  for (const character of `${prompt}|${message}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
  if (prompt === WRITER)
    return Array.from({ length: (hash % 5) + 1 }, (_, k) => `line ${String(k)} of ${String(hash)}`).join('\n');
  return { level: LEVELS[hash % 3] ?? 'low', count: (hash >>> 4) % 10, notes: [`n${String((hash >>> 12) % 4)}`] };
}

export function partsModel({ prefix, messages }: TurnRequest, random: Random, faults: number): ScriptedFault {
  if (random.chance(faults))
    return random.pick<ScriptedFault>([{ kind: 'stall' }, { kind: 'say', text: '' }, { kind: 'loop' }]);
  const said = answer(prefix[0]?.content ?? '', messages.at(-1)?.content ?? '');
  return { kind: 'say', text: typeof said === 'string' ? said : JSON.stringify(said) };
}

export interface PartGraph {
  readonly file: string;
  readonly drawn: Drawn;
}

interface Lines {
  readonly size: number;
  readonly overlap: number;
}
interface Drawn {
  readonly first: boolean;
  readonly writes: boolean;
  readonly split: Lines;
  readonly upTo: number | undefined;
  readonly second: string | undefined;
  readonly nested: Lines | undefined;
  readonly least: string | undefined;
  readonly role: boolean;
  readonly after: 'each' | 'with' | undefined;
  readonly group: boolean;
  readonly collect: boolean;
}

const lines = fc
  .record({ size: fc.integer({ min: 1, max: 3 }), overlap: fc.nat(2) })
  .map(({ size, overlap }): Lines => ({ size, overlap: Math.min(overlap, size - 1) }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const level = fc.constantFrom(...LEVELS);

export const arbitraryPartGraph: fc.Arbitrary<PartGraph> = fc
  .record({
    first: fc.boolean(),
    writes: fc.boolean(),
    split: lines,
    upTo: maybe(fc.integer({ min: 1, max: 3 })),
    second: maybe(level),
    nested: maybe(lines),
    least: maybe(level),
    role: fc.boolean(),
    after: maybe(fc.constantFrom('each' as const, 'with' as const)),
    group: fc.boolean(),
    collect: fc.boolean(),
  })
  .map((drawn) => ({ drawn, file: fileOf(drawn) }));

const splitOf = ({ size, overlap }: Lines): object => ({ by: 'lines', size, ...(overlap > 0 && { overlap }) });

function fileOf({ first, writes, split, upTo, second, nested, least, role, after, group, collect }: Drawn): string {
  const flow = [
    ...(first ? [{ name: 'a', role: 'r0', each: 'input' }] : []),
    ...(writes ? [{ name: 'w', role: 'writer', each: 'input' }] : []),
    { name: 'p', each: writes ? 'w' : 'input', split: splitOf(split) },
    ...(upTo === undefined ? [] : [{ name: 'f', each: 'p', where: { part: { lte: upTo } } }]),
    ...(nested
      ? [
          { name: 'q', each: upTo === undefined ? 'p' : 'f', split: splitOf(nested) },
          { name: 't', role: 'r3', each: 'q' },
          { name: 'r', merge: 't' },
        ]
      : [{ name: 'r', role: 'r1', each: upTo === undefined ? 'p' : 'f' }]),
    ...(second === undefined ? [] : [{ name: 'u', role: 'r2', each: 'r', where: { level: { gte: second } } }]),
    {
      name: 'm',
      merge: second === undefined ? 'r' : 'u',
      ...(least !== undefined && { where: { level: { gte: least } } }),
      ...(role && { role: 'editor' }),
    },
    ...(after ? [{ name: 'z', role: 'r0', each: 'm', ...(after === 'with' && { with: 'input' }) }] : []),
    ...(group ? [{ name: 'g', each: 'm', group: { by: ['level'] } }] : []),
    ...(collect ? [{ name: 'c', role: 'editor', collect: 'r' }] : []),
  ];
  const roles = new Set(flow.flatMap((step) => ('role' in step && step.role !== undefined ? [step.role] : [])));
  return stringify(
    {
      planaria: 1,
      name: 'parts',
      seed: 5,
      budget: { resident: 4 },
      input: { format: 'jsonl', field: 'text' },
      roles: Object.fromEntries(
        [...roles].map((name) => [
          name,
          { replicas: 3, prompt: promptOf(name), attempts: 5, ...(name !== 'writer' && { output: OUTPUT }) },
        ]),
      ),
      flow,
    },
    { aliasDuplicateObjects: false },
  );
}

/** A task as it ends. */
export interface EndedPart {
  readonly of: string | null;
  readonly partial: boolean;
  readonly line: number;
  readonly input: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly missing?: Readonly<Record<string, readonly number[]>>;
}

interface Growing {
  of: string | null;
  partial: boolean;
  line: number;
  input: string;
  outputs: Record<string, unknown>;
  missing?: Record<string, readonly number[]>;
}

/** Every task; those of one step in no order but that of their lines. */
export function evaluateParts({ drawn }: PartGraph, items: readonly string[]): EndedPart[] {
  const { first, writes, split, upTo, second, nested, least, role, after, group, collect } = drawn;
  const all: Growing[] = [];
  const read: { line: number; value: Output }[] = [];
  const members: Growing[] = [];
  const ask = (of: string, text: string): Value => answer(promptOf(of), text);

  const partsOf = (of: string, name: string, source: Growing, text: string, rule: Lines): Growing[] => {
    const parts = windows(text.split('\n'), rule).map((input, k, { length }): Growing => {
      const record = { part: k + 1, of: length, first: source.line, last: source.line };
      return { of: name, partial: false, line: source.line, input, outputs: { [name]: record } };
    });
    source.outputs[of] = { parts: parts.length };
    all.push(...parts);
    return parts;
  };
  const merged = (source: Growing, name: string, parts: readonly (Output | undefined)[]): Output | undefined => {
    const missing = parts.flatMap((part, k) => (part ? [] : [k + 1]));
    if (missing.length > 0) source.missing = { ...source.missing, [name]: missing };
    const given = parts.filter((part) => part !== undefined);
    if (given.length === 0) return undefined;
    const best = Math.max(...given.map((part) => rank(part.level)));
    return {
      level: LEVELS[best] ?? '',
      count: given.reduce((sum, { count }) => sum + count, 0),
      notes: given.flatMap(({ notes }) => notes),
    };
  };

  for (const [k, input] of items.entries()) {
    const item: Growing = { of: null, partial: false, line: k + 1, input, outputs: {} };
    all.push(item);
    if (first) item.outputs.a = ask('r0', input);
    const text = writes ? String((item.outputs.w = ask('writer', input))) : input;
    const parts = partsOf('p', 'p', item, text, split);
    const outputs = parts.map((part, n): Output | undefined => {
      if (upTo !== undefined && n + 1 > upTo) return undefined;
      if (nested) {
        const pieces = partsOf('q', 'q', part, part.input, nested);
        const own = pieces.map((piece) => (piece.outputs.t = ask('r3', piece.input)) as Output);
        part.outputs.r = merged(part, 'r', own);
      } else part.outputs.r = ask('r1', part.input);
      const value = part.outputs.r as Output;
      read.push({ line: item.line, value });
      if (second === undefined) return value;
      if (rank(value.level) < rank(second)) return undefined;
      return (part.outputs.u = ask('r2', JSON.stringify(value))) as Output;
    });
    // The condition looks at what is merged.
    const taken = outputs.map((output) =>
      output && (least === undefined || rank(output.level) >= rank(least)) ? output : undefined,
    );
    const whole = role ? byRole(item, taken) : merged(item, 'm', taken);
    if (whole === undefined) continue;
    item.outputs.m = whole;
    members.push(item);
    if (after)
      item.outputs.z = ask('r0', after === 'with' ? `${input}\n${JSON.stringify(whole)}` : JSON.stringify(whole));
  }
  if (group)
    for (const value of new Set(members.map(({ outputs }) => (outputs.m as Output).level))) {
      const own = members.filter(({ outputs }) => (outputs.m as Output).level === value);
      all.push({
        ...{ of: 'g', partial: false, line: own[0]?.line ?? 0, input: '' },
        outputs: { g: { level: value, lines: own.map(({ line }) => line) } },
      });
    }
  if (collect) {
    // In the order of tasks, which hangs on who came first: texts are told apart by what stands in them.
    if (read.length > 0) all.push({ of: 'c', partial: false, line: 0, input: `${String(read.length)}`, outputs: {} });
  }
  return all;

  /** A role reads what parts gave: as many as fit one turn, and what came of those. */
  function byRole(item: Growing, taken: readonly (Output | undefined)[]): Output | undefined {
    const missing = taken.flatMap((part, k) => (part ? [] : [k + 1]));
    if (missing.length > 0) item.missing = { m: missing };
    let level = taken.flatMap((part, k) =>
      part ? [`part ${String(k + 1)} of ${String(taken.length)}: ${JSON.stringify(part)}`] : [],
    );
    for (;;) {
      if (level.length === 0) return undefined;
      const pieces = inTurns(level);
      const next = pieces.map((piece): Output => {
        const input = piece.join('\n');
        const output = ask('editor', input) as Output;
        all.push({ of: 'm', partial: pieces.length > 1, line: item.line, input, outputs: { m: output } });
        return output;
      });
      if (pieces.length === 1) return next[0];
      level = next.map((output) => JSON.stringify(output));
    }
  }
}

const rank = (value: string): number => LEVELS.indexOf(value);

function windows(lines: readonly string[], { size, overlap }: Lines): string[] {
  const parts: string[] = [];
  for (let k = 0; ; k += size - overlap) {
    parts.push(lines.slice(k, k + size).join('\n'));
    if (k + size >= lines.length) return parts;
  }
}

function inTurns(all: readonly string[]): string[][] {
  const turns: string[][] = [];
  for (const each of all) {
    const turn = turns.at(-1);
    const length = turn?.reduce((sum, text) => sum + text.length + 1, each.length + 1) ?? 0;
    if (turn && (turn.length < 2 || length <= ROOM)) turn.push(each);
    else turns.push([each]);
  }
  if (turns.length > 1 && turns.at(-1)?.length === 1) turns.at(-2)?.push(...(turns.pop() ?? []));
  return turns;
}
