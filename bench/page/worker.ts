/** Agents of a swarm as the runtime keeps them, rows of typed arrays, and as its peer would: one object each. */
import { RunState } from '../../src/journal/run-state.ts';
import { setupOf, type RunSetup } from '../../src/runtime/definition/run-setup.ts';
import { agentName } from '../../src/swarm/expand.ts';

/** What was made stays reachable, so that the heap holds it. */
const kept: unknown[] = [];

function plan(text: string): RunSetup {
  const input = { name: 'input.log', text: Array.from({ length: 100 }, (_, k) => `line ${String(k)}`).join('\n') };
  const settings = {
    engine: 'scripted',
    model: { id: 'pocket' },
    seed: 1,
    limit: null,
    vramMiB: 7168,
    version: 'bench',
  };
  const planned = setupOf({ swarm: { file: 'swarm.yaml', text }, input, settings });
  if (!planned.ok) throw new Error(planned.error.map((one) => one.message).join(' '));
  return planned.value;
}

function rows(text: string): void {
  const planned = plan(text);
  kept.push(planned, new RunState(planned.items.length, planned.layout.agents));
}

function objects(text: string): void {
  const planned = plan(text);
  const agents = Array.from({ length: planned.layout.agents }, (_, row) => ({
    id: agentName(planned.layout, row),
    role: planned.layout.roles[planned.layout.roleOf[row] ?? 0]?.name,
    state: 'idle',
    tier: 'cold',
    health: 1,
    turns: 0,
    promptTokens: 0,
    completionTokens: 0,
    computeMs: 0,
    restarts: 0,
  }));
  kept.push(planned, agents);
}

self.onmessage = ({ data }: MessageEvent<{ ask: string; text: string }>) => {
  const begun = performance.now();
  if (data.ask === 'rows') rows(data.text);
  if (data.ask === 'objects') objects(data.text);
  if (data.ask === 'drop') kept.length = 0;
  postMessage(performance.now() - begun);
};
