/**
 * The fault plan, version 1: a YAML or JSON file that says what goes wrong when. The same plan runs in simulation and in a tab.
 */
import * as v from 'valibot';
import type { Result } from '../kernel/result.ts';
import { err, ok } from '../kernel/result.ts';
import type { Diagnostic } from '../swarm/diagnostic.ts';
import { describe, quote, sortDiagnostics } from '../swarm/diagnostic.ts';
import { nearest } from '../swarm/nearest.ts';
import type { Path } from '../swarm/source.ts';
import { readSource } from '../swarm/source.ts';
import { KINDS } from './kinds.ts';
import { FAULT_KINDS } from '../journal/vocabulary.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h)$/;
const DURATION_EXPECTED = 'milliseconds or a time such as "30s", at most 24 h';
/** Entries of a plan. */
export const PLAN_ENTRIES = 256;
/** Latest time and longest lasting in a plan, ms. */
export const PLAN_MS = 86_400_000;

/** Milliseconds of run time. */
const duration = v.pipe(
  v.union(
    [v.number(DURATION_EXPECTED), v.pipe(v.string(DURATION_EXPECTED), v.regex(DURATION, DURATION_EXPECTED))],
    DURATION_EXPECTED,
  ),
  v.transform((value) => {
    const [, amount, unit] = DURATION.exec(String(value)) ?? [];
    return Math.round(amount === undefined ? Number(value) : Number(amount) * (UNITS[unit ?? 'ms'] ?? 1));
  }),
  v.minValue(0, DURATION_EXPECTED),
  v.maxValue(PLAN_MS, DURATION_EXPECTED),
);

const rate = (() => {
  const expected = 'a number a minute above 0, at most 6000';
  return v.pipe(v.number(expected), v.gtValue(0, expected), v.maxValue(6000, expected));
})();

const count = (() => {
  const expected = 'a whole number from 1 to 1000000';
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(1, expected), v.maxValue(1_000_000, expected));
})();

const TARGET = 'random, or a map with agent or role';
const target = v.union(
  [
    v.literal('random', TARGET),
    v.strictObject({ agent: v.pipe(v.number(TARGET), v.safeInteger(TARGET), v.minValue(0, TARGET)) }, TARGET),
    v.strictObject({ role: v.string(TARGET) }, TARGET),
  ],
  TARGET,
);

const Fault = v.strictObject(
  {
    kind: v.picklist(FAULT_KINDS, `one of ${FAULT_KINDS.join(', ')}`),
    /** When: at these times, or at random so many a minute. */
    at: v.exactOptional(v.union([v.array(duration, DURATION_EXPECTED), duration], DURATION_EXPECTED)),
    rate: v.exactOptional(rate),
    from: v.optional(duration, 0),
    until: v.exactOptional(duration),
    /** At most so many in all. */
    count: v.exactOptional(count),
    /** How long it lasts, where it lasts. */
    for: v.exactOptional(duration),
    target: v.optional(target, 'random'),
  },
  'a map with kind, and at or rate',
);

const PlanSchema = v.strictObject(
  {
    faults: v.pipe(
      v.array(Fault, 'a list of faults'),
      v.minLength(1, 'at least one fault'),
      v.maxLength(PLAN_ENTRIES, `at most ${PLAN_ENTRIES} faults`),
    ),
    'planaria-faults': v.literal(1, '1, the version of the file format'),
    name: v.pipe(
      v.string('a text of 1 to 80 characters'),
      v.nonEmpty('a text of 1 to 80 characters'),
      v.maxLength(80, 'a text of 1 to 80 characters'),
    ),
    seed: v.exactOptional(
      v.pipe(
        v.number('a whole number, 0 or more'),
        v.safeInteger('a whole number, 0 or more'),
        v.minValue(0, 'a whole number, 0 or more'),
      ),
    ),
  },
  'a fault plan: a map with planaria-faults, name, faults',
);

export type FaultPlan = v.InferOutput<typeof PlanSchema>;
export type PlannedFault = v.InferOutput<typeof Fault>;
export type Target = PlannedFault['target'];

/** All are laid out beforehand, in order of time. */
const MOST_FAULTS = 100_000;

const KEYS: Readonly<Record<string, readonly string[]>> = {
  plan: Object.keys(PlanSchema.entries),
  fault: Object.keys(Fault.entries),
};

/**
 * @param file name for messages only
 * @param text YAML 1.2 or JSON, at most 1 MiB
 * @param swarm where given, targets are checked against it
 * @returns the plan with defaults filled in, or at least one diagnostic, in the order of the file
 */
