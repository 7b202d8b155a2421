/** Everything that reads what strangers wrote, by the kind of it: bundled for the bench, which runs on Node. */
import { MemoryDisk, MemoryStore } from '../../src/chaos/memory-store.ts';
import { parseFaultPlan } from '../../src/chaos/fault-plan.ts';
import { type EndpointFault, readEndpoint } from '../../src/engine/endpoint.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { checkInput } from '../../src/runtime/definition/check-input.ts';
import { checkSwarm } from '../../src/runtime/definition/check-swarm.ts';
import { Links } from '../../src/runtime/links/links.ts';
import type { Diagnostic, OpenedLink } from '../../src/runtime/protocol/protocol.ts';
import { readIncident } from '../../src/runtime/replay/incident.ts';
import { plainSchema } from '../../src/swarm/plain-schema.ts';
import { parseSwarm } from '../../src/swarm/parse.ts';
import { packContainer } from '../../src/swarm/container.ts';
import { encodeLink, type LinkCodec } from '../../src/swarm/link.ts';
import { readSettings } from '../../src/ui/base/settings.ts';
import { answerGrammar } from '../../workers/inference/grammar/answer-grammar.ts';

export { seededRandom } from '../../src/kernel/random.ts';

/** What became of an input: taken, or refused with how many remarks; and the longest text that is handed on to be shown. */
export interface Outcome {
  readonly taken: boolean;
  readonly told: number;
  readonly longest: number;
  readonly first: string;
}

const links = new Links({
  clock: systemClock(),
  random: seededRandom(1),
  store: new MemoryStore(new MemoryDisk()),
  examples: { list: () => Promise.resolve([]), swarm: () => Promise.resolve(''), input: () => Promise.resolve('') },
  runtime: () => null,
});

const told = (diagnostics: readonly Diagnostic[]): Outcome => ({
  taken: false,
  told: diagnostics.length,
  longest: Math.max(
    0,
    ...diagnostics.flatMap(({ file, message, expected, hint }) =>
      [file, message, expected, hint].map((each) => each.length),
    ),
  ),
  first: diagnostics[0]?.message.slice(0, 120) ?? '',
});
const TAKEN: Outcome = { taken: true, told: 0, longest: 0, first: '' };

const opened = (link: OpenedLink): Outcome => {
  if (link.kind === 'broken')
    return {
      taken: false,
      told: 1,
      longest: link.detail.length,
      first: `${link.problem} ${link.detail.slice(0, 100)}`,
    };
  return link.checked.ok ? TAKEN : told(link.checked.diagnostics);
};
const fault = (fault: EndpointFault): Outcome => ({ taken: false, told: 1, longest: 0, first: fault.code });

/** A reader of one kind; what it is given is text, or bytes. */
export const readers: Readonly<
  Record<string, (given: string | Uint8Array<ArrayBuffer>, also?: string) => Outcome | Promise<Outcome>>
> = {
  swarm: (text) => {
    const checked = checkSwarm('swarm.yaml', text as string);
    return checked.ok ? TAKEN : told(checked.diagnostics);
  },
  plan: (text) => {
    const plan = parseFaultPlan('faults.yaml', text as string, { agents: 24, roles: [{ name: 'triager' }] });
    return plan.ok ? TAKEN : told(plan.error);
  },
  link: async (text) => opened(await links.read(text as string)),
  file: async (bytes) => opened(await links.read(new Blob([bytes]))),
  incident: (text) => {
    const read = readIncident(text as string);
    return read.ok
      ? TAKEN
      : { taken: false, told: 1, longest: read.error.detail.length, first: read.error.detail.slice(0, 120) };
  },
  input: (given, swarm = '') => {
    const checked = checkInput(
      swarm,
      typeof given === 'string' ? { name: 'input.txt', text: given } : { name: 'input.txt', bytes: given },
    );
    return checked.ok ? TAKEN : told(checked.diagnostics);
  },
  /** Each output of a swarm as the grammar that a model is held to. */
  grammar: (text) => {
    const parsed = parseSwarm('swarm.yaml', text as string);
    if (!parsed.ok) return told(parsed.error);
    for (const { output } of Object.values(parsed.value.swarm.roles))
      if (output) answerGrammar(JSON.stringify(plainSchema(output)));
    return TAKEN;
  },
  settings: (text) => {
    readSettings({ getItem: () => text as string }, ['en']);
    return TAKEN;
  },
  endpoint: (text) => {
    const read = readEndpoint({ url: text as string, key: text as string, model: text as string });
    const other = readEndpoint({ url: 'https://host.example/v1', key: text as string, model: text as string });
    return read.ok || other.ok ? TAKEN : fault(other.fault);
  },
};

export async function linkOf(text: string, codec: LinkCodec): Promise<string> {
  const link = await encodeLink(text, codec);
  return link.ok ? link.value : '';
}

export async function fileOf(kind: 'swarm' | 'incident', text: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await packContainer({ kind, text });
  if (!file.ok) throw new Error(file.error.message);
  return file.value;
}

export { hostileDefinitions, hostileInputs } from '../../src/swarm/testing/hostile-texts.ts';
export { unpackContainer } from '../../src/swarm/container.ts';
