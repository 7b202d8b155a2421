/** Rules of `sort`, `limit` and `sample`: fields that there are, and as much as can be chosen. */
import type { Broken } from './broken.ts';
import { MAX_CHOSEN, PLACE, sortOf } from './choice.ts';
import { quote, someOf } from './diagnostic.ts';
import { lookedAt } from './groups.ts';
import { fieldsKnown } from './input-names.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import { nearest } from './nearest.ts';
import type { Path } from './source.ts';
import { behind, isChoice, isPick, stepsByName } from './steps.ts';
import { fieldOf, fieldsOf } from './where.ts';
import { fieldFault } from './where-faults.ts';

const KEYS = ['sort', 'limit', 'sample'] as const;

/** Keys by which a step chooses that it has. */
export const choiceKeysOf = (step: SwarmStep): (typeof KEYS)[number][] => KEYS.filter((key) => step[key] !== undefined);

/** @param sound whether nothing is known to be wrong at, within or around a path */
export function checkChoices(
  { roles, flow, input }: Pick<Swarm, 'roles' | 'flow' | 'input'>,
  sound: (path: Path) => boolean,
): Broken[] {
  const steps = stepsByName(flow);
  return flow.flatMap((step, index): Broken[] => {
    if (!isChoice(step)) return [];
    const path = ['flow', index];
    const numbers = checkNumbers(step, path, isPick(steps, step));
    const source = behind(steps, step.each ?? '').name;
    const { role } = steps.get(source) ?? {};
    if (role !== undefined && !sound(['roles', role])) return numbers;
    const looked = lookedAt(roles, steps, source);
    const { output } = looked;
    const known = sound(['input']) ? fieldsKnown(input) : null;
    const ofInput = source === INPUT_NAME;
    const faults = (fields: readonly string[], at: (k: number) => Path, own: readonly string[]): Broken[] =>
      fields.flatMap((field, k, all): Broken[] => {
        if (all.indexOf(field) < k)
          return [{ path: at(k), message: `${quote(field)} stands here twice`, expected: 'each field once' }];
        if (own.includes(field) || (!ofInput && fieldOf(output, field))) return [];
        if (ofInput) {
          const fault = fieldFault(field, { looked, known, role: source });
          return fault ? [{ path: at(k), ...fault }] : [];
        }
        const names = [...new Set([...fieldsOf(output), ...own])];
        const near = nearest(field, names);
        return [
          {
            path: at(k),
            message: `outputs of ${role ?? source} have no field ${quote(field)}`,
            expected: `one of ${someOf(names)}`,
            hint: near ? `did you mean ${near}?` : '',
          },
        ];
      });
    const sorted = (step.sort ?? []).map((each) => sortOf(each).field);
    const sortPath = (k: number): Path => [
      ...path,
      'sort',
      k,
      ...(typeof step.sort?.[k] === 'string' ? [] : ['field']),
    ];
    return [
      ...numbers,
      ...faults(sorted, sortPath, [PLACE]),
      ...faults(step.sample?.of ?? [], (k) => [...path, 'sample', 'of', k], []),
    ];
  });
}

function checkNumbers({ limit, sample }: SwarmStep, path: Path, ofInput: boolean): Broken[] {
  const broken: Broken[] = [];
  const given = sample && (['first', 'random', 'of'] as const).filter((key) => sample[key] !== undefined);
  const at = path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : part)).join('');
  if (sample && given?.length !== 1)
    broken.push({
      path: [...path, 'sample'],
      message:
        given?.length === 0
          ? `${at}.sample does not say what it takes`
          : `${at}.sample has ${given?.join(' and ') ?? ''}`,
      expected: 'one of first, random, of',
    });
  if (sample?.most !== undefined && sample.of === undefined)
    broken.push({
      path: [...path, 'sample', 'most'],
      part: 'key',
      message: `${at}.sample.most has no meaning here`,
      expected: 'of beside it: the fields whose values are told apart',
    });
  const numbers: [number | undefined, Path][] = [
    [limit, [...path, 'limit']],
    [sample?.first, [...path, 'sample', 'first']],
    [sample?.random, [...path, 'sample', 'random']],
  ];
  for (const [number = 0, where] of numbers)
    if (!ofInput && number > MAX_CHOSEN)
      broken.push({
        path: where,
        message: `${at}.${where.slice(2).join('.')} is ${String(number)}, and each that is chosen becomes a task`,
        expected: `a whole number from 1 to ${String(MAX_CHOSEN)}`,
      });
  return broken;
}
