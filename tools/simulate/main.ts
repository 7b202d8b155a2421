/** `npm run simulate`: many seeds, one after the other, and one summary. See `--help`. */
import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from '../../src/journal/vocabulary.ts';
import { parseFaultPlan } from '../../src/chaos/fault-plan.ts';
import { formatDiagnostic } from '../../src/swarm/diagnostic.ts';
import { readFileSync } from 'node:fs';
import type { FaultPlan } from '../../src/chaos/fault-plan.ts';
import { hostile, type HostileResult } from './hostile.ts';
import { simulate, usualPlan, type Policy, type SimulationResult } from './simulate.ts';
import { totalsOf, table, type Totals } from './totals.ts';

const HELP = `Runs the real runtime, healing, memory and scheduling code on virtual time, with the scripted engine and a disk in memory,
under seeded faults, and tells what came of it.

  npm run simulate -- [options]

  --seeds N         seeds to run (300)
  --seed S          the first seed (0); with --seeds 1 this replays one
  --faults FILE     a fault plan instead of the usual mixture of all kinds
  --kinds A,B       only these kinds of the usual mixture
  --rate N          faults a minute of the usual mixture (20)
  --baselines N     seeds to run with no supervisor, and with one that always restarts (a tenth of the seeds, at most 40; 0 = none)
  --calm-hours H    agent-hours to run without faults, 4,882 agents (0)
  --hostile N       instead of all that, N worlds of odd swarms, bad input, failing disks and a person who presses everything
  --disk KIND       in those worlds: tidy, or browser: storage that fails, forgets and vanishes as a browser's does (tidy)
  --story           print the events of each seed
  --json            one last line with the summary as JSON
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '0' },
    faults: { type: 'string' },
    kinds: { type: 'string' },
    rate: { type: 'string', default: '20' },
    baselines: { type: 'string' },
    'calm-hours': { type: 'string', default: '0' },
    hostile: { type: 'string', default: '0' },
    disk: { type: 'string', default: 'tidy' },
    story: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const SCALE = { triagers: 24, reviewers: 6, residents: 8, tasks: 240, attempts: 3 };

function number(name: 'seeds' | 'seed' | 'rate' | 'baselines' | 'calm-hours' | 'hostile', otherwise: number): number {
  const text = values[name];
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value < 0) fail(`--${name} is ${String(text)}; expected a number, 0 or more`);
  return value;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function planOf(): FaultPlan {
  if (values.faults !== undefined) {
    const parsed = parseFaultPlan(values.faults, readFileSync(values.faults, 'utf8'));
    if (!parsed.ok) fail(parsed.error.map(formatDiagnostic).join('\n'));
    return parsed.value;
  }
  const plan = usualPlan(number('rate', 20), 30);
  if (values.kinds === undefined) return plan;
  const kinds = values.kinds.split(',');
  const unknown = kinds.find((kind) => !FAULT_KINDS.includes(kind as FaultKind));
  if (unknown !== undefined) fail(`--kinds names ${unknown}; expected some of ${FAULT_KINDS.join(', ')}`);
  return { ...plan, faults: plan.faults.filter(({ kind }) => kinds.includes(kind)) };
}

async function runSeeds(policy: Policy, from: number, count: number, plan: FaultPlan): Promise<Totals> {
  const results: SimulationResult[] = [];
  const scale = policy === 'none' ? { ...SCALE, attempts: 1 } : SCALE;
  for (let seed = from; seed < from + count; seed++) {
    const result = await simulate({
      seed,
      policy,
      scale,
      plan,
      decodeMs: 60,
      limitHours: policy === 'healing' ? 2 : 0.5,
      ...(values.story && policy === 'healing' && { onEvent: story }),
    });
    results.push(result);
    if (policy === 'healing' && result.problems.length > 0) {
      process.stdout.write(`seed ${seed} failed:\n${result.problems.map((problem) => `  ${problem}\n`).join('')}`);
      process.stdout.write(`  replay: npm run simulate -- --seed ${seed} --seeds 1 --baselines 0 --story\n`);
    }
    if (count >= 50 && results.length % 50 === 0)
      process.stderr.write(`${policy}: ${results.length} of ${count} seeds\n`);
  }
  return totalsOf(results);
}

function story(event: object, now: number): void {
  const { seq: _seq, at: _at, wall: _wall, type, ...rest } = event as Record<string, unknown>;
  process.stdout.write(`${(now / 1000).toFixed(3).padStart(9)} ${String(type).padEnd(15)} ${JSON.stringify(rest)}\n`);
}

async function calm(agentHours: number): Promise<SimulationResult> {
  const triagers = 4000;
  const reviewers = 882;
  const decodeMs = 400;
  // A turn writes about 20 tokens; 12 run at once; a quarter of the tasks is reviewed.
  const tasks = Math.ceil(((agentHours / (triagers + reviewers)) * 3_600_000 * 12) / (19 * decodeMs) / 1.25);
  return simulate({
    seed: 1,
    policy: 'healing',
    scale: { triagers, reviewers, residents: 12, tasks, attempts: 3 },
    plan: null,
    decodeMs,
    hiccupMs: 2000,
    limitHours: 1000,
  });
}

async function hostilities(from: number, count: number): Promise<void> {
  const results: HostileResult[] = [];
  const { disk } = values;
  if (disk !== 'tidy' && disk !== 'browser') fail(`--disk is ${disk}; expected tidy or browser`);
  for (let seed = from; seed < from + count; seed++) {
    const result = await hostile(seed, values.story ? story : undefined, disk);
    results.push(result);
    if (result.problems.length === 0) continue;
    process.stdout.write(`seed ${seed} failed:\n${result.problems.map((problem) => `  ${problem}\n`).join('')}`);
    process.stdout.write(`  replay: npm run simulate -- --hostile 1 --seed ${seed} --disk ${disk} --story\n`);
  }
  const sum = (pick: (result: HostileResult) => number): number => results.reduce((all, each) => all + pick(each), 0);
  const endings = [...new Set(results.flatMap((result) => Object.keys(result.endings)))].sort();
  const line = {
    seeds: count,
    failedSeeds: results.filter(({ problems }) => problems.length > 0).map(({ seed }) => seed),
    tasks: sum(({ tasks }) => tasks),
    rows: sum(({ rows }) => rows),
    tabs: sum(({ tabs }) => tabs),
    presses: sum(({ presses }) => presses),
    endings: Object.fromEntries(endings.map((name) => [name, sum((result) => result.endings[name] ?? 0)])),
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(line)}\n`
      : `hostile: ${count} seeds, ${line.failedSeeds.length} failed; ${line.rows} rows of ${line.tasks} tasks, ${line.tabs} tabs, ${line.presses} buttons pressed\n` +
          endings.map((name) => `  ${name.padEnd(20)} ${line.endings[name] ?? 0}\n`).join(''),
  );
  process.exitCode = line.failedSeeds.length === 0 ? 0 : 1;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (number('hostile', 0) > 0) {
    await hostilities(number('seed', 0), number('hostile', 0));
    return;
  }
  const seeds = number('seeds', 300);
  const from = number('seed', 0);
  const plan = planOf();
  const healing = await runSeeds('healing', from, seeds, plan);
  const few = Math.min(number('baselines', Math.min(40, Math.ceil(seeds / 10))), seeds);
  const baselines =
    few === 0
      ? null
      : { none: await runSeeds('none', from, few, plan), restart: await runSeeds('restart', from, few, plan) };
  const hours = number('calm-hours', 0);
  const quiet = hours === 0 ? null : await calm(hours);

  process.stdout.write(`\n${table('healing', healing)}`);
  if (baselines)
    process.stdout.write(`\n${table('no supervisor', baselines.none)}\n${table('always restart', baselines.restart)}`);
  if (quiet) {
    const { agentHours, ledger, falseFailed, lost, duplicated } = quiet;
    process.stdout.write(
      `\nwithout faults: ${agentHours.toFixed(0)} agent-hours, ${quiet.tasks} tasks, ${lost} lost, ${duplicated} twice, ` +
        `${falseFailed} agents failed, ${ledger.falseAlarms} false alarms\n`,
    );
  }
  if (values.json) {
    const calmly = quiet && {
      agentHours: Math.round(quiet.agentHours),
      falseFailed: quiet.falseFailed,
      falseAlarms: quiet.ledger.falseAlarms,
      lost: quiet.lost,
      duplicated: quiet.duplicated,
    };
    const line = {
      ...healing,
      falseFailed: healing.falseFailed + (quiet?.falseFailed ?? 0),
      agentHours: healing.agentHours + (calmly?.agentHours ?? 0),
      calm: calmly,
      baselines: baselines && { none: brief(baselines.none), restart: brief(baselines.restart) },
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  process.exitCode = healing.failedSeeds.length === 0 ? 0 : 1;
}

const brief = ({ byKind: _byKind, failedSeeds, ...rest }: Totals): object => ({
  ...rest,
  failedSeeds: failedSeeds.length,
});

await main();
