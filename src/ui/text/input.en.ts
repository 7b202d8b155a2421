/** Words about how an input file was read, in English. */
import type { InputNote } from '../../runtime/protocol/protocol.ts';
import { num } from '../base/format.ts';
import { linesOf } from './input-places.ts';
import { wordsFor } from './say.ts';

const count = (n: number, one: string, many = `${one}s`): string => `${num(n)} ${n === 1 ? one : many}`;
const were = (n: number): string => (n === 1 ? 'was' : 'were');

const where = (of: Parameters<typeof linesOf>[0]): string => {
  const { list, more } = linesOf(of);
  return `${of.lines.length === 1 ? 'line' : 'lines'} ${list}${more > 0 ? ` and ${num(more)} more` : ''}`;
};

const NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'spaces',
};
const named = (delimiter: string): string => NAMES[delimiter] ?? JSON.stringify(delimiter);

/** What was guessed, changed or left out on the way from a file to items. */
export const inputNoteEn = wordsFor<InputNote>({
  encoding: ({ encoding, by }) =>
    by === 'mark'
      ? `Read as ${encoding}, as its byte order mark says.`
      : `Read as ${encoding}: its bytes look like that.`,
  'other-encoding': ({ encoding, asked }) =>
    `Read as ${encoding}, as its byte order mark says; the swarm file asks for ${asked}.`,
  'by-lines': ({ named }) =>
    `Each line goes to agents as it stands${named === 'csv' ? ', the header too' : ''}. To have one ${named === 'csv' ? 'column' : 'field'} read, write format: ${named} and ${named === 'csv' ? 'column' : 'field'} under input.`,
  replaced: (of) =>
    [
      `${count(of.count, 'place')} that ${of.count === 1 ? 'is' : 'are'} not ${of.encoding} ${were(of.count)} read as \uFFFD: ${where(of)}.`,
      ...(of.byte === undefined ? [] : [`The first is byte ${of.byte}, in column ${num(of.column)}.`]),
      ...(of.likely === undefined
        ? []
        : [`It looks like ${of.likely}: if it is, write encoding: ${of.likely} under input.`]),
    ].join(' '),
  nul: (of) => `${count(of.count, 'NUL character')} ${were(of.count)} passed over: ${where(of)}.`,
  'half-character': (of) => `${count(of.count, 'half character')} ${were(of.count)} read as \uFFFD: ${where(of)}.`,
  'inner-mark': (of) =>
    `${count(of.count, 'byte order mark')} within the file ${were(of.count)} dropped: ${where(of)}.`,
  delimiter: ({ delimiter, by, columns, records, agreeing }) => {
    const mend = 'If that is wrong, write delimiter under input.';
    if (delimiter === '') return `Each record is one field: nothing parts them all alike. ${mend}`;
    const how = by === 'file' ? 'as the file’s first line says' : 'found out from the file';
    const fits = `${count(columns, 'column')} in ${num(agreeing)} of ${count(records, 'record')}`;
    return `Fields are parted by ${named(delimiter)}, ${how}: ${fits}.${by === 'file' ? '' : ` ${mend}`}`;
  },
  'other-delimiter': ({ delimiter, told }) =>
    `Fields are parted by ${named(delimiter)}, as the swarm file says; the file’s first line says ${named(told)}.`,
  comments: (of) =>
    `${count(of.count, 'line')} that ${of.count === 1 ? 'begins' : 'begin'} with # ${were(of.count)} passed over: ${where(of)}.`,
  padded: () => 'Spaces around fields were passed over.',
  blank: (of) => `${count(of.count, 'record')} without a text ${were(of.count)} passed over: ${where(of)}.`,
  'byte-lists': (of) =>
    `${count(of.count, 'message')} that journald wrote as bytes ${were(of.count)} read as text: ${where(of)}.`,
  skipped: (of) => `${count(of.count, 'record')} could not be read and ${were(of.count)} skipped: ${where(of)}.`,
  joined: ({ count: n, items }) =>
    `${count(n, 'line')} ${were(n)} joined to the one ${n === 1 ? 'it belongs' : 'they belong'} to, in ${count(items, 'item')}.`,
  fields: ({ format, by, fields, items, of, year, utc }) =>
    [
      `Fields of lines are read as ${format}: ${fields.join(', ')} in ${num(items)} of ${count(of, 'line')}.`,
      ...(by === 'guess' ? ['If that is wrong, write fields under input.'] : []),
      ...(year === undefined
        ? []
        : [
            `Times name no year: the first is taken to be of ${year === null ? '2000' : `${String(year)}, as the swarm file says`}. To say another, write year under input.`,
          ]),
      ...(utc ? ['Times of several zones are told in UTC.'] : []),
    ].join(' '),
  cut: (of) =>
    `${count(of.count, 'item')} ${were(of.count)} cut to ${of.count === 1 ? 'its' : 'their'} first ${num(of.most)} characters: ${where(of)}.`,
});

export const inputEn = {
  input: {
    title: 'Input',
    first: 'Agents are given first',
    all: (n: number) => `Show all ${num(n)} notes`,
    skippedTitle: 'Skipped records',
    skippedMore: (n: number) => `and ${num(n)} more`,
  },
};
