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
