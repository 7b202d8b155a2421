/** Rules that tie sections of a swarm file together: names that must exist, flows that must end, budgets that must be possible. */
import { AutomatonWork } from '../kernel/pattern-automaton.ts';
import type { Broken } from './broken.ts';
import { checkFlow } from './check-flow.ts';
import { checkReport } from './check-report.ts';
import { fieldsNamed, MOST_NAMED } from './input-names.ts';
import { INPUT_NAME, MAX_AGENTS, type Swarm } from './model.ts';
import { MOST_WORK, outputSchemaFaults } from './output-schema-faults.ts';
import type { Path } from './source.ts';

/**
 * @param swarm may be broken in places
 * @param sound whether nothing is known to be wrong at, within or around a path; only such places are looked at
 * @param rolesStand whether there is a map of roles, whatever may be wrong within it
 */
export function checkSwarm(swarm: Swarm, sound: (path: Path) => boolean, rolesStand: boolean): Broken[] {
  const flow = rolesStand && sound(['flow']) ? checkFlow(swarm, sound) : null;
  return [
    ...(sound(['input']) ? checkInput(swarm) : []),
    ...(rolesStand ? checkOutputs(swarm, sound) : []),
    ...(sound(['roles']) ? checkSize(swarm) : []),
    ...(sound(['roles']) && sound(['budget']) ? checkTokens(swarm) : []),
    ...(sound(['supervision']) ? checkThresholds(swarm) : []),
    ...(flow ?? []),
    // Steps and fields that it names are looked for in a flow that is one.
    ...(flow?.length === 0 && sound(['roles']) && sound(['report']) && sound(['input']) ? checkReport(swarm) : []),
    ...(flow?.length === 0 && sound(['roles']) && sound(['report']) ? checkNamed(swarm) : []),
    ...(sound(['flow']) && sound(['input']) ? checkMerge(swarm) : []),
  ];
}

/** Each is kept for all items. */
function checkNamed(swarm: Swarm): Broken[] {
  const count = fieldsNamed(swarm).length;
  if (count <= MOST_NAMED) return [];
  const message = `flow and report name ${count} fields of the input`;
  return [{ path: ['flow'], part: 'key', message, expected: `at most ${MOST_NAMED}` }];
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
  needs('fields', 'format: lines', input.format === 'lines');
  needs('year', 'format: lines', input.format === 'lines');
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
