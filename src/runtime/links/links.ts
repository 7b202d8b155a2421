/** Links, files and replays behind the page's questions. Fetched with the first of them: the start screen needs nothing of it. */
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import type { Random } from '../../kernel/random.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { RunStore } from '../../store/run-store.ts';
import { isContainer, packContainer, SIGNATURE_BYTES } from '../../swarm/container.ts';
import { encodeLink } from '../../swarm/link.ts';
import { parseSwarm } from '../../swarm/parse.ts';
import { type Opened, openFile, openLink, shareFile, shareLink } from '../../swarm/share.ts';
import type { ExampleSource } from '../host/examples.ts';
import { checkSwarm } from '../definition/check-swarm.ts';
import { textOfInput } from '../definition/given-input.ts';
import { faultPlanOf, type Incident, readIncident, writeIncident } from '../replay/incident.ts';
import { ReplaySession } from '../replay/session.ts';
import type { RuntimeOptions } from '../host/opener.ts';
import type { Runtime } from '../host/runtime.ts';
import type {
  Answers,
  LinkProblem,
  OpenedLink,
  Pace,
  Packed,
  PackedIncident,
  PackedSwarm,
  ShareRequest,
  StartReply,
} from '../protocol/protocol.ts';
import type { LinkServer } from './page-api.ts';
import { replayApi, type WatchedReplay } from './replay-api.ts';

/**
 * Longest link that is given out, in characters. Chromium opens addresses of 2 MiB, but mail programs, chats and issue trackers cut them far
 * earlier; what is longer travels as a file.
 */
export const LINK_MOST = 32_000;
/** A file that is longer is not even read. */
const FILE_MOST = 100 * 1024 * 1024;
const SAMPLE = 5;

export interface LinksOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: RunStore;
  readonly examples: ExampleSource;
  /** See `RuntimeOptions`. */
  readonly noteWords?: RuntimeOptions['noteWords'];
  /** Null where no run was opened yet in this worker. */
  readonly runtime: () => Promise<Runtime> | null;
}

interface Problem {
  readonly problem: LinkProblem;
  readonly detail: string;
}

export class Links implements LinkServer {
  readonly #with: LinksOptions;
  /** One at a time: the replay before ends where another begins. */
  #replay: { readonly session: ReplaySession; readonly api: WatchedReplay } | null = null;

  constructor(options: LinksOptions) {
    this.#with = options;
  }

  async share(what: ShareRequest, withInput: boolean): Promise<PackedSwarm> {
    const { swarm, input: given } =
      'runId' in what ? await this.#storeOf(what.runId).source(what.runId) : withTextOf(what);
    const example = await this.#exampleOf(swarm.text);
    // What everybody has need not travel.
    const input = given && given.text !== example?.text ? given : null;
    const included = withInput && input !== null;
    const shared = { swarm, input: included ? input : null };
    const file = await shareFile(shared);
    if (!file.ok) throw new Error(file.error.message);
    return {
      ...packed(await shareLink(shared), file.value.name, file.value.bytes),
      swarm: { file: swarm.file, bytes: bytesOf(swarm.text) },
      input: input && { name: input.name, lines: linesOf(input.text), bytes: bytesOf(input.text) },
      inputIncluded: included,
      example: example?.name ?? null,
    };
  }

  async incident(runId: string, withInput: boolean): Promise<PackedIncident> {
    const store = this.#storeOf(runId);
    // First what is not stored yet: what is stored meanwhile is not missed then.
    const unsaved = await this.#unsaved(runId);
    const [record, source, chunks] = await Promise.all([
      store.record(runId),
      store.source(runId),
      store.chunks(runId, 0),
    ]);
    if (!record) throw new Error(`There is no run ${runId}.`);
    const stored = chunks.flatMap((chunk) => decodeEvents(chunk));
    const last = stored.at(-1)?.seq ?? 0;
    const events = [...stored, ...unsaved.filter(({ seq }) => seq > last)];
    const text = writeIncident({ record, source, events }, withInput);
    const read = readIncident(text);
    if (!read.ok) throw new Error(read.error.detail);
    const file = await packContainer({ kind: 'incident', text });
    if (!file.ok) throw new Error(file.error.message);
    const name = `${source.swarm.file.replace(/^.*[/\\]/s, '').replace(/\.[^.]*$/, '') || 'run'}-incident.planaria`;
    return {
      ...packed(await encodeLink(text, 'i2'), name, file.value),
      swarm: { file: source.swarm.file, bytes: bytesOf(source.swarm.text) },
      facts: read.value.facts,
    };
  }

