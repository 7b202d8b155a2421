/**
 * One seed: a whole run on virtual time under a fault plan, and what can be said about it afterwards. Everything of the product is real but
 * the model (the scripted engine) and the disk (in memory, with the real one's promises).
 */
import { EngineChaos } from '../../src/chaos/engine-seam.ts';
import { Director } from '../../src/chaos/director.ts';
import { KINDS } from '../../src/chaos/kinds.ts';
import { DIAGNOSES, FAULT_KINDS, type FaultKind } from '../../src/journal/vocabulary.ts';
import { MemoryDisk, MemoryStore } from '../../src/chaos/memory-store.ts';
import type { FaultPlan } from '../../src/chaos/fault-plan.ts';
import { scheduleFaults, type DueFault } from '../../src/chaos/schedule.ts';
import { type FaultSeams, missed, struck, type Struck } from '../../src/chaos/seams.ts';
import { scriptedAnswer } from '../../src/engine/scripted-answer.ts';
import type { Step } from '../../src/healing/ladder.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { memoryLock } from '../../src/kernel/lock.ts';
import { type Random, seededRandom } from '../../src/kernel/random.ts';
import { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { HealingSettings } from '../../src/runtime/supervision/healing-parts.ts';
import type { ResultRow } from '../../src/store/records.ts';
import { FaultLedger, type InjectedFault } from '../../src/telemetry/fault-ledger.ts';
import { inputText, OUTPUT, swarmText, type Scale } from './swarm.ts';
import { SimulatedTab } from './tab.ts';

/** `healing` is the product; the others are what it is compared with. */
export type Policy = 'healing' | 'none' | 'restart';

export interface SimulationOptions {
  readonly seed: number;
  readonly policy: Policy;
  readonly scale: Scale;
  /** Null: nothing is broken. */
  readonly plan: FaultPlan | null;
  readonly decodeMs: number;
  /** Ordinary pauses, as of a garbage collector or another tab: now and then, up to so many ms; 0 = none. */
  readonly hiccupMs?: number;
  /** Virtual hours after which a run that has not ended never will. */
  readonly limitHours: number;
  /** Hears every event with its virtual time, e.g. to print the story of a seed. */
  readonly onEvent?: (event: JournalEvent, now: number) => void;
}

export interface SimulationResult {
  readonly seed: number;
  readonly ended: boolean;
  readonly ledger: FaultLedger;
  readonly agents: number;
  readonly failedAgents: number;
  /** Agents that failed though nothing had struck them. */
  readonly falseFailed: number;
  readonly tasks: number;
  /** Tasks without a row. */
  readonly lost: number;
  /** Rows beyond the first of a task, whether on the disk or told to anybody. */
  readonly duplicated: number;
  readonly failedTasks: number;
  /** Rows whose answer is not the one that a sound agent gives. */
  readonly wrong: number;
  /** Acknowledged rows that were changed afterwards. */
  readonly changed: number;
  readonly agentHours: number;
  readonly virtualMs: number;
  /** Why the seed fails; empty when all is well. */
  readonly problems: readonly string[];
}

/** A ladder of one rung, for comparison: whatever it is, a fresh worker. */
const ALWAYS_RESTART: readonly Step[] = [
  {
    action: 'fresh-worker',
    rung: 'restart',
    cures: Object.fromEntries(DIAGNOSES.map((fault) => [fault, 0.5])),
    costMs: 2000,
    limit: 1_000_000,
  },
];

const SETTINGS: Readonly<Record<Policy, HealingSettings | null>> = {
  healing: {},
  none: null,
  restart: { ladder: ALWAYS_RESTART, audit: 0 },
};

/** Nothing more is broken once so much of the work is done: what was broken must still have turns to show that it is mended. */
const QUIET_AFTER = 0.5;
const TABLES = ['results', 'journal', 'agents'] as const;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return new World(options).run();
}

