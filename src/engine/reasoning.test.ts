import { describe, expect, test } from 'vitest';
import { closesBegun, splitReasoning } from './reasoning.ts';

describe('f: reasoning is kept apart', () => {
  test.each([
    ['<think>first a, then b</think>\n\nThe answer.', 'first a, then b', 'The answer.'],
    ['\n<think>\n\n</think>\n\nThe answer.', '\n\n', 'The answer.'],
    ['<thinking>a</thinking>b', 'a', 'b'],
    ['[THINK]a[/THINK]b', 'a', 'b'],
    ['◁think▷a◁/think▷b', 'a', 'b'],
    ['<|channel|>analysis<|message|>a<|channel|>final<|message|>b', 'a', 'b'],
    ['The tag <think> opens, </think> closes.', '', 'The tag <think> opens, </think> closes.'],
    // Whoever wrote the opening tag, only the closing one is to be seen.
    ['a</think>b', 'a', 'b'],
    // JSON is data, whatever its texts say.
    ['{"a":"x</think>y"}', '', '{"a":"x</think>y"}'],
    ['<|begin_of_thought|>a<|end_of_thought|>b', 'a', 'b'],
    ['<seed:think>a</seed:think>b', 'a', 'b'],
    ['<Think>a</THINK> b', 'a', 'b'],
    ['<think>a</think>\n\n<think>c</think>\nb', 'ac', 'b'],
    ['<think></think><thinking>a</thinking>b', 'a', 'b'],
    ['<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>b<|END_RESPONSE|>', 'a', 'b'],
    ['<|channel>thought\na<channel|>b', '\na', 'b'],
    [
      '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b<|return|>',
      'a<|end|><|start|>assistant',
      'b',
    ],
    ['```json\n{"a":"x</think>y"}\n```', '', '```json\n{"a":"x</think>y"}\n```'],
  ])('%j', (text, reasoning, answer) => {
    expect(splitReasoning(text)).toEqual({ reasoning, answer, open: false });
  });

  test('what never closes is no answer', () => {
    expect(splitReasoning('<think>on and on')).toEqual({ reasoning: 'on and on', answer: '', open: true });
  });

  test('where the template has opened it, only the end is to be seen', () => {
    expect(closesBegun('<|Assistant|><think>\n')).toBe('</think>');
    expect(closesBegun('<|im_start|>assistant\n')).toBeNull();
    expect(splitReasoning('a</think>b', '</think>')).toEqual({ reasoning: 'a', answer: 'b', open: false });
    expect(splitReasoning('a', '</think>')).toEqual({ reasoning: 'a', answer: '', open: true });
    expect(splitReasoning('', '</think>')).toEqual({ reasoning: '', answer: '', open: true });
    expect(splitReasoning('<thi', '</think>')).toEqual({ reasoning: '<thi', answer: '', open: true });
    expect(splitReasoning('<think>a</think>b', '</think>')).toEqual({ reasoning: 'a', answer: 'b', open: false });
  });
});
