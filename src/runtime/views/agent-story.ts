import { agentsOf, decodeEvents } from '../../journal/journal.ts';
import { agentName, roleOfAgent } from '../../swarm/expand.ts';
import { signsOf, taskInput } from '../definition/run-setup.ts';
import type { RunStore } from '../../store/run-store.ts';
import { AGENT_STATES, type AgentStory, type JournalEvent, TIERS } from '../protocol/protocol.ts';
import type { RunView } from './run-view.ts';

const MAX_EVENTS = 200;
/** Chunks of the log looked at; each holds at least one event of the agent. */
const MAX_CHUNKS = 100;
const MAX_INPUT = 400;
/** Tasks that share an answer of the agent, of all that do: there may be thousands, and they would be all of its story. */
const MAX_SHARED = 20;

/** Everything about one agent. Throws RangeError for a row that does not exist. */
export async function agentStory(view: RunView, store: RunStore, agent: number): Promise<AgentStory> {
  const { agents } = view.state;
  const role = roleOfAgent(view.plan.layout, agent);
  // First what is not stored: an event that is written in between is in both; asked for in the other order it may be in neither.
  const unsaved = view.unsaved();
  const stored = await store.chunksOf(view.id, agent, MAX_CHUNKS);
  const mine = (event: JournalEvent): boolean => agentsOf(event).includes(agent);
  const events = stored.flatMap((chunk) => decodeEvents(chunk).filter(mine));
  const last = events.at(-1)?.seq ?? 0;
  events.push(...unsaved.filter((event) => event.seq > last && mine(event)));
  const newest = withFewShared(events).slice(-MAX_EVENTS);
  return {
    agent,
    name: agentName(view.plan.layout, agent),
    role: role.name,
    state: AGENT_STATES[agents.state[agent] as number] ?? 'idle',
    tier: TIERS[agents.tier[agent] as number] ?? 'cold',
    health: agents.health[agent] as number,
    turns: agents.turns[agent] as number,
    restarts: agents.restarts[agent] as number,
    paused: agents.held[agent] === 1,
    tokens: (agents.promptTokens[agent] as number) + (agents.completionTokens[agent] as number),
    computeMs: Math.round(agents.computeMs[agent] as number),
    now: view.now(agent),
    prompt: view.definition.of(agent).prompt,
    tasks: tasksOf(view, newest),
    events: newest,
  };
}

/** Without what befell tasks that only share its answers, but for the last of them. */
function withFewShared(events: readonly JournalEvent[]): readonly JournalEvent[] {
  const sharers = new Set(
    events.flatMap((event) => (event.type === 'task.advanced' && event.shared !== undefined ? [event.task] : [])),
  );
  for (const task of [...sharers].slice(-MAX_SHARED)) sharers.delete(task);
  if (sharers.size === 0) return events;
  return events.filter((event) => {
    if (event.type === 'task.advanced') return event.shared === undefined || !sharers.has(event.task);
    return event.type !== 'task.committed' || !sharers.has(event.task);
  });
}

function tasksOf({ plan, state }: RunView, events: readonly JournalEvent[]): AgentStory['tasks'] {
  const tasks = new Set(events.flatMap((event) => ('task' in event && event.task !== null ? (event.task ?? []) : [])));
  const shared = new Map(
    events.flatMap((event) =>
      event.type === 'task.advanced' && event.shared !== undefined ? [[event.task, event.shared] as const] : [],
    ),
  );
  return [...tasks].flatMap((task) => {
    if (task >= state.tasks.size) return [];
    const { line, lastLine, text } = taskInput(plan, state, task);
    const input = text.slice(0, MAX_INPUT).toWellFormed();
    const signs = signsOf(plan, state, task);
    const first = shared.get(task);
    return [
      {
        task,
        line,
        ...(lastLine !== undefined && { lastLine }),
        input,
        ...(signs.length > 0 && { signs }),
        ...(first !== undefined && { sharedLine: taskInput(plan, state, first).line }),
      },
    ];
  });
}
