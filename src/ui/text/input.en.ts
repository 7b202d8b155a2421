/** Words about how an input file was read, in English. */
import { num } from '../base/format.ts';

const count = (n: number, one: string, many = `${one}s`): string => `${num(n)} ${n === 1 ? one : many}`;
const are = (n: number): string => (n === 1 ? 'was' : 'were');

export const inputEn = {
  input: {
    title: 'Input',
    first: 'Agents are given first',
    all: (n: number) => `Show all ${num(n)} notes`,
    skippedTitle: 'Skipped records',
    skippedMore: (n: number) => `and ${num(n)} more`,
    /** `list`: numbers of lines as they are shown; `n`: how many there are. */
    lines: (n: number, list: string) => (n === 1 ? `line ${list}` : `lines ${list}`),
    more: (n: number) => `${num(n)} more`,
    delimiters: {
      ',': 'commas',
      ';': 'semicolons',
      '\t': 'tabs',
      '|': 'bars',
      ' ': 'spaces',
      other: (shown: string) => shown,
    },
    says: {
      encodingMark: (encoding: string) => `Read as ${encoding}, as its byte order mark says.`,
      encodingPattern: (encoding: string) => `Read as ${encoding}: its bytes look like that.`,
      otherEncoding: (encoding: string, asked: string) =>
        `Read as ${encoding}, as its byte order mark says; the swarm file asks for ${asked}.`,
      replaced: (n: number, encoding: string, where: string) =>
        `${count(n, 'place')} that ${n === 1 ? 'is' : 'are'} not ${encoding} ${are(n)} read as \uFFFD: ${where}.`,
      byte: (byte: string, column: number) => `The first is byte ${byte}, in column ${num(column)}.`,
      likely: (encoding: string) => `It looks like ${encoding}: if it is, write encoding: ${encoding} under input.`,
      nul: (n: number, where: string) => `${count(n, 'NUL character')} ${are(n)} passed over: ${where}.`,
      halfCharacter: (n: number, where: string) =>
        `${count(n, 'half', 'halves')} of ${n === 1 ? 'a character' : 'characters'} ${are(n)} read as \uFFFD: ${where}.`,
      innerMark: (n: number, where: string) =>
        `${count(n, 'byte order mark')} within the file ${are(n)} dropped: ${where}.`,
      delimiter: (delimiter: string, columns: number, agreeing: number, records: number) =>
        `Fields are parted by ${delimiter}, found out from the file: ${count(columns, 'column')} in ${num(agreeing)} of ${count(records, 'record')}. If that is wrong, write delimiter under input.`,
      noDelimiter:
        'Each record is one field: nothing parts them all alike. If that is wrong, write delimiter under input.',
      told: (delimiter: string, columns: number, agreeing: number, records: number) =>
        `Fields are parted by ${delimiter}, as the file’s first line says: ${count(columns, 'column')} in ${num(agreeing)} of ${count(records, 'record')}.`,
      otherDelimiter: (delimiter: string, told: string) =>
        `Fields are parted by ${delimiter}, as the swarm file says; the file’s first line says ${told}.`,
      comments: (n: number, where: string) =>
        `${count(n, 'line')} that ${n === 1 ? 'begins' : 'begin'} with # ${are(n)} passed over: ${where}.`,
      padded: 'Spaces around fields were passed over.',
      blank: (n: number, where: string) => `${count(n, 'record')} without a text ${are(n)} passed over: ${where}.`,
      byteLists: (n: number, where: string) =>
        `${count(n, 'message')} that journald wrote as bytes ${are(n)} read as text: ${where}.`,
      skipped: (n: number, where: string) => `${count(n, 'record')} could not be read and ${are(n)} skipped: ${where}.`,
      joined: (n: number, items: number) =>
        `${count(n, 'line')} ${are(n)} joined to the one ${n === 1 ? 'it belongs' : 'they belong'} to, in ${count(items, 'item')}.`,
      cut: (n: number, most: number, where: string) =>
        `${count(n, 'item')} ${are(n)} cut to ${num(most)} characters: ${where}.`,
    },
  },
};
