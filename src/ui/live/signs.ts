import type { SignWords } from '../text/signs.ts';

/** That a text may hold an instruction, by its signs; null for none. A sign that a later version wrote is told by its name. */
export function signsText(signs: readonly string[] | undefined, words: SignWords): string | null {
  if (!signs || signs.length === 0) return null;
  return words.may(signs.map((sign) => (words.sign as Readonly<Record<string, string>>)[sign] ?? sign).join(', '));
}
