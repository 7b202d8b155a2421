/**
 * What the page may say to the runtime worker and what it hears back; Comlink carries it. What it may ask is one table (`CALLS`).
 * The page holds no swarm state: it asks for pages of results or an agent's story, and draws the frames it is sent.
 */
export type {
  AdapterInfo,
  EngineError,
  EngineReport,
  GpuCheck,
  LoadProgress,
  ModelChoice,
  StoredModel,
  VramSample,
} from '../../engine/contract.ts';
export { readEndpoint, remoteAddress } from '../../engine/endpoint.ts';
export type { EndpointFault, TypedEndpoint } from '../../engine/endpoint.ts';
export { systemClock } from '../../kernel/clock.ts';
export type { JournalEvent } from '../../journal/events.ts';
export type { MissedFault } from '../../journal/fault-events.ts';
export { AGENT_STATES, FAULTS_FROM_OUTSIDE, TIERS } from '../../journal/vocabulary.ts';
export type {
  AgentAction,
  AgentState,
  FaultKind,
  InstructionSign,
  NoticeChoice,
  Tier,
} from '../../journal/vocabulary.ts';
export { STORE_GENERATION } from '../../store/generation.ts';
export type { ResultRow, RunPhase } from '../../store/records.ts';
export type { Diagnostic } from '../../swarm/diagnostic.ts';
export type { InputNote } from '../../swarm/input/notes.ts';
export type { SkippedRecord } from '../../swarm/input/read-input.ts';
export { REMOTE_MODEL } from '../../swarm/remote-model.ts';
export type { RoleSummary, StepSummary, SwarmSummary } from '../../swarm/summary.ts';
export { turnsOf } from './row-turns.ts';
export type * from './action-reply.ts';
export type * from './actions.ts';
export type { Answers, PageApi } from './calls.ts';
export type * from './injected-faults.ts';
export type * from './links.ts';
export { PACES, REPLAY_PREFIX } from './links.ts';
export type * from './row-note.ts';
export type * from './starting.ts';
export type * from './status.ts';
export type * from './storage-report.ts';
export type * from './views.ts';
