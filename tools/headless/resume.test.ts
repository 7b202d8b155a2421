/** What a run that stopped is gone on with: the folder beside its output, and what must not have changed. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { BadInput } from './exits.mjs';
import { type Given, isStopped, type KeptRun, mustMatch, readKept, RunFolder, stateFolder } from './folder.mjs';
import { howToGoOn } from './outcome.mjs';

let folder: string;
let state: string;
const FRESH = { resume: false, overwrite: false };
const silent = (): void => undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'planaria-resume-'));
  state = path.join(folder, 'r.jsonl.resume');
});

const given = (shown: string, sha256: string): Given => ({ shown, sha256, bytes: sha256.length });
const kept = (change: Partial<KeptRun> = {}): KeptRun => ({
  run: 'run-1',
  swarm: given('s.yaml', 'aaa'),
  input: given('in.log', 'bbbb'),
  settings: { engine: 'scripted', ask: false, limit: 5 },
  outputs: {},
  ...change,
});

describe('u: the folder', () => {
  test('u: is beside the first output that is a file, or where --state says', () => {
    expect(stateFolder({ out: 'a/r.jsonl', csv: 'r.csv' })).toBe('a/r.jsonl.resume');
    expect(stateFolder({ out: '-', csv: 'r.csv' })).toBe('r.csv.resume');
    expect(stateFolder({ out: '/dev/null', report: 'r.json' })).toBe('r.json.resume');
    expect(stateFolder({ out: '-', state: 's' })).toBe('s');
    expect(stateFolder({ out: '-' })).toBeNull();
    expect(stateFolder({})).toBeNull();
  });

  test('u: stays from the start of a run until its end, and no longer', () => {
    const first = RunFolder.open(state, FRESH);
    expect(isStopped(state)).toBe(false);
    first.leave(silent);
    expect(existsSync(state), 'no run began').toBe(false);

    const second = RunFolder.open(state, FRESH);
    second.put('input', 'x/in.log', Buffer.from('abc'));
    second.begun(kept());
    second.dropGiven();
    second.leave(silent);
    expect(readKept(state)).toMatchObject(kept());
    expect(readdirSync(state)).toEqual(['run.json']);

    const third = RunFolder.open(state, { resume: true, overwrite: false });
    third.keep = false;
    third.leave(silent);
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('u: with a run in it is neither begun over nor lost without a word', () => {
    RunFolder.open(state, FRESH).begun(kept());
    expect(() => RunFolder.open(state, FRESH)).toThrow('a run stopped here before its end; add --resume');
    const anew = RunFolder.open(state, { resume: false, overwrite: true });
    expect(isStopped(state)).toBe(false);
    anew.leave(silent);
  });

  test('u: what a killed command left before its run began is in nobody’s way', () => {
    mkdirSync(path.join(state, 'profile'), { recursive: true });
    // No process has this number: it is larger than any that the system gives.
    writeFileSync(path.join(state, 'lock'), '99999999\n');
    expect(() => RunFolder.open(state, { resume: true, overwrite: false })).toThrow('there is nothing to go on with');
    RunFolder.open(state, FRESH).leave(silent);
    expect(existsSync(state)).toBe(false);
  });

  test('u: with other things in it is not touched', () => {
    mkdirSync(state);
    writeFileSync(path.join(state, 'my-notes'), 'x');
    expect(() => RunFolder.open(state, { resume: false, overwrite: true })).toThrow('holds other things (my-notes)');
    expect(readdirSync(state)).toEqual(['my-notes']);
  });

  test('u: that is a file, or of another version, is refused in plain words', () => {
    writeFileSync(state, 'x');
    expect(() => RunFolder.open(state, FRESH)).toThrow(BadInput);
    const other = path.join(folder, 'other');
    mkdirSync(other);
    writeFileSync(path.join(other, 'run.json'), '{"version":99}');
    expect(() => readKept(other)).toThrow('this is not what this version of the command writes');
    writeFileSync(path.join(other, 'run.json'), '{"vers');
    expect(() => readKept(other)).toThrow('this is not what this version of the command writes');
  });

  test('u: whose browser is gone is not waited for', async () => {
    const open = RunFolder.open(state, FRESH);
    mkdirSync(open.profile);
    symlinkSync('some-host-99999999', path.join(open.profile, 'SingletonLock'));
    await open.browserGone();
    open.leave(silent);
  });
});

describe('u: what must be as it was', () => {
  const nothing = { swarm: null, input: null, settings: {} };

  test('u: what is left out, or the same by another name, is', () => {
    expect(() => mustMatch(kept(), nothing)).not.toThrow();
    expect(() =>
      mustMatch(kept(), {
        swarm: given('elsewhere/s.yaml', 'aaa'),
        input: given('stdin', 'bbbb'),
        settings: { engine: 'scripted', limit: 5, ask: undefined },
      }),
    ).not.toThrow();
  });

  test.each([
    [
      { input: given('in.log', 'bbbbb') },
      'in.log:1:1: this is not the input that the run was begun with: it was 4 bytes of in.log then, and is 5 now',
    ],
    [{ swarm: given('s.yaml', 'aab') }, 's.yaml:1:1: this is not the swarm file that the run was begun with'],
    [{ settings: { limit: 6 } }, '--limit 6: the run was begun with 5'],
    [{ settings: { seed: 6 } }, '--seed 6: the run was begun with none'],
    [{ settings: { engine: 'webllm' } }, '--engine webllm: the run was begun with scripted'],
    [{ settings: { ask: true } }, '--ask true: the run was begun with false'],
  ])('u: %j is refused', (change, words) => {
    expect(() => mustMatch(kept(), { ...nothing, ...change })).toThrow(words);
  });

  test('u: an input where there was none is refused; all differences are told at once', () => {
    const now = { swarm: given('s.yaml', 'x'), input: given('in.log', 'y'), settings: { seed: 1 } };
    expect(() => mustMatch(kept({ input: null }), now)).toThrow('there was none then');
    const told = (() => {
      try {
        mustMatch(kept(), now);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(told.split('\n')).toHaveLength(3);
  });
});

test('u: the line that tells how to go on is one that a shell takes', () => {
  const remote = { url: 'http://localhost:11434/v1', model: 'llama 3' };
  expect(howToGoOn({ out: "it's mine.jsonl", csv: 'r.csv', state: 's' }, 'npm run headless --')).toBe(
    "npm run headless -- run --resume --out 'it'\\''s mine.jsonl' --csv r.csv --state s",
  );
  expect(howToGoOn({ out: '-', csv: '/dev/null', state: 's', remote }, 'x')).toBe(
    "x run --resume --out - --state s --remote http://localhost:11434/v1 --remote-model 'llama 3'",
  );
});
