/** Words for what a run would do, in both languages: apart from the dictionaries, because they come with the screen that shows a plan. */
import { num } from '../base/format.ts';

export const planEn = {
  title: 'The plan',
  turns: (turns: number, items: number) => `About ${num(turns)} turns for ${num(items)} items.`,
  looked: (items: number) => `Counted over the first ${num(items)} of them.`,
  saved: (plain: number, share: string) => `As the file is written it would be ${num(plain)}: ${share} saved.`,
  once: (step: string, asked: number, items: number) =>
    `${step}: ${num(items - asked)} of ${num(items)} are like another once numbers and names are left out, and have its answer.`,
  moved: (step: string, where: string, items: number, of: number) =>
    `${step} works on ${num(items)} of ${num(of)}, where ${where}: all that reads it asks for that, and the report tells nothing of the others.`,
  hangs: '≤: answers decide, so many at most.',
  more: 'Reviews of marked items, second opinions and what is done again come on top.',
};
export type PlanWords = typeof planEn;

export const planKo: PlanWords = {
  title: '계획',
  turns: (turns, items) => `항목 ${num(items)}개에 차례 약 ${num(turns)}번입니다.`,
  looked: (items) => `그 가운데 처음 ${num(items)}개를 세었습니다.`,
  saved: (plain, share) => `파일에 적힌 그대로라면 ${num(plain)}번입니다: ${share}를 아낍니다.`,
  once: (step, asked, items) =>
    `${step}: ${num(items)}개 가운데 ${num(items - asked)}개는 숫자와 이름을 빼면 다른 항목과 같아서 그 답을 함께 씁니다.`,
  moved: (step, where, items, of) =>
    `${step} 단계는 ${num(of)}개 가운데 ${where}인 ${num(items)}개만 맡습니다: 이 출력을 읽는 곳은 모두 그 조건을 두었고, 보고서는 나머지를 다루지 않습니다.`,
  hangs: '≤: 답에 따라 정해지며, 많아야 이만큼입니다.',
  more: '표시된 항목의 검토, 두 번째 의견, 다시 하는 일은 여기에 더해집니다.',
};
