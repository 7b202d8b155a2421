import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReasoningSplitter } from '../reasoning.ts';
import { jsonIn } from './answer.ts';

function split(pieces: readonly string[]): { readonly reasoning: string; readonly answer: string } {
  const splitter = new ReasoningSplitter();
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return { reasoning: splitter.reasoning, answer: splitter.answer };
}

describe('q: reasoning before the answer', () => {
  test.each([
    ['<think>a</think>b', 'a', 'b'],
    ['\n<think>\na\n</think>\n\nb', '\na\n', 'b'],
    ['<thinking>a</thinking> b', 'a', 'b'],
    ['[THINK]a[/THINK]b', 'a', 'b'],
    ['<|channel|>analysis<|message|>a<|channel|>final<|message|>b', 'a', 'b'],
    // The opening tag is in the prompt.
    ['a</think>b', 'a', 'b'],
    // It never came to an answer.
    ['<think>a', 'a', ''],
    ['<think></think>b', '', 'b'],
    // A tag further on is the answer's own.
    ['The tag <think>a</think> is b', '', 'The tag <think>a</think> is b'],
    ['<thin', '', '<thin'],
    ['<b>bold</b>', '', '<b>bold</b>'],
    ['', '', ''],
  ])('q: %j', (text, reasoning, answer) => {
    expect(split([text])).toEqual({ reasoning, answer });
  });

  test('q: however it is cut into pieces', () => {
    const part = fc.constantFrom(
      '<think>',
      '</think>',
      '<',
      'think>',
      'a',
      ' ',
      '\n',
      '{"a":1}',
      '[THINK]',
      '[/THINK]',
      '</',
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(3)), (parts, cuts) => {
        const text = parts.join('');
        const pieces: string[] = [];
        let rest = text;
        for (const cut of cuts) {
          pieces.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        expect(split([...pieces, rest])).toEqual(split([text]));
      }),
    );
  });

  test('q: what has no reasoning in it stays as it was written, to the last space', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/think|THINK|reasoning|thought|channel/.test(text));
        expect(split([text])).toEqual({ reasoning: '', answer: text });
      }),
    );
  });
});

describe('q: JSON in what a model wrote', () => {
  test.each([
    ['{"a":1}', '{"a":1}'],
    [' {"a": 1}\n', '{"a": 1}'],
    ['```json\n{"a":1}\n```', '{"a":1}'],
    ['```\n{"a":1}```', '{"a":1}'],
    ['So: {"a":{"b":"}"}} there.', '{"a":{"b":"}"}}'],
    ['{"a":1} {"a":1}', '{"a":1}'],
    ['{"a":1} {"a":2}', null],
    ['As in [1], {"a":1}', '{"a":1}'],
    ['{broken {"a":1}', '{"a":1}'],
    ['"a"', '"a"'],
    ['{"a":', null],
    // What stands within an answer that was cut off is not the answer.
    ['{"a":"x","of":[{"a":"y"}', null],
    ['So: [{"a":1},', null],
    ['```json\n{"a":{"a":1}', null],
    ['nothing', null],
    ['{'.repeat(10_000), null],
  ])('q: %#', (text, value) => {
    expect(jsonIn(text)).toBe(value);
  });

  test('q: a list where a list was asked for', () => {
    expect(jsonIn('So: [{"a":1},{"a":2}].', '[')).toBe('[{"a":1},{"a":2}]');
    expect(jsonIn('So: [{"a":1}].', '{')).toBeNull();
  });

  test('q: any value in any prose without brackets comes out as it was written', () => {
    fc.assert(
      fc.property(
        fc.string().map((text) => text.replace(/[{}[\]`"\\]/g, '')),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (prose, value) => {
          const text = JSON.stringify(value);
          fc.pre(!text.includes('```'));
          expect(jsonIn(`${prose} ${text} ${prose}`)).toBe(text);
        },
      ),
    );
  });
});
