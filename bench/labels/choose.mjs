// Chooses the 200 lines of a log that are labelled by hand, and prints their numbers (counted from 1), one a line.
//
//   node bench/labels/choose.mjs LOG [--text]     --text prints each number, a tab and its line, to label from
//
// A plain random sample of a system log is mostly one or two message forms, so the choice has two layers:
//   1. Forms: the first occurrence of each distinct message form. Where a log has more than FORM_LINES forms, a seeded draw
//      of FORM_LINES of them, so that no stretch of the file (the boot messages, say) is favoured.
//   2. Sample: a seeded shuffle of all other lines, from its front, until there are TOTAL lines. It is never under
//      TOTAL - FORM_LINES lines, and it keeps the usual lines about as frequent as they are.
// A form is the line after time and host, with everything that varies masked (see formOf).
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { randomOf } from '../../tools/dev/random.mjs';

export const SEED = 20260;
export const TOTAL = 200;
export const FORM_LINES = 80;

/** Lines of a log without their ends; a last empty line is no line. */
export function readLines(path) {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Fisher-Yates, on a copy. */
function shuffled(items, random) {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** A syslog line's message form: header off, then addresses, values, names after "user" and every word with a digit masked. */
export function formOf(line) {
  return line
    .replace(/^\w{3}\s+\d+ [\d:]{8} \S+ /, '')
    .replace(/\[\d+\]/g, '[#]')
    .replace(/ at \w{3} \w{3} .*$/, ' at #')
    .replace(/\b(invalid user|illegal user|for user|password for|user) (?!unknown|request)\S*/gi, '$1 *')
    .replace(/(=)\s*[^\s;,]*/g, '$1*')
    .replace(/\b(from|for|by|at) \S*[.\d]\S*/gi, '$1 *')
    .replace(/\(.*?\d.*?\)/g, '(*)')
    .replace(/\S*\d\S*/g, '#')
    .replace(/(# ?)+/g, '# ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Line numbers, ascending, counted from 1. */
export function choose(lines) {
  const random = randomOf(SEED);
  const first = new Map();
  lines.forEach((line, i) => {
    const form = formOf(line);
    if (!first.has(form)) first.set(form, i + 1);
  });
  const numbers = [...first.values()];
  const chosen = new Set(numbers.length > FORM_LINES ? shuffled(numbers, random).slice(0, FORM_LINES) : numbers);
  for (const n of shuffled(lines.map((_, i) => i + 1), random)) {
    if (chosen.size >= Math.min(TOTAL, lines.length)) break;
    chosen.add(n);
  }
  return [...chosen].sort((a, b) => a - b);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [path, flag] = process.argv.slice(2);
  if (!path) {
    console.error('usage: node bench/labels/choose.mjs LOG [--text]');
    process.exit(2);
  }
  const lines = readLines(path);
  for (const n of choose(lines)) console.log(flag === '--text' ? `${n}\t${lines[n - 1]}` : n);
}
