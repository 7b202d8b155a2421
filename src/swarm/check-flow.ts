/** Rules of the flow: a graph of steps without circles, from the input to every step. */
import type { Broken } from './broken.ts';
import { cutText, quote, someOf } from './diagnostic.ts';
import { GROUP_FIELDS, GROUP_ORDERS, lookedAt } from './groups.ts';
import { fieldsKnown } from './input-names.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import { nearest } from './nearest.ts';
import { stepsOfReport } from './report.ts';
import { checkMerges, checkSplits } from './check-parts.ts';
import type { Path } from './source.ts';
import { checkChoices, choiceKeysOf } from './check-choice.ts';
import { behind, isChoice, makerOf, nameOfStep, sourcesOf, stepsByName } from './steps.ts';
import { fieldFault, whereFaults } from './where-faults.ts';

/** @param sound whether nothing is known to be wrong at, within or around a path */
export function checkFlow(
  swarm: Pick<Swarm, 'roles' | 'flow' | 'report' | 'input'>,
  sound: (path: Path) => boolean,
): Broken[] {
  const { roles, flow } = swarm;
  if (Object.keys(roles).length === 0) return [];
  const taken = new Set<unknown>([...flow.flatMap(sourcesOf), ...stepsOfReport(swarm)]);
  const broken = [...checkNames(swarm), ...flow.flatMap((step, index) => checkForm(step, index, taken))];
  if (broken.length > 0) return broken;
  if (!flow.some(({ each }) => each === INPUT_NAME)) {
    const expected = `a step with each: ${INPUT_NAME}`;
    return [{ path: ['flow'], part: 'key', message: 'no step of flow works on the input', expected }];
  }
  const idle = checkIdle(swarm);
  const sources = checkSources(swarm);
  // What follows goes back from step to step, and in a circle would never come to an end.
  if (sources.length > 0) return [...sources, ...idle];
  const merges = checkMerges(flow);
  // What merges has no source of its own where that was not split.
  if (merges.length > 0) return [...merges, ...idle];
  const reviews = [...checkWorked(flow), ...checkReviews(flow), ...checkJoins(flow)];
  if (reviews.length > 0) return [...reviews, ...idle];
  return [
    ...checkSplits(swarm, sound),
    ...checkWheres(swarm, sound),
    ...checkGroups(swarm, sound),
    ...checkChoices(swarm, sound),
    ...checkShared(swarm),
    ...idle,
  ];
}

