/**
 * A library as MLC compiles it, from TVM's own schedules, paged cache and sampling, with none of our functions
 * (`tools/pocket-model/stock`), does what the pocket library does: as it is, with the race of TVM's merge kernel, and with that mended.
 */
import { expect, test } from '@playwright/test';
import { openHarness, serveHarness, serveStockHub, type Hub } from './harness-site.ts';

/** In one browser process one after another: the second test compares with what stock WebLLM said in the first. */
test.describe.configure({ mode: 'serial' });

/** TVM's buffers for sampling take more than the pocket library's, and the loads below must be true to a small budget too. */
const VRAM_MIB = 128;

let site: { url: string; close: () => Promise<void> };
let hub: Hub;
/** By line, what stock WebLLM says on the same weights. */
let wanted: readonly string[] = [];

test.beforeAll(async () => {
  test.setTimeout(180_000);
  site = await serveHarness();
});
test.afterAll(() => site.close());
test.afterEach(() => hub.close());
test.beforeEach(async ({ page }) => {
  test.setTimeout(1_800_000);
  await openHarness(page, site.url);
});

const LINES = Array.from({ length: 12 }, (_, i) => `sshd[${String(41 + i)}]: session of user${String(7 * i)} closed`);

/** A library that lacks what a batch needs, as if it were compiled without: no other byte differs. */
function without(name: string): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const copy = Buffer.from(bytes);
    for (let at = copy.indexOf(name); at >= 0; at = copy.indexOf(name, at + 1)) copy.write('X', at + name.length - 1);
    return copy;
  };
}