class World {
  readonly #options: SimulationOptions;
  readonly #clock = new SimulatedClock();
  readonly #disk = new MemoryDisk();
  readonly #lock = memoryLock();
  readonly #ledger = new FaultLedger();
  readonly #chaos: EngineChaos;
  readonly #director: Director;
  readonly #taskOf = new Map<number, number>();
  readonly #struck = new Set<number>();
  readonly #acknowledged = new Map<number, string>();
  readonly #committed = new Map<number, number>();
  readonly #states: Uint8Array;
  readonly #problems: string[] = [];
  #tab: SimulatedTab;
  #tabs = 0;
  #run = '';
  #results = 0;
  #ended = false;
  #duplicated = 0;
  #changed = 0;
  #reloading = false;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { triagers, reviewers } = options.scale;
    this.#states = new Uint8Array(triagers + reviewers);
    this.#chaos = new EngineChaos({
      clock: this.#clock,
      taskOf: (agent) => this.#taskOf.get(agent) ?? -1,
      rowsOf: (role) =>
        role === 'triager'
          ? { first: 0, count: triagers }
          : role === 'reviewer'
            ? { first: triagers, count: reviewers }
            : null,
      victims: (kind) =>
        kind === 'lying-voter'
          ? { first: triagers, count: reviewers }
          : { first: 0, count: kind === 'poisoned-output' ? triagers : triagers + reviewers },
      peersOf: (agent) => (agent < triagers ? { first: 0, count: triagers } : { first: triagers, count: reviewers }),
      onAgain: (fault, injection) => {
        this.#inject(fault, injection);
      },
    });
    this.#director = new Director(
      this.#clock,
      () => this.#seams(),
      ({ fault, injection }) => {
        if (injection.landed) this.#inject(fault, injection);
      },
    );
    this.#tab = this.#open();
  }

  async run(): Promise<SimulationResult> {
    const { seed, scale, plan, limitHours } = this.#options;
    const random = seededRandom(`simulate/${seed}`);
    const text = inputText(scale.tasks, random.split('input'));
    const started = this.#tab.runtime.start({
      swarm: { file: 'simulated.json', text: swarmText(scale, seed) },
      input: { name: 'simulated.log', text },
      engine: 'scripted',
      seed,
    });
    let reply: Awaited<typeof started> | null = null;
    void started.then((value) => (reply = value));
    await this.#clock.run(() => reply !== null, 60_000);
    const answer = reply as Awaited<typeof started> | null;
    if (!answer?.ok) throw new Error(`the run did not start: ${JSON.stringify(answer)}`);
    this.#run = answer.runId;
    if (plan) this.#director.start(scheduleFaults(plan, seed));
    this.#hiccup(random.split('hiccups'));
    await this.#clock.run(() => this.#ended && !this.#reloading, limitHours * 3_600_000);
    this.#director.stop();
    this.#chaos.disarm();
    const virtualMs = this.#clock.now();
    await this.#clock.advance(2000);
    return this.#judge(text, virtualMs);
  }

  #hiccup(random: Random): void {
    const { hiccupMs = 0 } = this.#options;
    if (hiccupMs === 0) return;
    this.#clock.timeout(random.between(5000, 60_000), () => {
      if (this.#ended) return;
      this.#tab.clock.freeze(random.between(50, hiccupMs));
      this.#hiccup(random);
    });
  }

  #open(): SimulatedTab {
    const { seed, policy, decodeMs } = this.#options;
    const name = `tab-${++this.#tabs}`;
    return new SimulatedTab({
      name,
      clock: this.#clock,
      disk: this.#disk,
      lock: this.#lock,
      random: seededRandom(`simulate/${seed}/${name}`),
      chaos: this.#chaos,
      healing: SETTINGS[policy],
      speed: { prefillMs: decodeMs / 15, decodeMs, loadMs: 1100 },
      replaceEngine: policy !== 'none',
      onEvent: (event) => {
        this.#hear(event);
      },
    });
  }

  #inject(fault: DueFault, injection: Struck): void {
    const { seam, seenAs } = KINDS[fault.kind];
    const entry: InjectedFault = {
      id: this.#ledger.entries.length,
      kind: fault.kind,
      // Of these it is known only at their end whether they struck anything.
      at: this.#clock.now() - (seam === 'messages' || fault.kind === 'quota' ? fault.forMs : 0),
      forMs: fault.forMs,
      agents: seam === 'turn' ? injection.agents : [],
      tasks: injection.tasks,
      seenAs,
      mendedBy:
        seam === 'turn'
          ? 'agent'
          : seam === 'run' || fault.kind === 'corrupt-record' || fault.kind === 'old-version'
            ? fault.kind === 'supervisor-crash'
              ? 'any'
              : 'run'
            : 'any',
      cured: (agent) => !this.#chaos.ill.has(agent),
      survivable: injection.survivable,
    };
    for (const agent of injection.agents) this.#struck.add(agent);
    this.#ledger.inject(entry);
  }

  #hear(event: JournalEvent): void {
    this.#ledger.hear(event, this.#clock.now());
    this.#options.onEvent?.(event, this.#clock.now());
    switch (event.type) {
      case 'task.assigned':
        this.#taskOf.set(event.agent, event.task);
        break;
      case 'agent.state':
        this.#states[event.agent] = event.to === 'failed' ? 1 : 0;
        break;
      case 'task.committed':
      case 'task.failed':
        this.#committed.set(event.task, (this.#committed.get(event.task) ?? 0) + 1);
        this.#results++;
        if (this.#results >= QUIET_AFTER * this.#options.scale.tasks) {
          this.#director.stop();
          this.#chaos.disarm();
        }
        break;
      case 'task.reopened':
        this.#committed.delete(event.task);
        break;
      case 'run.resumed':
        // What the last tab did not get onto the disk never happened.
        this.#committed.clear();
        this.#ended = false;
        break;
      case 'run.ended':
        this.#ended = true;
        break;
      default:
        break;
    }
    for (const [task, times] of this.#committed) {
      if (times < 2) continue;
      this.#duplicated += times - 1;
      this.#committed.set(task, 1);
    }
  }

  #seams(): FaultSeams {
    const at = (fault: DueFault) => seededRandom(fault.seed);
    return {
      turn: (fault, landed) => {
        this.#chaos.turn(fault, landed);
      },
      engine: (fault, landed) => {
        this.#chaos.engine(fault, landed);
      },
      messages: (fault, landed) => {
        const { kind } = fault;
        if (kind !== 'message-lost' && kind !== 'message-doubled' && kind !== 'message-reordered') return;
        this.#tab.messages.strike(kind, fault.forMs, at(fault), (messages) => {
          landed(messages === 0 ? missed() : HIT);
        });
      },
      clock: (fault, landed) => {
        if (fault.kind === 'hidden-tab') this.#tab.clock.freeze(fault.forMs);
        else this.#tab.clock.jump(at(fault).between(-6, 6) * 3_600_000);
        landed(HIT);
      },
      store: (fault, landed) => {
        if (fault.kind === 'quota') {
          const { store } = this.#tab;
          store.fill(fault.forMs);
          this.#clock.timeout(fault.forMs, () => {
            landed(store.refused > 0 ? HIT : missed());
          });
          return;
        }
        const spoilt =
          this.#ended || this.#reloading
            ? null
            : this.#disk.spoil(at(fault), fault.kind === 'old-version' ? 'version' : 'bit', TABLES);
        landed(spoilt ? HIT : missed());
        if (spoilt) void this.#reload(500);
      },
      run: (fault, landed) => {
        if (this.#ended || this.#reloading) {
          landed(missed());
          return;
        }
        switch (fault.kind) {
          case 'supervisor-crash':
            landed(this.#options.policy === 'none' || !this.#tab.runtime.crashSupervisor() ? missed() : HIT);
            break;
          case 'second-tab':
            landed(HIT);
            void this.#secondTab(fault);
            break;
          case 'reload-mid-write':
            this.#whenWriting(40, () => {
              landed(HIT);
              void this.#reload(300);
            });
            break;
          default:
            landed(HIT);
            void this.#reload(5000);
        }
      },
    };
  }

  /** Looks every few milliseconds for a batch on its way, a while. */
  #whenWriting(looks: number, then: () => void): void {
    if (this.#tab.store.writing || looks === 0) then();
    else
      this.#clock.timeout(3, () => {
        this.#whenWriting(looks - 1, then);
      });
  }

  /** The tab dies and a person opens it again after `ms`; where nobody supervises, nobody does. */
  async #reload(ms: number): Promise<void> {
    if (this.#reloading) return;
    this.#reloading = true;
    await this.#tab.kill();
    await this.#remember();
    if (this.#options.policy === 'none') return;
    await this.#clock.sleep(ms);
    this.#tab = this.#open();
    if (!(await this.#tab.runtime.open(this.#run))) this.#problems.push('the run could not be opened again');
    this.#reloading = false;
  }

  /** Another tab takes the run over: once as a follower whose writer dies, once as a writer that nobody held back. */
  async #secondTab(fault: DueFault): Promise<void> {
    if (seededRandom(fault.seed).chance(0.5)) {
      await new MemoryStore(this.#disk).openWriter(this.#run);
      return;
    }
    if (this.#options.policy === 'none') return;
    this.#reloading = true;
    const second = this.#open();
    await second.runtime.open(this.#run);
    await this.#clock.sleep(1000);
    await this.#tab.kill();
    this.#tab = second;
    // A person at the second tab goes on with the run.
    await second.runtime.resume(this.#run);
    this.#reloading = false;
  }

  /** What is on the disk now was acknowledged, or was on its way: either way it must stay. */
  async #remember(): Promise<void> {
    const rows = await this.#rows();
    for (const [task, row] of rows) {
      const text = JSON.stringify(row);
      const before = this.#acknowledged.get(task);
      if (before !== undefined && before !== text && !this.#wasSpoilt(task)) this.#changed++;
      this.#acknowledged.set(task, text);
    }
  }

  #wasSpoilt(task: number): boolean {
    return this.#disk.quarantine.some(
      ({ table, key }) => table === 'results' && key.endsWith(`/${String(task).padStart(12, '0')}`),
    );
  }

  async #rows(): Promise<Map<number, ResultRow>> {
    const rows = new Map<number, ResultRow>();
    if (this.#run === '') return rows;
    await new MemoryStore(this.#disk).eachRow(this.#run, (some) => {
      for (const { row } of some) rows.set(row.task, row);
    });
    return rows;
  }

  async #judge(text: string, virtualMs: number): Promise<SimulationResult> {
    await this.#remember();
    const { scale, seed } = this.#options;
    const rows = await this.#rows();
    const lines = text.split('\n');
    const schema = JSON.stringify(OUTPUT);
    let wrong = 0;
    let failedTasks = 0;
    for (const row of rows.values()) {
      if (row.failure !== null) failedTasks++;
      // By rule, so the seed of the turn does not matter.
      else if (JSON.stringify(row.output) !== scriptedAnswer(schema, lines[row.task] ?? '', seededRandom(0))) wrong++;
    }
    const agents = scale.triagers + scale.reviewers;
    const failed = [...this.#states].flatMap((state, agent) => (state === 1 ? [agent] : []));
    const lost = scale.tasks - rows.size;
    const problems = [...this.#problems];
    if (!this.#ended) problems.push('the run never ended');
    if (lost > 0) problems.push(`${lost} tasks have no result`);
    if (this.#duplicated > 0) problems.push(`${this.#duplicated} results twice`);
    if (this.#changed > 0) problems.push(`${this.#changed} acknowledged results changed`);
    if (failed.length > 0) problems.push(`agents failed: ${failed.join(', ')}`);
    for (const entry of this.#ledger.entries)
      if (entry.survivable && entry.mendedAt === null)
        problems.push(
          `${entry.kind} at ${Math.round(entry.at)} ms (agents ${entry.agents.join(', ') || 'all'}) was not mended`,
        );
    return {
      seed,
      ended: this.#ended,
      ledger: this.#ledger,
      agents,
      failedAgents: failed.length,
      falseFailed: failed.filter((agent) => !this.#struck.has(agent)).length,
      tasks: scale.tasks,
      lost,
      duplicated: this.#duplicated,
      failedTasks,
      wrong,
      changed: this.#changed,
      agentHours: (agents * virtualMs) / 3_600_000,
      virtualMs,
      problems,
    };
  }
}

const HIT = struck({ code: 'struck' });

/** Every kind now and then, those that strike single turns more often; `perMinute` in all. */
export function usualPlan(perMinute: number, minutes: number): FaultPlan {
  const weight = (kind: FaultKind): number => (KINDS[kind].seam === 'turn' ? 4 : kind === 'hidden-tab' ? 0.5 : 1);
  const total = FAULT_KINDS.reduce((sum, kind) => sum + weight(kind), 0);
  return {
    'planaria-faults': 1,
    name: 'a bit of everything',
    faults: FAULT_KINDS.map((kind) => ({
      kind,
      rate: (perMinute * weight(kind)) / total,
      from: 2000,
      until: minutes * 60_000,
      target: 'random' as const,
      ...(kind === 'hidden-tab' && { for: 20_000 }),
    })),
  };
}