/** Names that a step may be taken by, and those of roles that stand there. */
function checkNames({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>): Broken[] {
  const broken: Broken[] = [];
  const known = Object.keys(roles);
  const steps = flow.map(nameOfStep);
  const mustExist = (index: number, key: 'role' | SourceKey, what: string, names: string[]): void => {
    const name = flow[index]?.[key];
    if (name === undefined || names.includes(name)) return;
    const near = nearest(name, names);
    broken.push({
      path: ['flow', index, key],
      message: `flow[${index}].${key} names ${quote(name)}, which is not a ${what}`,
      expected: `one of ${someOf(names)}`,
      hint: near ? `did you mean ${near}?` : '',
    });
  };
  for (const [index, step] of flow.entries()) {
    mustExist(index, 'role', 'role', known);
    const first = steps.indexOf(steps[index] ?? '');
    if (first < index && steps[index] !== '') {
      broken.push({
        path: ['flow', index, step.name === undefined ? 'role' : 'name'],
        message: `flow[${index}] has the name of flow[${first}], ${quote(steps[index] ?? '')}`,
        expected: 'a name of its own',
        hint: step.name === undefined ? 'a role that has several steps needs name: beside each but one' : '',
      });
    }
    // A role that has steps under other names only is told of below.
    const named = flow.flatMap((each) => each.name ?? (known.includes(each.role ?? '') ? each.role : undefined) ?? []);
    const names = [...new Set([...named, ...known])];
    mustExist(index, 'each', 'step', [INPUT_NAME, ...names]);
    mustExist(index, 'collect', 'step', [INPUT_NAME, ...names]);
    mustExist(index, 'merge', 'step', names);
    mustExist(index, 'reviews', 'step', names);
    mustExist(index, 'with', 'step', [INPUT_NAME, ...names]);
  }
  return broken;
}

/** Which keys may stand beside which. */
function checkForm(step: SwarmStep, index: number, taken: ReadonlySet<unknown>): Broken[] {
  const broken: Broken[] = [];
  const path = ['flow', index];
  const at = `flow[${index}]`;
  const meaningless = (key: keyof SwarmStep, expected: string): void => {
    if (step[key] === undefined) return;
    broken.push({ path: [...path, key], part: 'key', message: `${at}.${key} has no meaning here`, expected });
  };
  const { each, reviews, merge, role, group, split } = step;
  const makes = (['group', 'split', 'merge'] as const).find((key) => step[key] !== undefined) ?? choiceKeysOf(step)[0];
  if (role === undefined && step.where === undefined && makes === undefined) {
    return [
      {
        path,
        message: `${at} says neither who works nor what it lets pass`,
        expected: 'role, or name with where, group, split, merge, sort, limit or sample',
      },
    ];
  }
  if (role === undefined && step.name === undefined) {
    const beside = makes ?? 'where';
    broken.push({ path, message: `${at} has no name that other steps could take`, expected: `name beside ${beside}` });
  }
  const given = (['each', 'reviews', 'collect', 'merge'] as const).filter((key) => step[key] !== undefined);
  if (given.length !== 1) {
    const what = role ?? step.name ?? 'it';
    const both =
      given.length > 2 ? `${given.slice(0, -1).join(', ')} and ${given.at(-1)}` : `both ${given.join(' and ')}`;
    broken.push({
      path,
      message: given.length === 0 ? `${at} does not say what ${what} works on` : `${at} has ${both}`,
      expected:
        role !== undefined
          ? 'one of each, reviews, collect, merge'
          : merge === undefined
            ? 'each'
            : 'one of each, merge',
    });
    return broken;
  }
  if (role === undefined) {
    for (const key of ['reviews', 'collect', 'with', 'dedupe', 'share', 'marked'] as const)
      meaningless(key, 'role beside it');
    if (!group && !isChoice(step) && merge === undefined && step.name !== undefined && !taken.has(nameOfStep(step)))
      broken.push({
        path,
        message: split ? `nothing takes the parts that ${at} makes` : `nothing takes what ${at} lets pass`,
        expected: `a step with each: ${nameOfStep(step)}`,
      });
    if (group && split) meaningless('split', 'no group beside it: parts are made of one text, groups of many outputs');
    if (group)
      for (const key of choiceKeysOf(step))
        meaningless(key, 'a step of its own that takes the groups; group has order and limit');
    else if (split || merge !== undefined)
      for (const key of choiceKeysOf(step)) meaningless(key, `a step of its own that takes ${nameOfStep(step)}`);
    else if (step.sample !== undefined)
      for (const key of ['sort', 'limit'] as const) meaningless(key, 'a step of its own, as sample is beside it');
  } else {
    for (const key of choiceKeysOf(step))
      meaningless(key, 'no role beside it: code chooses, and a step with each takes what it chose');
    if (reviews === undefined) for (const key of ['share', 'marked'] as const) meaningless(key, 'reviews beside it');
    if (each === undefined) for (const key of ['with', 'dedupe'] as const) meaningless(key, 'each beside it');
    meaningless('group', 'no role beside it: groups are made by code, and a step with each takes them');
    meaningless('split', 'no role beside it: parts are cut by code, and a step with each takes them');
    if (each !== undefined && step.with === each)
      broken.push({ path: [...path, 'with'], message: `${at} takes ${quote(each)} twice`, expected: 'another step' });
  }
  if (merge !== undefined)
    for (const key of ['group', 'split'] as const) meaningless(key, 'each beside it, in place of merge');
  return broken;
}

/** Every way back ends at the input: no circle, no role without a step, no output of a review. */
function checkSources({ flow }: Pick<Swarm, 'flow'>): Broken[] {
  const stepOf = new Map(flow.map((step, index) => [nameOfStep(step), index]));
  const told = new Set<string>();
  return flow.flatMap((step, index): Broken[] => {
    const circle = circleFrom(flow, stepOf, nameOfStep(step));
    if (circle) {
      // Told once, at the step of the circle that stands first.
      const first = Math.min(...circle.map((name) => stepOf.get(name) ?? 0));
      if (first !== index || circle.some((name) => told.has(name))) return [];
      for (const name of circle) told.add(name);
      const way = [...circle, circle[0]].join(' -> ');
      const key = keyTo(step, circle[1] ?? nameOfStep(step));
      const message = `flow goes round in a circle: ${cutText(way, 300)}`;
      return [{ path: ['flow', index, key], message, expected: `a way back to ${INPUT_NAME}` }];
    }
    return sourcesOf(step).flatMap((name): Broken[] => {
      if (name === INPUT_NAME) return [];
      const path = ['flow', index, keyTo(step, name)];
      const source = flow[stepOf.get(name) ?? -1];
      if (!source) {
        const named = flow.filter(({ role }) => role === name).map(nameOfStep);
        const expected = named.length > 0 ? `one of ${someOf(named)}` : `a step with role: ${name}`;
        return [{ path, message: `${name} has no step of its own in flow`, expected }];
      }
      if (source.reviews === undefined) return [];
      return [{ path, message: `${name} only reviews`, expected: 'a step that works on each item' }];
    });
  });
}

type SourceKey = 'each' | 'reviews' | 'collect' | 'merge' | 'with';

const keyTo = (step: SwarmStep, source: string): SourceKey =>
  (['each', 'reviews', 'collect', 'merge'] as const).find((key) => step[key] === source) ?? 'with';

/** The shortest way from a step over its sources back to it, its own name first; null: there is none. */
function circleFrom(flow: Swarm['flow'], stepOf: ReadonlyMap<string, number>, start: string): string[] | null {
  const before = new Map<string, string>();
  const queue = [start];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const source of sourcesOf(flow[stepOf.get(name) ?? -1] ?? {})) {
      if (source === start) {
        const way = [name];
        for (let at = name; at !== start; way.unshift(at)) at = before.get(at) ?? start;
        return way;
      }
      if (before.has(source)) continue;
      before.set(source, name);
      queue.push(source);
    }
  }
  return null;
}

