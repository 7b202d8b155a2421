/**
 * Version 1 of the log said in English sentences what events say in codes since version 2. Here, and nowhere else, those sentences are read:
 * each pattern is one that the runtime once wrote. What fits none is kept and shown as it was told (`Told`). Total: nothing throws.
 */
import type { AgentCause } from './agent-events.ts';
import type { EngineLoss, SeatsCause } from './engine-events.ts';
import type { JournalEvent } from './events.ts';
import type { Evidence, Expected, FailedTurn, FailureDetail, Noted, Observed } from './evidence.ts';
import type { FaultDetail } from './fault-events.ts';
import type { CarriedOut, NoticeTitle, OrderReason, StoryLine } from './healing-events.ts';
import type { RunWait } from './run-events.ts';
import { reported, type Told } from './said.ts';
import type { RecordDamage, StorageNote } from './storage-events.ts';
import type { EscalationCause, ReopenReason, RetryReason } from './task-events.ts';
import {
  AGENT_STATES,
  DIAGNOSES,
  type EngineErrorCode,
  EVIDENCE_VERDICTS,
  FINISHES,
  type LossCause,
  RECOVERY_ACTIONS,
  REQUEUE_REASONS,
  type RequeueReason,
  RUNGS,
  type Signal,
  STORED_TABLES,
  TURN_FAILURES,
} from './vocabulary.ts';

type Old = Readonly<Record<string, unknown>>;
/** What the parts of a match mean; null where they are no words of the house after all. */
type Reading<Code> = (...parts: string[]) => Code | null;
type Patterns<Code> = readonly (readonly [RegExp, Reading<Code>])[];

/** An event of version 1 as one of today. */
export function migrateV1(given: unknown): JournalEvent {
  const old: Old = typeof given === 'object' && given !== null ? (given as Old) : { type: 'unknown' };
  const { message: _, ...rest } = old;
  return { ...rest, ...changes(old) } as unknown as JournalEvent;
}

/** The keys that mean something else since. */
function changes(old: Old): Old {
  switch (old['type']) {
    case 'run.waiting':
      return { waits: runWait(words(old['message'])) };
    case 'engine.lost':
      return { ...lossOfV1(words(old['message'])) };
    case 'seats.changed':
      return { because: seatsCause(words(old['because'])) };
    case 'task.retried':
      return { reason: retryReason(words(old['reason'])) };
    case 'task.escalated':
      return { because: escalationCause(words(old['because'])) };
    case 'task.requeued':
      return { reason: REQUEUED.get(words(old['reason'])) ?? old['reason'] };
    case 'task.reopened':
      return { reason: reopenReason(words(old['reason'])) };
    case 'task.failed':
      return { failure: old['failure'] === 'recorded earlier' ? 'recorded-earlier' : old['failure'] };
    case 'agent.state':
      return { because: agentCause(words(old['because'])) };
    case 'fault.injected':
      return { detail: faultDetail(words(old['kind']), words(old['detail'])) };
    case 'heal.suspected':
      return { evidence: list(old['evidence']).map(noted) };
    case 'heal.ordered':
      return { reasons: list(old['reasons']).map(orderReason) };
    case 'heal.carried-out':
      return { detail: carriedOut(words(old['detail'])) };
    case 'heal.notice': {
      const title = noticeTitle(words(old['title']));
      const story = list(old['story']);
      // Of an engine: its own words, and last how many were lost so far.
      return { title, story: title.code === 'engine-lost' ? story.map(engineLine) : story.map(storyLine) };
    }
    case 'storage.note':
      return { detail: storageNote(words(old['detail'])) };
    default:
      return {};
  }
}

const words = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(words) : []);
const told = (text: string): Told => ({ code: 'told', text });

/** The word of the list that the text is; null where it is none. */
const one = <Word extends string>(of: readonly Word[], text: string): Word | null =>
  of.find((word) => word === text) ?? null;

/** A number as the sentences had it; null for `unknown` and whatever else is none. */
const number = (text: string): number | null =>
  /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;

