/** One run of a flow over the scripted engine, in memory: what came of it, and what it cost. */
import { MemoryDisk, MemoryStore } from '../../src/chaos/memory-store.ts';
import { ScriptedEngine } from '../../src/engine/scripted.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { memoryLock } from '../../src/kernel/lock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { Runtime } from '../../src/runtime/host/runtime.ts';
import { NO_EXAMPLES, NO_GPU } from '../../src/runtime/testing/no-gpu.ts';
import type { ResultRow } from '../../src/store/records.ts';

export { readShape } from '../../src/swarm/shape.ts';
export { sharedOutput } from '../../src/swarm/shared-output.ts';

export interface Ran {
  /** By task; empty unless rows were asked for. */
  readonly rows: readonly ResultRow[];
  readonly results: number;
  readonly failed: number;
  readonly turns: number;
  readonly shared: number;
  /** Milliseconds of the processor, and of the clock on the wall. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Processor time that went by before others had their turn, ms, once the first answer was there: 99 of 100 stretches took less, and the longest. */
  readonly stretchMs: readonly [p99: number, most: number];
  /** Tasks that had a turn, and turns that were for a second opinion. */
  readonly asked: number;
  readonly opinions: number;
  readonly heapMb: number;
  /** On the run's clock, ms: its first row, the first that went through the step `through`, and its end. */
  readonly first: number;
  readonly firstThrough: number;
  readonly end: number;
}

/**
 * @param real on the machine's own clock, so that one can see what holds it up
 * @param through index of a step
 */
export async function runFlow(
  swarm: string,
  input: string,
  { real = false, keep = true, through = 0, decodeMs = 1 } = {},
): Promise<Ran> {
  const clock = real ? systemClock() : new SimulatedClock();
  const store = new MemoryStore(new MemoryDisk());
  let [turns, shared, results, failed, opinions] = [0, 0, 0, 0, 0];
  const stretches: number[] = [];
  const asked = new Set<number>();
  let watching = false;
  let before = process.cpuUsage();
  const look = (): void => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    // Thousands of turns of the loop have nothing to do.
    if (user + system > 1000) stretches.push((user + system) / 1000);
    if (watching) setImmediate(look);
  };
  let over!: () => void;
  const ended = new Promise<void>((resolve) => (over = resolve));
  const came = { first: Infinity, firstThrough: Infinity, end: 0 };
  const went = new Set<number>();
  const hear = (event: JournalEvent): void => {
    if (event.type === 'task.advanced' && event.stage === through) went.add(event.task);
    if (event.type === 'task.committed') {
      came.first = Math.min(came.first, event.at);
      if (went.has(event.task)) came.firstThrough = Math.min(came.firstThrough, event.at);
    }
    if (event.type === 'run.ended') came.end = event.at;
    if (event.type === 'task.assigned') {
      turns++;
      asked.add(event.task);
    }
    if (event.type === 'task.requeued' && event.reason === 'second-opinion') opinions++;
    if (event.type === 'task.advanced' && !watching && real) {
      watching = true;
      before = process.cpuUsage();
      setImmediate(look);
    }
    if (event.type === 'task.advanced' && event.shared !== undefined) shared++;
    if (event.type !== 'run.ended') return;
    ({ results, failed } = event);
    over();
  };
  const runtime = new Runtime({
    clock,
    random: seededRandom(1),
    store,
    lock: memoryLock(),
    engines: NO_GPU,
    examples: NO_EXAMPLES,
    version: 'bench',
    tab: 'bench',
    onEvent: hear,
    scripted: (seed) => new ScriptedEngine({ clock, seed, decodeMs, loadMs: 0 }),
  });
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const starting = runtime.start({
    swarm: { file: 'flow.yaml', text: swarm },
    input: { name: 'input.log', text: input },
    engine: 'scripted',
  });
  let finished = false;
  void ended.then(() => (finished = true));
  if (clock instanceof SimulatedClock) await clock.run(() => finished, 365 * 86_400_000);
  const reply = await starting;
  if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
  await ended;
  watching = false;
  const { user, system } = process.cpuUsage(cpu);
  const rows: ResultRow[] = [];
  if (clock instanceof SimulatedClock) await clock.advance(2000);
  if (keep) await store.eachRow(reply.runId, (some) => void rows.push(...some.map(({ row }) => row)));
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  void runtime.close();
  const sorted = stretches.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return {
    stretchMs: [at(0.99), at(1)],
    rows: rows.toSorted((a, b) => a.task - b.task),
    ...{ results, failed, turns, shared, heapMb, opinions, asked: asked.size, ...came },
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - wall,
  };
}
