/** Whether there is room is found out by writing, and leaves nothing behind. */
import { expect, test } from 'vitest';
import { roomIn } from './room.ts';

/** A folder on a disk with so many bytes; what is in it. */
function setUp(bytes: number) {
  const files = new Map<string, number>();
  const used = () => [...files.values()].reduce((sum, size) => sum + size, 0);
  const state = { most: 0, closed: 0, opened: 0 };
  const folder = {
    getFileHandle: (name: string) => {
      files.set(name, 0);
      const createSyncAccessHandle = () => {
        state.opened++;
        return Promise.resolve({
          write: (data: Uint8Array, { at }: { at: number }) => {
            const given = Math.min(data.length, bytes - used());
            files.set(name, at + given);
            state.most = Math.max(state.most, used());
            return given;
          },
          flush: () => undefined,
          close: () => state.closed++,
        });
      };
      return Promise.resolve({ createSyncAccessHandle });
    },
    removeEntry: (name: string) => Promise.resolve(void files.delete(name)),
  };
  return { files, state, hasRoom: roomIn(() => Promise.resolve(folder as unknown as FileSystemDirectoryHandle)) };
}

test.each([
  [1e9, true],
  [20 * 2 ** 20, true],
  [20 * 2 ** 20 - 1, false],
  [0, false],
])('b: on a disk with %i bytes there is room: %s', async (bytes, room) => {
  const { files, state, hasRoom } = setUp(bytes);
  expect(await hasRoom()).toBe(room);
  expect(state.most).toBe(Math.min(bytes, 20 * 2 ** 20));
  expect([files.size, state.opened - state.closed]).toEqual([0, 0]);
});

test('b: where nothing can be written there is none', async () => {
  expect(await roomIn(() => Promise.reject(new Error('no such thing')))()).toBe(false);
  // But where nobody may look, it is left to the database.
  expect(await roomIn(() => Promise.reject(new DOMException('no', 'SecurityError')))()).toBe(true);
});
