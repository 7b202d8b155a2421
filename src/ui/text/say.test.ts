/** Words for what the runtime says in codes: none is missing in either language, and no English is left in Korean. */
import { expect, it, test } from 'vitest';
import type { ActionReply, MissedFault, RowNote } from '../../runtime/protocol/protocol.ts';
import { Autoscaler } from '../../healing/autoscale.ts';
import { Ladder } from '../../healing/ladder.ts';
import { DEFAULT_SUPERVISION, SupervisionTree } from '../../healing/supervision.ts';
import type { FaultDetail } from '../../journal/fault-events.ts';
import type { CarriedOut } from '../../journal/healing-events.ts';
import type { NotKept } from '../../journal/storage-events.ts';
import {
  AGENT_STATES,
  DIAGNOSES,
  FINISHES,
  REQUEUE_REASONS,
  SIGNALS,
  TASK_FAILURES,
} from '../../journal/vocabulary.ts';
import { readEndpoint } from '../../engine/endpoint.ts';
import { seededRandom } from '../../kernel/random.ts';
import { keeperWait, storeWait } from '../../runtime/storage/waits.ts';
import { StoreFault } from '../../store/fault.ts';
import { noteEn, sayEn } from './say.en.ts';
import { sayKo } from './say.ko.ts';
import type { Say } from './say.ts';

/** Words that are English and no name: what must not be left. */
const ENGLISH = /\b(the|of|and|was|is|are|were|no|not|with|for|expected|cures|tried|dearer|nothing|restarts?)\b/;

