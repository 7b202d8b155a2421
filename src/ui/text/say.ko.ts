/** 사건, 상태, 답장이 부호로 말하는 것을 한국어로. 열쇠는 say.en.ts와 같다. 다른 곳에서 온 글(엔진, 브라우저, 검사기)은 그대로 둔다. */
import type { AgentCause } from '../../journal/agent-events.ts';
import type { EngineLoss, SeatsCause } from '../../journal/engine-events.ts';
import type { Evidence, Expected, FailureDetail, Observed } from '../../journal/evidence.ts';
import type { FaultDetail, MissedFault } from '../../journal/fault-events.ts';
import type { CarriedOut, NoticeTitle, OrderReason, StoryLine } from '../../journal/healing-events.ts';
import type { RunWait } from '../../journal/run-events.ts';
import type { Freed, RecordDamage, StorageNote } from '../../journal/storage-events.ts';
import type { EscalationCause, ReopenReason, RetryReason } from '../../journal/task-events.ts';
import type {
  AgentState,
  EvidenceVerdict,
  FinishReason,
  RecoveryAction,
  RequeueReason,
  Signal,
  StoredTable,
  TaskFailure,
} from '../../journal/vocabulary.ts';
import type { ActionDone, ActionRefused } from '../../runtime/protocol/protocol.ts';
import { num } from '../base/format.ts';
import { errorsKo } from './errors.ko.ts';
import { inputNoteKo } from './input.ko.ts';
import { liveKo } from './live.ko.ts';
import { type Say, type Words, wordsFor } from './say.ts';

const { diagnoses, remedies, rungs, faults } = liveKo;
const { choices } = liveKo.alerts;

const SIGNALS: Readonly<Record<Signal, string>> = {
  repetition: '반복',
  'log-probability': '평균 로그 확률',
  finish: '끝난 까닭',
  schema: '스키마',
  'required-fields': '필수 항목',
  'first-token': '첫 토큰까지 ms',
  'token-gap': '토큰 사이 ms',
  context: '찬 문맥',
  pages: '쓴 K/V 쪽',
  'stored-record': '저장된 기록',
  'stored-pages': '저장된 K/V 쪽',
  agreement: '다른 에이전트와의 일치',
  storage: '저장 공간',
  'turn-age': '차례 시작 뒤 ms',
  silence: '마지막 토큰 뒤 ms',
  'no-first-token': '첫 토큰 없이 ms',
  turn: '차례',
  answers: '답들',
  answer: '답',
  health: '건강',
  'isolation-forest': '고립 숲',
  engine: '엔진',
  state: '상태',
  step: '회복 단계',
};

const VERDICTS: Readonly<Record<EvidenceVerdict, string>> = {
  good: '좋음',
  odd: '이상함',
  bad: '나쁨',
  unknown: '알 수 없음',
};

const FINISHES: Readonly<Record<FinishReason, string>> = {
  stop: '스스로 멈춤',
  length: '토큰 한도',
  deadline: '기한 초과',
  cancelled: '취소',
  error: '오류',
};

const STATES: Readonly<Record<AgentState, string>> = {
  idle: '대기',
  running: '실행',
  degraded: '저하',
  recovering: '회복',
  failed: '실패',
  done: '완료',
};

export const FAILURES: Readonly<Record<TaskFailure, string>> = {
  'output-truncated': '출력 잘림',
  'json-invalid': '잘못된 JSON',
  'schema-mismatch': '스키마와 맞지 않음',
  'not-copied': '입력에 없는 말',
  'output-empty': '빈 출력',
  deadline: '기한 초과',
  'prompt-too-long': '너무 긴 프롬프트',
  'schema-unsupported': '지원하지 않는 스키마',
  'engine-error': '엔진 오류',
  filtered: '필터가 막음',
  declined: '모델이 거절함',
  stalled: '침묵',
  looping: '반복',
  cancelled: '취소',
  'token-budget': '토큰 예산 초과',
  skipped: '건너뜀',
  'given-up': '포기',
  'too-many-parts': '너무 많은 부분',
  'recorded-earlier': '앞서 기록됨',
};

