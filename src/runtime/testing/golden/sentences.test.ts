/** Every sentence that version 1 of the log had: as a code it says the same again in English, and it has words in Korean. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../../journal/events.ts';
import { decodeEvents } from '../../../journal/journal.ts';
import { FAULT_KINDS } from '../../../journal/vocabulary.ts';
import { sayEn } from '../../../ui/text/say.en.ts';
import { sayKo } from '../../../ui/text/say.ko.ts';
import type { Say } from '../../../ui/text/say.ts';

const SENTENCES = JSON.parse(readFileSync(path.join(import.meta.dirname, 'v1/sentences.json'), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;

/** Codes already in version 1, where no sentence was. */
const CODES: ReadonlySet<string> = new Set([
  ...['engine.lost.code', 'heal.notice.failure', 'task.failed.failure', 'turn.ended.finish', 'turn.ended.rejected'],
]);

/** Sentences that are deliberately said otherwise today, by what they were. */
const SAID_OTHERWISE: Readonly<Record<string, string>> = {
  // The page never showed these codes but their names.
  'task.requeued.reason: device-lost': 'GPU lost',
  'task.requeued.reason: engine-error': 'engine error',
  'task.requeued.reason: out-of-memory': 'GPU memory full',
  'task.requeued.reason: worker-dead': 'worker gone',
};

/** What steps of the ladder were said to do and did not, with what they do. */
const NEVER_DID: readonly (readonly [was: string, is: string])[] = [
  [
    'drop the turn and take it again with another seed',
    'drop the turn; its task is taken again, by another agent where there is one',
  ],
  [
    "set the sampler back to the role's settings, with a penalty on repetition",
    "sample the agent's next turn with a penalty on repetition",
  ],
  ['drop the oldest part of the context', "start from the role's prompt alone, with half the room for the task's text"],
  [
    'delete warm K/V pages, then traces; never results',
    'delete warm K/V pages, then detail in the logs of runs that have ended; never results',
  ],
  [
    'start a fresh inference worker on a fresh adapter and load the model from the cache',
    'start a fresh inference worker on a fresh adapter; it loads the model from the cache, and fetches again what does not fit there',
  ],
  ['fetch the weights again and check every shard', 'let a fresh engine load the model again'],
];

/** There need be none. */
const BEFORE = '; the generation before it is used';

/** The sentence as it is said today. */
const today = (where: string, sentence: string): string =>
  NEVER_DID.reduce(
    (text, [was, is]) => text.replace(`: ${was};`, `: ${is};`),
    SAID_OTHERWISE[`${where}: ${sentence}`] ?? sentence,
  ).replace(BEFORE, '; an older generation is used, if there is one');

/** Words that are English and no name: what must not be left. */
const ENGLISH =
  /\b(the|of|and|was|is|are|were|no|not|with|for|from|by|to|in|expected|cures|tried|dearer|nothing|restarts?|turns?|agents?|engine|asked|passed)\b/i;

