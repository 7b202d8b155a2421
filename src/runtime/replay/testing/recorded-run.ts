/** A simulated run under faults, as it is stored: what an incident is made of. */
import { Director } from '../../../chaos/director.ts';
import { FaultyClock } from '../../../chaos/clock-seam.ts';
import { EngineChaos } from '../../../chaos/engine-seam.ts';
import { KINDS } from '../../../chaos/kinds.ts';
import type { FaultKind } from '../../../journal/vocabulary.ts';
import { MemoryDisk, MemoryStore } from '../../../chaos/memory-store.ts';
import { FaultyMessages } from '../../../chaos/message-seam.ts';
import { scheduleFaults, type DueFault } from '../../../chaos/schedule.ts';
import { type FaultSeams, struck } from '../../../chaos/seams.ts';
import { FaultyStore } from '../../../chaos/store-seam.ts';
import { ScriptedEngine, type ScriptedOptions } from '../../../engine/scripted.ts';
import type { JournalEvent } from '../../../journal/events.ts';
import { decodeEvents } from '../../../journal/journal.ts';
import { memoryLock } from '../../../kernel/lock.ts';
import { seededRandom } from '../../../kernel/random.ts';
import { SimulatedClock } from '../../../kernel/simulated-clock.ts';
import { NO_EXAMPLES, NO_GPU } from '../../testing/no-gpu.ts';
import { lines, SWARM } from '../../testing/world.ts';
import { Runtime } from '../../host/runtime.ts';
import type { StoredRun } from '../incident.ts';

/** Kinds that a run can have without being opened again. */
export const REPLAYED: readonly FaultKind[] = [
  'worker-kill',
  'device-lost',
  'device-lost-twice',
  'out-of-memory',
  'poisoned-output',
  'lying-voter',
  'loop',
  'stall',
  'supervisor-crash',
  'all-residents-crash',
  'message-lost',
  'message-doubled',
  'message-reordered',
  'quota',
];

/** Of the swarm in testing/world.ts; the others review. */
const TRIAGERS = 6;

export interface RecordOptions {
  readonly tasks?: number;
  readonly kinds?: readonly FaultKind[];
  readonly input?: string;
  readonly swarm?: string;
  readonly askMs?: number;
  /** Of the run's own engines; those beside answer as they always do. */
  readonly engine?: Partial<ScriptedOptions>;
  /** Sits at the page: hears every event, and may do something a moment later. */
  readonly person?: (event: JournalEvent, hands: Hands) => void;
}

export interface Hands {
  /** Does it, `ms` from now. */
  after(ms: number, what: (runtime: Runtime, runId: string) => void): void;
}

/** @param seed of the swarm, and of the faults: about one every two seconds of the first fifteen */
export async function recordedRun(
  seed: number,
  { tasks = 120, kinds = REPLAYED, input = lines(tasks), swarm = SWARM, askMs, engine, person }: RecordOptions = {},
): Promise<StoredRun> {
  const clock = new SimulatedClock();
  const faulty = new FaultyClock(clock);
  const store = new FaultyStore(new MemoryStore(new MemoryDisk()), clock);
  const messages = new FaultyMessages(clock);
  const taskOf = new Map<number, number>();
  const chaos = new EngineChaos({
    clock: faulty,
    taskOf: (agent) => taskOf.get(agent) ?? -1,
    rowsOf: () => null,
    peersOf: (agent) => (agent < TRIAGERS ? { first: 0, count: TRIAGERS } : { first: TRIAGERS, count: 2 }),
    onAgain: (fault, injection) => {
      runtime.tellFault(fault, injection);
    },
  });
  let ended = false;
  let id = '';
  const hands: Hands = {
    after: (ms, what) => {
      clock.timeout(ms, () => {
        what(runtime, id);
      });
    },
  };
  const runtime: Runtime = new Runtime({
    clock: faulty,
    random: seededRandom(seed),
    store,
    lock: memoryLock(),
    engines: NO_GPU,
    examples: NO_EXAMPLES,
    version: 'test',
    tab: 'tab',
    healing: { tap: messages.tap },
    onEvent: (event) => {
      if (event.type === 'task.assigned') taskOf.set(event.agent, event.task);
      if (event.type === 'run.ended') ended = true;
      person?.(event, hands);
    },
    remote: () => {
      const engine = new ScriptedEngine({ clock: faulty, seed, decodeMs: 30, loadMs: 0 });
      void engine.load({ id: 'far' }, { vramMiB: 0, occupancy: 0, resident: 4 }, () => undefined);
      return engine;
    },
    scripted: (of, beside) => {
      const pace = { clock: faulty, seed: of, decodeMs: 20, loadMs: 1100 };
      return beside ? new ScriptedEngine(pace) : chaos.wrap(new ScriptedEngine({ ...pace, ...engine }));
    },
  });
  const hit = struck({ code: 'struck' });
  const seams: FaultSeams = {
    turn: (fault, landed) => {
      chaos.turn(fault, landed);
    },
    engine: (fault, landed) => {
      chaos.engine(fault, landed);
    },
    messages: (fault, landed) => {
      messages.strike(fault.kind as 'message-lost', fault.forMs, seededRandom(fault.seed), () => undefined);
      landed(hit);
    },
    store: (fault, landed) => {
      store.fill(fault.forMs);
      landed(hit);
    },
    run: (_fault, landed) => {
      landed(hit);
      runtime.crashSupervisor();
    },
  };
  const director = new Director(
    clock,
    () => seams,
    ({ fault, injection }) => {
      if (injection.landed && !ended) runtime.tellFault(fault, injection);
    },
  );
  const reply = await runtime.start({
    swarm: { file: 'test.yaml', text: swarm },
    input: { name: 'test.log', text: input },
    engine: 'scripted',
    seed,
    ...(askMs !== undefined && { askMs }),
  });
  if (!reply.ok) throw new Error(JSON.stringify(reply));
  id = reply.runId;
  director.start(dueFaults(seed, kinds));
  // A person who finds the run stopped by losses presses resume.
  const pressing = clock.every(60_000, () => void runtime.resume(reply.runId));
  await clock.run(() => ended, 3_600_000);
  pressing();
  if (!ended) throw new Error(`seed ${String(seed)}: the run never ended`);
  director.stop();
  await clock.advance(2000);
  const record = await store.record(reply.runId);
  if (!record) throw new Error('the run is not stored');
  const events = (await store.chunks(reply.runId, 0)).flatMap((chunk) => decodeEvents(chunk));
  return { record, source: await store.source(reply.runId), events };
}

function dueFaults(seed: number, kinds: readonly FaultKind[]): DueFault[] {
  return scheduleFaults(
    {
      'planaria-faults': 1,
      name: 'recorded',
      faults: kinds.map((kind) => ({
        kind,
        rate: (30 * (KINDS[kind].seam === 'turn' ? 2 : 1)) / kinds.length,
        from: 1500,
        until: 15_000,
        target: 'random' as const,
      })),
    },
    seed,
  );
}
