import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Heap } from '../kernel/heap.ts';
import { seededRandom } from '../kernel/random.ts';
import { Residency, type WaitingTurn } from './residency.ts';

/** The same rules over plain lists, in linear time. */
class Plain {
  waiting: (WaitingTurn & { order: number })[] = [];
  seated = new Map<number, { active: boolean; streak: number; priority: number; used: number }>();
  order = 0;
  parkings = 0;
  readonly seats: number;
  readonly ahead: number;
  readonly streak: number;
  constructor(seats: number, ahead: number, streak: number) {
    this.seats = seats;
    this.ahead = ahead;
    this.streak = streak;
  }

  get active(): number {
    return [...this.seated.values()].filter((agent) => agent.active).length;
  }
  get parked(): number {
    return this.seated.size - this.active;
  }
  wait(turn: WaitingTurn): void {
    this.waiting.push({ ...turn, order: this.order++ });
  }
  next(agent: number) {
    return this.inOrder().find((turn) => turn.agent === agent);
  }
  inOrder() {
    return [...this.waiting].sort((a, b) => a.priority - b.priority || a.order - b.order);
  }
  admit(): { id: string; resident: boolean; victim: number | null } | null {
    const inOrder = this.inOrder();
    const fresh = (agent: number): boolean => {
      const seat = this.seated.get(agent);
      return seat !== undefined && !seat.active && seat.streak < this.streak;
    };
    const turn =
      inOrder.find(({ agent }) => fresh(agent)) ?? inOrder.find(({ agent }) => this.seated.get(agent)?.active !== true);
    if (!turn || this.active >= this.seats + this.ahead * (turn.priority < 0 ? 2 : 1)) return null;
    const seat = this.seated.get(turn.agent);
    this.waiting = this.waiting.filter((other) => other !== turn);
    const victim = !seat && this.seated.size >= this.seats && this.parked > 0 ? this.evict() : null;
    this.seated.set(turn.agent, {
      active: true,
      streak: (seat?.streak ?? 0) + 1,
      priority: turn.priority,
      used: seat?.used ?? 0,
    });
    return { id: turn.id, resident: seat !== undefined, victim };
  }
  end(agent: number, keep: boolean): number | null {
    const seat = this.seated.get(agent);
    if (!seat?.active) return null;
    if (!keep) {
      this.seated.delete(agent);
      return null;
    }
    this.seated.set(agent, { ...seat, active: false, used: ++this.parkings });
    return this.seated.size > this.seats ? this.evict() : null;
  }
  evict(): number {
    const [first] = [...this.seated]
      .filter(([, seat]) => !seat.active)
      .map(([agent, seat]) => {
        const next = this.next(agent);
        const wanted = next !== undefined && seat.streak < this.streak;
        return { agent, wanted, priority: next?.priority ?? seat.priority, used: seat.used };
      })
      .sort((a, b) => Number(a.wanted) - Number(b.wanted) || b.priority - a.priority || a.used - b.used);
    this.seated.delete(first!.agent);
    return first!.agent;
  }
}

type Step =
  | { do: 'wait'; agent: number; priority: number }
  | { do: 'admit' }
  | { do: 'end'; pick: number; keep: boolean }
  | { do: 'withdraw'; pick: number }
  | { do: 'drop'; agent: number };

const agent = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('wait' as const), agent, priority: fc.integer({ min: -1, max: 2 }) }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('admit' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(20), keep: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), agent }) },
);

