/** What parts the fields of a CSV file that does not say so: the delimiter under which the whole file is a table, if one is. */
import Papa from 'papaparse';
import { type CsvStart, eachRecord } from './csv-records.ts';

/** Those that stand in hardly any text: tabs, and the separators that ASCII has for this. */
const RARE: readonly string[] = ['\t', '\x1F', '\x1E', '\x01'];
/** Of equals the earlier one is taken. */
const CANDIDATES: readonly string[] = [...RARE, ';', '|', ','];
/** Characters after which a candidate that fits less than half of the records is out. */
const FIRST_LOOK = 65_536;
/** Share of records with as many columns as the first below which a file of one column is likelier. */
const TABLE_SHARE = 0.9;

export interface DelimiterQuestion {
  /** Name of the file: `.tsv` says something. */
  readonly file: string;
  /** Lines end in LF. */
  readonly text: string;
  /** Behind comments and the like. */
  readonly from: CsvStart;
  /** Index of the column that is read in records like this first one; -1 where it has no such column. */
  readonly indexIn: (first: readonly string[]) => number;
}

interface Profile {
  readonly delimiter: string;
  readonly index: number;
  /** Columns of the first record. */
  readonly columns: number;
  /** Shares of all records: those that could not be read, those with as many columns as the first, those with a quote that quotes nothing. */
  readonly faulty: number;
  readonly agreeing: number;
  readonly stray: number;
  /** It stands mostly before spaces, or as a comma between digits: as in sentences and numbers. */
  readonly wordlike: boolean;
}

/** Empty: a record is one field. */
export function guessDelimiter(question: DelimiterQuestion): string {
  const tried = CANDIDATES.filter((each) => question.text.includes(each));
  const look = (delimiters: readonly string[], most: number): Profile[] =>
    delimiters.map((each) => profileOf(question, each, most)).filter(({ columns }) => columns > 1);
  const atFirst = look(tried, FIRST_LOOK);
  const suiting = atFirst.filter(({ index, faulty }) => index >= 0 && faulty <= 0.5);
  const names = suiting.map(({ delimiter }) => delimiter);
  const [best] = (names.length < 2 ? suiting : look(names, Infinity)).toSorted(
    (a, b) => byFileName(question.file, a, b) || rank(a, b),
  );
  if (best) return best.index === 0 && best.agreeing < TABLE_SHARE ? '' : best.delimiter;
  // None suits. Where the column would be that of a file without any delimiter, it is one; else the widest is the best to speak of.
  const [first = ''] = question.text.slice(question.from.offset).split('\n', 1);
  const [widest] = atFirst.toSorted((a, b) => b.columns - a.columns);
  return question.indexIn([first]) >= 0 ? '' : (widest?.delimiter ?? '');
}

/** As runs of earlier versions guessed: from a few records. What was stored is read again as it was. */
export function guessFromStart(text: string): string {
  return Papa.parse(text.slice(0, FIRST_LOOK), { newline: '\n', preview: 20, skipEmptyLines: 'greedy' }).meta.delimiter;
}

function byFileName(file: string, a: Profile, b: Profile): number {
  return /\.(?:tsv|tab)$/i.test(file) ? Number(b.delimiter === '\t') - Number(a.delimiter === '\t') : 0;
}

/** Negative: `a` is the better guess. */
function rank(a: Profile, b: Profile): number {
  return (
    a.faulty - b.faulty ||
    a.stray - b.stray ||
    Number(a.wordlike) - Number(b.wordlike) ||
    Number(RARE.includes(b.delimiter)) - Number(RARE.includes(a.delimiter)) ||
    b.agreeing - a.agreeing ||
    b.columns - a.columns ||
    CANDIDATES.indexOf(a.delimiter) - CANDIDATES.indexOf(b.delimiter)
  );
}

function profileOf({ text, from, indexIn }: DelimiterQuestion, delimiter: string, most: number): Profile {
  let [index, columns, records, faulty, agreeing, stray, words, parts] = [-1, 0, 0, 0, 0, 0, 0, 0];
  eachRecord(text, { delimiter, padded: true }, from, ({ fields, offsets, fault, end }) => {
    if (fields.length === 1 && fields[0]?.trim() === '' && !fault) return true;
    records++;
    if (columns === 0) {
      columns = fields.length;
      index = indexIn(fields);
    }
    if (fields.length === columns) agreeing++;
    if (fault || fields.length <= index || fields.slice(columns).some((each) => each.trim() !== '')) faulty++;
    // A quote that is left in a field stood at its beginning, or it was one of two within quotes.
    if (fields.some((each, k) => each.includes('"') && text[offsets[k] ?? 0] !== '"')) stray++;
    for (const at of offsets.slice(1)) if (isWordlike(text, delimiter, at)) words++;
    parts += fields.length - 1;
    return end - from.offset < most;
  });
  const share = (n: number): number => (records === 0 ? 0 : n / records);
  return {
    delimiter,
    index,
    columns,
    faulty: share(faulty),
    agreeing: share(agreeing),
    stray: share(stray),
    wordlike: words * 2 > parts,
  };
}

/** @param at offset behind the delimiter */
function isWordlike(text: string, delimiter: string, at: number): boolean {
  if (RARE.includes(delimiter)) return false;
  const behind = text[at] ?? '';
  return behind === ' ' || (delimiter === ',' && /\d/.test(behind) && /\d/.test(text[at - 2] ?? ''));
}
