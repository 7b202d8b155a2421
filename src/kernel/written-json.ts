/** JSON text whose numbers are to stay as they are written: a double does not hold all of them, and writes others differently. */

/** Without the spaces and line ends between its parts. @param json JSON text */
export function compactJson(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The text, compact, where reading it and writing it again would change a number; null where nothing is lost. @param json JSON text */
export function writtenNumbers(json: string): string | null {
  for (const [token] of json.matchAll(TOKEN)) {
    if (!token.startsWith('"') && JSON.stringify(Number(token)) !== token) return compactJson(json);
  }
  return null;
}