  async read(source: string | Blob): Promise<OpenedLink> {
    const opened = await this.#open(source);
    if (!opened.ok) return { kind: 'broken', ...opened.error };
    if (opened.value.kind === 'swarm') {
      const { swarm, input } = opened.value.shared;
      return { kind: 'swarm', swarm, input, checked: checkSwarm(swarm.file, swarm.text) };
    }
    const incident = readIncident(opened.value.text);
    if (!incident.ok) return { kind: 'broken', ...incident.error };
    const { source: run, plan, facts, input } = incident.value;
    return {
      kind: 'incident',
      swarm: run.swarm,
      checked: checkSwarm(run.swarm.file, run.swarm.text),
      input,
      sample: plan.items.first(SAMPLE).map(({ text }) => text.slice(0, 200)),
      plan: faultPlanOf(incident.value),
      facts,
    };
  }

  async replay(source: string | Blob): Promise<StartReply> {
    const incident = await this.#incidentIn(source);
    if (!incident.ok) {
      const { problem, detail } = incident.error;
      const message = detail || problem;
      const diagnostic = {
        file: 'incident',
        line: 1,
        column: 1,
        message,
        expected: 'an incident of Planaria',
        hint: '',
      };
      return { ok: false, diagnostics: [diagnostic] };
    }
    const { clock, random, noteWords } = this.#with;
    const id = newId('replay', clock.wall(), random);
    const session = await ReplaySession.open(id, incident.value, clock, noteWords);
    const before = this.#replay;
    this.#replay = { session, api: replayApi(session) };
    await before?.session.close();
    return { ok: true, runId: id };
  }

  pace(runId: string, pace: Pace): Promise<void> {
    this.#replay?.api.setPace(runId, pace);
    return Promise.resolve();
  }

  replays(runId: string): Answers<'run'> | null {
    return this.#replay?.session.id === runId ? this.#replay.api : null;
  }

  async unwatch(): Promise<void> {
    await this.#replay?.api.unwatch();
  }

  #storeOf(runId: string): RunStore {
    return this.#replay?.session.id === runId ? this.#replay.session.store : this.#with.store;
  }

  async #unsaved(runId: string): Promise<readonly JournalEvent[]> {
    if (this.#replay?.session.id === runId) return this.#replay.session.runtime.unsaved(runId);
    return (await this.#with.runtime())?.unsaved(runId) ?? [];
  }

  async #open(source: string | Blob): Promise<Result<Opened, Problem>> {
    if (typeof source === 'string') return problemOf(await openLink(source));
    if (source.size > FILE_MOST) return err({ problem: 'too-long', detail: '' });
    const begins = new Uint8Array(await source.slice(0, SIGNATURE_BYTES).arrayBuffer());
    if (!isContainer(begins)) return err({ problem: 'not-a-link', detail: '' });
    return problemOf(await openFile(new Uint8Array(await source.arrayBuffer())));
  }

  async #incidentIn(source: string | Blob): Promise<Result<Incident, Problem>> {
    const opened = await this.#open(source);
    if (!opened.ok) return opened;
    if (opened.value.kind !== 'incident') return err({ problem: 'not-ours', detail: '' });
    const incident = readIncident(opened.value.text);
    return incident;
  }

  async #exampleOf(text: string): Promise<{ readonly name: string; readonly text: string } | null> {
    const parsed = parseSwarm('shared', text);
    const { from, example } = parsed.ok ? parsed.value.swarm.input : {};
    if (from !== 'example' || example === undefined) return null;
    return { name: example, text: await this.#with.examples.input(example).catch(() => '') };
  }
}

/** A file in hand; bytes of its input are read as its swarm file says. */
function withTextOf({ swarm, input }: Exclude<ShareRequest, { runId: string }>) {
  const parsed = parseSwarm(swarm.file, swarm.text);
  return { swarm, input: input && textOfInput(input, parsed.ok ? parsed.value.swarm.input : {}) };
}

function problemOf<T>(result: Result<T, { readonly code: LinkProblem; readonly message: string }>): Result<T, Problem> {
  return result.ok ? ok(result.value) : err({ problem: result.error.code, detail: '' });
}

function packed(link: Result<string, unknown>, name: string, bytes: Uint8Array<ArrayBuffer>): Packed {
  const length = link.ok ? link.value.length : null;
  const fits = link.ok && link.value.length <= LINK_MOST;
  return {
    link: fits ? link.value : null,
    length,
    most: LINK_MOST,
    file: { name, blob: new Blob([bytes], { type: 'application/octet-stream' }) },
  };
}

const bytesOf = (text: string): number => new Blob([text]).size;

const linesOf = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length;
