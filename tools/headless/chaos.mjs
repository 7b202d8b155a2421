/**
 * Plays a fault plan while a run goes on in a real tab. What a runtime can do to itself it does when the plan says so (`playFaults`); what is
 * done to a page from outside is done here: it is reloaded while a batch is being written, its browser is killed and started again on the
 * same profile, a second tab takes the run over.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startBrowser } from './browser.mjs';
import { askRuntime, holdRuntimes, RunLog } from './runtime.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./fault-book.ts').FaultBook} FaultBook */
/** @typedef {import('../../src/chaos/schedule.ts').DueFault} DueFault */

const POLL_MS = 200;
/** Longest wait for a batch to begin. */
const WRITE_MS = 3000;
const BACK_MS = 60_000;
/** What has landed last still needs a turn to show that it is mended; a run that has ended gives none. */
const WATCHED_MS = 1000;
const ENDED = ['done', 'cancelled', 'failed'];
/** Longer than any pause after which a run tries again by itself. */
const WAITED_MS = 90_000;

/** A browser on a profile of its own, with one page, both of which may be lost and come back. */
export class Tab {
  #adapter;
  #profile;
  /** @type {Awaited<ReturnType<typeof startBrowser>> | null} */
  #browser = null;
  /** @type {Page | null} */
  #page = null;
  #onPage;

  /** @param {Parameters<typeof startBrowser>[0]} adapter @param {string} profile @param {(page: Page) => void} onPage */
  constructor(adapter, profile, onPage) {
    this.#adapter = adapter;
    this.#profile = profile;
    this.#onPage = onPage;
  }

  /** @param {Parameters<typeof startBrowser>[0]} adapter @param {(page: Page) => void} onPage */
  static async open(adapter, onPage) {
    const tab = new Tab(adapter, await mkdtemp(path.join(os.tmpdir(), 'planaria-headless-')), onPage);
    await tab.#start();
    return tab;
  }

  async #start() {
    this.#browser = await startBrowser(this.#adapter, this.#profile);
    await holdRuntimes(this.#context);
    this.#page = await this.#newPage();
  }

