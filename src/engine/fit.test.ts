import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOf } from '../kernel/ranges.ts';
import type { ChatMessage, Elastic, TurnRequest } from './contract.ts';
import { fitTurn } from './fit.ts';

const sampling = { temperature: 0, topP: 1, seed: 1 };
const asks = (text: string, keep: Elastic['keep'], more: Partial<TurnRequest> = {}): TurnRequest => ({
  id: 't',
  agent: 0,
  priority: 0,
  prefix: [{ role: 'system', content: 'Be brief.' }],
  messages: [{ role: 'user', content: text }],
  elastic: { message: 0, from: 0, to: text.length, keep },
  maxTokens: 64,
  deadlineMs: 1000,
  sampling,
  ...more,
});

/** Words are a token a letter where they are not ASCII, four letters a token else; a message has four more. */
const count = (prefix: readonly ChatMessage[], messages: readonly ChatMessage[]): number =>
  [...prefix, ...messages].reduce(
    (sum, { content }) => sum + 4 + [...content].reduce((tokens, char) => tokens + (char > '\x7F' ? 1 : 0.25), 0),
    0,
  );

describe('a: what is read of a text', () => {
  test('the beginning, the end, or both', () => {
    const text = `begin ${'k=v; '.repeat(400)}end`;
    const of = (keep: Elastic['keep']) => fitTurn(asks(text, keep), 200, count);
    const [head, tail, middle] = [of('head'), of('tail'), of('middle')];
    expect(head?.read).toEqual([[0, expect.any(Number)]]);
    expect(head?.messages[0]?.content).toMatch(/^begin k=v;.* …$/);
    expect(tail?.messages[0]?.content).toMatch(/^… .*end$/);
    expect(middle?.messages[0]?.content).toMatch(/^begin .* … .*end$/);
    expect(middle?.read).toHaveLength(2);
    for (const fitted of [head, tail, middle]) expect(fitted?.tokens).toBeGreaterThan(125);
  });

  test('all of it where it fits, and then nothing is said', () => {
    expect(fitTurn(asks('short', 'head'), 200, count)).toEqual({
      prefix: [{ role: 'system', content: 'Be brief.' }],
      messages: [{ role: 'user', content: 'short' }],
      tokens: expect.any(Number) as number,
    });
  });
});

describe('l: prompts fit by count', () => {
  test('dense text fits at once, with room for the answer', () => {
    const fitted = fitTurn(asks('안녕하세요'.repeat(120), 'head'), 512, count);
    expect(fitted?.tokens).toBeLessThanOrEqual(512 - 64);
    expect(fitted?.tokens).toBeGreaterThan(430);
  });

  test('what surrounds the text stays', () => {
    const item = 'word '.repeat(1000);
    const content = `<${item}>\n{"severity":"error"}`;
    const fitted = fitTurn(
      asks('', 'head', {
        messages: [{ role: 'user', content }],
        elastic: { message: 0, from: 1, to: 1 + item.length, keep: 'head' },
      }),
      200,
      count,
    );
    expect(fitted?.messages[0]?.content).toMatch(/^<word .* …>\n\{"severity":"error"\}$/);
  });

  test('memory goes first, the oldest, and half of its room stays empty', () => {
    const exchange = (k: number): ChatMessage[] => [
      { role: 'user', content: `question ${String(k)} ${'x'.repeat(100)}` },
      { role: 'assistant', content: 'answer' },
    ];
    const memory = Array.from({ length: 6 }, (_, k) => exchange(k)).flat();
    const item = 'now';
    const request = asks('', 'head', {
      messages: [...memory, { role: 'user', content: item }],
      memory: memory.length,
      elastic: { message: memory.length, from: 0, to: item.length, keep: 'head' },
    });
    const fitted = fitTurn(request, 256, count);
    expect(fitted?.dropped).toBeGreaterThan(0);
    expect(fitted?.messages.at(-1)?.content).toBe('now');
    expect(fitted?.messages[0]?.role).toBe('user');
    expect(fitted?.tokens).toBeLessThan((256 - 64) * 0.7);
    expect(fitTurn(request, 4096, count)?.dropped).toBeUndefined();
  });

  test('null where nothing helps', () => {
    expect(
      fitTurn(asks('x', 'head', { prefix: [{ role: 'system', content: 'y'.repeat(5000) }] }), 200, count),
    ).toBeNull();
    expect(fitTurn({ ...asks('x'.repeat(5000), 'head'), elastic: undefined as never }, 200, count)).toBeNull();
  });

  test('whatever the text, what comes out fits and little room is wasted; the tokenizer is asked a few times', () => {
    const unit = fc.constantFrom('a', ' ', 'word ', '안', '😀', '\n', '0123456789abcdef');
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 4000 }),
        fc.constantFrom('head' as const, 'tail' as const, 'middle' as const),
        fc.integer({ min: 160, max: 1024 }),
        (parts, keep, context) => {
          const text = parts.join('');
          let asked = 0;
          const fitted = fitTurn(asks(text, keep), context, (...given) => {
            asked++;
            return count(...given);
          });
          expect(asked).toBeLessThanOrEqual(14);
          expect(fitted?.tokens).toBeLessThanOrEqual(context - 64);
          if (!fitted?.read) expect(fitted?.messages[0]?.content).toBe(text);
          else expect(readOf(text, fitted.read)).toBe(fitted.messages[0]?.content);
        },
      ),
    );
  });
});
