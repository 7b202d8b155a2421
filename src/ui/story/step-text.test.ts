import { expect, it } from 'vitest';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { en } from '../text/en.ts';
import { ko } from '../text/ko.ts';
import { stepText } from './step-text.ts';

const at = (event: EventBody): JournalEvent => ({ ...event, seq: 7, at: 100, wall: 0 });

const told: readonly EventBody[] = [
  { type: 'task.requeued', task: 2, agent: 3, reason: 'device-lost' },
  { type: 'storage.note', agent: 3, detail: { code: 'warm-closed' } },
  { type: 'seats.changed', from: 4, to: 5, max: 8, because: { code: 'busy', percent: 91, waiting: 12 } },
  { type: 'task.escalated', task: 2, agent: 3, to: 'big', because: { code: 'supervisor', role: 'triager' } },
  { type: 'heal.decided', notice: 't1.1', agent: 3, task: 2, decision: 'retry', by: 'person' },
  { type: 'heal.decided', notice: 't1.1', agent: 3, task: 2, decision: 'give-up', by: 'time' },
  { type: 'agent.held', agent: 3, held: true },
  { type: 'agent.held', agent: 3, held: false },
  { type: 'agent.asked', agent: 3, action: 'retry' },
  { type: 'agent.asked', agent: 3, action: 'restart' },
  { type: 'endpoint.allowed', name: 'big at far.example' },
  { type: 'endpoint.allowed', name: null },
  { type: 'endpoint.named', name: 'big at far.example' },
  { type: 'endpoint.named', name: null },
  { type: 'endpoint.lacks', name: 'big at far.example', without: 'json_schema', instead: 'words' },
];

it('has words of its own, in both languages, for what people, seats, storage and bigger models do', () => {
  for (const event of told) {
    const english = stepText(at(event), en);
    const korean = stepText(at(event), ko);
    expect(english.title).not.toContain(event.type);
    // A reason is told in words, not by its code.
    expect(`${english.text} ${korean.text}`).not.toContain('-lost');
    expect(korean.title).toMatch(/[가-힣]/);
    if (english.text !== '') expect(korean.text).toMatch(/[가-힣]/);
  }
});

it('says of a turn, a place in the flow and a lost engine no more than is known', () => {
  const trace = { alive: [1, 1, 1, 0, 0] } as const;
  const tokens = { prompt: 1, cached: 0, completion: 9 };
  const ended = { type: 'turn.ended', task: 2, agent: 3, turn: '1-1', finish: 'stop', tokens, ms: 40, trace } as const;
  const later = { type: 'task.assigned', task: 2, agent: 3, stage: 1, attempt: 1 } as const;
  const killed = { type: 'engine.lost', code: 'worker-dead', by: 'engine', detail: '', inFlight: 2 } as const;
  expect(stepText(at(ended), en).title).toBe('Turn passed');
  for (const language of [en, ko]) {
    // Others are asked the same before it is believed.
    expect(stepText(at({ ...ended, pending: true }), language).title).not.toBe(stepText(at(ended), language).title);
    expect(stepText(at(later), language).text).toContain('2');
    expect(stepText(at(killed), language).title).not.toContain('GPU');
  }
  // A later step of a chain is no review.
  expect(stepText(at(later), en).text).not.toContain('review');
});

it('ends the reason for a step before it says when', () => {
  const event = at({
    type: 'heal.ordered',
    case: 'c1',
    agent: 3,
    fault: 'stall',
    rung: 'light',
    action: 'retry-turn',
    delayMs: 60,
    reasons: [{ code: 'chosen', action: 'retry-turn', rung: 'light', fault: 'stall', percent: 90, ms: 143 }],
  });
  expect(stepText(event, en).text).toMatch(/cures stall in 90 of 100, 143 ms a cure\. In 60 ms\.$/);
});

it('tells a wait for an endpoint in its own words', () => {
  const event = at({ type: 'endpoint.waits', name: 'big at far.example', ms: 2000, words: 'Slow down' });
  expect(stepText(event, en)).toEqual({ title: 'big at far.example takes nothing for 2 s', text: 'Slow down.' });
  expect(stepText(event, ko)).toMatchObject({
    title: expect.stringContaining('big at far.example') as string,
    text: 'Slow down.',
  });
});

it('a, f: tells what a turn did not read, and what it wrote to reason with', () => {
  const event = at({
    type: 'turn.ended',
    task: 1,
    agent: 3,
    turn: 't',
    finish: 'stop',
    tokens: { prompt: 900, cached: 0, completion: 40, reasoning: 30 },
    ms: 10,
    read: [
      [0, 1200],
      [3000, 4035],
    ],
    dropped: 2,
    trace: { reasoning: 'so so' },
  });
  const english = stepText(event, en);
  expect(english.text).toContain('Of its text it read characters 1–1,200, 3,001–4,035.');
  expect(english.text).toContain('1 earlier exchange did not fit');
  expect(english.text).toContain('30 tokens of it were reasoning.');
  expect(english.reasoning).toBe('so so');
  expect(stepText(event, ko).text).toContain('1–1,200, 3,001–4,035번째 글자를 읽음.');
});
