/**
 * Items as they are handed on with an incident, where no file of the swarm's own format would give the same again: JSON lines of first line, last line
 * and text, and of the values of fields, where the flow names such.
 */
import * as v from 'valibot';
import { parsedJson } from '../../kernel/parsed-json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { isOfEveryItem } from '../input-names.ts';
import { MAX_ITEMS } from '../model.ts';
import { type InputItem, ItemTable } from './item-table.ts';
import { MAX_ITEM_CHARACTERS } from './read-input.ts';

const line = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ITEM_CHARACTERS));
const ItemSchema = v.union([
  v.strictTuple([line, line, text]),
  v.strictTuple([line, line, text, v.array(v.unknown())]),
]);

/** @param valuesOf values of the fields of an item, by its index; null: it is handed on without */
export function writeItems(
  items: Iterable<InputItem>,
  valuesOf: ((item: number) => readonly unknown[]) | null = null,
): string {
  let written = '';
  let index = 0;
  for (const { line: first, lastLine = first, text: content } of items) {
    const values = valuesOf ? [valuesOf(index)] : [];
    written += `${JSON.stringify([first, lastLine, content, ...values])}\n`;
    index++;
  }
  return written;
}

/**
 * Fails with one sentence where the text is not what `writeItems` writes.
 * @param fields names of the values, where there are such
 */
export function readItems(written: string, fields: readonly string[] = []): Result<ItemTable, string> {
  let table: ItemTable | null = null;
  for (const each of written.split('\n')) {
    if (each === '') continue;
    const item = v.safeParse(ItemSchema, parsedJson(each));
    if (!item.success || table?.length === MAX_ITEMS) return err('Its items cannot be read.');
    const [first, lastLine, content, values] = item.output;
    table ??= new ItemTable(written.length, values && fields.length > 0 ? fields : null);
    table.add({ line: first, ...(lastLine > first && { lastLine }), text: content.toWellFormed() }, values ?? []);
  }
  table ??= new ItemTable();
  // What every item has, where the file had no field of that name.
  for (const field of fields.filter(isOfEveryItem)) if (table.fields?.get(field)?.isEmpty) table.drop(field);
  return ok(table);
}
