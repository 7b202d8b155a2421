import { expect, test } from 'vitest';
import type { EngineError } from './contract.ts';
import { ScriptedEngine } from './scripted.ts';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { EngineKeeper } from './engine-keeper.ts';

const problem = (code: EngineError['code']): EngineError => ({ code, message: 'm', remedy: 'r' });

test('an engine that ran out of memory is followed by a smaller one; one that was lost otherwise by its like', async () => {
  const clock = new SimulatedClock();
  const engines: ScriptedEngine[] = [];
  const residents: number[] = [];
  const seat = new EngineKeeper({
    clock,
    create: () => {
      const engine = new ScriptedEngine({ clock, seed: 1 });
      engines.push(engine);
      return engine;
    },
    source: { id: 'none' },
    budget: { vramMiB: 64, occupancy: 0.85, resident: 12 },
    onReady: (_, report) => {
      residents.push(report.residents);
      seat.worked();
    },
    onLost: () => undefined,
    onChange: () => undefined,
  });
  seat.start();
  for (const code of ['device-lost', 'out-of-memory', 'out-of-memory', 'out-of-memory', 'out-of-memory'] as const) {
    await clock.run(() => seat.state.kind === 'ready');
    engines.at(-1)!.lose(problem(code));
  }
  await clock.run(() => seat.state.kind === 'ready');
  expect(residents).toEqual([12, 12, 6, 3, 1, 1]);
});

test('seats that memory did not suffice for come back a step with each later engine, later still where that was too soon', async () => {
  const clock = new SimulatedClock();
  const engines: ScriptedEngine[] = [];
  const residents: number[] = [];
  const seat = new EngineKeeper({
    clock,
    create: () => {
      const engine = new ScriptedEngine({ clock, seed: 1 });
      engines.push(engine);
      return engine;
    },
    source: { id: 'none' },
    budget: { vramMiB: 64, occupancy: 0.85, resident: 12 },
    onReady: (_, report) => {
      residents.push(report.residents);
      seat.worked();
    },
    onLost: () => undefined,
    onChange: () => undefined,
  });
  seat.start();
  const lose = async (code: EngineError['code'], quiet: number): Promise<void> => {
    await clock.run(() => seat.state.kind === 'ready');
    await clock.advance(quiet);
    engines.at(-1)!.lose(problem(code));
  };
  await lose('out-of-memory', 0);
  await lose('out-of-memory', 0);
  await lose('device-lost', 10_000);
  await lose('device-lost', 60_000);
  await lose('out-of-memory', 0);
  await lose('worker-dead', 90_000);
  await lose('worker-dead', 40_000);
  await lose('worker-dead', 0);
  await clock.run(() => seat.state.kind === 'ready');
  expect(residents).toEqual([12, 6, 3, 3, 6, 3, 3, 6, 12]);
});

test('only devices that are lost in quick succession are waited for longer', async () => {
  const clock = new SimulatedClock();
  const engines: ScriptedEngine[] = [];
  const waits: [string, number, boolean][] = [];
  const seat = new EngineKeeper({
    clock,
    create: () => {
      const engine = new ScriptedEngine({ clock, seed: 1 });
      engines.push(engine);
      return engine;
    },
    source: { id: 'none' },
    budget: { vramMiB: 64, occupancy: 0.85, resident: 2 },
    onReady: () => {
      seat.worked();
    },
    onLost: () => undefined,
    onChange: () => {
      const { state } = seat;
      if (state.kind === 'waiting') waits.push([state.problem.code, state.waitMs, state.quick]);
    },
  });
  seat.start();
  for (const code of ['worker-dead', 'worker-dead', 'device-lost', 'worker-dead', 'device-lost'] as const) {
    await clock.run(() => seat.state.kind === 'ready');
    engines.at(-1)!.lose(problem(code));
  }
  await clock.run(() => seat.state.kind === 'ready');
  await clock.advance(125_000);
  engines.at(-1)!.lose(problem('device-lost'));
  expect(waits).toEqual([
    ['worker-dead', 250, false],
    ['worker-dead', 250, false],
    ['device-lost', 250, false],
    ['worker-dead', 250, false],
    ['device-lost', 2000, true],
    ['device-lost', 250, false],
  ]);
});
