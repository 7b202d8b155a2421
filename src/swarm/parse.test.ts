import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { arbitrarySwarm } from './testing/arbitrary-swarm.ts';
import { type Diagnostic, formatDiagnostic, parseSwarm } from './parse.ts';

const fixtures = new URL('./fixtures/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, fixtures));
const expected = JSON.parse(read('broken.json').toString()) as Record<string, string[]>;

const swarmOf = (text: string) => {
  const result = parseSwarm('swarm.yaml', text);
  if (!result.ok) throw new Error(`${result.error.map(formatDiagnostic).join('\n')}\n${text}`);
  return result.value.swarm;
};
const messagesOf = (file: string, text: string) => {
  const result = parseSwarm(file, text);
  return result.ok ? [] : result.error.map(formatDiagnostic);
};

/** Without block texts: the writer gets a block of nothing but spaces and line ends wrong. */
const yamlOf = (value: unknown) => stringify(value, { blockQuote: false });

/** Every position is a place in the text, the end of a line or of the file included. */
function expectPositionsWithin(text: string, diagnostics: readonly Diagnostic[]): void {
  const lines = text.split('\n');
  expect(diagnostics.length).toBeGreaterThan(0);
  for (const { line, column } of diagnostics) {
    expect(lines[line - 1]).toBeDefined();
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1);
  }
}

const minimal =
  'planaria: 1\nname: Small\nroles:\n  triager: {prompt: Triage this log line.}\nflow:\n  - {role: triager, each: input}\n';

describe('broken files', () => {
  test('all have an expected message', () => {
    expect(readdirSync(new URL('broken/', fixtures)).toSorted()).toEqual(Object.keys(expected).toSorted());
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(30);
  });

  test.each(Object.entries(expected))('%s', (file, messages) => {
    const text = read(`broken/${file}`).toString();
    expect(messagesOf(file, text)).toEqual(messages);
    const result = parseSwarm(file, text);
    expectPositionsWithin(text, result.ok ? [] : result.error);
  });

  test.each([
    ['more than 1 MiB', minimal + '#'.repeat(1024 * 1024)],
    ['more than 1 MiB of UTF-8 in fewer characters', minimal + `# ${'안'.repeat(400_000)}`],
  ])('%s', (_what, text) => {
    expect(messagesOf('big.yaml', text)).toEqual([
      'big.yaml:1:1: the file is larger than 1 MiB; expected at most 1 MiB; input belongs into a file of its own',
    ]);
  });

  test('at most 50 messages, however much is wrong', () => {
    const keys = Array.from({ length: 500 }, (_, index) => `key${index}: 1\n`).join('');
    expect(messagesOf('f.yaml', minimal + keys)).toHaveLength(50);
  });

  test.each([
    ['lists in lists', '['.repeat(50_000)],
    ['maps in maps', '{a: '.repeat(20_000)],
    ['lists in lines', '- '.repeat(50_000)],
    ['keys of keys', '? '.repeat(50_000)],
    ['quotes', "'".repeat(1_000_000)],
    ['anchors', '&a '.repeat(30_000)],
    ['one key twenty thousand times', 'a: 1\n'.repeat(20_000)],
    ['tags', '!'.repeat(1_000_000)],
  ])('hostile text is refused, not run into: %s', (_what, text) => {
    const result = parseSwarm('f.yaml', text);
    expectPositionsWithin(text, result.ok ? [] : result.error);
  });
});