/** What the parts make together, where each of them is known. */
function whole<Parts extends Readonly<Record<string, unknown>>, Code>(
  parts: Parts,
  make: (parts: { [Key in keyof Parts]: NonNullable<Parts[Key]> }) => Code,
): Code | null {
  return Object.values(parts).every((part) => part !== null)
    ? make(parts as { [Key in keyof Parts]: NonNullable<Parts[Key]> })
    : null;
}

function read<Code>(patterns: Patterns<Code>, text: string): Code | null {
  for (const [pattern, reading] of patterns) {
    const match = pattern.exec(text);
    const code = match && reading(...match.slice(1).map((part: string | undefined) => part ?? ''));
    if (code) return code;
  }
  return null;
}

const action = (text: string) => one(RECOVERY_ACTIONS, text);
const rung = (text: string) => one(RUNGS, text);
const diagnosis = (text: string) => one(DIAGNOSES, text);
const failure = (text: string) => one(TURN_FAILURES, text);

const REQUEUED: ReadonlyMap<string, RequeueReason> = new Map<string, RequeueReason>([
  ['second opinion', 'second-opinion'],
  ['called back by a person', 'called-back'],
  ['its agent is being mended', 'mending'],
]);

// Engines.

const DECLARED: ReadonlyMap<string, LossCause> = new Map<string, LossCause>([
  ['The engine fell silent in all turns at once.', 'silence'],
  ['The engine let a turn pass its deadline and did not answer.', 'deadline'],
  ['The engine was replaced to mend an agent that nothing else had helped.', 'order'],
]);

export function lossOfV1(message: string): Pick<EngineLoss, 'by' | 'detail'> {
  const by = DECLARED.get(message) ?? 'engine';
  return { by, detail: by === 'engine' ? message : '' };
}

/** The loss where only its words are left. */
function lossFrom(message: string): EngineLoss {
  const loss = lossOfV1(message);
  const code: EngineErrorCode =
    loss.by !== 'engine' || /worker/i.test(message)
      ? 'worker-dead'
      : /device was lost/i.test(message)
        ? 'device-lost'
        : /memory|allocation|buffer/i.test(message)
          ? 'out-of-memory'
          : 'internal';
  return { code, ...loss };
}

const SEATS: Patterns<SeatsCause> = [
  [
    /^GPU (\d+) % busy and (\d+) turns wait$/,
    (percent, waiting) => ({ code: 'busy', percent: Number(percent), waiting: Number(waiting) }),
  ],
  [/^GPU only (\d+) % busy and no turn waits$/, (percent) => ({ code: 'idle', percent: Number(percent) })],
];
export const seatsCause = (text: string): SeatsCause => read(SEATS, text) ?? told(text);

const WAITS: Patterns<RunWait> = [
  [
    /^(.*) A fresh engine starts in about (\d+) s; no task was lost\.( Browsers block pages that lose the GPU often, so this waits a little longer\.)?$/s,
    (message, seconds, quick) => ({
      code: 'engine-soon',
      loss: lossFrom(message),
      seconds: Number(seconds),
      quick: quick !== '',
    }),
  ],
  [
    /^(.*) All results and open tasks were kept; press resume to try again\.$/s,
    // The way on stood behind what had failed: no sign between the two tells them apart.
    (message) => ({ code: 'engine-stopped', loss: lossFrom(message), remedy: '', kept: true }),
  ],
];
const runWait = (text: string): RunWait => read(WAITS, text) ?? told(text);

// Why turns fail.

const DETAILS: Patterns<FailureDetail> = [
  [/^the token limit came first$/, () => ({ code: 'token-limit' })],
  [/^nothing was written$/, () => ({ code: 'nothing-written' })],
  [/^not done after (\d+) ms$/, (ms) => ({ code: 'not-done', ms: Number(ms) })],
  [/^The engine gave no reason\.$/, () => ({ code: 'no-reason' })],
  [/^the bigger model did not answer$/, () => ({ code: 'model-silent' })],
  [/^found by its supervisor: unknown$/, () => ({ code: 'diagnosed', fault: null })],
  [
    /^found by its supervisor: ([a-z-]+)$/,
    (fault) => whole({ fault: diagnosis(fault) }, (parts) => ({ code: 'diagnosed', ...parts })),
  ],
  [
    /^its turn was lost with every engine that had it, the last by ([a-z-]+)$/,
    (last) => whole({ last: one(REQUEUE_REASONS, last) }, (parts) => ({ code: 'lost-with-engines', ...parts })),
  ],
  [
    /^its turn was lost (\d+) times, the last by ([a-z-]+)$/,
    (times, last) =>
      whole({ times: Number(times), last: one(REQUEUE_REASONS, last) }, (parts) => ({ code: 'lost-often', ...parts })),
  ],
  [/^the agent was given up$/, () => ({ code: 'agent-given-up' })],
];

