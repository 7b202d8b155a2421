import { createRequire } from 'node:module';
import type { Grammar, GrammarCompiler } from '@mlc-ai/web-xgrammar';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { scriptedAnswer } from '../../../src/engine/scripted-answer.ts';
import { seededRandom } from '../../../src/kernel/random.ts';
import { checkOutput } from '../../../src/swarm/json-schema.ts';
import type { OutputSchema } from '../../../src/swarm/output-schema.ts';
import { outputSchemaFaults } from '../../../src/swarm/output-schema-faults.ts';
import { plainSchema } from '../../../src/swarm/plain-schema.ts';
import { arbitraryOutputSchema } from '../../../src/swarm/testing/arbitrary-schema.ts';
import { arbitrarySwarm } from '../../../src/swarm/testing/arbitrary-swarm.ts';
import { answerGrammar } from './answer-grammar.ts';

type Xgrammar = typeof import('@mlc-ai/web-xgrammar');
let grammars: Xgrammar;
let compiler: GrammarCompiler;

/** One token a character: what may come next is then what a grammar allows, to the letter. */
const ALPHABET = [
  ...Array.from({ length: 95 }, (_, k) => String.fromCharCode(32 + k)),
  '\n',
  '\t',
  ...'é한글이름',
  '\u0000end',
];
const END = ALPHABET.length - 1;

beforeAll(async () => {
  // The package is a script for bundlers: under Node it looks for CommonJS's globals and leaves its exports on globalThis.
  const entry = createRequire(import.meta.url).resolve('@mlc-ai/web-xgrammar');
  Object.assign(globalThis, { require: createRequire(entry), __filename: entry });
  await import('@mlc-ai/web-xgrammar');
  grammars = (globalThis as unknown as { xgrammar: Xgrammar }).xgrammar;
  const info = await grammars.TokenizerInfo.createTokenizerInfo(ALPHABET, 'raw', false, ALPHABET.length, [END]);
  compiler = await grammars.GrammarCompiler.createGrammarCompiler(info);
});

const grammarOf = (schema: OutputSchema): Promise<Grammar> =>
  grammars.Grammar.fromEBNF(answerGrammar(JSON.stringify(plainSchema(schema))).ebnf);

async function allows(schema: OutputSchema, ...texts: string[]): Promise<boolean[]> {
  const grammar = await grammarOf(schema);
  const allowed: boolean[] = [];
  for (const text of texts) allowed.push(await grammars.Testings.isGrammarAcceptString(grammar, text));
  grammar.dispose();
  return allowed;
}

/** A text that the grammar lets through, character by character as `pick` says; null where it has not ended after so many. */
async function written(schema: OutputSchema, pick: () => number, most = 600): Promise<string | null> {
  const compiled = await compiler.compileGrammar(answerGrammar(JSON.stringify(plainSchema(schema))).ebnf);
  const matcher = await grammars.GrammarMatcher.createGrammarMatcher(compiled);
  let text = '';
  try {
    while (text.length < most) {
      const mask = await matcher.getNextTokenBitmask();
      const next = ALPHABET.flatMap((_, id) => ((mask[id >> 5] ?? 0) & (1 << (id & 31)) ? [id] : []));
      if (next.includes(END) && (next.length === 1 || pick() < 0.5)) return text;
      // What closes something is taken more often: a random text would seldom come to its end.
      const closing = next.filter((id) => '"}]'.includes(ALPHABET[id] ?? ''));
      const from = closing.length > 0 && pick() < 0.3 ? closing : next;
      const ids = from.filter((each) => each !== END);
      const id = ids[Math.floor(pick() * ids.length)];
      if (id === undefined) throw new Error(`nothing may follow ${text}`);
      expect(matcher.acceptToken(id)).toBe(true);
      text += ALPHABET[id] ?? '';
    }
    return null;
  } finally {
    matcher.dispose();
    compiled.dispose();
  }
}

