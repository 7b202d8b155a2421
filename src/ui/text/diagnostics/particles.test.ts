import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { particle, PARTICLES } from './particles.ts';

/** A word, and how it stands before each particle. */
const READ: readonly (readonly [word: string, as: string])[] = [
  // Hangul, by its last sound.
  ['단계', '는 가 를 와 로'],
  ['역할', '은 이 을 과 로'],
  ['항목', '은 이 을 과 으로'],
  ['빈 맵', '은 이 을 과 으로'],
  // Quotes, signs and what is added in brackets are not read.
  ['"단계"', '는 가 를 와 로'],
  ['“항목”', '은 이 을 과 으로'],
  ['"triager"', '는 가 를 와 로'],
  ['"aaaa…" (1,000자)', '는 가 를 와 로'],
  ['flow[1]', '은 이 을 과 로'],
  ['flow[0].where', '는 가 를 와 로'],
  // Digits as they are read: 영 일 이 삼 사 오 육 칠 팔 구.
  ['0', '은 이 을 과 으로'],
  ['1', '은 이 을 과 로'],
  ['2', '는 가 를 와 로'],
  ['3', '은 이 을 과 으로'],
  ['4', '는 가 를 와 로'],
  ['5', '는 가 를 와 로'],
  ['6', '은 이 을 과 으로'],
  ['7', '은 이 을 과 로'],
  ['8', '은 이 을 과 로'],
  ['9', '는 가 를 와 로'],
  ['10', '은 이 을 과 으로'],
  ['50,000', '은 이 을 과 으로'],
  ['1000000000000', '는 가 를 와 로'],
  ['0.5', '는 가 를 와 로'],
  ['UTF-8', '은 이 을 과 로'],
  // Words as people read them: 인풋, 텍스트, 롤, 네임, 그룹, 링크, 로그, 타입.
  ['input', '은 이 을 과 으로'],
  ['text', '는 가 를 와 로'],
  ['role', '은 이 을 과 로'],
  ['name', '은 이 을 과 으로'],
  ['group', '은 이 을 과 으로'],
  ['link', '는 가 를 와 로'],
  ['log', '는 가 를 와 로'],
  ['type', '은 이 을 과 으로'],
  ['each', '는 가 를 와 로'],
  ['limit', '은 이 을 과 으로'],
  ['string', '은 이 을 과 으로'],
  ['null', '은 이 을 과 로'],
  ['exclusiveMinimum', '은 이 을 과 으로'],
  ['anyOf', '는 가 를 와 로'],
  // Letters that are spelled, and such as are read as a word: 시에스브이, 에스큐엘, 제이슨.
  ['CSV', '는 가 를 와 로'],
  ['SQL', '은 이 을 과 로'],
  ['JSON', '은 이 을 과 으로'],
  ['1 MiB', '는 가 를 와 로'],
  // Nobody can say how these are read.
  ['#', '은(는) 이(가) 을(를) 과(와) (으)로'],
  ['', '은(는) 이(가) 을(를) 과(와) (으)로'],
  ['日本', '은(는) 이(가) 을(를) 과(와) (으)로'],
];

describe('a particle follows the sound before it', () => {
  it.each(READ)('%s', (word, as) => {
    expect(PARTICLES.map((each) => particle(word, each)).join(' ')).toBe(as);
  });

  it('whatever the word is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...PARTICLES), (word, given) => {
        expect(['은', '는', '이', '가', '을', '를', '과', '와', '으로', '로', given]).toContain(particle(word, given));
      }),
    );
  });
});