const TABLES: Readonly<Record<StoredTable, string>> = { results: '결과', journal: '로그', agents: '에이전트' };

const DOES: Readonly<Record<RecoveryAction, string>> = {
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

const told = ({ text }: { readonly text: string }): string => text;
const reported = ({ detail }: { readonly detail: string }): string => detail;
const figure = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

const damage = wordsFor<RecordDamage>({
  version: ({ version }) => `모르는 버전 ${version}`,
  fields: () => '빠진 항목이 있음',
  checksum: ({ is, was }) => `검사합 ${is}, 적힌 것은 ${was}`,
  'not-json': () => '본문이 JSON이 아님',
  told,
});

/** 무엇이 맞지 않는지를 엔진의 말만이 이름으로 부르는 부호들. */
const NAMED: ReadonlySet<string> = new Set(['model-malformed', 'model-oversized', 'model-stalled', 'model-elsewhere']);

function loss({ code, by, detail }: EngineLoss): string {
  switch (by) {
    case 'silence':
      return '모든 차례에서 엔진이 한꺼번에 침묵했습니다.';
    case 'deadline':
      return '엔진이 차례의 기한을 넘기고 답하지 않았습니다.';
    case 'order':
      return '다른 방법이 듣지 않은 에이전트를 고치려고 엔진을 바꾸었습니다.';
    default: {
      const title = (errorsKo as Partial<typeof errorsKo>)[code]?.title ?? code;
      if (code.startsWith('remote-') || NAMED.has(code)) return `${title}${detail === '' ? '' : ` (${detail})`}.`;
      // 엔진의 말은 부호가 말하지 않는 것이 있을 때만.
      return code === 'internal' && detail !== '' ? `${title}: ${detail}` : `${title}.`;
    }
  }
}

/** 기다리는 차례가 왜 다시 기다리는지. */
const requeued = (reason: RequeueReason): string => {
  switch (reason) {
    case 'cancelled':
      return '취소됨';
    case 'second-opinion':
      return '다른 에이전트에게 물음';
    case 'called-back':
      return '사람이 불러들임';
    case 'mending':
      return '에이전트를 고치는 중';
    case 'stalled':
      return '침묵';
    case 'engine-error':
    case 'device-lost':
    case 'worker-dead':
    case 'out-of-memory':
    case 'storage-full':
      return diagnoses[reason];
    default:
      return errorsKo[reason].title;
  }
};

const FIELDS = { url: '주소', model: '모델 이름', key: '열쇠' } as const;

const DETAILS: Words<FailureDetail> = {
  'token-limit': () => '토큰 한도에 먼저 닿음',
  'nothing-written': () => '아무것도 쓰지 않음',
  'not-done': ({ ms }) => `${String(ms)} ms 뒤에도 끝나지 않음`,
  endpoint: (of) => `${errorsKo[of.error].title}${of.words === '' ? '' : `: ${of.words}`}`,
  engine: (of) => `${errorsKo[of.error].title}${of.words === '' ? '' : `: ${of.words}`}`,
  'no-reason': () => '엔진이 까닭을 말하지 않음',
  'model-silent': () => '더 큰 모델이 답하지 않음',
  diagnosed: ({ fault: of }) => `감독자가 찾음: ${of === null ? '알 수 없음' : diagnoses[of]}`,
  'lost-with-engines': ({ last }) => `차례를 맡은 엔진마다 잃음, 마지막은 ${requeued(last)}`,
  'lost-often': ({ times, last }) => `차례를 ${String(times)}번 잃음, 마지막은 ${requeued(last)}`,
  'agent-given-up': () => '에이전트를 포기함',
  seen: ({ evidence: all }) => all.map(evidence).join('; '),
  reported,
};
const detail = wordsFor(DETAILS);

const observed = wordsFor<Extract<Observed, object>>({
  cycle: ({ repeats, period }) => `같은 글자 ${String(period)}개가 ${String(repeats)}번`,
  finish: ({ finish }) => FINISHES[finish],
  fields: ({ present, required }) => `${String(required)}개 중 ${String(present)}개`,
  whole: () => '온전함',
  'not-whole': () => '검사합이 맞지 않음',
  'set-aside': (of) => `${damage(of.damage)}; 이전 세대가 있으면 그것을 씁니다`,
  failed: (of) => `${FAILURES[of.failure]}: ${detail(of.detail)}`,
  outlasted: ({ ms, turns }) => `${String(ms)}, 그사이 다른 차례 ${String(turns)}개가 시작하고 끝남`,
  lone: ({ percent }) => `다른 에이전트가 거의 하지 않는 답이 이어짐 (100개 중 ${String(percent)}개)`,
  answer: ({ answer }) => answer,
  lost: (of) => loss(of.loss),
  state: ({ state }) => STATES[state],
  'not-carried-out': reported,
  reported,
});

const expected = wordsFor<Expected>({
  'no-cycle': ({ repeats, compression }) =>
    `${String(repeats)}번 이상 되풀이 없음${compression === undefined ? '' : `, 압축률 ${String(compression)} 아래`}`,
  finish: ({ finish }) => FINISHES[finish],
  above: ({ least, by }) =>
    `${least.toFixed(2)} 위${by === undefined ? '' : by === 'role' ? ', 역할의 차례 100개 중 99개처럼' : ' (역할을 아직 배우지 못함)'}`,
  below: ({ most }) => `${most.toFixed(2)} 아래`,
  'at-most': ({ ms }) => `최대 ${String(ms)}`,
  about: ({ ms, most }) => `약 ${String(ms)} ms, 최대 ${String(most)}`,
  'end-within': ({ ms }) => `${String(ms)} 안에 끝`,
  word: () => '다른 차례가 나아가는 동안 한마디',
  valid: () => '맞음',
  all: () => '모두',
  'two-thirds': () => '3분의 2 이상',
  whole: () => '온전함',
  'whole-known': () => '온전하고 아는 버전',
  room: () => '쓸 공간',
  passing: () => '통과하는 출력',
  'carried-out': () => '실행됨',
  others: () => '다른 에이전트들의 말',
  answer: ({ answer }) => `${answer}, 다른 에이전트들의 말`,
  alive: () => '살아 있음',
  case: () => '까닭을 말하는 기록',
});

function value(of: Observed): string {
  if (of === null) return '알 수 없음';
  if (typeof of === 'number') return figure(of);
  if (typeof of === 'boolean') return of ? '맞음' : '아님';
  return observed(of);
}

function evidence(noted: Evidence | { readonly code: 'told'; readonly text: string }): string {
  if ('code' in noted) return noted.text;
  const { signal, value: seen } = noted;
  const of = typeof seen === 'object' && seen?.code === 'not-carried-out' ? remedies[seen.action] : SIGNALS[signal];
  return `${of}: ${value(seen)}, 예상 ${expected(noted.expected)}, ${VERDICTS[noted.verdict]}`;
}

const REASONS: Words<OrderReason> = {
  chosen: ({ action, rung, fault: of, percent, ms }) =>
    `${remedies[action]} (${rungs[rung]}): ${DOES[action]}. ${diagnoses[of]}에 100번 중 ${String(percent)}번 듣고, 한 번 낫는 데 ${String(ms)} ms.`,
  dearer: ({ action, ms }) => `${remedies[action]}: 더 비쌈, 한 번 낫는 데 ${String(ms)} ms`,
  'no-cure': ({ action, fault: of }) => `${remedies[action]}: ${diagnoses[of]}에는 듣지 않음`,
  tried: ({ action, times, limit }) => `${remedies[action]}: ${String(limit)}번 중 ${String(times)}번 해 봄`,
  'no-model': ({ action }) => `${remedies[action]}: 역할에 다른 모델이 없음`,
  'no-standby': ({ action }) => `${remedies[action]}: 역할에 일할 수 있는 다른 에이전트가 없음`,
  'too-many-restarts': ({ action }) => `${remedies[action]}: 최근 재시작이 너무 많아 위의 감독자가 정함`,
  window: ({ node, count, intensity, ms }) =>
    `${node}: ${String(ms)} ms 동안 재시작 ${String(intensity)}번 중 ${String(count)}번`,
  'several-failed': ({ agents }) => `서로 다른 에이전트 ${String(agents)}개가 실패함`,
  'agent-failed': ({ agent, fault: of }) => `에이전트 ${String(agent)}: ${diagnoses[of]}`,
  asked: () => '사람이 요청함',
  'nothing-left': () => '더 해 볼 것이 없음',
  told,
};

const STORY: Words<StoryLine> = {
  ...REASONS,
  seen: ({ fault: of, evidence: all }) => `${diagnoses[of]}: ${all.map(evidence).join('; ')}`,
  step: ({ action, rung, ok }) =>
    `${remedies[action]} (${rungs[rung]}) 해 봄: ${ok === null ? '진행 중' : ok ? '들음' : '듣지 않음'}`,
  attempt: (of) =>
    `${String(of.attempt)}번째 시도, 에이전트 ${String(of.agent)}: ${FAILURES[of.failure]}; ${detail(of.detail)}`,
  'model-attempt': (of) => `${String(of.attempt)}번째 시도, ${of.model}: ${FAILURES[of.failure]}; ${detail(of.detail)}`,
  'attempts-before': ({ attempts }) => `앞선 시도: 이전 탭에서 ${String(attempts)}번`,
  'last-call': (of) =>
    `스스로 더 해 볼 것이 없습니다. ${String(of.seconds)}초 안에 답이 없으면 ${FAILURES[of.failure]}(으)로 끝납니다`,
  lost: (of) => loss(of.loss),
  'engines-lost': ({ engines }) => `지금까지 잃은 엔진 ${String(engines)}개. 모든 결과와 남은 작업은 보존되었습니다`,
  reported,
};

/** 결과를 위해 버린 것. */
function freed({ warm, traces }: Freed): string {
  const parts = [
    ...(warm > 0 ? [`K/V 쪽 ${megabytes(warm)} (다시 계산함)`] : []),
    ...(traces > 0 ? [`끝난 실행의 기록 상세 ${megabytes(traces)}`] : []),
  ];
  return parts.length === 0 ? '' : `결과를 쓸 공간을 만들려고 버린 것: ${parts.join(', ')}.`;
}

/** 확정된 결과 가운데 몇 개. */
const rowsOf = (rows: number, of: number): string =>
  rows === of ? `결과 ${num(of)}개` : `결과 ${num(of)}개 중 ${num(rows)}개`;

const WAITS: Words<RunWait> = {
  'engine-loading': () => '새 엔진을 불러오고 있습니다. 모든 작업은 보존되었고, 준비되는 대로 이어집니다.',
  'engine-soon': (of) =>
    `${loss(of.loss)} 약 ${String(of.seconds)}초 뒤에 새 엔진이 시작됩니다. 잃은 작업은 없습니다.${of.quick ? ' 브라우저는 GPU를 자주 잃는 페이지를 막으므로 조금 더 기다립니다.' : ''}`,
  'engine-stopped': ({ loss: of, kept }) =>
    [
      loss(of),
      (errorsKo as Partial<typeof errorsKo>)[of.code]?.remedy ?? '',
      kept ? '모든 결과와 남은 작업은 보존되었습니다. 다시 시도를 누르세요.' : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  'storage-full': (of) => {
    const given = freed(of);
    return `브라우저에 결과를 쓸 공간이 없습니다. 아직 잃은 것은 없습니다. 공간을 비우면 실행이 저절로 이어집니다. 디스크가 가득 차면 브라우저가 저장된 것을 모두 지울 수 있으니, 끝난 결과를 내려받으세요.${given === '' ? '' : ` ${given}`}`;
  },
  'write-failed': (of) => `지금은 결과를 쓸 수 없습니다(${of.detail}). 메모리에 두고 다시 시도합니다.`,
  'storage-gone': ({ rows, of }) =>
    `디스크가 가득 차거나 지우라는 말을 들으면 브라우저는 그렇게 합니다. ${rowsOf(rows, of)}는 이제 이 탭의 메모리에만 있습니다. 탭을 닫거나 새로 고치기 전에 내려받으세요. 다시 저장하는 일은 거듭 시도합니다.`,
  'taken-over': () => '이제 다른 탭이 실행합니다. 이 탭은 지켜보기만 합니다.',
  watching: () => '다른 탭이 실행합니다. 여기서는 지켜보기만 합니다.',
  told,
};

const FAULTS: Words<FaultDetail> = {
  'in-flight': ({ turns }) => `진행 중이던 차례 ${String(turns)}개`,
  'turns-ended': ({ turns }) => `차례 ${String(turns)}개가 오류로 끝남`,
  agent: ({ agent, lasting }) => `에이전트 ${String(agent)}, ${lasting ? '초기화할 때까지' : '한 차례 동안'}`,
  for: ({ ms }) => `${String(ms / 1000)}초 동안`,
  'no-room': ({ ms }) => `${String(ms / 1000)}초 동안 쓸 공간이 없음`,
  'tab-frozen': () => '모든 타이머를 멈춤',
  'clock-moved': () => '벽시계를 몇 시간 옮김',
  record: ({ table, key }) => `${TABLES[table]} 기록 ${key}`,
  'supervisor-ended': () => 'MONITOR와 RECOVER가 끝남',
  'page-reloaded': () => '페이지를 일부러 새로 고침',
  struck: () => '',
  told,
};
const fault = wordsFor(FAULTS);

export const sayKo: Say = {
  cause: wordsFor<AgentCause>({
    ...REASONS,
    suspected: (of) => `${diagnoses[of.fault]}: ${of.signal === null ? '점수' : SIGNALS[of.signal]}`,
    passed: ({ task }) => `작업 ${String(task)}의 차례를 통과함`,
    ordered: (of) => `${diagnoses[of.fault]}에 ${remedies[of.action]} (${rungs[of.rung]})`,
    'asked-for': ({ action, rung }) => `${remedies[action]} (${rungs[rung]}), 사람이 요청함`,
    'last-of-role': () => '역할에 일할 수 있는 다른 에이전트가 없음',
    failed: (of) => FAILURES[of.failure],
  }),
  reason: wordsFor(REASONS),
  evidence,
  title: wordsFor<NoticeTitle>({
    'run-waits': (of) => `${diagnoses[of.fault]}: 실행이 기다립니다`,
    'not-mended': (of) => `에이전트 ${String(of.agent)}을(를) 고치지 못했습니다: ${diagnoses[of.fault]}`,
    'engine-lost': () => '엔진을 거듭 잃어 실행이 기다립니다',
    'task-blamed': (of) =>
      `${String(of.line)}번째 줄 자체의 문제입니다. 에이전트 ${String(of.agents)}개가 실패했습니다: ${FAILURES[of.failure]}`,
    'attempts-failed': (of) => `${String(of.line)}번째 줄이 모든 시도에 실패했습니다: ${FAILURES[of.failure]}`,
    told,
  }),
  story: wordsFor(STORY),
  carriedOut: wordsFor<CarriedOut>({
    renewed: ({ generation }) => `기록의 ${String(generation)}세대에서 새로 만듦`,
    'no-record': () => '기록이 없어 역할의 프롬프트만으로 시작함',
    told,
  }),
  wait: wordsFor(WAITS),
  loss,
  seats: wordsFor<SeatsCause>({
    busy: ({ percent, waiting }) => `GPU가 ${String(percent)} % 바쁘고 차례 ${String(waiting)}개가 기다림`,
    idle: ({ percent }) => `GPU가 ${String(percent)} %만 바쁘고 기다리는 차례가 없음`,
    'bears-more': () => '엔드포인트가 맡긴 만큼 감당함',
    'pushed-back': () => '엔드포인트가 밀어냄',
    told,
  }),
  failure: (failure) => FAILURES[failure],
  detail,
  retried: wordsFor<RetryReason>({ failed: (of) => `${FAILURES[of.failure]}: ${detail(of.detail)}`, told }),
  escalated: wordsFor<EscalationCause>({
    failed: (of) => `${String(of.attempts)}번 시도한 뒤 ${FAILURES[of.failure]}: ${detail(of.detail)}`,
    supervisor: ({ role }) => `${role}의 감독자가 정함`,
    told,
  }),
  requeued,
  reopened: wordsFor<ReopenReason>({ 'row-unreadable': () => '결과를 더는 읽을 수 없음', told }),
  input: inputNoteKo,
  storage: wordsFor<StorageNote>({
    'made-room': freed,
    'written-anew': ({ rows, of }) =>
      `브라우저가 저장된 것을 지웠습니다. 이 탭의 메모리에서 ${rowsOf(rows, of)}를 다시 저장했습니다. 하던 일은 다시 하고, 그 전에 일어난 일의 기록은 잃었습니다.`,
    'no-warm-pages': () => '따뜻한 쪽을 두지 않는 모델입니다.',
    'engine-ended': () => '엔진이 끝났습니다.',
    'engine-failed': () => '엔진이 실패했습니다.',
    'warm-closed': () => '따뜻한 쪽의 저장소가 닫혔습니다.',
    'warm-too-large': () => '따뜻한 쪽이 차지할 수 있는 것보다 K/V가 많은 에이전트입니다.',
    'warm-too-small': () => '남겨 둘 만큼 자기 토큰이 많지 않습니다.',
    'warm-full': () => '저장 공간이 가득 찼습니다. 따뜻한 쪽은 버렸고 결과는 보존되었습니다.',
    'warm-unwritable': (of) => `따뜻한 쪽을 쓰지 못했습니다: ${of.detail}`,
    'warm-unread': (of) => `K/V를 남겨 두지 못했습니다: ${of.detail}`,
    told,
  }),
  fault: (kind, of) => [faults[kind].name, fault(of)].filter((part) => part !== '').join(': '),
  missed: wordsFor<MissedFault>({
    'nothing-there': () => '맞을 것이 없었습니다',
    'no-engine': () => '엔진이 없었습니다',
    'no-turn': () => '맞는 차례가 없었습니다',
    'turn-ended': () => '차례가 먼저 끝났습니다',
    'cannot-enter': ({ kind }) => `여기서는 낼 수 없는 고장입니다: ${faults[kind].name}`,
    'from-outside': ({ kind }) => `페이지 밖에서 내는 고장입니다: ${faults[kind].name}`,
    'database-refused': (of) => `데이터베이스가 거절했습니다: ${of.detail}`,
    watching: () => '이 탭은 지켜보기만 합니다',
    replay: () => '재생은 있었던 일을 보여 줄 뿐 바꿀 수 없습니다. 무엇을 해 보려면 실제로 실행하세요',
  }),
  reply: wordsFor<ActionDone | ActionRefused>({
    'decided-already': ({ choice }) => `이미 정했습니다: ${choices[choice]}.`,
    'task-ended': () => '그사이 작업이 저절로 끝났습니다.',
    'task-fails': (of) => `작업이 이름 붙은 실패 "${FAILURES[of.failure]}"(으)로 끝납니다.`,
    'task-again': () => '처음과 같은 시도 횟수로 작업을 다시 진행합니다.',
    'agent-given-up': () =>
      '이 에이전트는 역할의 마지막이 아닌 한 더 일하지 않습니다. 맡았던 일은 다른 에이전트가 합니다.',
    'tried-again': () => '바로 다시 시도합니다.',
    'run-ends': () => '실행을 끝냅니다. 아직 하지 않은 것은 취소됩니다.',
    edited: () => '쓰신 출력을 받아들였습니다. 결과에 사람이 주었다고 적힙니다.',
    revived: ({ agent }) => `${agent}에게 기회가 한 번 더 있습니다. 다음 차례가 시험입니다.`,
    'called-back': ({ agent }) => `${agent}의 차례를 불러들여 다시 진행합니다.`,
    restarted: ({ agent }) => `${agent}을(를) 마지막 좋은 세대에서 새로 만듭니다. 다음 차례가 시험입니다.`,
    'paused-already': ({ agent }) => `${agent}은(는) 이미 멈춰 있습니다.`,
    paused: ({ agent }) => `${agent}은(는) 계속하기 전까지 차례를 받지 않습니다.`,
    resumed: ({ agent }) => `${agent}이(가) 다시 차례를 받습니다.`,
    'endpoint-off': () => '이제 엔드포인트에 아무것도 보내지 않습니다.',
    'endpoint-on': ({ name }) => `여기서 실패한 작업은 그 글과 함께 ${name}(으)로 갈 수 있습니다.`,
    'endpoint-named': ({ name }) => `모든 에이전트가 ${name}에서 일합니다. 모든 줄이 그리로 갑니다.`,
    'endpoint-none': () => '실행이 기다립니다. 이제 아무 데도 보내지 않습니다.',
    settled: () => '이미 끝난 일입니다.',
    'decided-otherwise': ({ choice }) => `이미 정해졌습니다: ${choices[choice]}.`,
    'no-choice': ({ choice }) => `${choices[choice]}은(는) 여기서 고를 수 없습니다.`,
    'no-agent': () => '그런 에이전트는 없습니다.',
    'no-supervisor': () => '이 실행에는 에이전트를 재시작할 감독자가 없습니다.',
    'not-paused': ({ agent }) => `${agent}은(는) 멈춰 있지 않습니다.`,
    'no-turn': ({ agent }) => `${agent}에게는 불러들일 차례가 없습니다.`,
    'task-over': () => '그사이 작업이 저절로 끝났습니다.',
    'no-step': () => '고쳐 쓸 수 있는 단계가 없는 작업입니다.',
    'output-empty': () => '출력이 비어 있습니다.',
    'output-not-json': (of) => `JSON이 아닙니다: ${of.detail}`,
    'output-refused': (of) => `${of.role} 역할이 낼 것이 아닙니다: ${of.detail}`,
    'run-over': () => '끝난 실행입니다.',
    watching: () => '이 탭은 지켜보기만 합니다. 실행하는 탭에서 정하세요.',
    replay: () => '재생은 있었던 일을 보여 줄 뿐 바꿀 수 없습니다. 무엇을 해 보려면 실제로 실행하세요.',
    'no-model': () => '엔드포인트가 쓸 모델의 이름을 적으세요.',
    'no-address': () => '주소가 아닙니다. https://host/v1 같은 주소를 적으세요.',
    'not-secure': () => '주소는 https://로 시작해야 합니다. http://는 이 컴퓨터에만 쓸 수 있습니다.',
    'key-in-address': () => '열쇠는 주소가 아니라 열쇠 칸에 적으세요.',
    'odd-character': ({ field, character, at }) =>
      `${FIELDS[field]}에 보낼 수 없는 글자가 있습니다: ${String(at)}번째의 ${character}. 둘레의 것 없이 다시 복사하세요.`,
  }),
};
