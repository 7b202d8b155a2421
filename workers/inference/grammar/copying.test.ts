/** Copying that cannot fail, against the check of an answer: what can be written passes it, and what passes it can be written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnswerSchema } from '../../../src/engine/answer-schema.ts';
import { checkOutput } from '../../../src/swarm/json-schema.ts';
import type { OutputSchema } from '../../../src/swarm/output-schema.ts';
import { outputSchemaFaults } from '../../../src/swarm/output-schema-faults.ts';
import { CopySource } from './copy-source.ts';
import { beginCopying, copiesAnything } from './copying.ts';
import { narrowed, stepped } from './copy-mask.ts';
import { tokenBytes, TokenTrie } from './token-trie.ts';

const encoder = new TextEncoder();

/** Whether that answer can be written, where this stands in the input. */
function mayBeWritten(schema: AnswerSchema, inputs: string | readonly string[], answer: string): boolean {
  const begin = beginCopying(schema, new CopySource([inputs].flat()));
  return begin !== null && stepped(begin, encoder.encode(answer)) !== null;
}

const copied: AnswerSchema = { type: 'string', 'x-copied-from': 'input' };
const subject = (more: AnswerSchema = {}): AnswerSchema => ({
  type: 'object',
  properties: { kind: { enum: ['auth', 'disk'] }, subject: { ...copied, ...more }, note: { type: 'string' } },
  required: ['kind', 'subject'],
  additionalProperties: false,
});
const line = 'sshd[24]: Failed password for "root" from 10.0.0.7\tport 22 é 한글 🜁 \\x';

