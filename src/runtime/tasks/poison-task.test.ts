/** A task that nobody can do: after three different agents it is what is wrong, and not they. */
import { expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, World } from '../testing/world.ts';

const TASKS = 40;
const POISON = 3;
const WRONG = { kind: 'say', text: '{"severity":"loud"}' } as const;

const isTriageOf = (request: TurnRequest, task: number): boolean =>
  request.messages.at(-1)?.content.includes(`sshd[${String(task)}]`) === true &&
  request.schema?.includes('severity') === true;

type Told<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** A run in which nobody can do the one task; `triager`: more keys of its role. */
async function lived(triager: string, isWrong: (request: TurnRequest) => boolean, askMs = 0) {
  const world = await World.create(5);
  const tab = world.tab({ fault: (request) => (isWrong(request) ? WRONG : null) });
  const seen: RunStatus[] = [];
  let id = '';
  void tab.runtime
    .start({
      swarm: { file: 'test.yaml', text: SWARM.replace('kind: worker\n', `kind: worker\n    ${triager}\n`) },
      input: { name: 'test.log', text: lines(TASKS) },
      engine: 'scripted',
      ...(askMs > 0 && { askMs }),
    })
    .then(async (reply) => {
      if (!reply.ok) throw new Error('refused');
      id = reply.runId;
      await tab.runtime.watch(id, ({ status }) => void seen.push(status));
    });
  await world.clock.run(() => seen.at(-1)?.phase === 'done', 7_200_000);
  const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  const of = <Type extends JournalEvent['type']>(type: Type) =>
    events.filter((event): event is Told<Type> => event.type === type);
  return { of, events, status: seen.at(-1)!, story: (agent: number) => tab.runtime.agent(id, agent), world };
}

const isPoison = (request: TurnRequest): boolean => isTriageOf(request, POISON);

test('a task at which three different agents failed is tried by no further one, and the log names them', async () => {
  const { of, status, story, world } = await lived('attempts: 10', isPoison);
  const tried = of('task.assigned').filter(({ task, stage }) => task === POISON && stage === 0);
  expect(new Set(tried.map(({ agent }) => agent)).size).toBe(3);
  expect(tried).toHaveLength(3);
  const blamed = of('task.blamed');
  expect(blamed).toMatchObject([{ task: POISON, stage: 0, failure: 'schema-mismatch' }]);
  expect([...blamed[0]!.agents].sort()).toEqual(tried.map(({ agent }) => agent).sort());
  expect(of('task.failed')).toMatchObject([{ task: POISON, failure: 'schema-mismatch', attempts: 3 }]);
  expect(status).toMatchObject({ results: TASKS - 1, failed: 1 });
  // Each of them tells of it in its own story.
  for (const agent of blamed[0]!.agents)
    expect((await world.clock.track(story(agent))).events).toContainEqual(blamed[0]);
});

test('the agents that failed at it are absolved, at the default of three attempts too', async () => {
  const { of } = await lived('attempts: 3', isPoison);
  const [blamed] = of('task.blamed');
  expect(blamed).toMatchObject({ task: POISON });
  const absolved = of('heal.absolved');
  expect(absolved.length).toBeGreaterThan(0);
  for (const { agent, task } of absolved) {
    expect(task).toBe(POISON);
    expect(blamed!.agents).toContain(agent);
  }
  // Whoever is not had passed a turn in between.
  const open = new Set(of('heal.ordered').map((event) => event.case));
  for (const { case: closed } of [...of('heal.mended'), ...absolved]) open.delete(closed);
  expect([...open]).toEqual([]);
});

test('what follows is a person, as after the last attempt', async () => {
  const { of } = await lived('attempts: 10', isPoison, 30_000);
  expect(of('task.blamed')).toHaveLength(1);
  const [asked] = of('heal.notice').filter((notice) => notice.of === 'task');
  expect(asked).toMatchObject({ task: POISON, failure: 'schema-mismatch' });
  expect(asked!.title).toEqual({ code: 'task-blamed', line: 4, agents: 3, failure: 'schema-mismatch' });
  expect(of('task.failed')).toMatchObject([{ task: POISON, attempts: 3 }]);
});

test('a bigger model has its turn at it, and the question that follows still says why', async () => {
  // The scripted bigger model says the same: wrong for everybody who is asked.
  const { of } = await lived('attempts: 10\n    escalate: [big-model]', isPoison, 30_000);
  expect(of('task.escalated')).toMatchObject([{ task: POISON, to: 'big-model' }]);
  expect(of('task.blamed')).toHaveLength(1);
  const [asked] = of('heal.notice').filter((notice) => notice.of === 'task');
  expect(asked!.title).toEqual({ code: 'task-blamed', line: 4, agents: 3, failure: 'schema-mismatch' });
});

test('a task that two agents fail at and the third does is no such task', async () => {
  let wrong = 0;
  const { of, status } = await lived('attempts: 10', (request) => isPoison(request) && ++wrong <= 2);
  expect(of('task.blamed')).toEqual([]);
  expect(status).toMatchObject({ results: TASKS, failed: 0 });
});
