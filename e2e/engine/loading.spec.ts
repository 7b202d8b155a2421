/**
 * Loading models in a real browser, through the client that the runtime uses: from this origin, from another, from the cache; and every
 * fault that a person can meet, by its code.
 */
import { expect, test } from '@playwright/test';
import type { TurnOutcome } from '../../src/engine/contract.ts';
import { openHarness, serveHarness, serveHub, type Hub } from './harness-site.ts';

let site: { url: string; close: () => Promise<void> };
let hub: Hub;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  site = await serveHarness();
});
test.afterAll(() => site.close());
test.beforeEach(async ({ page }) => {
  hub = await serveHub();
  await openHarness(page, site.url);
});
test.afterEach(() => hub.close());

/** Loads in the page; gives the error instead where there is one. */
const tryLoad = (
  page: import('@playwright/test').Page,
  source: { id: string; url?: string; libraryUrl?: string },
  vramMiB = 7168,
) =>
  page.evaluate(
    async ([from, vram]) => {
      const { load, errorOf } = window.planaria;
      try {
        const { report, engine, progress } = await load('webllm', from, 2, vram);
        const sample = await engine.vram();
        await engine.dispose();
        return { report, progress, sample, error: null };
      } catch (thrown) {
        return { report: null, progress: null, sample: null, error: errorOf(thrown) };
      }
    },
    [source, vramMiB] as const,
  );

test('the browser has a GPU and the list says what fits', async ({ page }) => {
  const { gpu, models } = await page.evaluate(async () => ({
    gpu: await window.planaria.host.checkGpu(),
    models: await window.planaria.host.models(7168, 0.85),
  }));
  expect(gpu).toMatchObject({ ok: true, problem: null });
  expect(gpu.adapter?.limits.maxBufferSize).toBeGreaterThan(0);
  expect(models[0]).toMatchObject({ id: 'pocket', fits: 16, reason: '' });
  expect(models.length).toBeGreaterThan(50);
});

test('the pocket model loads with true byte counts, within the budget, and a turn runs', async ({ page }) => {
  const { report, progress, sample, outcome } = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const { engine, report, progress } = await load('webllm');
    const outcome = await engine.submit(turn('a', 'sshd[1]: Failed password for root')).done;
    const sample = await engine.vram();
    await engine.dispose();
    return { report, progress, sample, outcome };
  });
  expect(report).toMatchObject({
    engine: 'webllm',
    batched: true,
    residents: 12,
    model: { id: 'pocket', contextTokens: 1024 },
  });
  const weights = progress.filter((step) => step.phase === 'weights' && !step.fromCache).at(-1);
  expect(weights?.bytes).toBe(report.model.weightBytes);
  expect(new Set(progress.map((step) => step.phase))).toEqual(
    new Set(['adapter', 'config', 'tokenizer', 'library', 'weights', 'compile', 'self-test', 'ready']),
  );
  expect(sample.peak).toBeLessThanOrEqual(sample.limit);
  expect(sample.weights + sample.kv + sample.workspace).toBeGreaterThan(0.9 * sample.now);
  expect(outcome.error).toBeUndefined();
  expect(outcome.usage.completionTokens).toBeGreaterThan(0);
  expect(outcome.timing.endedMs).toBeGreaterThanOrEqual(outcome.timing.firstTokenMs ?? Infinity);
});

test('a folder in the hub layout on another origin loads, and the second time nothing of it is fetched', async ({
  page,
}) => {
  const first = await tryLoad(page, { id: '', url: hub.url });
  expect(first.error).toBeNull();
  expect(first.report?.model.id).toBe('pocket');
  expect(hub.asked).toContain('resolve/main/tensor-cache.json');
  expect(hub.asked).toContain('pocket.wasm');
  hub.asked.length = 0;
  await page.reload();
  const second = await tryLoad(page, { id: '', url: hub.url });
  expect(second.error).toBeNull();
  expect(hub.asked).toEqual([]);
  expect(second.progress?.filter((step) => step.phase === 'weights').every((step) => step.fromCache)).toBe(true);
});

