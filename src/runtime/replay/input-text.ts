import type { InputItem } from '../../swarm/input/read-input.ts';
import type { SwarmInput } from '../../swarm/model.ts';

/** Whether a file of the swarm's own format would not give the same items again, with the same lines: only they themselves do. */
export function needItems(
  items: readonly InputItem[],
  { format, delimiter, header, join, field }: SwarmInput,
): boolean {
  return (
    format === 'json' ||
    join === 'traces' ||
    delimiter !== undefined ||
    header !== undefined ||
    field?.includes('[') === true ||
    items.some(({ lastLine }) => lastLine !== undefined)
  );
}

/** A file from which these items are read again, in the format that the swarm file asks for. Plain lines keep their line numbers. */
export function inputOf(items: readonly InputItem[], { format, column, field, header, delimiter }: SwarmInput): string {
  if (format === 'csv') return csv(items, column ?? 1, header ?? typeof column === 'string', delimiter ?? ',');
  // A key that is written just so goes before what it would mean.
  const key = format === 'json' ? field?.replace(/^\[\]\.?/, '') : field;
  const record = (text: string): string => (key === undefined || key === '' ? text : JSON.stringify({ [key]: text }));
  if (format === 'json') return `[\n${items.map(({ text }) => record(text)).join(',\n')}\n]\n`;
  return lines(items, format === 'jsonl' ? record : (text) => text);
}

function lines(items: readonly InputItem[], write: (text: string) => string): string {
  let text = '';
  let at = 1;
  for (const item of items) {
    // Of several items of one line each has a line of its own here.
    const gap = Math.max(text === '' ? 0 : 1, item.line - at);
    text += '\n'.repeat(gap) + write(item.text);
    at = Math.max(at + gap, item.lastLine ?? item.line);
  }
  return `${text}\n`;
}

/** With a second column, so that nobody has to guess what stands between them. */
function csv(items: readonly InputItem[], column: string | number, header: boolean, delimiter: string): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const before = typeof column === 'number' ? delimiter.repeat(column - 1) : '';
  const record = (text: string): string => `${before}${quote(text)}${delimiter}\n`;
  const head = header ? record(typeof column === 'string' ? column : 'text') : '';
  return head + items.map(({ text }) => record(text)).join('');
}