describe('the grammar of a schema', () => {
  test.each<[OutputSchema, string[], string[]]>([
    [
      {
        type: 'object',
        properties: { fix: { type: 'object', properties: { a: { enum: ['x'] } }, additionalProperties: false } },
        required: ['fix'],
      },
      ['{"fix":{}}', '{"fix": {"a": "x"}}'],
      ['{}', '{"fix":{"b":"x"}}', '{"fix":{},"a":1}'],
    ],
    [
      {
        type: 'object',
        properties: { a: { type: 'null' }, b: { type: 'null' }, c: { type: 'null' } },
        required: ['b'],
      },
      ['{"b":null}', '{"a":null,"b":null}', '{"b":null,"c":null}', '{"a":null,"b":null,"c":null}'],
      ['{}', '{"a":null}', '{"c":null,"b":null}', '{"b":null,}', '{,"b":null}', '{"a":null"b":null}'],
    ],
    [{ type: 'object', properties: { a: { type: 'null' } } }, ['{}', '{ }', '{"a":null}'], ['{"b":null}']],
    [
      { type: 'object', properties: { a: { type: 'null' } }, additionalProperties: true },
      ['{}', '{"b":[1]}', '{"a":null,"c":"d"}'],
      ['{"a":1', '{,"b":1}'],
    ],
    [{ type: 'object', additionalProperties: false }, ['{}'], ['{"a":1}']],
    [{ type: 'object' }, ['{}', '{"a":{"b":[true]}}'], ['[]', '{"a":{"b":[[[[[1]]]]]}}']],
    [{ type: 'string', minLength: 1, maxLength: 3 }, ['"abc"', '"\\"\\\\\\n"', '"😀😀😀"'], ['""', '"abcd"', '"\n"']],
    [{ type: 'string', minLength: 1 }, ['"a"', '"\\u00e9 and more"'], ['""', '"\\ud800"', '"a" ']],
    [{ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }, ['[1]', '[1, 2,3]'], ['[]', '[1,2,3,4]']],
    [{ type: 'array', items: { type: 'integer' }, maxItems: 0 }, ['[]'], ['[1]']],
    [{ enum: ['low', 1, true, null] }, ['"low"', '1', 'true', 'null'], ['low', '2', '"null"']],
    [{ anyOf: [{ const: 'none' }, { type: 'boolean' }] }, ['"none"', 'false'], ['"nine"', 'null']],
    [{ type: ['integer', 'number'] }, ['1', '1.5', '-0.25', '6.02e23'], ['01', '1.', '.5', '1e999']],
  ])('each keyword binds while a model writes: %j', async (schema, good, bad) => {
    expect(await allows(schema, ...good)).toEqual(good.map(() => true));
    expect(await allows(schema, ...bad)).toEqual(bad.map(() => false));
  });

  test.each<[OutputSchema, string[], string[]]>([
    [{ type: ['string', 'null'] }, ['"a"', 'null'], ['1', '"null']],
    [{ type: ['string', 'null'], enum: ['a', null] }, ['"a"', 'null'], ['"b"']],
    [{ type: ['integer', 'boolean'], minimum: 3 }, ['3', 'true'], ['2', '"a"']],
    [{ type: 'string', nullable: true }, ['"a"', 'null'], ['1']],
    [{ type: 'string', enum: ['a'], nullable: true }, ['"a"', 'null'], ['"b"']],
    [{ const: 'a', nullable: true }, ['"a"', 'null'], ['"b"']],
    [{ anyOf: [{ type: 'integer' }], nullable: true }, ['1', 'null'], ['"a"']],
    [
      {
        $defs: {
          level: { enum: ['low', 'high'] },
          pair: { type: 'array', items: { $ref: '#/$defs/level' }, maxItems: 2 },
        },
        type: 'object',
        properties: { a: { $ref: '#/$defs/pair' }, b: { $ref: '#/$defs/level', nullable: true, description: 'x' } },
        required: ['a', 'b'],
      },
      ['{"a":["low","high"],"b":null}'],
      ['{"a":["mid"],"b":null}', '{"a":null,"b":"low"}', '{"a":[],"b":1}'],
    ],
    [{ definitions: { a: { type: 'null' } }, $ref: '#/definitions/a' }, ['null'], ['1']],
    [
      { type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true, minItems: 1, maxItems: 2 },
      ['["a"]', '["c","a"]', '["b", "c" ]'],
      ['[]', '["a","a"]', '["a","b","c"]'],
    ],
    [{ type: 'array', items: { type: 'boolean' }, uniqueItems: true }, ['[]', '[false,true]'], ['[true,true]']],
    [{ type: 'string', format: 'date' }, ['"2024-02-29"', '"1999-12-31"'], ['"2023-02-29"', '"2024-2-9"', '"today"']],
    [{ type: 'string', format: 'date-time' }, ['"2024-02-29T10:00:00Z"'], ['"2024-02-29 10:00:00"', '"2024-02-29"']],
    [{ type: 'string', format: 'email' }, ['"a.b@example.org"'], ['"a.b"', '"@b.c"']],
    [{ type: 'string', pattern: '^[a-z]+$', maxLength: 3 }, ['"abc"'], ['""', '"abcd"', '"aB"']],
    [{ type: 'string', pattern: 'b' }, ['"b"', '"a\\"bc"'], ['"ac"']],
    [{ type: 'string', pattern: '^(가|é)"\\\\$' }, ['"가\\"\\\\"', '"é\\"\\\\"'], ['"가"\\"', '"e\\"\\\\"']],
    [{ type: 'string', pattern: '^[가-힣à-ÿ]+$' }, ['"한글"', '"é힣가"'], ['"a"', '"ￂ"', '"漢"']],
    [{ type: 'string', pattern: '^[😀-😎é]$' }, ['"😀"', '"😅"', '"é"'], ['"😏"', '"è"', '"😀😀"']],
    [{ type: 'string', pattern: '^[^,]{2}$' }, ['"a\\n"', '"\\u0001é"'], ['"a,"', '"a"']],
    [{ type: 'integer', minimum: 3, maximum: 117 }, ['3', '9', '10', '99', '100', '117'], ['2', '118', '119', '-3']],
    [{ type: 'integer', exclusiveMinimum: -2, exclusiveMaximum: 2 }, ['-1', '0', '1'], ['-2', '2', '-0']],
    [{ type: 'integer', minimum: -120, maximum: -7 }, ['-7', '-10', '-99', '-120'], ['-6', '-121', '7', '-130']],
    [{ type: 'integer', format: 'int32' }, ['2147483647', '-2147483648'], ['2147483648', '-2147483649']],
    [
      { type: 'number', minimum: -0.5, maximum: 1.5 },
      ['-0.5', '-0.50', '-0.499', '0', '0.0', '1', '1.5', '1.49999'],
      ['-0.51', '1.51', '2', '-0x5', '1.50001', '-1'],
    ],
    [{ type: 'number', exclusiveMinimum: 0 }, ['0.1', '25', '0.000001'], ['0', '0.0', '-1', '-0.1']],
    [
      { type: 'number', minimum: 0.25, exclusiveMaximum: 0.75 },
      ['0.25', '0.3', '0.749'],
      ['0.24', '0.2', '0.75', '0.7500'],
    ],
  ])('w: what is supported binds while a model writes: %j', async (schema, good, bad) => {
    expect(outputSchemaFaults(schema)).toEqual([]);
    expect(await allows(schema, ...good)).toEqual(good.map(() => true));
    expect(await allows(schema, ...bad)).toEqual(bad.map(() => false));
    for (const text of good) expect(checkOutput(plainSchema(schema), JSON.parse(text), { input: '' })).toEqual([]);
  });

  test('w: a keyword without a grammar is refused, not passed over', () => {
    expect(() => answerGrammar('{"type":"integer","multipleOf":5}')).toThrow('the keyword multipleOf has no grammar');
    expect(() => answerGrammar('{"type":"string","format":"ipv6"}')).toThrow('the format ipv6 has no grammar');
    expect(() => answerGrammar('{"type":"string","pattern":"(?=a)"}')).toThrow('looks ahead');
    expect(() => answerGrammar('{"type":"any"}')).toThrow('the type any has no grammar');
    expect(() => answerGrammar('{"$ref":"#/$defs/a"}')).toThrow('the keyword $ref has no grammar');
  });

  const choices: OutputSchema = {
    type: 'object',
    properties: {
      area: { enum: ['billing', 'other'] },
      stars: { enum: [1, 2] },
      tags: { type: 'array', items: { enum: ['a'] } },
    },
    required: ['area', 'stars', 'tags'],
    additionalProperties: false,
  };

  test.each([
    ['after a brace', '{"area'],
    ['before a colon', '{"area":'],
    ['after a colon', '{"area":"other"'],
    ['after a value', '{"area":"other",'],
    ['after a comma', '{"area":"other","stars'],
    ['in a list', '{"area":"other","stars":1,"tags":["a"'],
  ])('x: white space has an end %s', async (_where, whole) => {
    const compiled = await compiler.compileGrammar(answerGrammar(JSON.stringify(choices)).ebnf);
    for (let cut = 1; cut <= whole.length; cut++) {
      for (const [space, most] of [
        [' ', 1],
        ['\n', 0],
        ['\t', 0],
      ] as const) {
        const matcher = await grammars.GrammarMatcher.createGrammarMatcher(compiled);
        for (const char of whole.slice(0, cut)) expect(matcher.acceptToken(ALPHABET.indexOf(char))).toBe(true);
        let run = 0;
        while (run < 5 && matcher.acceptToken(ALPHABET.indexOf(space))) run++;
        expect(run, `${JSON.stringify(space)} after ${whole.slice(0, cut)}`).toBeLessThanOrEqual(most);
        matcher.dispose();
      }
    }
    compiled.dispose();
  });

  test('x: a schema of choices alone has a longest text', async () => {
    const { tags: _, ...properties } = choices.properties ?? {};
    const schema: OutputSchema = { ...choices, properties, required: ['area', 'stars'] };
    const text = await written(schema, () => 0);
    expect(text).not.toBeNull();
    // A model that wants nothing but spaces is led to the end all the same.
    expect(await written(schema, () => 0, 60)).toBe(text);
  });

  test.each<[OutputSchema, string]>([
    [{ type: 'integer' }, '1'],
    [{ type: 'integer', minimum: 5 }, '9'],
    [{ type: 'number' }, '1'],
    [{ type: 'number', maximum: 5 }, '-1'],
    [{ type: 'number', minimum: 0, maximum: 1 }, '0.1'],
    [{ type: 'object', additionalProperties: true }, '{"a":1'],
  ])('x: a run of digits has an end: %j', async (schema, begun) => {
    const compiled = await compiler.compileGrammar(answerGrammar(JSON.stringify(schema)).ebnf);
    const matcher = await grammars.GrammarMatcher.createGrammarMatcher(compiled);
    for (const char of begun) expect(matcher.acceptToken(ALPHABET.indexOf(char))).toBe(true);
    let run = 0;
    while (run < 100 && matcher.acceptToken(ALPHABET.indexOf('1'))) run++;
    expect(run).toBeLessThanOrEqual(24);
    matcher.dispose();
    compiled.dispose();
  });

  test('a text that closes itself needs no word of the model; a number does', () => {
    const closed = (schema: OutputSchema): boolean => answerGrammar(JSON.stringify(schema)).closed;
    expect([{ type: 'object' as const }, { type: 'boolean' as const }, { enum: ['a', null] }].map(closed)).toEqual([
      true,
      true,
      true,
    ]);
    expect([{ type: 'integer' as const }, { enum: [1, 10] }, { anyOf: [{ const: 1 }] }].map(closed)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

/** All texts that the grammar lets through, white space aside. */
async function textsOf(schema: OutputSchema, most = 60): Promise<string[]> {
  const compiled = await compiler.compileGrammar(answerGrammar(JSON.stringify(plainSchema(schema))).ebnf);
  const texts: string[] = [];
  const open = [''];
  for (let begun = open.pop(); begun !== undefined; begun = open.pop()) {
    if (begun.length > most) throw new Error(`no end: ${begun}`);
    const matcher = await grammars.GrammarMatcher.createGrammarMatcher(compiled);
    for (const char of begun) expect(matcher.acceptToken(ALPHABET.indexOf(char))).toBe(true);
    const mask = await matcher.getNextTokenBitmask();
    matcher.dispose();
    for (const id of ALPHABET.keys()) {
      if (((mask[id >> 5] ?? 0) & (1 << (id & 31))) === 0 || ALPHABET[id] === ' ') continue;
      if (id === END) texts.push(begun);
      else open.push(begun + (ALPHABET[id] ?? ''));
    }
  }
  compiled.dispose();
  return texts.toSorted();
}

describe('w, x: texts that begin and end alike are let through as they are, and nothing between them', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '"', '한', '글'), maxLength: 4 });
  const words = fc.uniqueArray(word, { minLength: 1, maxLength: 4 });
  const some = <Value>(values: readonly Value[]): Value[][] =>
    values.length === 0 ? [[]] : some(values.slice(1)).flatMap((rest) => [rest, [values[0] as Value, ...rest]]);
  const orders = <Value>(values: readonly Value[]): Value[][] =>
    values.length === 0
      ? [[]]
      : values.flatMap((value) => orders(values.filter((each) => each !== value)).map((rest) => [value, ...rest]));

  test.each<[string[]]>([[['a', 'abb', 'bab']], [['a"b\\', 'a']], [['aab', 'aabb', 'bb']]])('%j', async (choices) => {
    expect(await textsOf({ enum: choices })).toEqual(choices.map((each) => JSON.stringify(each)).toSorted());
  });

  test('choices, numbers among them', async () => {
    const numbers = fc.uniqueArray(fc.constantFrom(1, 10, 100, 11, 0.5, -1, -10), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(words, numbers, async (texts, more) => {
        const values = [...texts, ...more, null, true];
        expect(await textsOf({ enum: values })).toEqual(values.map((each) => JSON.stringify(each)).toSorted());
      }),
    );
  });

  test('constants among other schemas', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (texts) => {
        const schema = { anyOf: [...texts.map((text) => ({ const: text })), { type: 'boolean' as const }] };
        const values = [...texts, true, false];
        expect(await textsOf(schema)).toEqual(values.map((each) => JSON.stringify(each)).toSorted());
      }),
    );
  });

  test('lists of each once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), async (texts) => {
        const schema = { type: 'array' as const, items: { enum: texts }, uniqueItems: true };
        const lists = [
          ...new Set(
            some(texts)
              .flatMap(orders)
              .map((list) => JSON.stringify(list)),
          ),
        ];
        expect(await textsOf(schema)).toEqual(lists.toSorted());
      }),
      { numRuns: 40 },
    );
  });

  test('texts of a pattern', async () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(plain, { minLength: 1, maxLength: 4 }), async (texts) => {
        const schema = { type: 'string' as const, pattern: `^(?:${texts.join('|')})$` };
        expect(await textsOf(schema)).toEqual(texts.map((each) => JSON.stringify(each)).toSorted());
      }),
      { numRuns: 60 },
    );
  });

  test('whole numbers within bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -1200, max: 1200 }), fc.nat(130), async (minimum, more) => {
        const numbers = Array.from({ length: more + 1 }, (_, k) => String(minimum + k));
        expect(await textsOf({ type: 'integer', minimum, maximum: minimum + more })).toEqual(numbers.toSorted());
      }),
      { numRuns: 60 },
    );
  });

  test('names of properties, each there or not', async () => {
    await fc.assert(
      fc.asyncProperty(words, fc.nat(15), async (names, bits) => {
        const required = names.filter((_, k) => bits & (1 << k));
        const properties = Object.fromEntries(names.map((name) => [name, { const: 1 as const }]));
        const kept = some(names).filter((list) => required.every((name) => list.includes(name)));
        const texts = kept.map((list) => JSON.stringify(Object.fromEntries(list.map((name) => [name, 1]))));
        expect(await textsOf({ type: 'object', properties, required }, 80)).toEqual(texts.toSorted());
      }),
      { numRuns: 60 },
    );
  });
});

