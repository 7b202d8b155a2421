/**
 * The words of the house that behaviour hangs on: states, faults, actions, failures, reasons. Each list is written here and nowhere else; events,
 * healing, chaos, the protocol and the page's dictionaries take it from here. A word that was once written to a log keeps its meaning: what
 * is renamed gets a migration (see migration-v1.ts).
 */

/** What an agent does; its place in the list is the byte that rows and frames carry. */
export const AGENT_STATES = ['idle', 'running', 'degraded', 'recovering', 'failed', 'done'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Where an agent's context is; its place in the list is the byte that rows and frames carry. */
export const TIERS = ['cold', 'warm', 'hot'] as const;
export type Tier = (typeof TIERS)[number];

/** How an engine ended a turn. */
export const FINISHES = ['stop', 'length', 'deadline', 'cancelled', 'error'] as const;
export type FinishReason = (typeof FINISHES)[number];

/** What is wrong with an endpoint that a person named, for every turn that would go there. No turn is to blame for it. */
export const ENDPOINT_LOSSES = [
  /** Nobody has named one, in this tab. */
  'remote-absent',
  /** No answer at all: the name, the network, TLS or the port; a browser does not say which. */
  'remote-unreachable',
  /** This computer has no network. */
  'remote-offline',
  /** Somebody is there, but does not let a page of this origin read what it answers (CORS). */
  'remote-blocked',
  /** It sends elsewhere; that is not followed, so that the key goes to the host that was named. */
  'remote-redirected',
  /** It refuses the key, or wants one. */
  'remote-key',
  /** It knows who asks and does not allow it. */
  'remote-forbidden',
  /** There is a server, but nothing of the kind at this path. */
  'remote-path',
  /** It answers with a page for people. */
  'remote-page',
  /** It has no model of that name. */
  'remote-model',
  /** Paid for, or allowed, no further. */
  'remote-quota',
  /** It takes no more requests, for longer than is waited. */
  'remote-busy',
] as const;
/** What can go wrong there with one turn. */
export const ENDPOINT_FAULTS = [
  /** It refuses the request. */
  'remote-refused',
  /** It failed, in a status or within an answer that had begun. */
  'remote-failed',
  /** The connection was lost in the middle of an answer. */
  'remote-dropped',
  /** What it answers cannot be read. */
  'remote-garbled',
  /** It wrote far more than it was asked for. */
  'remote-overlong',
  /** A filter for content stopped prompt or answer. */
  'remote-filtered',
  /** The model declined to answer, in a field of its own. */
  'remote-declined',
] as const;
export type RemoteErrorCode = (typeof ENDPOINT_LOSSES | typeof ENDPOINT_FAULTS)[number];

/** What an endpoint can be found to lack: parts of the protocol by their own names, and what shows in answers only. */
export const ENDPOINT_PARTS = [
  'stream_options',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'top_p',
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  /** So many tokens at once. */
  'most-tokens',
  'json_schema',
  'json_object with schema',
  'json_object',
  'stream',
  'system-role',
  /** Its model reasons, and that counts against the limit. */
  'room-for-answer',
  /** It took the schema and did not hold to it. */
  'adherence',
] as const;
export type EndpointPart = (typeof ENDPOINT_PARTS)[number];

/** Why the number of requests at once that an endpoint is given changed: it bore what it had, or pushed back. */
export const GATE_CAUSES = ['bears-more', 'pushed-back'] as const;
export type GateCause = (typeof GATE_CAUSES)[number];

/** Errors that end the engine and not the turn alone. */
export const ENGINE_LOSSES = ['device-lost', 'worker-dead', 'out-of-memory'] as const;
export type EngineLossCode = (typeof ENGINE_LOSSES)[number];

/** Errors of an engine, each with its own way on. */
export const ENGINE_ERRORS = [
  'no-webgpu',
  'no-adapter',
  'model-unknown',
  'model-unreachable',
  'model-checksum',
  'model-malformed',
  'model-oversized',
  'model-stalled',
  'model-elsewhere',
  'library-too-old',
  'storage-full',
  'over-budget',
  ...ENGINE_LOSSES,
  'prompt-too-long',
  'schema-unsupported',
  ...ENDPOINT_LOSSES,
  ...ENDPOINT_FAULTS,
  'internal',
] as const;
export type EngineErrorCode = (typeof ENGINE_ERRORS)[number];

/** Who gave an engine up, where it was not the engine itself: it was silent in all turns, it kept no deadline, or a fresh one was ordered. */
export const LOSS_DECLARERS = ['silence', 'deadline', 'order'] as const;
export type LossDeclarer = (typeof LOSS_DECLARERS)[number];
/** Who said that an engine is lost. */
export type LossCause = 'engine' | LossDeclarer;

/** Why a turn did not count. */
export const TURN_FAILURES = [
  'output-truncated',
  'json-invalid',
  'schema-mismatch',
  'not-copied',
  'output-empty',
  'deadline',
  'prompt-too-long',
  'schema-unsupported',
  'engine-error',
  /** A filter for content, or the model itself, would not have it. */
  'filtered',
  'declined',
  /** Seen from outside while the turn still ran: no sign of life, or the same over and over. */
  'stalled',
  'looping',
] as const;
export type TurnFailure = (typeof TURN_FAILURES)[number];

/** What a task can end as when it has no result. */
export const TASK_FAILURES = [
  ...TURN_FAILURES,
  /** The run was cancelled. */
  'cancelled',
  /** The run had used all its tokens. */
  'token-budget',
  /** A person skipped it, or gave it up. */
  'skipped',
  'given-up',
  /** Its text would have been split into more parts than there may be. */
  'too-many-parts',
  /** Its row says how; the log that said so is lost. */
  'recorded-earlier',
] as const;
export type TaskFailure = (typeof TASK_FAILURES)[number];

/** Signs that an instruction stands in a text that agents read, in the order in which they are told; how each is seen: src/agents/instruction-signs.ts. */
export const INSTRUCTION_SIGNS = [
  /** Marks of a chat: template tokens, role tags, headings such as `### System:`. */
  'chat-marker',
  /** Earlier rules are to be ignored, forgotten, cancelled. */
  'forget',
  /** The reader is to be somebody else. */
  'persona',
  /** The reader is spoken to: a model, a bot, whoever parses this. */
  'address',
  /** What the answer, or a field of it, must be. */
  'dictate',
  /** An answer of the kind that agents give, ready made. */
  'fake-answer',
  /** Nothing is to be reported, nobody to be called. */
  'hush',
] as const;
export type InstructionSign = (typeof INSTRUCTION_SIGNS)[number];

/** Why a task waits again and no attempt is counted. */
export const REQUEUE_REASONS = [
  /** Lost with its engine. */
  ...ENGINE_ERRORS,
  /** Called back for a pause. */
  'cancelled',
  /** Another agent is to answer the same first. */
  'second-opinion',
  /** A person wanted the turn taken again. */
  'called-back',
  /** Its agent is being mended. */
  'mending',
  'engine-error',
  'stalled',
] as const;
export type RequeueReason = (typeof REQUEUE_REASONS)[number];

/** What MONITOR concludes; the ladder chooses by it. A fault plan's kinds are causes, these are diagnoses. */
export const DIAGNOSES = [
  /** No sign of life although a turn is in flight. */
  'stall',
  /** The output goes round in circles. */
  'loop',
  /** The output is not what the role's schema asks for. */
  'invalid',
  /** Cut off by tokens or deadline. */
  'incomplete',
  /** The model was far less sure of its words than the role's turns are. Of logs of earlier versions: the score tells it now. */
  'incoherent',
  /** Valid, but others, asked the same, say something else. */
  'disagreement',
  /** The prompt does not fit, or the context is nearly full. */
  'context-full',
  /** A stored record's checksum does not fit its bytes, or it cannot be read. */
  'bad-record',
  /** A stored record of a version that this build cannot read. */
  'old-record',
  /** A turn was handed out and neither its end nor its engine is known. */
  'outcome-lost',
  /** The GPU device is gone. */
  'device-lost',
  /** The inference worker is gone. */
  'worker-dead',
  /** The GPU refused an allocation. */
  'out-of-memory',
  /** The weights do not match their checksum. Of logs of earlier versions: an engine that cannot be loaded is its keeper's affair. */
  'bad-weights',
  /** The browser refuses to store more. */
  'storage-full',
  /** The engine gave a turn up for a reason of its own. */
  'engine-error',
  /** No veto, but the score stays below its threshold, or the isolation forest finds the agent odd. */
  'low-score',
] as const;
export type Diagnosis = (typeof DIAGNOSES)[number];

/** Rungs of the recovery ladder, the cheapest first. */
export const RUNGS = ['light', 'restart', 'scale-up', 'operator'] as const;
export type Rung = (typeof RUNGS)[number];

/** Steps of the recovery ladder. */
export const RECOVERY_ACTIONS = [
  'retry-turn',
  'second-opinion',
  'reload-sampler',
  're-prefill',
  'trim-context',
  'reset-context',
  'free-storage',
  'fresh-agent',
  'rebuild-pool',
  'fresh-worker',
  'reload-weights',
  'escalate-model',
  'move-task',
  'ask-operator',
] as const;
export type RecoveryAction = (typeof RECOVERY_ACTIONS)[number];

/** What MONITOR looks at. */
export const SIGNALS = [
  'repetition',
  'log-probability',
  'finish',
  'schema',
  'required-fields',
  'first-token',
  'token-gap',
  'context',
  'pages',
  'stored-record',
  'stored-pages',
  'agreement',
  'storage',
  /** Time since the turn began, since its last token, and without a first one. */
  'turn-age',
  'silence',
  'no-first-token',
  'turn',
  /** Several answers of the agent together, and one of them. */
  'answers',
  'answer',
  'health',
  'isolation-forest',
  'engine',
  'state',
  /** A step of the ladder that could not be carried out. */
  'step',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** What an observation says. */
export const EVIDENCE_VERDICTS = ['good', 'odd', 'bad', 'unknown'] as const;
export type EvidenceVerdict = (typeof EVIDENCE_VERDICTS)[number];

/** Faults that a plan can name; what each is stands in chaos/kinds.ts. */
export const FAULT_KINDS = [
  'worker-kill',
  'device-lost',
  'device-lost-twice',
  'out-of-memory',
  'reload-mid-write',
  'power-loss',
  'quota',
  'corrupt-record',
  'old-version',
  'clock-jump',
  'hidden-tab',
  'message-lost',
  'message-doubled',
  'message-reordered',
  'poisoned-output',
  'lying-voter',
  'second-tab',
  'loop',
  'stall',
  'supervisor-crash',
  'all-residents-crash',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
/** Those that are done to a page or its browser by whoever drives it: no runtime can do them to itself. */
export const FAULTS_FROM_OUTSIDE: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'reload-mid-write',
  'power-loss',
  'second-tab',
]);

/** What a notice to a person is about. */
export const NOTICE_SUBJECTS = ['agent', 'task', 'engine', 'storage'] as const;
export type NoticeSubject = (typeof NOTICE_SUBJECTS)[number];

/** What a person can decide on a notice. */
export const NOTICE_CHOICES = ['retry', 'skip', 'edit', 'give-up'] as const;
export type NoticeChoice = (typeof NOTICE_CHOICES)[number];

/** What a person may have done with one agent. retry: its turn is called back and taken again; restart: it is made anew; pause: it gets no turns. */
export const AGENT_ACTIONS = ['retry', 'restart', 'pause', 'resume'] as const;
export type AgentAction = (typeof AGENT_ACTIONS)[number];

/** Tables of the store whose records can go bad one by one. */
export const STORED_TABLES = ['results', 'journal', 'agents'] as const;
export type StoredTable = (typeof STORED_TABLES)[number];
