import { readdirSync, readFileSync } from 'node:fs';
import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { mixedLog } from '../../tools/swarm/mixed-log.mjs';
import { expand } from './expand.ts';
import { readInput } from './input/read-input.ts';
import { publishedSchema } from './json-schema-export.ts';
import { EXAMPLE_INPUTS } from './model.ts';
import { formatDiagnostic, parseSwarm } from './parse.ts';
import { planTasks } from './flow.ts';
import { summarize } from './summary.ts';

const publicFolder = new URL('../../public/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, publicFolder), 'utf8');
const examples = readdirSync(new URL('swarms/', publicFolder)).filter((name) => name.endsWith('.yaml'));
const load = (name: string) => {
  const result = parseSwarm(name, read(`swarms/${name}`));
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'));
  return result.value.swarm;
};

describe('the published schema', () => {
  const validator = new Validator(JSON.parse(publishedSchema()) as Schema, '2020-12');

  test('is what the code makes; else run node tools/swarm/schema.mjs', () => {
    expect(read('swarm.schema.json')).toBe(publishedSchema());
  });

  test.each(examples)('passes %s as written and as checked', (name) => {
    expect(validator.validate(parse(read(`swarms/${name}`))).errors).toEqual([]);
    expect(validator.validate(load(name)).errors).toEqual([]);
  });

  test('describes every key', () => {
    const undescribed: string[] = [];
    const look = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, child] of Object.entries(
        (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (!('description' in child) && !('properties' in child)) undescribed.push(`${path}${key}`);
        look(child, `${path}${key}.`);
      }
      for (const key of ['additionalProperties', 'items']) {
        const child = schema[key];
        if (typeof child === 'object' && child !== null) look(child as Record<string, unknown>, `${path}${key}.`);
      }
    };
    const { $defs: _, ...schema } = JSON.parse(publishedSchema()) as Record<string, unknown>;
    look(schema, '');
    expect(undescribed).toEqual([]);
  });

  test.each([
    ['a wrong type', { planaria: 1, name: 7 }],
    [
      'an unknown key',
      { planaria: 1, name: 'x', roles: { a: { prompt: 'x', replica: 2 } }, flow: [{ role: 'a', each: 'input' }] },
    ],
    [
      'an unknown unit',
      {
        planaria: 1,
        name: 'x',
        budget: { vram: '8 TB' },
        roles: { a: { prompt: 'x' } },
        flow: [{ role: 'a', each: 'input' }],
      },
    ],
  ])('refuses %s', (_what, file) => {
    expect(validator.validate(file).valid).toBe(false);
  });
});

describe('the examples', () => {
  test('are all in the index, with the inputs that swarm files may name', () => {
    expect(JSON.parse(read('swarms/index.json'))).toEqual({
      swarms: expect.toSatisfy(
        (listed: { file: string }[]) =>
          listed
            .map(({ file }) => file)
            .toSorted()
            .join() === examples.toSorted().join(),
      ),
      inputs: [...EXAMPLE_INPUTS],
    });
    expect(readdirSync(new URL('swarms/inputs/', publicFolder)).toSorted()).toEqual(EXAMPLE_INPUTS.toSorted());
  });

  test('are told of in the index as their files say; else run node tools/swarm/index.mjs', () => {
    const { swarms } = JSON.parse(read('swarms/index.json')) as { swarms: { file: string; summary: unknown }[] };
    for (const { file, summary } of swarms) expect(summary, file).toEqual(summarize(load(file)));
  });

  test.each([
    ['triage-24.yaml', 24],
    ['triage-4882.yaml', 4882],
    ['triage-qwen.yaml', 16],
    ['incident-room.yaml', 28],
    ['feedback.yaml', 16],
    ['documents.yaml', 5],
    ['contacts.yaml', 8],
  ])('%s has %i agents', (name, agents) => {
    expect(expand(load(name)).agents).toBe(agents);
  });

  test('triage-24 plans 24 triages and 6 reviews for 24 lines', () => {
    const plan = planTasks(load('triage-24.yaml'), 24);
    expect(plan.steps.map(({ role, on, review }) => ({ role, on, review }))).toEqual([
      { role: 'triager', on: null, review: false },
      { role: 'reviewer', on: 0, review: true },
    ]);
    expect(plan.turns).toBe(24 + 6);
  });

  test('the example input is what the script writes; else run node tools/swarm/mixed-log.mjs', () => {
    const text = read('swarms/inputs/mixed.log');
    expect(text).toBe(mixedLog());
    const input = readInput('mixed.log', text, load('triage-24.yaml').input);
    expect(input.ok && input.value.items.length).toBe(400);
  });
});