function expectWords(say: (of: Say) => string): void {
  const [english, korean] = [say(sayEn), say(sayKo)];
  expect(english).toMatch(/[a-z]/i);
  expect(korean, english).toMatch(/[가-힣]/);
  expect(korean, english).not.toMatch(ENGLISH);
  for (const said of [english, korean]) expect(said).not.toMatch(/undefined|NaN|\[object/);
}

it('says every reason of the ladder, for every fault and what was tried before', () => {
  const ladder = new Ladder();
  for (const fault of DIAGNOSES)
    for (const open of [true, false]) {
      const tried: Parameters<Ladder['choose']>[0]['tried'][number][] = [];
      for (let step = 0; step < 20; step++) {
        const choice = ladder.choose({ fault, tried, canEscalate: open, hasStandby: open, mayRestart: open });
        if (!choice) break;
        for (const reason of choice.reasons) expectWords((say) => say.reason(reason));
        tried.push(choice.step.action);
      }
    }
});

it('says how the windows of supervisors stand, and why states change', () => {
  const tree = new SupervisionTree([{ name: 'triager', first: 0, count: 70 }], DEFAULT_SUPERVISION, seededRandom('x'));
  for (let n = 0; n < 25; n++) for (const reason of tree.restart(3, n).reasons) expectWords((say) => say.cause(reason));
  for (const signal of [...SIGNALS, null])
    expectWords((say) => say.cause({ code: 'suspected', fault: 'stall', signal }));
  expectWords((say) => say.cause({ code: 'last-of-role' }));
});

it('says what the run waits for', () => {
  const problem = { code: 'device-lost', message: 'The GPU is gone.', remedy: 'Nothing.' } as const;
  for (const quick of [true, false])
    expectWords((say) => say.wait(keeperWait({ kind: 'waiting', waitMs: 4000, problem, quick }, true)!));
  for (const by of ['silence', 'deadline', 'order'] as const)
    expectWords((say) =>
      say.wait(keeperWait({ kind: 'stopped', problem: { ...problem, by }, permanent: false }, true)!),
    );
  const rows = { here: 70, all: 70 };
  expectWords((say) => say.wait(storeWait(new StoreFault('quota', 'full'), { warm: 5e6, traces: 2e5 }, rows)));
  for (const [here, all] of [
    [70, 70],
    [1, 1],
    [60, 70],
  ] as const) {
    const gone = storeWait(new StoreFault('gone', 'fresh'), { warm: 0, traces: 0 }, { here, all });
    expectWords((say) => say.wait(gone));
    for (const say of [sayEn, sayKo]) expect(say.wait(gone)).toMatch(here === all ? String(all) : /70.*60|60.*70/);
    expectWords((say) => say.storage({ code: 'written-anew', rows: here, of: all }));
  }
  expectWords((say) => say.wait({ code: 'engine-loading' }));
  const trouble = storeWait(new StoreFault('unavailable', 'disk asleep'), { warm: 0, traces: 0 }, rows);
  expect(sayKo.wait(trouble)).toContain('disk asleep');
  expect(sayEn.wait(keeperWait({ kind: 'stopped', problem, permanent: true }, false)!)).toBe(
    'The GPU is gone. Nothing.',
  );
});

it('says why seats change, what was given up for room, and what became of an endpoint', () => {
  const scaler = new Autoscaler(2, { min: 1, max: 4, up: 0.8, down: 0.3, looks: 1, rest: 0 });
  for (const [load, waiting] of [
    [1, 5],
    [0, 0],
  ] as const) {
    const { because } = scaler.look({ load, waiting, freeBytes: 1, bytesPerAgent: 0 });
    expectWords((say) => say.seats(because!));
  }
  for (const [warm, traces] of [
    [5e6, 0],
    [0, 2e5],
    [5e6, 2e5],
  ] as const)
    expectWords((say) => say.storage({ code: 'made-room', warm, traces }));
  for (const url of ['nowhere', 'http://far.example/v1', 'https://me:secret@far.example/v1']) {
    const read = readEndpoint({ url, key: null, model: 'tiny' });
    if (read.ok) throw new Error('accepted');
    expectWords((say) => say.reply(read.fault));
  }
});

it('carries the values of evidence over', () => {
  const silence = { signal: 'silence', value: 2295, expected: { code: 'at-most', ms: 2000 }, verdict: 'bad' } as const;
  expect(sayKo.evidence(silence)).toBe('마지막 토큰 뒤 ms: 2295, 예상 최대 2000, 나쁨');
  expect(sayEn.evidence(silence)).toBe('ms since the last token: 2295; expected at most 2000; bad');
  const share = { signal: 'agreement', value: 1 / 3, expected: { code: 'two-thirds' }, verdict: 'bad' } as const;
  expect(sayEn.evidence(share)).toBe('agreement with others: 0.333; expected at least two thirds; bad');
  for (const finish of FINISHES)
    expectWords((say) =>
      say.evidence({
        ...{ signal: 'finish', value: { code: 'finish', finish }, expected: { code: 'finish', finish: 'stop' } },
        verdict: 'odd',
      }),
    );
  for (const state of AGENT_STATES)
    expectWords((say) =>
      say.evidence({ signal: 'state', value: { code: 'state', state }, expected: { code: 'case' }, verdict: 'odd' }),
    );
});

it('names every failure and every reason to wait again', () => {
  for (const failure of TASK_FAILURES) expectWords((say) => say.failure(failure));
  for (const reason of REQUEUE_REASONS) expectWords((say) => say.requeued(reason));
});

it('says what came of a fault, and of what a person asked for', () => {
  const details: readonly FaultDetail[] = [
    ...([
      { code: 'in-flight', turns: 3 },
      { code: 'turns-ended', turns: 3 },
      { code: 'for', ms: 5000 },
    ] as const),
    ...([{ code: 'agent', agent: 3, lasting: true }, { code: 'no-room', ms: 3000 }, { code: 'tab-frozen' }] as const),
    ...([
      { code: 'clock-moved' },
      { code: 'supervisor-ended' },
      { code: 'page-reloaded' },
      { code: 'struck' },
    ] as const),
    { code: 'record', table: 'journal', key: '["run",1]' },
  ];
  for (const detail of details) expectWords((say) => say.fault('stall', detail));
  const missed: readonly MissedFault[] = [
    ...([{ code: 'nothing-there' }, { code: 'no-engine' }, { code: 'no-turn' }, { code: 'turn-ended' }] as const),
    ...([{ code: 'watching' }, { code: 'replay' }, { code: 'cannot-enter', kind: 'power-loss' }] as const),
    ...([
      { code: 'from-outside', kind: 'power-loss' },
      { code: 'database-refused', detail: '…' },
    ] as const),
  ];
  for (const why of missed) expectWords((say) => say.missed(why));
  const agent = 'triager.3';
  const replies: readonly ActionReply[] = [
    { ok: true, code: 'decided-already', choice: 'retry' },
    { ok: true, code: 'task-fails', failure: 'skipped' },
    ...(['revived', 'called-back', 'restarted', 'paused-already', 'paused', 'resumed'] as const).map(
      (code) => ({ ok: true, code, agent }) as const,
    ),
    { ok: true, code: 'endpoint-on', name: 'big at far.example' },
    ...(
      ['task-ended', 'task-again', 'agent-given-up', 'tried-again', 'run-ends', 'edited', 'endpoint-off'] as const
    ).map((code) => ({ ok: true, code }) as const),
    { ok: false, code: 'decided-otherwise', choice: 'edit' },
    { ok: false, code: 'no-choice', choice: 'edit' },
    { ok: false, code: 'not-paused', agent },
    { ok: false, code: 'no-turn', agent },
    { ok: false, code: 'output-not-json', detail: '…' },
    { ok: false, code: 'output-refused', role: 'triager', detail: '…' },
    ...(['settled', 'no-agent', 'no-supervisor', 'task-over', 'no-step', 'output-empty', 'run-over'] as const).map(
      (code) => ({ ok: false, code }) as const,
    ),
    ...(['watching', 'replay'] as const).map((code) => ({ ok: false, code }) as const),
    { ok: false, field: 'model', code: 'no-model' },
    ...(['url', 'model', 'key'] as const).map(
      (field) => ({ ok: false, field, code: 'odd-character', character: 'U+200B', at: 22 }) as const,
    ),
  ];
  for (const reply of replies) expectWords((say) => say.reply(reply));
});

it('says what storage could not keep, and which generation an agent was made from', () => {
  const codes = [
    'no-warm-pages',
    'engine-ended',
    'engine-failed',
    'warm-closed',
    'warm-too-large',
    'warm-too-small',
  ] as const;
  const notes: readonly NotKept[] = [
    ...codes.map((code) => ({ code })),
    { code: 'warm-full' },
    { code: 'warm-unwritable', detail: '…' },
    { code: 'warm-unread', detail: '…' },
  ];
  for (const note of notes) expectWords((say) => say.storage(note));
  const carried: readonly CarriedOut[] = [{ code: 'renewed', generation: 2 }, { code: 'no-record' }];
  for (const detail of carried) expectWords((say) => say.carriedOut(detail));
});

test('remarks on rows are told in English, as exports have them', () => {
  const told = (note: RowNote): string => noteEn(note);
  expect(told({ code: 'no-review', failure: 'json-invalid', attempts: 3 })).toBe(
    'no review: json-invalid after 3 attempts',
  );
  expect(told({ code: 'token-limit' })).toBe('the token limit came first');
  expect(told({ code: 'reported', detail: 'severity: not in the list' })).toBe('severity: not in the list');
});

it('says a code that nobody knows as it is', () => {
  expect(sayEn.reason({ code: 'valueOf' } as never)).toBe('valueOf');
  expect(sayKo.cause({ code: 'something-new' } as never)).toBe('something-new');
});