/** Some role works on items of the input, or on some of them, or they are made into something: else they would be no tasks. */
function checkWorked(flow: Swarm['flow']): Broken[] {
  const steps = stepsByName(flow);
  const works = flow.some(({ role, split, group, each, collect }) => {
    const of = (role ?? split ?? group) === undefined ? collect : (each ?? collect);
    return of !== undefined && behind(steps, of).name === INPUT_NAME;
  });
  if (works) return [];
  const expected = `a step with a role and each: ${INPUT_NAME}, or with each of what is chosen of it`;
  return [{ path: ['flow'], part: 'key', message: 'no role of flow works on items of the input', expected }];
}

/** A row has one review of an output. */
function checkReviews(flow: Swarm['flow']): Broken[] {
  const reviewed = new Map<string, number>();
  const steps = stepsByName(flow);
  return flow.flatMap(({ reviews }, index): Broken[] => {
    if (reviews === undefined) return [];
    const base = behind(steps, reviews).name;
    const path = ['flow', index, 'reviews'];
    if (base === INPUT_NAME) return [{ path, message: `${reviews} has no output`, expected: 'a step with a role' }];
    const { group, split } = steps.get(base) ?? {};
    if (group) return [{ path, message: `${base} is made by code, and counts right`, expected: 'a step with a role' }];
    if (split)
      return [{ path, message: `${base} is cut by code, and nobody's answer`, expected: 'a step with a role' }];
    // What was chosen is another task, and has a review of its own.
    const maker = makerOf(steps, reviews);
    const of = `${maker ? nameOfStep(maker) : ''}/${base}`;
    const first = reviewed.get(of);
    reviewed.set(of, first ?? index);
    if (first === undefined) return [];
    const expected = 'at most one step with reviews for each step';
    return [
      { path, part: 'key', message: `${base} has a second review`, expected, hint: `the first is flow[${first}]` },
    ];
  });
}

