/** Korean particles, whose form hangs on the sound that the word before them ends with. */

/** Both forms, as they are written where the word is not known: the one behind a consonant first. */
export const PARTICLES = ['은(는)', '이(가)', '을(를)', '과(와)', '(으)로'] as const;
export type Particle = (typeof PARTICLES)[number];

const FORMS: Readonly<Record<Particle, readonly [closed: string, open: string]>> = {
  '은(는)': ['은', '는'],
  '이(가)': ['이', '가'],
  '을(를)': ['을', '를'],
  '과(와)': ['과', '와'],
  '(으)로': ['으로', '로'],
};

/** How a word ends when it is read aloud: with a vowel, with ㄹ, or with another consonant. */
type Ending = 'open' | 'rieul' | 'closed';

/** The form that stands behind a word; both where nobody can say how the word is read. */
export function particle(word: string, given: Particle): string {
  const ending = endingOf(word);
  if (ending === null) return given;
  const [closed, open] = FORMS[given];
  return ending === 'open' || (ending === 'rieul' && given === '(으)로') ? open : closed;
}

/** What stands at the end, without quotes and signs behind it; what is added in brackets is not read. */
function endingOf(word: string): Ending | null {
  const bare = word.replace(/(?<=[^\s(]) ?\([^()]*\)$/u, '');
  const last = /([\p{L}\p{N}])[^\p{L}\p{N}]*$/u.exec(bare.slice(-80))?.[1];
  if (last === undefined) return null;
  const code = last.charCodeAt(0);
  if (code >= 0xac00 && code <= 0xd7a3) return ofJamo((code - 0xac00) % 28);
  if (/[0-9]/.test(last)) return ofNumber(bare);
  if (/[a-z]/i.test(last)) return ofLatin(/[a-z]+(?=[^a-z]*$)/i.exec(bare.slice(-80))?.[0] ?? last);
  return null;
}

const RIEUL = 8;
const ofJamo = (final: number): Ending => (final === 0 ? 'open' : final === RIEUL ? 'rieul' : 'closed');

/** 영 일 이 삼 사 오 육 칠 팔 구; 십 백 천 만 억 조. */
const DIGITS: readonly Ending[] = [
  ...(['closed', 'rieul', 'open', 'closed', 'open', 'open', 'closed', 'rieul', 'rieul', 'open'] as const),
];
/** 10^12 is read with a vowel at its end, as no smaller power is. */
const TRILLION = 12;

function ofNumber(text: string): Ending {
  const [, digits = '0'] = /([\d.,]*\d)\D*$/.exec(text.slice(-80)) ?? [];
  const zeros = /0*$/.exec(digits.replaceAll(',', ''))?.[0].length ?? 0;
  if (zeros >= TRILLION && !digits.includes('.')) return 'open';
  return DIGITS[Number(digits.at(-1))] ?? 'closed';
}

/** Names of letters that end with a consonant: 엘 엠 엔 알. */
const LETTERS: Readonly<Record<string, Ending>> = { l: 'rieul', m: 'closed', n: 'closed', r: 'rieul' };

/** Words that are not read as their spelling has it: 타입, 체크, 비트, and units of bytes. */
const ODD: Readonly<Record<string, Ending>> = {
  ...{ check: 'open', bit: 'open' },
  ...{ kib: 'open', mib: 'open', gib: 'open' },
};

/** As people read English words in Korean, told by how they are spelled. Names of keys and codes are such words; of others it is a guess. */
function ofLatin(given: string): Ending {
  // Of namesLikeThis the last word counts.
  const spelled = given.length === 1 || /^[A-Z]+$/.test(given);
  const word = (/[A-Z]?[a-z]+$/.exec(given)?.[0] ?? given).toLowerCase();
  // What is written in capitals is spelled out where it cannot be read as a word, and JSON or YAML are read.
  if (spelled && (given.length < 4 || !/[AEIOU]/.test(given))) return LETTERS[word.at(-1) ?? ''] ?? 'open';
  const odd = Object.hasOwn(ODD, word) ? ODD[word] : undefined;
  if (odd !== undefined) return odd;
  if (word.endsWith('type')) return 'closed';
  if (/l$|[aeiou]le$|[^aeiou]le$/.test(word)) return 'rieul';
  if (/[mn]$|[aeiou][mn]e$|ng$/.test(word)) return 'closed';
  // 그룹, 스텝, 로그 and 태그; 리스트 and 카운트: a stop is heard as a consonant behind a short vowel alone.
  return /(?:^|[^aeiou])[aeiou](?:[bkpct]|ck)$|(?:ou|oo)[kpt]$/.test(word) ? 'closed' : 'open';
}
