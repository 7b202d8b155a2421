/**
 * One hostile world: a swarm of odd shape, an input that fits it badly, a person who presses whatever there is to press, tabs that come and
 * go, a disk that refuses every kind of call, lines that no agent and no engine bears, bigger models and endpoints that fail as well, and two
 * fault plans on top. What `simulate.ts` asks of healing is not asked here; only that each task ends in exactly one row, and the run at all,
 * once it is left alone.
 */
import { type DiskContent, MemoryDisk, MemoryStore } from '../../src/chaos/memory-store.ts';
import { UnreliableStore } from '../../src/chaos/unreliable-store.ts';
import { RemoteEngine } from '../../src/engine/remote/remote-engine.ts';
import type { Engine, TurnRequest } from '../../src/engine/contract.ts';
import type { ScriptedEngine, ScriptedFault } from '../../src/engine/scripted.ts';
import { type JournalEvent } from '../../src/journal/events.ts';
import { AGENT_ACTIONS, type FaultKind, NOTICE_CHOICES } from '../../src/journal/vocabulary.ts';
import { decodeEvents } from '../../src/journal/journal.ts';
import { memoryLock } from '../../src/kernel/lock.ts';
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { Decision, NoticeInfo, RunStatus } from '../../src/runtime/protocol/protocol.ts';
import { StoreFault } from '../../src/store/fault.ts';
import type { ResultRow } from '../../src/store/records.ts';
import type { RunStore } from '../../src/store/run-store.ts';
import { hostileSwarm, type Shape, shapeOf } from './hostile-swarm.ts';
import { endpointOf } from './hostile-endpoint.ts';
import { usualPlan } from './simulate.ts';
import { SimulatedTab } from './tab.ts';

export interface HostileResult {
  readonly seed: number;
  readonly tasks: number;
  readonly rows: number;
  /** Rows by how they ended; `result` for those that did not fail. */
  readonly endings: Readonly<Record<string, number>>;
  readonly virtualMs: number;
  /** Tabs that had the run, and buttons that were pressed. */
  readonly tabs: number;
  readonly presses: number;
  /** Why the seed fails; empty when all is well. */
  readonly problems: readonly string[];
}

/** Calls of the store that fail now and then, beside commits. */
const REFUSED: ReadonlySet<PropertyKey> = new Set<keyof RunStore>([
  'openWriter',
  'chunks',
  'rows',
  'eachChunk',
  'eachRow',
  'agents',
  'agent',
  'trimTraces',
  'quarantined',
]);
/** How long somebody works against the run, and how long it may take once nobody does, ms. */
const HOSTILE_MS = 120_000;
const PATIENCE_MS = 12 * 3_600_000;
/**
 * In how long a page says that storage was thrown away, also one that people have frozen again and again, and a run is stored anew on a disk
 * that often refuses, ms.
 */
const SAID_MS = 3_600_000;
const ANEW_MS = 3_600_000;

/** `browser`: storage also fails the way browsers' does (see `UnreliableStore`), loses what it acknowledged, and is thrown away. */
export type HostileDisk = 'tidy' | 'browser';

export async function hostile(
  seed: number,
  onEvent?: (event: JournalEvent, now: number) => void,
  disk: HostileDisk = 'tidy',
): Promise<HostileResult> {
  return new HostileWorld(seed, onEvent, disk).run();
}

class HostileWorld {
  readonly #seed: number;
  readonly #random: Random;
  readonly #clock = new SimulatedClock();
  readonly #disk = new MemoryDisk();
  readonly #lock = memoryLock();
  readonly #shape: Shape;
  readonly #onEvent: ((event: JournalEvent, now: number) => void) | undefined;
  readonly #notices = new Map<string, NoticeInfo>();
  readonly #acknowledged = new Map<number, string>();
  readonly #problems: string[] = [];
  #tab: SimulatedTab | null = null;
  #tabs = 0;
  #presses = 0;
  #run = '';
  #calm = false;
  #cancelled = false;
  #status: RunStatus | null = null;
  /** Chance for what browsers do to storage; null where the disk is tidy. */
  readonly #browser: Random | null;
  /** What would be left after a power cut that takes acknowledged writes along. */
  #earlier: DiskContent | null = null;
  /** Storage was thrown away, and nobody had the run: it is over. */
  #gone = false;

