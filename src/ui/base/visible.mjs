/**
 * Text of strangers as it is shown: what cannot be seen, or turns the order of what can, is written out, so that no name, line or answer passes for
 * another one. Only what is shown changes; what is stored, exported or handed on stays as it is. Plain JavaScript, because the command line shows
 * the same texts.
 *
 * What has a use stays: joiners within emoji and within words of scripts that join, selectors behind a character that has variants, flags of tags.
 * Text that runs from right to left stays too: isolate it with `<bdi>` or `dir="auto"`, in attributes and titles with `isolated`.
 */

/** Scripts whose letters join, or whose signs are written one way or another by a joiner. */
const JOINING = [
  ...['Arab', 'Syrc', 'Mong', 'Nkoo', 'Mand', 'Phag', 'Adlm', 'Rohg', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml'],
  ...['Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr', 'Tibt', 'Java', 'Bali'],
].map((script) => `\\p{scx=${script}}`);
const LETTER = `[${JOINING.join('')}]`;
const EMOJI = '\\p{Extended_Pictographic}[\\uFE0E\\uFE0F]?\\p{EMod}?';

/** What is looked for first, and left alone: unseen characters that have a use where they stand. */
const OF_USE = [
  // The flags of tags that there are: gbeng, gbsct, gbwls. Other tags spell what nobody sees.
  '\\u{1F3F4}\\u{E0067}\\u{E0062}(?:\\u{E0065}\\u{E006E}\\u{E0067}|\\u{E0073}\\u{E0063}\\u{E0074}|\\u{E0077}\\u{E006C}\\u{E0073})\\u{E007F}',
  `${EMOJI}(?:\\u200D${EMOJI})*`,
  '[0-9#*]\\uFE0F\\u20E3',
  '[\\u2190-\\u22FF\\u2A00-\\u2AFF]\\uFE00',
  '\\p{sc=Han}[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]',
  '\\p{sc=Mong}[\\u180B-\\u180D\\u180F]',
  `(?<=${LETTER})\\u200C(?=${LETTER})`,
  `(?<=${LETTER})\\u200D`,
].join('|');

/**
 * Controls, formats, halves of characters, ends of lines and paragraphs, and all that Unicode has no glyph for; less the signs of Arabic and others
 * that do have one.
 */
const UNSEEN =
  '(?![\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{DI}]';
const ANY_UNSEEN = new RegExp(UNSEEN, 'u');
const FOUND = new RegExp(`(?:${OF_USE})|(${UNSEEN})\\1*`, 'gu');
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** As a character is written that cannot be shown: controls of ASCII by their pictures, others by number. @param {string} character */
function written(character) {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\u27E8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27E9`;
}

/**
 * For a place that has lines: tabs and line ends stay. What is visible already comes out as it went in, so doing it twice does no harm.
 *
 * @param {string} text @returns {string} of a run of more than three of one character how many there are
 */
export function visible(text) {
  return shown(text, (run) => /^(?:\t+|\n+|\r)$/.test(run));
}

/** For a place of one line: a name, a title, a line of a terminal. @param {string} text @returns {string} */
export function visibleLine(text) {
  return shown(text, () => false);
}

/** @param {string} text @param {(run: string) => boolean} stays */
function shown(text, stays) {
  if (!ANY_UNSEEN.test(text)) return text;
  return text.replace(FOUND, (found, /** @type {string | undefined} */ unseen, /** @type {number} */ at) => {
    if (unseen === undefined) return found;
    // A carriage return that ends no line would write over what stands before it.
    if (stays(found) && (found !== '\r' || text[at + 1] === '\n')) return found;
    const times = found.length / unseen.length;
    return times > 3 ? `${written(unseen)}×${String(times)}` : written(unseen).repeat(times);
  });
}

/** For an attribute or a title, where no element can isolate it: text from right to left turns nothing around it. @param {string} text */
export function isolated(text) {
  const line = visibleLine(text);
  return RIGHT_TO_LEFT.test(line) ? `\u2068${line}\u2069` : line;
}

/** A name under which a file may be saved: without what cannot be seen, and without what systems of files do not take. @param {string} name */
export function fileName(name) {
  // Cut first and cleaned again: what is cut off may be what gave a character its use.
  const clean = cleaned(
    cleaned(name.replace(/^.*[/\\]/s, ''))
      .slice(-120)
      .toWellFormed(),
  );
  return clean === '' ? 'file' : clean;
}

/** @param {string} name */
const cleaned = (name) =>
  name
    .replace(FOUND, (found, unseen) => (unseen === undefined ? found : ''))
    .replace(/[<>:"|?*\uFFFD]/g, '-')
    .replace(/^[. ]+|[. ]+$/g, '');

/** JSON of the same value in which nothing is unseen: it may go to a terminal. @param {string} json @returns {string} */
export function writtenOut(json) {
  return json.replace(FOUND, (found, unseen) =>
    unseen === undefined
      ? found
      : found.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
