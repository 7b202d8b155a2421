/** Links and files as the page asks for them: what is packed, what is read, and what a replay may not touch. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { seededRandom } from '../../kernel/random.ts';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import { encodeEvents } from '../../journal/journal.ts';
import { encodeLink } from '../../swarm/link.ts';
import { asking } from '../protocol/call-table.ts';
import { CALLS } from '../protocol/calls.ts';
import type { Answers, RunFrame } from '../protocol/protocol.ts';
import type { StoredRun } from '../replay/incident.ts';
import { recordedRun } from '../replay/testing/recorded-run.ts';
import { lines, SWARM } from '../testing/world.ts';
import { LINK_MOST, Links } from './links.ts';
import { pageApi } from './page-api.ts';

const EXAMPLE =
  'planaria: 1\nname: e\ninput: {from: example, example: mixed.log}\nroles: {a: {prompt: p}}\nflow: [{role: a, each: input}]\n';

/** A browser's worth of stored runs, with one in it. */
async function browserWith(run: StoredRun): Promise<{ links: Links; disk: MemoryDisk }> {
  const disk = new MemoryDisk();
  const store = new MemoryStore(disk);
  await store.create(run.record, run.source);
  const fence = await store.openWriter(run.record.id);
  const events = encodeEvents(run.events);
  await store.commit({ run: run.record.id, fence, events, rows: [], agents: [], record: run.record });
  const links = new Links({
    clock: systemClock(),
    random: seededRandom(1),
    store,
    examples: {
      list: () => Promise.resolve([]),
      swarm: () => Promise.resolve(''),
      input: () => Promise.resolve('one\ntwo\n'),
    },
    runtime: () => null,
  });
  return { links, disk };
}

const snapshot = (disk: MemoryDisk): string =>
  JSON.stringify(Object.entries(disk.tables).map(([name, table]) => [name, [...table]]));

describe('sharing', () => {
  test('the input goes along only when asked to; the length is that of the link', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 6, kinds: ['stall'] }));
    const [record] = await new MemoryStore(
      (await browserWith(await recordedRun(1, { tasks: 6, kinds: ['stall'] }))).disk,
    ).list();
    const plain = await links.share({ runId: record!.id }, false);
    expect(plain).toMatchObject({
      swarm: { file: 'test.yaml' },
      input: { name: 'test.log', lines: 6 },
      inputIncluded: false,
    });
    expect(plain.link).toMatch(/^#s1:/);
    expect(plain.length).toBe(plain.link?.length);
    const opened = await links.read(plain.link!);
    expect(opened).toMatchObject({ kind: 'swarm', input: null, swarm: { text: SWARM }, checked: { ok: true } });
    const whole = await links.share({ runId: record!.id }, true);
    expect(await links.read(whole.link!)).toMatchObject({ kind: 'swarm', input: { name: 'test.log', text: lines(6) } });
    expect(await links.read(whole.file.blob)).toMatchObject({ kind: 'swarm', input: { text: lines(6) } });
  });

  test('an example is named, not sent', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
    const swarm = { file: 'e.yaml', text: EXAMPLE };
    const shared = await links.share({ swarm, input: { name: 'mixed.log', text: 'one\ntwo\n' } }, true);
    expect(shared).toMatchObject({ input: null, example: 'mixed.log', inputIncluded: false });
    expect(shared.link).toMatch(/^#s1:/);
  });

  test('what is too long for a link is a file', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
    const random = seededRandom(3);
    const text = Array.from({ length: 30_000 }, () => random.int(2 ** 31).toString(36)).join('\n');
    const shared = await links.share({ swarm: { file: 'a.yaml', text: SWARM }, input: { name: 'a.log', text } }, true);
    expect(shared.link).toBeNull();
    expect(shared.length).toBeGreaterThan(LINK_MOST);
    expect(await links.read(shared.file.blob)).toMatchObject({ kind: 'swarm', input: { text } });
    const more = await links.share(
      { swarm: { file: 'a.yaml', text: SWARM }, input: { name: 'a.log', text: text.repeat(6) } },
      true,
    );
    expect(more).toMatchObject({ link: null, length: null });
  });
});

