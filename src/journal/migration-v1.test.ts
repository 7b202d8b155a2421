import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sayEn } from '../ui/text/say.en.ts';
import type { JournalEvent } from './events.ts';
import { decodeEvents, encodeEvents, LOG_VERSION } from './journal.ts';
import { leanChunk } from './lean.ts';
import { migrateV1 } from './migration-v1.ts';
import { RunState } from './run-state.ts';
import { AGENT_STATES, DIAGNOSES, FAULT_KINDS, RECOVERY_ACTIONS, RUNGS, TURN_FAILURES } from './vocabulary.ts';

/** Prose, and what comes near the sentences that there were. */
const words = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...RECOVERY_ACTIONS, ...DIAGNOSES, ...TURN_FAILURES, ...RUNGS),
        fc.constantFrom(
          ': ',
          '; ',
          ' (',
          ')',
          ' for ',
          'expected ',
          'bad',
          'tried ',
          'attempt ',
          ', by agent ',
          'turn',
        ),
        fc.constantFrom('does nothing', 'whole', 'answer', 'ms since the last token', ' of ', ' times', ' % busy and '),
        fc.nat(9999).map(String),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);
const agent = fc.integer({ min: -1, max: 3 });
const task = fc.nat(5);
const lines = fc.array(words, { maxLength: 4 });

/** Events of version 1 in which something stood in words. */
const old = fc.oneof(
  fc.record({ type: fc.constant('run.waiting'), message: words }),
  fc.record({
    type: fc.constant('engine.lost'),
    code: fc.constant('device-lost'),
    message: words,
    inFlight: fc.nat(9),
  }),
  fc.record({ type: fc.constant('seats.changed'), from: task, to: task, max: task, because: words }),
  fc.record({ type: fc.constant('task.retried'), task, agent, reason: words, delayMs: fc.nat(99) }),
  fc.record({ type: fc.constant('task.escalated'), task, agent, to: words, because: words }),
  fc.record({ type: fc.constant('task.reopened'), task, reason: words }),
  fc.record({
    type: fc.constant('agent.state'),
    agent,
    from: fc.constantFrom(...AGENT_STATES),
    to: fc.constantFrom(...AGENT_STATES),
    because: words,
  }),
  fc.record({
    type: fc.constant('fault.injected'),
    fault: fc.nat(9),
    kind: fc.constantFrom(...FAULT_KINDS),
    agents: fc.array(agent),
    detail: words,
  }),
  fc.record({
    type: fc.constant('heal.suspected'),
    agent,
    fault: fc.constant('stall'),
    hard: fc.boolean(),
    evidence: lines,
  }),
  fc.record({ type: fc.constant('heal.ordered'), agent, case: words, reasons: lines }),
  fc.record({
    type: fc.constant('heal.carried-out'),
    agent,
    case: words,
    action: fc.constant('fresh-agent'),
    detail: words,
  }),
  fc.record({ type: fc.constant('heal.notice'), agent, case: words, title: words, story: lines }),
  fc.record({ type: fc.constant('storage.note'), agent, detail: words }),
);

/** What the event says in words, as version 1 had it. */
function said(event: JournalEvent): unknown[] {
  switch (event.type) {
    case 'run.waiting':
      return [sayEn.wait(event.waits)];
    case 'engine.lost':
      return [sayEn.loss(event)];
    case 'seats.changed':
      return [sayEn.seats(event.because)];
    case 'task.retried':
      return [sayEn.retried(event.reason)];
    case 'task.escalated':
      return [sayEn.escalated(event.because)];
    case 'task.reopened':
      return [sayEn.reopened(event.reason)];
    case 'agent.state':
      return [sayEn.cause(event.because)];
    case 'fault.injected':
      return [sayEn.fault(event.kind, event.detail)];
    case 'heal.suspected':
      return event.evidence.map(sayEn.evidence);
    case 'heal.ordered':
      return event.reasons.map(sayEn.reason);
    case 'heal.carried-out':
      return [sayEn.carriedOut(event.detail)];
    case 'heal.notice':
      return [sayEn.title(event.title), ...event.story.map(sayEn.story)];
    case 'storage.note':
      return [sayEn.storage(event.detail)];
    default:
      throw new Error(`nothing is said in ${event.type}`);
  }
}

const SENTENCES = ['message', 'because', 'reason', 'detail', 'title', 'evidence', 'reasons', 'story'] as const;
const plain = (text: unknown): string => String(text).replaceAll(/\b0+(?=\d)/g, '');

test('whatever an event of version 1 said, it says it again; nothing throws, and nothing else of it changes', () => {
  fc.assert(
    fc.property(old, (event) => {
      const stored = { ...event, seq: 4, at: 7, wall: 9 };
      const read = migrateV1(JSON.parse(JSON.stringify(stored)));
      const told = SENTENCES.flatMap((key) => ((event as Record<string, unknown>)[key] as string[] | undefined) ?? []);
      // An engine that said nothing is told by its error.
      if (!(event.type === 'engine.lost' && told[0] === '')) expect(said(read).map(plain)).toEqual(told.map(plain));
      const rest = (of: object) =>
        Object.fromEntries(Object.entries(of).filter(([key]) => ![...SENTENCES, 'waits', 'by'].some((k) => k === key)));
      expect(rest(read)).toEqual(rest(JSON.parse(JSON.stringify(stored)) as object));
      new RunState(6, 4).apply(read);
    }),
    { numRuns: 3000 },
  );
});

test('what is no event at all does not stop the reading of a log', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const [read] = decodeEvents({ body: JSON.stringify(value) });
      expect(typeof read).toBe('object');
      new RunState(2, 2).apply(read!);
    }),
  );
});

test('a chunk of version 1 is one of today once it was read, and stays one', () => {
  fc.assert(
    fc.property(fc.array(old, { minLength: 1, maxLength: 6 }), (events) => {
      const body = events.map((event, k) => JSON.stringify({ ...event, seq: k + 1, at: k, wall: k })).join('\n');
      const read = decodeEvents({ body });
      const written = encodeEvents(read);
      expect(written.version).toBe(LOG_VERSION);
      expect(decodeEvents(written)).toEqual(read);
      const lean = leanChunk({ body });
      expect(lean).toMatchObject({ version: LOG_VERSION });
      expect(decodeEvents(lean).map(({ seq }) => seq)).toEqual(read.map(({ seq }) => seq));
      expect(leanChunk(lean)).toEqual(lean);
    }),
  );
});