function failureDetail(text: string): FailureDetail {
  const known = read(DETAILS, text);
  if (known) return known;
  const evidence = observations(text);
  return evidence ? { code: 'seen', evidence } : reported(text);
}

/** `failure: detail`. */
function failedTurn(text: string): FailedTurn | null {
  const [, name = '', detail = ''] = /^([a-z-]+): (.*)$/s.exec(text) ?? [];
  return whole({ failure: failure(name) }, (parts) => ({ ...parts, detail: failureDetail(detail) }));
}

function retryReason(text: string): RetryReason {
  const failed = failedTurn(text);
  return failed ? { code: 'failed', ...failed } : told(text);
}

const ESCALATED: Patterns<EscalationCause> = [
  [
    /^([a-z-]+) after (\d+) attempts: (.*)$/s,
    (name, attempts, detail) =>
      whole({ failure: failure(name) }, (parts) => ({
        code: 'failed',
        ...parts,
        attempts: Number(attempts),
        detail: failureDetail(detail),
      })),
  ],
  [/^the supervisor of (.*) chose it$/s, (role) => ({ code: 'supervisor', role })],
];
const escalationCause = (text: string): EscalationCause => read(ESCALATED, text) ?? told(text);

const reopenReason = (text: string): ReopenReason =>
  text === 'its result could not be read any more' ? { code: 'row-unreadable' } : told(text);

// Observations.

const SIGNALS_OF_V1: ReadonlyMap<string, Signal> = new Map<string, Signal>([
  ['repetition', 'repetition'],
  ['mean log-probability', 'log-probability'],
  ['finish', 'finish'],
  ['schema', 'schema'],
  ['required fields', 'required-fields'],
  ['ms to first token', 'first-token'],
  ['ms between tokens', 'token-gap'],
  ['context filled', 'context'],
  ['K/V pages used', 'pages'],
  ['stored record', 'stored-record'],
  ['stored K/V pages', 'stored-pages'],
  ['agreement with others', 'agreement'],
  ['storage', 'storage'],
  ['ms since the turn began', 'turn-age'],
  ['ms since the last token', 'silence'],
  ['ms without a first token', 'no-first-token'],
  ['turn', 'turn'],
  ['answers', 'answers'],
  ['answer', 'answer'],
  ['health', 'health'],
  ['isolation forest', 'isolation-forest'],
  ['engine', 'engine'],
  ['state', 'state'],
]);

const DAMAGE: Patterns<RecordDamage> = [
  [/^version (.*) is not known$/s, (version) => ({ code: 'version', version })],
  [/^fields are missing$/, () => ({ code: 'fields' })],
  [/^checksum ([0-9a-f]+) is not ([0-9a-f]+)$/, (is, was) => ({ code: 'checksum', is, was })],
  [/^body is not JSON$/, () => ({ code: 'not-json' })],
];

