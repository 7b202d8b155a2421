/** Items that leave the straight way: what people, failures and long texts do in the middle of a branch. */
import { expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { type Tab, World } from '../testing/world.ts';

const fileOf = (flow: readonly string[], more = ''): string => `planaria: 1
name: branches
budget: {resident: 4}
${more}
roles:
  triager:
    replicas: 3
    prompt: Triage.
    output: {type: object, properties: {level: {enum: [low, high]}, count: {type: integer, x-merge: sum}}, required: [level, count]}
  writer:
    replicas: 3
    prompt: Write.
    output: {type: object, properties: {why: {type: string}}, required: [why]}
  judge:
    replicas: 3
    prompt: Judge.
    output: {type: object, properties: {agree: {type: boolean}}, required: [agree]}
flow:
${flow.map((step) => `  - ${step}\n`).join('')}`;

const say = (output: unknown): ScriptedFault => ({ kind: 'say', text: JSON.stringify(output) });

/** What the role of that prompt says, by what it read. */
type Says = Readonly<Record<string, (read: string) => ScriptedFault>>;

interface Lived {
  readonly world: World;
  readonly tab: Tab;
  readonly id: string;
  readonly status: () => RunStatus;
  readonly rows: () => Promise<ResultRow[]>;
}

async function lived(file: string, text: string, says: Says, askMs = 0): Promise<Lived> {
  const world = await World.create(11);
  const fault = ({ prefix, messages }: TurnRequest): ScriptedFault | null =>
    says[prefix[0]?.content ?? '']?.(messages.at(-1)?.content ?? '') ?? null;
  const tab = world.tab({ fault });
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'branches.yaml', text: file },
      input: { name: 'test.log', text },
      engine: 'scripted',
      askMs,
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  const rows = async (): Promise<ResultRow[]> => {
    await world.clock.run(() => status.phase === 'done' || status.phase === 'cancelled', 3_600_000);
    await world.clock.advance(2000);
    const found: ResultRow[] = [];
    await world.store.eachRow(reply.runId, (some) => void found.push(...some.map(({ row }) => row)));
    return found.toSorted((a, b) => a.task - b.task);
  };
  return { world, tab, id: reply.runId, status: () => status, rows };
}

const SAYS: Says = {
  'Triage.': (read) => say({ level: read.includes('bad') ? 'high' : 'low', count: 2 }),
  'Write.': (read) => say({ why: read.slice(0, 8) }),
  'Judge.': () => say({ agree: true }),
};

const BRANCH = [
  '{role: triager, each: input}',
  '{name: bad, each: triager, where: {level: high}}',
  '{role: writer, each: bad}',
];

const SOME = { level: 'high', count: 2 };
const LOW = { level: 'low', count: 2 };

const REVIEWED = [...BRANCH, '{role: judge, reviews: triager}', '{name: last, role: judge, reviews: writer}'];

test.each([
  ['the last step', 'writer', 'bad', { output: { why: 'me' }, outputs: { triager: SOME } }],
  ['a step before it', 'triager', 'good', { output: LOW, step: 'triager' }],
])(
  'a person gave the output of %s: it is not reviewed where it is the result, others are',
  async (_, step, text, row) => {
    const says = { ...SAYS, [step === 'writer' ? 'Write.' : 'Triage.']: () => say({ wrong: true }) };
    const run = await lived(fileOf(REVIEWED), text, says, 60_000);
    await run.world.clock.run(() => run.status().notices.length > 0, 600_000);
    const output = JSON.stringify(row.output);
    const [notice] = run.status().notices;
    await run.world.clock.track(run.tab.runtime.decide(run.id, notice?.id ?? '', { kind: 'edit', output }));
    const [only] = await run.rows();
    expect(only).toMatchObject({ failure: null, edited: true, ...row });
    if (step === 'writer') expect(only?.review).toMatchObject({ output: { agree: true }, step: 'judge' });
    else expect(only?.review).toBeNull();
    expect(run.status().steps).toEqual(
      step === 'writer'
        ? { input: 1, triager: 1, bad: 1, writer: 1, judge: 1, last: 0 }
        : { input: 1, triager: 1, bad: 0, writer: 0, judge: 0, last: 0 },
    );
  },
);

test('an item that fails at a review has all that came before in its row, the last step included', async () => {
  const says = { ...SAYS, 'Judge.': (): ScriptedFault => ({ kind: 'stall' }) };
  const run = await lived(fileOf(REVIEWED), 'bad', says);
  await run.world.clock.run(() => (run.status().steps?.writer ?? 0) > 0, 60_000);
  await run.world.clock.track(run.tab.runtime.cancel(run.id));
  const [row] = await run.rows();
  expect(row).toMatchObject({
    failure: 'cancelled',
    output: null,
    outputs: { triager: SOME, writer: { why: expect.any(String) as string } },
  });
  expect(run.status().steps).toMatchObject({ triager: 1, bad: 1, writer: 1, judge: 0 });
});

test('where looks at what the parts of a long text come to, also where a step merges them', async () => {
  const text = `bad ${Array.from({ length: 900 }, (_, k) => `k${String(k)}=v`).join('; ')}\nbad`;
  const says = { ...SAYS, 'Triage.': () => say(SOME) };
  const run = await lived(
    fileOf([...BRANCH, '{role: judge, reviews: writer}'], 'input: {long: split, merge: step}'),
    text,
    says,
  );
  const rows = await run.rows();
  expect(rows[0]?.read?.[0]?.read.length).toBeGreaterThan(2);
  const parts = rows[0]?.read?.[0]?.read.length ?? 0;
  expect(rows).toMatchObject([
    { output: { why: expect.any(String) as string }, outputs: { triager: { level: 'high', count: 2 * parts } } },
    { output: { why: expect.any(String) as string }, outputs: { triager: SOME } },
  ]);
  expect(run.status().steps).toEqual({ input: 2, triager: 2, bad: 2, writer: 2, judge: 2 });
});
