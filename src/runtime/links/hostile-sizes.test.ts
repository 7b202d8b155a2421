/** Texts that cost a reader seconds and gigabytes, through the ways in that the page has. What they cost is counted, not timed. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import { parseFaultPlan } from '../../chaos/fault-plan.ts';
import { systemClock } from '../../kernel/clock.ts';
import { parsePattern } from '../../kernel/pattern.ts';
import { automatonOf, AutomatonWork } from '../../kernel/pattern-automaton.ts';
import { seededRandom } from '../../kernel/random.ts';
import { packContainer, unpackContainer } from '../../swarm/container.ts';
import { formatDiagnostic } from '../../swarm/diagnostic.ts';
import { encodeLink } from '../../swarm/link.ts';
import { partsOf } from '../../swarm/parts.ts';
import { hostileDefinitions, hostileInputs } from '../../swarm/testing/hostile-texts.ts';
import { checkInput } from '../definition/check-input.ts';
import { checkSwarm } from '../definition/check-swarm.ts';
import type { Diagnostic } from '../protocol/protocol.ts';
import { readIncident } from '../replay/incident.ts';
import { Links } from './links.ts';

const links = new Links({
  clock: systemClock(),
  random: seededRandom(1),
  store: new MemoryStore(new MemoryDisk()),
  examples: { list: () => Promise.resolve([]), swarm: () => Promise.resolve(''), input: () => Promise.resolve('') },
  runtime: () => null,
});
const definitions = hostileDefinitions();
const inputs = hostileInputs();

/** What the page is told is short, whatever it speaks of. */
function expectShort(diagnostics: readonly Diagnostic[]): void {
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(diagnostics.length).toBeLessThanOrEqual(50);
  for (const { file, line, column, message, expected, hint } of diagnostics) {
    for (const text of [file, message, expected, hint]) expect(text.length).toBeLessThanOrEqual(1000);
    expect([line, column].every((n) => Number.isSafeInteger(n) && n >= 1)).toBe(true);
    expect(message).not.toBe('');
  }
}

const toldOf = (text: string): string[] => {
  const checked = checkSwarm('x.yaml', text);
  if (checked.ok) return [];
  expectShort(checked.diagnostics);
  return checked.diagnostics.map(formatDiagnostic);
};

