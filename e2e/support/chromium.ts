/** Chromium as a process of its own, on a profile that stays: it can be killed like a machine that loses power, and started again. */
import type { Browser, Page } from '@playwright/test';
import { baseFlags, swiftShader } from '../../tools/dev/chromium.mjs';
import { startProcess } from '../../tools/headless/browser.mjs';

export interface LiveChromium {
  readonly browser: Browser;
  newPage(): Promise<Page>;
  /** SIGKILL to the browser and all its children; nothing in it gets to say goodbye. */
  kill(): Promise<void>;
}

/**
 * @param profile folder of the profile, made where it is missing
 * @param options `noDefaults`: tabs are hidden, frozen and kept for a way back as a person's are
 */
export async function startChromium(profile: string, options: { noDefaults?: boolean } = {}): Promise<LiveChromium> {
  const { browser, kill } = await startProcess([...baseFlags, swiftShader], profile, options);
  return { browser, newPage: () => browser.contexts()[0]!.newPage(), kill };
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
