/** What stands in places of other texts, in Korean. How the pairs are written: templates.ts. */
import type { Pair } from './templates.ts';

export const phrasesKo: readonly Pair[] = [
  ['role', '역할'],
  ['step', '단계'],
  ['header', '머리글'],
  ['first record', '첫 기록'],
  ['line', '줄'],
  ['value', '값'],
  ['empty', '빈 값'],
  ['a list', '목록'],
  ['an empty list', '빈 목록'],
  ['a map', '맵'],
  ['an empty map', '빈 맵'],
  ['an empty text', '빈 글'],
  ['the text <text>', '글 <text>'],
  ['the role', '역할'],
  ['a semicolon', '쌍반점'],
  ['a tab', '탭'],
  ['a bar', '세로줄'],
  ['a space', '빈칸'],
  ['whole items of the input', '입력의 온 항목'],
  ['groups of <name>', '<name>의 묶음'],
  ['what <name> collects', '<name>이(가) 모은 것'],
];
