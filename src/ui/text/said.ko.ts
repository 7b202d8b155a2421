/**
 * What the runtime says, in Korean. Its sentences are English wherever it runs (a page, a command line, a log), and the English sentence is
 * the key here: a pattern for its form, with the names and numbers in it carried over. What has no pattern stays as it was said.
 */
import { liveKo } from './live.ko.ts';

type Say = (...parts: string[]) => string;

const fault = (name: string): string => liveKo.diagnoses[name] ?? name;
const step = (name: string): string => liveKo.remedies[name] ?? name;
const rung = (name: string): string => liveKo.rungs[name] ?? name;
const choice = (name: string): string => (liveKo.alerts.choices as Record<string, string>)[name] ?? name;

const SIGNALS: Readonly<Record<string, string>> = {
  repetition: '반복',
  'mean log-probability': '평균 로그 확률',
  finish: '끝난 까닭',
  schema: '스키마',
  'required fields': '필수 항목',
  'context filled': '찬 문맥',
  'stored record': '저장된 기록',
  'stored K/V pages': '저장된 K/V 쪽',
  'agreement with others': '다른 에이전트와의 일치',
  storage: '저장 공간',
  'ms since the turn began': '차례 시작 뒤 ms',
  'ms since the last token': '마지막 토큰 뒤 ms',
  'ms without a first token': '첫 토큰 없이 ms',
  turn: '차례',
  answers: '답들',
  answer: '답',
  health: '건강',
  'isolation forest': '고립 숲',
  engine: '엔진',
  state: '상태',
};
const VERDICTS: Readonly<Record<string, string>> = { good: '좋음', odd: '이상함', bad: '나쁨', unknown: '알 수 없음' };

/** What was to be expected, and values that are words. */
const EXPECTED: readonly (readonly [RegExp, Say])[] = [
  [
    /^no cycle of (\d+) or more(?:, compression below ([\d.]+))?$/,
    (n, c) => `${n}번 이상 되풀이 없음${c ? `, 압축률 ${c} 아래` : ''}`,
  ],
  [
    /^above ([\d.-]+)(.*)$/,
    (n, rest) =>
      `${n} 위${rest ? (rest.includes('learned') ? ' (역할을 아직 배우지 못함)' : ', 역할의 차례 100개 중 99개처럼') : ''}`,
  ],
  [/^below ([\d.]+)$/, (n) => `${n} 아래`],
  [/^at most ([\d.]+)$/, (n) => `최대 ${n}`],
  [/^about ([\d.]+) ms, at most ([\d.]+)$/, (n, most) => `약 ${n} ms, 최대 ${most}`],
  [/^an end within ([\d.]+)$/, (n) => `${n} 안에 끝`],
  [/^at least two thirds$/, () => '3분의 2 이상'],
  [/^whole, of a known version$/, () => '온전하고 아는 버전'],
  [/^whole$/, () => '온전함'],
  [/^set aside$/, () => '치워 둠'],
  [/^valid$/, () => '맞음'],
  [/^all$/, () => '모두'],
  [/^alive$/, () => '살아 있음'],
  [/^room to write$/, () => '쓸 공간'],
  [/^an output that passes$/, () => '통과하는 출력'],
  [/^carried out$/, () => '실행됨'],
  [/^what others say$/, () => '다른 에이전트들의 말'],
  [/^(.+), as others say$/, (what) => `${what}, 다른 에이전트들의 말`],
  [
    /^the last of several that few others give \((\d+) of (\d+)\)$/,
    (n, of) => `다른 에이전트가 거의 하지 않는 답이 이어짐 (${of}개 중 ${n}개)`,
  ],
];

