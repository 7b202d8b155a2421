/** Words for steps that choose of what others gave, in both languages: apart from the dictionaries, because the start screen has no use for them. */
export const choiceEn = {
  sort: (on: string, rule: string) => `puts ${on} in order: ${rule}`,
  limit: (on: string, rule: string) => `takes the first of ${on}: ${rule}`,
  random: (on: string, rule: string) => `takes some of ${on} at random: ${rule}`,
  each: (on: string, rule: string) => `takes some of ${on}, of each ${rule}`,
};
export type ChoiceWords = typeof choiceEn;

export const choiceKo: ChoiceWords = {
  sort: (on, rule) => `${on} 정렬: ${rule}`,
  limit: (on, rule) => `${on} 가운데 처음 것: ${rule}`,
  random: (on, rule) => `${on} 가운데 무작위: ${rule}`,
  each: (on, rule) => `${on} 가운데 값마다: ${rule}`,
};
