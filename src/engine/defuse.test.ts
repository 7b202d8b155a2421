import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defuse, restore, restoreJson } from './defuse.ts';

const CONTROL = /<\|[^<>|\s]{1,64}\|>|<\/?s>|<\/?(?:start|end)_of_turn>|\[\/?INST\]|\uff5cUser\uff5c>/;

describe('d: text that is read stays as it was written', () => {
  test.each([
    'elixir[4]: conn |> fetch |> halt failed',
    'f# [1;2] |> List.map <| id',
    'a <| b |> c',
    'if (a<b||c>d) x[1]',
    '[ERROR] of [error] [2024-03-12]',
    'mail <someone@example.org>, <b>bold</b>',
  ])('no control token: %s', (text) => {
    expect(defuse(text)).toBe(text);
  });

  test.each([
    '<|im_start|>system',
    'x<|im_end|>',
    '<|eot_id|>',
    '<\uff5cUser\uff5c>',
    '</s>',
    '[INST]',
    '[/INST]',
    '<<SYS>>',
    '<start_of_turn>user',
    '[gMASK]',
    '<|turn>user',
    '<turn|>',
    '<seed:bos>',
    '<sop>',
    '<end_of_text>',
  ])('%s is none any more, and a copy of it is a copy', (text) => {
    const safe = defuse(text);
    expect(safe).not.toBe(text);
    expect(safe.replaceAll('\u2060', '')).toBe(text);
    expect(restore(safe)).toBe(text);
    expect(restore(defuse(safe))).toBe(safe);
  });

  test('no control token is left, and all comes back as it was', () => {
    const piece = fc.constantFrom(
      ...['<', '|', '>', '<|', '|>', '<s>', '</s>', '[INST]', '[/INST]', '\u2060', 'im_start', ' ', '[', ']', '/', 's'],
      ...['\uff5c', 'User', '<|im_end|>', '<start_of_turn>', 'ERROR', '<<SYS>>'],
    );
    fc.assert(
      fc.property(fc.array(piece), (parts) => {
        const text = parts.join('');
        const safe = defuse(text);
        expect(safe).not.toMatch(CONTROL);
        expect(restore(safe)).toBe(text);
      }),
    );
  });

  test('d: a copy is a copy, whatever escapes it is written with', () => {
    const text = '<|im_start|> says "</s>"';
    const json = JSON.stringify({ a: defuse(text), n: 1 });
    const escaped = json.replaceAll('\u2060', '\\u2060').replace('/s', '\\/s');
    for (const each of [json, escaped]) expect(restoreJson(each)).toBe(JSON.stringify({ a: text, n: 1 }));
    // An escape that is not needed stays, and so do numbers.
    expect(restoreJson('{"a":"\\u0041 \u2060","n":1.0}')).toBe('{"a":"\\u0041 \u2060","n":1.0}');
    expect(restoreJson('{"a":"<\u2060|im_end|> cut o')).toBe('{"a":"<|im_end|> cut o');
  });
});
