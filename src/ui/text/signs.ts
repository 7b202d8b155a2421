/** Words for signs of an instruction, in both languages: apart from the dictionaries, because the start screen has no use for them. */
import type { InstructionSign } from '../../runtime/protocol/protocol.ts';

export const signsEn = {
  marked: 'marked',
  may: (signs: string) => `May hold an instruction to the reader: ${signs}`,
  sign: {
    'chat-marker': 'marks of a chat',
    forget: 'rules to be forgotten',
    persona: 'a role to play',
    address: 'words to a model',
    dictate: 'what to answer',
    'fake-answer': 'a ready-made answer',
    hush: 'nothing to be reported',
  } satisfies Record<InstructionSign, string>,
};
export type SignWords = typeof signsEn;

export const signsKo: SignWords = {
  marked: '표시됨',
  may: (signs) => `읽는 이에게 하는 지시가 들어 있을 수 있습니다: ${signs}`,
  sign: {
    'chat-marker': '대화 표지',
    forget: '규칙을 잊으라는 말',
    persona: '맡기려는 역할',
    address: '모델에게 하는 말',
    dictate: '답을 정해 주는 말',
    'fake-answer': '미리 만든 답',
    hush: '알리지 말라는 말',
  },
};
