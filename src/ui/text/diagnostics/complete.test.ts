import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sortDiagnostics } from '../../../swarm/diagnostic.ts';
import { parseSwarm } from '../../../swarm/parse.ts';
import { inKorean } from './in-korean.ts';
import { phrasesKo } from './phrases.ko.ts';

const HANGUL = /[가-힣]/;
const src = path.join(import.meta.dirname, '../../..');

/** Where texts of diagnostics are written. */
const SOURCES = [
  ...readdirSync(path.join(src, 'swarm'), { recursive: true, encoding: 'utf8' }).map((file) => `swarm/${file}`),
  'kernel/pattern.ts',
  'chaos/fault-plan.ts',
  'runtime/host/new-run.ts',
]
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts') && !/test|fixtures/.test(file));

/** Files whose texts tell no person what is wrong with a file: words of logs, numbers for errors of ours, what agents are told. */
const NO_DIAGNOSTICS = [
  'swarm/shape.ts',
  'swarm/json-schema.ts',
  'swarm/json-schema-export.ts',
  'swarm/groups.ts',
  'swarm/expand.ts',
  'swarm/input/continuation.ts',
  'swarm/input/item-table.ts',
];

/** Texts that are no diagnostic: pieces that others are put together of, and what stands in a file as it is. */
const NO_TEXTS = new Set([
  // Joints of lists, which templates know as such.
  ' and ',
  ' or ',
  ', or an enum,',
  '{} or {}',
  '{}{}',
  ' and {} more',
  'both {}',
  'each, reviews and collect',
  'neither at nor rate',
  'both at and rate',
  'the file',
  'more than',
  'as much as',
  '{} % of lines',
  '{}, {}',
  // Shown whole elsewhere.
  'expected {}',
  '{}… ({} characters)',
  '{} ({} characters)',
  '{} {}{}',
  'at node end',
  'Missing ,',
  // As it is written in a file.
  'from: example',
  'format: csv',
  'format: jsonl or format: json',
  'format: csv, jsonl or json',
  'format: lines',
  'long: split',
  'array, with items',
  'a list of types, such as [string, number, boolean, "null"]',
  'minLength and maxLength',
  'one of counts, table, groups, text',
  // What agents read around a part of a text, and what editors say of it.
  '[The text begins with]',
  '[Before this part]',
  '[After this part]',
  '[Part {} of {}]',
  'of the beginning of the whole text',
  'of what stands before the part',
  'of what stands after it',
  // What a report and a graph say by signs.
  '¬({})',
  '({})',
  '{} {} {}',
  '{}\n',
  // Characters that may be escaped.
  '0abetnvfrNLPxuU _"/\\\t\n\r',
]);

/** What may stand in a place: the first with which a text is known. */
const SAMPLES = [
  'x',
  '7',
  '"x"',
  'step',
  'a text',
  'line',
  'a, b',
  '1 s to 24 h',
  'a is empty',
  '7 % of lines',
  'more than',
  'as much as',
];

interface Said {
  readonly file: string;
  /** Places as `{}`. */
  readonly text: string;
}

function textsIn(file: string): Said[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(src, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const said: Said[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || isDescription(node) || ts.isNewExpression(node)) return;
    const text = textOf(node);
    if (text !== null && / \S|\S /.test(text) && /[a-z]{2}/.test(text)) said.push({ file, text });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return said;
}

/** `v.description(…)` is for the schema of editors. */
const isDescription = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && node.expression.getText() === 'v.description';

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('');
}

/** All ways to put samples into the places of a text. */
function* filled(text: string): Generator<string> {
  const [first = '', ...rest] = text.split('{}');
  if (rest.length === 0) yield first;
  else for (const sample of SAMPLES) for (const end of filled(rest.join('{}'))) yield first + sample + end;
}

const isKnown = (text: string): boolean => {
  // What is wrong with a value begins with the verb, and the value is put before it.
  const whole = /^(?:is|has|does) /.test(text) ? `{} ${text}` : text;
  let tries = 0;
  for (const each of filled(whole)) {
    if (inKorean(each) !== each) return true;
    if (++tries > 5000) return false;
  }
  return phrasesKo.some(([english]) => english.replace(/<[^>]*>/g, '{}') === text);
};

describe('every text that a reader of files writes is there in Korean', () => {
  const files = SOURCES.filter((file) => !NO_DIAGNOSTICS.includes(file));

  it.each(files)('%s', (file) => {
    const missing = textsIn(file).filter(({ text }) => !NO_TEXTS.has(text) && !isKnown(text));
    expect(missing.map(({ text }) => text)).toEqual([]);
  });

  it('from sources that are there', () => {
    expect(files.flatMap(textsIn).length).toBeGreaterThan(400);
    for (const file of NO_DIAGNOSTICS) expect(SOURCES).toContain(file);
  });
});

const BROKEN = path.join(src, 'swarm/fixtures/broken');

/** Names, numbers and quotes, which are the same in both languages. */
const kept = (text: string): string[] =>
  (text.match(/"(?:[^"\\]|\\.)*"|\d+(?:[.,]\d+)*/g) ?? []).map((each) => each.replace(/[.,]$/, '')).toSorted();

/** Nothing but names and values, as a hint that quotes a pattern may be. */
const isBare = (text: string): boolean => !/[a-z]{2,} [a-z]/i.test(text);

describe('what is wrong with a broken file is told in Korean', () => {
  it.each(readdirSync(BROKEN))('%s', (file) => {
    const parsed = parseSwarm(file, readFileSync(path.join(BROKEN, file), 'utf8'));
    if (parsed.ok) throw new Error('It is a sound file.');
    for (const { message, expected, hint } of parsed.error)
      for (const text of [message, expected, hint].filter((each) => each !== '')) {
        const korean = inKorean(text);
        if (!isBare(text)) expect(korean).toMatch(HANGUL);
        expect(kept(korean), korean).toEqual(kept(text));
      }
  });

  it('to the last line, that counts those that are left out', () => {
    const one = { file: 'a', column: 1, message: 'the file is empty', expected: '', hint: '' };
    const last = sortDiagnostics(Array.from({ length: 60 }, (_, k) => ({ ...one, line: k + 1 }))).at(-1);
    expect(inKorean(last?.message ?? '')).toBe('그 밖에 11개');
    expect(inKorean(last?.hint ?? '')).toBe('앞의 것부터 고치세요');
  });
});