describe('incidents', () => {
  // Made once and kept: an incident that was shared once replays in every later version.
  const GOLDEN =
    '#i1:1VbLjus2DP0VgWtmYMnPaNeue4GiuLs4C03MSdSxZVeS54Eg_15Qjud5cadoV7VsS6KPSOpQonwG6w62IxdBS4QH8sGODjREChEQ_OxAnyFE4yN1vzCqzl4vBHJH6wg0hIO3U6QOEIaxox40TOPhnljLEEDLqslvKlXLba2qslIlwkCuow50dkEIj8YPbMqZga72b57N0ANCpKcIGlo39cYZb40WsnUM1IJxIg1uXSDqtKhbdzt3R4panD2FNDktikvrrJtmlt75cdCi8-M0UYfibvSDiVr01lG4tM6PPQXdOiGit-ZIPrWFuLeu0-Jx9PfkF4mnqbcHE7SoFsHkx2GKWnxPA0U82ZDU3iyfxzmyB0tHiPg8kRbj7Z90iKts8uNEPtqrB8sV6IG8jc9anMnNgxY76-5GFI_GO-uOKMj70e8vb0bMSasW58VIiD4BB-t-I3eMJy0kisE8rb0iQ_G0OYyTpW6zEJToetHp6a_ZeiZ4t7qDq5n9CjJdZ6Mdnel_f52HuDN9oAXS28HGwG6N9-SYuAJFR6ZjlrQoQ7Ln6cHS4wfiw0QHa3ob4kfy1Xvy_0ijF_KXCP4r-sXZHD3RC4W349iTcZcfMZKQ_4GFXH1i4a4fH5OrG3HmFanX1YiCzOH0NjwviJU3vLbCm0HhZDxpkd2o8tI64C1HMVp3DGmDE29EhfDgzfDN_gq6llVzQUhW3uzLqTcHOo19Rz68bk0jsi-u1v0fMcAEHPo5pakUwMua8gLo3Rk8me45pUXJ2bAfTfctrL01-wTQBcJhdMzW9xRy0DJTBQ8IEbSb-_6y54gYBu_2CHdm7td2nL1LUZqdZVMp8UYT7kHvMuQiPzwZSlYXzZGumEX6tkjM9ggmgt6xu6xUNrmsK5Tbrawb3OSNyssClarybYObay2bKs-3uLnWKpMlg691nhdFsX1RUeZ5pWqej3U2nF4c_kFhh-2RJ7pTqFCi-lAkqqTIhxcSdw02WGLzoZTY7BF68wb4M7NJ5RcYVvaV92QWiGyKTGGe5U3OPGfbLGP6iywrtyzIVVOrleyi3mYFSxOdHG12mUmo6jJHVeRljrmsmgrVtlBqfRfbWq7vqqqK9S2zury-c1nXBaqsUayXXMehvoa4yeq6WvUugX0f3_fhTVWNspSqzpequOqXxTareP7euGVFVqhww1HZSO4szQpLzHHDa2FJ1MkZlA3mEpfG5zt92iMczOHEWzAp5-d9qbFi0DhMPcX0_7KTOcocS1zqzzd_2a_566c7pB-Pkx9vQe82Ev_BvecfIE9fLBY2zOsSzi2s52kLuoV0lLeALVwP1yTlZNXCBZDx6bRpQUc_0wU4tDwmJYsLwolMv7T_Bg.d5252c53';

  /** As above, with a pause of the whole run. */
  const PAUSED =
    '#i1:pVbPb-s2DP5XBJ6VQvLv6LYddtoDhuHd4hzUmE202pInye0rgvzvA2U7bdqieNsix5TkjyL1kaJ9BmMPpkMbQUkOT-iDcRYURAwROPjJgjpDiNpH7H4hVC1efxzQHo1FUBAO3owRO-AwuA57UDC6wyPSKkMAleVNc5dXWS6KqqlLDgPaDjtQ4sIhPGs_kCGrB1ys373ooQcOEX9EUNDasddWe6MVk60loGKEY0m5tQGxU6xu7f3UHTEqdvYY0tYUKy6tNXacaPbBu0GxzrtxxI6zB-cHHRXrjcVwaa13PQbVWsaiN_qIPvUZezS2U-zZ-Uf084zHsTcHHRSr5onRu2GMin1PiiyeTEjL3s2P3RTJg3nAWHwZUTF3_xce4jo3ejeij2bxYP4FfEJv4otiZ7TToNjO2AfH2bP21tgjZ-i98_vLG40prarYeTYSok_Awdjf0R7jSTHJ2aB_rKNCcPZjc3CjwW4zE5Touq7p8e_JeCJ4t7rDVzP7FaS7zkTjrO7_eN0He9B9wBnSm8HEQG65R7REXMFZh7ojlhQrQ7Ln8cng8zviw4gHo3sT4nvys1vy_0zaM_lzBP8T_eysjx7xSuG9cz1qe_mMkYT8Hyzk2QcWHnr3nFzdsDNlpFqzkTPUh9Pb8FwRK2986YU3SuGkPSom7rLy0lqgI4cxGnsM6XgjHcSMw5PXwzfzK6haVs2FQ7Ly_lz27vh6LEM4dTuxV-w3bXrs2KhDeHa-o3PFpoBetDZh5BcYuWCyLzDZgsm_wOQLpvgCUyyY8gtM2VqgzR_6KZWo6Ce8rLUugNqdwaPuXlI9lFQGe6e7b2EdrYUngCo4HJwlsr6naIOSIitIIURQdur7y56CoQm823N40FO_9smp2VznqJ7qKSBw0GQ2FymYfHlGRoyd1seZEOKuLmntOHmbojxZQ4qpbEcdHkHtBJ-bXP5ve0mSb1EfMWFlauKTlmb3s-kdcUBGZJPLuuK1rMu64FnTNCXfbLNtlZd8K0RdCr5ZpGyqPN_yWhaFlNfZd6ArVshyy2VZF2XONzLLm7zKlqdEoLEmnJLDm7feXgc3HdqgORJBu4zPW8xSEzeSVLK0uA_XSO4aLnjJS96kJm5kSXLPoddvFD7j7qatJn4SS4v_JJRS7JUUWcqsLj4hhMJU8Uo261jIsqZ9pGJFLFV1on1BzmHNtkWWrfdiW8sESJ2sqqpiudOkFJQM6Z7Lup4nRZNt93TAOsqfOW_ErYWsyrfNKpZ8uSbO7OUqlu3lq5jtCC6LraiIC6_tmv0FL_im5BXfzMHcFClym4yXKfgbuecwv1uSa1zwXNIlm-USH7t5ophYO-jDiSpIslXzmlepiRtZkySwG8YeY_oA28l8SS6ZL5f42C1Tb79W43RG56QVt-c4pfGc7r07jt7dg9ptUpj-zbWnjzuPP5ly5BRlPZxbWL8aWlAtpA-WFngLyydEmqWy3MIFOAAnlfRabZfqC5QepJZK44XDCXU_9_8B.b6ba17bd';

  test('golden, with a pause', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
    const opened = await links.read(PAUSED);
    expect(opened).toMatchObject({
      kind: 'incident',
      checked: { ok: true },
      facts: { tasks: 6, agents: 8, actions: 2 },
    });
    expect((await links.replay(PAUSED)).ok).toBe(true);
  });

  test('golden', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
    const opened = await links.read(GOLDEN);
    expect(opened).toMatchObject({
      kind: 'incident',
      input: null,
      checked: { ok: true },
      facts: { name: 'test swarm', tasks: 6, agents: 8, seed: 2, engine: 'scripted', inputIncluded: false },
    });
    expect((await links.replay(GOLDEN)).ok).toBe(true);
  });

  test('go from a stored run into a link and a file, and replay without a trace in the stored runs', async () => {
    const run = await recordedRun(4, { tasks: 20 });
    const { links, disk } = await browserWith(run);
    const before = snapshot(disk);
    const packed = await links.incident(run.record.id, true);
    expect(packed.facts).toMatchObject({ tasks: 20, inputIncluded: true, seed: 4 });
    expect(packed.link).toMatch(/^#i2:/);
    expect(await links.read(packed.file.blob)).toMatchObject({ kind: 'incident', facts: packed.facts });
    const reply = await links.replay(packed.link!);
    if (!reply.ok) throw new Error('refused');
    const replay = links.replays(reply.runId)!;
    const frames: RunFrame[] = [];
    await replay.watch(reply.runId, (frame) => void frames.push(frame));
    await links.pace(reply.runId, 'end');
    await expect.poll(() => frames.at(-1)?.status.phase, { timeout: 20_000 }).toBe('done');
    expect(frames.at(-1)?.status.replay).toMatchObject({ improvised: 0, recorded: packed.facts.turns });
    // Looked at, but not changed.
    expect((await replay.timeline(reply.runId)).faults.length).toBe(packed.facts.faults.length);
    expect((await replay.results(reply.runId, { offset: 0, count: 5 })).total).toBe(20);
    expect(await replay.breakSomething(reply.runId, 'stall')).toMatchObject({ landed: false });
    expect(await replay.act(reply.runId, 0, 'restart')).toMatchObject({ ok: false });
    await links.unwatch();
    expect(snapshot(disk)).toBe(before);
  });

  test('too long for a link goes as a file, which holds all of it', async () => {
    const run = await recordedRun(6, { tasks: 1500, kinds: ['stall', 'loop'] });
    const { links } = await browserWith(run);
    const packed = await links.incident(run.record.id, true);
    expect(packed.link).toBeNull();
    expect(packed.length).toBeGreaterThan(LINK_MOST);
    expect(packed.file.name).toMatch(/-incident\.planaria$/);
    expect(await links.read(packed.file.blob)).toMatchObject({ kind: 'incident', facts: packed.facts });
    const reply = await links.replay(packed.file.blob);
    if (!reply.ok) throw new Error('refused');
    expect((await links.replays(reply.runId)!.results(reply.runId, { offset: 0, count: 1 })).total).toBe(0);
    await links.unwatch();
  });

  test.each(['#s1:', '#i1:AAAA', '#i2:AAAA', '#i3:AAAA', 'nothing', '#i1:K8hJzEssyky0UjDkAgA.6ef6860f'])(
    '%s is refused by name, for reading and for replaying',
    async (fragment) => {
      const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
      expect(await links.read(fragment)).toMatchObject({ kind: 'broken' });
      expect(await links.replay(fragment)).toMatchObject({ ok: false });
      expect(await links.read(new Blob([fragment]))).toMatchObject({ kind: 'broken', problem: 'not-a-link' });
    },
  );

  test('text that is no incident is told from damage', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
    const link = await encodeLink('{"incident":1}', 'i1');
    expect(await links.read(link.ok ? link.value : '')).toMatchObject({ kind: 'broken', problem: 'not-ours' });
  });

  test('an incident of a newer version is told from one that is none', async () => {
    const { links } = await browserWith(await recordedRun(1, { tasks: 4, kinds: ['stall'] }));
    const link = await encodeLink('{"incident":3}', 'i2');
    expect(await links.read(link.ok ? link.value : '')).toMatchObject({ kind: 'broken', problem: 'unknown-version' });
  });
});

