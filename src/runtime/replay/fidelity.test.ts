/**
 * How faithful a replay is, over whole lives of runs: every fault that a plan can name, tabs that are reloaded and taken over, people who pause
 * and press buttons. From the log through a file and back: the same results and failures, and the same steps of healing in the same order.
 */
import { describe, expect, test } from 'vitest';
import { FAULT_KINDS } from '../../journal/vocabulary.ts';
import type { EngineReport } from '../../engine/contract.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { systemClock } from '../../kernel/clock.ts';
import { packContainer } from '../../swarm/container.ts';
import { openFile } from '../../swarm/share.ts';
import { readIncident, type StoredRun, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { type LifeOptions, livedRun } from './testing/lived-run.ts';

async function replayed(run: StoredRun): Promise<{ events: JournalEvent[]; session: ReplaySession }> {
  const file = await packContainer({ kind: 'incident', text: writeIncident(run, true) });
  const opened = file.ok ? await openFile(file.value) : file;
  if (!opened.ok || opened.value.kind !== 'incident') throw new Error('the file does not open');
  const incident = readIncident(opened.value.text);
  if (!incident.ok) throw new Error(incident.error.detail);
  const session = await ReplaySession.open('replay-1', incident.value, systemClock());
  await session.clock.run(() => session.over, 7_200_000);
  const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
  return { events, session };
}

/** How each task ended: its output as it was committed, or its failure. */
function ends(events: readonly JournalEvent[]): Map<number, string> {
  const outputs = new Map<number, unknown>();
  const ended = new Map<number, string>();
  for (const event of events) {
    // A review that agrees leaves the output before it as it was.
    if (event.type === 'task.advanced' && event.output !== null) outputs.set(event.task, event.output);
    else if (event.type === 'task.committed') ended.set(event.task, JSON.stringify(outputs.get(event.task)));
    else if (event.type === 'task.failed') ended.set(event.task, event.failure);
  }
  return ended;
}

/** What MONITOR and RECOVER did, in order, and what befell the engines. */
const healing = (events: readonly JournalEvent[]): string[] =>
  events.flatMap((event) => {
    switch (event.type) {
      case 'heal.suspected':
        return [`suspected ${String(event.agent)} ${event.fault}`];
      case 'heal.ordered':
        return [`ordered ${String(event.agent)} ${event.fault} ${event.action} (${event.rung})`];
      case 'heal.mended':
        return [`mended ${String(event.agent)} ${event.fault} ${event.action}`];
      case 'heal.notice':
        return [`asked about ${event.of} ${String(event.task)}`];
      case 'heal.decided':
        return [`${event.by} decided ${event.decision}`];
      case 'engine.lost':
        return [`engine lost: ${event.code}`];
      case 'engine.loaded':
        return [`engine with ${String((event.report as EngineReport | undefined)?.residents)} seats`];
      case 'run.resumed':
      case 'run.paused':
      case 'run.continued':
        return [event.type];
      default:
        return [];
    }
  });

const kinds = FAULT_KINDS.filter((kind) => !['reload-mid-write', 'power-loss', 'second-tab'].includes(kind));
/** Each of these has lives of its own below. */
const APART: ReadonlySet<string> = new Set([
  'corrupt-record',
  'old-version',
  'hidden-tab',
  'message-lost',
  'message-doubled',
  'message-reordered',
]);
const together = kinds.filter((kind) => !APART.has(kind));
/** What became bad on the disk was a piece of the log itself: nobody knows any more what was in it. */
const lostLog = (events: readonly JournalEvent[]): boolean =>
  events.some(
    (event) => event.type === 'fault.injected' && event.detail.code === 'record' && event.detail.table === 'journal',
  );

const LIVES: readonly [string, LifeOptions][] = [
  ['every fault', { kinds: together }],
  ['every fault twice', { kinds: [...together, ...together] }],
  ['bad records', { kinds: ['corrupt-record', 'old-version', 'stall', 'loop'] }],
  ['hidden tabs and clocks that jump', { kinds: ['hidden-tab', 'clock-jump', 'stall', 'loop', 'worker-kill'] }],
  ['reloads', { kinds: ['stall', 'loop', 'device-lost', 'supervisor-crash'], reloads: 3 }],
  ['a second tab', { kinds: ['stall', 'loop', 'out-of-memory'], takeovers: 2 }],
  ['people', { kinds: ['stall', 'loop', 'worker-kill', 'supervisor-crash'], actions: 10 }],
  ['all of it', { kinds: together, actions: 6, reloads: 1, takeovers: 1 }],
];

describe.each(LIVES)('a life with %s', (_, options) => {
  test.each([201, 202, 203])('is seen again as it was, seed %i', async (seed) => {
    const run = await livedRun(seed, options);
    const { events, session } = await replayed(run);
    const recorded = ends(run.events);
    expect(recorded.size).toBe(160);
    if (lostLog(run.events)) {
      expect(ends(events).size).toBe(160);
      return;
    }
    // Who waits first on the bench after two openings in a row may be another; what befalls them is not.
    const nameless = (steps: readonly string[]) => steps.map((step) => step.replace(/ \d+/, ''));
    if ((options.takeovers ?? 0) > 0) expect(nameless(healing(events))).toEqual(nameless(healing(run.events)));
    else expect(healing(events)).toEqual(healing(run.events));
    expect(ends(events)).toEqual(recorded);
    const { played, improvised, recorded: turns } = session.info();
    expect({ played, improvised }).toEqual({ played: turns, improvised: 0 });
  });
});

test.each([201, 202, 203, 204])(
  'where messages get lost the replay loses the same where it can, and every task ends once, seed %i',
  async (seed) => {
    const run = await livedRun(seed, {
      kinds: ['message-lost', 'message-doubled', 'message-reordered', 'stall', 'loop'],
    });
    const { events, session } = await replayed(run);
    const [was, is] = [ends(run.events), ends(events)];
    const other = [...was].filter(([task, end]) => is.get(task) !== end);
    expect(is.size).toBe(160);
    // Which message is the next depends on microseconds that no record holds; only what had to be made up may end otherwise.
    expect(other.length).toBeLessThanOrEqual(session.info().improvised);
  },
);

const refused = { code: 'out-of-memory', message: 'The GPU refused a buffer.', remedy: 'Fewer seats.' } as const;
const seatsOf = (events: readonly JournalEvent[]): number[] =>
  events.flatMap((event) =>
    event.type === 'engine.loaded' ? [(event.report as EngineReport | undefined)?.residents ?? 0] : [],
  );

test('a buffer that the GPU refuses halves the seats, while it works and while it loads, and so it does in the replay', async () => {
  let loads = 0;
  // The first engine is refused once; the one after the first loss twice, which no log tells of.
  const run = await livedRun(7, {
    kinds: ['out-of-memory', 'stall', 'loop'],
    failLoad: () => ([0, 2, 3].includes(loads++) ? refused : null),
  });
  expect(seatsOf(run.events)).toEqual([2, 1]);
  const { events, session } = await replayed(run);
  expect(seatsOf(events)).toEqual([2, 1]);
  expect(healing(events)).toEqual(healing(run.events));
  expect(ends(events)).toEqual(ends(run.events));
  expect(session.info().improvised).toBe(0);
});
