/** What a run did not read of its texts, and texts that it read in parts, come back in a replay. */
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { RowReading } from '../../store/records.ts';
import { SWARM } from '../testing/world.ts';
import { readIncident, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

const long = (k: number): string =>
  `sshd[${String(k)}]: ${Array.from({ length: 700 }, (_, n) => `k${String(n * k)}=v`).join('; ')} error`;
const readings = (log: readonly JournalEvent[]) =>
  log.flatMap((event) => (event.type === 'turn.ended' && event.read ? [[event.task, event.read]] : []));
const parts = (log: readonly JournalEvent[]): number => log.filter(({ type }) => type === 'task.part').length;

test.each(['middle', 'split'])('a: long: %s, with the input and without', async (how) => {
  const input = Array.from({ length: 12 }, (_, k) => (k % 3 === 0 ? long(k + 1) : `sshd: line ${String(k)}`)).join(
    '\n',
  );
  const swarm = SWARM.replace('format: lines}', `format: lines, long: ${how}}`);
  const run = await recordedRun(11, { input, swarm, kinds: ['stall'] });
  expect(readings(run.events).length).toBeGreaterThan(3);
  expect(parts(run.events) > 0).toBe(how === 'split');
  for (const withInput of [true, false]) {
    const incident = readIncident(writeIncident(run, withInput));
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const { played, improvised, recorded } = session.info();
    expect({ played, improvised }).toEqual({ played: recorded, improvised: 0 });
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(readings(events)).toEqual(readings(run.events));
    expect(parts(events)).toBe(parts(run.events));
    const rows: (readonly RowReading[] | undefined)[] = [];
    await session.store.eachRow('replay-1', (some) => void rows.push(...some.map(({ row }) => row.read)));
    expect(rows.filter((read) => read !== undefined)).toHaveLength(4);
  }
});
