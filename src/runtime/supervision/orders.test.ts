import { expect, test } from 'vitest';
import { Lifecycle } from '../../healing/lifecycle.ts';
import type { CarriedOut } from '../../journal/healing-events.ts';
import type { RecoveryOrder } from '../../healing/messages.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { Actuator } from '../turns/actuator.ts';
import { askedFor, Orders } from './orders.ts';

function setUp() {
  const clock = new SimulatedClock();
  const life = new Lifecycle(new Uint8Array(4), () => undefined);
  const done: string[] = [];
  const reported: string[] = [];
  let renewed = (): void => undefined;
  const actuator = new Proxy({} as Actuator, {
    get: (_, name) =>
      name === 'renew'
        ? () => new Promise<CarriedOut>((resolve) => (renewed = () => resolve({ code: 'no-record' })))
        : name === 'others'
          ? () => 1
          : (agent: number) => void done.push(`${String(name)} ${String(agent)}`),
  });
  const orders = new Orders({
    clock,
    life,
    actuator,
    tell: () => undefined,
    report: (order, ok) => void reported.push(`${order} ${String(ok)}`),
  });
  return { clock, orders, done, reported, renewed: () => void renewed() };
}

const order = (name: string, more: Partial<RecoveryOrder>): RecoveryOrder => ({
  ...askedFor(2, name),
  ...more,
});

test('an order that comes while another is being carried out is carried out too, and the agent rests until then', async () => {
  const { clock, orders, done, reported, renewed } = setUp();
  orders.perform(order('a', {}));
  await clock.advance(10);
  orders.perform(order('b', { action: 'reset-context', delayMs: 500 }));
  renewed();
  await clock.advance(100);
  expect(orders.holds(2)).toBe(true);
  expect(done).not.toContain('back 2');
  await clock.advance(500);
  expect(reported).toEqual(['pa true', 'pb true']);
  expect(done.slice(-2)).toEqual(['forget 2', 'back 2']);
  expect(orders.holds(2)).toBe(false);
});

test('those who begin anew with an agent forget what they remember, and go on with their turns', async () => {
  const { clock, orders, done } = setUp();
  orders.perform(order('a', { action: 'reset-context', also: [0, 1] }));
  await clock.advance(10);
  expect(done).toEqual(expect.arrayContaining(['forget 0', 'forget 1', 'forget 2', 'abandon 2']));
  expect(done.filter((what) => / [01]$/.test(what))).toEqual(['forget 0', 'forget 1']);
});
