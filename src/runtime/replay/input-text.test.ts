import { expect, test } from 'vitest';
import { readItems, writeItems } from '../../swarm/input/items.ts';
import { readInput } from '../../swarm/input/read-input.ts';
import type { SwarmInput } from '../../swarm/model.ts';
import { inputOf, needItems } from './input-text.ts';
import { maskItems } from './mask-run.ts';

const TRACE = 'ERROR boom\n\tat a.b(C.java:1)\n\nINFO ok\n';
const FORMATS: readonly (readonly [Omit<SwarmInput, 'from'>, string])[] = [
  [{ format: 'lines' }, 'a\n\nb\n'],
  [{ format: 'lines', join: 'traces' }, TRACE],
  [{ format: 'csv', column: 'm' }, 'id,m\n1,"a\nb"\n2,c\n'],
  [{ format: 'csv', column: 2, header: true, delimiter: ';' }, 'id;m\n1;a, b\n'],
  [{ format: 'csv', column: 3, delimiter: '\t' }, '1\t2\ta "b" c\n'],
  [{ format: 'jsonl', field: 'log.message' }, '{"log":{"message":"a"}}\n'],
  [{ format: 'jsonl', field: 'events[].m', bad: 'skip' }, '{"events":[{"m":"a"},{"m":"b"}]}\nx\n'],
  [{ format: 'json', field: 'm' }, '[\n{"m":"a"},\n{\n"m":9007199254740993}]'],
  [{ format: 'json', field: '[].m' }, '[{"m":"a"}]'],
  [{ format: 'json', field: 'Records[].m' }, '{"Records":[{"m":"a"}]}'],
  [{ format: 'json' }, '[{"m":"a"},[1,2]]'],
  [{ format: 'jsonl' }, '{"m":"a"}\n[1]\n'],
];

const back = (text: string) => {
  const read = readItems(text);
  return read.ok && [...read.value];
};

test.each(FORMATS)('%j: items are handed on, and a file gives their texts again', (format, text) => {
  const input = { from: 'dropped', ...format } as SwarmInput;
  const read = readInput('in', text, input);
  if (!read.ok) throw new Error(read.error[0]?.message);
  const { items } = read.value;
  expect(back(writeItems(items))).toEqual(items);
  const again = readInput('in', inputOf(items, input), input);
  expect(again.ok && again.value.items.map((item) => item.text)).toEqual(items.map((item) => item.text));
  if (!needItems(items, input)) return;
  // Placeholders have the same lines, and are no continuation of anything.
  const masks = maskItems(items, input);
  expect(back(writeItems(masks))).toEqual(masks);
  expect(masks.map(({ line, lastLine }) => [line, lastLine])).toEqual(
    items.map(({ line, lastLine }) => [line, lastLine]),
  );
});

test('items of strangers are looked over', () => {
  for (const text of ['[1,1]', '[0,1,"a"]', '[1,1,""]', '{}', 'x', '[1,1,"a",2]', `[1,1,"${'a'.repeat(300_000)}"]`]) {
    expect(readItems(text)).toEqual({ ok: false, error: 'Its items cannot be read.' });
  }
  expect(back('[1,1,"\\ud800"]\n')).toEqual([{ line: 1, text: '\uFFFD' }]);
});
