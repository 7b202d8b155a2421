/** A swarm file's lines for reading: key, comment, and whether the line decides what the swarm may do here. */

export interface ListedLine {
  readonly number: number;
  /** Leading blanks and dashes, key with its colon, value, comment; any may be empty and together they are the line. */
  readonly lead: string;
  readonly key: string;
  readonly rest: string;
  readonly comment: string;
  readonly marked: boolean;
}

const DECIDES = new Set([
  'model',
  'budget',
  'vram',
  'occupancy',
  'resident',
  'tokens',
  'prompt',
  'input',
  'from',
  'limit',
  'tools',
  'escalate',
  'remote',
]);

export function listing(text: string): ListedLine[] {
  return text.split(/\r\n|\r|\n/).map((line, k) => {
    const found = /^([\s-]*)("?[\w.$-]+"?\s*:)(?=\s|$)(.*)$/.exec(line);
    const [lead, key, tail] = found ? [found[1] ?? '', found[2] ?? '', found[3] ?? ''] : ['', '', line];
    const hash = /(^|\s)#/.exec(tail);
    const at = hash ? hash.index : tail.length;
    return {
      number: k + 1,
      lead,
      key,
      rest: tail.slice(0, at),
      comment: tail.slice(at),
      marked: DECIDES.has(key.replace(/["\s:]/g, '')),
    };
  });
}
