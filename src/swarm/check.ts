/** Rules that tie sections of a swarm file together: names that must exist, flows that must end, budgets that must be possible. */
import { AutomatonWork } from '../kernel/pattern-automaton.ts';
import { cutText, quote, someOf } from './diagnostic.ts';
import { INPUT_NAME, MAX_AGENTS, type Swarm } from './model.ts';
import { nearest } from './nearest.ts';
import { MOST_WORK, outputSchemaFaults } from './output-schema-faults.ts';
import type { Path } from './source.ts';

/** Something wrong at a path of the file. */
export interface Broken {
  readonly path: Path;
  /** Default: the value. */
  readonly part?: 'key' | 'value';
  readonly message: string;
  readonly expected: string;
  readonly hint?: string;
}

/**
 * @param swarm may be broken in places
 * @param sound whether nothing is known to be wrong at, within or around a path; only such places are looked at
 * @param rolesStand whether there is a map of roles, whatever may be wrong within it
 */
export function checkSwarm(swarm: Swarm, sound: (path: Path) => boolean, rolesStand: boolean): Broken[] {
  return [
    ...(sound(['input']) ? checkInput(swarm) : []),
    ...(rolesStand ? checkOutputs(swarm, sound) : []),
    ...(sound(['roles']) ? checkSize(swarm) : []),
    ...(sound(['roles']) && sound(['budget']) ? checkTokens(swarm) : []),
    ...(sound(['supervision']) ? checkThresholds(swarm) : []),
    ...(rolesStand && sound(['flow']) ? checkFlow(swarm) : []),
    ...(sound(['flow']) && sound(['input']) ? checkMerge(swarm) : []),
  ];
}

function checkMerge({ input, flow }: Pick<Swarm, 'input' | 'flow'>): Broken[] {
  if (input.merge !== 'step' || flow.some(({ each = INPUT_NAME }) => each !== INPUT_NAME)) return [];
  return [
    {
      path: ['input', 'merge'],
      message: 'no step of flow works on outputs that could be merged',
      expected: 'a step with each: and the name of a role',
    },
  ];
}

function checkInput({ input }: Swarm): Broken[] {
  const broken: Broken[] = [];
  const needs = (key: keyof Swarm['input'], goesWith: string, fits: boolean): void => {
    if (input[key] === undefined || fits) return;
    broken.push({
      path: ['input', key],
      part: 'key',
      message: `input.${key} has no meaning here`,
      expected: `${goesWith} beside it`,
    });
  };
  needs('example', 'from: example', input.from === 'example');
  needs('column', 'format: csv', input.format === 'csv');
  needs('delimiter', 'format: csv', input.format === 'csv');
  needs('header', 'format: csv', input.format === 'csv');
  needs('field', 'format: jsonl or format: json', input.format === 'jsonl' || input.format === 'json');
  needs('bad', 'format: csv, jsonl or json', input.format !== 'lines');
  needs('merge', 'long: split', input.long === 'split');
  if (input.header === false && typeof input.column === 'string') {
    broken.push({
      path: ['input', 'header'],
      message: 'input.column is a name, and the file is said to have no header',
      expected: 'header: true, or a column number from 1',
    });
  }
  if (input.from === 'example' && input.example === undefined) {
    broken.push({ path: ['input', 'from'], message: 'input does not say which example', expected: 'the key example' });
  }
  if (input.format === 'csv' && input.column === undefined) {
    broken.push({
      path: ['input', 'format'],
      message: 'input does not say which column agents read',
      expected: 'the key column',
    });
  }
  return broken;
}

function checkOutputs({ roles }: Swarm, sound: (path: Path) => boolean): Broken[] {
  // All patterns of a file together: there may be thousands.
  const work = new AutomatonWork(MOST_WORK);
  return Object.entries(roles).flatMap(([name, role]) => {
    const path = ['roles', name, 'output'];
    if (!sound(path) || !role?.output) return [];
    return outputSchemaFaults(role.output, path, work).map((fault) => ({ ...fault, part: 'key' as const }));
  });
}

function checkSize({ roles }: Swarm): Broken[] {
  const total = Object.values(roles).reduce((sum, role) => sum + role.replicas, 0);
  if (total <= MAX_AGENTS) return [];
  return [
    {
      path: ['roles'],
      part: 'key',
      message: `the replicas of all roles sum to ${total} agents`,
      expected: `at most ${MAX_AGENTS}`,
    },
  ];
}

function checkTokens({ roles, budget }: Swarm): Broken[] {
  const [name, role] = Object.entries(roles).reduce((most, each) =>
    each[1].limits.tokens > most[1].limits.tokens ? each : most,
  );
  if (budget.tokens === undefined || budget.tokens > role.limits.tokens) return [];
  return [
    {
      path: ['budget', 'tokens'],
      message: `budget.tokens is ${budget.tokens}, which one turn of ${name} can spend (limits.tokens is ${role.limits.tokens})`,
      expected: `more than ${role.limits.tokens}`,
    },
  ];
}

function checkThresholds({ supervision: { thresholds } }: Swarm): Broken[] {
  if (thresholds.failed < thresholds.degraded) return [];
  return [
    {
      path: ['supervision', 'thresholds', 'failed'],
      message: `supervision.thresholds.failed is ${thresholds.failed}, not below degraded, ${thresholds.degraded}`,
      expected: `a number below ${thresholds.degraded}`,
    },
  ];
}