test('calls about a replay go to the replay, all others where they always went', async () => {
  const run = await recordedRun(4, { tasks: 4, kinds: ['stall'] });
  const { links } = await browserWith(run);
  const asked: string[] = [];
  const api = pageApi({
    startScreen: {
      check: (file: string) => Promise.resolve(asked.push(`check ${file}`)),
    } as unknown as Answers<'startScreen'>,
    storage: {} as Answers<'storage'>,
    runtime: () =>
      Promise.resolve(
        asking(CALLS, (name, [first]) => {
          asked.push(`${name} ${String(first ?? '')}`.trim());
          return Promise.resolve(true);
        }),
      ),
    links: () => Promise.resolve(links),
  });
  expect(await api.open('replay-unknown')).toBe(false);
  await expect(api.results('replay-unknown', { offset: 0, count: 1 })).rejects.toThrow('no replay');
  const { link } = await api.incident(run.record.id, false);
  const reply = await api.replay(link!);
  if (!reply.ok) throw new Error('refused');
  expect(await api.open(reply.runId)).toBe(true);
  await api.watch(reply.runId, () => undefined);
  await api.pause(reply.runId);
  expect(asked).toEqual(['unwatch']);
  await api.open('run-1');
  await api.watch('run-1', () => undefined);
  await api.unwatch();
  expect(asked).toEqual(['unwatch', 'open run-1', 'watch run-1', 'unwatch']);
  // A file may have any name: only what is about a run is about a replay.
  asked.length = 0;
  await api.check('replay-of-tuesday.yaml', '');
  expect(asked).toEqual(['check replay-of-tuesday.yaml']);
});
