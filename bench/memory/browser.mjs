/** Builds the bench's page, serves it as production is served, and opens it in real Chromium on SwiftShader (or, with `gpu`, the machine's GPU). */
import path from 'node:path';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { baseFlags, executablePath, realGpu, swiftShader } from '../../tools/dev/chromium.mjs';
import { serve } from '../../tools/dev/serve.mjs';
import { root } from '../../tools/dev/workspace.mjs';

/**
 * @template T
 * @param {boolean} gpu
 * @param {(page: import('@playwright/test').Page) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inPage(gpu, work) {
  await build({ configFile: path.join(root, 'bench/memory/vite.config.ts'), logLevel: 'error' });
  const site = await serve({ root: path.join(root, 'node_modules/.cache/memory-bench') });
  const args = [...baseFlags, ...(gpu ? realGpu : [swiftShader])];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error));
    await page.goto(new URL('page.html', site.url).href);
    await page.waitForLoadState('load');
    return await work(page);
  } finally {
    await browser.close();
    await site.close();
  }
}

/** @param {readonly number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** @param {readonly (readonly unknown[])[]} rows the first is the head */
export function table(rows) {
  const [head = [], ...rest] = rows;
  const line = (/** @type {readonly unknown[]} */ row) => `| ${row.map(String).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rest.map(line)].join('\n');
}
