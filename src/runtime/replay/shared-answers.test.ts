/** Incidents of runs in which many had the answer of one: the same turns are played, and the same rows come of it, with the input and without. */
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { systemClock } from '../../kernel/clock.ts';
import { SWARM } from '../testing/world.ts';
import { readIncident, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { fromSharedColumns, problemInShares, toSharedColumns } from './shares.ts';
import { recordedRun } from './testing/recorded-run.ts';

const DEDUPED = SWARM.replace('each: input}', 'each: input, dedupe: true}').replace(
  '  - {role: reviewer, reviews: triager',
  '  - {name: again, role: triager, each: triager, with: input, where: {subject: {contains: e}}, dedupe: true}\n  - {role: reviewer, reviews: triager',
);
const names = ['alice', 'bob', 'eve', 'Gr\u00fcnwald'];
const input = Array.from({ length: 90 }, (_, k) =>
  k % 3 === 0
    ? `kernel: disk sda${String(k % 4)} of Gr\u00fcnwald is ${k % 2 === 0 ? 'full' : 'fine'}`
    : `sshd[${String(k)}]: Failed password for ${names[k % 4] ?? ''} from 10.0.0.${String(k)} port ${String(k)} ssh2`,
).join('\n');

/** Copies the user's name where there is one. */
const fault = ({ messages, schema = '' }: { messages: readonly { content: string }[]; schema?: string }) => {
  const text = messages.at(-1)?.content ?? '';
  const user = /Failed password for (\S+) from/.exec(text)?.[1];
  if (user === undefined || !schema.includes('subject') || text.startsWith('{')) return null;
  return { kind: 'say' as const, text: JSON.stringify({ severity: 'error', subject: user }) };
};

const shared = (log: readonly JournalEvent[]): string[] =>
  log
    .flatMap((event) =>
      event.type === 'task.advanced' && event.shared !== undefined
        ? [`${String(event.task)}/${String(event.stage)}: ${String(event.shared)} -> ${String(event.next)}`]
        : [],
    )
    .sort();

test('an incident plays the same turns and shares the same answers', { timeout: 120_000 }, async () => {
  const run = await recordedRun(4, { swarm: DEDUPED, input, kinds: ['stall', 'device-lost'], engine: { fault } });
  const then = shared(run.events);
  expect(then.length).toBeGreaterThan(60);
  expect(new Set(run.events.flatMap((event) => (event.type === 'task.advanced' ? [event.stage] : []))).size).toBe(3);
  for (const withInput of [true, false]) {
    const json = writeIncident(run, withInput);
    expect(/Gr\u00fcnwald|alice/.test(json)).toBe(withInput);
    const incident = readIncident(json);
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const { played, improvised, recorded } = session.info();
    expect({ played, improvised }).toEqual({ played: recorded, improvised: 0 });
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(shared(events)).toEqual(then);
    const ends = (log: readonly JournalEvent[]) => log.filter(({ type }) => type === 'task.committed').length;
    expect(ends(events)).toBe(ends(run.events));
  }
});

test('shares come back from their columns; those that make no sense are refused', () => {
  const share = (task: number, step: number, from: number, text: string | null) => ({
    task,
    step,
    slot: 0,
    from,
    text,
  });
  const shares = [share(3, 0, 1, 'a'), share(9, 0, 1, 'a'), share(4, 2, 0, null), share(5, 2, 0, 'b')];
  expect(fromSharedColumns(toSharedColumns(shares.toReversed()))).toEqual(shares);
  expect(toSharedColumns([])).toBeUndefined();
  const steps = [{ dedupe: true }, {}, { dedupe: true }] as never;
  expect(problemInShares({ steps }, shares)).toBeNull();
  expect(problemInShares({ steps }, [...shares, share(3, 0, 2, 'c')])).toBe('a task has two answers');
  expect(problemInShares({ steps }, [share(3, 1, 2, 'c')])).toBe('no answer is shared at step 1');
  expect(problemInShares({ steps }, [...shares, share(10, 0, 9, 'c')])).toBe('task 9 was not asked');
});

test('a replay ends where whoever was waited for goes another way', { timeout: 60_000 }, async () => {
  const run = await recordedRun(4, { swarm: DEDUPED, input, kinds: [], engine: { fault } });
  const json = JSON.parse(writeIncident(run, true)) as { shared: { from: number[] } };
  // Somebody may send one in which lines wait for lines that are not like them, or that there are not.
  json.shared.from = json.shared.from.map((from, k) => (k % 2 === 0 ? from : 1_000_000));
  const incident = readIncident(JSON.stringify(json));
  if (!incident.ok) throw new Error(incident.error.detail);
  const session = await ReplaySession.open('replay-1', incident.value, systemClock());
  expect(await session.clock.run(() => session.over, 3_600_000)).toBe(true);
});
