import { describe, expect, test } from 'vitest';
import { type Answer, AnswerAgreement } from './answer-agreement.ts';

const schema = { type: 'object', properties: { word: { enum: ['yes', 'no', 'both'] } } } as const;
/** Those of the second revision go by another brief, of the same schema. */
const briefs = [{ output: schema }, { output: schema }];
const asked = (audit: number): AnswerAgreement =>
  new AnswerAgreement({ agents: 16, briefAt: (_, revision) => briefs[revision]!, tasks: 100, audit });

let turns = 0;
function say(
  opinions: AnswerAgreement,
  agent: number,
  question: string,
  word: string,
  place = question,
  revision = 0,
): Answer {
  const key = opinions.key(0, revision, { word });
  return { role: 0, revision, agent, turn: String(++turns), place, question, key, begunAt: turns };
}

describe('what is asked twice', () => {
  test('an answer whose question nobody knows, but not one that shows whether its agent is mended', () => {
    const opinions = asked(0.1);
    expect(opinions.hear(say(opinions, 1, 'a', 'yes'), 3, false)).toEqual({ is: 'open' });
    expect(opinions.hear(say(opinions, 1, 'b', 'yes'), 3, true)).toMatchObject({ is: 'accepted' });
    // With nobody else to ask it stands.
    expect(opinions.hear(say(opinions, 1, 'c', 'yes'), 0, false)).toMatchObject({ is: 'accepted' });
  });

  test('an odd answer is, on trial too', () => {
    const opinions = asked(0);
    for (const agent of [2, 3, 4, 5]) opinions.accept(say(opinions, agent, 'a', 'yes'));
    expect(opinions.hear(say(opinions, 1, 'a', 'no'), 3, true)).toEqual({ is: 'open' });
  });

  test('not what others say who are told something else', () => {
    const opinions = asked(0);
    for (const agent of [2, 3, 4, 5]) opinions.accept(say(opinions, agent, 'a', 'yes'));
    expect(opinions.hear(say(opinions, 1, 'a', 'no', 'a', 1), 3, false)).toMatchObject({ is: 'accepted' });
    for (const agent of [6, 7, 8]) opinions.accept(say(opinions, agent, 'a', 'no', 'a', 1));
    expect(opinions.hear(say(opinions, 1, 'a', 'yes', 'b', 1), 3, false)).toEqual({ is: 'open' });
  });

  test('not what enough witnesses of an earlier supervisor say too', () => {
    const opinions = asked(0.1);
    for (let k = 0; k < 3; k++) opinions.recall(0, 0, 'a', { word: 'yes' });
    expect(opinions.hear(say(opinions, 1, 'a', 'yes'), 3, false)).toMatchObject({ is: 'accepted' });
    expect(opinions.hear(say(opinions, 2, 'a', 'no'), 3, false)).toEqual({ is: 'open' });
  });

  test('who agrees with the second word was right, who does not was wrong and is doubted until it is believed again', () => {
    const opinions = asked(0.1);
    expect(opinions.hear(say(opinions, 1, 'a', 'no'), 3, false).is).toBe('open');
    expect(opinions.hear(say(opinions, 2, 'a', 'yes'), 3, false).is).toBe('open');
    expect(opinions.hear(say(opinions, 3, 'a', 'yes'), 3, false)).toMatchObject({
      is: 'accepted',
      wrong: [{ agent: 1 }],
      right: [{ agent: 2 }],
    });
    expect(opinions.hear(say(opinions, 1, 'b', 'yes'), 3, true).is).toBe('open');
    expect(opinions.hear(say(opinions, 4, 'b', 'yes'), 3, false)).toMatchObject({
      is: 'accepted',
      right: [{ agent: 1 }],
    });
    expect(opinions.hear(say(opinions, 1, 'c', 'yes'), 3, true).is).toBe('accepted');
  });
});

describe('k: what is held of an answer until others have spoken', () => {
  test('k: goes with the answer that stands', () => {
    const opinions = asked(0.1);
    expect(opinions.hear(say(opinions, 1, 'a', 'no', 'p'), 3, false).is).toBe('open');
    // By now there is nobody else to ask.
    expect(opinions.hear(say(opinions, 1, 'a', 'no', 'p'), 0, false).is).toBe('accepted');
    expect(opinions.hear(say(opinions, 2, 'a', 'yes', 'p'), 3, true)).toEqual({ is: 'accepted', wrong: [], right: [] });
  });

  test('k: is of the last few thousand places: one whose task failed is asked nothing more', () => {
    const opinions = asked(0);
    for (const agent of [2, 3, 4, 5]) opinions.accept(say(opinions, agent, 'a', 'yes'));
    for (let place = 0; place < 5000; place++)
      expect(opinions.hear(say(opinions, 1, 'a', 'no', String(place)), 3, true).is).toBe('open');
    expect(opinions.hear(say(opinions, 6, 'a', 'yes', '0'), 3, true)).toMatchObject({ is: 'accepted', wrong: [] });
    expect(opinions.hear(say(opinions, 6, 'a', 'yes', '4999'), 3, true)).toMatchObject({
      is: 'accepted',
      wrong: [{ agent: 1 }],
    });
  });
});