export function parseFaultPlan(
  file: string,
  text: string,
  swarm?: { readonly agents: number; readonly roles: readonly { readonly name: string }[] },
): Result<FaultPlan, readonly Diagnostic[]> {
  const { source, diagnostics } = readSource(file, text);
  if (!source) return err(sortDiagnostics(diagnostics));
  const add = (path: Path, part: 'key' | 'value', message: string, expected: string, hint = ''): void => {
    diagnostics.push({ file, ...source.locate(path, part), message, expected, hint });
  };

  for (const { path, key, known } of unknownKeys(source.value)) {
    const near = nearest(key, known);
    add(
      [...path, key],
      'key',
      `unknown key ${quote(key)}`,
      `one of ${known.join(', ')}`,
      near ? `did you mean ${near}?` : '',
    );
  }
  const parsed = v.safeParse(PlanSchema, source.value, { abortPipeEarly: true });
  for (const issue of parsed.issues ?? []) {
    const items = (issue.path ?? []) as readonly { key: string | number; origin: string }[];
    const path = items.map(({ key }) => key);
    const isKey = issue.type === 'strict_object' && items.at(-1)?.origin === 'key';
    if (isKey && issue.expected === 'never') continue;
    if (isKey) {
      add(
        path.slice(0, -1),
        'key',
        `${placeName(path.slice(0, -1))} has no ${String(path.at(-1))}`,
        `the key ${String(path.at(-1))}`,
      );
      continue;
    }
    const near = path.at(-1) === 'kind' && typeof issue.input === 'string' ? nearest(issue.input, FAULT_KINDS) : null;
    add(
      path,
      'value',
      `${placeName(path)} is ${describe(issue.input)}`,
      issue.message,
      near ? `did you mean ${near}?` : '',
    );
  }
  if (diagnostics.length === 0) {
    let total = 0;
    for (const [index, fault] of (parsed.output as FaultPlan).faults.entries()) {
      const path: Path = ['faults', index];
      if ((fault.at === undefined) === (fault.rate === undefined)) {
        add(
          path,
          'value',
          `faults[${index}] has ${fault.at === undefined ? 'neither at nor rate' : 'both at and rate'}`,
          'exactly one of at, rate',
        );
      }
      if (fault.rate !== undefined && fault.until === undefined && fault.count === undefined) {
        add([...path, 'rate'], 'key', `faults[${index}] has a rate without an end`, 'until or count beside it');
      }
      const before = total;
      total += expectedFaults(fault);
      if (before <= MOST_FAULTS && total > MOST_FAULTS) {
        add(
          path,
          'value',
          `with faults[${index}] the plan comes to about ${Math.round(total)} faults`,
          `at most ${MOST_FAULTS} in all`,
          'a lower rate or count, or an earlier until',
        );
      }
      if (fault.target !== 'random' && !KINDS[fault.kind].takesTarget) {
        add([...path, 'target'], 'key', `${fault.kind} strikes no single agent`, 'no target here');
      } else if (fault.target !== 'random' && swarm) {
        const { target } = fault;
        if ('agent' in target && target.agent >= swarm.agents) {
          add(
            [...path, 'target', 'agent'],
            'value',
            `there is no agent ${target.agent}`,
            `a row from 0 to ${swarm.agents - 1}`,
          );
        }
        if ('role' in target && !swarm.roles.some(({ name }) => name === target.role)) {
          const near = nearest(
            target.role,
            swarm.roles.map(({ name }) => name),
          );
          add(
            [...path, 'target', 'role'],
            'value',
            `there is no role ${quote(target.role)}`,
            'the name of a role',
            near ? `did you mean ${near}?` : '',
          );
        }
      }
    }
  }
  if (diagnostics.length > 0) return err(sortDiagnostics(diagnostics));
  return ok(parsed.output as FaultPlan);
}

/** How many times the entry strikes, on average; 0 where it names no end, which is told elsewhere. */
function expectedFaults({ at, rate = 0, from, until = Infinity, count = Infinity }: PlannedFault): number {
  if (at !== undefined) return [at].flat().length;
  const times = Math.min(count, (rate * Math.max(0, until - from)) / 60_000);
  return times < Infinity ? times : 0;
}

function unknownKeys(value: unknown): { path: Path; key: string; known: readonly string[] }[] {
  const found: { path: Path; key: string; known: readonly string[] }[] = [];
  const look = (map: unknown, path: Path, known: readonly string[]): void => {
    if (typeof map !== 'object' || map === null || Array.isArray(map)) return;
    for (const key of Object.keys(map)) if (!known.includes(key)) found.push({ path, key, known });
  };
  look(value, [], KEYS['plan'] ?? []);
  const faults = (value as { faults?: unknown } | null)?.faults;
  if (Array.isArray(faults))
    for (const [index, fault] of faults.entries()) look(fault, ['faults', index], KEYS['fault'] ?? []);
  return found;
}

function placeName(path: Path): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return name === '' ? 'the file' : name.replace(/^\./, '');
}