type Of<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** What an event of version 1 says that has the sentence there, in that language. */
function saidOf(where: string, sentence: string, say: Say, blank = false): string {
  const [, type = '', field = ''] = /^(.+)\.([a-z]+)$/.exec(where) ?? [];
  const many = ['evidence', 'reasons', 'story'].includes(field);
  const kind = FAULT_KINDS.find((each) => sentence.startsWith(`${each} `) || sentence.startsWith(`${each}:`));
  const old = { type, code: 'device-lost', kind: kind ?? 'stall', [field]: many ? [sentence] : sentence };
  const [read] = decodeEvents({ body: JSON.stringify(old) });
  const event = (blank ? JSON.parse(JSON.stringify(read, blanked)) : read) as never;
  switch (where) {
    case 'agent.state.because':
      return say.cause((event as Of<'agent.state'>).because);
    case 'engine.lost.message':
      return say.loss(event as Of<'engine.lost'>);
    case 'fault.injected.detail':
      return say.fault((event as Of<'fault.injected'>).kind, (event as Of<'fault.injected'>).detail);
    case 'heal.carried-out.detail':
      return say.carriedOut((event as Of<'heal.carried-out'>).detail);
    case 'heal.notice.story':
      return (event as Of<'heal.notice'>).story.map(say.story).join();
    case 'heal.notice.title':
      return say.title((event as Of<'heal.notice'>).title);
    case 'heal.ordered.reasons':
      return (event as Of<'heal.ordered'>).reasons.map(say.reason).join();
    case 'heal.suspected.evidence':
      return (event as Of<'heal.suspected'>).evidence.map(say.evidence).join();
    case 'run.waiting.message':
      return say.wait((event as Of<'run.waiting'>).waits);
    case 'seats.changed.because':
      return say.seats((event as Of<'seats.changed'>).because);
    case 'storage.note.detail':
      return say.storage((event as Of<'storage.note'>).detail);
    case 'task.escalated.because':
      return say.escalated((event as Of<'task.escalated'>).because);
    case 'task.reopened.reason':
      return say.reopened((event as Of<'task.reopened'>).reason);
    case 'task.requeued.reason':
      return say.requeued((event as Of<'task.requeued'>).reason);
    case 'task.retried.reason':
      return say.retried((event as Of<'task.retried'>).reason);
    default:
      throw new Error(`nobody says ${where}`);
  }
}

/** Words from elsewhere are data in any language. */
const blanked = (key: string, value: unknown): unknown =>
  typeof value === 'string' && ['detail', 'answer', 'key', 'node'].includes(key) ? '…' : value;

const ALL = Object.entries(SENTENCES)
  .filter(([where]) => !CODES.has(where))
  .flatMap(([where, sentences]) => sentences.map((sentence) => [where, sentence] as const));

describe.each(Object.entries(SENTENCES).filter(([where]) => !CODES.has(where)))('%s', (where, sentences) => {
  test('is said again as it was', () => {
    for (const sentence of sentences) expect(saidOf(where, sentence, sayEn)).toBe(today(where, sentence));
  });

  test('has Korean words, and no English ones are left', () => {
    for (const sentence of sentences) {
      const korean = saidOf(where, sentence, sayKo, true);
      expect(korean, sentence).toMatch(/[가-힣]/);
      expect(korean, sentence).not.toMatch(ENGLISH);
    }
  });
});

test('knows where each of them stood', () => {
  expect(ALL.length).toBeGreaterThan(400);
  for (const where of CODES) expect(SENTENCES[where]).toBeDefined();
});

test('a sentence with other numbers in it is said again as well, and one that was changed is kept as it was told', () => {
  const number = fc.oneof(fc.nat(9), fc.integer({ min: 10, max: 999_999 }));
  fc.assert(
    fc.property(fc.constantFrom(...ALL), fc.array(number, { minLength: 8, maxLength: 8 }), (one, numbers) => {
      const [where, sentence] = one;
      if (SAID_OTHERWISE[`${where}: ${sentence}`] !== undefined) return;
      let k = 0;
      // Measurements are said to three digits, bytes in megabytes: whole numbers are left as they are.
      const other = sentence.replace(/(?<![\w.])\d+(?![\w.%])/g, () => String(numbers[k++ % numbers.length]));
      expect([other, today(where, other)]).toContain(saidOf(where, other, sayEn));
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...ALL), fc.nat(200), fc.string({ minLength: 1, maxLength: 4 }), (one, at, cut) => {
      const [where, sentence] = one;
      // What a step does was told with each order; it is the dictionary's now.
      if (where === 'task.requeued.reason' || sentence.includes('; cures ') || sentence.includes(BEFORE)) return;
      const changed = sentence.slice(0, at) + cut + sentence.slice(at);
      const said = saidOf(where, changed, sayEn);
      // Read as a number, it may be written without its zeros.
      expect(said.replaceAll(/\b0+(?=\d)/g, '')).toBe(changed.replaceAll(/\b0+(?=\d)/g, ''));
    }),
    { numRuns: 2000 },
  );
});
