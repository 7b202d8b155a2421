/** Words for texts in parts, in both languages: apart from the dictionaries, because the start screen has no use for them. */
import { num } from '../base/format.ts';

const list = (parts: readonly number[]): string => parts.map((part) => num(part)).join(', ');

export const partsEn = {
  /** What a step of the flow does. */
  splits: (on: string, by: string, size: number) => `splits ${on} into parts of ${num(size)} ${by}`,
  merges: (on: string) => `makes one of the parts of ${on}`,
  units: { tokens: 'tokens', characters: 'characters', lines: 'lines', paragraphs: 'paragraphs', pages: 'pages' },
  mark: 'parts missing',
  missing: (parts: readonly number[], step: string): string =>
    parts.length === 1 ? `Part ${list(parts)} is not in ${step}` : `Parts ${list(parts)} are not in ${step}`,
};
export type PartsWords = typeof partsEn;

export const partsKo: PartsWords = {
  splits: (on, by, size) => `${on}을(를) ${by} ${num(size)}개씩 나눔`,
  merges: (on) => `${on}의 부분들을 다시 하나로 모음`,
  units: { tokens: '토큰', characters: '글자', lines: '행', paragraphs: '단락', pages: '쪽' },
  mark: '부분 빠짐',
  missing: (parts, step) => `${step}에 부분 ${list(parts)}이(가) 없음`,
};
