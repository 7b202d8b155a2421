/** What events, statuses and replies say in codes, in English. */
import type { Evidence, Expected, FailureDetail, Observed } from '../../journal/evidence.ts';
import type { FaultDetail, MissedFault } from '../../journal/fault-events.ts';
import type { CarriedOut, NoticeTitle, OrderReason, StoryLine } from '../../journal/healing-events.ts';
import type { RunWait } from '../../journal/run-events.ts';
import type { Freed, RecordDamage, StorageNote } from '../../journal/storage-events.ts';
import type { EscalationCause, ReopenReason, RetryReason } from '../../journal/task-events.ts';
import type { AgentCause } from '../../journal/agent-events.ts';
import type { EngineLoss, SeatsCause } from '../../journal/engine-events.ts';
import type { RecoveryAction, RequeueReason, Signal } from '../../journal/vocabulary.ts';
import type { ActionDone, ActionRefused, RowNote } from '../../runtime/protocol/protocol.ts';
import { num } from '../base/format.ts';
import { errorsEn } from './errors.en.ts';
import { inputNoteEn } from './input.en.ts';
import { type Say, type Words, wordsFor } from './say.ts';

const SIGNALS: Readonly<Record<Signal, string>> = {
  repetition: 'repetition',
  'log-probability': 'mean log-probability',
  finish: 'finish',
  schema: 'schema',
  'required-fields': 'required fields',
  'first-token': 'ms to first token',
  'token-gap': 'ms between tokens',
  context: 'context filled',
  pages: 'K/V pages used',
  'stored-record': 'stored record',
  'stored-pages': 'stored K/V pages',
  agreement: 'agreement with others',
  storage: 'storage',
  'turn-age': 'ms since the turn began',
  silence: 'ms since the last token',
  'no-first-token': 'ms without a first token',
  turn: 'turn',
  answers: 'answers',
  answer: 'answer',
  health: 'health',
  'isolation-forest': 'isolation forest',
  engine: 'engine',
  state: 'state',
  step: 'step',
};

/** What each step of the ladder does. */
const DOES: Readonly<Record<RecoveryAction, string>> = {
  'retry-turn': 'drop the turn; its task is taken again, by another agent where there is one',
  'second-opinion': 'let another agent answer the same before anyone is accused',
  'reload-sampler': "sample the agent's next turn with a penalty on repetition",
  're-prefill': "throw the agent's K/V away and compute it again from its tokens",
  'trim-context': "start from the role's prompt alone, with half the room for the task's text",
  'reset-context': "start from the role's prompt alone",
  'free-storage': 'delete warm K/V pages, then detail in the logs of runs that have ended; never results',
  'fresh-agent': 'make the agent anew from its last good generation',
  'rebuild-pool': 'build the K/V pool again, one size down',
  'fresh-worker':
    'start a fresh inference worker on a fresh adapter; it loads the model from the cache, and fetches again what does not fit there',
  'reload-weights': 'let a fresh engine load the model again',
  'escalate-model': "give the task to the next model of the role's escalate list",
  'move-task': "give the task to a standby of the role; the agent rests and starts from the role's prompt alone",
  'ask-operator': 'tell a person the whole story and wait for a word',
};

const told = ({ text }: { readonly text: string }): string => text;
const reported = ({ detail }: { readonly detail: string }): string => detail;
/** Three digits are enough of a measurement. */
const figure = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
const seconds = (ms: number): string => `${String(ms / 1000)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

const damage = wordsFor<RecordDamage>({
  version: ({ version }) => `version ${version} is not known`,
  fields: () => 'fields are missing',
  checksum: ({ is, was }) => `checksum ${is} is not ${was}`,
  'not-json': () => 'body is not JSON',
  told,
});

function loss({ code, by, detail }: EngineLoss): string {
  switch (by) {
    case 'silence':
      return 'The engine fell silent in all turns at once.';
    case 'deadline':
      return 'The engine let a turn pass its deadline and did not answer.';
    case 'order':
      return 'The engine was replaced to mend an agent that nothing else had helped.';
    default:
      if (code.startsWith('remote-')) return `${errorsEn[code].title}${detail === '' ? '' : ` (${detail})`}.`;
      return detail === '' ? `${(errorsEn as Partial<typeof errorsEn>)[code]?.title ?? code}.` : detail;
  }
}

const FIELDS = { url: 'address', model: 'name of the model', key: 'key' } as const;

function ordinal(n: number): string {
  const ending = n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${String(n)}${ending}`;
}

