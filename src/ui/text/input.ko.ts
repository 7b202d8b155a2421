/** 입력 파일을 어떻게 읽었는지에 대한 말, 한국어. */
import { num } from '../base/format.ts';
import type { inputEn } from './input.en.ts';

export const inputKo: typeof inputEn = {
  input: {
    title: '입력',
    first: '에이전트가 먼저 받는 것',
    all: (n) => `알림 ${num(n)}개 모두 보기`,
    skippedTitle: '건너뛴 기록',
    skippedMore: (n) => `그 밖에 ${num(n)}개`,
    lines: (_n, list) => `${list}번 줄`,
    more: (n) => `그 밖에 ${num(n)}줄`,
    delimiters: {
      ',': '쉼표',
      ';': '쌍반점',
      '\t': '탭',
      '|': '세로줄',
      ' ': '빈칸',
      other: (shown) => `문자 ${shown}`,
    },
    says: {
      encodingMark: (encoding) => `바이트 순서 표시에 따라 ${encoding}(으)로 읽었습니다.`,
      encodingPattern: (encoding) => `바이트의 모양에 따라 ${encoding}(으)로 읽었습니다.`,
      otherEncoding: (encoding, asked) =>
        `바이트 순서 표시에 따라 ${encoding}(으)로 읽었습니다. 스웜 파일은 ${asked}(으)로 적고 있습니다.`,
      replaced: (n, encoding, where) => `${encoding}이(가) 아닌 ${num(n)}곳을 \uFFFD로 읽었습니다: ${where}.`,
      byte: (byte, column) => `처음은 ${num(column)}번째 칸의 바이트 ${byte}입니다.`,
      likely: (encoding) => `${encoding}(으)로 보입니다. 맞다면 input에 encoding: ${encoding}을(를) 적으십시오.`,
      nul: (n, where) => `NUL 문자 ${num(n)}개를 건너뛰었습니다: ${where}.`,
      halfCharacter: (n, where) => `반쪽 문자 ${num(n)}개를 \uFFFD로 읽었습니다: ${where}.`,
      innerMark: (n, where) => `파일 가운데의 바이트 순서 표시 ${num(n)}개를 뺐습니다: ${where}.`,
      delimiter: (delimiter, columns, agreeing, records) =>
        `파일을 보고 칸이 ${delimiter}(으)로 나뉜다고 판단했습니다. 기록 ${num(records)}개 가운데 ${num(agreeing)}개가 ${num(columns)}칸입니다. 틀렸다면 input에 delimiter를 적으십시오.`,
      noDelimiter:
        '기록 하나가 한 칸입니다. 모두를 똑같이 나누는 문자가 없습니다. 틀렸다면 input에 delimiter를 적으십시오.',
      told: (delimiter, columns, agreeing, records) =>
        `파일의 첫 줄에 따라 칸이 ${delimiter}(으)로 나뉩니다. 기록 ${num(records)}개 가운데 ${num(agreeing)}개가 ${num(columns)}칸입니다.`,
      otherDelimiter: (delimiter, told) =>
        `스웜 파일에 따라 칸이 ${delimiter}(으)로 나뉩니다. 파일의 첫 줄은 ${told}(이)라고 합니다.`,
      comments: (n, where) => `#으로 시작하는 ${num(n)}줄을 건너뛰었습니다: ${where}.`,
      padded: '칸 둘레의 빈칸을 뺐습니다.',
      blank: (n, where) => `글이 없는 기록 ${num(n)}개를 건너뛰었습니다: ${where}.`,
      byteLists: (n, where) => `journald가 바이트로 적은 글 ${num(n)}개를 글로 읽었습니다: ${where}.`,
      skipped: (n, where) => `읽을 수 없는 기록 ${num(n)}개를 건너뛰었습니다: ${where}.`,
      joined: (n, items) => `${num(n)}줄을 그것이 딸린 줄에 이었습니다. 항목 ${num(items)}개입니다.`,
      cut: (n, most, where) => `항목 ${num(n)}개를 ${num(most)}자로 잘랐습니다: ${where}.`,
    },
  },
};
