import type { Encoding } from '../model.ts';

/** The text; U+FFFD stands for what the encoding does not have. A byte order mark stays. */
export function textIn(encoding: Encoding, bytes: Uint8Array): string {
  if (encoding === 'latin1') return singleBytes(bytes);
  if (encoding !== 'windows-1252') return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  return singleBytes(bytes).replace(/[\x80-\x9F]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char);
}

/** Characters of the bytes 80 to 9F; what stands here as a space is a control, as in Latin-1. Node 20 takes the one encoding for the other. */
const WINDOWS_1252 = Array.from('€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ', (char) => (char === ' ' ? undefined : char));

/** Each byte is the character of that number, as ISO 8859-1 says; what the web calls so is Windows-1252. */
function singleBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join('');
}

/**
 * What bytes that are no UTF-8 most likely are; undefined where nothing stands out. Only for advice.
 *
 * @param bytes a few kilobytes around the first such byte
 */
export function likelyEncoding(bytes: Uint8Array): Encoding | undefined {
  for (const [encoding, script] of MULTIBYTE) {
    const text = decodesTo(encoding, bytes);
    if (text !== null && share(text, script) > 0.5) return encoding;
  }
  if (share(textIn('windows-1251', bytes), /[А-яЁё]{3,}/gu) > 0.8) return 'windows-1251';
  return share(textIn('windows-1252', bytes), /[\u00A1-\u024F\u2013-\u203A\u20AC\u2122]/gu) > 0.9
    ? 'windows-1252'
    : undefined;
}

/** Letters that text in the encoding is made of; the first that fits is meant. */
const MULTIBYTE: readonly (readonly [Encoding, RegExp])[] = [
  ['euc-kr', /[가-힣]{2,}/gu],
  ['shift_jis', /[ぁ-んァ-ヶ一-龠]{2,}/gu],
  ['euc-jp', /[ぁ-んァ-ヶ一-龠]{2,}/gu],
  ['gb18030', /[一-龥，。]{2,}/gu],
];

/** Null where the bytes cannot be that. */
function decodesTo(encoding: Encoding, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Share of the characters beyond ASCII that `script` takes. */
function share(text: string, script: RegExp): number {
  const beyond = text.replace(/[\0-\x7F]/g, '').length;
  return beyond === 0
    ? 0
    : Array.from(text.matchAll(script), ([found]) => found.length).reduce((a, b) => a + b, 0) / beyond;
}
