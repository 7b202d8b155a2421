import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { encode } from '../kv/codec.ts';
import { bytesOf, openRecord, sealRecord, WARM_VERSION, type WarmRecord } from './record.ts';
import { WarmStore } from './warm-store.ts';

const layout = { layers: 2, heads: 1, dimension: 32, dtype: 'float32' } as const;

/** A record of `own` tokens whose numbers are `fill`. */
function record(agent: number, own: number, fill = agent): Omit<WarmRecord, 'v' | 'generation'> {
  const values = new Float32Array(2 * layout.layers * own * layout.heads * layout.dimension).fill(fill);
  const bytes = encode('f16', values);
  const ids = Array.from({ length: 5 + own }, (_, i) => i);
  return { agent, model: 'm', ids, shared: 5, layout, codec: 'f16', pages: bytes };
}
const size = (own: number): number => bytesOf({ ...record(0, own), v: WARM_VERSION, generation: 1 });

let names = 0;
let name: string;
let store: WarmStore;
const reopen = async (limit = 1e9): Promise<WarmStore> => {
  store.close();
  return (store = await WarmStore.open({ limit, name }));
};

beforeEach(async () => {
  name = `warm-${String(names++)}`;
  store = await WarmStore.open({ limit: 1e9, name });
});
afterEach(() => {
  vi.restoreAllMocks();
  store.close();
});

async function damage(agent: number, slot: number, change: (stored: { pages: Uint8Array; v: number }) => unknown) {
  const db = await openDB(name);
  const stored = (await db.get('pages', [agent, slot])) as { pages: Uint8Array; v: number };
  change(stored);
  await db.put('pages', stored);
  db.close();
}

test('what was written is there after the worker is gone, newest generation first', async () => {
  expect(await store.get(3)).toBeNull();
  expect(await store.put(record(3, 4, 1))).toEqual({ ok: true, bytes: size(4) });
  await store.put(record(3, 6, 2));
  await store.put(record(9, 1));
  const again = await reopen();
  expect(again.bytes).toBe(size(4) + size(6) + size(1));
  expect(again.agents).toBe(2);
  expect(await again.get(3)).toMatchObject({ ...record(3, 6, 2), generation: 2 });
  await again.forget(3);
  expect(await again.get(3)).toBeNull();
  expect((await reopen()).bytes).toBe(size(1));
});

test('a flipped bit, a torn write and an unknown version are found, set aside, and the generation before is used', async () => {
  for (const own of [2, 3]) await store.put(record(7, own));
  await damage(7, 0, ({ pages }) => (pages[11]! ^= 4));
  expect(await store.get(7)).toMatchObject({ generation: 1 });
  expect(store.takeTrouble(7)).toMatch(/^generation 2: checksum/);
  expect(store.takeTrouble(7)).toBeUndefined();
  expect(await store.quarantined()).toMatchObject(
    [{ agent: 7, generation: 2, reason: /^checksum/ }].map((row) => ({
      ...row,
      reason: expect.stringMatching(row.reason) as unknown,
    })),
  );
  await damage(7, 1, (stored) => (stored.pages = stored.pages.slice(0, -1)));
  expect(await store.get(7)).toBeNull();
  await store.put(record(7, 2));
  await damage(7, 1, (stored) => (stored.v = 9));
  expect(await store.get(7)).toBeNull();
  expect((await store.quarantined()).map(({ reason }) => reason).slice(1)).toEqual([
    'bytes are not whole',
    'version 9 is not known',
  ]);
  expect(store.bytes).toBe(0);
});

