/** JSON lines and JSON files: one record a line, or one an item of a list. Values come out as they are written. */
import { jsonFaultAt, skipSpace } from '../../kernel/json-fault.ts';
import { compactJson } from '../../kernel/written-json.ts';
import { quote } from '../diagnostic.ts';
import { follow, nearestField } from './field.ts';
import { keptOf } from './json-fields.ts';
import { deeperThan, endOfValue, itemsOf, memberOf, type Span } from './json-text.ts';
import { LineAt } from './notes.ts';
import type { InputFormat, Reading, RecordSink, Wrong } from './sink.ts';

/** A JSON text sequence (RFC 7464, `journalctl -o json-seq`) begins each record with one. */
const RECORD_SEPARATOR = '\x1E';

/** One line of JSON lines. */
export function readJsonLine(
  line: number,
  given: string,
  format: InputFormat,
  sink: RecordSink,
  reading: Reading,
): void {
  const skipped = given.startsWith(RECORD_SEPARATOR) ? 1 : 0;
  const text = given.slice(skipped);
  const span = { start: skipSpace(text, 0), end: text.trimEnd().length };
  const deep = text.length > MOST_DEEP ? deeperThan(text, MOST_DEEP) : -1;
  if (deep >= 0) return sink.bad(tooDeep({ line, column: deep + 1 + skipped }));
  const wrong = notJson(text.slice(0, span.end), 'line');
  if (wrong && sink.takesStray?.(line, given)) return;
  if (wrong) sink.bad({ ...wrong, line, column: wrong.at + 1 + skipped });
  else if (format.field === undefined) sink.add({ line, lastLine: line, text, ...keptOf(text, span, sink) });
  else
    readFields(
      { text, span, line, lineStart: 0, lastLine: line, kind: 'line', list: null },
      format.field,
      sink,
      reading,
    );
}

/** A JSON file: the items of its list, or of the list that `field` names before its first `[]`; else its values one after the other. */
export function readJson(given: string, { field }: InputFormat, sink: RecordSink): void {
  const text = given.replaceAll('\r\n', '\n');
  const deep = deeperThan(text, MOST_DEEP);
  if (deep >= 0) return sink.refuse(tooDeep(placeIn(text, deep, { start: 0, line: 1, lineStart: 0 })));
  const lineAt = new LineAt(text);
  const prefix = field?.includes('[]') ? `${field.slice(0, field.indexOf('[]') + 2)}.` : null;
  const item = (span: Span, rest: string | undefined, inList: boolean): void => {
    const line = lineAt.of(span.start);
    const lineStart = lineAt.start;
    const wrong = notJson(text.slice(span.start, span.end), 'value');
    if (wrong) {
      const at = placeIn(text, span.start + wrong.at, { start: span.start, line, lineStart });
      sink.bad({ ...wrong, ...at }, line);
      return;
    }
    const lastLine = lineAt.of(span.end - 1);
    const list = inList ? prefix : null;
    if (rest === undefined)
      sink.add({
        line,
        lastLine,
        text: compactJson(text.slice(span.start, span.end)),
        ...keptOf(text, span, sink, { list }),
      });
    else readFields({ text, span, line, lineStart, lastLine, kind: 'value', list }, rest, sink, 2);
  };

  for (let at = nextValue(text, 0); at < text.length && !sink.full;) {
    const end = endOfValue(text, at);
    const list = listIn(text, { start: at, end }, field);
    if (list) {
      let last = list.start + 1;
      for (const span of itemsOf(text, list.start)) {
        if (sink.full) return;
        last = Math.max(last, span.end);
        item(span, list.field, true);
      }
      const behind = skipSpace(text, last);
      if (text[behind] === ',' && text[skipSpace(text, behind + 1)] === ']') lastComma(text, behind, lineAt, sink);
      else if (text[behind] !== ']' && !sink.full) cutOff(text, lineAt, sink);
    } else item({ start: at, end }, field, false);
    // What begins no value is told once a line.
    at = nextValue(text, end > at ? end : endOfLine(text, at));
  }
}

interface JsonRecord {
  readonly text: string;
  readonly span: Span;
  readonly line: number;
  /** Offset at which that line begins. */
  readonly lineStart: number;
  readonly lastLine: number;
  readonly kind: 'line' | 'value';
  /** What leads to the list that it is an item of, as in `items[].`; null: it is of none. */
  readonly list: string | null;
}

function readFields(record: JsonRecord, field: string, sink: RecordSink, reading: Reading): void {
  const { text, span, line, lineStart, lastLine, kind, list } = record;
  const all = follow(text, span, field);
  for (const [k, found] of (all ?? [{ ...span, missing: true as const }]).entries()) {
    if (found.missing) {
      const near = nearestField(small(text, found), restOf(field, all !== null));
      sink.bad({
        ...placeIn(text, found.start, { start: span.start, line, lineStart }),
        message: `the ${kind} has no field ${quote(field)}`,
        expected: 'an object with that field',
        hint: near ? `did you mean ${quote(near)}? Mend input.field in the swarm file, or the ${kind}` : '',
      });
      continue;
    }
    const raw = text.slice(found.start, found.end);
    const bytes = byteList(raw) && isFromJournald(text, span) ? textOfBytes(raw) : null;
    if (bytes !== null) sink.tally('byte-lists', line);
    const kept = keptOf(text, span, sink, { list, field, k });
    sink.add({ line, lastLine, text: bytes ?? textOf(raw, reading), ...kept });
  }
}

/** What a person may have misspelt a name of; nothing where it is megabytes. */
const small = (text: string, { start, end }: Span): unknown =>
  end - start > MOST_PARSED ? null : JSON.parse(text.slice(start, end));