  get #context() {
    const [context] = this.#browser?.browser.contexts() ?? [];
    if (!context) throw new Error('the browser has no context');
    return context;
  }

  async #newPage() {
    const page = await this.#context.newPage();
    this.#onPage(page);
    return page;
  }

  get page() {
    if (!this.#page) throw new Error('there is no page');
    return this.#page;
  }

  /** The tab's process ends with the browser's; then a new browser opens `url` on the same profile. @param {string} url */
  async losePower(url) {
    const at = Date.now();
    await this.#browser?.kill();
    await this.#start();
    await this.page.goto(url);
    return at;
  }

  /** A second tab opens the same run while the first one writes it; the first closes, and a person goes on in the second. */
  async moveToSecond() {
    const first = this.page;
    const second = await this.#newPage();
    await second.goto(first.url());
    await second.getByRole('region', { name: 'This tab only watches' }).waitFor({ timeout: BACK_MS });
    const at = Date.now();
    await first.close();
    this.#page = second;
    await second.getByRole('button', { name: 'Work on it here' }).click();
    return at;
  }

  async close() {
    await this.#browser?.kill();
    // The profile's last files may still be on their way out.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Reloads the page at the moment in which its runtime begins to write a batch. @param {Page} page @returns {Promise<number>} when */
async function reloadMidWrite(page) {
  const worker = page.workers().find((each) => each.url().includes('runtime'));
  if (!worker) throw new Error('the page has no runtime');
  const reloaded = page.waitForEvent('domcontentloaded', { timeout: BACK_MS });
  await page.evaluate((ms) => {
    const runtime = /** @type {Worker} */ (/** @type {any} */ (globalThis).planariaRuntime);
    const reload = () => {
      sessionStorage.setItem('reloaded', String(Date.now()));
      location.reload();
    };
    runtime.addEventListener('message', ({ data }) => data === 'planaria-writes' && reload());
    setTimeout(reload, ms);
  }, WRITE_MS);
  await worker.evaluate(() => {
    const { add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.add = function (...args) {
      IDBObjectStore.prototype.add = add;
      globalThis.postMessage('planaria-writes');
      return add.apply(this, args);
    };
  });
  await reloaded;
  return page.evaluate(() => Number(sessionStorage.getItem('reloaded')));
}

/**
 * Plays the plan from the moment when the run has an engine until the run has ended.
 * @param {Tab} tab its page shows the run
 * @param {{ file: string, text: string, makeBook: (seed: number) => FaultBook, eventsOf: typeof import('./fault-book.ts').eventsOf,
 *   timeoutMs: number, say: (line: string) => void, onEvent?: (event: import('../../src/journal/events.ts').JournalEvent) => void,
 *   onPoll?: () => Promise<unknown> }} options `onPoll`: from the moment when the plan is accepted; waited for
 * @returns {Promise<{ phase: string, book: FaultBook, refused: string[] }>} phase `timeout` or `waiting` where the run did not end;
 *   `refused` where the runtime takes the plan for wrong
 */
export async function playPlan(
  tab,
  { file, text, makeBook, eventsOf, timeoutMs, say, onEvent = () => undefined, onPoll },
) {
  const run = (await tab.page.locator('[data-run]').getAttribute('data-run')) ?? '';
  const url = tab.page.url();
  const log = new RunLog(run, eventsOf);
  const report = /** @type {string} */ (await askRuntime(tab.page, 'export', run, 'report'));
  const book = makeBook(JSON.parse(report).seed);
  /** @type {DueFault[]} */
  const outside = [...book.outside];
  const end = Date.now() + timeoutMs;
  let begun = 0;
  let phase = '';
  let told = '';
  let since = Date.now();
  let endedAt = 0;
  /** @param {string} line */
  const tell = (line) => say(`${((Date.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${line}`);

  /** @param {import('../../src/journal/events.ts').JournalEvent} event */
  const hear = (event) => {
    onEvent(event);
    for (const line of book.hear(event)) tell(line);
  };

  const play = async () => {
    const from = Math.max(0, Date.now() - begun);
    const found = /** @type {{ line: number, column: number, message: string, expected: string }[]} */ (
      await askRuntime(tab.page, 'playFaults', run, file, text, from)
    );
    return found.map(
      ({ line, column, message, expected }) => `${file}:${line}:${column}: ${message}; expected ${expected}`,
    );
  };

  /** @param {DueFault} fault */
  const strike = async (fault) => {
    for (const event of (await log.next(tab.page)).events) hear(event);
    const { does, how } = OUTSIDE[/** @type {keyof typeof OUTSIDE} */ (fault.kind)];
    const into = Date.now() - begun;
    tell(book.strike(fault, await how(tab, url), does));
    // The plan waits for the page: what is due meanwhile comes as long after as it was to come.
    begun = Date.now() - into;
    await play();
  };

  while (Date.now() < end) {
    const { events, record } = await log.next(tab.page);
    for (const event of events) {
      hear(event);
      if (begun === 0 && event.type === 'engine.loaded') {
        begun = Date.now();
        const refused = await play();
        if (refused.length > 0) return { phase: 'refused', book, refused };
      }
    }
    if (begun > 0) await onPoll?.();
    phase = record?.phase ?? phase;
    const line = `${phase}: ${record?.results ?? 0} results, ${record?.failed ?? 0} failed`;
    if (line !== told) since = Date.now();
    told = line;
    if (ENDED.includes(phase)) {
      endedAt ||= Date.now();
      // The last events of the run may come behind its last row.
      if (events.length === 0 && Date.now() - endedAt > WATCHED_MS) return { phase, book, refused: [] };
    } else if (Date.now() - since > WAITED_MS) return { phase: 'waiting', book, refused: [] };
    const next = outside[0];
    if (next && begun > 0 && Date.now() - begun >= next.at && !ENDED.includes(phase)) {
      outside.shift();
      await strike(next);
    } else await tab.page.waitForTimeout(POLL_MS);
  }
  return { phase: 'timeout', book, refused: [] };
}

/** Each tells the moment at which it struck, ms since the epoch. */
const OUTSIDE = {
  'reload-mid-write': {
    does: 'the page was reloaded while a batch was being written',
    how: (/** @type {Tab} */ tab) => reloadMidWrite(tab.page),
  },
  'power-loss': {
    does: 'the browser was killed and started again',
    how: (/** @type {Tab} */ tab, /** @type {string} */ url) => tab.losePower(url),
  },
  'second-tab': { does: 'a second tab took the run over', how: (/** @type {Tab} */ tab) => tab.moveToSecond() },
};
