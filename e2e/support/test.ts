/**
 * `test` for every file of e2e: whatever context a test opens, in whatever browser, what a page of it wants and its policy refuses fails the
 * test, unless it says that it means to (`mayRefuse`).
 */
import { chromium, test as base, type Browser, type BrowserContext } from '@playwright/test';

export { chromium, expect } from '@playwright/test';
export type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from '@playwright/test';

/** Of the test that runs now, as `directive: address`. */
let refusals: string[] = [];

async function heed(context: BrowserContext): Promise<void> {
  await context.exposeBinding('tellRefusal', (_, refusal: string) => void refusals.push(refusal));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
      const { tellRefusal } = globalThis as unknown as { tellRefusal: (refusal: string) => void };
      tellRefusal(`${effectiveDirective}: ${blockedURI} ${sample}`.trim());
    });
  });
}

/** Contexts that the browser opens from now on are heeded, and those that it has. */
async function heedAll(browser: Browser): Promise<Browser> {
  const open = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await open(options);
    await heed(context);
    return context;
  };
  await Promise.all(browser.contexts().map(heed));
  return browser;
}

// There is one `chromium` in a process of Playwright's: fixtures, helpers and tools all start their browsers from it.
const { launch, launchPersistentContext, connectOverCDP } = chromium;
chromium.launch = async (options) => heedAll(await launch.call(chromium, options));
chromium.launchPersistentContext = async (folder, options) => {
  const context = await launchPersistentContext.call(chromium, folder, options);
  await heed(context);
  return context;
};
chromium.connectOverCDP = (async (...given: Parameters<typeof connectOverCDP>) =>
  heedAll(await connectOverCDP.apply(chromium, given))) as typeof connectOverCDP;

interface Options {
  /** What a test makes the page want although it must be refused. */
  mayRefuse: RegExp | null;
}

export const test = base.extend<Options & { heeded: null }>({
  mayRefuse: [null, { option: true }],
  heeded: [
    async ({ mayRefuse }, use) => {
      refusals = [];
      await use(null);
      const unmeant = refusals.filter((refusal) => mayRefuse?.test(refusal) !== true);
      base.expect(unmeant, 'refused by the policy of the page').toEqual([]);
    },
    { auto: true },
  ],
});
