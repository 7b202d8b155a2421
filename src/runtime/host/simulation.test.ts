/**
 * The promise, under fire: whole runs on virtual time in which tabs are killed at random moments (also in the middle of a commit), engines
 * are lost, turns stall, loop, lie and hang, and people pause. Whatever happens: each task ends in exactly one result or one named
 * failure, what was committed once stays as it was, and a replay of the log gives the figures that the running program told.
 */
import { expect, test } from 'vitest';
import type { ScriptedFault } from '../../engine/scripted.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import type { ResultRow, RunStatus } from '../protocol/protocol.ts';
import { agentsByState } from '../views/status.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const TASKS = 24;
const MAX_LIVES = 12;
const FAILURES = [
  'output-truncated',
  'json-invalid',
  'schema-mismatch',
  'not-copied',
  'deadline',
  'engine-error',
  'stalled',
  'looping',
];

const lost = { code: 'device-lost', message: 'lost', remedy: 'none' } as const;

function faultFor(random: Random): ScriptedFault | null {
  if (!random.chance(0.15)) return null;
  const text = random.pick(['{"severity":"info","subject":"nobody"}', '{"severity":"loud"}', '{"sev', '']);
  return random.pick<ScriptedFault>([
    { kind: 'stall' },
    { kind: 'hang' },
    { kind: 'loop' },
    { kind: 'say', text },
    { kind: 'error', error: { ...lost, code: 'internal' } },
  ]);
}

interface Life {
  readonly id: string;
  readonly done: boolean;
  readonly tab: Tab;
  /** The last that the page was told. */
  readonly told: RunStatus | null;
}

/** One life of a tab: opens the run, lives through what the seed has for it, and is killed or sees the end. */
async function live(world: World, random: Random, id: string | null, mortal: boolean): Promise<Life> {
  let commits = mortal && random.chance(0.5) ? random.int(8) : -1;
  const moment = random.pick(['before', 'after'] as const);
  const faulty = mortal || random.chance(0.5);
  let killed = false;
  const kill = (): void => {
    killed = true;
    tab.kill();
  };
  const tab = world.tab(
    {
      fault: () => (faulty ? faultFor(random) : null),
      failLoad: () => (faulty && random.chance(0.2) ? lost : null),
    },
    (when) => {
      if (when === moment && commits-- === 0) kill();
    },
  );
  const { clock } = world;
  const lives: string[] = [];
  const opening = id === null ? tab.runtime.start(startRequest()) : tab.runtime.open(id);
  void opening.then((reply) => {
    if (typeof reply === 'object' && reply.ok) lives.push(reply.runId);
  });
  await clock.settle();
  const stored = id ?? lives[0] ?? (await world.store.list())[0]?.id;
  if (stored === undefined) throw new Error('the run was not stored');

  let told: RunStatus | null = null;
  const done = (): boolean => told?.phase === 'done';
  if (!killed) void tab.runtime.watch(stored, ({ status }) => void (told = status));
  const ahead: (() => void)[] = [];
  if (mortal) {
    if (commits < 0) ahead.push(clock.timeout(random.between(0, 6000), kill));
    for (let n = random.int(3); n > 0; n--) {
      ahead.push(clock.timeout(random.between(0, 4000), () => tab.engines.at(-1)?.lose()));
    }
    if (random.chance(0.3)) ahead.push(clock.timeout(random.between(0, 2000), () => void tab.runtime.pause(stored)));
    ahead.push(clock.timeout(random.between(2000, 5000), () => void tab.runtime.resume(stored)));
  }
  // A person who finds the run stopped by losses presses resume.
  ahead.push(clock.every(60_000, () => void tab.runtime.resume(stored)));
  await clock.run(() => killed || done(), clock.now() + 3_600_000);
  for (const cancel of ahead) cancel();
  // What is left of this life is not to be cut short.
  commits = -1;
  return { id: stored, done: !killed && done(), tab, told };
}

const startRequest = () => ({
  swarm: { file: 'test.yaml', text: SWARM },
  input: { name: 'test.log', text: lines(TASKS) },
  engine: 'scripted' as const,
});

async function rowsOf(world: World, id: string): Promise<Map<number, ResultRow>> {
  const rows = new Map<number, ResultRow>();
  await world.store.eachRow(id, (some) => {
    for (const { row } of some) rows.set(row.task, row);
  });
  return rows;
}

async function simulate(seed: number): Promise<number> {
  const world = await World.create(seed);
  const random = seededRandom(`simulation/${String(seed)}`);
  let id: string | null = null;
  let before = new Map<number, ResultRow>();
  for (let life = 0; ; life++) {
    const lived: Life = await live(world, random.split(String(life)), id, life < MAX_LIVES);
    id = lived.id;
    const rows = await rowsOf(world, id);
    for (const [task, row] of before)
      expect(rows.get(task), `seed ${String(seed)}: task ${String(task)} changed`).toEqual(row);
    before = rows;
    if (!lived.done) {
      if (life > MAX_LIVES) throw new Error(`seed ${String(seed)}: the run never ended`);
      continue;
    }
    await check(world, id, lived, seed);
    return life;
  }
}

async function check(world: World, id: string, { tab, told }: Life, seed: number): Promise<void> {
  const closed = tab.runtime.close();
  await world.clock.advance(5000);
  await closed;
  const rows = await rowsOf(world, id);
  const about = `seed ${String(seed)}`;
  expect(
    [...rows.keys()].sort((a, b) => a - b),
    about,
  ).toEqual(Array.from({ length: TASKS }, (_, task) => task));
  for (const row of rows.values()) {
    if (row.failure === null) expect(row.output, about).toMatchObject({ subject: 'sshd' });
    else expect(FAILURES, about).toContain(row.failure);
    expect(row.line, about).toBe(row.task + 1);
  }
  const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  expect(
    events.map((event) => event.seq),
    about,
  ).toEqual(events.map((_, i) => i + 1));
  const ends = events.filter((event) => event.type === 'task.committed' || event.type === 'task.failed');
  expect(new Set(ends.map((event) => event.task)).size, about).toBe(TASKS);
  expect(ends, about).toHaveLength(TASKS);
  expect(
    events.filter((event) => event.type === 'run.ended'),
    about,
  ).toHaveLength(1);

  const replayed = new RunState(TASKS, 8);
  for (const event of events) replayed.apply(event);
  const { totals } = replayed;
  expect(told, about).toMatchObject({
    results: totals.results,
    failed: totals.failed,
    retries: totals.retries,
    tokens: { prompt: totals.promptTokens, completion: totals.completionTokens },
    agentsByState: agentsByState(replayed),
  });
}

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  '30 seeds of crashes, losses and bad turns, block %i',
  { timeout: 120_000 },
  async (block) => {
    let lives = 0;
    for (let seed = block * 30; seed < (block + 1) * 30; seed++) lives += await simulate(seed);
    // Tabs did die on the way.
    expect(lives).toBeGreaterThan(15);
  },
);