describe('a copied text', () => {
  test.each([
    ['Failed password', true],
    ['F', true],
    ['failed password', false],
    ['Failed  password', false],
    ['"root"', true],
    ['root" from', true],
    ['10.0.0.7\tport', true],
    ['é 한글 🜁', true],
    ['🜁 \\x', true],
    ['\\x', true],
    ['', true],
    [line, true],
    [`${line} `, false],
  ])('%j is written: %s', (piece, may) => {
    expect(mayBeWritten(copied, line, JSON.stringify(piece))).toBe(may);
    const inObject = `{"kind":"auth", "subject": ${JSON.stringify(piece)}, "note":"any \\"thing\\" at all"}`;
    expect(mayBeWritten(subject(), line, inObject)).toBe(may);
  });

  test.each<[AnswerSchema, string, boolean]>([
    [{ minLength: 4 }, 'from', true],
    [{ minLength: 5 }, 'from', false],
    [{ maxLength: 4 }, 'from', true],
    [{ maxLength: 3 }, 'from', false],
    // Characters, not bytes and not halves of a pair.
    [{ minLength: 2, maxLength: 2 }, '한글', true],
    [{ minLength: 3, maxLength: 3 }, ' 🜁 ', true],
    [{ pattern: '^[a-z]+$' }, 'password', true],
    [{ pattern: '^[a-z]+$' }, 'password for', false],
    [{ format: 'ipv4' }, '10.0.0.7', true],
    [{ format: 'ipv4' }, '10.0.0', false],
    [{ enum: ['root', 'admin'] }, 'root', true],
    [{ enum: ['root', 'admin'] }, 'admin', false],
  ])('with %j: %j is written: %s', (more, piece, may) => {
    expect(mayBeWritten(subject(more), line, `{"kind":"auth","subject":${JSON.stringify(piece)}}`)).toBe(may);
  });

  test('what could not be ended is not begun', () => {
    // 22 begins no address, nor does the end of the line have four characters.
    expect(mayBeWritten(subject({ format: 'ipv4' }), line, '{"kind":"auth","subject":"22')).toBe(false);
    expect(mayBeWritten(subject({ format: 'ipv4' }), line, '{"kind":"auth","subject":"10')).toBe(true);
    expect(mayBeWritten({ ...copied, minLength: 4 }, 'abc de', '"c de')).toBe(true);
    expect(mayBeWritten({ ...copied, minLength: 4 }, 'abc de', '" d')).toBe(false);
    expect(mayBeWritten({ ...copied, enum: ['abx', 'bcd'] }, 'abcd', '"a')).toBe(false);
  });

  test('half a pair and the seam between two texts belong to no piece', () => {
    expect(mayBeWritten(copied, ['ab', 'cd'], '"bc')).toBe(false);
    expect(mayBeWritten(copied, ['ab', 'cd'], '"cd"')).toBe(true);
    expect(mayBeWritten(copied, 'a\ud800b', '"ab')).toBe(false);
    expect(mayBeWritten(copied, 'a\ud800b', '"b"')).toBe(true);
    expect(mayBeWritten(copied, 'é', '"\\u00e9"')).toBe(false);
  });

  test('a property, an item and an alternative that nothing can be copied for are not there', () => {
    const ip = { ...copied, format: 'ipv4' };
    const all: AnswerSchema = {
      type: 'object',
      properties: { ip, ips: { type: 'array', items: ip }, from: { anyOf: [{ const: 'nobody' }, ip] } },
      additionalProperties: false,
    };
    const may = (input: string, text: string) => mayBeWritten(all, input, text);
    expect(may('no address', '{"ip')).toBe(true); // ips
    expect(may('no address', '{"ip"')).toBe(false);
    expect(may('no address', '{"ips":[]')).toBe(true);
    expect(may('no address', '{"ips":["')).toBe(false);
    expect(may('no address', '{"from":"nobody"}')).toBe(true);
    expect(may('no address', '{"from":"no address"')).toBe(false);
    expect(may('at 1.2.3.4', '{"ip":"1.2.3.4","ips":["1.2.3.4"],"from":"1.2.3.4"}')).toBe(true);
    // Where it has to be there, nothing can be written at all.
    expect(beginCopying({ ...all, required: ['ip'] }, new CopySource(['none']))).toBeNull();
    expect(beginCopying(copied, new CopySource(['']))).not.toBeNull();
    expect(beginCopying({ ...copied, minLength: 1 }, new CopySource(['']))).toBeNull();
  });

  test('which of several kinds of object it is, what was written tells', () => {
    const kinds: AnswerSchema = {
      anyOf: [
        { type: 'object', properties: { of: { const: 'line' }, text: copied }, required: ['of', 'text'] },
        { type: 'object', properties: { of: { const: 'mine' }, text: { type: 'string' } }, required: ['of', 'text'] },
      ],
    };
    expect(mayBeWritten(kinds, 'abc', '{"of":"line","text":"x')).toBe(false);
    expect(mayBeWritten(kinds, 'abc', '{"of":"line","text":"bc"}')).toBe(true);
    expect(mayBeWritten(kinds, 'abc', '{"of":"mine","text":"anything"}')).toBe(true);
  });
});

