import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inWords } from '../../healing/evidence.ts';
import { Ladder } from '../../healing/ladder.ts';
import { FAULT_CLASSES } from '../../healing/evidence.ts';
import { Autoscaler } from '../../healing/autoscale.ts';
import { SupervisionTree, DEFAULT_SUPERVISION } from '../../healing/supervision.ts';
import { remoteAddress } from '../../engine/remote.ts';
import { seededRandom } from '../../kernel/random.ts';
import { freedMessage, seatMessage, storeMessage } from '../../runtime/storage/messages.ts';
import { StoreFault } from '../../store/fault.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import { saidKo } from './said.ko.ts';

/** Words that are English and no name: what must not be left. */
const ENGLISH = /\b(the|of|and|was|is|are|were|no|not|with|for|expected|cures|tried|dearer|nothing|restarts?)\b/;

function expectKorean(sentence: string): void {
  expect(saidKo(sentence), sentence).toMatch(/[가-힣]/);
  expect(saidKo(sentence), sentence).not.toMatch(ENGLISH);
}

it('says every reason of the ladder in Korean, for every fault and what was tried before', () => {
  const ladder = new Ladder();
  for (const fault of FAULT_CLASSES)
    for (const open of [true, false]) {
      const tried: Parameters<Ladder['choose']>[0]['tried'][number][] = [];
      for (let step = 0; step < 20; step++) {
        const choice = ladder.choose({ fault, tried, canEscalate: open, hasStandby: open, mayRestart: open });
        if (!choice) break;
        for (const reason of choice.reasons) expectKorean(reason);
        tried.push(choice.step.action);
      }
    }
});

it('has words for what only logs of earlier versions tell of', () => {
  for (const former of ['second-opinion', 'reload-weights']) {
    expect(en.remedies[former]).toBeDefined();
    expectKorean(`${former} (light): whatever it did; cures low-score in 50 of 100, 300 ms a cure`);
    expectKorean(`${former}: does nothing for stall`);
  }
});

it('says what people are asked about a task', () => {
  expectKorean('Line 4 failed all its attempts: json-invalid');
  expectKorean('Line 4 is what is wrong, 3 agents failed at it: json-invalid');
});

it('says how the windows of supervisors stand', () => {
  const tree = new SupervisionTree([{ name: 'triager', first: 0, count: 70 }], DEFAULT_SUPERVISION, seededRandom('x'));
  for (let n = 0; n < 25; n++) for (const reason of tree.restart(3, n).reasons) expectKorean(reason);
});

it('says what the run waits for', () => {
  const problem = { code: 'device-lost', message: 'The GPU is gone.', remedy: 'Nothing.' } as const;
  for (const quick of [true, false]) expectKorean(seatMessage({ kind: 'waiting', waitMs: 4000, problem, quick }, true));
  expectKorean(seatMessage({ kind: 'stopped', problem, permanent: false } as Parameters<typeof seatMessage>[0], true));
  expectKorean(storeMessage(new StoreFault('quota', 'full')));
  expect(saidKo(storeMessage(new StoreFault('unavailable', 'disk asleep')))).toContain('disk asleep');
});

it('says why seats change, what was given up for room, and what became of an endpoint', () => {
  const scaler = new Autoscaler(2, { min: 1, max: 4, up: 0.8, down: 0.3, looks: 1, rest: 0 });
  for (const [load, waiting] of [
    [1, 5],
    [0, 0],
  ] as const) {
    const { because } = scaler.look({ load, waiting, freeBytes: 1, bytesPerAgent: 0 });
    expectKorean(because ?? 'no change');
  }
  for (const [warm, traces] of [
    [5e6, 0],
    [0, 2e5],
    [5e6, 2e5],
  ] as const)
    expectKorean(freedMessage({ warm, traces }));
  for (const url of ['nowhere', 'http://far.example/v1', 'https://me:secret@far.example/v1']) {
    const address = remoteAddress(url);
    expectKorean(address.ok ? 'accepted' : address.because);
  }
});

it('carries the values of evidence over, and what it does not know as it is', () => {
  const said = saidKo(
    inWords({ signal: 'ms since the last token', value: 2295, expected: 'at most 2000', verdict: 'bad' }),
  );
  expect(said).toBe('마지막 토큰 뒤 ms: 2295, 예상 최대 2000, 나쁨');
  expect(saidKo('disagreement: answer')).toBe('다른 에이전트와 다른 답: 답');
  expect(saidKo('something new')).toBe('something new');
  fc.assert(fc.property(fc.string(), (text) => typeof saidKo(text) === 'string'));
});

it('leaves English as it was said, and is what the dictionaries say with', () => {
  expect(en.said('asked by a person')).toBe('asked by a person');
  expect(ko.said('asked by a person')).toBe('사람이 요청함');
});
