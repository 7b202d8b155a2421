/** JSON text whose numbers are to stay as they are written: a double does not hold all of them, and writes others differently. */

/** Without the spaces and line ends between its parts. @param json JSON text */
export function compactJson(json: string): string {
  let compact = '';
  for (const [part, isString] of partsOf(json)) compact += isString ? part : part.replace(/\s+/g, '');
  return compact;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The text, compact, where reading it and writing it again would change a number; null where nothing is lost. @param json JSON text */
export function writtenNumbers(json: string): string | null {
  for (const [part, isString] of partsOf(json)) {
    if (isString) continue;
    for (const [number] of part.matchAll(NUMBER)) {
      if (JSON.stringify(Number(number)) !== number) return compactJson(json);
    }
  }
  return null;
}

/**
 * JSON of a value that was put together from values of several texts, with its numbers as those write them; null where JSON writes them so too, or
 * where one double stands for numbers that are written in several ways.
 *
 * @param texts JSON of all that the value was put together from
 */
export function writtenAs(value: unknown, texts: readonly string[]): string | null {
  const written = new Map<number, string>();
  for (const text of texts) {
    for (const [part, isString] of partsOf(text)) {
      for (const [token] of isString ? [] : part.matchAll(NUMBER)) {
        const number = Number(token);
        if ((written.get(number) ?? token) !== token) return null;
        written.set(number, token);
      }
    }
  }
  const json = written.size === 0 ? null : jsonOf(value, written);
  return json === null || json === JSON.stringify(value) ? null : json;
}

function jsonOf(value: unknown, written: ReadonlyMap<number, string>): string {
  if (typeof value === 'number') return written.get(value) ?? JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each) => jsonOf(each, written)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${jsonOf(each, written)}`)
    .join(',')}}`;
}

/** Strings of a JSON text, and what stands between them, in order. No pattern: one that passes over a string of megabytes runs out of stack. */
export function* partsOf(json: string): Generator<readonly [part: string, isString: boolean]> {
  for (let at = 0; at < json.length;) {
    const quote = json.indexOf('"', at);
    if (quote !== at) yield [json.slice(at, quote < 0 ? json.length : quote), false];
    if (quote < 0) return;
    at = endOfString(json, quote);
    yield [json.slice(quote, at), true];
  }
}

/** Offset behind the string whose first quote is at `start`; the length of the text where it does not end. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text[before] === '\\') before--;
    if ((at - before) % 2 === 1) return at + 1;
  }
  return text.length;
}
