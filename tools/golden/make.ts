/** Writes golden files; see src/runtime/testing/golden/README.md. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeEvents, LOG_VERSION } from '../../src/journal/journal.ts';
import { RunState } from '../../src/journal/run-state.ts';
import { setupOf } from '../../src/runtime/definition/run-setup.ts';
import { readIncident, type StoredRun, writeIncident } from '../../src/runtime/replay/incident.ts';
import { livedRun } from '../../src/runtime/replay/testing/lived-run.ts';
import { recordedRun, type RecordOptions } from '../../src/runtime/replay/testing/recorded-run.ts';
import {
  folder,
  foldOf,
  type GoldenReplay,
  type GoldenRun,
  incidentIn,
  incidentsOf,
  replayed,
  REPLAYS,
  VERSIONS,
} from './files.ts';
import type { OrderedRow } from '../../src/store/run-store.ts';
import { packContainer } from '../../src/swarm/container.ts';
import { encodeLink } from '../../src/swarm/link.ts';
import { SWARM } from '../../src/runtime/testing/world.ts';

/** Events of one commit. */
const CHUNK = 64;

const WRONG = { kind: 'say', text: '{"severity":"loud"}' } as const;
const failsAt =
  (...tasks: readonly number[]) =>
  (request: { readonly messages: readonly { readonly content: string }[] }) =>
    tasks.some((task) => request.messages.at(-1)?.content.includes(`sshd[${String(task)}]`)) ? WRONG : null;

/** Answers every question about a task in another way, and allows an endpoint. */
const person: NonNullable<RecordOptions['person']> = (event, hands) => {
  if (event.type === 'run.created')
    hands.after(900, (runtime, id) => {
      void runtime.allowRemote(id, { url: 'https://far.example/v1', key: null, model: 'far' });
    });
  if (event.type !== 'heal.notice' || event.of !== 'task' || event.task == null) return;
  const { notice = '', task } = event;
  const output = '{"severity":"info","subject":"sshd"}';
  const decision = [null, { kind: 'skip' }, { kind: 'give-up' }, { kind: 'edit', output }] as const;
  const chosen = decision[task % 4];
  if (chosen) hands.after(500, (runtime, id) => void runtime.decide(id, notice, chosen));
};

const LIVES: Readonly<Record<string, () => Promise<StoredRun & { readonly rows?: readonly OrderedRow[] }>>> = {
  /** Questions to a person, bigger models, an endpoint. */
  asked: () =>
    recordedRun(311, {
      tasks: 40,
      askMs: 20_000,
      kinds: ['stall', 'loop', 'worker-kill', 'device-lost', 'supervisor-crash'],
      swarm: SWARM.replace('kind: worker\n', 'kind: worker\n    escalate: [big-model]\n'),
      engine: { fault: failsAt(3, 9, 17, 20, 30) },
      person,
    }),
  /** Everything that can be broken in a tab, on a disk, with a reload and a person who presses buttons. */
  broken: () =>
    livedRun(312, {
      tasks: 60,
      kinds: [
        ...(['stall', 'loop', 'poisoned-output', 'all-residents-crash', 'device-lost', 'out-of-memory'] as const),
        ...(['quota', 'corrupt-record', 'old-version', 'clock-jump', 'supervisor-crash'] as const),
      ],
      actions: 4,
      reloads: 1,
    }),
};

async function live(dir: string, name: string): Promise<Record<string, GoldenReplay>> {
  const life = LIVES[name];
  if (!life) throw new Error(`there is no life ${name}`);
  const run = await life();
  const { record, source, events, rows = [] } = run;
  const chunks: GoldenRun['chunks'] = Array.from({ length: Math.ceil(events.length / CHUNK) }, (_, k) =>
    encodeEvents(events.slice(k * CHUNK, (k + 1) * CHUNK)),
  );
  const planned = setupOf(source);
  if (!planned.ok) throw new Error('the swarm cannot be planned');
  const state = new RunState(planned.value.items.length, planned.value.layout.agents);
  for (const event of events) state.apply(event);
  const golden: GoldenRun = { record, source, chunks, rows, fold: foldOf(state) };
  write(path.join(dir, `${name}.run.json.gz`), golden);
  const replays: Record<string, GoldenReplay> = {};
  for (const [kind, withInput] of [
    ['', true],
    ['.masked', false],
  ] as const) {
    const text = writeIncident(run, withInput);
    const incident = readIncident(text);
    const file = await packContainer({ kind: 'incident', text });
    const link = await encodeLink(text, 'i2');
    if (!incident.ok || !file.ok || !link.ok) throw new Error('the incident cannot be packed');
    const replay = await replayed(incident.value);
    writeFileSync(path.join(dir, `${name}${kind}.planaria`), file.value);
    writeFileSync(path.join(dir, `${name}${kind}.i2.txt`), `${link.value}\n`);
    replays[`${name}${kind}.planaria`] = replay;
    replays[`${name}${kind}.i2.txt`] = replay;
  }
  return replays;
}

const write = (file: string, value: unknown): void => {
  writeFileSync(file, gzipSync(JSON.stringify(value), { level: 9 }));
};

/** Lives runs and writes them down in today's format. */
export async function newSet(): Promise<void> {
  const dir = folder(LOG_VERSION);
  if (existsSync(path.join(dir, REPLAYS))) throw new Error(`${dir} has a set already: golden files are kept`);
  mkdirSync(dir, { recursive: true });
  const replays: Record<string, GoldenReplay> = {};
  for (const name of Object.keys(LIVES)) Object.assign(replays, await live(dir, name));
  write(path.join(dir, REPLAYS), replays);
}

/** Healing was changed on purpose: the incidents stay as they are, and what they come to is written again. */
export async function newReplays(): Promise<void> {
  for (const version of VERSIONS) {
    const replays: Record<string, GoldenReplay> = {};
    for (const name of incidentsOf(version)) replays[name] = await replayed(await incidentIn(version, name));
    write(path.join(folder(version), REPLAYS), replays);
  }
}
