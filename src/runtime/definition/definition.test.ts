import { expect, test } from 'vitest';
import { Revisions } from '../../journal/revisions.ts';
import { lines, SWARM } from '../testing/world.ts';
import { Definition } from './definition.ts';
import { type RunSetup, setupOf } from './run-setup.ts';

const SETTINGS = { engine: 'scripted', model: { id: 'pocket' }, seed: 1, limit: null, vramMiB: 4096, version: 'test' };
const TRIAGERS = 6;

function setup(): RunSetup {
  const made = setupOf({
    swarm: { file: 'a.yaml', text: SWARM },
    input: { name: 'a.log', text: lines(3) },
    settings: SETTINGS,
  });
  if (!made.ok) throw new Error(made.error[0]?.message);
  return made.value;
}

function defined(): { definition: Definition; revisions: Revisions } {
  const revisions = new Revisions(TRIAGERS + 2);
  return { definition: new Definition(setup(), { revisions }), revisions };
}

test('each agent is told what the revision says that it works under, its turns to come as soon as it is told', () => {
  const { definition, revisions } = defined();
  const first = definition.of(0);
  expect(first).toMatchObject({
    name: 'triager',
    revision: 0,
    prompt: 'Triage this line.',
    maxTokens: 64,
    deadlineMs: 5000,
  });
  expect(definition.of(1)).toBe(first);
  expect(definition.inUse(0)).toEqual([first]);

  revisions.apply({
    revision: 1,
    roles: { triager: { prompt: 'Look twice.', limits: { tokens: 32 }, temperature: 0.5 } },
    agents: [0, 2, 6],
  });
  expect(definition.of(0)).toMatchObject({
    prompt: 'Look twice.',
    revision: 1,
    maxTokens: 32,
    deadlineMs: 5000,
    temperature: 0.5,
  });
  expect(definition.of(2)).toBe(definition.of(0));
  expect(definition.of(1)).toBe(first);
  expect(definition.inUse(0)).toEqual([definition.of(0), first]);
  // The same schema is the same object: answers are of the same form.
  expect(definition.of(0).output).toBe(first.output);
  // A role of which it says nothing is what it was.
  expect(definition.of(6)).toBe(definition.of(7));

  revisions.apply({ revision: 2, from: 1, roles: { triager: { attempts: 1 } }, agents: 'all' });
  expect(definition.of(1)).toMatchObject({ prompt: 'Look twice.', attempts: 1, revision: 2 });
  expect(definition.inUse(0)).toEqual([definition.of(0)]);
  revisions.apply({ revision: 0, agents: 'all' });
  expect(definition.of(4)).toBe(first);
});

test('a schema that is revised comes with its check', () => {
  const { definition, revisions } = defined();
  const words = {
    type: 'object',
    properties: { word: { enum: ['a', 'b'] } },
    required: ['word'],
    additionalProperties: false,
  };
  revisions.apply({ revision: 1, roles: { triager: { output: words } }, agents: [3] });
  expect(definition.of(3).check?.({ word: 'a' }, '')).toBeNull();
  expect(definition.of(3).check?.({ word: 'c' }, '')).toMatchObject({ rule: 'schema' });
  expect(definition.of(2).check?.({ word: 'a' }, '')).toMatchObject({ rule: 'schema' });
  expect(JSON.parse(definition.of(3).schema ?? '')).toEqual(words);
});

test('what no swarm file could say is refused, and in a log that says it all the same changes nothing', () => {
  const { definition, revisions } = defined();
  const change = (roles: Record<string, Record<string, unknown>>) => definition.problemIn({ revision: 1, roles });
  expect(change({ triager: { prompt: 'x' } })).toBeNull();
  expect(change({ nobody: { prompt: 'x' } })).toBe('there is no role nobody');
  expect(change({ triager: { replicas: 3 } })).toBe('triager: replicas is not for a revision to change');
  expect(change({ triager: { prompt: '' } })).toBe('triager: prompt: expected a text of 1 to 32768 characters');
  expect(change({ triager: { limits: { tokens: 0 } } })).toContain('triager: limits.tokens: expected');
  expect(change({ triager: { limits: 'none' } })).toContain('triager: limits: expected');
  expect(change({ triager: { output: { type: 'nonsense' } } })).toContain('triager: output.type: expected');
  expect(definition.problemIn({ revision: 3 })).toBe('there is no revision 2');
  expect(definition.problemIn({ revision: 1, from: 1 })).toBe('there is no revision 1');

  revisions.apply({ revision: 1, roles: { triager: { temperature: 99, prompt: 'x' } }, agents: 'all' });
  expect(definition.of(0)).toBe(definition.at(0, 0));
  expect(() => definition.of(99)).toThrow(RangeError);
  expect(() => definition.at(0, 2)).toThrow(RangeError);
});
