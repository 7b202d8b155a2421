import type { ItemTable } from '../../swarm/input/item-table.ts';
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
export function inputOf(
  items: readonly InputItem[],
  { format, column, field, header, delimiter }: SwarmInput,
  beside: Beside = NOTHING,
): string {
  if (format === 'csv') return csv(items, column ?? 1, header ?? typeof column === 'string', delimiter ?? ',', beside);
  // A key that is written just so goes before what it would mean.
  const key = format === 'json' ? field?.replace(/^\[\]\.?/, '') : field;
  const record = (text: string, item: number): string =>
    key === undefined || key === '' ? text : JSON.stringify({ ...valuesOf(beside, item), [key]: text });
  if (format === 'json') return `[\n${items.map(({ text }, item) => record(text, item)).join(',\n')}\n]\n`;
  return lines(items, format === 'jsonl' ? record : (text) => text);
}

/** Fields that are kept beside the items. */
interface Beside {
  readonly items: Pick<ItemTable, 'fields'>;
}
const NOTHING: Beside = { items: { fields: null } };

const valuesOf = ({ items }: Beside, item: number): Record<string, unknown> =>
  Object.fromEntries([...(items.fields ?? [])].map(([field, column]) => [field, column.at(item)]));

function lines(items: readonly InputItem[], write: (text: string, item: number) => string): string {
  let text = '';
  let at = 1;
  for (const [index, item] of items.entries()) {
    // Of several items of one line each has a line of its own here.
    const gap = Math.max(text === '' ? 0 : 1, item.line - at);
    text += '\n'.repeat(gap) + write(item.text, index);
    at = Math.max(at + gap, item.lastLine ?? item.line);
  }
  return `${text}\n`;
}

type Kept = readonly [field: string, values: { at(item: number): unknown }];

/** With a second column, so that nobody has to guess what stands between them. */
function csv(
  items: readonly InputItem[],
  column: string | number,
  header: boolean,
  delimiter: string,
  beside: Beside,
): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const named = [...(beside.items.fields ?? [])].filter(([field]) => field !== column);
  const own = typeof column === 'number' ? column - 1 : 0;
  // A number counts columns, unless the header has a name of it.
  const places = new Map<number, Kept>();
  for (const each of named) {
    const number = header ? 0 : Number(each[0]);
    let place = number >= 1 ? number - 1 : own + 1;
    while (number < 1 && places.has(place)) place++;
    if (place !== own) places.set(place, each);
  }
  const width = Math.max(own + 2, ...[...places.keys()].map((place) => place + 1));
  const record = (text: string, other: (kept: Kept) => string): string => {
    const fields = Array.from({ length: width }, (_, place) => {
      const found = places.get(place);
      return place === own ? quote(text) : found ? quote(other(found)) : '';
    });
    return `${fields.join(delimiter)}\n`;
  };
  const head = header ? record(typeof column === 'string' ? column : 'text', ([field]) => field) : '';
  return head + items.map(({ text }, item) => record(text, ([, values]) => String(values.at(item) ?? ''))).join('');
}
