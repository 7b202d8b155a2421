/** A browser without WebGPU for the tests of a file: the page starts the scripted engine by itself. */
import { chromium, test, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from './test.ts';
import { noGpu } from '../../tools/dev/chromium.mjs';
import { desk } from './page.ts';
import { watch, type Watch } from './watch.ts';

export interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly seen: Watch;
}

/** Starts the browser before the file's tests and ends it after them. @returns opens a page in a context of its own */
export function withoutGpu(more: BrowserContextOptions = {}): (locale?: string) => Promise<Opened> {
  let browser: Browser;
  test.beforeAll(async () => {
    browser = await chromium.launch(noGpu);
  });
  test.afterAll(() => browser.close());
  return async (locale = 'en') => {
    const context = await browser.newContext({ locale, viewport: desk, reducedMotion: 'reduce', ...more });
    context.setDefaultTimeout(60_000);
    const seen = await watch(context);
    return { context, page: await context.newPage(), seen };
  };
}