const DOES: Readonly<Record<string, string>> = {
  'retry-turn': '차례를 버립니다. 작업은 다시 진행되고, 있으면 다른 에이전트가 맡습니다',
  'second-opinion': '누구를 탓하기 전에 다른 에이전트에게 같은 것을 묻습니다',
  'reload-sampler': '에이전트의 다음 차례는 반복에 벌점을 주고 샘플링합니다',
  're-prefill': '에이전트의 K/V를 버리고 토큰에서 다시 계산합니다',
  'trim-context': '역할의 프롬프트만으로 다시 시작하고, 작업의 글에는 자리를 절반만 줍니다',
  'reset-context': '역할의 프롬프트만으로 다시 시작합니다',
  'free-storage': '따뜻한 K/V 쪽을, 다음으로 끝난 실행의 기록 상세를 지웁니다. 결과는 지우지 않습니다',
  'fresh-agent': '마지막 좋은 세대에서 에이전트를 새로 만듭니다',
  'rebuild-pool': 'K/V 풀을 한 단계 작게 다시 만듭니다',
  'fresh-worker': '새 어댑터에서 새 추론 워커를 시작합니다. 캐시에서 모델을 불러오고, 맞지 않는 파일은 다시 받습니다',
  'reload-weights': '새 엔진이 모델을 다시 불러옵니다',
  'escalate-model': '역할의 다음 모델에 작업을 맡깁니다',
  'move-task': '같은 역할의 다른 에이전트에게 작업을 주고 이 에이전트를 쉬게 합니다',
  'ask-operator': '사람에게 모든 이야기를 전하고 답을 기다립니다',
};