test('any one bit that changes anywhere in a record is found', () => {
  const sealed = sealRecord({ ...record(1, 2), v: WARM_VERSION, generation: 1 });
  expect(openRecord(sealed).ok).toBe(true);
  fc.assert(
    fc.property(fc.nat(), fc.nat(7), (at, bit) => {
      const bytes = sealed.pages.slice();
      bytes[at % bytes.length]! ^= 1 << bit;
      expect(openRecord({ ...sealed, pages: bytes }).ok).toBe(false);
    }),
  );
  for (const [key, value] of Object.entries({
    agent: 2,
    generation: 2,
    model: 'n',
    ids: [0, 1, 2, 3, 4, 5, 7],
    sum: 1,
  }))
    expect(openRecord({ ...sealed, [key]: value }).ok).toBe(false);
});

test('when it is full, older generations go first, then what was used longest ago', async () => {
  store = await reopen(size(4) * 3);
  for (const agent of [1, 2]) await store.put(record(agent, 4));
  await store.put(record(1, 4));
  expect(store.bytes).toBe(size(4) * 3);
  await store.put(record(3, 4)); // agent 1's first generation makes room
  expect([1, 2, 3].map((agent) => store.has(agent))).toEqual([true, true, true]);
  await store.get(2);
  await store.put(record(4, 4));
  expect([1, 2, 3, 4].map((agent) => store.has(agent))).toEqual([false, true, true, true]);
  expect(await store.trim(1)).toBe(size(4));
  expect(store.has(3)).toBe(false);
  expect(await store.put(record(5, 100))).toMatchObject({ ok: false });
});

test('when storage itself is full, warm pages make room and nobody is told; when that is not enough, why is said', async () => {
  let room = size(4) * 2;
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: unknown) {
    if (this.name === 'pages' && store.bytes + size(4) > room) throw new DOMException('no room', 'QuotaExceededError');
    return put.call(this, value);
  });
  for (const agent of [1, 2, 3]) expect(await store.put(record(agent, 4))).toMatchObject({ ok: true });
  expect([1, 2, 3].map((agent) => store.has(agent))).toEqual([false, true, true]);
  room = 0;
  expect(await store.put(record(4, 4))).toEqual({
    ok: false,
    because: { code: 'warm-full' },
  });
  expect(store.bytes).toBe(0);
});

