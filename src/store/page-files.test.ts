import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { STORE_GENERATION } from './generation.ts';
import { fileKey, PageFiles, pageFileBytes } from './page-files.ts';
import { Database } from './schema.ts';

let folders = 0;
let opened: PageFiles[] = [];
afterEach(() => {
  for (const files of opened) files.close();
  opened = [];
});
async function fresh(folder = `/${String(folders++)}/`): Promise<PageFiles> {
  const files = await PageFiles.open(folder);
  opened.push(files);
  return files;
}
const file = (bytes = 3) => ({ headers: [], bytes: new ArrayBuffer(bytes) });

test('a version is whole once all its files are there, and shares those that an older one has', async () => {
  const files = await fresh();
  expect(await files.begin('one', ['a?1', 'b?1'])).toEqual(['a?1', 'b?1']);
  await files.put('a?1', file());
  expect(await files.finish('one')).toBe(false);
  await files.put('b?1', file());
  expect(await files.finish('one')).toBe(true);
  expect(await files.begin('two', ['a?1', 'b?2'])).toEqual(['b?2']);
  expect((await files.versions()).map(({ id, order, whole }) => [id, order, whole])).toEqual([
    ['one', 1, true],
    ['two', 2, false],
  ]);
});

test('an older file is found by its path alone, and no longer path that begins with it', async () => {
  const files = await fresh();
  await files.begin('one', ['assets/a.js?1', 'assets/a.js.map?1']);
  await files.put('assets/a.js.map?1', file(1));
  expect(await files.ofAnyVersion('assets/a.js')).toBeNull();
  await files.put('assets/a.js?1', file(2));
  expect((await files.ofAnyVersion('assets/a.js'))?.bytes.byteLength).toBe(2);
});

test('what is kept of versions that come and go in any order: their files, and no others', async () => {
  const step = fc.oneof(
    fc.record({ version: fc.integer({ min: 0, max: 4 }), files: fc.uniqueArray(fc.integer({ min: 0, max: 6 })) }),
    fc.record({ keep: fc.uniqueArray(fc.integer({ min: 0, max: 4 })) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const files = await fresh();
      const model = new Map<string, string[]>();
      for (const each of steps) {
        if ('keep' in each) {
          const kept = new Set(each.keep.map((version) => `v${String(version)}`));
          await files.keep(({ id }) => kept.has(id));
          for (const id of model.keys()) if (!kept.has(id)) model.delete(id);
        } else {
          const id = `v${String(each.version)}`;
          const keys = each.files.map((one) => fileKey(`f${String(one)}`, 'sum'));
          for (const key of await files.begin(id, keys)) await files.put(key, file());
          expect(await files.finish(id)).toBe(true);
          model.set(id, keys);
        }
        const listed = new Set([...model.values()].flat());
        expect(new Map((await files.versions()).map(({ id, files: keys }) => [id, keys]))).toEqual(model);
        for (let one = 0; one <= 6; one++) {
          const key = fileKey(`f${String(one)}`, 'sum');
          if (listed.has(key)) expect(await files.file(key)).not.toBeNull();
        }
        if ('keep' in each) expect(await files.bytes()).toBe(3 * listed.size);
      }
    }),
    { numRuns: 40 },
  );
});

test('asking how much there is makes no database', async () => {
  expect(await pageFileBytes('/none/')).toBe(0);
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('planaria-page/none/');
  const files = await fresh('/some/');
  await files.put('a?1', file(7));
  expect(await pageFileBytes('/some/')).toBe(7);
});

test('the generation that versions compare is the number of the database', () => {
  // Raise both together, where tabs of the version before cannot go on with the changed database.
  expect(new Database('of-no-other').verno).toBe(STORE_GENERATION);
});
