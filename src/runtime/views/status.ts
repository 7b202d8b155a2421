import type { EngineReport, LoadProgress, VramSample } from '../../engine/contract.ts';
import type { OpenNotice } from '../../journal/notices.ts';
import { type RunState } from '../../journal/run-state.ts';
import { AGENT_STATES } from '../../journal/vocabulary.ts';
import type { HistoryFigures } from '../history/history.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { AgentState, EngineError, NoticeInfo, RunInfo, RunStatus } from '../protocol/protocol.ts';

/** What only the side that runs a run knows. */
export interface LiveFigures extends HistoryFigures {
  readonly writer: boolean;
  readonly waits: RunStatus['waits'];
  readonly problem: EngineError | null;
  readonly loading: LoadProgress | null;
  readonly report: EngineReport | null;
  readonly vram: VramSample | null;
  readonly elapsedMs: number;
  readonly tokensPerSecond: number;
  readonly residents: RunStatus['residents'];
  /** Absent where nobody knows better than the engine's last report. */
  readonly seats?: RunStatus['seats'];
  readonly remote?: string | null;
  readonly steps?: RunStatus['steps'];
  readonly shared?: number;
  readonly leftOut?: number;
}

/** Notices told to a page at once, and records of the input that were passed over. */
const NOTICES = 20;
const SKIPPED = 50;

const noticeInfo = ({ id, agent, task, title, story, at, choices }: OpenNotice): NoticeInfo => ({
  id,
  agent,
  task,
  title,
  story,
  at,
  choices,
});

export function agentsByState(state: RunState): Record<AgentState, number> {
  const counts = new Array<number>(AGENT_STATES.length).fill(0);
  for (const each of state.agents.state) counts[each] = (counts[each] ?? 0) + 1;
  return Object.fromEntries(AGENT_STATES.map((name, index) => [name, counts[index]])) as Record<AgentState, number>;
}

export function statusOf(record: RunInfo, plan: RunSetup, state: RunState, live: LiveFigures): RunStatus {
  const { totals } = state;
  const built = live.report?.residents ?? 0;
  return {
    ...record,
    seats: { now: live.residents.length, target: built, max: built },
    remote: null,
    steps: null,
    shared: null,
    leftOut: null,
    ...live,
    summary: plan.summary,
    input: { notes: plan.notes, skipped: plan.skipped.slice(0, SKIPPED) },
    seed: plan.settings.seed,
    agentsByState: agentsByState(state),
    tokens: { prompt: totals.promptTokens, completion: totals.completionTokens },
    tokensPerSecondMean: live.elapsedMs > 0 ? (totals.completionTokens / live.elapsedMs) * 1000 : 0,
    retries: totals.retries,
    notices: state.notices.open().slice(-NOTICES).map(noticeInfo),
  };
}

/** Cells of a frame: state, tier and health of every agent that changed since the last one. */
export class CellDiff {
  #sent: Uint32Array | null = null;
  /** Room for all cells, kept: twenty times a second a megabyte each would be made for 100,000 agents. */
  #room = new Uint32Array(0);

  /** All agents are told again. */
  reset(): void {
    this.#sent = null;
  }

  /** See `RunFrame.cells`; a fresh buffer each time, to be transferred. */
  next({ agents }: RunState): { readonly full: boolean; readonly cells: Uint32Array<ArrayBuffer> } {
    const full = this.#sent === null;
    const sent = (this.#sent ??= new Uint32Array(2 * agents.size));
    if (this.#room.length < 3 * agents.size) this.#room = new Uint32Array(3 * agents.size);
    const cells = this.#room;
    let length = 0;
    for (let agent = 0; agent < agents.size; agent++) {
      const look = (agents.state[agent] as number) | ((agents.tier[agent] as number) << 8);
      const health = Math.round((agents.health[agent] as number) * 1000);
      if (!full && sent[2 * agent] === look && sent[2 * agent + 1] === health) continue;
      sent[2 * agent] = look;
      sent[2 * agent + 1] = health;
      cells[length++] = agent;
      cells[length++] = look;
      cells[length++] = health;
    }
    return { full, cells: cells.slice(0, length) };
  }
}
