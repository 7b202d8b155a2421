/**
 * Items as they are handed on with an incident, where no file of the swarm's own format would give the same again: JSON lines of first line, last line
 * and text.
 */
import * as v from 'valibot';
import { parsedJson } from '../../kernel/parsed-json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { MAX_ITEMS } from '../model.ts';
import { type InputItem, MAX_ITEM_CHARACTERS } from './read-input.ts';

const line = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const ItemSchema = v.strictTuple([line, line, v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_ITEM_CHARACTERS))]);

export function writeItems(items: Iterable<InputItem>): string {
  let written = '';
  for (const { line: first, lastLine = first, text } of items)
    written += `${JSON.stringify([first, lastLine, text])}\n`;
  return written;
}

/** Fails with one sentence where the text is not what `writeItems` writes. */
export function readItems(text: string): Result<readonly InputItem[], string> {
  const items: InputItem[] = [];
  for (const each of text.split('\n')) {
    if (each === '') continue;
    const item = v.safeParse(ItemSchema, parsedJson(each));
    if (!item.success || items.length === MAX_ITEMS) return err('Its items cannot be read.');
    const [first, lastLine, content] = item.output;
    items.push({ line: first, ...(lastLine > first && { lastLine }), text: content.toWellFormed() });
  }
  return ok(items);
}
