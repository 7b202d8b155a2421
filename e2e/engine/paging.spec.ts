/**
 * The memory tiers on the pocket model in a real browser: an agent says the same whether it stayed on the GPU, was read back from
 * IndexedDB, or was computed anew; also when what was stored is damaged, and when worker and device are gone in between.
 */
import { expect, test } from '@playwright/test';
import { openHarness, serveHarness } from './harness-site.ts';

let site: { url: string; close: () => Promise<void> };

test.beforeAll(async () => {
  test.setTimeout(180_000);
  site = await serveHarness();
});
test.afterAll(() => site.close());
test.beforeEach(async ({ page }) => {
  await openHarness(page, site.url);
});

test('an agent that left the GPU goes on as if it had stayed', async ({ page }) => {
  test.setTimeout(240_000);
  const seen = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const { engine, report } = await load('webllm', { id: 'pocket' }, 2);
    const user = (content: string) => ({ role: 'user' as const, content });
    const said = (content: string) => ({ role: 'assistant' as const, content });
    const first = await engine.submit(turn('1', 'sshd[41]: Failed password for admin', { agent: 5, retain: true }))
      .done;
    const second = [user('sshd[41]: Failed password for admin'), said(first.text), user('kernel: Out of memory: java')];
    const alone = await engine.submit(turn('2', '', { agent: 9, messages: second })).done;
    const resident = await engine.submit(turn('3', '', { agent: 5, messages: second, retain: true })).done;
    const out = await engine.pageOut(5, 'warm');
    const third = [...second, said(resident.text), user('CRON[7]: (root) CMD (run-parts)')];
    const computed = await engine.submit(turn('4', '', { agent: 5, messages: third, pageIn: 'prefill' })).done;
    const restored = await engine.submit(turn('5', '', { agent: 5, messages: third })).done;
    // Seats are never overdrawn: a third agent gets one although two are parked and nobody says who must leave.
    for (const agent of [1, 2, 3]) await engine.submit(turn(`p${String(agent)}`, 'x', { agent, retain: true })).done;
    await engine.forget(5);
    const forgotten = await engine.submit(turn('6', '', { agent: 5, messages: third })).done;
    const counters = await engine.counters();
    await engine.dispose();
    return { notes: report.notes, alone, resident, out, computed, restored, forgotten, counters };
  });
  expect(seen.notes.filter((note) => /GPU.*computed again/.test(note))).toEqual([]);
  expect(seen.resident.text).toBe(seen.alone.text);
  expect(seen.resident.pageIn).toBeUndefined();
  expect(seen.resident.usage.cachedTokens).toBeGreaterThan(seen.alone.usage.cachedTokens);
  expect(seen.out).toMatchObject({ tier: 'warm' });
  expect(seen.restored.text).toBe(seen.computed.text);
  expect(seen.restored.pageIn).toMatchObject({ way: 'restore' });
  expect(seen.restored.usage.restoredTokens).toBe(seen.out.tokens);
  expect(seen.computed.usage.restoredTokens).toBe(0);
  expect(seen.forgotten).toMatchObject({ text: seen.computed.text, pageIn: { way: 'prefill' } });
  expect(seen.counters.peakResidents).toBe(2);
});

test('K/V outlives worker and device; a flipped bit in it costs time, not a token', async ({ page }) => {
  test.setTimeout(240_000);
  const seen = await page.evaluate(async () => {
    const { load, turn, worker } = window.planaria;
    const request = (id: string, more = {}) =>
      turn(id, 'sshd[41]: Failed password for invalid user admin from 10.0.0.1 port 22', { agent: 3, ...more });
    const first = await load('webllm', { id: 'pocket' }, 2);
    const original = await first.engine.submit(request('1', { retain: true })).done;
    await first.engine.pageOut(3, 'warm');
    worker()?.terminate();
    await first.engine.dispose();

    const second = await load('webllm', { id: 'pocket' }, 2);
    const after = await second.engine.submit(request('2')).done;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('planaria-warm');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(new Error('the store cannot be opened'));
    });
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
    const pages = database.transaction('pages', 'readwrite').objectStore('pages');
    const [record] = (await asked(pages.getAll())) as { pages: Uint8Array }[];
    if (!record) throw new Error('nothing is stored');
    record.pages[100] = (record.pages[100] ?? 0) ^ 16;
    await asked(pages.put(record));
    const damaged = await second.engine.submit(request('3')).done;
    const quarantined = await asked(database.transaction('quarantine').objectStore('quarantine').getAll());
    database.close();
    await second.engine.dispose();
    return { original, after, damaged, quarantined };
  });
  expect(seen.after.pageIn).toMatchObject({ way: 'restore' });
  expect(seen.after.text).toBe(seen.original.text);
  expect(seen.damaged.pageIn).toMatchObject({ way: 'prefill' });
  expect(seen.damaged.text).toBe(seen.original.text);
  expect(seen.quarantined).toMatchObject([{ agent: 3, generation: 1 }]);
});
