import { expect, test } from 'vitest';
import { type RecordedTurn, SILENT_TURN } from './recorded-turn.ts';
import { Script } from './script.ts';

const turn = (task: number, text: string, finish: RecordedTurn['finish'] = 'stop'): RecordedTurn => ({
  ...SILENT_TURN,
  ...{ task, step: 0, slot: 0, at: 0, text, finish },
});

/** What is played when the item is given to an agent once more. */
function next(script: Script, task: number): string | undefined {
  script.assign(1, { task, step: 0, slot: 0 });
  return script.take(1)?.text;
}

test('plays the turns of an item in their order, each once', () => {
  const script = new Script([turn(0, 'a'), turn(1, 'b'), turn(0, 'c')]);
  expect([next(script, 0), next(script, 1), next(script, 0)]).toEqual(['a', 'b', 'c']);
  expect(script).toMatchObject({ played: 3, improvised: 0 });
});

test('asked once more than then, says again what was said, and counts it as made up', () => {
  const script = new Script([turn(0, 'a'), turn(0, 'hm', null)]);
  expect([next(script, 0), next(script, 0), next(script, 0), next(script, 0)]).toEqual(['a', 'hm', 'a', 'a']);
  expect(script).toMatchObject({ played: 2, improvised: 2 });
});

test('has nothing to say where nothing was said', () => {
  const script = new Script([turn(0, '', null)]);
  expect([next(script, 1), next(script, 0), next(script, 0)]).toEqual([undefined, '', undefined]);
  expect(script).toMatchObject({ played: 1, improvised: 2 });
});
