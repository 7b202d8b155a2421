/** Where a text stops being JSON. `JSON.parse` throws without saying so in most of its messages, and each engine words them differently. */

/**
 * Offset of the first character that no JSON text has there (RFC 8259), in UTF-16 code units; the length where the text only ends too early;
 * -1 where it is JSON. Linear, and without recursion, however deep the text is nested.
 */
export function jsonFaultAt(text: string): number {
  const open: ('{' | '[')[] = [];
  let next: 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'end' = 'value';
  let at = 0;
  for (;;) {
    at = skipSpace(text, at);
    if (at >= text.length) return next === 'end' && open.length === 0 ? -1 : text.length;
    const char = text.charAt(at);
    const within = open.at(-1);
    if (next === 'colon') {
      if (char !== ':') return at;
      next = 'value';
      at++;
    } else if (next === 'end') {
      if (char === ',' && within) next = within === '{' ? 'key' : 'value';
      else if (within && char === CLOSING[within]) open.pop();
      else return at;
      at++;
    } else if ((next === 'key or }' && char === '}') || (next === 'value or ]' && char === ']')) {
      open.pop();
      next = 'end';
      at++;
    } else if (next === 'key' || next === 'key or }') {
      if (char !== '"') return at;
      const { end, fault } = textFrom(text, at);
      if (fault) return end;
      at = end;
      next = 'colon';
    } else if (char === '{' || char === '[') {
      open.push(char);
      next = char === '{' ? 'key or }' : 'value or ]';
      at++;
    } else {
      const { end, fault } =
        char === '"' ? textFrom(text, at) : /[-\d]/.test(char) ? numberFrom(text, at) : wordFrom(text, at);
      if (fault) return end;
      at = end;
      next = 'end';
    }
  }
}

/** Offset of what is no white space of JSON, from there on. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code <= 0x20; code = text.charCodeAt(++at)) {
    if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) break;
  }
  return at;
}

const CLOSING = { '{': '}', '[': ']' } as const;
const WORDS: readonly string[] = ['true', 'false', 'null'];

/** Where a value ends, or where it goes wrong. */
interface Scanned {
  readonly end: number;
  readonly fault: boolean;
}

function textFrom(text: string, start: number): Scanned {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { end: at + 1, fault: false };
    if (code < 0x20) return { end: at, fault: true };
    // A backslash.
    if (code !== 0x5c) continue;
    at++;
    if (text.charAt(at) === 'u') {
      for (const last = at + 4; at < last;) if (!/[\da-fA-F]/.test(text.charAt(++at))) return faultAt(text, at);
    } else if (!/["\\/bfnrt]/.test(text.charAt(at))) return faultAt(text, at);
  }
  return { end: text.length, fault: true };
}

function numberFrom(text: string, start: number): Scanned {
  let at = start;
  const digits = (): boolean => {
    const first = at;
    while (isDigit(text.charCodeAt(at))) at++;
    return at > first;
  };
  if (text.charAt(at) === '-') at++;
  if (text.charAt(at) === '0') at++;
  else if (!digits()) return faultAt(text, at);
  if (text.charAt(at) === '.') {
    at++;
    if (!digits()) return faultAt(text, at);
  }
  if (/[eE]/.test(text.charAt(at))) {
    at++;
    if (/[+-]/.test(text.charAt(at))) at++;
    if (!digits()) return faultAt(text, at);
  }
  return { end: at, fault: false };
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function wordFrom(text: string, start: number): Scanned {
  const word = WORDS.find((each) => each.startsWith(text.charAt(start)));
  if (!word) return faultAt(text, start);
  for (let k = 1; k < word.length; k++) if (text[start + k] !== word[k]) return faultAt(text, start + k);
  return { end: start + word.length, fault: false };
}

function faultAt(text: string, at: number): Scanned {
  return { end: Math.min(at, text.length), fault: true };
}