describe('grammar and check', () => {
  test('w, x: whatever the grammar lets through passes the check', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOutputSchema, fc.integer(), async (schema, seed) => {
        const random = seededRandom(seed);
        const text = await written(schema, () => random.next());
        if (text === null) return;
        expect(checkOutput(plainSchema(schema), JSON.parse(text), { input: '' }), text).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  const VALUES: readonly unknown[] = [
    ...[0, 1, -1, 2, 3, 7, 10, 99, 100, 101, 117, 118, 0.5, 0.25, -0.75, 1.5, 1.05, 1e6, -120, 123456789012345],
    ...['', 'a', 'ab', 'abc', 'aé"b', 'x\ny', '2024-02-29', '2023-02-29', 'a1', '한글', '10:00:00Z', 'a@b.co', '\\'],
    ...[null, true, false, [], {}],
  ];

  test('w: a value passes the check just when the grammar lets its JSON through', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOutputSchema, async (schema) => {
        const plain = plainSchema(schema);
        if (plain.type === 'object' || plain.type === 'array' || plain.anyOf || Array.isArray(plain.type)) return;
        const grammar = await grammarOf(schema);
        for (const value of VALUES) {
          const passes = checkOutput(plain, value, { input: '' }).length === 0;
          const text = JSON.stringify(value);
          expect(await grammars.Testings.isGrammarAcceptString(grammar, text), `${JSON.stringify(plain)} ${text}`).toBe(
            passes,
          );
        }
        grammar.dispose();
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test('w: what stands in for a model passes both', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOutputSchema, fc.integer(), async (schema, seed) => {
        const plain = plainSchema(schema);
        const answer = scriptedAnswer(JSON.stringify(plain), 'sshd[1]: session opened', seededRandom(seed));
        expect(checkOutput(plain, JSON.parse(answer), { input: 'sshd[1]: session opened' })).toEqual([]);
        expect(await allows(schema, answer), answer).toEqual([true]);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  // The engine aborts on what it cannot express, which would take the inference worker along: nothing of that kind may pass the parser.
  test('whatever passes the parser becomes a grammar', async () => {
    const bounds = fc.record(
      {
        minimum: fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        maximum: fc.constantFrom(0, 0.3, 1e21, -7),
      },
      { requiredKeys: [] },
    );
    const schemas = fc.oneof(
      arbitrarySwarm.map(({ roles }) => Object.values(roles).flatMap(({ output }) => (output ? [output] : []))),
      bounds.map((each): OutputSchema[] => [
        { type: 'integer', ...each },
        { type: 'number', ...each },
      ]),
      fc
        .dictionary(
          fc.string({ unit: 'binary', maxLength: 4 }),
          fc.constant<OutputSchema>({ enum: ['"', '\\', '\n', '\u{1F600}', '\u0001'] }),
          { noNullPrototype: true },
        )
        .map((properties): OutputSchema[] => [{ type: 'object', properties }]),
    );
    await fc.assert(
      fc.asyncProperty(schemas, async (list) => {
        for (const schema of list) if (outputSchemaFaults(schema).length === 0) (await grammarOf(schema)).dispose();
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('d: a schema of many properties has a grammar of some size, whatever is said of each', () => {
  const wide = (of: (k: number) => OutputSchema): OutputSchema => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: 1400 }, (_, k) => [`p${String(k)}`, of(k)])),
  });
  test.each<[string, (k: number) => OutputSchema]>([
    ['the same least length', () => ({ type: 'string', minLength: 256 })],
    ['another least length each', (k) => ({ type: 'string', minLength: k % 257 })],
    ['another most length each', (k) => ({ type: 'string', minLength: k % 100, maxLength: 256 - (k % 91) })],
    ['the same format', () => ({ type: 'string', format: 'date-time' })],
    ['the same pattern', () => ({ type: 'string', pattern: '^[a-z]{200}$' })],
    [
      'lists of each once',
      (k) => ({ type: 'array', items: { enum: [0, 1, 2, 3, 4, 5, 6, 7 + k] }, uniqueItems: true }),
    ],
  ])('%s', (_, of) => {
    const { ebnf } = answerGrammar(JSON.stringify(plainSchema(wide(of))));
    expect(ebnf.split('\n').length).toBeLessThan(12_000);
    expect(ebnf.length).toBeLessThan(2_000_000);
  });

  test('what goes beyond is left to the check: the grammar lets all through that passes it', async () => {
    const of = (k: number): OutputSchema => ({ type: 'string', minLength: 100 + k });
    const lists: OutputSchema = { type: 'array', items: { enum: [0, 1, 2, 3, 4, 5, 6, 7] }, uniqueItems: true };
    const schema: OutputSchema = {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 80 }, (_, k) => [`p${String(k)}`, k < 60 ? of(k) : { ...lists, maxItems: k - 52 }]),
      ),
      required: ['p0', 'p59', 'p79'],
    };
    const text = (k: number): string => JSON.stringify('x'.repeat(100 + k));
    expect(await allows(schema, `{"p0":${text(0)},"p59":${text(59)},"p79":[3,1]}`)).toEqual([true]);
  });
});