describe('against the check of an answer', () => {
  const letters = fc.constantFrom('a', 'b', '"', '\\', '\n', 'é', '🜁');
  const texts = fc.string({ unit: letters, maxLength: 8 });
  const limits = fc.record(
    { minLength: fc.nat(3), maxLength: fc.integer({ min: 0, max: 4 }), pattern: fc.constantFrom('^a+b?$', 'b', '^.$') },
    { requiredKeys: [] },
  );
  const field: fc.Arbitrary<AnswerSchema> = fc.oneof(
    limits.map((more) => ({ ...copied, ...more })),
    fc.uniqueArray(texts, { minLength: 1, maxLength: 3 }).map((values) => ({ ...copied, enum: values })),
    limits.map((more) => ({ anyOf: [{ const: 'none' }, { ...copied, ...more }] })),
    limits.map((more) => ({
      anyOf: [
        { type: 'string', pattern: '^b' },
        { ...copied, ...more },
      ],
    })),
  );
  const sound = field.filter((schema) => outputSchemaFaults(schema as unknown as OutputSchema).length === 0);

  test('a text can be written just when it passes', () => {
    fc.assert(
      fc.property(sound, texts, texts, (schema, input, piece) => {
        const passes = checkOutput(schema as unknown as OutputSchema, piece, { input }).length === 0;
        expect(mayBeWritten(schema, input, JSON.stringify(piece))).toBe(passes);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever is begun can be ended, and whatever ends so passes', () => {
    const tokens = [
      ...'ab"\\noeé{}[],: 0',
      ...['u', '0', 'ab', 'a"', '"a', '","', '":"', 'null', 'none"', '\\"', 'b,', '🜁'],
    ];
    const vocabulary = [...new Set(tokens)];
    const trie = new TokenTrie(vocabulary, 'raw');
    const all = new Int32Array(1).fill(-1);
    const object = fc.record({ a: sound, b: sound }).map(({ a, b }) => ({
      ...{ type: 'object', properties: { a, n: { type: 'null' }, b }, required: ['a'], additionalProperties: false },
    }));
    fc.assert(
      fc.property(fc.oneof(sound, object), texts, fc.infiniteStream(fc.nat()), (schema, input, picks) => {
        const begin = beginCopying(schema, new CopySource([input]));
        if (!begin) return;
        let place = begin;
        let text = '';
        let inText = false;
        for (const pick of picks) {
          if (place.within !== 'pieces' && inText) break;
          if (place.within !== 'pieces') {
            // The shortest way of a grammar to the next text.
            place = stepped(place, encoder.encode('"')) ?? begin;
            text += '"';
            inText = true;
            if (place === begin) break;
            continue;
          }
          const mask = narrowed(all, place, trie);
          const next = vocabulary.flatMap((_, id) => ((mask[0] ?? 0) & (1 << id) ? [id] : []));
          expect(next, text).not.toEqual([]);
          const closing = next.filter((id) => vocabulary[id] === '"');
          const id = (closing.length > 0 && pick % 3 === 0 ? closing : next)[pick % next.length] ?? next[0] ?? 0;
          place = stepped(place, trie.bytes(id)) ?? begin;
          text += vocabulary[id] ?? '';
          if (text.length > 60 || place === begin) break;
        }
        const value = /^"(?:[^"\\]|\\.)*"$/.exec(text);
        if (value && !('properties' in schema))
          expect(checkOutput(schema as unknown as OutputSchema, JSON.parse(text), { input })).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a vocabulary', () => {
  test.each([
    ['byte_level', 'Ġfrom', [0x20, ...encoder.encode('from')]],
    ['byte_level', 'Ċ', [0x0a]],
    ['byte_level', 'Ã©', [...encoder.encode('é')]],
    ['byte_fallback', '▁from', [...encoder.encode(' from')]],
    ['byte_fallback', '<0x0A>', [0x0a]],
    ['byte_fallback', '</s>', []],
    ['raw', 'from', [...encoder.encode('from')]],
    ['byte_level', '<|im_end|>', []],
  ] as const)('%s: %j', (writing, token, bytes) => {
    expect([...tokenBytes(token, writing)]).toEqual(bytes);
  });

  test('all tokens are found by their bytes, and no others', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '"', 'é', ' '), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (vocabulary) => {
        const trie = new TokenTrie(vocabulary, 'raw');
        const found: [number, string][] = [];
        const walk = (node: number, bytes: number[]): void => {
          trie.eachChild(node, (byte, child) => {
            const longer = [...bytes, byte];
            trie.eachToken(child, (id) => found.push([id, new TextDecoder().decode(Uint8Array.from(longer))]));
            walk(child, longer);
          });
        };
        walk(0, []);
        const expected = vocabulary.flatMap((token, id) => (token === '' ? [] : [[id, token] as const]));
        expect(found.sort((a, b) => a[0] - b[0])).toEqual(expected);
        expect([...trie.spanning].sort((a, b) => a - b)).toEqual(
          expected.filter(([, token]) => /"./.test(token)).map(([id]) => id),
        );
      }),
    );
  });

  test('a schema that copies nothing is not followed', () => {
    expect(copiesAnything({ type: 'object', properties: { a: { type: 'array', items: copied } } })).toBe(true);
    expect(copiesAnything({ anyOf: [{ type: 'null' }, copied] })).toBe(true);
    expect(copiesAnything({ type: 'object', properties: { a: { type: 'string' } } })).toBe(false);
  });
});