/**
 * The steps that take items form one chain from the input: exactly one takes `each: input`, and an output is taken on by at most one step,
 * so that an item has one result. One review may hang off the chain.
 */
function checkFlow({ roles, flow }: Swarm): Broken[] {
  const broken: Broken[] = [];
  const names = Object.keys(roles);
  if (names.length === 0) return [];
  const steps = new Map<string, number>();
  const takers = new Map<string, number>();
  let review: number | undefined;

  const mustExist = (index: number, key: 'role' | 'each' | 'reviews', name: string, known: readonly string[]): void => {
    if (known.includes(name)) return;
    const near = nearest(name, known);
    broken.push({
      path: ['flow', index, key],
      message: `flow[${index}].${key} names ${quote(name)}, which is not a role`,
      expected: `one of ${someOf(known)}`,
      hint: near ? `did you mean ${near}?` : '',
    });
  };

  for (const [index, step] of flow.entries()) {
    const path = ['flow', index];
    mustExist(index, 'role', step.role, names);
    const earlier = steps.get(step.role);
    if (earlier !== undefined) {
      broken.push({
        path: [...path, 'role'],
        message: `${step.role} has a second step`,
        expected: 'one step for each role',
        hint: `the first is flow[${earlier}]`,
      });
    } else {
      steps.set(step.role, index);
    }
    if (step.each !== undefined) mustExist(index, 'each', step.each, [INPUT_NAME, ...names]);
    if (step.reviews !== undefined) mustExist(index, 'reviews', step.reviews, names);
    if ((step.each === undefined) === (step.reviews === undefined)) {
      broken.push({
        path,
        message:
          step.each === undefined
            ? `flow[${index}] does not say what ${step.role} works on`
            : `flow[${index}] has both each and reviews`,
        expected: 'either each or reviews',
      });
      continue;
    }
    if (step.share !== undefined && step.reviews === undefined) {
      broken.push({
        path: [...path, 'share'],
        part: 'key',
        message: `flow[${index}].share has no meaning here`,
        expected: 'reviews beside it',
      });
    }
    if (step.marked !== undefined && step.reviews === undefined) {
      broken.push({
        path: [...path, 'marked'],
        part: 'key',
        message: `flow[${index}].marked has no meaning here`,
        expected: 'reviews beside it',
      });
    }
    if (step.reviews !== undefined) {
      if (review !== undefined) {
        broken.push({
          path: [...path, 'reviews'],
          part: 'key',
          message: 'flow has a second review',
          expected: 'at most one step with reviews',
          hint: `the first is flow[${review}]`,
        });
      }
      review ??= index;
    }
    if (step.each === undefined) continue;
    const taken = takers.get(step.each);
    if (taken === undefined) {
      takers.set(step.each, index);
    } else {
      broken.push({
        path: [...path, 'each'],
        message: `each: ${step.each} is taken by flow[${taken}] already`,
        expected: 'one step, so that an item has one result',
      });
    }
  }
  if (broken.length > 0) return broken;

  if (!takers.has(INPUT_NAME)) {
    return [
      {
        path: ['flow'],
        part: 'key',
        message: 'no step of flow works on the input',
        expected: `a step with each: ${INPUT_NAME}`,
      },
    ];
  }
  return [...checkReach(flow), ...checkIdle({ roles, flow })];
}

/** Every step must be reached from the input; steps that only reach each other are a cycle. */
function checkReach(flow: Swarm['flow']): Broken[] {
  const stepOf = new Map(flow.map((step, index) => [step.role, index]));
  return flow.flatMap((step, index): Broken[] => {
    const key = step.each === undefined ? 'reviews' : 'each';
    const path = ['flow', index, key];
    const seen: string[] = [step.role];
    for (let on = step.each ?? step.reviews ?? INPUT_NAME; on !== INPUT_NAME;) {
      if (seen.includes(on)) {
        const cycle = [...seen.slice(seen.indexOf(on)), on].join(' -> ');
        // Told once, at the step of the cycle that stands first.
        const first = Math.min(...seen.slice(seen.indexOf(on)).map((role) => stepOf.get(role) ?? 0));
        if (first !== index) return [];
        return [
          {
            path,
            message: `flow goes round in a circle: ${cutText(cycle, 300)}`,
            expected: `a way back to ${INPUT_NAME}`,
          },
        ];
      }
      seen.push(on);
      const before = flow[stepOf.get(on) ?? -1];
      if (!before)
        return [{ path, message: `${on} has no step of its own in flow`, expected: `a step with role: ${on}` }];
      if (before.reviews !== undefined) {
        return [{ path, message: `${on} only reviews`, expected: 'a role that works on each item' }];
      }
      on = before.each ?? before.reviews ?? INPUT_NAME;
    }
    return [];
  });
}

/** Workers and specialists exist for the flow; the other kinds may stand by. */
function checkIdle({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>): Broken[] {
  const busy = new Set(flow.map((step) => step.role));
  return Object.entries(roles).flatMap(([name, role]): Broken[] => {
    // Of a role that is no map more is told elsewhere.
    const { kind } = (role as Swarm['roles'][string] | null) ?? { kind: 'messenger' };
    if (busy.has(name) || (kind !== 'worker' && kind !== 'specialist')) return [];
    return [
      {
        path: ['roles', name],
        part: 'key',
        message: `${name} has no work: no step of flow names it`,
        expected: `a step with role: ${name}`,
      },
    ];
  });
}
