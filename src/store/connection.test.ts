/** A handle that dies, and what the browser calls a full disk. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { describe, expect, test } from 'vitest';
import { Connection } from './connection.ts';
import { asStoreFault, maybeDead, StoreFault } from './fault.ts';
import { beginLog } from './begin-log.ts';
import { Database } from './schema.ts';

const NO_SPACE =
  'Connection is closing because of: IO error: .../indexeddb.leveldb/000003.log: FILE_ERROR_NO_SPACE (ChromeMethodBFE: 3::WritableFileAppend::8)';
const named = (name: string, message: string, inner?: unknown): Error =>
  Object.assign(new Error(message), { name, ...(inner !== undefined && { inner }) });

describe('b: a disk without room is known by all its names', () => {
  const unknown = named('UnknownError', NO_SPACE);
  test.each([
    ['the browser says so', new DOMException('full', 'QuotaExceededError')],
    ['as an unknown error', unknown],
    ['within an AbortError, as Dexie hands it out', named('AbortError', 'Transaction aborted', unknown)],
    [
      'among the failures of a bulk write',
      Object.assign(named('BulkError', 'results.bulkAdd(): 1 of 1 failed'), {
        failures: [named('AbortError', '', unknown)],
      }),
    ],
    ['from a failed open', named('OpenFailedError', 'could not open', named('UnknownError', 'Unable to open: ENOSPC'))],
    ['from SQLite, as other browsers do', named('UnknownError', 'database or disk is full')],
  ])('%s', (_, error) => {
    expect(asStoreFault(error).code).toBe('quota');
  });

  test('and nothing else is', () => {
    expect(asStoreFault(named('AbortError', 'Transaction aborted')).code).toBe('unavailable');
    expect(asStoreFault(named('InvalidStateError', 'The database connection is closing.')).code).toBe('unavailable');
    expect(asStoreFault(named('BulkError', '', named('ConstraintError', ''))).code).toBe('duplicate-result');
    expect(asStoreFault(null).code).toBe('unavailable');
  });

  test('what may have killed the handle is told from what did not', () => {
    expect(maybeDead(unknown)).toBe(true);
    expect(maybeDead(named('AbortError', ''))).toBe(true);
    expect(maybeDead(named('InvalidStateError', ''))).toBe(true);
    expect(maybeDead(new DOMException('full', 'QuotaExceededError'))).toBe(false);
    expect(maybeDead(named('ConstraintError', ''))).toBe(false);
    expect(maybeDead(new StoreFault('stale-writer', ''))).toBe(false);
  });
});

describe('b: a dead handle', () => {
  function setUp({ indexedDB = new IDBFactory(), noted = 'whole' }: { indexedDB?: IDBFactory; noted?: string } = {}) {
    const host = { indexedDB, IDBKeyRange };
    const made: Database[] = [];
    const pauses: number[] = [];
    const state = { failOpens: 0, asked: 0, room: true, noted, mended: 0 };
    const connection = new Connection({
      make: () => {
        const db = new Database('test', host);
        const open = db.open.bind(db);
        db.open = () => {
          if (state.failOpens-- <= 0) return open();
          // Dexie keeps the error of a failed open: this handle never opens again.
          db.open = () => Promise.reject(named('OpenFailedError', 'kept')) as never;
          return Promise.reject(named('UnknownError', 'Internal error opening backing store')) as never;
        };
        made.push(db);
        return db;
      },
      care: {
        hasRoom: () => {
          state.asked++;
          return Promise.resolve(state.room);
        },
        isTorn: () => Promise.resolve(state.noted === 'torn'),
        tear: () => {
          state.noted = 'torn';
          return Promise.resolve();
        },
        whole: () => {
          state.noted = 'whole';
          return Promise.resolve();
        },
        mend: async (db) => {
          await beginLog(db);
          state.mended++;
        },
      },
      pause: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    });
    const put = (value: number) => connection.use((db) => db.kv.put({ key: 'k', value }));
    const get = () => connection.use(async (db) => (await db.kv.get('k'))?.value);
    return { connection, made, pauses, state, put, get };
  }
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: StoreFault) => error.code,
    );

  test('is opened anew by the next call, and what was written is there', async () => {
    const { connection, made, put, get } = setUp();
    await put(1);
    expect(
      await code(connection.use(() => Promise.reject(named('AbortError', '', named('UnknownError', NO_SPACE))))),
    ).toBe('quota');
    expect(await get()).toBe(1);
    await put(2);
    expect(await get()).toBe(2);
    expect(made).toHaveLength(2);
  });

  test('closed by the browser, it is opened anew', async () => {
    const { made, put, get } = setUp();
    await put(1);
    const [first] = made;
    first!.close();
    first!.on('close').fire(new Event('close'));
    expect(await get()).toBe(1);
    expect(made).toHaveLength(2);
  });

  test('opens that fail are tried again with a new handle each and growing pauses; while there is no room they say so', async () => {
    const { connection, made, pauses, state, put, get } = setUp();
    await put(1);
    await code(connection.use(() => Promise.reject(named('UnknownError', NO_SPACE))));
    state.failOpens = 3;
    for (let i = 0; i < 3; i++) expect(await code(put(2))).toBe('quota');
    expect(await get()).toBe(1);
    await put(3);
    expect(await get()).toBe(3);
    expect(state.asked).toBe(4);
    expect(pauses).toEqual([250, 500, 1000]);
    expect(new Set(made).size).toBe(5);
  });

  test('is not opened before there is room: opened with too little of it, the browser would throw the database away', async () => {
    const { connection, made, state, put, get } = setUp();
    await put(1);
    await code(connection.use(() => Promise.reject(named('AbortError', '', named('UnknownError', NO_SPACE)))));
    state.room = false;
    for (const db of made) db.open = () => Promise.reject(new Error('opened without room')) as never;
    for (let i = 0; i < 4; i++) expect(await code(put(2))).toBe('quota');
    expect(state.asked).toBe(4);
    state.room = true;
    expect(await get()).toBe(1);
    // And nobody is asked while all is well.
    await put(3);
    expect(state.asked).toBe(5);
  });

  test('a log that met the end of the disk is mended before anything else is written, also by the next tab', async () => {
    const indexedDB = new IDBFactory();
    const first = setUp({ indexedDB });
    await first.put(1);
    await code(first.connection.use(() => Promise.reject(named('UnknownError', NO_SPACE))));
    expect([first.state.noted, first.state.mended]).toEqual(['torn', 0]);
    // The tab dies here; the next one has only the note.
    const next = setUp({ indexedDB, noted: first.state.noted });
    expect(await next.get()).toBe(1);
    expect([next.state.noted, next.state.mended, next.state.asked]).toEqual(['whole', 1, 1]);
    expect(await next.connection.use((db) => db.kv.count())).toBe(1);
  });

  test("over the browser's quota it is opened again at once, for nothing of it was written", async () => {
    const { connection, state, put, get } = setUp();
    await put(1);
    state.room = false;
    const refused = named('AbortError', 'aborted', new DOMException('full', 'QuotaExceededError'));
    expect(await code(connection.use(() => Promise.reject(refused)))).toBe('quota');
    expect(await get()).toBe(1);
    expect(state).toMatchObject({ asked: 0, mended: 0, noted: 'whole' });
  });

  test('calls that come at once share one open', async () => {
    const { made, state, put } = setUp();
    state.failOpens = 1;
    expect(await Promise.all([code(put(1)), code(put(2)), code(put(3))])).toEqual(Array(3).fill('unavailable'));
    expect(await Promise.all([code(put(1)), code(put(2)), code(put(3))])).toEqual(Array(3).fill('none'));
    expect(made).toHaveLength(2);
  });

  test('closed for good, it opens no more', async () => {
    const { connection, put } = setUp();
    await put(1);
    connection.close();
    expect(await code(put(2))).toBe('unavailable');
  });
});