  constructor(seed: number, onEvent: ((event: JournalEvent, now: number) => void) | undefined, disk: HostileDisk) {
    this.#seed = seed;
    this.#browser = disk === 'browser' ? seededRandom(`hostile-disk/${seed}`) : null;
    this.#random = seededRandom(`hostile/${seed}`);
    this.#shape = shapeOf(this.#random.split('shape'));
    this.#onEvent = onEvent;
  }

  async run(): Promise<HostileResult> {
    await this.#start();
    while (!this.#calm && !this.#gone) await this.#life();
    if (this.#gone) return this.#result(this.#acknowledged.size, -1, {});
    await this.#leaveAlone();
    return this.#judge();
  }

  /** A disk that refuses is asked again, as a person would. */
  async #start(): Promise<void> {
    const { swarm, input } = hostileSwarm(this.#shape, this.#random.split('input'), this.#seed);
    for (let tries = 0; this.#run === ''; tries++) {
      this.#tab = this.#open();
      const reply = await this.#wait(
        this.#tab.runtime.start({
          swarm: { file: 'hostile.json', text: swarm },
          input: { name: 'hostile.log', text: input },
          engine: 'scripted',
          seed: this.#seed,
          askMs: this.#shape.askMs,
        }),
      );
      if (reply?.ok) this.#run = reply.runId;
      else if (reply || tries > 20) throw new Error(`seed ${this.#seed} did not start: ${JSON.stringify(reply)}`);
      else this.#run = (await new MemoryStore(this.#disk).list())[0]?.id ?? '';
    }
  }

  /** One life of a tab: it has the run, somebody presses buttons, and then it dies, is closed, or has the run taken away. */
  async #life(): Promise<void> {
    const random = this.#random.split(`life/${this.#tabs}`);
    const tab = (this.#tab ??= this.#open());
    this.#fire(tab.runtime.watch(this.#run, ({ status }) => this.#see(status)));
    if (random.chance(0.7)) this.#play(tab, random);
    const until = this.#clock.now() + random.between(200, 30_000);
    // Not before the run is there: a person who was told that it began would see it gone.
    if (this.#browser?.chance(0.5)) this.#earlier = this.#disk.copy();
    while (this.#clock.now() < until && !this.#calm) {
      await this.#clock.advance(random.between(20, 2000));
      this.#press(tab, random);
      if (this.#clock.now() > HOSTILE_MS || this.#status?.phase === 'done') this.#calm = true;
    }
    if (this.#calm) return;
    const how = random.pick(['kill', 'kill', 'close', 'take', 'take'] as const);
    if (this.#browser?.chance(0.1)) {
      await this.#throwAway(tab);
      return;
    }
    if (how === 'kill') {
      await tab.kill();
      if (this.#earlier && this.#browser?.chance(0.3)) this.#losePower(this.#earlier);
    } else if (how === 'close') {
      await this.#wait(tab.runtime.close());
      await tab.kill();
    } else {
      // Two tabs take the run from each other, the older one alive and well.
      await new MemoryStore(this.#disk).openWriter(this.#run);
      await this.#clock.advance(random.between(0, 3000));
      await tab.kill();
    }
    await this.#remember();
    this.#tab = null;
    await this.#clock.advance(random.between(0, 3000));
  }

  /** Two plans, one behind the other: the second takes the place of the first. */
  #play(tab: SimulatedTab, random: Random): void {
    const plan = usualPlan(random.between(5, 90), 2);
    for (const seed of [random.int(1000), random.int(1000)].slice(random.int(2)))
      this.#fire(tab.runtime.playFaults(this.#run, 'plan.json', JSON.stringify({ ...plan, seed })));
  }

  #press(tab: SimulatedTab, random: Random): void {
    const { runtime } = tab;
    const run = this.#run;
    const press = (work: () => Promise<unknown>): void => {
      this.#presses++;
      this.#fire(work());
    };
    const notices = [...this.#notices.values()];
    if (notices.length > 0 && random.chance(0.4)) {
      const { id } = random.pick(notices);
      const kind = random.pick(NOTICE_CHOICES);
      const output = random.pick(['{"word":"info"}', '{"word":"loud"}', 'a word', '']);
      const decision: Decision = kind === 'edit' ? { kind, output } : { kind };
      // Said of the engine, it ends the run.
      if (kind === 'give-up') this.#cancelled = true;
      press(() => runtime.decide(run, id, decision));
      if (random.chance(0.3)) press(() => runtime.decide(run, id, decision));
    }
    if (random.chance(0.3)) {
      const action = random.pick(AGENT_ACTIONS);
      press(() => runtime.act(run, random.int(this.#shape.agents), action));
    }
    if (random.chance(0.1)) press(() => runtime.pause(run));
    if (random.chance(0.2)) press(() => runtime.resume(run));
    if (random.chance(0.004)) {
      this.#cancelled = true;
      press(() => runtime.cancel(run));
    }
    if (random.chance(0.1)) {
      const remote = { url: 'https://endpoint.example/v1', key: 'key', model: 'far' };
      press(() => runtime.allowRemote(run, random.chance(0.3) ? null : remote));
    }
    if (random.chance(0.1)) {
      const kind = random.pick<FaultKind>([
        'quota',
        'supervisor-crash',
        'hidden-tab',
        'clock-jump',
        'corrupt-record',
        'worker-kill',
      ]);
      press(() => runtime.breakSomething(run, kind));
    }
    if (random.chance(0.02)) tab.clock.jump(random.between(-24, 24) * 3_600_000);
  }

  /** Nobody works against it any more: what a person has paused goes on, and then nobody presses anything. */
  async #leaveAlone(): Promise<void> {
    await this.#tab?.kill();
    const tab = (this.#tab = this.#open());
    await this.#wait(tab.runtime.open(this.#run));
    this.#fire(tab.runtime.watch(this.#run, ({ status }) => this.#see(status)));
    await this.#clock.advance(3000);
    for (let agent = 0; agent < this.#shape.agents; agent++) this.#fire(tab.runtime.act(this.#run, agent, 'resume'));
    this.#fire(tab.runtime.resume(this.#run));
    const over = (): boolean => this.#status?.phase === 'done' || this.#status?.phase === 'cancelled';
    if (!(await this.#clock.run(over, this.#clock.now() + PATIENCE_MS)))
      this.#problems.push(
        `the run never ended: ${this.#status?.phase ?? 'unseen'} ${JSON.stringify(this.#status?.waits ?? null)}`,
      );
    // A page hears that it has ended before the disk does.
    await this.#clock.advance(2000);
  }

  #see(status: RunStatus): void {
    this.#status = status;
    for (const notice of status.notices) this.#notices.set(notice.id, notice);
  }

  #open(): SimulatedTab {
    const name = `tab-${++this.#tabs}`;
    const random = this.#random.split(name);
    const { lines, speed } = this.#shape;
    const endpoint = endpointOf(this.#clock, random.split('endpoint'), () => this.#calm);
    return new SimulatedTab({
      name,
      clock: this.#clock,
      disk: this.#disk,
      lock: this.#lock,
      random,
      healing: {},
      speed,
      replaceEngine: true,
      onEvent: (event) => this.#onEvent?.(event, this.#clock.now()),
      fault: (engine, request, beside) => this.#fault(engine, request, beside, lines, random),
      failLoad: (beside) =>
        (beside ? !random.chance(0.5) : !this.#calm && random.chance(0.1))
          ? { code: 'internal', message: 'It would not load.', remedy: 'None.' }
          : null,
      remote: (to): Engine =>
        new RemoteEngine({
          endpoint: to,
          clock: this.#clock,
          random: random.split('gate'),
          network: { fetch: endpoint, origin: null, onLine: () => true },
        }),
      between: (store) => this.#unreliable(this.#refusing(store, random.split('refusals')), random),
    });
  }

  /** Lines that nobody bears are what they are for ever; whatever else goes wrong with turns ends with the hostilities. */
  #fault(
    engine: ScriptedEngine,
    request: TurnRequest,
    beside: boolean,
    lines: Shape['lines'],
    random: Random,
  ): ScriptedFault | null {
    const asked = request.messages.at(-1)?.content ?? '';
    const found = lines.find(({ mark }) => asked.includes(mark));
    if (found?.does === 'kill' && !beside) {
      this.#clock.timeout(found.afterMs, () => {
        engine.lose();
      });
      return { kind: 'stall' };
    }
    if (found && found.does !== 'kill') return FAULTS[found.does];
    if (this.#calm || !random.chance(beside ? 0.5 : this.#shape.illness)) return null;
    return FAULTS[random.pick(['wrong', 'stall', 'hang', 'loop', 'error', 'too-long'] as const)];
  }

  #refusing(store: RunStore, random: Random): RunStore {
    return new Proxy(store, {
      get: (target, name: keyof RunStore) => {
        const method: unknown = target[name];
        if (typeof method !== 'function') return method;
        return (...given: unknown[]): unknown => {
          if (!this.#calm && REFUSED.has(name) && random.chance(this.#shape.refusals))
            return Promise.reject(new StoreFault(random.pick(['quota', 'unavailable'] as const), 'The disk refused.'));
          return (method as (...args: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  }

  /** What browsers do to writes; it ends with the hostilities. */
  #unreliable(store: RunStore, random: Random): RunStore {
    if (!this.#browser) return store;
    const rate = this.#browser.between(1, 25);
    const inner = new UnreliableStore({
      ...{ inner: store, clock: this.#clock, random: random.split('browser'), deadMs: 4000 },
      rate: () => (this.#calm ? 0 : rate),
    });
    return inner.store;
  }

  /** The disk had acknowledged what it had not written: that is gone, and is done again. */
  #losePower(earlier: DiskContent): void {
    this.#disk.loseSince(earlier);
    this.#acknowledged.clear();
    this.#earlier = null;
  }

  /**
   * The browser throws storage away under the living tab. A tab that has the run says so, and stores it anew, with every row that it had told
   * of; one that could not open it, or is just about to, has nothing left.
   */
  async #throwAway(tab: SimulatedTab): Promise<void> {
    this.#status = null;
    await this.#clock.advance(500);
    const has = this.#status !== null && tab.runtime.writes?.id === this.#run;
    const told = tab.runtime.writes;
    this.#disk.throwAway();
    this.#earlier = null;
    let said = false;
    const see = (status: RunStatus): void => {
      this.#see(status);
      said ||= status.waits?.code === 'storage-gone';
    };
    this.#fire(tab.runtime.watch(this.#run, ({ status }) => see(status)));
    await this.#clock.run(() => said, this.#clock.now() + SAID_MS);
    let left = -1;
    const again = (): boolean => {
      if (this.#status?.waits?.code === 'storage-gone' || this.#disk.tables.runs.size === 0) return false;
      left = this.#disk.tables.results.size;
      return true;
    };
    const anew = said && (await this.#clock.run(again, this.#clock.now() + ANEW_MS));
    if (has && !anew)
      this.#problems.push(
        said
          ? 'what was thrown away was not stored anew'
          : `storage was thrown away, and the page says ${JSON.stringify(this.#status)}`,
      );
    const rows = has && told ? told.results + told.failed : 0;
    if (anew && left < rows) this.#problems.push(`${rows - left} rows were lost with what was thrown away`);
    this.#gone = (await new MemoryStore(this.#disk).record(this.#run)) === null;
    if (this.#gone) await tab.kill();
  }

  /** What was acknowledged must stay as it is. */
  async #remember(): Promise<void> {
    for (const [task, row] of await this.#rows()) {
      const text = JSON.stringify(row);
      const before = this.#acknowledged.get(task);
      const spoilt = this.#disk.quarantine.some(
        ({ table, key }) => table === 'results' && Number(key.split('/')[1]) === task,
      );
      if (before !== undefined && before !== text && !spoilt) this.#problems.push(`the row of task ${task} changed`);
      this.#acknowledged.set(task, text);
    }
  }

  async #rows(): Promise<Map<number, ResultRow>> {
    const rows = new Map<number, ResultRow>();
    await new MemoryStore(this.#disk).eachRow(this.#run, (some) => {
      for (const { row } of some) rows.set(row.task, row);
    });
    return rows;
  }

  async #judge(): Promise<HostileResult> {
    await this.#remember();
    const rows = await this.#rows();
    const record = await new MemoryStore(this.#disk).record(this.#run);
    const tasks = record?.tasks ?? -1;
    const endings: Record<string, number> = {};
    for (const { failure } of rows.values()) endings[failure ?? 'result'] = (endings[failure ?? 'result'] ?? 0) + 1;
    if (rows.size !== tasks) this.#problems.push(`${tasks - rows.size} of ${tasks} tasks have no row`);
    if (record && record.results + record.failed !== tasks)
      this.#problems.push(`the record counts ${record.results} and ${record.failed} of ${tasks}`);
    this.#problems.push(...(await this.#faultsOfLog()));
    if (endings['cancelled'] && !this.#cancelled) this.#problems.push('tasks were cancelled by nobody');
    if (endings['token-budget'] && this.#shape.tokens === null) this.#problems.push('a budget that nobody gave');
    return this.#result(rows.size, tasks, endings);
  }

  #result(rows: number, tasks: number, endings: Readonly<Record<string, number>>): HostileResult {
    return {
      seed: this.#seed,
      tasks: tasks === -1 ? rows : tasks,
      rows,
      endings,
      virtualMs: this.#clock.now(),
      tabs: this.#tabs,
      presses: this.#presses,
      problems: this.#problems,
    };
  }

  /** What the log itself tells that must not be: a task that ends twice, work that is handed out once all of it was called off. */
  async #faultsOfLog(): Promise<string[]> {
    const ended = new Set<number>();
    /** Those that a log which is written anew may tell of once more: a row that the disk took and lost is written again. */
    let told = new Set<number>();
    const faults: string[] = [];
    let off = false;
    for (const event of (await new MemoryStore(this.#disk).chunks(this.#run, 0)).flatMap(decodeEvents)) {
      if (event.type === 'run.cancelled') off = true;
      else if (event.type === 'task.reopened') ended.delete(event.task);
      else if (event.type === 'run.created') told = new Set(ended);
      else if (event.type === 'task.committed' || event.type === 'task.failed') {
        if (ended.has(event.task) && !told.delete(event.task))
          faults.push(`task ${event.task} ended twice, in event ${event.seq} again`);
        ended.add(event.task);
      } else if (event.type === 'task.assigned' && (off || ended.has(event.task)))
        faults.push(`task ${event.task} was handed out in event ${event.seq} though it was over`);
    }
    return faults;
  }

  #fire(work: Promise<unknown>): void {
    work.catch(() => undefined);
  }

  /** What came of it, in virtual time; null where it was refused or never came. */
  async #wait<T>(work: Promise<T>): Promise<T | null> {
    let value: T | null = null;
    let over = false;
    void work.then(
      (given) => {
        value = given;
        over = true;
      },
      () => (over = true),
    );
    await this.#clock.run(() => over, this.#clock.now() + 120_000);
    return value;
  }
}

const FAULTS = {
  wrong: { kind: 'say', text: '{"word":"loud"}' },
  stall: { kind: 'stall' },
  hang: { kind: 'hang' },
  loop: { kind: 'loop' },
  error: { kind: 'error', error: { code: 'internal', message: 'It failed.', remedy: 'None.' } },
  'too-long': { kind: 'error', error: { code: 'prompt-too-long', message: 'Too long.', remedy: 'None.' } },
} as const satisfies Record<string, ScriptedFault>;
