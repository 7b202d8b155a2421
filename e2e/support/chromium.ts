/** Chromium as a process of its own, on a profile that stays: it can be killed like a machine that loses power, and started again. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from '@playwright/test';
import { baseFlags, executablePath, swiftShader } from '../../tools/dev/chromium.mjs';

export interface LiveChromium {
  readonly browser: Browser;
  newPage(): Promise<Page>;
  /** SIGKILL to the browser and all its children; nothing in it gets to say goodbye. */
  kill(): Promise<void>;
}

/** @param profile folder of the profile, made where it is missing */
export async function startChromium(profile: string): Promise<LiveChromium> {
  const child = spawn(
    executablePath,
    [
      ...baseFlags,
      swiftShader,
      '--lang=en-US',
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killGroup = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  };
  process.once('exit', killGroup);
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Chromium ended with code ${String(code)} before it listened`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  const browser = await chromium.connectOverCDP(address);
  return {
    browser,
    newPage: () => browser.contexts()[0]!.newPage(),
    kill: async () => {
      process.removeListener('exit', killGroup);
      killGroup();
      await gone;
    },
  };
}

/** Takes the process of one tab away, workers and all, and the tab with it. */
export async function crashTab(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  // It has no answer: the one who would give it is gone.
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}
