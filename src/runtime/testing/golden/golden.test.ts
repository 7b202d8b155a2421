/** What earlier versions stored and shared opens in this one: folded to the same state, told in the same words, replayed to the same ends. */
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../../journal/events.ts';
import { decodeEvents, encodeEvents } from '../../../journal/journal.ts';
import { leanChunk } from '../../../journal/lean.ts';
import { memoryLock } from '../../../kernel/lock.ts';
import { seededRandom } from '../../../kernel/random.ts';
import { SimulatedClock } from '../../../kernel/simulated-clock.ts';
import { encodeLink } from '../../../swarm/link.ts';
import { openFile, openLink } from '../../../swarm/share.ts';
import { stepText } from '../../../ui/story/step-text.ts';
import { en } from '../../../ui/text/en.ts';
import { ko } from '../../../ui/text/ko.ts';
import { lockName } from '../../host/run-list.ts';
import { Runtime } from '../../host/runtime.ts';
import { readIncident, writeIncident } from '../../replay/incident.ts';
import { loadRun } from '../../run/load-run.ts';
import { NO_EXAMPLES, NO_GPU } from '../no-gpu.ts';
import {
  bytesOf,
  foldOf,
  type GoldenRun,
  incidentIn,
  incidentsOf,
  namesOf,
  replayed,
  replaysOf,
  runOf,
  storeWith,
  textOf,
  VERSIONS,
} from '../../../../tools/golden/files.ts';

/** A tab that looks at the run, and does not go on with it. */
async function watching(run: GoldenRun): Promise<Runtime> {
  const lock = memoryLock();
  await lock.tryAcquire(lockName(run.record.id));
  return new Runtime({
    ...{ clock: new SimulatedClock(), random: seededRandom(1), store: await storeWith(run), lock },
    ...{ engines: NO_GPU, examples: NO_EXAMPLES, version: 'test', tab: 'tab' },
  });
}

const eventsOf = ({ chunks }: GoldenRun): JournalEvent[] => chunks.flatMap((chunk) => decodeEvents(chunk));

describe.each(VERSIONS)('version %i', (version) => {
  describe.each(namesOf(version, '.run.json.gz'))('%s', (name) => {
    const run = runOf(version, name);

    test('opens, and its log comes to the state that it came to then', async () => {
      const { state, record, plan } = await loadRun(await storeWith(run), run.record.id);
      expect(record).toEqual(run.record);
      expect(plan.items).toHaveLength(run.record.tasks);
      expect(foldOf(state)).toEqual(run.fold);
    });

    test('its log says everything in codes, for which there are words in both languages', () => {
      const events = eventsOf(run);
      expect(events.filter((event) => JSON.stringify(event).includes('"code":"told"'))).toEqual([]);
      for (const event of events) {
        const [english, korean] = [stepText(event, en), stepText(event, ko)];
        for (const { title, text, list = [], against = [] } of [english, korean])
          expect([title, text, ...list, ...against].join(' ')).not.toMatch(/undefined|NaN|\[object/);
        expect(korean.title).toMatch(/[가-힣]/);
      }
    });

    test('its agents have their stories, and the run its timeline and its moments', async () => {
      const runtime = await watching(run);
      const { id } = run.record;
      expect(await runtime.open(id)).toBe(true);
      const seqs = new Set<number>();
      for (let agent = 0; agent < run.record.agents; agent++) {
        const story = await runtime.agent(id, agent);
        expect(story.turns).toBe(run.fold.agents['turns']?.[agent]);
        for (const { seq } of story.events) seqs.add(seq);
      }
      expect(seqs.size).toBeGreaterThan(100);
      const { faults, endAt } = await runtime.timeline(id);
      expect(faults).toHaveLength(eventsOf(run).filter(({ type }) => type === 'fault.injected').length);
      expect(endAt).toBe(run.fold.at);
      const half = await runtime.moment(id, run.fold.at / 2);
      expect(half.status.results).toBeLessThanOrEqual(run.fold.totals.results);
      expect((await runtime.moment(id, run.fold.at)).status.results).toBe(run.fold.totals.results);
      await runtime.close();
    });

    test('trimmed, it is a log of today that comes to the same totals', async () => {
      const chunks = run.chunks.map(leanChunk);
      expect(chunks.every((chunk) => chunk.version === 2)).toBe(true);
      const { state } = await loadRun(await storeWith({ ...run, chunks }), run.record.id);
      expect(foldOf(state)).toEqual(run.fold);
    });

    test('written again, it is what it was read as', () => {
      const events = eventsOf(run);
      expect(decodeEvents(encodeEvents(events))).toEqual(events);
    });

    test.each([
      ['.planaria', true],
      ['.masked.planaria', false],
    ] as const)('makes the same incident as it made then, in a link of today: %s', async (ending, withInput) => {
      const then = await incidentIn(version, name.replace('.run.json.gz', ending));
      const text = writeIncident({ record: run.record, source: run.source, events: eventsOf(run) }, withInput);
      const link = await encodeLink(text, 'i2');
      const opened = link.ok ? await openLink(link.value) : link;
      if (!opened.ok || opened.value.kind !== 'incident') throw new Error('the link does not open');
      const now = readIncident(opened.value.text);
      if (!now.ok) throw new Error(now.error.detail);
      expect(now.value.recording).toEqual(then.recording);
      expect(now.value.facts).toEqual(then.facts);
    });
  });

  const replays = replaysOf(version);
  const shared = incidentsOf(version);

  test('has a replay of every incident', () => {
    expect(Object.keys(replays).sort()).toEqual([...shared].sort());
  });

  test.each(shared)('%s replays to the same ends, by the same steps of healing', async (name) => {
    expect(await replayed(await incidentIn(version, name))).toEqual(replays[name]);
  });
});

test('swarms that were shared open as they were', async () => {
  const plain = await openLink(textOf(1, 'swarm.s1.txt'));
  const whole = await openLink(textOf(1, 'swarm.s2.txt'));
  const file = await openFile(bytesOf(1, 'swarm.planaria'));
  for (const opened of [plain, whole, file])
    expect(opened).toMatchObject({ ok: true, value: { kind: 'swarm', shared: { swarm: {} } } });
  if (!plain.ok || !whole.ok || !file.ok || plain.value.kind !== 'swarm') throw new Error('they do not open');
  expect(whole.value).toEqual(file.value);
  expect(whole.value).toMatchObject({ shared: { swarm: { text: plain.value.shared.swarm.text } } });
});

test('a log of a newer version is refused by name, and is not trimmed', async () => {
  const run = runOf(1, 'asked.run.json.gz');
  const chunks = run.chunks.map((chunk, k) => (k === 2 ? { ...chunk, version: 3 } : chunk));
  const runtime = await watching({ ...run, chunks });
  await expect(runtime.open(run.record.id)).rejects.toMatchObject({
    code: 'newer',
    message: expect.stringMatching(/version 3/) as string,
  });
  expect(() => decodeEvents({ version: 3, body: '{}' })).toThrow(/version 3/);
  expect(leanChunk(chunks[2]!)).toBe(chunks[2]);
});