/** Of a field within a list, what is looked for in each item. */
function restOf(field: string, inList: boolean): string {
  return inList ? field.slice(field.lastIndexOf('[]') + 2).replace(/^\./, '') : field;
}

/** Texts as they are, other values as JSON, as it is written. */
function textOf(raw: string, reading: Reading): string {
  if (raw.startsWith('"')) return JSON.parse(raw) as string;
  return reading === 1 ? JSON.stringify(JSON.parse(raw)) : raw;
}

/** journald writes a message that is no UTF-8, or holds controls, as the list of its bytes. */
const byteList = (raw: string): boolean => /^\[(?:\s*\d{1,3}\s*,)*\s*\d{1,3}\s*\]$/.test(raw);

function isFromJournald(text: string, { start }: Span): boolean {
  return memberOf(text, start, '__CURSOR') !== null || memberOf(text, start, '__REALTIME_TIMESTAMP') !== null;
}

function textOfBytes(raw: string): string | null {
  const numbers = JSON.parse(raw) as number[];
  return numbers.every((each) => each < 256) ? new TextDecoder().decode(Uint8Array.from(numbers)) : null;
}

/** The list whose items are the records of a value, and what of `field` is left for each; null where the value is one record itself. */
function listIn(
  text: string,
  span: Span,
  field: string | undefined,
): { readonly start: number; readonly field: string | undefined } | null {
  const rest = (after: string): string | undefined => {
    const left = after.replace(/^\./, '');
    return left === '' ? undefined : left;
  };
  if (text[span.start] === '[') {
    const own = field?.startsWith('[]') ? field.slice(2) : (field ?? '');
    return { start: span.start, field: rest(own) };
  }
  if (text[span.start] !== '{' || field === undefined) return null;
  const cut = field.indexOf('[]');
  if (cut <= 0 || memberOf(text, span.start, field)) return null;
  const [list] = follow(text, span, field.slice(0, cut)) ?? [];
  return list && text[list.start] === '[' ? { start: list.start, field: rest(field.slice(cut + 2)) } : null;
}

/** @param at offset of the comma */
function lastComma(text: string, at: number, lineAt: LineAt, sink: RecordSink): void {
  sink.bad({
    line: lineAt.of(at),
    column: at - text.lastIndexOf('\n', at),
    message: 'a comma stands behind the last item of the list',
    expected: 'an item, or the closing ]',
    hint: 'remove the comma',
  });
}

function cutOff(text: string, lineAt: LineAt, sink: RecordSink): void {
  const line = lineAt.of(text.length);
  sink.bad({
    line,
    column: text.length - text.lastIndexOf('\n'),
    message: 'the file ends within its list',
    expected: 'a closing ]',
  });
}

/** Offset of the next value: commas and record separators may stand between two. */
function nextValue(text: string, from: number): number {
  let at = skipSpace(text, from);
  while (text[at] === ',' || text[at] === RECORD_SEPARATOR) at = skipSpace(text, at + 1);
  return at;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Line and column of an offset; `known`: an offset before it whose line is known, and where that begins. */
function placeIn(
  text: string,
  offset: number,
  known: { readonly start: number; readonly line: number; readonly lineStart: number },
): { readonly line: number; readonly column: number } {
  const within = text.slice(known.start, offset);
  const lines = within.split('\n').length - 1;
  const start = lines > 0 ? known.start + within.lastIndexOf('\n') + 1 : known.lineStart;
  return { line: known.line + lines, column: offset - start + 1 };
}

/** Where and why a text is no JSON; null where it is. `at`: offset. */
function notJson(
  text: string,
  kind: 'line' | 'value',
): (Pick<Wrong, 'message' | 'expected' | 'hint'> & { at: number }) | null {
  if (looksLikeJson(text)) {
    try {
      JSON.parse(text);
      return null;
    } catch {
      // Its place is found below.
    }
  }
  const at = jsonFaultAt(text);
  if (at < 0) return null;
  const cut = at >= text.length;
  return {
    at,
    message: cut ? `the ${kind} ends within its JSON value` : `the ${kind} is not JSON from here on`,
    expected: kind === 'line' ? 'one JSON value on each line' : 'JSON',
    hint: cut
      ? kind === 'line'
        ? 'write a value that goes over several lines on one, or say format: json'
        : ''
      : hintAt(text, at),
  };
}

/**
 * Whether the engine's own parser is worth the try: an exception takes a hundred times as long as a look at both ends, and of a text of megabytes it
 * would make values that nobody asked for.
 */
function looksLikeJson(text: string): boolean {
  if (text.length > MOST_PARSED) return false;
  const [first, last] = [text[0] ?? '', text.at(-1) ?? ''];
  if (first === '{' || first === '[') return last === (first === '{' ? '}' : ']');
  return first === '"' ? last === '"' && text.length > 1 : /[-\dtfn]/.test(first);
}
const MOST_PARSED = 65_536;

/** Lists and maps within one another: more than anything writes, and less than what takes an engine's stack or memory. */
const MOST_DEEP = 1000;

const tooDeep = (at: Pick<Wrong, 'line' | 'column'>): Wrong => ({
  ...at,
  message: 'lists and maps are nested too deeply from here on',
  expected: `at most ${MOST_DEEP} levels`,
  hint: 'give each record a line of its own, or a field of it',
});

/** What people write where JSON wants something else. */
function hintAt(text: string, at: number): string {
  const rest = text.slice(at, at + 16);
  if (rest.startsWith("'")) return 'texts and keys stand in double quotes';
  if (/^(?:NaN|Infinity|None|True|False|undefined)\b/.test(rest))
    return 'JSON knows true, false, null and finite numbers';
  if (/^[}\]]/.test(rest) && text.slice(0, at).trimEnd().endsWith(','))
    return 'no comma stands before a closing bracket';
  return '';
}