test('whatever is written, dropped and read, what is read is the last that was written, and bytes add up', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('put' as const), agent: fc.nat(4), own: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('get' as const), agent: fc.nat(4) }),
    fc.record({ do: fc.constant('forget' as const), agent: fc.nat(4) }),
    fc.record({ do: fc.constant('reopen' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      name = `warm-${String(names++)}`;
      const limit = size(4) * 5;
      await reopen(limit);
      const last = new Map<number, { own: number; fill: number }>();
      let fill = 0;
      for (const each of steps) {
        if (each.do === 'put') {
          fill++;
          expect((await store.put(record(each.agent, each.own, fill))).ok).toBe(true);
          last.set(each.agent, { own: each.own, fill });
        } else if (each.do === 'forget') {
          await store.forget(each.agent);
          last.delete(each.agent);
        } else if (each.do === 'reopen') {
          const { bytes } = store;
          expect((await reopen(limit)).bytes).toBe(bytes);
        } else {
          const found = await store.get(each.agent);
          const expected = last.get(each.agent);
          // Something may have been dropped for room, but never half of it, and never in favour of something older.
          if (found) expect(found).toMatchObject(record(each.agent, expected!.own, expected!.fill));
        }
        expect(store.bytes).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

test('a record that is written while others are dropped for room is there when its write has resolved', async () => {
  store = await reopen(size(4) * 2);
  for (let i = 0; i < 2; i++) await store.put(record(1, 4, i));
  // The older generation of agent 1 is dropped for agent 2 while its slot is being written anew.
  const outcomes = await Promise.all([store.put(record(1, 4, 7)), store.put(record(2, 4))]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
  expect(store.bytes).toBeLessThanOrEqual(size(4) * 2);
  for (const agent of [1, 2]) {
    const has = store.has(agent);
    expect((await store.get(agent)) !== null).toBe(has);
    expect(store.takeTrouble(agent)).toBeUndefined();
  }
  expect(await store.quarantined()).toEqual([]);
});

test('what is forgotten while it is written does not come back', async () => {
  const written = store.put(record(1, 4));
  await store.forget(1);
  await written;
  expect(store.has(1)).toBe(false);
  expect((await reopen()).bytes).toBe(0);
});

test('what is forgotten while it is read is neither given nor there again', async () => {
  await store.put(record(1, 4));
  const reading = store.get(1);
  await store.forget(1);
  expect(await reading).toBeNull();
  expect([store.has(1), store.bytes]).toEqual([false, 0]);
});

test('two writes of one agent at once are two generations, the later one the newer', async () => {
  await Promise.all([store.put(record(1, 4, 1)), store.put(record(1, 5, 2))]);
  expect(await store.get(1)).toMatchObject({ ...record(1, 5, 2), generation: 2 });
  expect(store.bytes).toBe(size(4) + size(5));
});

test('another tab that writes or drops is no fault of the pages', async () => {
  await store.put(record(1, 4, 1));
  const other = await WarmStore.open({ limit: 1e9, name });
  await other.put(record(1, 4, 2));
  await other.put(record(1, 6, 3)); // in the slot that this one knows
  expect(await store.get(1)).toMatchObject({ ...record(1, 6, 3), generation: 3 });
  expect(store.bytes).toBe(size(6));
  await other.trim(1e9);
  other.close();
  expect(await store.get(1)).toBeNull();
  expect(store.takeTrouble(1)).toBeUndefined();
  expect([store.has(1), store.bytes]).toEqual([false, 0]);
});

test('pages that are dropped while they are looked for are no fault of theirs', async () => {
  for (const own of [2, 3]) await store.put(record(7, own));
  await damage(7, 0, ({ pages }) => (pages[11]! ^= 4));
  const reading = store.get(7);
  const dropped = store.trim(1e9);
  await reading;
  await dropped;
  expect((await store.quarantined()).map(({ generation }) => generation)).not.toContain(1);
  expect(store.has(7)).toBe(false);
});

test('whatever is asked of it at once, it holds what it says it holds, within its limit, and nothing that was forgotten', async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('put' as const), agent: fc.nat(3), own: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const), agent: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), agent: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const), bytes: fc.nat(size(8)) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('ticks' as const), count: fc.nat(4) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 2, max: 8 }), async (steps, room) => {
      name = `warm-${String(names++)}`;
      const limit = size(4) * room;
      await reopen(limit);
      const asked: Promise<unknown>[] = [];
      /** What may be read of each agent, newest last. */
      const written = new Map<number, number[]>();
      let fill = 0;
      for (const each of steps) {
        if (each.do === 'put') {
          written.set(each.agent, [...(written.get(each.agent) ?? []), ++fill]);
          asked.push(store.put(record(each.agent, each.own, fill)));
        } else if (each.do === 'get') asked.push(store.get(each.agent));
        else if (each.do === 'trim') asked.push(store.trim(each.bytes));
        else if (each.do === 'forget') {
          written.delete(each.agent);
          asked.push(store.forget(each.agent));
        } else for (let i = 0; i < each.count; i++) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(asked);
      expect(store.bytes).toBeLessThanOrEqual(limit);
      const { bytes, agents } = store;
      const has = [0, 1, 2, 3].map((agent) => store.has(agent));
      expect(await store.quarantined()).toEqual([]);
      await reopen(limit);
      expect([store.bytes, store.agents, [0, 1, 2, 3].map((agent) => store.has(agent))]).toEqual([bytes, agents, has]);
      for (const [agent, there] of has.entries()) {
        const found = await store.get(agent);
        expect(found !== null).toBe(there);
        if (found) expect(found.pages).toEqual(record(agent, found.ids.length - 5, written.get(agent)?.at(-1)).pages);
      }
      expect(await store.quarantined()).toEqual([]);
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
