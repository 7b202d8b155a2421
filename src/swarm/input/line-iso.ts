/** Lines that begin with a time, as loggers of most languages write them: level, thread, process and logger where they are plain, then the message. */
import { timeIn } from '../times.ts';
import { digits, LEVEL, type LineFormat, named, withRest } from './line-format.ts';

const START =
  /^\[?(\d{4}[-/]\d{2}[-/]\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?: ?(?:Z\b|[+-]\d{2}:?\d{2}(?!\d)))?)\]?(?![\d.:])/u;
const BETWEEN = /^[\s|,;:]+|^-+(?=[\s|])/u;
const BARE_LEVEL = new RegExp(`^(${LEVEL})(?=[\\s:|,\\]]|$)`, 'iu');
const LEVEL_IN_BRACKETS = new RegExp(`^[[(<] *(${LEVEL}) *[\\])>]`, 'iu');
/** `production.ERROR:` */
const CHANNEL = new RegExp(`^([\\w-]+)\\.(${LEVEL}):`, 'iu');
/** Brackets may stand in brackets, once. */
const BRACKETS = /^\[((?:[^[\]]|\[[^[\]]*\])*)\]/u;
const PID = /^(\d{1,7})(?=[\s|])/u;
const LOGGER = /^([A-Za-z_$][\w$]*(?:[./][\w$-]+)*)(?: *:(?!\S)| +-+ )/u;
const DOTTED = /^([A-Za-z_$][\w$]*(?:\.[\w$]+)+)(?=\s)/u;
/** What stands before a message at most: level, thread, process, logger, and what is between them. */
const MOST_PARTS = 12;

type Part = 'level' | 'thread' | 'pid' | 'logger';

export const ISO: LineFormat = {
  read: (line, rest) => {
    const [whole, time = ''] = START.exec(line) ?? [];
    if (whole === undefined) return null;
    const found: Partial<Record<Part, string>> = {};
    let text = line.slice(whole.length);
    for (let k = 0; k < MOST_PARTS; k++) {
      const next = partOf(text, found);
      if (next === null) break;
      text = text.slice(next);
    }
    return named(() => timeIn(time), { ...found, pid: digits(found.pid), message: withRest(text.trimStart(), rest) });
  },
};

/** Puts what the text begins with where it belongs; characters that it took, null where the message begins. */
function partOf(text: string, found: Partial<Record<Part, string>>): number | null {
  const take = (pattern: RegExp, ...parts: Part[]): number | null => {
    const match = parts.some((part) => found[part] !== undefined) ? null : pattern.exec(text);
    if (!match) return null;
    for (const [k, part] of parts.entries()) found[part] = match[k + 1] ?? '';
    return match[0].length;
  };
  const between = BETWEEN.exec(text);
  if (between) return between[0].length;
  const level = take(CHANNEL, 'logger', 'level') ?? take(LEVEL_IN_BRACKETS, 'level') ?? take(BARE_LEVEL, 'level');
  if (level !== null) return level;
  // Behind the logger comes the message, whatever it begins with.
  if (found.logger !== undefined && found.level !== undefined) return null;
  return take(BRACKETS, 'thread') ?? take(PID, 'pid') ?? take(LOGGER, 'logger') ?? take(DOTTED, 'logger');
}
