/** What a tab weighs, thread by thread and process by process, through Chromium's own protocol. Nothing of this is in the product. */
import { readFileSync } from 'node:fs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').CDPSession} Session */

/**
 * Bytes of one thread after a full collection.
 * @typedef {{ js: number, dom: number, buffers: number }} Heap `js`: V8's; `dom`: Blink's own objects; `buffers`: array buffers and the like
 */

/**
 * @typedef {object} Weight
 * @property {Record<string, Heap>} heaps by thread: `page`, `runtime`, `inference`; a thread that has ended meanwhile is left out
 * @property {{ nodes: number, listeners: number, documents: number }} dom
 * @property {Record<'tab' | 'gpu' | 'browser', number>} resident bytes of each process that the system keeps in memory
 */

const PATIENCE_MS = 60_000;

/** A thread of a worker, spoken to through the browser's session. */
class WorkerThread {
  #browser;
  #session;
  #asked = 0;
  /** @type {Map<number, (answer: { result?: any, error?: { message: string } }) => void>} */
  #waiting = new Map();

  /** @param {Session} browser @param {string} session */
  constructor(browser, session) {
    this.#browser = browser;
    this.#session = session;
    browser.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId !== session) return;
      const { id, ...answer } = JSON.parse(message);
      this.#waiting.get(id)?.(answer);
    });
    browser.on('Target.detachedFromTarget', ({ sessionId }) => {
      if (sessionId !== session) return;
      for (const tell of this.#waiting.values()) tell({ error: { message: 'the worker ended' } });
    });
  }

  /** @param {string} method @param {object} [params] @returns {Promise<any>} rejects where the worker ends or is silent */
  async send(method, params = {}) {
    const id = ++this.#asked;
    /** @type {Promise<{ result?: any, error?: { message: string } }>} */
    const answered = new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      setTimeout(resolve, PATIENCE_MS, { error: { message: `${method} was not answered` } }).unref();
    });
    const message = JSON.stringify({ id, method, params });
    await this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#session, message });
    const { result, error } = await answered;
    this.#waiting.delete(id);
    if (error) throw new Error(error.message);
    return result;
  }
}

/** @param {{ send: (method: any) => Promise<any> }} thread @returns {Promise<Heap>} */
async function heapOf(thread) {
  await thread.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await thread.send('Runtime.getHeapUsage');
  return { js: usedSize, dom: embedderHeapUsedSize, buffers: backingStorageSize };
}

/** @param {number} pid @returns {number} bytes; 0 where it has ended, or where the system does not tell */
function residentOf(pid) {
  try {
    const [, kb = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb) * 1024;
  } catch {
    return 0;
  }
}

/** One page with its workers on a scale. */
export class Scale {
  #page;
  #browser;
  /** @type {Map<string, { name: string, thread: Promise<WorkerThread> }>} */
  #workers = new Map();

  /** @param {Session} page @param {Session} browser */
  constructor(page, browser) {
    this.#page = page;
    this.#browser = browser;
  }

  /** @param {Page} page the only one of its browser */
  static async under(page) {
    const browser = page.context().browser();
    if (!browser) throw new Error('the page has no browser');
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Scale(session, await browser.newBrowserCDPSession());
  }

  /** Processor time that the page's thread has worked so far, ms. */
  async work() {
    const { metrics } = await this.#page.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  }

  /** @returns {Promise<Weight>} every thread collected first */
  async weigh() {
    const heaps = { page: await heapOf(this.#page) };
    for (const { name, thread } of await this.#threads()) {
      // It may be killed at any moment.
      const heap = await thread.then(heapOf).catch(() => null);
      if (heap) Object.assign(heaps, { [name]: heap });
    }
    const { nodes, jsEventListeners, documents } = await this.#page.send('Memory.getDOMCounters');
    return { heaps, dom: { nodes, listeners: jsEventListeners, documents }, resident: await this.resident() };
  }

  /** The runtime worker or the inference worker that is there now; null without one. @param {string} wanted */
  async worker(wanted) {
    const found = (await this.#threads()).find(({ name }) => name === wanted);
    return (await found?.thread) ?? null;
  }

  async #threads() {
    const { targetInfos } = await this.#browser.send('Target.getTargets', { filter: [{ type: 'worker' }] });
    const known = this.#workers;
    this.#workers = new Map(
      targetInfos.map(({ targetId, title, url }) => {
        const name = /(runtime|inference)/.exec(`${title} ${url}`)?.[1] ?? 'another worker';
        const attach = async () => {
          const { sessionId } = await this.#browser.send('Target.attachToTarget', { targetId, flatten: false });
          return new WorkerThread(this.#browser, sessionId);
        };
        return [targetId, known.get(targetId) ?? { name, thread: attach() }];
      }),
    );
    return [...this.#workers.values()];
  }

  /** The tab's process is the largest of those that show pages: the others are the browser's own. */
  async resident() {
    const { processInfo } = await this.#browser.send('SystemInfo.getProcessInfo');
    const most = (/** @type {string} */ type) =>
      Math.max(0, ...processInfo.filter((each) => each.type === type).map(({ id }) => residentOf(id)));
    return { tab: most('renderer'), gpu: most('GPU'), browser: most('browser') };
  }
}

/** Frames of the page's thread while it is on, in a table of fixed size: a list that grew would be the leak that it looks for. */
export class FrameTimes {
  #page;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
  }

  on() {
    return this.#page.evaluate(() => {
      const times = new Uint32Array(20_000);
      const seen = { times, longest: 0, on: true };
      Object.assign(window, { planariaFrames: seen });
      let last = 0;
      const next = (/** @type {number} */ now) => {
        if (!seen.on) return;
        if (last > 0) {
          const slot = Math.min(times.length - 1, Math.round((now - last) * 10));
          times[slot] = (times[slot] ?? 0) + 1;
          seen.longest = Math.max(seen.longest, now - last);
        }
        last = now;
        requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    });
  }

  /** @returns {Promise<{ frames: number, p50: number, p95: number, max: number, times: Record<string, number> }>} ms; `times`: frames by tenth of a ms */
  off() {
    return this.#page.evaluate(() => {
      const { planariaFrames: seen } = /** @type {any} */ (window);
      seen.on = false;
      /** @type {Uint32Array} */
      const times = seen.times;
      const frames = times.reduce((sum, count) => sum + count, 0);
      const at = (/** @type {number} */ share) => {
        let rest = share * frames;
        return times.findIndex((count) => (rest -= count) < 0) / 10;
      };
      const taken = Object.fromEntries([...times.entries()].filter(([, count]) => count > 0));
      return { frames, p50: at(0.5), p95: at(0.95), max: seen.longest, times: taken };
    });
  }
}

/**
 * Puts a file into the input with that label and lets go of the input: Playwright's own way holds it, and with it a screen that was left.
 * @param {Page} page
 */
export async function fileSetter(page) {
  const session = await page.context().newCDPSession(page);
  return async (/** @type {string} */ label, /** @type {string} */ file) => {
    const expression = `document.querySelector('input[type=file][aria-label=${JSON.stringify(label)}]')`;
    const { result } = await session.send('Runtime.evaluate', { expression, objectGroup: 'file' });
    if (result.objectId === undefined) throw new Error(`there is no file input ${label}`);
    await session.send('DOM.setFileInputFiles', { files: [file], objectId: result.objectId });
    await session.send('Runtime.releaseObjectGroup', { objectGroup: 'file' });
  };
}
