import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { formatDiagnostic } from '../swarm/diagnostic.ts';
import { Director } from './director.ts';
import { FAULT_KINDS } from '../journal/vocabulary.ts';
import { parseFaultPlan } from './fault-plan.ts';
import { scheduleFaults } from './schedule.ts';
import { type Injection, struck } from './seams.ts';

const swarm = { agents: 24, roles: [{ name: 'triager' }, { name: 'reviewer' }] };
const problems = (text: string) => {
  const parsed = parseFaultPlan('plan.yaml', text, swarm);
  return parsed.ok ? [] : parsed.error.map(formatDiagnostic);
};
const planOf = (text: string) => {
  const parsed = parseFaultPlan('plan.yaml', text, swarm);
  if (!parsed.ok) throw new Error(parsed.error.map(formatDiagnostic).join('\n'));
  return parsed.value;
};

const good = `planaria-faults: 1
name: a bad day
seed: 7
faults:
  - kind: worker-kill
    at: [10s, 1m]
  - kind: stall
    rate: 30
    until: 10m
    target: {role: triager}
  - kind: quota
    at: 5s
    for: 2s
`;

describe('fault plan', () => {
  it('is read with defaults and units', () => {
    const plan = planOf(good);
    expect(plan.faults).toHaveLength(3);
    expect(plan.faults[0]).toMatchObject({ kind: 'worker-kill', at: [10_000, 60_000], from: 0, target: 'random' });
    expect(plan.faults[2]).toMatchObject({ at: 5000, for: 2000 });
    expect(
      planOf(JSON.stringify({ 'planaria-faults': 1, name: 'json', faults: [{ kind: 'loop', at: 1 }] })).faults[0]?.at,
    ).toBe(1);
  });

  it('the examples are sound, and docs/faults.md tells of every kind', () => {
    const folder = new URL('../../public/faults/', import.meta.url);
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const parsed = parseFaultPlan(file, readFileSync(new URL(file, folder), 'utf8'));
      expect(parsed.ok ? [] : parsed.error.map(formatDiagnostic)).toEqual([]);
    }
    const docs = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
    expect(FAULT_KINDS.filter((kind) => !docs.includes(`\n| \`${kind}\` `))).toEqual([]);
  });

  const head = 'planaria-faults: 1\nname: x\n';
  const broken: [string, string, string][] = [
    [
      'an unknown kind',
      `${head}faults:\n  - kind: worker-kil\n    at: 1s\n`,
      'plan.yaml:4:11: faults[0].kind is the text "worker-kil"; expected one of worker-kill, ',
    ],
    [
      'an unknown key',
      `${head}faults:\n  - kind: loop\n    att: 1s\n`,
      'plan.yaml:5:5: unknown key "att"; expected one of kind, at, rate, from, until, count, for, target; did you mean at?',
    ],
    [
      'neither at nor rate',
      `${head}faults:\n  - kind: loop\n`,
      'plan.yaml:4:5: faults[0] has neither at nor rate; expected exactly one of at, rate',
    ],
    [
      'a rate without end',
      `${head}faults:\n  - kind: loop\n    rate: 2\n`,
      'plan.yaml:5:5: faults[0] has a rate without an end; expected until or count beside it',
    ],
    [
      'more than can be laid out',
      `${head}faults:\n  - {kind: loop, rate: 60, until: 24h}\n  - {kind: stall, rate: 100, until: 10h}\n  - {kind: loop, at: 1s}\n`,
      'plan.yaml:5:5: with faults[1] the plan comes to about 146400 faults; expected at most 100000 in all; a lower rate or count, or an earlier until',
    ],
    [
      'a time in no unit',
      `${head}faults:\n  - kind: loop\n    at: soon\n`,
      'plan.yaml:5:9: faults[0].at is the text "soon"; expected milliseconds or a time such as "30s", at most 24 h',
    ],
    [
      'a target where there is none',
      `${head}faults:\n  - kind: quota\n    at: 1s\n    target: {agent: 1}\n`,
      'plan.yaml:6:5: quota strikes no single agent; expected no target here',
    ],
    [
      'an agent that is not there',
      `${head}faults:\n  - kind: loop\n    at: 1s\n    target: {agent: 24}\n`,
      'plan.yaml:6:21: there is no agent 24; expected a row from 0 to 23',
    ],
    [
      'a role that is not there',
      `${head}faults:\n  - kind: loop\n    at: 1s\n    target: {role: triagr}\n`,
      'plan.yaml:6:20: there is no role "triagr"; expected the name of a role; did you mean triager?',
    ],
    [
      'another version',
      'planaria-faults: 2\nname: x\nfaults: [{kind: loop, at: 1}]\n',
      'plan.yaml:1:18: planaria-faults is 2; expected 1, the version of the file format',
    ],
    ['no faults', `${head}`, 'plan.yaml:1:1: the file has no faults; expected the key faults'],
  ];
  for (const [name, text, message] of broken) {
    it(`says where and what: ${name}`, () => {
      const found = problems(text);
      expect(found.length).toBe(1);
      expect(found[0]).toContain(message);
    });
  }
});

describe('schedule', () => {
  it('is the same for the same seed, in order of time, and within its limits', () => {
    const plan = planOf(good);
    const one = scheduleFaults(plan);
    expect(scheduleFaults(plan)).toEqual(one);
    expect(scheduleFaults(plan, 8)).not.toEqual(one);
    expect(one.map(({ at }) => at)).toEqual(one.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(one.map(({ id }) => id)).toEqual(one.map((_, i) => i));
    const stalls = one.filter(({ kind }) => kind === 'stall');
    expect(stalls.length).toBeGreaterThan(240);
    expect(stalls.length).toBeLessThan(360);
    expect(stalls.every(({ at }) => at <= 600_000)).toBe(true);
    expect(one.find(({ kind }) => kind === 'quota')?.forMs).toBe(2000);
  });

  it('leaves the other entries as they were when one is changed', () => {
    const stallsOf = (text: string) =>
      scheduleFaults(planOf(text))
        .filter(({ kind }) => kind === 'stall')
        .map(({ at, seed }) => [at, seed]);
    expect(stallsOf(good.replace('[10s, 1m]', '[1s, 2s, 3s]'))).toEqual(stallsOf(good));
  });
});

describe('director', () => {
  it('strikes each fault at its seam when it is due, and tells once what became of it', async () => {
    const clock = new SimulatedClock();
    const told: [string, boolean, number][] = [];
    const hit: Injection = { ...struck({ code: 'struck' }), agents: [1], tasks: [2] };
    const director = new Director(
      clock,
      () => ({
        turn: (_, landed) => {
          landed(hit);
          landed(hit);
        },
      }),
      ({ fault, injection }) => told.push([fault.kind, injection.landed, clock.now()]),
    );
    director.start(
      scheduleFaults(
        planOf(
          `planaria-faults: 1\nname: x\nfaults:\n  - {kind: loop, at: [1s, 3s]}\n  - {kind: quota, at: 2s}\n  - {kind: loop, at: 9s}\n`,
        ),
      ),
    );
    expect(director.open).toBe(4);
    await clock.advance(5000);
    director.stop();
    await clock.advance(60_000);
    expect(told).toEqual([
      ['loop', true, 1000],
      ['quota', false, 2000],
      ['loop', true, 3000],
    ]);
    expect(director.open).toBe(0);
  });
});
