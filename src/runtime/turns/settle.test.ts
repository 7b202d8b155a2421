/** Settling a turn: what holds for every end of a turn and whatever its circumstances. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Verdict, worthRetrying } from '../../agents/verdict.ts';
import type { FailureDetail } from '../../journal/evidence.ts';
import { BLAMELESS, ENGINE_LOST } from '../../journal/run-state.ts';
import { FINISHES, type RequeueReason, TURN_FAILURES } from '../../journal/vocabulary.ts';
import {
  conclude,
  endingOf,
  type FailedAttempt,
  MAX_LOSSES,
  settle,
  type Settlement,
  type Circumstances,
  type TurnEnd,
} from './settle.ts';
import type { Judgement } from './turn-supervision.ts';

const failure = fc.constantFrom(...TURN_FAILURES);
const detail: fc.Arbitrary<FailureDetail> = fc.record({ code: fc.constant('reported' as const), detail: fc.string() });
const lost = [...ENGINE_LOST] as readonly RequeueReason[];
const model = fc.constantFrom(null, 'bigger');
const reason = fc.constantFrom<RequeueReason>('cancelled', 'called-back', 'mending', 'stalled', ...lost);

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.record({ kind: fc.constant('accept' as const), output: fc.jsonValue() }),
  fc.record(
    { kind: fc.constant('reject' as const), failure, detail, unrun: fc.constant(true as const) },
    { requiredKeys: ['kind', 'failure', 'detail'] },
  ),
  fc.record({
    kind: fc.constant('requeue' as const),
    reason: fc.constantFrom<RequeueReason>('cancelled', ...lost),
    detail,
  }),
);

const judgement: fc.Arbitrary<Judgement> = fc.record({
  accept: fc.boolean(),
  secondOpinion: fc.boolean(),
  fault: fc.constantFrom(null, 'stall', 'loop', 'disagreement', 'bad-record'),
  health: fc.double({ min: 0, max: 1, noNaN: true }),
});

const outcome = fc.record({
  kind: fc.constant('outcome' as const),
  finish: fc.constantFrom(...FINISHES),
  verdict,
  judgement: fc.oneof(fc.constant('unasked' as const), fc.constant(null), judgement),
});

const end: fc.Arbitrary<TurnEnd> = fc.oneof(
  outcome,
  fc.record({
    kind: fc.constant('lost' as const),
    reason,
    finish: fc.constantFrom('error', 'cancelled'),
    held: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('taken' as const),
    failure,
    detail,
    finish: fc.constantFrom('error', 'deadline'),
    held: fc.boolean(),
  }),
);

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  failures: fc.nat(12),
  attempts: fc.integer({ min: 1, max: 10 }),
  losses: fc.nat(2 * MAX_LOSSES),
  blame: fc.constantFrom('none', 'attempt', 'certain'),
  model,
  nextModel: model,
  spare: fc.boolean(),
  poison: fc.boolean(),
  own: fc.oneof(fc.constant(null), fc.record({ failure, detail })),
  asks: fc.boolean(),
  supervised: fc.boolean(),
});

const always = (holds: (settlement: Settlement, end: TurnEnd, circumstances: Circumstances) => void): void => {
  fc.assert(
    fc.property(end, circumstances, (e, s) => {
      holds(settle(e, s), e, s);
    }),
    { numRuns: 2000 },
  );
};

const charged = (settlement: Settlement): settlement is Extract<Settlement, FailedAttempt> => 'failures' in settlement;

test('each end of a turn has one settlement, the same each time', () => {
  const kinds = new Set<Settlement['kind']>();
  always((settlement, e, s) => {
    expect(settle(e, s)).toEqual(settlement);
    kinds.add(settlement.kind);
  });
  expect([...kinds].sort()).toEqual(
    'accept ask-person escalate fail go-without judge requeue retry second-opinion'.split(' '),
  );
});

test('only what passed all checks and every judgement is accepted, and nothing else becomes of it', () => {
  always((settlement, e, { model: bigger }) => {
    const passed = e.kind === 'outcome' && e.verdict.kind === 'accept';
    const word = e.kind === 'outcome' && bigger === null ? e.judgement : null;
    const denied = word !== null && (word === 'unasked' || !word.accept || word.secondOpinion);
    expect(settlement.kind === 'accept').toBe(passed && !denied);
    if (settlement.kind === 'accept')
      expect(settlement.output).toBe((e as { verdict: { output: unknown } }).verdict.output);
  });
});

test('the supervisor is asked about what its own agents ended, once; never about a bigger model or what nobody can do better', () => {
  always((settlement, e, { model: bigger }) => {
    if (settlement.kind !== 'judge') return;
    expect(e.kind === 'outcome' && e.judgement === 'unasked' && e.verdict.kind !== 'requeue').toBe(true);
    expect(bigger).toBeNull();
  });
});

test('a loss that nobody is to blame for is never charged', () => {
  always((settlement, e, s) => {
    const { kind } = conclude(e, s.model);
    if (kind !== 'lost') return;
    const lostBy =
      e.kind === 'lost' ? e.reason : 'verdict' in e && e.verdict.kind === 'requeue' ? e.verdict.reason : 'cancelled';
    const blamed = ENGINE_LOST.has(lostBy) ? s.blame !== 'none' : !BLAMELESS.has(lostBy) && s.losses >= MAX_LOSSES;
    expect(charged(settlement)).toBe(blamed);
    if (!blamed) expect(settlement).toMatchObject({ kind: 'requeue', reason: lostBy, cut: true });
  });
});

test('where agents and engines are mended, their failures are charged only to a task that loses turn after turn', () => {
  always((settlement, e, s) => {
    const turn = conclude(e, s.model);
    if (turn.kind !== 'failed' || (turn.failure !== 'engine-error' && turn.failure !== 'stalled')) return;
    const free = s.supervised && s.model === null && s.losses < MAX_LOSSES;
    expect(settlement.kind === 'requeue').toBe(free);
    if (settlement.kind === 'requeue')
      expect(settlement).toMatchObject({ reason: turn.failure, avoid: true, cut: false });
  });
});

test('attempts never exceed the limit, and what cannot succeed is not tried again', () => {
  always((settlement, _, s) => {
    if (!charged(settlement)) return;
    expect(settlement.failures).toBe(s.failures + (settlement.unrun ? 0 : 1));
    if (settlement.kind !== 'retry') return;
    expect(s.poison).toBe(false);
    expect(settlement.failures).toBeLessThan(s.attempts);
    expect(worthRetrying(settlement)).toBe(true);
    expect([settlement.blame === 'certain', s.model]).toEqual([false, null]);
  });
});

test('a task ends as a failure only when nothing is left: no attempt, no bigger model, nobody to ask, and no way without', () => {
  always((settlement, _, s) => {
    if (!charged(settlement) || settlement.kind === 'retry') return;
    const { kind } = settlement;
    expect(kind === 'go-without').toBe(s.spare);
    expect(kind === 'escalate').toBe(!s.spare && s.nextModel !== null);
    if (kind === 'escalate') expect(settlement).toMatchObject({ to: s.nextModel });
    expect(kind === 'ask-person').toBe(!s.spare && s.nextModel === null && s.asks);
    expect(kind === 'fail').toBe(!s.spare && s.nextModel === null && !s.asks);
  });
});

test('the log says of a turn what it was, whatever becomes of its task; agents in hand stay there', () => {
  fc.assert(
    fc.property(end, model, (e, bigger) => {
      const turn = conclude(e, bigger);
      const ending = endingOf(e, turn);
      expect(ending.finish).toBe(e.finish);
      expect(ending.rejected).toBe(turn.kind === 'failed' ? turn.failure : undefined);
      expect('output' in ending).toBe(turn.kind === 'passed');
      const held = e.kind !== 'outcome' && e.held === true;
      expect(ending.then === 'rest').toBe(held);
      // An agent that its supervisor found wanting waits for what it is to do about it.
      const accused =
        turn.kind === 'failed' && e.kind === 'outcome' && e.judgement !== null && e.judgement !== 'unasked';
      expect(ending.then === 'hold').toBe(accused);
    }),
  );
});