const VALUES: Partial<Readonly<Record<Signal, Patterns<NonNullable<Observed>>>>> = {
  repetition: [
    [
      /^(\d+) times the same (\d+)$/,
      (repeats, period) => ({ code: 'cycle', repeats: Number(repeats), period: Number(period) }),
    ],
  ],
  finish: [[/^([a-z]+)$/, (name) => whole({ finish: one(FINISHES, name) }, (parts) => ({ code: 'finish', ...parts }))]],
  'required-fields': [
    [
      /^(\d+) of (\d+)$/,
      (present, required) => ({ code: 'fields', present: Number(present), required: Number(required) }),
    ],
  ],
  'stored-record': [
    [/^whole$/, () => ({ code: 'whole' })],
    [/^checksum does not fit$/, () => ({ code: 'not-whole' })],
    [
      /^(.*); the generation before it is used$/s,
      (damage) => ({ code: 'set-aside', damage: read(DAMAGE, damage) ?? told(damage) }),
    ],
  ],
  'stored-pages': [[/^(.*)$/s, reported]],
  storage: [[/^(.*)$/s, reported]],
  silence: [
    [
      /^(\d+), in which (\d+) turns of others began and ended$/,
      (ms, turns) => ({ code: 'outlasted', ms: Number(ms), turns: Number(turns) }),
    ],
  ],
  turn: [
    [
      /^(.*)$/s,
      (text) => {
        const failed = failedTurn(text);
        return failed && { code: 'failed', ...failed };
      },
    ],
  ],
  answers: [
    [
      /^the last of several that few others give \((\d+) of 100\)$/,
      (percent) => ({ code: 'lone', percent: Number(percent) }),
    ],
  ],
  answer: [[/^(.*)$/s, (answer) => ({ code: 'answer', answer })]],
  engine: [[/^(.*)$/s, (message) => ({ code: 'lost', loss: lossFrom(message) })]],
  state: [
    [/^([a-z]+)$/, (name) => whole({ state: one(AGENT_STATES, name) }, (parts) => ({ code: 'state', ...parts }))],
  ],
};