/** What is read beside another output is of the same task. */
function checkJoins(flow: Swarm['flow']): Broken[] {
  const steps = stepsByName(flow);
  return flow.flatMap((step, index): Broken[] => {
    const { with: beside, each } = step;
    if (beside === undefined || each === undefined) return [];
    const own = makerOf(steps, each);
    const other = makerOf(steps, beside);
    if (own === other) return [];
    // What was chosen knows what it was chosen of.
    for (let at = own; at && isChoice(at);) {
      at = makerOf(steps, sourcesOf(at)[0] ?? '');
      if (at === other) return [];
    }
    const message = `${beside} is not of the same task as ${each}`;
    const expected = own ? `${nameOfStep(own)}, or a step that works on it` : 'a step that works on items of the input';
    return [{ path: ['flow', index, 'with'], message, expected }];
  });
}

type Checked = Pick<Swarm, 'roles' | 'flow' | 'input'>;

/** Fields by which outputs become groups, and by which groups come in order. */
function checkGroups({ roles, flow, input }: Checked, sound: (path: Path) => boolean): Broken[] {
  const steps = stepsByName(flow);
  return flow.flatMap(({ each = '', group }, index): Broken[] => {
    if (!group) return [];
    const source = behind(steps, each).name;
    const { role } = steps.get(source) ?? {};
    if (role !== undefined && !sound(['roles', role])) return [];
    const looked = lookedAt(roles, steps, source);
    const known = sound(['input']) ? fieldsKnown(input) : null;
    const faults = (key: 'by' | 'order', own: readonly string[]): Broken[] =>
      (group[key] ?? []).flatMap((field, k, all): Broken[] => {
        const path = ['flow', index, 'group', key, k];
        if (all.indexOf(field) < k)
          return [{ path, message: `${quote(field)} stands here twice`, expected: 'each field once' }];
        if (own.includes(field)) return [];
        if (GROUP_FIELDS.some((name) => name === field)) {
          const message = `${quote(field)} is what a group itself has`;
          return [{ path, message, expected: `a field of ${source} with another name` }];
        }
        const fault = fieldFault(field, { looked, known, role: role ?? source }, own);
        return fault ? [{ path, ...fault }] : [];
      });
    return [...faults('by', []), ...faults('order', GROUP_ORDERS)];
  });
}

function checkWheres({ roles, flow, input }: Checked, sound: (path: Path) => boolean): Broken[] {
  const steps = stepsByName(flow);
  const known = sound(['input']) ? fieldsKnown(input) : null;
  return flow.flatMap((step, index): Broken[] => {
    if (step.where === undefined) return [];
    const { name } = behind(steps, sourcesOf(step)[0] ?? '');
    const { role } = steps.get(name) ?? {};
    if (role !== undefined && !sound(['roles', role])) return [];
    const looked = lookedAt(roles, steps, name);
    return whereFaults(step.where, { looked, known, role: role ?? name }, ['flow', index, 'where']);
  });
}

/** An answer that hangs on what its agent remembers is no answer for another. */
function checkShared({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>): Broken[] {
  return flow.flatMap(({ role = '', dedupe = false }, index): Broken[] => {
    // Of a role that is broken more is told elsewhere.
    const memory = (roles[role] as Partial<Swarm['roles'][string]> | null | undefined)?.memory as
      { readonly turns?: unknown } | undefined;
    if (!dedupe || typeof memory?.turns !== 'number' || memory.turns === 0) return [];
    const message = `flow[${index}].dedupe shares answers of ${role}, whose agents remember earlier exchanges`;
    const expected = `memory.turns: 0 in roles.${role}`;
    return [{ path: ['flow', index, 'dedupe'], part: 'key', message, expected }];
  });
}

/** Workers and specialists exist for the flow; the other kinds may stand by. */
function checkIdle({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>): Broken[] {
  const busy = new Set(flow.map((step) => step.role));
  return Object.entries(roles).flatMap(([name, role]): Broken[] => {
    // Of a role that is no map more is told elsewhere.
    const { kind } = (role as Swarm['roles'][string] | null) ?? { kind: 'messenger' };
    if (busy.has(name) || (kind !== 'worker' && kind !== 'specialist')) return [];
    const message = `${name} has no work: no step of flow names it`;
    return [{ path: ['roles', name], part: 'key', message, expected: `a step with role: ${name}` }];
  });
}
