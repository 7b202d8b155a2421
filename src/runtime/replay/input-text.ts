import type { InputItem } from '../../swarm/input/read-input.ts';
import type { SwarmInput } from '../../swarm/model.ts';

/** A file from which these items are read again, in the format that the swarm file asks for. Plain lines keep their line numbers. */
export function inputOf(items: readonly InputItem[], { format, column, field }: SwarmInput): string {
  if (format === 'csv') return csv(items, column ?? 1);
  if (format === 'jsonl')
    return lines(items, (text) => (field === undefined ? text : JSON.stringify({ [field]: text })));
  return lines(items, (text) => text);
}

function lines(items: readonly InputItem[], write: (text: string) => string): string {
  let text = '';
  let at = 1;
  for (const item of items) {
    text += '\n'.repeat(Math.max(0, item.line - at)) + write(item.text);
    at = Math.max(at, item.line);
  }
  return `${text}\n`;
}

/** With a second column, so that nobody has to guess what stands between them. */
function csv(items: readonly InputItem[], column: string | number): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const before = typeof column === 'number' ? ','.repeat(column - 1) : '';
  const header = typeof column === 'string' ? `${quote(column)},\n` : '';
  return header + items.map(({ text }) => `${before}${quote(text)},\n`).join('');
}