const SENTENCES: readonly (readonly [RegExp, Say])[] = [
  // Why a step, and why not the others.
  [
    /^([a-z-]+) \(([a-z-]+)\): .+; cures ([a-z-]+) in (\d+) of 100, (\d+) ms a cure$/,
    (action, on, of, share, ms) =>
      `${step(action)} (${rung(on)}): ${DOES[action] ?? ''}. ${fault(of)}에 100번 중 ${share}번 듣고, 한 번 낫는 데 ${ms} ms.`,
  ],
  [/^([a-z-]+): dearer, (\d+) ms a cure$/, (action, ms) => `${step(action)}: 더 비쌈, 한 번 낫는 데 ${ms} ms`],
  [/^([a-z-]+): does nothing for ([a-z-]+)$/, (action, of) => `${step(action)}: ${fault(of)}에는 듣지 않음`],
  [/^([a-z-]+): tried (\d+) of (\d+) times$/, (action, n, of) => `${step(action)}: ${of}번 중 ${n}번 해 봄`],
  [/^([a-z-]+): the role names no other model$/, (action) => `${step(action)}: 역할에 다른 모델이 없음`],
  [
    /^([a-z-]+): no other agent of the role is fit$/,
    (action) => `${step(action)}: 역할에 일할 수 있는 다른 에이전트가 없음`,
  ],
  [
    /^([a-z-]+): too many restarts lately; the supervisor above decides$/,
    (action) => `${step(action)}: 최근 재시작이 너무 많아 위의 감독자가 정함`,
  ],
  [
    /^(.+): (\d+) of (\d+) restarts in (\d+) ms$/,
    (name, n, of, ms) => `${name}: ${ms} ms 동안 재시작 ${of}번 중 ${n}번`,
  ],
  [/^asked by a person$/, () => '사람이 요청함'],
  [/^nothing is left to try$/, () => '더 해 볼 것이 없음'],
  [/^(\d+) different agents failed at it$/, (n) => `서로 다른 에이전트 ${n}개가 실패함`],
  // Stories and questions.
  [
    /^tried ([a-z-]+) \(([a-z-]+)\), (open|helped|did not help)$/,
    (action, on, end) =>
      `${step(action)} (${rung(on)}) 해 봄: ${{ open: '진행 중', helped: '들음' }[end] ?? '듣지 않음'}`,
  ],
  [
    /^Agent (\d+) could not be mended: ([a-z-]+)$/,
    (agent, of) => `에이전트 ${agent}을(를) 고치지 못했습니다: ${fault(of)}`,
  ],
  [/^([a-z-]+): the run waits$/, (of) => `${fault(of)}: 실행이 기다립니다`],
  [/^The engine was lost again and again; the run waits$/, () => '엔진을 거듭 잃어 실행이 기다립니다'],
  [
    /^engines lost so far: (\d+); all results and open tasks were kept$/,
    (n) => `지금까지 잃은 엔진 ${n}개. 모든 결과와 남은 작업은 보존되었습니다`,
  ],
  [/^Line (\d+) failed all its attempts: (.+)$/, (n, of) => `${n}번째 줄이 모든 시도에 실패했습니다: ${of}`],
  [
    /^Line (\d+) is what is wrong, (\d+) agents failed at it: (.+)$/,
    (n, agents, of) => `${n}번째 줄 자체의 문제입니다. 에이전트 ${agents}개가 실패했습니다: ${of}`,
  ],
  [/^attempts before: (\d+), in an earlier tab$/, (n) => `앞선 시도: 이전 탭에서 ${n}번`],
  [
    /^nothing is left to try by itself; without a word within (\d+) s it ends as (.+)$/,
    (seconds, end) => `스스로 더 해 볼 것이 없습니다. ${seconds}초 안에 답이 없으면 ${end}(으)로 끝납니다`,
  ],
  // What became of a person's word.
  [/^Decided already: (.+)\.$/, (what) => `이미 정했습니다: ${choice(what)}.`],
  [/^This was decided already: (.+)\.$/, (what) => `이미 정해졌습니다: ${choice(what)}.`],
  [/^This is settled already\.$/, () => '이미 끝난 일입니다.'],
  [/^(.+) is not among the choices here\.$/, (what) => `${choice(what)}은(는) 여기서 고를 수 없습니다.`],
  [/^There is no such agent\.$/, () => '그런 에이전트는 없습니다.'],
  [
    /^(\S+) has another chance; its next turn is its trial\.$/,
    (who) => `${who}에게 기회가 한 번 더 있습니다. 다음 차례가 시험입니다.`,
  ],
  [/^(\S+) has no turn that could be called back\.$/, (who) => `${who}에게는 불러들일 차례가 없습니다.`],
  [/^The turn of (\S+) was called back and is taken again\.$/, (who) => `${who}의 차례를 불러들여 다시 진행합니다.`],
  [
    /^(\S+) is made anew from its last good generation; its next turn is its trial\.$/,
    (who) => `${who}을(를) 마지막 좋은 세대에서 새로 만듭니다. 다음 차례가 시험입니다.`,
  ],
  [
    /^This run has no supervisor that could restart an agent\.$/,
    () => '이 실행에는 에이전트를 재시작할 감독자가 없습니다.',
  ],
  [/^(\S+) is paused already\.$/, (who) => `${who}은(는) 이미 멈춰 있습니다.`],
  [/^(\S+) gets no more turns until it is resumed\.$/, (who) => `${who}은(는) 계속하기 전까지 차례를 받지 않습니다.`],
  [/^(\S+) is not paused\.$/, (who) => `${who}은(는) 멈춰 있지 않습니다.`],
  [/^(\S+) gets turns again\.$/, (who) => `${who}이(가) 다시 차례를 받습니다.`],
  [/^The task has ended by itself meanwhile\.$/, () => '그사이 작업이 저절로 끝났습니다.'],
  [/^The task ends as the named failure "(.+)"\.$/, (name) => `작업이 이름 붙은 실패 "${name}"(으)로 끝납니다.`],
  [
    /^The task is taken again, with as many attempts as at first\.$/,
    () => '처음과 같은 시도 횟수로 작업을 다시 진행합니다.',
  ],
  [
    /^The agent gets no more work, unless it is the last of its role; what it had others do\.$/,
    () => '이 에이전트는 역할의 마지막이 아닌 한 더 일하지 않습니다. 맡았던 일은 다른 에이전트가 합니다.',
  ],
  [/^The task has no stage that could be edited\.$/, () => '고쳐 쓸 수 있는 단계가 없는 작업입니다.'],
  [/^The output is empty\.$/, () => '출력이 비어 있습니다.'],
  [/^That is not JSON: (.+)$/, (why) => `JSON이 아닙니다: ${why}`],
  [/^That is not what (\S+) has to give: (.+)$/, (who, why) => `${who} 역할이 낼 것이 아닙니다: ${why}`],
  [
    /^Your output was taken over; the result says that a person gave it\.$/,
    () => '쓰신 출력을 받아들였습니다. 결과에 사람이 주었다고 적힙니다.',
  ],
  [/^This run is over\.$/, () => '끝난 실행입니다.'],
  // Seats, bigger models, storage.
  [/^GPU (\d+) % busy and (\d+) turns wait$/, (share, n) => `GPU가 ${share} % 바쁘고 차례 ${n}개가 기다림`],
  [/^GPU only (\d+) % busy and no turn waits$/, (share) => `GPU가 ${share} %만 바쁘고 기다리는 차례가 없음`],
  [/^the supervisor of (\S*) chose it$/, (role) => `${role}의 감독자가 정함`],
  [/^([a-z-]+) after (\d+) attempts: (.+)$/s, (of, n, detail) => `${n}번 시도한 뒤 ${fault(of)}: ${detail}`],
  [
    /^Given up to make room for results: (.+)\.$/,
    (what) =>
      `결과를 쓸 공간을 만들려고 버린 것: ${what
        .replace(/([\d.]+ MB) of K\/V pages, which are computed again/, 'K/V 쪽 $1 (다시 계산함)')
        .replace(/([\d.]+ MB) of detail in the logs of runs that have ended/, '끝난 실행의 기록 상세 $1')
        .replace(' and ', ', ')}.`,
  ],
  [
    /^The agent has more K\/V than warm pages may take up\.$/,
    () => '따뜻한 쪽이 차지할 수 있는 것보다 K/V가 많은 에이전트입니다.',
  ],
  [/^The store of warm pages was closed\.$/, () => '따뜻한 쪽의 저장소가 닫혔습니다.'],
  [
    /^Storage is full: warm pages were dropped, results are kept\.$/,
    () => '저장 공간이 가득 찼습니다. 따뜻한 쪽은 버렸고 결과는 보존되었습니다.',
  ],
  [/^Warm pages could not be written: (.+)$/s, (why) => `따뜻한 쪽을 쓰지 못했습니다: ${why}`],
  // An endpoint elsewhere.
  [/^Nothing is sent to an endpoint any more\.$/, () => '이제 엔드포인트에 아무것도 보내지 않습니다.'],
  [/^Name the model that the endpoint is to use\.$/, () => '엔드포인트가 쓸 모델의 이름을 적으세요.'],
  [
    /^Tasks that fail here may go to (.+), their text with them\.$/,
    (where) => `여기서 실패한 작업은 그 글과 함께 ${where}(으)로 갈 수 있습니다.`,
  ],
  [/^That is no address; expected one such as (.+)\.$/, (like) => `주소가 아닙니다. ${like} 같은 주소를 적으세요.`],
  [
    /^The address must begin with https:\/\/; http:\/\/ only for this computer itself\.$/,
    () => '주소는 https://로 시작해야 합니다. http://는 이 컴퓨터에만 쓸 수 있습니다.',
  ],
  [/^The key goes into its own field, not into the address\.$/, () => '열쇠는 주소가 아니라 열쇠 칸에 적으세요.'],
  // What the run waits for.
  [
    /^(?:.* )?A fresh engine starts in about (\d+) s; no task was lost\.( .+)?$/s,
    (seconds, quick) =>
      `약 ${seconds}초 뒤에 새 엔진이 시작됩니다. 잃은 작업은 없습니다.${quick ? ' 브라우저는 GPU를 자주 잃는 페이지를 막으므로 조금 더 기다립니다.' : ''}`,
  ],
  [
    /^A fresh engine is loading; all tasks were kept/,
    () => '새 엔진을 불러오고 있습니다. 모든 작업은 보존되었고, 준비되는 대로 이어집니다.',
  ],
  [
    /All results and open tasks were kept; press resume to try again\.$/s,
    () => '모든 결과와 남은 작업은 보존되었습니다. 다시 시도를 누르세요.',
  ],
  [
    /^This browser has no storage left for results\./,
    () => '브라우저에 결과를 쓸 공간이 없습니다. 잃은 것은 없습니다. 공간을 비우면 실행이 저절로 이어집니다.',
  ],
  [
    /^Results cannot be written at the moment \((.*)\)\. They are kept/s,
    (detail) => `지금은 결과를 쓸 수 없습니다(${detail}). 메모리에 두고 다시 시도합니다.`,
  ],
  [/^Another tab runs this now/, () => '이제 다른 탭이 실행합니다. 이 탭은 지켜보기만 합니다.'],
  [/^Another tab runs this; here/, () => '다른 탭이 실행합니다. 여기서는 지켜보기만 합니다.'],
  // Why a fault did not strike.
  [/^nothing was there to strike$/, () => '맞을 것이 없었습니다'],
  [/^no engine was there$/, () => '엔진이 없었습니다'],
  [/^no turn suited it$/, () => '맞는 차례가 없었습니다'],
  [/^the turn ended before$/, () => '차례가 먼저 끝났습니다'],
  [/^this tab only watches$/, () => '이 탭은 지켜보기만 합니다'],
  [/^([a-z-]+) cannot enter here$/, (kind) => `여기서는 낼 수 없는 고장입니다: ${liveKo.faults[kind]?.name ?? kind}`],
  // Why an agent's state changed.
  [
    /^([a-z-]+) \((light|restart|scale-up|operator)\) for ([a-z-]+)$/,
    (action, on, of) => `${fault(of)}에 ${step(action)} (${rung(on)})`,
  ],
  [/^passed a turn of task (\d+)$/, (task) => `작업 ${task}의 차례를 통과함`],
  [/^second opinion$/, () => '다른 에이전트에게 물음'],
  [/^its agent is being mended$/, () => '에이전트를 고치는 중'],
  [/^stalled$/, () => '침묵'],
];