test('with the race: found at load and named, a batch of 12 and of one says what stock WebLLM says, nothing is shared', async ({
  page,
}) => {
  hub = await serveStockHub('stock');
  const swarm = await page.evaluate(
    async ([url, lines, vram]) => {
      const { load, turn } = window.planaria;
      const { engine, report } = await load('webllm', { id: '', url }, 12, vram);
      const make = (name: string, i: number, more = {}) =>
        turn(`${name}${String(i)}`, lines[i] ?? '', {
          prefix: [{ role: 'system', content: 'Triage this log line.' }],
          maxTokens: 3 + (i % 3),
          ...more,
        });
      const batch = await Promise.all(lines.map((_, i) => engine.submit(make('b', i)).done));
      const alone = await engine.submit(make('a', 5, { agent: 5, retain: true })).done;
      const out = await engine.pageOut(5, 'warm');
      const schema =
        '{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}';
      const hot = { temperature: 1.5, topP: 0.9, seed: 3 };
      // Long enough for the white space that a hot draw may love.
      const json = await engine.submit(make('j', 0, { schema, sampling: hot, maxTokens: 400 })).done;
      const sample = await engine.vram();
      await engine.dispose();
      return { report, batch, alone, out, json, sample };
    },
    [hub.url, LINES, VRAM_MIB] as const,
  );
  await hub.close();
  // Without a function that a batch needs, the same library is told by that name and runs through WebLLM's chat API.
  hub = await serveStockHub('stock');
  const change = hub.instead.get('pocket.wasm')!;
  hub.instead.set('pocket.wasm', (bytes) => without('batch_decode')(change(bytes) as Buffer));
  const stock = await page.evaluate(
    async ([url, lines, vram]) => {
      const { load, turn } = window.planaria;
      const { engine, report } = await load('webllm', { id: '', url }, 12, vram);
      const texts: string[] = [];
      for (const [i, line] of lines.entries()) {
        const prefix = [{ role: 'system' as const, content: 'Triage this log line.' }];
        texts.push((await engine.submit(turn(`s${String(i)}`, line, { prefix, maxTokens: 3 + (i % 3) })).done).text);
      }
      await engine.dispose();
      return { report, texts };
    },
    [hub.url, LINES, VRAM_MIB] as const,
  );
  wanted = stock.texts;
  expect(stock.report.batched).toBe(false);
  expect(stock.report.notes.join(' ')).toContain('the library has no batch_decode');

  expect(swarm.report).toMatchObject({ batched: true, residents: 12, model: { id: 'pocket', contextTokens: 1024 } });
  expect(swarm.report.notes.join(' ')).toMatch(/other results when a prompt is cut or shared \(logits differ by \d/);
  expect(swarm.batch.map(({ error }) => error)).toEqual(Array(12).fill(undefined));
  expect(swarm.batch.map(({ text }) => text)).toEqual(wanted);
  expect(swarm.batch.map(({ usage }) => usage.cachedTokens)).toEqual(Array(12).fill(0));
  expect(swarm.alone.text).toBe(wanted[5]);
  expect(swarm.out.tier).toBe('cold');
  expect(JSON.parse(swarm.json.text)).toEqual({ ok: expect.any(Boolean) as unknown });
  expect(swarm.sample.peak).toBeLessThanOrEqual(swarm.sample.limit);
});

test('mended: prompts are shared, sequences taken back, agents parked and brought back, a lost device replaced; the texts stay', async ({
  page,
}) => {
  hub = await serveStockHub('mended');
  const seen = await page.evaluate(
    async ([url, lines, vram]) => {
      const { host, load, turn } = window.planaria;
      const user = (content: string) => ({ role: 'user' as const, content });
      const make = (name: string, i: number, more = {}) =>
        turn(`${name}${String(i)}`, lines[i] ?? '', {
          prefix: [{ role: 'system', content: 'Triage this log line.' }],
          maxTokens: 3 + (i % 3),
          ...more,
        });
      const first = await load('webllm', { id: '', url }, 12, vram);
      const { engine } = first;
      const lost: string[] = [];
      engine.onLost((error) => lost.push(error.code));
      const batch = await Promise.all(lines.map((_, i) => engine.submit(make('b', i)).done));
      const again = await Promise.all(lines.map((_, i) => engine.submit(make('c', i)).done));
      const schema =
        '{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}';
      const hot = { temperature: 1.5, topP: 0.9 };
      const json = await Promise.all(
        [1, 2, 3].map(
          (seed) => engine.submit(make('j', seed, { schema, sampling: { ...hot, seed }, maxTokens: 400 })).done,
        ),
      );

      const said = await engine.submit(make('p', 5, { agent: 5, retain: true })).done;
      const out = await engine.pageOut(5, 'warm');
      const messages = [user(lines[5] ?? ''), { role: 'assistant' as const, content: said.text }, user(lines[6] ?? '')];
      const computed = await engine.submit(make('q', 5, { agent: 5, messages, pageIn: 'prefill' })).done;
      const restored = await engine.submit(make('r', 5, { agent: 5, messages })).done;
      const sample = await engine.vram();

      let streamed = 0;
      const endless = { schema: '{"type":"string","minLength":600}', maxTokens: 400 };
      const cut = await new Promise<unknown[]>((resolve) => {
        const handles = [0, 1, 2].map((i) =>
          engine.submit(make('e', i, endless), () => {
            if (++streamed === 6) host.faults.loseDevice();
          }),
        );
        void Promise.all(handles.map((handle) => handle.done)).then((outcomes) => {
          resolve(outcomes.map(({ finish, error }) => [finish, error?.code]));
        });
      });
      const second = await load('webllm', { id: '', url }, 12, vram);
      const after = await second.engine.submit(make('f', 7)).done;
      const kept = await second.engine.submit(make('g', 5, { agent: 5, messages })).done;
      const later = await second.engine.vram();
      await second.engine.dispose();
      return {
        report: first.report,
        batch,
        again,
        json,
        out,
        computed,
        restored,
        sample,
        cut,
        lost,
        after,
        kept,
        later,
      };
    },
    [hub.url, LINES, VRAM_MIB] as const,
  );
  const notes = seen.report.notes.join(' ');
  expect(seen.report).toMatchObject({ batched: true, residents: 12 });
  expect(notes).not.toContain('other results');
  expect(notes).toContain("come back by TVM's attention");
  expect(seen.batch.map(({ text }) => text)).toEqual(wanted);
  expect(seen.again.map(({ text }) => text)).toEqual(wanted);
  expect(seen.batch.slice(1).every(({ usage }) => usage.cachedTokens > 0)).toBe(true);
  for (const { usage } of seen.again) expect(usage.cachedTokens).toBe(usage.promptTokens - 1);
  for (const { text } of seen.json) expect(JSON.parse(text)).toEqual({ ok: expect.any(Boolean) as unknown });
  expect(seen.out.tier).toBe('warm');
  expect(seen.restored.text).toBe(seen.computed.text);
  expect(seen.restored.pageIn).toMatchObject({ way: 'restore' });
  expect(seen.restored.usage.restoredTokens).toBeGreaterThan(0);
  expect(seen.cut).toEqual(Array(3).fill(['error', 'device-lost']));
  expect(seen.lost).toEqual(['device-lost']);
  expect(seen.after.text).toBe(wanted[7]);
  expect(seen.kept.text).toBe(seen.computed.text);
  for (const { peak, limit } of [seen.sample, seen.later]) expect(peak).toBeLessThanOrEqual(limit);
});
