/**
 * Is the batch right to the token? Turns that share batches, seats and prompts must say what they would say alone, whoever comes and goes.
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
  test.setTimeout(600_000);
  await openHarness(page, site.url);
});

test('50 greedy turns in batches of 12 with a shared prompt equal those one by one through stock WebLLM', async ({
  page,
}) => {
  const { batch, stock, counters, report } = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const lines = Array.from(
      { length: 50 },
      (_, i) => `sshd[${100 + i * 13}]: Failed password for user${i} port ${i * 977}`,
    );
    // Long enough for several pages, so that forks share some and copy one.
    const prefix = [
      {
        role: 'system' as const,
        content: 'Triage this log line. Say how bad it is, what it is about, who or what it names, and what to do.',
      },
    ];
    const turns = lines.map((line, i) => turn(`t${i}`, line, { prefix, maxTokens: 4 + (i % 5) }));
    const swarm = await load('webllm');
    const batch = await Promise.all(turns.map((each) => swarm.engine.submit(each).done));
    const counters = await swarm.engine.counters();
    await swarm.engine.dispose();
    const one = await load('stock');
    const stock = [];
    for (const each of turns) stock.push(await one.engine.submit(each).done);
    await one.engine.dispose();
    return { batch, stock, counters, report: swarm.report };
  });
  expect(report.batched).toBe(true);
  expect(batch.map((outcome) => outcome.text)).toEqual(stock.map((outcome) => outcome.text));
  expect(batch.map((outcome) => outcome.finish)).toEqual(stock.map((outcome) => outcome.finish));
  expect(batch.map((outcome) => outcome.usage.promptTokens)).toEqual(
    stock.map((outcome) => outcome.usage.promptTokens),
  );
  expect(batch.map((outcome) => outcome.usage.completionTokens)).toEqual(
    stock.map((outcome) => outcome.usage.completionTokens),
  );
  expect(counters).toMatchObject({ turns: 50, peakResidents: 12, prefixHits: 49 });
  const shared = batch[1]?.usage.cachedTokens ?? 0;
  expect(shared).toBeGreaterThan(16);
  // Later ones may begin like a line before them, too.
  expect(batch.slice(1).every(({ usage }) => usage.cachedTokens >= shared)).toBe(true);
  expect(counters.prefillTokens).toBe(
    batch.reduce((sum, { usage }) => sum + usage.promptTokens - usage.cachedTokens, 0),
  );
});

test('turns that come, go and are cancelled in any order say what they say alone', async ({ page }) => {
  const failures = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const { engine } = await load('webllm', { id: 'pocket' }, 5);
    // A small generator of its own: the order must be the same each time the test runs.
    let state = 20261122;
    const below = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const roles = [
      'Triage this log line.',
      'Review this triage of a log line, word by word, and say whether you agree with each part of it.',
    ];
    const make = (i: number, round: number) =>
      turn(`r${round}-${i}`, `marker ${(i * 7919) % 1000} of agent ${i} at ${i * 31}`, {
        prefix: [{ role: 'system', content: roles[i % 2] ?? '' }],
        priority: i % 3,
        maxTokens: 3 + (i % 11),
        sampling: {
          temperature: i % 4 === 0 ? 0.8 : 0,
          topP: 0.9,
          seed: i,
          ...(i % 5 === 0 ? { presencePenalty: 0.4, repetitionPenalty: 1.2 } : {}),
        },
        ...(i % 3 === 0 ? { schema: '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}' } : {}),
      });
    const count = 16;
    const alone: string[] = [];
    for (let i = 0; i < count; i++) alone.push((await engine.submit(make(i, 0)).done).text);
    const failures: string[] = [];
    for (let round = 1; round <= 4; round++) {
      const order = Array.from({ length: count }, (_, i) => i).sort(() => below(3) - 1);
      const ends = [];
      for (const i of order) {
        const handle = engine.submit(make(i, round));
        const cancelled = below(4) === 0;
        if (cancelled) setTimeout(() => handle.cancel(), below(900));
        ends.push(
          handle.done.then((outcome) => {
            const wanted = alone[i] ?? '';
            if (outcome.finish === 'cancelled' ? !wanted.startsWith(outcome.text) : outcome.text !== wanted) {
              failures.push(
                `round ${round}, turn ${i} (${outcome.finish}): ${JSON.stringify(outcome.text)} instead of ${JSON.stringify(wanted)}`,
              );
            }
            if (outcome.error) failures.push(`${outcome.id}: ${outcome.error.message} ${outcome.error.detail ?? ''}`);
          }),
        );
        if (below(2) === 0) await new Promise((resolve) => setTimeout(resolve, below(300)));
      }
      await Promise.all(ends);
    }
    await engine.dispose();
    return failures;
  });
  expect(failures).toEqual([]);
});

test('a schema holds whatever the sampling; stop strings, limits and deadlines end turns where they should', async ({
  page,
}) => {
  const outcomes = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const { engine } = await load('webllm');
    const schema = JSON.stringify({
      type: 'object',
      properties: { severity: { enum: ['info', 'error'] }, ok: { type: 'boolean' } },
      required: ['severity', 'ok'],
      additionalProperties: false,
    });
    const hot = { temperature: 1.5, topP: 1, seed: 3 };
    const json = await Promise.all(
      Array.from(
        { length: 12 },
        (_, i) =>
          engine.submit(turn(`j${i}`, `line ${i}`, { schema, maxTokens: 200, sampling: { ...hot, seed: i } })).done,
      ),
    );
    const number = await engine.submit(
      turn('number', 'line', { schema: '{"type":"integer","minimum":100,"maximum":999}', maxTokens: 20 }),
    ).done;
    const free = await engine.submit(turn('free', 'sshd[1]: session opened', { maxTokens: 40 })).done;
    const word = free.text.slice(2, 6);
    const [stopped, limited, late, long, bad] = await Promise.all([
      engine.submit(turn('stopped', 'sshd[1]: session opened', { maxTokens: 40, stop: [word] })).done,
      engine.submit(turn('limited', 'sshd[1]: session opened', { maxTokens: 2 })).done,
      engine.submit(
        turn('late', 'sshd[1]: session opened', {
          maxTokens: 400,
          deadlineMs: 150,
          schema: '{"type":"string","minLength":600}',
        }),
      ).done,
      engine.submit(turn('long', 'word '.repeat(3000))).done,
      engine.submit(turn('bad', 'line', { schema: '{"type": "nonsense"' })).done,
    ]);
    await engine.dispose();
    return { json, number, free, word, stopped, limited, late, long, bad };
  });
  for (const { text, finish } of outcomes.json.filter((outcome) => outcome.finish === 'stop')) {
    expect(finish).toBe('stop');
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['severity', 'ok']);
  }
  if (outcomes.number.finish === 'stop') expect(outcomes.number.text).toMatch(/^\d{3}$/);
  expect(outcomes.json.every((outcome) => ['stop', 'length'].includes(outcome.finish))).toBe(true);
  expect(outcomes.stopped.text).toBe(outcomes.free.text.slice(0, outcomes.free.text.indexOf(outcomes.word)));
  expect(outcomes.stopped.finish).toBe('stop');
  expect(outcomes.limited).toMatchObject({ finish: 'length', usage: { completionTokens: 2 } });
  expect(outcomes.late.finish).toBe('deadline');
  expect(outcomes.long.error?.code).toBe('prompt-too-long');
  expect(outcomes.bad.error?.code).toBe('schema-unsupported');
});

test('equal seeds give equal tokens; likelihoods are read', async ({ page }) => {
  const [a, b, c] = await page.evaluate(async () => {
    const { load, turn } = window.planaria;
    const { engine } = await load('webllm');
    // Hot enough that another seed must say something else.
    const sampling = (seed: number) => ({ temperature: 3, topP: 1, seed });
    const [x, y, z] = [
      turn('x', 'line', { sampling: sampling(7) }),
      turn('y', 'line', { sampling: sampling(7) }),
      turn('z', 'line', { sampling: sampling(8) }),
    ];
    const first = await engine.submit(x).done;
    const [second, third] = await Promise.all([engine.submit(y).done, engine.submit(z).done]);
    await engine.dispose();
    return [first, second, third];
  });
  expect(b?.text).toBe(a?.text);
  expect(c?.text).not.toBe(a?.text);
  expect(a?.meanLogprob).toBeLessThan(0);
});
