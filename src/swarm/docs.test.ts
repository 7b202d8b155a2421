import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { publishedSchema } from './json-schema-export.ts';
import { SwarmSchema } from './model.ts';
import { formatDiagnostic, parseSwarm } from './parse.ts';

const page = readFileSync(new URL('../../docs/swarm-file.md', import.meta.url), 'utf8');
const messages = Object.values(
  JSON.parse(readFileSync(new URL('fixtures/broken.json', import.meta.url), 'utf8')) as Record<string, string[]>,
).flat();

test('the example of the reference page is a good swarm file', () => {
  const [, text = ''] = /```yaml\n(planaria: 1\n.*?)```/s.exec(page) ?? [];
  const result = parseSwarm('swarm-file.md', text);
  expect(result.ok ? [] : result.error.map(formatDiagnostic)).toEqual([]);
});

test('the reference page names every key', () => {
  const keys = Object.keys(SwarmSchema.entries).concat(
    JSON.stringify(JSON.parse(publishedSchema())['properties'])
      .match(/"(\w+)":\{(?="|\})/g)
      ?.map((key) => key.slice(1, -3)) ?? [],
  );
  const words = new Set(page.match(/[A-Za-z]+/g));
  expect(keys.filter((key) => !words.has(key) && !['propertyNames', 'additionalProperties'].includes(key))).toEqual([]);
});

test('the errors of the reference page are real ones', () => {
  const shown = page.match(/^swarm\.yaml:.*$/gm) ?? [];
  expect(shown.length).toBeGreaterThan(3);
  const real = messages.map((message) => message.replace(/^[^:]*:[^ ]* /, ''));
  for (const message of shown) expect(real).toContain(message.replace(/^[^ ]* /, ''));
});
