import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { Gate, type GateEnd, type Pass } from './gate.ts';

/** A gate with `count` requests in line, and those that it let through. */
function world(most: number, count: number) {
  const clock = new SimulatedClock();
  const seats: number[] = [];
  const gate = new Gate({ clock, most, onSeats: (_, to) => seats.push(to) });
  const through: Pass[] = [];
  for (let n = 0; n < count; n++) gate.enter(0, (pass) => through.push(pass));
  const end = (how: GateEnd): void => {
    through.shift()?.end(how);
  };
  return { clock, gate, seats, through, end };
}

test('r: one to begin with, one more for each that ends well, half of them once it pushes back, then one a round', () => {
  const { gate, through, end } = world(64, 1000);
  expect(through).toHaveLength(1);
  for (let n = 0; n < 15; n++) end('ok');
  expect(gate.seats).toBe(16);
  end('pushed');
  expect(gate.seats).toBe(8);
  for (let n = 0; n < 8; n++) end('ok');
  // Those that were let through before are more than may be now; none says that one more could be.
  expect(gate.seats).toBeLessThanOrEqual(9);
});

test('r: a window shrinks once for all that was sent before it shrank', () => {
  const { gate, end } = world(64, 1000);
  for (let n = 0; n < 15; n++) end('ok');
  for (let n = 0; n < 16; n++) end('pushed');
  expect(gate.seats).toBe(8);
});

test('n: nothing leaves while it is closed; the longest wait counts; then as many as the window lets', async () => {
  const { clock, gate, through, end } = world(64, 1000);
  for (let n = 0; n < 3; n++) end('ok');
  gate.close(1000);
  gate.close(5000);
  gate.close(2000);
  for (let n = 0; n < 4; n++) end('neither');
  await clock.advance(4999);
  expect(through).toHaveLength(0);
  await clock.advance(1);
  expect(through).toHaveLength(4);
});

test('n: a timer that comes a moment early opens it all the same', () => {
  let fire = (): void => undefined;
  const clock = {
    ...systemClock(),
    now: () => 0,
    timeout: (_: number, task: () => void) => ((fire = task), () => undefined),
  };
  const gate = new Gate({ clock, most: 4 });
  gate.close(1000);
  let through = 0;
  gate.enter(0, () => through++);
  expect(through).toBe(0);
  fire();
  expect(through).toBe(1);
});

test('r: whatever ends how and whenever, never more than may be, never none, and all get through in the end', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('end' as const), how: fc.constantFrom<GateEnd>('ok', 'pushed', 'neither') }),
    fc.record({ kind: fc.constant('close' as const), ms: fc.nat(1000) }),
    fc.record({ kind: fc.constant('pass-time' as const), ms: fc.nat(1000) }),
    fc.record({ kind: fc.constant('leave' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 60 }), async (most, steps) => {
      const clock = new SimulatedClock();
      const gate = new Gate({ clock, most });
      const out: Pass[] = [];
      let gone = 0;
      const leaves = Array.from({ length: 40 }, () =>
        gate.enter(0, (pass) => {
          out.push(pass);
          expect(gate.through).toBeLessThanOrEqual(gate.seats);
        }),
      );
      for (const next of steps) {
        if (next.kind === 'close') gate.close(next.ms);
        else if (next.kind === 'pass-time') await clock.advance(next.ms);
        else if (next.kind === 'leave') leaves.pop()?.();
        else if (out.length > 0) {
          gone++;
          const pass = out.shift();
          pass?.began(10, 1000);
          pass?.end(next.how);
          pass?.end('ok');
        }
        expect(gate.seats).toBeGreaterThanOrEqual(1);
        expect(gate.seats).toBeLessThanOrEqual(most);
        expect(gate.through).toBe(out.length);
      }
      for (let n = 0; n < 200 && gone < 40; n++) {
        await clock.advance(1000);
        while (out.length > 0) {
          gone++;
          out.shift()?.end('ok');
        }
      }
      expect(gone).toBeGreaterThanOrEqual(leaves.length);
      expect(gate.through).toBe(0);
    }),
    { numRuns: 50 },
  );
});