const EVIDENCE = /^(?:([a-z-]+): )?([\w /-]+?): (.+); expected (.+); (good|odd|bad|unknown)$/s;
/** `stall: ms since the last token`, why an agent is suspected. */
const CAUSE = /^([a-z-]+): ([\w /-]+)$/;

function expected(text: string): string {
  return pick(EXPECTED, text) ?? text;
}

function pick(patterns: readonly (readonly [RegExp, Say])[], text: string): string | null {
  for (const [pattern, say] of patterns) {
    const match = pattern.exec(text);
    if (match) return say(...match.slice(1).map((part: string | undefined) => part ?? ''));
  }
  return null;
}

/** The sentence in Korean; as it was said where it has no known form. */
export function saidKo(text: string): string {
  const whole = pick(SENTENCES, text);
  if (whole !== null) return whole;
  const seen = EVIDENCE.exec(text);
  if (seen) {
    const [, of, signal = '', value = '', wanted = '', verdict = ''] = seen;
    const said = `${SIGNALS[signal] ?? signal}: ${expected(value)}, 예상 ${expected(wanted)}, ${VERDICTS[verdict] ?? verdict}`;
    return of ? `${fault(of)}: ${said}` : said;
  }
  const [, of = '', signal = ''] = CAUSE.exec(text) ?? [];
  if (of in liveKo.diagnoses && signal in SIGNALS) return `${fault(of)}: ${SIGNALS[signal] ?? signal}`;
  const parts = text.split('; ');
  return parts.length > 1 ? parts.map((part) => pick(SENTENCES, part) ?? part).join('; ') : text;
}