const DETAILS: Words<FailureDetail> = {
  'token-limit': () => 'the token limit came first',
  'nothing-written': () => 'nothing was written',
  'not-done': ({ ms }) => `not done after ${String(ms)} ms`,
  endpoint: (of) => `${errorsEn[of.error].title}${of.words === '' ? '' : `: ${of.words}`}`,
  engine: (of) => `${errorsEn[of.error].title}${of.words === '' ? '' : `: ${of.words}`}`,
  'no-reason': () => 'The engine gave no reason.',
  'model-silent': () => 'the bigger model did not answer',
  diagnosed: ({ fault }) => `found by its supervisor: ${fault ?? 'unknown'}`,
  'lost-with-engines': ({ last }) => `its turn was lost with every engine that had it, the last by ${last}`,
  'lost-often': ({ times, last }) => `its turn was lost ${String(times)} times, the last by ${last}`,
  'agent-given-up': () => 'the agent was given up',
  seen: ({ evidence: all }) => all.map(evidence).join('; '),
  reported,
};
const detail = wordsFor(DETAILS);

const observed = wordsFor<Extract<Observed, object>>({
  cycle: ({ repeats, period }) => `${String(repeats)} times the same ${String(period)}`,
  finish: ({ finish }) => finish,
  fields: ({ present, required }) => `${String(present)} of ${String(required)}`,
  whole: () => 'whole',
  'not-whole': () => 'checksum does not fit',
  'set-aside': (of) => `${damage(of.damage)}; an older generation is used, if there is one`,
  failed: (of) => `${of.failure}: ${detail(of.detail)}`,
  outlasted: ({ ms, turns }) => `${String(ms)}, in which ${String(turns)} turns of others began and ended`,
  lone: ({ percent }) => `the last of several that few others give (${String(percent)} of 100)`,
  answer: ({ answer }) => answer,
  lost: (of) => loss(of.loss),
  state: ({ state }) => state,
  'not-carried-out': reported,
  reported,
});

const expected = wordsFor<Expected>({
  'no-cycle': ({ repeats, compression }) =>
    `no cycle of ${String(repeats)} or more${compression === undefined ? '' : `, compression below ${String(compression)}`}`,
  finish: ({ finish }) => finish,
  above: ({ least, by }) =>
    `above ${least.toFixed(2)}${by === undefined ? '' : by === 'role' ? ', as 99 of 100 turns of the role' : ' (role not learned yet)'}`,
  below: ({ most }) => `below ${most.toFixed(2)}`,
  'at-most': ({ ms }) => `at most ${String(ms)}`,
  about: ({ ms, most }) => `about ${String(ms)} ms, at most ${String(most)}`,
  'end-within': ({ ms }) => `an end within ${String(ms)}`,
  word: () => 'a word while others get on',
  valid: () => 'valid',
  all: () => 'all',
  'two-thirds': () => 'at least two thirds',
  whole: () => 'whole',
  'whole-known': () => 'whole, of a known version',
  room: () => 'room to write',
  passing: () => 'an output that passes',
  'carried-out': () => 'carried out',
  others: () => 'what others say',
  answer: ({ answer }) => `${answer}, as others say`,
  alive: () => 'alive',
  case: () => 'a case that says why',
});

function value(of: Observed): string {
  if (of === null) return 'unknown';
  if (typeof of === 'number') return figure(of);
  return typeof of === 'boolean' ? String(of) : observed(of);
}

function evidence(noted: Evidence | { readonly code: 'told'; readonly text: string }): string {
  if ('code' in noted) return noted.text;
  const { signal, value: seen } = noted;
  // A step that could not be carried out is told by its own name.
  const of = typeof seen === 'object' && seen?.code === 'not-carried-out' ? seen.action : SIGNALS[signal];
  return `${of}: ${value(seen)}; expected ${expected(noted.expected)}; ${noted.verdict}`;
}

