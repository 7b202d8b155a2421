/** 입력 파일을 어떻게 읽었는지에 대한 말, 한국어. */
import type { InputNote } from '../../runtime/protocol/protocol.ts';
import { num } from '../base/format.ts';
import type { inputEn } from './input.en.ts';
import { linesOf } from './input-places.ts';
import { wordsFor } from './say.ts';

const where = (of: Parameters<typeof linesOf>[0]): string => {
  const { list, more } = linesOf(of);
  return `${list}번 줄${more > 0 ? ` 외 ${num(more)}곳` : ''}`;
};

const NAMES: Readonly<Record<string, string>> = { ',': '쉼표', ';': '쌍반점', '\t': '탭', '|': '세로줄', ' ': '빈칸' };
const named = (delimiter: string): string => NAMES[delimiter] ?? `문자 ${JSON.stringify(delimiter)}`;

/** 파일에서 항목이 되기까지 짐작하거나 바꾸거나 뺀 것. */
export const inputNoteKo = wordsFor<InputNote>({
  encoding: ({ encoding, by }) =>
    by === 'mark'
      ? `바이트 순서 표시에 따라 ${encoding}(으)로 읽었습니다.`
      : `바이트의 모양에 따라 ${encoding}(으)로 읽었습니다.`,
  'other-encoding': ({ encoding, asked }) =>
    `바이트 순서 표시에 따라 ${encoding}(으)로 읽었습니다. 스웜 파일은 ${asked}(이)라고 적고 있습니다.`,
  replaced: (of) =>
    [
      `${of.encoding}이(가) 아닌 ${num(of.count)}곳을 \uFFFD로 읽었습니다: ${where(of)}.`,
      ...(of.byte === undefined ? [] : [`처음은 ${num(of.column)}번째 칸의 바이트 ${of.byte}입니다.`]),
      ...(of.likely === undefined
        ? []
        : [`${of.likely}(으)로 보입니다. 맞다면 input에 encoding: ${of.likely}을(를) 적으십시오.`]),
    ].join(' '),
  nul: (of) => `NUL 문자 ${num(of.count)}개를 건너뛰었습니다: ${where(of)}.`,
  'half-character': (of) => `반쪽 문자 ${num(of.count)}개를 \uFFFD로 읽었습니다: ${where(of)}.`,
  'by-lines': ({ named }) =>
    `각 줄을 그대로${named === 'csv' ? ', 머리글도' : ''} 에이전트에게 줍니다. ${named === 'csv' ? '열' : '필드'} 하나만 읽게 하려면 input에 format: ${named}, ${named === 'csv' ? 'column' : 'field'}을 쓰십시오.`,
  'inner-mark': (of) => `파일 가운데의 바이트 순서 표시 ${num(of.count)}개를 뺐습니다: ${where(of)}.`,
  delimiter: ({ delimiter, by, columns, records, agreeing }) => {
    const mend = '틀렸다면 input에 delimiter를 적으십시오.';
    if (delimiter === '') return `기록 하나가 한 칸입니다. 모두를 똑같이 나누는 문자가 없습니다. ${mend}`;
    const how = by === 'file' ? '파일의 첫 줄에 따라' : '파일을 보고 판단하기로는';
    const fits = `기록 ${num(records)}개 가운데 ${num(agreeing)}개가 ${num(columns)}칸입니다`;
    return `${how} 칸이 ${named(delimiter)}(으)로 나뉩니다. ${fits}.${by === 'file' ? '' : ` ${mend}`}`;
  },
  'other-delimiter': ({ delimiter, told }) =>
    `스웜 파일에 따라 칸이 ${named(delimiter)}(으)로 나뉩니다. 파일의 첫 줄은 ${named(told)}(이)라고 합니다.`,
  comments: (of) => `#으로 시작하는 ${num(of.count)}줄을 건너뛰었습니다: ${where(of)}.`,
  padded: () => '칸 둘레의 빈칸을 뺐습니다.',
  blank: (of) => `글이 없는 기록 ${num(of.count)}개를 건너뛰었습니다: ${where(of)}.`,
  'byte-lists': (of) => `journald가 바이트로 적은 글 ${num(of.count)}개를 글로 읽었습니다: ${where(of)}.`,
  skipped: (of) => `읽을 수 없는 기록 ${num(of.count)}개를 건너뛰었습니다: ${where(of)}.`,
  joined: ({ count, items }) => `${num(count)}줄을 그것이 딸린 줄에 이었습니다. 항목 ${num(items)}개입니다.`,
  fields: ({ format, by, fields, items, of, year, utc }) =>
    [
      `줄의 필드를 ${format}(으)로 읽었습니다: ${num(of)}줄 가운데 ${num(items)}줄에서 ${fields.join(', ')}.`,
      ...(by === 'guess' ? ['틀렸다면 input에 fields를 적으십시오.'] : []),
      ...(year === undefined
        ? []
        : [
            `시각에 연도가 없어, 처음 것을 ${year === null ? '2000년' : `스웜 파일에 따라 ${String(year)}년`}으로 봅니다. 다른 연도라면 input에 year를 적으십시오.`,
          ]),
      ...(utc ? ['시간대가 여럿이라 시각을 UTC로 나타냅니다.'] : []),
    ].join(' '),
  cut: (of) => `항목 ${num(of.count)}개를 첫 ${num(of.most)}자로 잘랐습니다: ${where(of)}.`,
});

export const inputKo: typeof inputEn = {
  input: {
    title: '입력',
    first: '에이전트가 먼저 받는 것',
    all: (n) => `알림 ${num(n)}개 모두 보기`,
    skippedTitle: '건너뛴 기록',
    skippedMore: (n) => `그 밖에 ${num(n)}개`,
  },
};
