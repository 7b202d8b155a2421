/** Room that is held while there is some, and given up when there is none. */
import { expect, test } from 'vitest';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { RESERVE_BYTES, Reserve } from './reserve.ts';

/** A disk with so much room. */
function setUp(room: number) {
  const clock = new SimulatedClock();
  const disk = { room, size: 0, fills: 0 };
  const reserve = new Reserve({
    clock,
    file: {
      fill: (bytes) => {
        disk.fills++;
        const more = Math.max(0, bytes - disk.size);
        const given = Math.min(more, disk.room);
        disk.room -= given;
        disk.size += given;
        return given < more ? Promise.reject(new Error('full')) : Promise.resolve();
      },
      cut: (bytes) => {
        disk.room += disk.size - bytes;
        disk.size = bytes;
        return Promise.resolve();
      },
      remove: () => {
        disk.room += disk.size;
        disk.size = 0;
        return Promise.resolve();
      },
    },
  });
  return { clock, disk, reserve };
}

test('a: it is held once, given up at once, and taken again only later', async () => {
  const { clock, disk, reserve } = setUp(10 * RESERVE_BYTES);
  await Promise.all([reserve.take(), reserve.take()]);
  await reserve.take();
  expect([reserve.held, disk.size, disk.fills]).toEqual([true, RESERVE_BYTES, 1]);
  expect(await reserve.release()).toBe(RESERVE_BYTES);
  expect([reserve.held, disk.room]).toEqual([false, 10 * RESERVE_BYTES]);
  expect(await reserve.release()).toBe(0);
  await reserve.take();
  expect(reserve.held).toBe(false);
  await clock.advance(60_000);
  await reserve.take();
  expect([reserve.held, disk.fills]).toEqual([true, 2]);
});

test('a: where there is little room it takes none, and says nothing', async () => {
  const { clock, disk, reserve } = setUp(1.5 * RESERVE_BYTES);
  await reserve.take();
  expect([reserve.held, disk.room]).toEqual([false, 1.5 * RESERVE_BYTES]);
  // It is not tried again with each look.
  await reserve.take();
  expect(disk.fills).toBe(1);
  disk.room += RESERVE_BYTES;
  await clock.advance(60_000);
  await reserve.take();
  expect(reserve.held).toBe(true);
});

test('a: what is given up while it is being taken is free when that is told', async () => {
  const { disk, reserve } = setUp(10 * RESERVE_BYTES);
  const taking = reserve.take();
  expect(await reserve.release()).toBe(RESERVE_BYTES);
  await taking;
  expect([disk.size, reserve.held]).toEqual([0, false]);
});