const REASONS: Words<OrderReason> = {
  chosen: ({ action, rung, fault, percent, ms }) =>
    `${action} (${rung}): ${DOES[action]}; cures ${fault} in ${String(percent)} of 100, ${String(ms)} ms a cure`,
  dearer: ({ action, ms }) => `${action}: dearer, ${String(ms)} ms a cure`,
  'no-cure': ({ action, fault }) => `${action}: does nothing for ${fault}`,
  tried: ({ action, times, limit }) => `${action}: tried ${String(times)} of ${String(limit)} times`,
  'no-model': ({ action }) => `${action}: the role names no other model`,
  'no-standby': ({ action }) => `${action}: no other agent of the role is fit`,
  'too-many-restarts': ({ action }) => `${action}: too many restarts lately; the supervisor above decides`,
  window: ({ node, count, intensity, ms }) =>
    `${node}: ${String(count)} of ${String(intensity)} restarts in ${String(ms)} ms`,
  'several-failed': ({ agents }) => `${String(agents)} different agents failed at it`,
  'agent-failed': ({ agent, fault }) => `agent ${String(agent)}: ${fault}`,
  asked: () => 'asked by a person',
  'nothing-left': () => 'nothing is left to try',
  told,
};

const STORY: Words<StoryLine> = {
  ...REASONS,
  seen: ({ fault, evidence: all }) => `${fault}: ${all.map(evidence).join('; ')}`,
  step: ({ action, rung, ok }) => `tried ${action} (${rung}), ${ok === null ? 'open' : ok ? 'helped' : 'did not help'}`,
  attempt: (of) => `attempt ${String(of.attempt)}, by agent ${String(of.agent)}: ${of.failure}; ${detail(of.detail)}`,
  'model-attempt': (of) => `attempt ${String(of.attempt)}, by ${of.model}: ${of.failure}; ${detail(of.detail)}`,
  'attempts-before': ({ attempts }) => `attempts before: ${String(attempts)}, in an earlier tab`,
  'last-call': (of) =>
    `nothing is left to try by itself; without a word within ${String(of.seconds)} s it ends as ${of.failure}`,
  lost: (of) => loss(of.loss),
  'engines-lost': ({ engines }) => `engines lost so far: ${String(engines)}; all results and open tasks were kept`,
  reported,
};

/** What was given up for results. */
function freed({ warm, traces }: Freed): string {
  const parts = [
    ...(warm > 0 ? [`${megabytes(warm)} of K/V pages, which are computed again`] : []),
    ...(traces > 0 ? [`${megabytes(traces)} of detail in the logs of runs that have ended`] : []),
  ];
  return parts.length === 0 ? '' : `Given up to make room for results: ${parts.join(' and ')}.`;
}

/** Of so many committed rows so many. */
const rowsOf = (rows: number, of: number): string =>
  rows === of ? `${num(of)} ${of === 1 ? 'result' : 'results'}` : `${num(rows)} of ${num(of)} results`;

