import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import { RunState } from '../journal/run-state.ts';
import { AGENT_STATES, type Diagnosis } from '../journal/vocabulary.ts';
import { seededRandom } from '../kernel/random.ts';
import { HealingLog } from './healing-log.ts';
import { Ladder } from './ladder.ts';
import { Lifecycle } from './lifecycle.ts';
import { type FromExecute, type FromMonitor, type FromRecover, HealingBus, type RecoveryOrder } from './messages.ts';
import { Recover, RECOVER_DEFAULTS } from './recover.ts';
import { LearnedSteps, StepRecord } from './step-record.ts';
import { DEFAULT_SUPERVISION, SupervisionTree } from './supervision.ts';

const AGENTS = 4;
const OF_AGENTS: readonly Diagnosis[] = ['loop', 'invalid', 'stall', 'disagreement', 'low-score'];
const SHARED: readonly Diagnosis[] = ['device-lost', 'worker-dead', 'out-of-memory', 'storage-full'];

/** RECOVER with the log that it writes, and what its ladder learns while it lives. */
class Life {
  readonly live: StepRecord;
  readonly #learned: LearnedSteps;
  readonly #bus = new HealingBus((error) => {
    throw error;
  });
  readonly #log: HealingLog;
  readonly #orders: RecoveryOrder[] = [];
  #now = 0;
  #said = 0;

  constructor(learned: LearnedSteps, name: string) {
    this.#learned = learned;
    const live = (this.live = new StepRecord(learned.record));
    class Watched extends Ladder {
      override learn(...how: Parameters<Ladder['learn']>) {
        live.learn(...how);
        super.learn(...how);
      }
    }
    const states = new Uint8Array(AGENTS);
    const tell = (body: EventBody): void => {
      this.#learned.hear({ ...body, seq: 1, at: this.#now, wall: 0 } as JournalEvent);
    };
    this.#log = new HealingLog(tell, new RunState(100, AGENTS));
    const life = new Lifecycle(states, (agent, _, to) => {
      states[agent] = AGENT_STATES.indexOf(to);
    });
    const random = seededRandom(name);
    // Few restarts, so that the tree refuses some and asks a person.
    const supervision = { ...DEFAULT_SUPERVISION, intensity: 2 };
    const tree = new SupervisionTree([{ name: 'r', first: 0, count: AGENTS }], supervision, random);
    const options = {
      ...RECOVER_DEFAULTS,
      life: name,
      roleOf: () => 0,
      canEscalate: () => true,
      hasStandby: () => true,
    };
    const parts = { ladder: new Watched(undefined, learned.record), tree, life };
    const recover = new Recover(options, parts, random, (message) => {
      this.#say(message);
    });
    this.#bus.listen((message) => {
      if (message.type === 'order') this.#orders.push(message.order);
    });
    this.#bus.listen((message) => {
      recover.hear(message);
    });
  }

  suspect(agent: number | null, fault: Diagnosis, task: number): void {
    const turn = agent === null ? null : `t${String(++this.#said)}`;
    const id = `s${String(this.#said++)}`;
    this.#say({
      type: 'suspicion',
      id,
      agent,
      item: { task, step: 0, slot: 0 },
      turn,
      fault,
      hard: true,
      evidence: [],
      struck: [],
    });
  }

  /** One of the orders so far is reported carried out, or not. */
  report(which: number, ok: boolean): void {
    const order = this.#orders[which % Math.max(1, this.#orders.length)];
    if (order) this.#say({ type: 'order.done', order: order.id, ok, detail: '' });
  }

  pass(agent: number): void {
    this.#say({ type: 'relief', agent, task: 1, turn: 't', begunAt: this.#now, calm: true });
  }

  works(of: 'engine' | 'storage'): void {
    this.#say({ type: 'shared.relief', of });
  }

  blame(task: number, agent: number): void {
    this.#say({ type: 'task.blamed', task, agents: [agent] });
  }

  #say(message: FromExecute | FromMonitor | FromRecover): void {
    this.#now += 100;
    this.#log.write(message);
    this.#bus.post({ ...message, at: this.#now });
  }
}

const agent = fc.nat(AGENTS - 1);
const step: fc.Arbitrary<(life: Life) => void> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(agent, fc.constantFrom(...OF_AGENTS), fc.nat(5)).map((of) => (life: Life) => {
      life.suspect(...of);
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...SHARED).map((fault) => (life: Life) => {
      life.suspect(null, fault, 0);
    }),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(30), fc.boolean()).map((how) => (life: Life) => {
      life.report(...how);
    }),
  },
  {
    weight: 2,
    arbitrary: agent.map((one) => (life: Life) => {
      life.pass(one);
    }),
  },
  fc.constantFrom('engine' as const, 'storage' as const).map((of) => (life: Life) => {
    life.works(of);
  }),
  fc.tuple(fc.nat(5), agent).map((of) => (life: Life) => {
    life.blame(...of);
  }),
);

test('the log tells what the ladder learned, whatever happened, and through the loss of supervisors', () => {
  let learnedSomething = 0;
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { minLength: 30, maxLength: 150 }), { minLength: 1, maxLength: 4 }),
      (lives) => {
        const learned = new LearnedSteps();
        for (const [k, steps] of lives.entries()) {
          const life = new Life(learned, `1.${String(k)}`);
          for (const one of steps) one(life);
          expect(learned.record.entries()).toEqual(life.live.entries());
        }
        learnedSomething += learned.record.entries().length;
      },
    ),
    { numRuns: 300 },
  );
  expect(learnedSomething).toBeGreaterThan(1000);
});
