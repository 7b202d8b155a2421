/** Rules of the flow: a graph of steps without circles, from the input to every step. */
import type { Broken } from './broken.ts';
import { cutText, quote, someOf } from './diagnostic.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import { nearest } from './nearest.ts';
import type { Path } from './source.ts';
import { behind, nameOfStep, sourcesOf, stepsByName } from './steps.ts';
import { whereFaults } from './where-faults.ts';

/** @param sound whether nothing is known to be wrong at, within or around a path */
export function checkFlow(swarm: Pick<Swarm, 'roles' | 'flow'>, sound: (path: Path) => boolean): Broken[] {
  const { roles, flow } = swarm;
  if (Object.keys(roles).length === 0) return [];
  const broken = [...checkNames(swarm), ...flow.flatMap((step, index) => checkForm(step, index, flow))];
  if (broken.length > 0) return broken;
  if (!flow.some((step) => sourcesOf(step)[0] === INPUT_NAME)) {
    const expected = `a step with each: ${INPUT_NAME}`;
    return [{ path: ['flow'], part: 'key', message: 'no step of flow works on the input', expected }];
  }
  const idle = checkIdle(swarm);
  const sources = checkSources(swarm);
  // What follows goes back from step to step, and in a circle would never come to an end.
  if (sources.length > 0) return [...sources, ...idle];
  const reviews = checkReviews(flow);
  if (reviews.length > 0) return [...reviews, ...idle];
  return [...checkWheres(swarm, sound), ...idle];
}

/** Names that a step may be taken by, and those of roles that stand there. */
function checkNames({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>): Broken[] {
  const broken: Broken[] = [];
  const known = Object.keys(roles);
  const steps = flow.map(nameOfStep);
  const mustExist = (index: number, key: 'role' | 'each' | 'reviews' | 'with', what: string, names: string[]): void => {
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
    mustExist(index, 'reviews', 'step', names);
    mustExist(index, 'with', 'step', [INPUT_NAME, ...names]);
  }
  return broken;
}

/** Which keys may stand beside which. */
function checkForm(step: SwarmStep, index: number, flow: Swarm['flow']): Broken[] {
  const broken: Broken[] = [];
  const path = ['flow', index];
  const at = `flow[${index}]`;
  const meaningless = (key: keyof SwarmStep, expected: string): void => {
    if (step[key] === undefined) return;
    broken.push({ path: [...path, key], part: 'key', message: `${at}.${key} has no meaning here`, expected });
  };
  const { each, reviews } = step;
  if (step.role === undefined && step.where === undefined) {
    return [
      { path, message: `${at} says neither who works nor what it lets pass`, expected: 'role, or name and where' },
    ];
  }
  if (step.role === undefined && step.name === undefined)
    broken.push({ path, message: `${at} has no name that other steps could take`, expected: 'name beside where' });
  if ((each === undefined) === (reviews === undefined)) {
    const what = step.role ?? step.name ?? 'it';
    broken.push({
      path,
      message: each === undefined ? `${at} does not say what ${what} works on` : `${at} has both each and reviews`,
      expected: step.role === undefined ? 'each' : 'either each or reviews',
    });
    return broken;
  }
  if (step.role === undefined) {
    for (const key of ['reviews', 'with', 'share', 'marked'] as const) meaningless(key, 'role beside it');
    if (step.name !== undefined && !flow.some((other) => sourcesOf(other).includes(nameOfStep(step))))
      broken.push({
        path,
        message: `nothing takes what ${at} lets pass`,
        expected: `a step with each: ${nameOfStep(step)}`,
      });
  } else {
    if (reviews === undefined) for (const key of ['share', 'marked'] as const) meaningless(key, 'reviews beside it');
    else meaningless('with', 'each beside it');
    if (each !== undefined && step.with === each)
      broken.push({ path: [...path, 'with'], message: `${at} takes ${quote(each)} twice`, expected: 'another step' });
  }
  if (each === INPUT_NAME) meaningless('where', 'a step as each: the input is a text, and has no fields');
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

const keyTo = (step: SwarmStep, source: string): 'each' | 'reviews' | 'with' =>
  step.each === source ? 'each' : step.reviews === source ? 'reviews' : 'with';

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

/** A row has one review of an output. */
function checkReviews(flow: Swarm['flow']): Broken[] {
  const reviewed = new Map<string, number>();
  const steps = stepsByName(flow);
  return flow.flatMap(({ reviews }, index): Broken[] => {
    if (reviews === undefined) return [];
    const base = behind(steps, reviews).name;
    const path = ['flow', index, 'reviews'];
    if (base === INPUT_NAME) return [{ path, message: `${reviews} has no output`, expected: 'a step with a role' }];
    const first = reviewed.get(base);
    reviewed.set(base, first ?? index);
    if (first === undefined) return [];
    const expected = 'at most one step with reviews for each step';
    return [
      { path, part: 'key', message: `${base} has a second review`, expected, hint: `the first is flow[${first}]` },
    ];
  });
}

function checkWheres({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>, sound: (path: Path) => boolean): Broken[] {
  const steps = stepsByName(flow);
  return flow.flatMap((step, index): Broken[] => {
    if (step.where === undefined) return [];
    const source = steps.get(behind(steps, sourcesOf(step)[0] ?? '').name);
    const path = ['flow', index, 'where'];
    if (!source?.role)
      return [
        {
          path,
          part: 'key',
          message: `flow[${index}].where has nothing to look at`,
          expected: 'a step with a role behind each',
        },
      ];
    const output = roles[source.role]?.output ?? null;
    return sound(['roles', source.role]) ? whereFaults(step.where, output, source.role, path) : [];
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