describe('good files', () => {
  test('defaults', () => {
    expect(swarmOf(minimal)).toEqual({
      planaria: 1,
      name: 'Small',
      seed: 1,
      model: 'pocket',
      budget: { vram: 7168, occupancy: 0.85, resident: 12 },
      input: { from: 'dropped', format: 'lines' },
      roles: {
        triager: {
          kind: 'worker',
          replicas: 1,
          prompt: 'Triage this log line.',
          temperature: 0,
          topP: 1,
          limits: { steps: 10, tokens: 256, deadline: 120_000 },
          attempts: 3,
          memory: { turns: 0 },
        },
      },
      flow: [{ role: 'triager', each: 'input' }],
      supervision: { intensity: 20, period: 60_000, thresholds: { degraded: 0.6, failed: 0.3 } },
    });
  });

  test('units', () => {
    const { budget, roles, supervision } = swarmOf(
      minimal
        .replace('name: Small', 'name: Small\nbudget: {vram: 8 GB}\nsupervision: {period: 1.5min}')
        .replace('line.}', 'line., limits: {deadline: 30s}}'),
    );
    expect([budget.vram, supervision.period, roles['triager']?.limits.deadline]).toEqual([8192, 90_000, 30_000]);
  });

  test('CRLF, a byte order mark, comments, anchors within limits', () => {
    const text = minimal
      .replace('prompt: Triage this log line.', 'prompt: &p Triage this log line.')
      .replace('name: Small', 'name: Small # why');
    for (const end of ['\r\n', '\r']) {
      expect(swarmOf(`\uFEFF${text.replaceAll('\n', end)}`)).toEqual(swarmOf(minimal));
    }
    const aliased = 'planaria: 1\nname: &n Twice\ndescription: *n\n' + minimal.split('\n').slice(2).join('\n');
    expect(swarmOf(aliased).description).toBe('Twice');
  });

  test('places of values, for messages about what only the runtime knows', () => {
    const result = parseSwarm('f.yaml', `planaria: 1\nmodel:   pocket\n${minimal.split('\n').slice(1).join('\n')}`);
    const locate = result.ok ? result.value.locate : () => null;
    expect(locate(['model'])).toEqual({ line: 2, column: 10 });
    expect(locate(['flow', 0, 'each'])).toEqual({ line: 7, column: 27 });
    expect(locate(['roles', 'triager', 'replicas'])).toEqual({ line: 5, column: 3 });
    expect(locate(['budget', 'vram'])).toEqual({ line: 1, column: 1 });
  });

  test('survive YAML and JSON, as written and as checked', () => {
    fc.assert(
      fc.property(arbitrarySwarm, (file) => {
        const swarm = swarmOf(yamlOf(file));
        expect(swarmOf(JSON.stringify(file))).toEqual(swarm);
        expect(swarmOf(JSON.stringify(swarm, null, '\t'))).toEqual(swarm);
        expect(swarmOf(yamlOf(swarm))).toEqual(swarm);
        expect(Object.keys(swarm.roles)).toEqual(Object.keys(file.roles));
      }),
      { numRuns: 50 },
    );
  });

  test('changed anywhere, they never throw and always say where', () => {
    const example = readFileSync(new URL('../../public/swarms/triage-4882.yaml', import.meta.url));
    const change = fc.record({
      at: fc.nat(example.length),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc.constantFrom(
          ...['\t', '  ', '\n', '&a ', '*a', '!!x ', '---\n', '[', '}', '"', ': ', '? ', '|', '%', '<<'].map((text) =>
            Buffer.from(text),
          ),
        ),
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = example;
        for (const { at, remove, insert } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        const text = new TextDecoder().decode(bytes);
        const result = parseSwarm('f.yaml', text);
        if (!result.ok) expectPositionsWithin(text, result.error);
      }),
      { numRuns: 200 },
    );
  });
});

test('k: half a character in a swarm file is told with its place', () => {
  const text = String.raw`{"planaria": 1, "name": "a", "roles": {"r": {"prompt": "p \ud83d", "output": {"enum": ["a", "\udc00"]}}}, "flow": [{"role": "r", "each": "input"}]}`;
  const parsed = parseSwarm('a.json', text);
  expect(parsed.ok ? [] : parsed.error.map(({ message }) => message)).toEqual([
    'roles.r.prompt holds half a character',
    'roles.r.output.enum[1] holds half a character',
  ]);
  expect(parseSwarm('a.json', text.replace('ud83d', 'ud83d\\ude00').replace('udc00', 'u0041')).ok).toBe(true);
});