describe('the seat table', () => {
  test('does what the plain rules say, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(2),
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 120 }),
        (seats, ahead, streak, steps) => {
          const table = new Residency({ seats, ahead, streak });
          const plain = new Plain(seats, ahead, streak);
          let turns = 0;
          for (const each of steps) {
            switch (each.do) {
              case 'wait': {
                const turn = { id: String(turns++), agent: each.agent, priority: each.priority };
                table.wait(turn);
                plain.wait(turn);
                break;
              }
              case 'admit': {
                const got = table.admit();
                expect(got && { id: got.turn.id, resident: got.resident, victim: got.victim }).toEqual(plain.admit());
                break;
              }
              case 'end': {
                const active = [...plain.seated].filter(([, seat]) => seat.active);
                const [row] = active[each.pick % Math.max(1, active.length)] ?? [-1];
                expect(table.end(row, each.keep)).toBe(plain.end(row, each.keep));
                break;
              }
              case 'withdraw': {
                const turn = plain.waiting[each.pick % Math.max(1, plain.waiting.length)];
                plain.waiting = plain.waiting.filter((other) => other !== turn);
                expect(table.withdraw(turn?.id ?? 'none')).toBe(turn !== undefined);
                break;
              }
              case 'drop':
                table.drop(each.agent);
                if (plain.seated.get(each.agent)?.active === false) plain.seated.delete(each.agent);
            }
            expect([table.active, table.parked, table.waiting]).toEqual([
              plain.active,
              plain.parked,
              plain.waiting.length,
            ]);
            // Seats are never overdrawn: what is ahead waits for a seat that falls free, never for a second one.
            expect(table.parked === 0 || table.active + table.parked <= seats).toBe(true);
            expect(table.active).toBeLessThanOrEqual(seats + ahead);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('with more seats or fewer at any moment, nobody is lost, and there are soon no more than there are seats', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('turn' as const), row: fc.nat(20) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(), keep: fc.boolean() }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('resize' as const), seats: fc.integer({ min: 1, max: 8 }) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new Residency({ seats: 4 });
        const running: number[] = [];
        const waits: number[] = [];
        const served: number[] = [];
        const admit = (): void => {
          for (let got = table.admit(); got; got = table.admit()) {
            running.push(got.turn.agent);
            served.push(Number(got.turn.id));
          }
        };
        const end = (at: number, keep: boolean): void => {
          table.end(running.splice(at, 1)[0]!, keep);
          admit();
        };
        for (const each of steps) {
          if (each.do === 'turn') {
            table.wait({ id: String(waits.length), agent: each.row, priority: 1 });
            waits.push(each.row);
            admit();
          } else if (each.do === 'end') {
            if (running.length > 0) end(each.pick % running.length, each.keep);
          } else {
            const before = table.parked;
            const leave = table.resize(each.seats, 0);
            expect(table.parked).toBe(before - leave.length);
            expect(table.parked === 0 || table.active + table.parked <= each.seats).toBe(true);
            admit();
          }
          expect(table.active).toBe(running.length);
          expect(running.length).toBeLessThanOrEqual(Math.max(8, table.seats));
        }
        while (running.length > 0) end(0, true);
        expect(served.sort((a, b) => a - b)).toEqual(waits.map((_, id) => id));
        expect(table.active + table.parked).toBeLessThanOrEqual(table.seats);
        expect(table.pageIns - table.evictions).toBeLessThanOrEqual(waits.length);
      }),
    );
  });

  test('nobody is passed over more often than seats x streak while others of its urgency come and go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (seats, streak, seed) => {
        const random = seededRandom(seed);
        const table = new Residency({ seats, streak });
        let turns = 0;
        const greedy = (row: number): void => table.wait({ id: String(turns++), agent: row, priority: 1 });
        for (let row = 0; row < seats; row++) greedy(row);
        const running: number[] = [];
        const fill = (): boolean => {
          for (let got = table.admit(); got; got = table.admit()) {
            running.push(got.turn.agent);
            if (got.turn.agent === 99) return true;
          }
          return false;
        };
        fill();
        table.wait({ id: 'patient', agent: 99, priority: 1 });
        let passed = 0;
        for (;;) {
          const [row] = running.splice(random.int(running.length), 1) as [number];
          // The next turn of an agent is there before its last one ends: the hardest case.
          greedy(row);
          table.end(row, true);
          const before = running.length;
          if (fill()) break;
          passed += running.length - before;
          expect(passed).toBeLessThanOrEqual(seats * streak);
        }
      }),
    );
  });
});