const WAITS: Words<RunWait> = {
  'engine-loading': () => 'A fresh engine is loading; all tasks were kept and go on as soon as it is there.',
  'engine-soon': (of) =>
    `${loss(of.loss)} A fresh engine starts in about ${String(of.seconds)} s; no task was lost.${of.quick ? ' Browsers block pages that lose the GPU often, so this waits a little longer.' : ''}`,
  'engine-stopped': ({ loss: of, remedy, kept }) =>
    [
      loss(of),
      remedy || errorsEn[of.code].remedy,
      kept ? 'All results and open tasks were kept; press resume to try again.' : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  'storage-full': (of) => {
    const given = freed(of);
    return `This browser has no storage left for results. Nothing was lost so far: free some space and the run goes on by itself. On a full disk a browser may throw away all that it has stored, so download what is done.${given === '' ? '' : ` ${given}`}`;
  },
  'write-failed': (of) =>
    `Results cannot be written at the moment (${of.detail}). They are kept in memory and tried again.`,
  'storage-gone': ({ rows, of }) =>
    `Browsers do that on a full disk, or when they are told to. ${rowsOf(rows, of)} ${of === 1 ? 'is' : 'are'} in this tab’s memory now, and nowhere else. Download them before you close or reload it. Storing them anew is tried again and again.`,
  'taken-over': () => 'Another tab runs this now; this one only watches.',
  watching: () => 'Another tab runs this; here you only watch.',
  told,
};

/** Reasons that are more than the name of an error. */
const REQUEUED: Partial<Readonly<Record<RequeueReason, string>>> = {
  'device-lost': 'GPU lost',
  'worker-dead': 'worker gone',
  'out-of-memory': 'GPU memory full',
  'engine-error': 'engine error',
  'storage-full': 'storage full',
  'second-opinion': 'second opinion',
  'called-back': 'called back by a person',
  mending: 'its agent is being mended',
};

const FAULTS: Words<FaultDetail> = {
  'in-flight': ({ turns }) => ` with ${String(turns)} turns in flight`,
  'turns-ended': ({ turns }) => `${String(turns)} turns ended with an error`,
  agent: ({ agent, lasting }) => ` of agent ${String(agent)}, ${lasting ? 'until it is reset' : 'for one turn'}`,
  for: ({ ms }) => ` for ${seconds(ms)}`,
  'no-room': ({ ms }) => `no room to write for ${seconds(ms)}`,
  'tab-frozen': () => 'Freezes all timers, as a browser does with a tab in the background.',
  'clock-moved': () => 'Moves the wall clock by hours, either way.',
  record: ({ table, key }) => `: ${table} ${key}`,
  'supervisor-ended': () => 'MONITOR and RECOVER ended',
  'page-reloaded': () => 'the page was reloaded on purpose',
  struck: () => '',
  told,
};
const fault = wordsFor(FAULTS);
/** Said behind the fault's name. */
const BEHIND: ReadonlySet<FaultDetail['code']> = new Set(['in-flight', 'agent', 'for', 'record', 'struck']);

export const sayEn: Say = {
  cause: wordsFor<AgentCause>({
    ...REASONS,
    suspected: (of) => `${of.fault}: ${of.signal === null ? 'score' : SIGNALS[of.signal]}`,
    passed: ({ task }) => `passed a turn of task ${String(task)}`,
    ordered: (of) => `${of.action} (${of.rung}) for ${of.fault}`,
    'asked-for': ({ action, rung }) => `${action} (${rung}) asked by a person`,
    'last-of-role': () => 'nobody else of the role is fit',
    failed: (of) => of.failure,
  }),
  reason: wordsFor(REASONS),
  evidence,
  title: wordsFor<NoticeTitle>({
    'run-waits': (of) => `${of.fault}: the run waits`,
    'not-mended': (of) => `Agent ${String(of.agent)} could not be mended: ${of.fault}`,
    'engine-lost': () => 'The engine was lost again and again; the run waits',
    'task-blamed': (of) =>
      `Line ${String(of.line)} is what is wrong, ${String(of.agents)} agents failed at it: ${of.failure}`,
    'attempts-failed': (of) => `Line ${String(of.line)} failed all its attempts: ${of.failure}`,
    told,
  }),
  story: wordsFor(STORY),
  carriedOut: wordsFor<CarriedOut>({
    renewed: ({ generation }) => `made anew from generation ${String(generation)} of its record`,
    'no-record': () => "there is no record of it: it begins with its role's prompt alone",
    told,
  }),
  wait: wordsFor(WAITS),
  loss,
  seats: wordsFor<SeatsCause>({
    busy: ({ percent, waiting }) => `GPU ${String(percent)} % busy and ${String(waiting)} turns wait`,
    idle: ({ percent }) => `GPU only ${String(percent)} % busy and no turn waits`,
    'bears-more': () => 'the endpoint bore all it was given',
    'pushed-back': () => 'the endpoint pushed back',
    told,
  }),
  failure: (failure) => failure,
  detail,
  retried: wordsFor<RetryReason>({ failed: (of) => `${of.failure}: ${detail(of.detail)}`, told }),
  escalated: wordsFor<EscalationCause>({
    failed: (of) => `${of.failure} after ${String(of.attempts)} attempts: ${detail(of.detail)}`,
    supervisor: ({ role }) => `the supervisor of ${role} chose it`,
    told,
  }),
  requeued: (reason) => REQUEUED[reason] ?? reason,
  reopened: wordsFor<ReopenReason>({ 'row-unreadable': () => 'its result could not be read any more', told }),
  input: inputNoteEn,
  storage: wordsFor<StorageNote>({
    'made-room': freed,
    'written-anew': ({ rows, of }) =>
      `The browser had thrown away what was stored. ${rowsOf(rows, of)} ${of === 1 ? 'was' : 'were'} stored anew from this tab’s memory. What was half done is done again; the log of what happened before is lost.`,
    'no-warm-pages': () => 'This model keeps no warm pages.',
    'engine-ended': () => 'The engine has ended.',
    'engine-failed': () => 'The engine has failed.',
    'warm-closed': () => 'The store of warm pages was closed.',
    'warm-too-large': () => 'The agent has more K/V than warm pages may take up.',
    'warm-too-small': () => 'It has too few tokens of its own to be worth keeping.',
    'warm-full': () => 'Storage is full: warm pages were dropped, results are kept.',
    'warm-unwritable': (of) => `Warm pages could not be written: ${of.detail}`,
    'warm-unread': (of) => `Its K/V could not be kept: ${of.detail}`,
    told,
  }),
  fault: (kind, of) => `${BEHIND.has(of.code) ? kind : ''}${fault(of)}`,
  missed: wordsFor<MissedFault>({
    'nothing-there': () => 'nothing was there to strike',
    'no-engine': () => 'no engine was there',
    'no-turn': () => 'no turn suited it',
    'turn-ended': () => 'the turn ended before',
    'cannot-enter': ({ kind }) => `${kind} cannot enter here`,
    'from-outside': ({ kind }) => `${kind} is done to the page from outside`,
    'database-refused': (of) => `the database refused: ${of.detail}`,
    watching: () => 'this tab only watches',
    replay: () =>
      'This is a replay: it shows what happened, and nothing in it can be changed. Run it live to try something',
  }),
  reply: wordsFor<ActionDone | ActionRefused>({
    'decided-already': ({ choice }) => `Decided already: ${choice}.`,
    'task-ended': () => 'The task has ended by itself meanwhile.',
    'task-fails': (of) => `The task ends as the named failure "${of.failure}".`,
    'task-again': () => 'The task is taken again, with as many attempts as at first.',
    'agent-given-up': () => 'The agent gets no more work, unless it is the last of its role; what it had others do.',
    'tried-again': () => 'It is tried again at once.',
    'run-ends': () => 'The run ends; what was not done yet is cancelled.',
    edited: () => 'Your output was taken over; the result says that a person gave it.',
    revived: ({ agent }) => `${agent} has another chance; its next turn is its trial.`,
    'called-back': ({ agent }) => `The turn of ${agent} was called back and is taken again.`,
    restarted: ({ agent }) => `${agent} is made anew from its last good generation; its next turn is its trial.`,
    'paused-already': ({ agent }) => `${agent} is paused already.`,
    paused: ({ agent }) => `${agent} gets no more turns until it is resumed.`,
    resumed: ({ agent }) => `${agent} gets turns again.`,
    'endpoint-off': () => 'Nothing is sent to an endpoint any more.',
    'endpoint-on': ({ name }) => `Tasks that fail here may go to ${name}, their text with them.`,
    'endpoint-named': ({ name }) => `All agents work at ${name}; every line goes there.`,
    'endpoint-none': () => 'The run waits: nothing is sent anywhere any more.',
    settled: () => 'This is settled already.',
    'decided-otherwise': ({ choice }) => `This was decided already: ${choice}.`,
    'no-choice': ({ choice }) => `${choice} is not among the choices here.`,
    'no-agent': () => 'There is no such agent.',
    'no-supervisor': () => 'This run has no supervisor that could restart an agent.',
    'not-paused': ({ agent }) => `${agent} is not paused.`,
    'no-turn': ({ agent }) => `${agent} has no turn that could be called back.`,
    'task-over': () => 'The task has ended by itself meanwhile.',
    'no-step': () => 'The task has no step that could be edited.',
    'output-empty': () => 'The output is empty.',
    'output-not-json': (of) => `That is not JSON: ${of.detail}`,
    'output-refused': (of) => `That is not what ${of.role} has to give: ${of.detail}`,
    'run-over': () => 'This run is over.',
    watching: () => 'This tab only watches; the tab that runs it decides.',
    replay: () =>
      'This is a replay: it shows what happened, and nothing in it can be changed. Run it live to try something.',
    'no-model': () => 'Name the model that the endpoint is to use.',
    'no-address': () => 'That is no address; expected one such as https://host/v1.',
    'not-secure': () => 'The address must begin with https://; http:// only for this computer itself.',
    'key-in-address': () => 'The key goes into its own field, not into the address.',
    'odd-character': ({ field, character, at }) =>
      `The ${FIELDS[field]} has a character that cannot be sent: ${character}, the ${ordinal(at)}. Copy it anew, without what surrounds it.`,
  }),
};

/** The remark on a result row, as exports have it. */
export const noteEn = wordsFor<RowNote>({
  ...DETAILS,
  skipped: () => 'skipped by a person',
  'given-up': () => 'given up by a person',
  edited: () => 'edited by a person',
  'nobody-answered': () => 'nobody answered in time',
  'left-out': () => 'left out by conditions on the input',
  'no-review': (of) => `no review: ${of.failure} after ${String(of.attempts)} attempts`,
});
