/** Words for answers that several lines share, and for items that no agent is asked about, in both languages: apart from the dictionaries, because the start screen has no use for them. */
import { num } from '../base/format.ts';

export const sharedEn = {
  mark: 'shared',
  sameAs: (line: number) => `Same as line ${num(line)} but for numbers and names: answer shared`,
  /** Behind what a step of the flow takes. */
  once: ', equal ones but for numbers and names asked once',
};
/** Words for items that conditions on the input let through to no step. */
export const leftOutEn = {
  row: 'left out by conditions on the input',
  figure: (n: number) => `${num(n)} left out`,
  /** A row that no agent gave anything to: it is in a group, or in a collection. */
  none: 'no agent was asked',
};
export type LeftOutWords = typeof leftOutEn;

export const leftOutKo: LeftOutWords = {
  row: '입력에 대한 조건에 따라 뺌',
  figure: (n) => `뺀 것 ${num(n)}개`,
  none: '에이전트에게 묻지 않음',
};

export type SharedWords = typeof sharedEn;

export const sharedKo: SharedWords = {
  mark: '공유',
  sameAs: (line) => `숫자와 이름을 빼면 ${num(line)}행과 같음: 답을 함께 씀`,
  once: ', 숫자와 이름을 빼고 같은 것은 한 번만 질문',
};