describe('4,882 agents on 12 seats', () => {
  const AGENTS = 4882;
  const SEATS = 12;
  const TURNS = 3;

  /** Runs all turns to their end, in an order of ends drawn by `seed`. */
  function run(arrive: (wait: (row: number) => void, ended: number | null) => void, streak: number) {
    const random = seededRandom(7);
    const table = new Residency({ seats: SEATS, streak });
    let id = 0;
    const wait = (row: number): void => table.wait({ id: String(id++), agent: row, priority: 1 + (row % 3) });
    arrive(wait, null);
    const running: number[] = [];
    let most = 0;
    let turns = 0;
    for (;;) {
      for (let got = table.admit(); got; got = table.admit()) running.push(got.turn.agent);
      most = Math.max(most, table.active + table.parked);
      if (running.length === 0) break;
      const [row] = running.splice(random.int(running.length), 1) as [number];
      turns++;
      arrive(wait, row);
      expect(table.end(row, true)).toBeNull();
    }
    expect(turns).toBe(AGENTS * TURNS);
    expect(table.waiting).toBe(0);
    expect(most).toBe(SEATS);
    // Whoever is not seated at the end has left once for each time it came.
    expect(table.pageIns - table.evictions).toBe(table.parked);
    return table.pageIns;
  }

  /** All turns wait from the start; those of one agent lie anywhere among the others. */
  const all = (wait: (row: number) => void, ended: number | null): void => {
    if (ended !== null) return;
    const rows = Array.from({ length: AGENTS * TURNS }, (_, k) => k % AGENTS);
    const random = seededRandom(3);
    for (let k = rows.length - 1; k > 0; k--) {
      const other = random.int(k + 1);
      [rows[k], rows[other]] = [rows[other]!, rows[k]!];
    }
    for (const row of rows) wait(row);
  };

  test('each agent is paged in once when its turns all wait', () => {
    expect(run(all, 8)).toBe(AGENTS);
  });

  test('and no more than once for each streak that its turns make', () => {
    for (const streak of [1, 2]) {
      const pageIns = run(all, streak);
      expect(pageIns).toBeGreaterThanOrEqual(AGENTS);
      expect(pageIns).toBeLessThanOrEqual(AGENTS * Math.ceil(TURNS / streak));
    }
  });

  test('once too when each next turn is there by the end of the last', () => {
    const left = new Map<number, number>();
    const pageIns = run((wait, ended) => {
      if (ended === null) for (let row = 0; row < AGENTS; row++) wait(row);
      else {
        left.set(ended, (left.get(ended) ?? TURNS - 1) - 1);
        if (left.get(ended)! >= 0) wait(ended);
      }
    }, 8);
    expect(pageIns).toBe(AGENTS);
    expect(pageIns / (AGENTS * TURNS)).toBeLessThanOrEqual(1.1);
  });
});

test('agents that sit and never have to leave cost no more the longer they do', () => {
  const seats = new Residency({ seats: 4 });
  const pop = vi.spyOn(Heap.prototype, 'pop');
  for (let i = 0; i < 20_000; i++) {
    const agent = i % 3;
    seats.wait({ id: String(i), agent, priority: 0 });
    expect(seats.admit()?.turn.agent).toBe(agent);
    seats.end(agent, true);
  }
  seats.wait({ id: 'new', agent: 8, priority: 0 });
  seats.admit();
  seats.end(8, true);
  seats.wait({ id: 'one more', agent: 9, priority: 0 });
  pop.mockClear();
  expect(seats.admit()?.victim).toBe(2);
  expect(pop.mock.calls.length).toBeLessThan(200);
  pop.mockRestore();
});
