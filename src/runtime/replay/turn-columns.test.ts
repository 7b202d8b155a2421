/** Recorded turns go into columns of whole numbers and come out as they were, to the unit that was asked for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as v from 'valibot';
import type { RecordedTurn } from './recorded-turn.ts';
import { fromColumns, toColumns, TurnColumns } from './turn-columns.ts';

const DAY = 86_400_000;
/** Milliseconds to the microsecond, as traces have them. */
const time = (most = 600_000): fc.Arbitrary<number> => fc.integer({ min: 0, max: most * 1000 }).map((us) => us / 1000);
const ascending = (count: number): fc.Arbitrary<number[]> =>
  fc.array(time(), { minLength: count, maxLength: count }).map((times) => times.sort((a, b) => a - b));

/** A turn as a log can tell of it: what an engine ended it told of, what never spoke said nothing. */
const turn: fc.Arbitrary<RecordedTurn> = fc
  .record({
    task: fc.nat(100_000),
    step: fc.nat(63),
    slot: fc.constantFrom(0, 0, 3),
    at: time(DAY),
    finish: fc.constantFrom('stop', 'length', 'deadline', 'error', null),
    signs: fc.option(fc.tuple(fc.integer({ min: 1, max: 4096 }), fc.nat(64), fc.nat(512), ascending(2))),
    told: fc.tuple(ascending(3), fc.boolean(), fc.nat(1_000_000)),
    tokens: fc.record({ prompt: fc.nat(4096), cached: fc.nat(4096), completion: fc.integer({ min: 512, max: 4096 }) }),
    text: fc.string({ unit: 'grapheme' }),
    logprob: fc.option(fc.nat(200_000).map((n) => (n === 0 ? -0 : -n / 10_000))),
    error: fc.option(fc.constantFrom('internal', 'prompt-too-long', 'device-lost')),
    retained: fc.boolean(),
    reading: fc.constantFrom<Pick<RecordedTurn, 'read' | 'dropped'>>(
      ...[{}, {}, { dropped: 4 }, { read: [[0, 10]] as const }],
      ...[{ read: [[0, 3] as const, [7, 9] as const], dropped: 2 }],
    ),
  })
  .map(({ reading, signs, told: [[seat, token, end], first, rank], finish, ...rest }) => ({
    ...rest,
    ...reading,
    finish,
    alive: signs && ([signs[0], signs[1], signs[2], signs[3][0]!, signs[3][1]!] as const),
    told: finish === null ? null : ([seat!, first ? token! : null, end!, rank] as const),
  }));

test('turns come back as they were', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
      const columns = toColumns(turns, 1000);
      expect(v.is(TurnColumns, columns)).toBe(true);
      expect(fromColumns(JSON.parse(JSON.stringify(columns)) as TurnColumns)).toEqual(turns);
    }),
  );
});

test('in whole milliseconds no time is off by more than one, and a second way there and back changes nothing', () => {
  const timesOf = ({ at, alive, told }: RecordedTurn): number[] => [
    at,
    ...(alive ? [alive[3], alive[4]] : []),
    ...(told ? [told[0], told[1] ?? told[0], told[2]] : []),
  ];
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 20 }), (turns) => {
      const once = fromColumns(toColumns(turns, 1));
      for (const [k, each] of turns.entries())
        for (const [n, ms] of timesOf(each).entries())
          expect(Math.abs(timesOf(once[k]!)[n]! - ms)).toBeLessThanOrEqual(1);
      expect(fromColumns(toColumns(once, 1))).toEqual(once);
    }),
  );
});