test('faults of a model folder have their own codes, messages and remedies', async ({ page }) => {
  const closed = await serveHub();
  await closed.close();
  const unreadable = await serveHub(false);
  const codes: Record<string, string | undefined> = {};
  const meet = async (name: string, source: { id: string; url?: string; libraryUrl?: string }, vramMiB?: number) => {
    const { error } = await tryLoad(page, source, vramMiB);
    codes[name] = error?.code;
    expect(error?.message, name).toMatch(/\.$/);
    expect(error?.remedy, name).toMatch(/\.$/);
  };
  const tampered = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(1000) ^ 1, 1000);
    return copy;
  };
  await meet('nobody answers', { id: 'a', url: closed.url });
  await meet('no CORS header', { id: 'b', url: unreadable.url });
  await meet('no such folder', { id: 'c', url: hub.url.replace('/pocket', '/other') });
  hub.instead.set('params_shard_0.bin', tampered);
  await meet('a flipped bit', { id: 'd', url: hub.url });
  hub.instead.set('params_shard_0.bin', () => 'cut');
  await meet('a cut line', { id: 'e', url: hub.url });
  hub.instead.set('params_shard_0.bin', (bytes) => bytes.subarray(0, -4));
  await meet('a short file', { id: 'f', url: hub.url });
  hub.instead.delete('params_shard_0.bin');
  await meet('after which the good file loads: too little memory', { id: 'g', url: hub.url }, 8);
  // Another address: the good library of this one is in the cache by now.
  const other = await serveHub();
  other.instead.set('pocket.wasm', () => Buffer.from('0061736d01000000', 'hex'));
  await meet('an empty library', { id: 'h', url: other.url });
  await other.close();
  await meet('unknown id', { id: 'no-such-model' });
  await unreadable.close();
  expect(codes).toEqual({
    'nobody answers': 'model-unreachable',
    'no CORS header': 'model-unreachable',
    'no such folder': 'model-unreachable',
    'a flipped bit': 'model-checksum',
    'a cut line': 'model-unreachable',
    'a short file': 'model-checksum',
    'after which the good file loads: too little memory': 'over-budget',
    'an empty library': 'library-too-old',
    'unknown id': 'model-unknown',
  });
});

test('a load can be called off', async ({ page }) => {
  const name = await page.evaluate(async () => {
    const stop = new AbortController();
    const engine = window.planaria.host.create('webllm');
    try {
      await engine.load(
        { id: 'pocket' },
        { vramMiB: 7168, occupancy: 0.85, resident: 2 },
        (step) => {
          if (step.phase === 'weights') stop.abort(new DOMException('enough', 'AbortError'));
        },
        stop.signal,
      );
      return 'loaded';
    } catch (thrown) {
      return (thrown as Error).message;
    }
  });
  expect(name).toBe('enough');
});

test('a lost device, a refused buffer and a killed worker end the turns with their text; a fresh worker has the model back from the cache', async ({
  page,
}) => {
  const result = await page.evaluate(async () => {
    const { host, load, turn, worker } = window.planaria;
    const seen: { way: string; outcomes: TurnOutcome[]; lost: string[] }[] = [];
    for (const way of ['device', 'memory', 'worker'] as const) {
      const { engine } = await load('webllm', { id: 'pocket' }, 4);
      const lost: string[] = [];
      engine.onLost((error) => lost.push(error.code));
      let streamed = 0;
      // A text that cannot end soon, whatever the model makes of it.
      const schema = '{"type":"string","minLength":600}';
      const begun = new Promise<void>((resolve) => {
        const handles = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) =>
          engine.submit(turn(`${way}-${id}`, `line ${id}`, { maxTokens: 400, schema }), () => {
            if (++streamed > 8) resolve();
          }),
        );
        void Promise.all(handles.map((handle) => handle.done)).then((outcomes) => seen.push({ way, outcomes, lost }));
      });
      await begun;
      if (way === 'device') host.faults.loseDevice();
      else if (way === 'memory') host.faults.exhaustMemory();
      else worker()?.dispatchEvent(new ErrorEvent('error', { message: 'killed by a test' }));
      while (lost.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { engine, report } = await load('webllm');
    const after = await engine.submit(turn('after', 'line z')).done;
    await engine.dispose();
    return { seen, after, loadMs: report.loadMs };
  });
  expect(result.seen.map(({ way, lost }) => [way, lost])).toEqual([
    ['device', ['device-lost']],
    ['memory', ['out-of-memory']],
    ['worker', ['worker-dead']],
  ]);
  for (const { outcomes, lost } of result.seen) {
    expect(outcomes.map((outcome) => outcome.finish)).toEqual(Array(6).fill('error'));
    expect(new Set(outcomes.map((outcome) => outcome.error?.code))).toEqual(new Set(lost));
    expect(outcomes.filter((outcome) => outcome.text.length > 0).length).toBeGreaterThan(0);
  }
  expect(result.after.error).toBeUndefined();
});

test('where the GPU refuses the K/V pool, a smaller one is made; where it refuses any, that is said', async ({
  page,
}) => {
  const { report, outcome, error } = await page.evaluate(async () => {
    const { host, load, turn, worker, errorOf } = window.planaria;
    // The worker that answers a question is the one that loads.
    await host.checkGpu();
    worker()?.postMessage({ refuseBuffersOver: 12e6 });
    const { engine, report } = await load('webllm');
    const outcome = await engine.submit(turn('a', 'sshd[1]: Failed password for root')).done;
    await engine.dispose();
    await host.checkGpu();
    worker()?.postMessage({ refuseBuffersOver: 2e6 });
    const error = await load('webllm').then(() => null, errorOf);
    return { report, outcome, error };
  });
  expect(report.batched).toBe(true);
  expect(report.notes.join(' ')).toContain('The GPU refused a larger K/V pool');
  expect(outcome.error).toBeUndefined();
  expect(error?.code).toBe('out-of-memory');
});