describe('d: a definition that is too much is refused by name, with its place and what to do', () => {
  test.each([
    [
      'commas',
      'x.yaml:1:30000: the file goes on after 30000 names, values and marks; expected at most 30000; input belongs into a file of its own',
    ],
    [
      'block kept blank',
      'x.yaml:3:1: the texts of the file go on after 100000 lines; expected at most 100000; input belongs into a file of its own',
    ],
    ['block blank within', /: the texts of the file go on after 100000 lines/],
    ['brackets', 'x.yaml:1:65: values are nested too deeply; expected at most 64 levels'],
    ['maps in maps', 'x.yaml:1:321: values are nested too deeply; expected at most 64 levels'],
    ['json depth', 'x.yaml:1:338: values are nested too deeply; expected at most 64 levels'],
    ['20,000 roles', /^x\.yaml:\d+:\d+: the file goes on after 30000 names/],
    ['20,000 bad roles', /^x\.yaml:\d+:\d+: the file goes on after 30000 names/],
    ['anchors', /the file goes on after 30000 names/],
    ['merge keys', /the file goes on after 30000 names/],
    ['billion laughs', /more than (?:50000 values|64 aliases)/],
    [
      'bad escapes',
      /^x\.yaml:2:7: the text that begins here has 500000 escapes that mean nothing within double quotes/,
    ],
    [
      'long name',
      /^x\.yaml:2:7: name is the text "n{39}…" \(1,000,000 characters\)|^x\.yaml:1:1: the file is larger than 1 MiB/,
    ],
    ['long unknown key', /^x\.yaml:5:1: /],
    ['property names', /^x\.yaml:6:\d+: "q{39}…" \(900,000 characters\) cannot name a property/],
    ['pattern counted', /the pattern repeats too much/],
    ['pattern counted 2', /pattern has \{ where it means nothing|the pattern repeats/],
    ['pattern empty counted', /the pattern repeats too much/],
    ['pattern blowup', /the pattern has too many states for a grammar/],
    ['output refs double', /with its references written out the output has more than 2000 schemas/],
    ['output anyOf 16^n', /the roles have more than 1500 schemas; expected at most 1500 in all|goes on after 30000/],
    ['output enum long', undefined],
  ] as const)('%s', (name, told) => {
    const [first] = toldOf(definitions[name] ?? '');
    if (typeof told === 'string') expect(first).toBe(told);
    else if (told === undefined) expect(first).toBeUndefined();
    else expect(first).toMatch(told);
  });

  test('of a hundred thousand faults 50 are told, and how many more there are', () => {
    const wrong = Array.from({ length: 3000 }, (_, k) => `promt${String(k)}: 1`).join('\n');
    const told = toldOf(`planaria: 1\nname: n\nroles: {a: {prompt: p}}\nflow: [{role: a, each: input}]\n${wrong}\n`);
    expect(told).toHaveLength(50);
    expect(told.at(-1)).toMatch(/: and 2951 more; mend those before it first$/);
  });

  test('a swarm with as many roles as there may be, each with an output, is read', () => {
    const roles = Array.from(
      { length: 64 },
      (_, k) =>
        `  r${String(k)}: {kind: messenger, prompt: "${'say so '.repeat(500)}", output: {type: object, properties: {severity: {enum: [a, b, c]}, kind: {enum: [x, y, z]}, subject: {type: string, minLength: 1, maxLength: 96, x-copied-from: input}, at: {type: string, format: date-time}}, required: [severity, kind, subject], additionalProperties: false}, limits: {tokens: 128, deadline: 60s}}`,
    );
    expect(toldOf(`planaria: 1\nname: n\nroles:\n${roles.join('\n')}\nflow: [{role: r0, each: input}]\n`)).toEqual([]);
  });

  test('a link of 1,393 characters is refused before it is parsed', async () => {
    const link = await encodeLink(definitions['commas'] ?? '', 's1');
    if (!link.ok) throw new Error(link.error.code);
    expect(link.value.length).toBeLessThan(2000);
    const opened = await links.read(link.value);
    if (opened.kind !== 'swarm' || opened.checked.ok) throw new Error('it was taken');
    expectShort(opened.checked.diagnostics);
    expect(opened.checked.diagnostics[0]?.message).toMatch(/^the file goes on after/);
  });

  test('a fault plan is held to the same', () => {
    for (const name of ['commas', 'fault list', 'fault ats', 'fault kinds bad', 'long name']) {
      const read = parseFaultPlan('p.yaml', definitions[name] ?? '');
      if (read.ok) throw new Error(`${name} was taken`);
      expectShort(read.error);
    }
  });
});

describe('d: work is bounded', () => {
  test('lexemes: no more are looked at than a file may have', () => {
    for (const text of Object.values(definitions)) {
      const parts = partsOf(text);
      if (parts.ok) expect(parts.value.length).toBeLessThanOrEqual(30_000);
      else expect(parts.error.offset).toBeLessThanOrEqual(text.length);
    }
  });

  test.each(['[ab]*a[ab]{590}', '(?:a?){1000}(?:b?){1000}', '^a{1000}$', '(?:[a-m]|[n-z]){1,900}x', '(.*a){20}'])(
    'an automaton: %s',
    (source) => {
      let spent = 0;
      const work = new (class extends AutomatonWork {
        override spend(steps: number): void {
          spent += steps;
          super.spend(steps);
        }
      })(60_000);
      const pattern = parsePattern(source);
      if (pattern.ok) automatonOf([pattern.value], 0, Infinity, work);
      expect(spent).toBeLessThan(60_000);
    },
  );
});

describe('d: rows that are too much are refused by name, and large files of rows are read', () => {
  test.each([
    [
      'csv million columns',
      'input.txt:1:32769: the record goes on after 16384 columns; expected at most 16384; leave out columns that nobody reads, or say input.delimiter',
    ],
    [
      'csv million columns dup',
      /^input\.txt:1:3: the header has the column "a" 16384 times: columns 1 and 2.* and 16364 more; /,
    ],
    ['csv quote open', /^input\.txt:2:1: this quoted field never closes; expected a closing quote/],
    [
      'json depth',
      'input.txt:1:1001: lists and maps are nested too deeply from here on; expected at most 1000 levels; give each record a line of its own, or a field of it',
    ],
    ['json depth open', /^input\.txt:1:1001: lists and maps are nested too deeply/],
    [
      'json bad items',
      /^input\.txt:1:\d+: 20001 of the first 20001 records cannot be read; expected a file in the format/,
    ],
    ['jsonl depth', /^input\.txt:1:1001: lists and maps are nested too deeply/],
    ['jsonl bad lines', /20001 of the first 20001 records cannot be read/],
    ['one line of 60 MB', /^input\.txt:1:1: the input is larger than 50 MiB; expected at most 50 MiB; split the file$/],
  ] as const)('%s', (name, told) => {
    const [given, swarm] = inputs[name] ?? ['', ''];
    const checked = checkInput(
      swarm,
      typeof given === 'string' ? { name: 'input.txt', text: given } : { name: 'input.txt', bytes: given },
    );
    if (checked.ok) throw new Error('it was taken');
    expectShort(checked.diagnostics);
    const [first] = checked.diagnostics.map(formatDiagnostic);
    if (typeof told === 'string') expect(first).toBe(told);
    else expect(first).toMatch(told);
  });

  test('half of the records may be broken where the other half is read', () => {
    const text = '{"m":"x"}\n{"m":\n'.repeat(30_000);
    const swarm =
      'planaria: 1\nname: n\ninput: {format: jsonl, field: m, bad: skip}\nroles: {a: {prompt: p}}\nflow: [{role: a, each: input}]\n';
    expect(checkInput(swarm, { name: 'x', text })).toMatchObject({ ok: true, items: 30_000 });
  });
});

describe('d: files', () => {
  test('a small file never becomes more than a hundred times as much, and a text that would is stored as it is', async () => {
    const text = JSON.stringify({
      planaria: 1,
      swarm: { name: 'x.yaml', text: 'x' },
      input: { name: 'i', text: 'y\n'.repeat(6_000_000) },
    });
    const file = await packContainer({ kind: 'swarm', text });
    if (!file.ok) throw new Error(file.error.code);
    expect(file.value.length).toBeGreaterThan(text.length);
    expect(await unpackContainer(file.value)).toEqual({ ok: true, value: { kind: 'swarm', text } });
  });

  test('what is too much is refused while it is unpacked', async () => {
    const pieces = ['['.repeat(90 * 2 ** 20), `[${'[],'.repeat(20 * 2 ** 20)}[]]`];
    for (const text of pieces) {
      const file = await packContainer({ kind: 'swarm', text });
      if (!file.ok) throw new Error(file.error.code);
      expect(file.value.length).toBeLessThan(300_000);
      expect(await unpackContainer(file.value)).toMatchObject({ ok: false, error: { code: 'not-ours' } });
    }
  }, 60_000);

  test('an incident says where its JSON is too much', () => {
    expect(readIncident('['.repeat(100))).toMatchObject({
      ok: false,
      error: {
        detail:
          'line 1, column 9: lists and maps are nested too deeply; expected at most 8 levels; ask whoever made it for another',
      },
    });
    expect(readIncident('{"incident": 2,\n x}')).toMatchObject({
      ok: false,
      error: { detail: expect.stringMatching(/^line 2, column 2: it is not JSON from here on/) as string },
    });
    const long = readIncident(JSON.stringify({ incident: 2, ['k'.repeat(1e6)]: 1 }));
    expect(long.ok ? 0 : long.error.detail.length).toBeLessThan(1000);
  });
});

test('d: changed files of every kind are answered shortly, whatever was done to them', async () => {
  const swarm = readFileSync(new URL('../../../public/swarms/triage-24.yaml', import.meta.url), 'utf8');
  const piece = fc.constantFrom(
    '[',
    '{',
    ',',
    ': ',
    '"',
    "'",
    '\n',
    '- ',
    '? ',
    '&a ',
    '*a ',
    '|\n',
    '#',
    '\t',
    '\\',
    '\u202E',
    '\uD800',
    '---\n',
    '(a{1000}){1000}',
    '1e999',
  );
  const change = fc.record({
    at: fc.nat(swarm.length),
    to: fc.nat(400),
    put: piece,
    times: fc.constantFrom(0, 1, 3, 300, 20_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const text = changes.reduce(
        (before, { at, to, put, times }) => before.slice(0, at) + put.repeat(times) + before.slice(at + to),
        swarm,
      );
      toldOf(text);
      const plan = parseFaultPlan('p.yaml', text);
      if (!plan.ok) expectShort(plan.error);
      const link = await encodeLink(text, 'i2');
      const opened = link.ok ? await links.read(link.value) : null;
      if (opened?.kind === 'broken') expect(opened.detail.length).toBeLessThanOrEqual(1000);
    }),
    { numRuns: 60, seed: 14 },
  );
});
