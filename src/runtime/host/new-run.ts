import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Random } from '../../kernel/random.ts';
import type { RunRecord, RunSource } from '../../store/records.ts';
import { parseSwarm } from '../../swarm/parse.ts';
import type { ExampleSource } from './examples.ts';
import { textOfInput } from '../definition/given-input.ts';
import { setupOf, type RunSetup, type RunSettings, settingsOf } from '../definition/run-setup.ts';
import type { Diagnostic, StartRequest } from '../protocol/protocol.ts';

export interface NewRunOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly examples: ExampleSource;
  readonly version: string;
}

export type Prepared =
  | { readonly ok: true; readonly record: RunRecord; readonly source: RunSource; readonly plan: RunSetup }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** What is to be stored of a new run, or what stands in its way, with line and column. */
export async function prepareRun(request: StartRequest, options: NewRunOptions): Promise<Prepared> {
  const { version, examples, clock, random } = options;
  const parsed = parseSwarm(request.swarm.file, request.swarm.text);
  if (!parsed.ok) return { ok: false, diagnostics: parsed.error };
  const { swarm, locate } = parsed.value;
  const example = swarm.input.example;
  const given =
    request.input ?? (example === undefined ? null : { name: example, text: await examples.input(example) });
  if (!given) return { ok: false, diagnostics: [noInput(request.swarm.file, locate(['input']))] };
  const { decoding, ...input } = textOfInput(given, swarm.input);
  const settings = { ...settingsOf(request, swarm, version), ...(decoding && { decoding }) };
  const source: RunSource = { swarm: request.swarm, input, settings: settings as unknown as RunSource['settings'] };
  const planned = setupOf(source);
  if (!planned.ok) return { ok: false, diagnostics: planned.error };
  const wall = clock.wall();
  const plan = planned.value;
  return { ok: true, record: newRecord(newId('run', wall, random), plan, settings, wall), source, plan };
}

const noInput = (file: string, at: { readonly line: number; readonly column: number }): Diagnostic => ({
  file,
  line: at.line,
  column: at.column,
  message: 'this swarm reads a file that a person gives, and none was given',
  expected: 'an input file',
  hint: 'drop one on the page, or pass --input',
});

function newRecord(id: string, plan: RunSetup, settings: RunSettings, wall: number): RunRecord {
  return {
    id,
    name: plan.summary.name,
    phase: 'loading',
    startedAt: wall,
    endedAt: null,
    tasks: plan.items.length,
    results: 0,
    failed: 0,
    agents: plan.layout.agents,
    modelId: settings.model.id,
    engine: settings.engine === 'stock' ? 'webllm' : settings.engine,
  };
}
