/** The main job: a swarm file and a log go in, the pocket model works on WebGPU, checked results come out. No model output is expected to be good, only to be whole. */
import { expect, test } from './support/test.ts';
import Papa from 'papaparse';
import { exported } from '../tools/headless/page.mjs';
import { inventLines } from './support/logs.ts';
import { exportedReport, exportedRows, inputFile, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, swarmFile } from './support/rows.ts';
import { watch } from './support/watch.ts';

const swarm = swarmFile('triage-24.yaml');

test(
  '24 lines through 24 agents: every line ends once, and the downloads say the same as the page',
  { tag: '@model' },
  async ({ page, baseURL }) => {
    test.setTimeout(600_000);
    const seen = await watch(page.context());
    const lines = inventLines(24, 1);
    await page.goto(baseURL!);
    await startRun(page, { file: swarm, input: inputFile(lines), engine: 'webllm', seed: 7 });
    await untilPhase(page, 'done', 540_000);

    const rows = await exportedRows(page);
    expectEveryLineOnce(rows, lines);
    expectValidOutputs(rows, swarm);
    const failed = rows.filter((row) => row.failure !== null);
    const reviewed = rows.filter((row) => row.review !== null);
    for (const { review } of reviewed) expect(review!.output).toHaveProperty('agree');

    const csv = Papa.parse<Record<string, string>>((await exported(page, 'csv')).toString('utf8'), {
      header: true,
      skipEmptyLines: true,
    });
    expect(csv.errors).toEqual([]);
    expect(csv.data.map((row) => Number(row['line']))).toEqual(rows.map((row) => row.line));
    for (const [k, row] of csv.data.entries()) {
      expect(row['input']).toBe(lines[k]);
      expect(row['output'] ? JSON.parse(row['output']) : null).toEqual(rows[k]!.output);
      expect(row['failure'] || null).toBe(rows[k]!.failure);
      expect([row['agent'], Number(row['attempts']), Number(row['tokens'])]).toEqual([
        rows[k]!.agent,
        rows[k]!.attempts,
        rows[k]!.tokens,
      ]);
    }

    const report = await exportedReport(page);
    expect(report).toMatchObject({
      engine: 'webllm',
      batched: true,
      model: { id: 'pocket', contextTokens: 1024 },
      phase: 'done',
      seed: 7,
      agents: 24,
      tasks: 24,
      results: 24 - failed.length,
      failed: failed.length,
    });
    expect(report.adapter?.vendor).toBeTruthy();
    expect(Object.values(report.failures).reduce((sum, n) => sum + n, 0)).toBe(failed.length);
    expect(Object.values(report.agentsByState).reduce((sum, n) => sum + n, 0)).toBe(24);
    expect(report.tokens.completion).toBeGreaterThan(0);
    expect(report.tokensPerSecond).toBeGreaterThan(0);
    expect(report.peakResidents).toBeGreaterThan(1);
    expect(report.vram!.peak).toBeGreaterThan(
      report.model && 'weightBytes' in report.model ? report.model.weightBytes : 0,
    );
    expect(report.vram!.peak).toBeLessThanOrEqual(report.vram!.limit);
    expect(report.vram!.limit).toBeLessThanOrEqual(0.85 * report.vram!.budget + 1);
    expect(report.vram!.overLimit).toBe(0);

    await expect(page.getByTestId('results').first()).toHaveText(String(24 - failed.length));
    expect(seen.violations).toEqual([]);
    expect(seen.errors).toEqual([]);
    expect(seen.requests.filter((address) => !address.startsWith(baseURL!) && !address.startsWith('blob:'))).toEqual(
      [],
    );
  },
);
