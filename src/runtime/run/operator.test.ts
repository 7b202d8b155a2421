/**
 * The operator rung: whatever a person presses, in whatever order, across crashes of the tab, each task ends in exactly one row.
 */
import { expect, test } from 'vitest';
import type { ScriptedFault } from '../../engine/scripted.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import type { ResultRow } from '../../store/records.ts';
import type { ActionReply, AgentAction, Decision, NoticeInfo, RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const WRONG = { kind: 'say', text: '{"severity":"loud"}' } as const;
/** Every turn on the item of this line fails. */
const failsLine =
  (line: number) =>
  (request: { readonly messages: readonly { readonly content: string }[] }): ScriptedFault | null =>
    request.messages.at(-1)?.content.includes(`sshd[${String(line - 1)}]`) ? WRONG : null;

const ASK_MS = 60_000;

interface Open {
  readonly world: World;
  readonly tab: Tab;
  readonly id: string;
  status(): RunStatus;
  wait(until: (status: RunStatus) => boolean): Promise<boolean>;
  decide(notice: NoticeInfo, decision: Decision): Promise<ActionReply>;
  rows(): Promise<Map<number, ResultRow>>;
}

async function started(world: World, tab: Tab, tasks: number, askMs = ASK_MS): Promise<Open> {
  const replies: string[] = [];
  void tab.runtime
    .start({
      swarm: { file: 'test.yaml', text: SWARM },
      input: { name: 'test.log', text: lines(tasks) },
      engine: 'scripted',
      askMs,
    })
    .then((reply) => {
      if (reply.ok) replies.push(reply.runId);
    });
  await world.clock.settle();
  return opened(world, tab, replies[0]!);
}

async function opened(world: World, tab: Tab, id: string): Promise<Open> {
  let told: RunStatus | null = null;
  void tab.runtime.watch(id, ({ status }) => void (told = status));
  await world.clock.settle();
  return {
    world,
    tab,
    id,
    status: () => told!,
    wait: (until) => world.clock.run(() => told !== null && until(told), world.clock.now() + 600_000),
    decide: (notice, decision) => world.clock.track(tab.runtime.decide(id, notice.id, decision)),
    rows: async () => {
      const rows = new Map<number, ResultRow>();
      await world.store.eachRow(id, (some) => {
        for (const { row } of some) {
          expect(rows.has(row.task)).toBe(false);
          rows.set(row.task, row);
        }
      });
      return rows;
    },
  };
}

const asks = (status: RunStatus): boolean => status.notices.length > 0;
const done = (status: RunStatus): boolean => status.phase === 'done';

test('a task that failed all its attempts waits for a word, with its story', async () => {
  const world = await World.create(1);
  const run = await started(world, world.tab({ fault: failsLine(3) }), 6);
  await run.wait(asks);
  const [notice] = run.status().notices;
  expect(notice).toMatchObject({ task: 2, choices: ['retry', 'skip', 'edit', 'give-up'] });
  expect(notice!.title).toMatchObject({ code: 'task-blamed', line: 3, agents: 3 });
  expect(notice!.story.filter(({ code }) => code === 'attempt')).toHaveLength(3);
  // Everything else goes on meanwhile.
  await run.wait(({ results }) => results === 5);
  expect(run.status()).toMatchObject({ phase: 'running', failed: 0 });
});

test.each([
  ['skip', 'skipped'],
  ['give-up', 'schema-mismatch'],
] as const)('%s ends it as the named failure %s', async (kind, failure) => {
  const world = await World.create(2);
  const run = await started(world, world.tab({ fault: failsLine(3) }), 6);
  await run.wait(asks);
  const [notice] = run.status().notices;
  expect(await run.decide(notice!, { kind })).toMatchObject({ ok: true });
  // Pressed twice: the same again is no news, anything else comes too late.
  expect(await run.decide(notice!, { kind })).toMatchObject({ ok: true });
  expect(await run.decide(notice!, { kind: 'retry' })).toMatchObject({ ok: false });
  await run.wait(done);
  expect(run.status().notices).toEqual([]);
  const rows = await run.rows();
  expect(rows.get(2)).toMatchObject({ failure, attempts: 3, output: null });
  expect(rows.size).toBe(6);
});

test('retry gives it all its attempts again', async () => {
  const world = await World.create(3);
  let broken = true;
  const fails = failsLine(3);
  const run = await started(world, world.tab({ fault: (request) => (broken ? fails(request) : null) }), 6);
  await run.wait(asks);
  broken = false;
  await run.decide(run.status().notices[0]!, { kind: 'retry' });
  await run.wait(done);
  expect((await run.rows()).get(2)).toMatchObject({ failure: null, attempts: 4 });
});

test('edit commits what the person gave, checked as an agent is, and says so', async () => {
  const world = await World.create(4);
  const run = await started(world, world.tab({ fault: failsLine(3) }), 6);
  await run.wait(asks);
  const [notice] = run.status().notices;
  const edit = (output: string): Promise<ActionReply> => run.decide(notice!, { kind: 'edit', output });
  expect(await edit('{"severity":"info"')).toMatchObject({ ok: false });
  expect(await edit('{"severity":"loud","subject":"sshd"}')).toMatchObject({ ok: false });
  expect(await edit('{"severity":"info","subject":"nobody"}')).toMatchObject({ ok: false });
  expect(run.status().notices).toHaveLength(1);
  expect(await edit('{"severity":"error","subject":"sshd"}')).toMatchObject({ ok: true });
  await run.wait(done);
  expect((await run.rows()).get(2)).toMatchObject({
    failure: null,
    output: { severity: 'error', subject: 'sshd' },
    edited: true,
    agent: '',
    attempts: 3,
  });
});

test('without a word it ends as what it failed with', async () => {
  const world = await World.create(5);
  const run = await started(world, world.tab({ fault: failsLine(3) }), 6);
  await run.wait(asks);
  const asked = world.clock.now();
  await run.wait(done);
  expect(world.clock.now() - asked).toBeGreaterThanOrEqual(ASK_MS - 1000);
  expect((await run.rows()).get(2)).toMatchObject({ failure: 'schema-mismatch', attempts: 3 });
});

test('a question survives the tab: the next one asks it again, and the answer counts', async () => {
  const world = await World.create(6);
  const first = world.tab({ fault: failsLine(3) });
  const before = await started(world, first, 6);
  await before.wait(asks);
  await before.wait(({ results }) => results === 5);
  await world.clock.advance(1000);
  const [notice] = before.status().notices;
  first.kill();
  const run = await opened(world, world.tab({ fault: failsLine(3) }), before.id);
  await run.wait(asks);
  expect(run.status().notices).toEqual([notice]);
  await run.decide(notice!, { kind: 'skip' });
  await run.wait(done);
  expect((await run.rows()).get(2)).toMatchObject({ failure: 'skipped', attempts: 3 });
});

test('nobody is asked where the run says so', async () => {
  const world = await World.create(7);
  const run = await started(world, world.tab({ fault: failsLine(3) }), 6, 0);
  await run.wait(done);
  expect((await run.rows()).get(2)).toMatchObject({ failure: 'schema-mismatch', attempts: 3 });
});

test('an agent that a person pauses gets no turns until it is resumed, in the next tab too', async () => {
  const world = await World.create(8);
  const tab = world.tab();
  const run = await started(world, tab, 60);
  expect(await world.clock.track(tab.runtime.act(run.id, 2, 'pause'))).toMatchObject({ ok: true });
  await world.clock.advance(1000);
  const turnsOf = async (from: Tab): Promise<number> => (await world.clock.track(from.runtime.agent(run.id, 2))).turns;
  const turns = await turnsOf(tab);
  await run.wait(({ results }) => results >= 20);
  expect(await turnsOf(tab)).toBe(turns);
  tab.kill();
  const next = world.tab();
  const again = await opened(world, next, run.id);
  await again.wait(({ results }) => results >= 30);
  expect(await world.clock.track(next.runtime.agent(run.id, 2))).toMatchObject({ turns, paused: true });
  await world.clock.track(next.runtime.act(run.id, 2, 'resume'));
  await again.wait(done);
  expect(await turnsOf(next)).toBeGreaterThan(turns);
  expect((await again.rows()).size).toBe(60);
});

test('a restarted agent is on trial and then works as before; a turn can be called back', async () => {
  const world = await World.create(9);
  const tab = world.tab();
  const run = await started(world, tab, 60);
  await run.wait(({ residents }) => residents.length > 0);
  const { agent } = run.status().residents[0]!;
  expect(await world.clock.track(tab.runtime.act(run.id, agent, 'retry'))).toMatchObject({ ok: true });
  expect(await world.clock.track(tab.runtime.act(run.id, agent, 'restart'))).toMatchObject({ ok: true });
  expect((await world.clock.track(tab.runtime.agent(run.id, agent))).state).toBe('recovering');
  expect(await world.clock.track(tab.runtime.act(run.id, 99, 'restart'))).toMatchObject({ ok: false });
  await run.wait(done);
  expect((await world.clock.track(tab.runtime.agent(run.id, agent))).state).toBe('done');
  expect([...(await run.rows()).values()].every(({ failure }) => failure === null)).toBe(true);
});

/** A life of the tab in which somebody presses whatever there is to press. */
async function press(run: Open, random: Random, until: () => boolean): Promise<void> {
  const { world, tab, id } = run;
  const outputs = ['{"severity":"info","subject":"sshd"}', '{"severity":"loud"}', 'x'];
  const seen = new Map<string, NoticeInfo>();
  while (!until()) {
    await world.clock.advance(random.between(10, 400));
    if (until()) return;
    for (const notice of run.status().notices) seen.set(notice.id, notice);
    const fire = (promise: Promise<unknown>): void => void promise.catch(() => undefined);
    if (seen.size > 0 && random.chance(0.5)) {
      const notice = random.pick([...seen.values()]);
      const kind = random.pick(['retry', 'skip', 'edit', 'give-up'] as const);
      const decision: Decision = kind === 'edit' ? { kind, output: random.pick(outputs) } : { kind };
      fire(tab.runtime.decide(id, notice.id, decision));
      if (random.chance(0.3)) fire(tab.runtime.decide(id, notice.id, decision));
    }
    if (random.chance(0.2)) {
      const action = random.pick<AgentAction>(['retry', 'restart', 'pause', 'resume', 'resume']);
      fire(tab.runtime.act(id, random.int(8), action));
    }
    if (random.chance(0.02)) fire(tab.runtime.pause(id));
    if (random.chance(0.2)) fire(tab.runtime.resume(id));
  }
}

const TASKS = 16;
const NAMED = [
  'schema-mismatch',
  'json-invalid',
  'engine-error',
  'stalled',
  'looping',
  'deadline',
  'skipped',
  'given-up',
  'output-truncated',
];

async function pressAtRandom(seed: number): Promise<void> {
  const world = await World.create(seed);
  const random = seededRandom(`operator/${String(seed)}`);
  const faulty = (): ScriptedFault | null =>
    random.chance(0.45)
      ? random.pick<ScriptedFault>([WRONG, { kind: 'say', text: '{"sev' }, { kind: 'stall' }, { kind: 'loop' }])
      : null;
  const about = `seed ${String(seed)}`;
  let id: string | null = null;
  for (let life = 0; life < 4; life++) {
    const tab = world.tab({ fault: life < 3 ? faulty : () => null });
    const run: Open = id === null ? await started(world, tab, TASKS, 20_000) : await opened(world, tab, id);
    id = run.id;
    const end = world.clock.now() + random.between(2000, 12_000);
    const over = (): boolean => run.status()?.phase === 'done';
    await press(run, random, () => over() || (life < 3 && world.clock.now() > end));
    if (life < 3 && !over()) {
      tab.kill();
      continue;
    }
    const rows = await run.rows();
    expect(rows.size, about).toBe(TASKS);
    for (const row of rows.values()) {
      if (row.failure !== null) expect(NAMED, about).toContain(row.failure);
      else expect(row.output, about).toMatchObject({ subject: 'sshd' });
      if (row.edited) expect(row.agent, about).toBe('');
    }
    expect(run.status(), about).toMatchObject({ results: TASKS - run.status().failed, notices: [] });
    return;
  }
  throw new Error(`${about}: the run never ended`);
}

test.each([0, 1, 2])(
  'whatever is pressed, each task ends in one row: 10 seeds, block %i',
  { timeout: 60_000 },
  async (block) => {
    for (let seed = block * 10; seed < (block + 1) * 10; seed++) await pressAtRandom(seed);
  },
);

test('c: a long run that is cancelled ends piece by piece, and goes on ending where its tab died over it', async () => {
  const world = await World.create(12);
  let cancelled = false;
  const tab: Tab = world.tab({ decodeMs: 20 }, (moment) => {
    // The first piece is on the disk.
    if (cancelled && moment === 'after') tab.kill();
  });
  const { id, wait } = await started(world, tab, 4500);
  await wait(({ results }) => results > 0);
  void tab.runtime.cancel(id);
  cancelled = true;
  await world.clock.advance(5000);
  const left = 4500 - (await world.db.results.count());
  expect(left).toBeGreaterThan(2000);
  const again = await opened(world, world.tab({ decodeMs: 20 }), id);
  expect(await again.wait(({ phase }) => phase === 'cancelled')).toBe(true);
  await world.clock.advance(1000);
  const rows = await again.rows();
  expect(rows.size).toBe(4500);
  expect([...rows.values()].filter(({ failure }) => failure === 'cancelled').length).toBeGreaterThan(4000);
  const batches = await world.db.journal.toArray();
  expect(Math.max(...batches.map(({ firstSeq, lastSeq }) => lastSeq - firstSeq + 1))).toBeLessThan(2500);
});
