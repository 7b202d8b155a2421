/** Several slots of one step: a task has several turns in flight at once, and none of them disturbs another. */
import { expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import type { TurnRequest } from '../../engine/contract.ts';
import { ScriptedEngine, type ScriptedFault } from '../../engine/scripted.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { ResultRow, RunRecord, RunSource } from '../../store/records.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import { lines, SWARM } from '../testing/world.ts';
import { loadRun } from './load-run.ts';
import { Run } from './run.ts';

const TASKS = 30;
const WRONG = { kind: 'say', text: '{"severity":"loud"}' } as const;
const SETTINGS = { engine: 'scripted', model: { id: 'pocket' }, seed: 5, limit: null, vramMiB: 4096, version: 'test' };
const SOURCE: RunSource = {
  swarm: { file: 'test.yaml', text: SWARM },
  input: { name: 'test.log', text: lines(TASKS) },
  settings: SETTINGS as unknown as RunSource['settings'],
};
const RECORD: RunRecord = {
  id: 'run',
  name: 'slots',
  phase: 'loading',
  startedAt: 0,
  endedAt: null,
  tasks: TASKS,
  results: 0,
  failed: 0,
  agents: 8,
  modelId: 'pocket',
  engine: 'scripted',
};

/** Which turn of the task an agent has: told before its request comes. */
interface Asked {
  readonly task: number;
  readonly step: number;
  readonly slot: number;
  readonly attempt: number;
}

class Tabs {
  readonly clock = new SimulatedClock();
  readonly events: JournalEvent[] = [];
  readonly disk = new MemoryDisk();
  readonly #slots: number;
  readonly #fault: (asked: Asked) => ScriptedFault | null;
  #run: Run | null = null;

  constructor(slots: number, fault: (asked: Asked) => ScriptedFault | null = () => null) {
    this.#slots = slots;
    this.#fault = fault;
  }

  get run(): Run {
    return this.#run as Run;
  }

  async create(): Promise<void> {
    await new MemoryStore(this.disk).create(RECORD, SOURCE);
    await this.open();
  }

  /** As a reload: what is not on the disk is gone. */
  async open(): Promise<void> {
    await this.#run?.stop(false);
    const { clock } = this;
    const store = new MemoryStore(this.disk);
    const fence = await store.openWriter('run');
    const loaded = await loadRun(store, 'run');
    const [first, ...rest] = loaded.plan.steps;
    const plan: RunSetup = { ...loaded.plan, steps: [{ ...first!, slots: this.#slots }, ...rest] };
    const asked = new Map<number, Asked>();
    const engine = (): ScriptedEngine =>
      new ScriptedEngine({ clock, seed: 3, fault: ({ agent }: TurnRequest) => this.#fault(asked.get(agent)!) });
    this.#run = new Run(
      { ...loaded, plan },
      {
        clock,
        store,
        createEngine: engine,
        createBeside: engine,
        createRemote: engine,
        models: null,
        fence,
        tab: 'tab',
        healing: { audit: 0 },
        fixedSeats: true,
        release: () => undefined,
        onGone: () => undefined,
        onStale: () => undefined,
        onEvent: (event) => {
          this.events.push(event);
          if (event.type === 'task.assigned')
            asked.set(event.agent, {
              task: event.task,
              step: event.stage,
              slot: event.slot ?? 0,
              attempt: event.attempt,
            });
        },
      },
    );
    await this.run.start();
  }

  async end(): Promise<void> {
    expect(await this.clock.run(() => this.run.state.ended, 3_600_000)).toBe(true);
    await this.clock.advance(1000);
  }

  async rows(): Promise<ResultRow[]> {
    const rows: ResultRow[] = [];
    await new MemoryStore(this.disk).eachRow('run', (some) => void rows.push(...some.map(({ row }) => row)));
    return rows;
  }

  async log(): Promise<JournalEvent[]> {
    return (await new MemoryStore(this.disk).chunks('run', 0)).flatMap((chunk) => decodeEvents(chunk));
  }
}

const of = <Type extends JournalEvent['type']>(events: readonly JournalEvent[], type: Type) =>
  events.filter((event): event is Extract<JournalEvent, { type: Type }> => event.type === type);

test('two slots of a step are in flight at once, with two agents, and the task goes on when both have answered', async () => {
  const tabs = new Tabs(2);
  await tabs.create();
  await tabs.end();
  const rows = await tabs.rows();
  expect(rows.map(({ task }) => task)).toEqual(Array.from({ length: TASKS }, (_, task) => task));
  expect(rows.every(({ failure, attempts }) => failure === null && attempts === 2)).toBe(true);

  let together = 0;
  const open = new Map<string, number>();
  for (const event of tabs.events) {
    if (event.type !== 'task.assigned' && event.type !== 'task.advanced') continue;
    const [mine, other] = [event.slot ?? 0, 1 - (event.slot ?? 0)].map(
      (slot) => `${String(event.task)}/${String(slot)}`,
    );
    if (event.stage !== 0) continue;
    if (event.type === 'task.advanced') {
      expect(open.get(mine!)).toBe(event.agent);
      open.delete(mine!);
      // Only the second to answer moves the task on.
      if (open.has(other!)) expect(event.next).toBe(0);
    } else {
      open.set(mine!, event.agent);
      if (open.has(other!)) {
        together++;
        expect(open.get(other!)).not.toBe(event.agent);
      }
    }
  }
  expect(together).toBeGreaterThan(TASKS / 2);
  expect(of(tabs.events, 'task.advanced').filter(({ stage }) => stage === 0)).toHaveLength(2 * TASKS);
  // Slots draw with other seeds, and the log says which slot a turn was of, unless it is the first.
  expect(of(tabs.events, 'turn.ended').every(({ slot }) => slot === undefined || slot === 1)).toBe(true);
  expect(of(tabs.events, 'turn.ended').filter(({ slot }) => slot === 1)).toHaveLength(TASKS);
});

test('what fails in one slot is tried again there, by others; the other slot has its own attempts and its own agents', async () => {
  const failing = new Set([3, 11, 20]);
  const tabs = new Tabs(2, ({ task, slot, attempt }) =>
    failing.has(task) && slot === 1 && attempt <= 2 ? WRONG : null,
  );
  await tabs.create();
  await tabs.end();
  for (const task of failing) {
    const retried = of(tabs.events, 'task.retried').filter((event) => event.task === task);
    expect(retried.map(({ slot }) => slot)).toEqual([1, 1]);
    const assigned = of(tabs.events, 'task.assigned').filter((event) => event.task === task && event.stage === 0);
    const attemptsOf = (slot: number) =>
      assigned.filter((event) => (event.slot ?? 0) === slot).map(({ attempt }) => attempt);
    expect([attemptsOf(0), attemptsOf(1)]).toEqual([[1], [1, 2, 3]]);
    // Whoever failed at the slot is not asked again.
    const agents = assigned.filter(({ slot }) => slot === 1).map(({ agent }) => agent);
    expect(new Set(agents).size).toBe(3);
  }
  const rows = await tabs.rows();
  expect(rows.every(({ failure }) => failure === null)).toBe(true);
  expect(rows.filter(({ attempts }) => attempts === 4).map(({ task }) => task)).toEqual([...failing]);
});

test('a slot that never gets an answer costs the task nothing but itself; a task fails only where no slot has one', async () => {
  const tabs = new Tabs(2, ({ task, step, slot }) =>
    step === 0 && ((task === 7 && slot === 0) || task === 8) ? WRONG : null,
  );
  await tabs.create();
  await tabs.end();
  const rows = await tabs.rows();
  expect(rows).toHaveLength(TASKS);
  expect(rows.filter(({ failure }) => failure !== null)).toMatchObject([{ task: 8, failure: 'schema-mismatch' }]);
  expect(rows.find(({ task }) => task === 7)).toMatchObject({ failure: null });
  const given = of(tabs.events, 'task.advanced').filter(({ task, stage }) => task === 7 && stage === 0);
  expect(new Map(given.map(({ slot = 0, output }) => [slot, output === null]))).toEqual(
    new Map([
      [0, true],
      [1, false],
    ]),
  );
});

test('after a reload only slots that are open are asked; the fold of the log is the state, and so is each row', async () => {
  const tabs = new Tabs(3, ({ slot, attempt }) => (slot === 2 && attempt === 1 ? WRONG : null));
  await tabs.create();
  for (let k = 0; k < 6; k++) {
    await tabs.clock.advance(1500);
    await tabs.open();
  }
  await tabs.end();
  const rows = await tabs.rows();
  expect(rows.map(({ task }) => task)).toEqual(Array.from({ length: TASKS }, (_, task) => task));
  expect(rows.every(({ failure }) => failure === null)).toBe(true);
  const log = await tabs.log();
  const ended = new Set<string>();
  for (const event of log) {
    if (event.type !== 'task.assigned' && event.type !== 'task.advanced') continue;
    const item = `${String(event.task)}/${String(event.stage)}/${String(event.slot ?? 0)}`;
    expect(ended.has(item), item).toBe(false);
    if (event.type === 'task.advanced') ended.add(item);
  }
  expect([...ended].filter((item) => /^\d+\/0\//.test(item))).toHaveLength(3 * TASKS);
  const { state } = await loadRun(new MemoryStore(tabs.disk), 'run');
  expect(state.items.beside.size).toBe(0);
  expect(state.totals.results).toBe(TASKS);
});
