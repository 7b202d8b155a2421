/** The runtime of an open page, asked past its screen, and the run's log as IndexedDB has it. Nothing of this is in the product. */

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').BrowserContext} BrowserContext */
/** @typedef {import('../../src/journal/events.ts').JournalEvent} JournalEvent */
/** @typedef {import('../../src/store/records.ts').RunRecord} RunRecord */

/** Every page of the context keeps a hold of its runtime worker from now on. @param {BrowserContext} context */
export function holdRuntimes(context) {
  return context.addInitScript(() => {
    const Plain = globalThis.Worker;
    globalThis.Worker = class extends Plain {
      constructor(/** @type {string | URL} */ url, /** @type {WorkerOptions | undefined} */ options) {
        super(url, options);
        if (options?.name === 'planaria-runtime') /** @type {any} */ (globalThis).planariaRuntime = this;
      }
    };
  });
}

/**
 * Asks one of the page's calls with plain values, in Comlink's words. A Blob comes as its text. Rejects where another worker
 * has taken the place of the one that was asked, and where that is silent for too long.
 * @param {Page} page @param {string} method @param {...unknown} args
 */
export function askRuntime(page, method, ...args) {
  return page.evaluate(
    ([method, args, ms]) =>
      new Promise((resolve, reject) => {
        const worker = /** @type {Worker} */ (/** @type {any} */ (globalThis).planariaRuntime);
        const id = crypto.randomUUID();
        const asked = Date.now();
        /** @param {MessageEvent} event */
        const hear = ({ data }) => {
          if (data?.id !== id) return;
          done();
          if (data.name === 'throw') reject(new Error(data.value?.value?.message ?? 'the runtime refused'));
          else if (data.value instanceof Blob) void data.value.text().then(resolve, reject);
          else resolve(data.value);
        };
        const watch = setInterval(() => {
          if (worker === /** @type {any} */ (globalThis).planariaRuntime && Date.now() - asked < ms) return;
          done();
          reject(new Error('the runtime did not answer'));
        }, 1000);
        const done = () => {
          clearInterval(watch);
          worker.removeEventListener('message', hear);
        };
        worker.addEventListener('message', hear);
        worker.postMessage({
          id,
          type: 'APPLY',
          path: [method],
          argumentList: args.map((value) => ({ type: 'RAW', value })),
        });
      }),
    /** @type {const} */ ([method, args, ANSWER_MS]),
  );
}

/** As long as the page waits for what is slow (src/runtime/client/client.ts). */
const ANSWER_MS = 180_000;

/** Reads a run's log while it grows. A record may be read again after a reload; each event is told once. */
export class RunLog {
  #run;
  #eventsOf;
  /** @type {Map<string, number>} what has been read: checksum and first event of each record */
  #read = new Map();
  #newest = 0;
  /** Of the log so far, as it was written. */
  records = 0;
  bytes = 0;

  /** @param {string} run @param {typeof import('./fault-book.ts').eventsOf} eventsOf */
  constructor(run, eventsOf) {
    this.#run = run;
    this.#eventsOf = eventsOf;
  }

  /** @param {Page} page @returns {Promise<{ events: JournalEvent[], record: RunRecord | null }>} what is new, and the run's row */
  async next(page) {
    // After a reload the log goes on from the last event that was on the disk: a little of what is known is looked at again.
    const from = Math.max(0, this.#newest - OVERLAP);
    const known = [...this.#read].filter(([, first]) => first >= from).map(([key]) => key);
    const { chunks, record } = await page.evaluate(readStored, { run: this.#run, from, known });
    const events = [];
    for (const { first, sealed } of chunks) {
      this.#read.set(`${first}/${sealed.sum}`, first);
      this.#newest = Math.max(this.#newest, first);
      this.records += 1;
      this.bytes += sealed.body.length;
      // One that was spoilt on purpose is for the run to find.
      events.push(...(this.#eventsOf(sealed) ?? []));
    }
    return { events, record: record === null ? null : JSON.parse(record) };
  }
}

/** Events; more than a commit holds. */
const OVERLAP = 2000;

/** In the page. @param {{ run: string, from: number, known: string[] }} what */
async function readStored({ run, from, known }) {
  /** @param {IDBRequest} request @returns {Promise<any>} */
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  // Where this browser keeps runs (src/store/places.ts).
  const { storageBuckets: buckets } = /** @type {any} */ (navigator);
  const inBucket = /** @type {string[]} */ ((await buckets?.keys()) ?? []).includes('runs');
  const factory = inBucket ? (await buckets.open('runs')).indexedDB : indexedDB;
  const database = await done(factory.open('planaria'));
  try {
    const stores = database.transaction(['journal', 'runs']);
    const [records, row] = await Promise.all([
      done(stores.objectStore('journal').getAll(IDBKeyRange.bound([run, from], [run, Infinity]))),
      done(stores.objectStore('runs').get(run)),
    ]);
    const seen = new Set(known);
    /** @type {{ first: number, sealed: import('../../src/store/seal.ts').Sealed }[]} */
    const chunks = [];
    for (const { firstSeq, v, sum, body } of records)
      if (!seen.has(`${firstSeq}/${sum}`)) chunks.push({ first: firstSeq, sealed: { v, sum, body } });
    return { chunks, record: /** @type {string | null} */ (row?.body ?? null) };
  } finally {
    database.close();
  }
}

/** Bytes and records of one run in each part of the database, as their bodies have it. @param {Page} page @param {string} run */
export function storedBytes(page, run) {
  return page.evaluate(async (run) => {
    /** @param {IDBRequest} request @returns {Promise<any>} */
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    // Where this browser keeps runs (src/store/places.ts).
    const { storageBuckets: buckets } = /** @type {any} */ (navigator);
    const inBucket = /** @type {string[]} */ ((await buckets?.keys()) ?? []).includes('runs');
    const factory = inBucket ? (await buckets.open('runs')).indexedDB : indexedDB;
    const database = await done(factory.open('planaria'));
    /** @type {Record<string, { records: number, bytes: number }>} */
    const found = {};
    for (const name of /** @type {string[]} */ ([...database.objectStoreNames])) {
      const part = { records: 0, bytes: 0 };
      const cursor = database.transaction(name).objectStore(name).openCursor();
      await new Promise((resolve, reject) => {
        cursor.onerror = () => reject(cursor.error);
        cursor.onsuccess = () => {
          const at = cursor.result;
          if (!at) return resolve(null);
          if (at.value?.run === run || at.value?.id === run) {
            part.records += 1;
            part.bytes += at.value.body?.length ?? at.value.body?.byteLength ?? 0;
          }
          at.continue();
        };
      });
      if (part.records > 0) found[name] = part;
    }
    database.close();
    return found;
  }, run);
}