/** Undefined where it is none that was ever seen of that signal. */
function observed(signal: Signal, text: string): Observed | undefined {
  if (text === 'unknown') return null;
  const known = read(VALUES[signal] ?? [], text) ?? number(text);
  if (known !== null) return known;
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

const numbers = (make: (...values: number[]) => Expected): Reading<Expected> => {
  return (...parts) => {
    const values = parts.map(number);
    return values.every((value) => value !== null) ? make(...values) : null;
  };
};

const EXPECTED: Patterns<Expected> = [
  [
    /^no cycle of (\d+) or more, compression below ([\d.]+)$/,
    numbers((repeats = 0, compression = 0) => ({ code: 'no-cycle', repeats, compression })),
  ],
  [/^no cycle of (\d+) or more$/, numbers((repeats = 0) => ({ code: 'no-cycle', repeats }))],
  [/^stop$/, () => ({ code: 'finish', finish: 'stop' })],
  [/^above (\S+), as 99 of 100 turns of the role$/, numbers((least = 0) => ({ code: 'above', least, by: 'role' }))],
  [/^above (\S+) \(role not learned yet\)$/, numbers((least = 0) => ({ code: 'above', least, by: 'nobody' }))],
  [/^above (\S+)$/, numbers((least = 0) => ({ code: 'above', least }))],
  [/^below (\S+)$/, numbers((most = 0) => ({ code: 'below', most }))],
  [/^at most (\S+)$/, numbers((ms = 0) => ({ code: 'at-most', ms }))],
  [/^about (\S+) ms, at most (\S+)$/, numbers((ms = 0, most = 0) => ({ code: 'about', ms, most }))],
  [/^an end within (\S+)$/, numbers((ms = 0) => ({ code: 'end-within', ms }))],
  [/^a word while others get on$/, () => ({ code: 'word' })],
  [/^valid$/, () => ({ code: 'valid' })],
  [/^all$/, () => ({ code: 'all' })],
  [/^at least two thirds$/, () => ({ code: 'two-thirds' })],
  [/^whole$/, () => ({ code: 'whole' })],
  [/^whole, of a known version$/, () => ({ code: 'whole-known' })],
  [/^room to write$/, () => ({ code: 'room' })],
  [/^an output that passes$/, () => ({ code: 'passing' })],
  [/^carried out$/, () => ({ code: 'carried-out' })],
  [/^what others say$/, () => ({ code: 'others' })],
  [/^(.*), as others say$/s, (answer) => ({ code: 'answer', answer })],
  [/^alive$/, () => ({ code: 'alive' })],
  [/^a case that says why$/, () => ({ code: 'case' })],
];

/** `signal: value; expected this; verdict`. */
function evidenceIn(text: string): Evidence | null {
  const [, name = '', value = '', wanted = '', judged = ''] =
    /^(.+?): (.*); expected (.*); (good|odd|bad|unknown)$/s.exec(text) ?? [];
  const expected = read(EXPECTED, wanted);
  const verdict = one(EVIDENCE_VERDICTS, judged);
  if (!expected || !verdict) return null;
  const step = action(name);
  if (step) {
    const failed = { code: 'not-carried-out', action: step, detail: value } as const;
    return { signal: 'step', value: failed, expected, verdict };
  }
  const signal = SIGNALS_OF_V1.get(name);
  const seen = signal && observed(signal, value);
  return signal && seen !== undefined ? { signal, value: seen, expected, verdict } : null;
}

export const noted = (text: string): Noted => evidenceIn(text) ?? told(text);

/** Observations in one line, as they were joined by `; `; null where one of them is none. */
function observations(text: string): Evidence[] | null {
  if (text === '') return [];
  const found = text.split(/(?<=; (?:good|odd|bad|unknown)); /).map(evidenceIn);
  return found.every((each) => each !== null) ? found : null;
}

// Healing.

const REASONS: Patterns<OrderReason> = [
  [
    /^([a-z-]+) \(([a-z-]+)\): .+; cures ([a-z-]+) in (\d+) of 100, (\d+) ms a cure$/s,
    (step, on, fault, percent, ms) =>
      whole({ action: action(step), rung: rung(on), fault: diagnosis(fault) }, (parts) => ({
        code: 'chosen',
        ...parts,
        percent: Number(percent),
        ms: Number(ms),
      })),
  ],
  [
    /^([a-z-]+): dearer, (\d+) ms a cure$/,
    (step, ms) => whole({ action: action(step) }, (parts) => ({ code: 'dearer', ...parts, ms: Number(ms) })),
  ],
  [
    /^([a-z-]+): does nothing for ([a-z-]+)$/,
    (step, fault) =>
      whole({ action: action(step), fault: diagnosis(fault) }, (parts) => ({ code: 'no-cure', ...parts })),
  ],
  [
    /^([a-z-]+): tried (\d+) of (\d+) times$/,
    (step, times, limit) =>
      whole({ action: action(step) }, (parts) => ({
        code: 'tried',
        ...parts,
        times: Number(times),
        limit: Number(limit),
      })),
  ],
  [
    /^([a-z-]+): the role names no other model$/,
    (step) => whole({ action: action(step) }, (parts) => ({ code: 'no-model', ...parts })),
  ],
  [
    /^([a-z-]+): no other agent of the role is fit$/,
    (step) => whole({ action: action(step) }, (parts) => ({ code: 'no-standby', ...parts })),
  ],
  [
    /^([a-z-]+): too many restarts lately; the supervisor above decides$/,
    (step) => whole({ action: action(step) }, (parts) => ({ code: 'too-many-restarts', ...parts })),
  ],
  [
    /^(.+): (\d+) of (\d+) restarts in (\d+) ms$/s,
    (node, count, intensity, ms) => ({
      code: 'window',
      node,
      count: Number(count),
      intensity: Number(intensity),
      ms: Number(ms),
    }),
  ],
  [/^(\d+) different agents failed at it$/, (agents) => ({ code: 'several-failed', agents: Number(agents) })],
  [
    /^agent (\d+): ([a-z-]+)$/,
    (agent, fault) =>
      whole({ fault: diagnosis(fault) }, (parts) => ({ code: 'agent-failed', agent: Number(agent), ...parts })),
  ],
  [/^asked by a person$/, () => ({ code: 'asked' })],
  [/^nothing is left to try$/, () => ({ code: 'nothing-left' })],
];
const orderReason = (text: string): OrderReason => read(REASONS, text) ?? told(text);

const CAUSES: Patterns<AgentCause> = [
  ...REASONS,
  [/^passed a turn of task (\d+)$/, (task) => ({ code: 'passed', task: Number(task) })],
  [
    /^([a-z-]+) \(([a-z-]+)\) for ([a-z-]+)$/,
    (step, on, fault) =>
      whole({ action: action(step), rung: rung(on), fault: diagnosis(fault) }, (parts) => ({
        code: 'ordered',
        ...parts,
      })),
  ],
  [
    /^([a-z-]+) \(([a-z-]+)\) asked by a person$/,
    (step, on) => whole({ action: action(step), rung: rung(on) }, (parts) => ({ code: 'asked-for', ...parts })),
  ],
  [/^nobody else of the role is fit$/, () => ({ code: 'last-of-role' })],
  [
    /^([a-z-]+): score$/,
    (fault) => whole({ fault: diagnosis(fault) }, (parts) => ({ code: 'suspected', ...parts, signal: null })),
  ],
  [
    /^([a-z-]+): (.+)$/,
    (fault, name) =>
      whole({ fault: diagnosis(fault), signal: SIGNALS_OF_V1.get(name) ?? null }, (parts) => ({
        code: 'suspected',
        ...parts,
      })),
  ],
  [/^([a-z-]+)$/, (name) => whole({ failure: failure(name) }, (parts) => ({ code: 'failed', ...parts }))],
];
const agentCause = (text: string): AgentCause => read(CAUSES, text) ?? told(text);

const TITLES: Patterns<NoticeTitle> = [
  [
    /^([a-z-]+): the run waits$/,
    (fault) => whole({ fault: diagnosis(fault) }, (parts) => ({ code: 'run-waits', ...parts })),
  ],
  [
    /^Agent (\d+) could not be mended: ([a-z-]+)$/,
    (agent, fault) =>
      whole({ fault: diagnosis(fault) }, (parts) => ({ code: 'not-mended', agent: Number(agent), ...parts })),
  ],
  [/^The engine was lost again and again; the run waits$/, () => ({ code: 'engine-lost' })],
  [
    /^Line (\d+) failed all its attempts: ([a-z-]+)$/,
    (line, name) =>
      whole({ failure: failure(name) }, (parts) => ({ code: 'attempts-failed', line: Number(line), ...parts })),
  ],
];
const noticeTitle = (text: string): NoticeTitle => read(TITLES, text) ?? told(text);

const STORY: Patterns<StoryLine> = [
  [
    /^tried ([a-z-]+) \(([a-z-]+)\), (open|helped|did not help)$/,
    (step, on, end) =>
      whole({ action: action(step), rung: rung(on) }, (parts) => ({
        code: 'step',
        ...parts,
        ok: end === 'open' ? null : end === 'helped',
      })),
  ],
  [
    /^attempt (\d+), by (.+?): ([a-z-]+); (.*)$/s,
    (attempt, by, name, detail) =>
      whole({ failure: failure(name) }, (parts) => {
        const failed = { attempt: Number(attempt), ...parts, detail: failureDetail(detail) };
        const agent = /^agent (\d+)$/.exec(by)?.[1];
        return agent === undefined
          ? { code: 'model-attempt', model: by, ...failed }
          : { code: 'attempt', agent: Number(agent), ...failed };
      }),
  ],
  [
    /^attempts before: (\d+), in an earlier tab$/,
    (attempts) => ({ code: 'attempts-before', attempts: Number(attempts) }),
  ],
  [
    /^nothing is left to try by itself; without a word within (\d+) s it ends as ([a-z-]+)$/,
    (seconds, name) =>
      whole({ failure: failure(name) }, (parts) => ({ code: 'last-call', seconds: Number(seconds), ...parts })),
  ],
  [
    /^engines lost so far: (\d+); all results and open tasks were kept$/,
    (engines) => ({ code: 'engines-lost', engines: Number(engines) }),
  ],
  ...REASONS,
  [
    /^([a-z-]+): (.*)$/s,
    (fault, text) =>
      whole({ fault: diagnosis(fault), evidence: observations(text) }, (parts) => ({ code: 'seen', ...parts })),
  ],
];
const storyLine = (text: string): StoryLine => read(STORY, text) ?? told(text);

function engineLine(text: string, place: number): StoryLine {
  if (place === 0) return { code: 'lost', loss: lossFrom(text) };
  return read(STORY, text) ?? reported(text);
}

const CARRIED_OUT: Patterns<CarriedOut> = [
  [
    /^made anew from generation (\d+) of its record$/,
    (generation) => ({ code: 'renewed', generation: Number(generation) }),
  ],
  [/^there is no record of it: it begins with its role's prompt alone$/, () => ({ code: 'no-record' })],
];
const carriedOut = (text: string): CarriedOut => read(CARRIED_OUT, text) ?? told(text);

// Faults and storage.

/** @param kind names the fault in most of its sentences */
export function faultDetail(kind: string, text: string): FaultDetail {
  if (text === kind && kind !== '') return { code: 'struck' };
  const own = text.startsWith(`${kind} `) || text.startsWith(`${kind}:`) ? text.slice(kind.length) : null;
  return (own === null ? null : read(OWN_DETAILS, own)) ?? read(FAULT_DETAILS, text) ?? told(text);
}

const OWN_DETAILS: Patterns<FaultDetail> = [
  [/^ with (\d+) turns in flight$/, (turns) => ({ code: 'in-flight', turns: Number(turns) })],
  [
    /^ of agent (\d+), (for one turn|until it is reset)$/,
    (agent, how) => ({ code: 'agent', agent: Number(agent), lasting: how === 'until it is reset' }),
  ],
  [
    /^ for (\S+) s$/,
    (seconds) => whole({ seconds: number(seconds) }, (parts) => ({ code: 'for', ms: parts.seconds * 1000 })),
  ],
  [
    /^: ([a-z]+) (.*)$/s,
    (table, key) => whole({ table: one(STORED_TABLES, table) }, (parts) => ({ code: 'record', ...parts, key })),
  ],
];

const FAULT_DETAILS: Patterns<FaultDetail> = [
  [/^(\d+) turns ended with an error$/, (turns) => ({ code: 'turns-ended', turns: Number(turns) })],
  [
    /^no room to write for (\S+) s$/,
    (seconds) => whole({ seconds: number(seconds) }, (parts) => ({ code: 'no-room', ms: parts.seconds * 1000 })),
  ],
  [/^Freezes all timers, as a browser does with a tab in the background\.$/, () => ({ code: 'tab-frozen' })],
  [/^Moves the wall clock by hours, either way\.$/, () => ({ code: 'clock-moved' })],
  [/^MONITOR and RECOVER ended$/, () => ({ code: 'supervisor-ended' })],
  [/^the page was reloaded on purpose$/, () => ({ code: 'page-reloaded' })],
];

/** `0.81 MB` of bytes below a million, else `12.3 MB`. */
const bytes = (megabytes: string): number =>
  /\.\d\d$/.test(megabytes)
    ? Math.min(999_999, Math.round(Number(megabytes) * 1e6))
    : Math.max(1e6, Math.round(Number(megabytes) * 1e6));

const NOTES: Patterns<StorageNote> = [
  [
    /^Given up to make room for results: (?:([\d.]+) MB of K\/V pages, which are computed again)?(?: and )?(?:([\d.]+) MB of detail in the logs of runs that have ended)?\.$/,
    (warm, traces) => ({
      code: 'made-room',
      warm: warm === '' ? 0 : bytes(warm),
      traces: traces === '' ? 0 : bytes(traces),
    }),
  ],
  [/^This model keeps no warm pages\.$/, () => ({ code: 'no-warm-pages' })],
  [/^The engine has ended\.$/, () => ({ code: 'engine-ended' })],
  [/^The engine has failed\.$/, () => ({ code: 'engine-failed' })],
  [/^The store of warm pages was closed\.$/, () => ({ code: 'warm-closed' })],
  [/^The agent has more K\/V than warm pages may take up\.$/, () => ({ code: 'warm-too-large' })],
  [/^It has too few tokens of its own to be worth keeping\.$/, () => ({ code: 'warm-too-small' })],
  [/^Storage is full: warm pages were dropped, results are kept\.$/, () => ({ code: 'warm-full' })],
  [/^Warm pages could not be written: (.*)$/s, (detail) => ({ code: 'warm-unwritable', detail })],
  [/^Its K\/V could not be kept: (.*)$/s, (detail) => ({ code: 'warm-unread', detail })],
];
const storageNote = (text: string): StorageNote => read(NOTES, text) ?? told(text);
