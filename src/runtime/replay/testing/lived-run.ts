/** A whole life of a run, over tabs that die and a disk that stays: every fault that a plan can name, reloads, second tabs, and a person. */
import type { FaultKind } from '../../../journal/vocabulary.ts';
import type { EngineError } from '../../../engine/contract.ts';
import { decodeEvents } from '../../../journal/journal.ts';
import { type Random, seededRandom } from '../../../kernel/random.ts';
import type { OrderedRow } from '../../../store/run-store.ts';
import type { RunStatus } from '../../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../../testing/world.ts';
import type { StoredRun } from '../incident.ts';

export interface LifeOptions {
  readonly tasks?: number;
  readonly swarm?: string;
  readonly kinds?: readonly FaultKind[];
  /** Times that the tab is reloaded in the middle, and that a second one takes the run over. */
  readonly reloads?: number;
  readonly takeovers?: number;
  /** Times that a person does something: to an agent, or to the whole run. */
  readonly actions?: number;
  /** What stands in the way of an engine's loading, in order. */
  readonly failLoad?: () => EngineError | null;
}

/** Faults strike, and people act, within so long, ms. */
const LIVELY_MS = 9000;

export async function livedRun(
  seed: number,
  options: LifeOptions = {},
): Promise<StoredRun & { readonly rows: readonly OrderedRow[] }> {
  const {
    tasks = 160,
    swarm = SWARM,
    kinds = [],
    reloads = 0,
    takeovers = 0,
    actions = 0,
    failLoad = () => null,
  } = options;
  const world = await World.create(seed);
  const { clock } = world;
  const random = seededRandom(`lived/${String(seed)}`);
  const engine = { decodeMs: 20, loadMs: 1100, failLoad };
  let tab: Tab = world.tab(engine);
  const starting = tab.runtime.start({
    swarm: { file: 'test.yaml', text: swarm },
    input: { name: 'test.log', text: lines(tasks) },
    engine: 'scripted',
    seed,
    askMs: 30_000,
  });
  await clock.settle();
  const reply = await starting;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  const id = reply.runId;
  let status: RunStatus | null = null;
  const watch = (): void => {
    void tab.runtime.watch(id, (frame) => void (status = frame.status));
  };
  watch();
  const plan = planOf(kinds, random.split('faults'));
  const play = (): void => {
    if (kinds.length > 0) void tab.runtime.playFaults(id, 'plan.json', plan, clock.now());
  };
  play();

  for (let k = 0; k < actions; k++)
    clock.timeout(random.between(1500, LIVELY_MS), () => {
      say(tab, id, random, clock);
    });
  let alive = true;
  const open = (): void => {
    alive = true;
    tab = world.tab(engine);
    void tab.runtime.open(id).then(() => {
      watch();
      play();
    });
  };
  for (let k = 0; k < reloads; k++)
    clock.timeout(random.between(2000, LIVELY_MS), () => {
      const away = random.between(200, 5000);
      if (!alive) return;
      alive = false;
      tab.kill();
      clock.timeout(away, open);
    });
  for (let k = 0; k < takeovers; k++)
    clock.timeout(random.between(2000, LIVELY_MS), () => {
      if (!alive) return;
      const first = tab;
      first.loseLock();
      open();
      // It finds out by its next write; then it is closed, or it would take the run back one day.
      clock.timeout(3000, () => {
        first.kill();
      });
    });
  // Whoever was paused goes on in the end, or the run might not.
  if (actions > 0)
    clock.timeout(2 * LIVELY_MS, () => {
      for (let agent = 0; agent < 8; agent++) void tab.runtime.act(id, agent, 'resume');
    });
  // A person who finds the run stopped by losses presses resume.
  const pressing = clock.every(60_000, () => void tab.runtime.resume(id));
  const isDone = (): boolean => status?.phase === 'done';
  if (!(await clock.run(isDone, 3_600_000))) throw new Error(`seed ${String(seed)}: the run never ended`);
  pressing();
  await clock.advance(5000);
  const record = await world.store.record(id);
  if (!record) throw new Error('the run is not stored');
  const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  const rows: OrderedRow[] = [];
  await world.store.eachRow(id, (some) => {
    rows.push(...some);
  });
  return { record, source: await world.store.source(id), events, rows };
}

function say(tab: Tab, id: string, random: Random, clock: World['clock']): void {
  const { runtime } = tab;
  if (random.chance(0.2)) {
    void runtime.pause(id);
    clock.timeout(random.between(100, 4000), () => void runtime.resume(id));
  } else void runtime.act(id, random.int(8), random.pick(['retry', 'restart', 'pause', 'resume'] as const));
}

function planOf(kinds: readonly FaultKind[], random: Random): string {
  const faults = kinds.map((kind) => ({
    kind,
    at: Math.round(random.between(1500, LIVELY_MS)),
    ...(kind === 'hidden-tab' && { for: 4000 }),
  }));
  return JSON.stringify({ 'planaria-faults': 1, name: 'lived', faults });
}
