/** Words for answers that several lines share, in both languages: apart from the dictionaries, because the start screen has no use for them. */
import { num } from '../base/format.ts';

export const sharedEn = {
  mark: 'shared',
  sameAs: (line: number) => `Same as line ${num(line)} but for numbers and names: answer shared`,
  /** Behind what a step of the flow takes. */
  once: ', equal ones but for numbers and names asked once',
};
export type SharedWords = typeof sharedEn;

export const sharedKo: SharedWords = {
  mark: '공유',
  sameAs: (line) => `숫자와 이름을 빼면 ${num(line)}행과 같음: 답을 함께 씀`,
  once: ', 숫자와 이름을 빼고 같은 것은 한 번만 질문',
};
