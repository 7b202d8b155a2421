/** The page in the hands of a test: by its own controls, the way the command line drives it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, type Frame, type Page } from '@playwright/test';
import type { RunReport } from '../../src/telemetry/report.ts';
import { exported, start } from '../../tools/headless/page.mjs';
import { rowsOf } from './rows.ts';

export type StartOptions = Parameters<typeof start>[1];

/** The two windows that every screen is looked at in. */
export const desk = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** A folder of its own for the files of one test. */
export const scratch = (): string => mkdtempSync(path.join(os.tmpdir(), 'planaria-e2e-'));

/** Writes the lines as an input file. @returns its path */
export function inputFile(lines: readonly string[], folder = scratch()): string {
  const file = path.join(folder, 'input.log');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

/**
 * Waits until nothing has been loaded into a page, nor changed in it, for half a second.
 * Playwright's own `networkidle` never comes where it misses the end of a worker's script that another worker loads.
 */
export async function untilQuiet(page: Page | Frame): Promise<void> {
  await page.waitForLoadState('load');
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let timer = setTimeout(resolve, 500);
        const again = () => {
          clearTimeout(timer);
          timer = setTimeout(resolve, 500);
        };
        new PerformanceObserver(again).observe({ type: 'resource' });
        new MutationObserver(again).observe(document, { subtree: true, childList: true, attributes: true });
      }),
  );
}

/** Starts a run on the start screen, which must not refuse it. @returns the address of the run */
export async function startRun(page: Page, options: StartOptions): Promise<string> {
  expect(await start(page, options), 'the page refuses to start').toEqual([]);
  return page.url();
}

export const phaseOf = (page: Page): Promise<string | null> => page.locator('[data-phase]').getAttribute('data-phase');

/** Waits until the run is in this phase; the phase that it ends in otherwise is in the message. */
export async function untilPhase(page: Page, phase: string, timeout = 300_000): Promise<void> {
  await expect(page.locator('[data-phase]')).toHaveAttribute('data-phase', phase, { timeout });
}

/** Tasks that the page says have ended, in a result or in a failure. */
export async function endedShown(page: Page): Promise<number> {
  const read = async (id: string): Promise<number> => {
    const text = (await page.getByTestId(id).first().textContent()) ?? '';
    return Number(text.replace(/\D/g, '') || 'NaN');
  };
  return (await read('results')) + (await read('failed'));
}

export async function exportedRows(page: Page): Promise<ReturnType<typeof rowsOf>> {
  return rowsOf(await exported(page, 'jsonl'));
}

export async function exportedReport(page: Page): Promise<RunReport> {
  return JSON.parse((await exported(page, 'report')).toString('utf8')) as RunReport;
}
